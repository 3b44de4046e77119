/* block: a piece of a CSV file, read and parsed as one. A part of csv, which does the rounds.
 */
#ifndef ODDHOURS_TABLE_BLOCK_H
#define ODDHOURS_TABLE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/csv/batch.h"
#include "table/csv/columns.h"
#include "table/csv/reading.h"
#include "table/csv/csv_text.h"
#include "table/csv/csv_feed.h"

/* A line fits in a block, so that one that does not is too long for either parser. Of a longer
 * file about BLOCK_WANTED bytes go into a block: few enough for the second-level cache. */
enum { BLOCK_BYTES = CSV_LONGEST_LINE, BLOCK_WANTED = 1 << 18, BLOCK_FIRST = 1 << 16 };

/* Which parser takes blocks without quotes. For tests and comparisons, which find the same
 * table whatever they choose, the environment can set it (ODDHOURS_READER=libcsv) and the bytes
 * wanted in a block (ODDHOURS_BLOCK). */
enum block_parser { BLOCK_SPLIT, BLOCK_LIBCSV };

/* Where blocks come from. */
struct block_input {
    struct csv_feed *feed;
    const struct progress *progress;
    enum block_parser parser;
    size_t wanted; /* bytes of the next block: the first is small */
    size_t wanted_then;
    char *carry; /* (BLOCK_BYTES) the beginning of a line that the last block did not hold whole
                  */
    size_t n_carry;
    bool at_end;
    bool quoted; /* a quote has been met */
    /* From this line on (counted from 0, behind the header) quotes are letters, because one
     * there does not close; UINT64_MAX: nowhere. */
    uint64_t unquoted_from;
    uint64_t lines; /* read so far; counted while unquoted_from is waited for */
    bool after_cr;  /* the last byte of them was a CR */
    bool letters;   /* unquoted_from was reached */
    /* Why there is no more, when it is not the end of the file. It is told after the lines that
     * came before it have been looked at, so that the first fault of a file is the one
     * reported, whatever the threads and the size of blocks. */
    struct status failure;
};

bool block_input_start(struct block_input *input, struct csv_feed *feed,
                       const struct progress *progress, struct status *status);
void block_input_clear(struct block_input *input);

/* What was found in the beginning of the file beside its columns. */
struct block_header {
    uint64_t lines;               /* that it took, those before it included */
    uint64_t skipped;             /* lines before it that are not blank */
    struct number_census *census; /* (d) of the first rows; the caller frees it */
};

/* Looks at the beginning of the file: finds the delimiter, the header and the columns.
 * `headless` names the columns of a file without header, NULL: it has one. Even on failure the
 * caller clears `columns` and frees `header->census`. */
bool block_read_header(struct block_input *input, struct columns *columns,
                       const struct columns_wanted *wanted, const struct reading *reading,
                       struct block_header *header, struct status *status);

struct block {
    char *bytes; /* (BLOCK_BYTES + LINE_SLACK) */
    size_t length;
    bool serial; /* it has a quote, or one of those before has: parse it in series */
    bool last;   /* the file ends with it, or what is parsed in series does */
    bool ends_series;
    bool letters; /* quotes in it are letters */
    uint64_t
        lines; /* line ends in it; 0 in series, where line numbers run on, but for the last */
    uint64_t
        open_line; /* counted as `lines` is: a quote there does not close; UINT64_MAX: none */
    struct batch *batch;
    char delimiter;
    enum block_parser parser;
    enum cpu_kernel kernel;
    struct span *fields;   /* scratch of the splitter: (SPLIT_LINES, n_fields) */
    size_t n_fields;       /* of a line, and a spare one */
    struct csv_text *text; /* BLOCK_LIBCSV */
    struct status status;  /* how parsing ended */
    uint64_t status_line;  /* the line it is about, as the batch counts lines */
};

/* `take_batch` is consumed even on failure. */
struct block *block_new(const struct columns *columns, struct batch *take_batch,
                        enum block_parser parser, enum cpu_kernel kernel,
                        struct status *status);
void block_free(struct block *block);

/* Reads the next block: whole lines or, after the first quote, any bytes. A failure ends the
 * input and waits in input->failure. */
void block_read(struct block *block, struct block_input *input);

/* Parses it into its batch. A failure waits in its status. */
void block_parse(struct block *block);
bool block_parse_serially(struct block *block, struct csv_text *text);

/* False when parsing failed; `first_line` lines have passed before the block. */
bool block_status(const struct block *block, uint64_t first_line, const char *title,
                  struct status *status);

#endif
