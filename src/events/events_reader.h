/* events_reader: the text of one log or several, in batches of whole lines. */
#ifndef ODDHOURS_EVENTS_READER_H
#define ODDHOURS_EVENTS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

struct events_reader;
struct log_format;
struct source;

/* Lines of one input. The text ends with a newline, and EVENT_PADDING bytes behind it can be
 * read; it stays until the second next batch is filled. */
struct events_batch {
    size_t path; /* which input */
    bool begins_file;
    const char *text;
    size_t length;    /* may be 0 */
    uint64_t offset;  /* of the text in the input */
    bool cut;         /* the input ended without a newline; one was added */
    char damage[120]; /* not empty: the input breaks off here, and why; what was left of a line
                         is gone */
};

/* Records of more than one line (a described format's) are made one line each (frame.h).
 * `chunk` is into how many bytes batches will be cut (0: a good number); a batch has some for
 * each thread. `paths` (n) is borrowed; the first is read from `take_first` unless that is
 * NULL. */
struct events_reader *events_reader_new(const char *const *paths, size_t n,
                                        const struct log_format *format,
                                        struct source *take_first, size_t chunk,
                                        unsigned threads, struct status *status);
void events_reader_free(struct events_reader *reader);

size_t events_reader_chunk(const struct events_reader *reader);

/* Reads the next batch, while the one taken last is in use. Reports progress in bytes. */
bool events_reader_fill(struct events_reader *reader, const struct progress *progress,
                        struct status *status);

/* The batch filled last; NULL when there is no more. */
const struct events_batch *events_reader_take(struct events_reader *reader);

/* Bytes read of all inputs (compressed ones of a .gz), and their hash: that of source_hash()
 * for one input, a hash of the hashes for several. Of everything once the last batch was taken.
 */
uint64_t events_reader_bytes(const struct events_reader *reader);
/* Whether the inputs stayed as they were; `*state` of a single one (source_change()). */
enum input_change events_reader_change(const struct events_reader *reader,
                                       struct input_state *state);
void events_reader_hash(const struct events_reader *reader, char text[TABLE_HASH_TEXT]);

#endif
