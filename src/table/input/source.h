/* source: the bytes of an input, whatever they come from: a file, a .gz, .bz2, .xz, .zst or
 * .zip (known by its content), or standard input ("-"). All bytes are hashed as they are read.
 */
#ifndef ODDHOURS_TABLE_SOURCE_H
#define ODDHOURS_TABLE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/input/decode.h"
#include "table/table.h"

struct source;

/* Opens `path` and looks at its first bytes; "archive.zip:member" is a file in an archive.
 * Several paths with newlines between (input_list.h) are read one after the other: the end of
 * each is an end, behind which source_next() goes on. Errors: STATUS_IO (no such file, no
 * permission), STATUS_INPUT (a directory; a format that is not text, with what to do),
 * STATUS_NOMEM, STATUS_CANCELLED (while waiting for a pipe). */
struct source *source_open(const char *path, const struct progress *progress,
                           struct status *status);
void source_close(struct source *source);

/* "archive.zip:member": where the path of the file ends, when there is one of that name before
 * a colon and none of the whole. */
size_t source_path_length(const char *path);

/* Whether the content of a file that begins with these bytes is its bytes as they are: it is
 * not packed, an event log, UTF-16, or text behind a byte order mark. */
bool source_is_plain(const unsigned char *first, size_t n);

/* How many files it reads; and goes on to the next one: `*more` is false when there is none. */
size_t source_files(const struct source *source);
bool source_next(struct source *source, bool *more, const struct progress *progress,
                 struct status *status);

/* Reads up to `size` bytes of the (inflated) content, at least one unless it is the end, where
 * `*got` is 0. Looks at the cancel flag of `progress` while it waits for a pipe; does not
 * report. A .gz that is cut off or damaged is STATUS_INPUT. */
bool source_read(struct source *source, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status);

/* Looks ahead: up to `want` (at most SOURCE_PEEK) bytes of the content from its beginning,
 * which source_read() will give again; fewer only at the end or where the input is damaged. To
 * be called before the first source_read(). `*bytes` is borrowed until then. */
enum { SOURCE_PEEK = 1 << 14 };
bool source_peek(struct source *source, size_t want, const char **bytes, size_t *got,
                 const struct progress *progress, struct status *status);

/* Bytes read of the input itself (of a .gz, compressed ones), and how many there are; 0 when
 * that is not known (a pipe). This is what progress is reported in. */
uint64_t source_done(const struct source *source);
uint64_t source_total(const struct source *source);

/* From now on the text may be Windows-1252 (decode.h), what source_peek() has shown included.
 * To be called before the first source_read(). */
bool source_letters(struct source *source, struct status *status);

/* What its text has been taken for so far (decode.h). */
enum encoding source_encoding(const struct source *source);

/* Whether opening its path again gives the same bytes from their beginning: a regular file. */
bool source_again(const struct source *source);

/* XXH3 128 of the bytes read so far: of all of them after the end was reached. */
void source_hash(const struct source *source, char text[TABLE_HASH_TEXT]);

/* To be asked at the end: whether the file stayed as it was when it was opened (raw_change()).
 */
enum input_change source_change(const struct source *source, struct input_state *state);

/* What to call it in a message: the path in quotes, with "and 2 more", or "standard input"; and
 * what to call the file that is being read. Borrowed. */
const char *source_file_title(const struct source *source);
const char *source_title(const struct source *source);

#endif
