/* split: cuts text without quotes into rows and fields, as libcsv would but faster. */
#ifndef ODDHOURS_TABLE_SPLIT_H
#define ODDHOURS_TABLE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "table/dict.h"

/* A row of a text. Both parsers, this and libcsv, hand out rows in this form. The fields stand
 * in memory one after the other with one byte between that no number has, so that a run of them
 * is a text by which numbers are known. */
struct line {
    const struct span *fields; /* (n_fields), or the first of them when there are more than the
                                * parser was told to keep */
    size_t n_fields;
    uint64_t number; /* the line it starts on: line ends passed before, CR LF being one */
};

/* Readers of the table give out lines behind which so many bytes can be read, whatever is in
 * them: then short fields can be loaded as a whole word of that size. */
enum { LINE_SLACK = 32 };

/* Returns false to stop. What `line` points to is valid during the call. */
typedef bool line_callback(void *context, const struct line *line);

/* Calls `row` for each row of `text`, whose quotes are letters, with `delimiter` between
 * fields; a row that the end of the text cuts off is one, too. Rows end at CR or LF; empty ones
 * are not reported. `fields` (SPLIT_LINES, room) is scratch: more fields than `room` in a row
 * are counted but not kept, and the fields of a row stay there until as many rows were reported
 * after it. Returns the number of line ends, where CR LF is one. `*stopped` is false unless
 * `row` returned false. */
enum { SPLIT_LINES = 64 };
uint64_t split_rows(const char *text, size_t length, char delimiter, struct span *fields,
                    size_t room, enum cpu_kernel kernel, line_callback *row, void *context,
                    bool *stopped);

#endif
