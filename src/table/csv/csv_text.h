/* csv_text: rows and fields of CSV text through libcsv (RFC 4180). csv_text.c is the only file
 * that includes libcsv. */
#ifndef ODDHOURS_TABLE_CSV_TEXT_H
#define ODDHOURS_TABLE_CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/csv/split.h"

enum { CSV_LONGEST_LINE = 1 << 20 }; /* bytes of a row; more is no table, or a lost quote */

struct csv_text;

/* For text with `delimiter` between fields. */
struct csv_text *csv_text_new(char delimiter, struct status *status);
void csv_text_free(struct csv_text *text);

/* Feeds `length` bytes and calls `row` for each row that ends in them. Nothing is trimmed;
 * quotes are taken as libcsv takes them; empty lines are not reported. Returns false when `row`
 * did (then `status` is as `row` left it), when a row is longer than CSV_LONGEST_LINE, or
 * without memory. */
bool csv_text_feed(struct csv_text *text, const char *bytes, size_t length, line_callback *row,
                   void *context, struct status *status);

/* The end of the text: reports the row that it cuts off, if any. When that has a quote that is
 * not closed, it is not reported but `*open_line` is the line it starts on; else UINT64_MAX.
 * Another text may be fed afterwards. */
bool csv_text_end(struct csv_text *text, line_callback *row, void *context, uint64_t *open_line,
                  struct status *status);

/* Line ends fed since the start of this text (CR LF is one). */
uint64_t csv_text_lines(const struct csv_text *text);

/* Line ends before the row that is being read: after a failure, the row it is about. */
uint64_t csv_text_row_line(const struct csv_text *text);

#endif
