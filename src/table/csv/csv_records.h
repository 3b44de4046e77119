/* csv_records: the records of a small CSV file, one after the other. For lists beside a table
 * (truth labels, exported verdicts); tables are read by csv.h. */
#ifndef ODDHOURS_TABLE_CSV_RECORDS_H
#define ODDHOURS_TABLE_CSV_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/csv/split.h"

/* Reads `path` ("-": standard input; .gz by its content) and calls `row` for each record that
 * is not empty, until it returns false (then with the status that `row` set). A byte-order mark
 * is passed over; the last record needs no line end. A quote that is never closed, a zero byte
 * in the first block (a binary file) and a record of more than CSV_LONGEST_LINE bytes are
 * STATUS_INPUT. */
bool csv_records(const char *path, line_callback *row, void *context,
                 const struct progress *progress, struct status *status);

/* The same for bytes in memory; `title` names them in messages. */
bool csv_records_bytes(const char *bytes, size_t length, const char *title, line_callback *row,
                       void *context, struct status *status);

/* The same where the fields may be apart by semicolons, tabs or bars and the letters those of
 * Windows-1252, which is found by looking at the beginning as it is with a table. */
bool csv_records_any(const char *path, line_callback *row, void *context,
                     const struct progress *progress, struct status *status);
bool csv_records_any_bytes(const char *bytes, size_t length, const char *title,
                           line_callback *row, void *context, struct status *status);

#endif
