/* parquet: from Parquet files to a table. */
#ifndef ODDHOURS_TABLE_PARQUET_H
#define ODDHOURS_TABLE_PARQUET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/csv/csv.h"
#include "table/sample.h"
#include "table/table.h"

/* Limits of ours: rows of a table that is more than PARQUET_ROWS_FREE rows long must have a
 * byte of a file for each PARQUET_ROWS_BYTE of them. Two kilobytes can say that they hold 2^31.
 */
enum { PARQUET_ROWS_FREE = 1 << 23, PARQUET_ROWS_BYTE = 1000 };

/* Whether an input (input_list.h) is Parquet: a file of it begins and ends as such files do or,
 * with `by_name`, is called so. */
bool parquet_recognise(const char *input, bool by_name);

/* Reads Parquet files as one table, in the order in which they are named: as csv_load(), by the
 * same options, as far as these are not about text. Columns are found by name in each file;
 * those of one that are named in the path (key=value) are columns, too. Progress is in bytes of
 * the columns that are read. Memory: 12 bytes a row, the profiles, and for each thread a page
 * and a dictionary of each column. Errors: STATUS_INPUT with the row group and the column,
 * STATUS_IO, STATUS_NOMEM, STATUS_CANCELLED. */
struct table *parquet_load(const char *input, const struct csv_options *options,
                           struct parallel *parallel, const struct progress *progress,
                           struct status *status);

/* Reads some rows from all over the input: a small table for an estimate. `*rows` and `*bytes`
 * are those of the whole. NULL when it cannot be read. */
struct table *parquet_sample(const char *input, const struct csv_options *options,
                             struct parallel *parallel, double *rows, double *bytes);

#endif
