/* parquet_append: a Parquet file whose rows come one by one, value by value. Distinct values of
 * each column are kept until a row group is full. */
#ifndef ODDHOURS_TABLE_PARQUET_APPEND_H
#define ODDHOURS_TABLE_PARQUET_APPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/status.h"
#include "table/parquet/parquet_write.h"

struct parquet_append;

/* `file` is borrowed, columns are copied. NULL when memory ran out. */
struct parquet_append *parquet_append_new(struct outfile *file,
                                          const struct parquet_column *columns,
                                          size_t n_columns, struct status *status);
void parquet_append_free(struct parquet_append *append); /* NULL is fine */

/* A key and its text for the footer. */
bool parquet_append_note(struct parquet_append *append, const char *key, const char *text,
                         struct status *status);

/* The value of the present row in a column of that kind; without one the row has no value
 * there. An empty text and NaN are none, either. Each at most once a row. */
bool parquet_append_text(struct parquet_append *append, size_t column, const char *bytes,
                         size_t length, struct status *status);
bool parquet_append_count(struct parquet_append *append, size_t column, int64_t count,
                          struct status *status); /* INT64 */
bool parquet_append_number(struct parquet_append *append, size_t column, double number,
                           struct status *status); /* DOUBLE, FLOAT */

/* Ends the row. False with a status when memory ran out or a text is too long; errors of the
 * disk are left to outfile_commit(). */
bool parquet_append_row(struct parquet_append *append, struct status *status);

/* Ends the file after its last row; outfile_commit() is the caller's. */
bool parquet_append_end(struct parquet_append *append, struct status *status);

#endif
