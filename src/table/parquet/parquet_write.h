/* parquet_write: a Parquet file, row group by row group.
 *
 *     file = parquet_file_new(outfile, columns, n_columns, &status);
 *     parquet_file_note(file, "filter", text);
 *     parquet_file_add(file, chunks, status);        for each row group, in order
 *     parquet_file_end(file);                        the footer; outfile_commit() is the
 * caller's parquet_file_free(file);
 *
 * Whole tables are written by parquet_write_rows() in parallel.
 */
#ifndef ODDHOURS_TABLE_PARQUET_WRITE_H
#define ODDHOURS_TABLE_PARQUET_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/dict.h"
#include "table/parquet/chunk_write.h"

struct parquet_file;

/* Writes the first bytes to `file`, which is borrowed. Columns are borrowed until the end, too.
 * NULL when memory ran out. */
struct parquet_file *parquet_file_new(struct outfile *file,
                                      const struct parquet_column *columns, size_t n_columns,
                                      struct status *status);
void parquet_file_free(struct parquet_file *file);

/* A key and its text for the footer; copied. */
bool parquet_file_note(struct parquet_file *file, const char *key, const char *text,
                       struct status *status);

/* A row group: a chunk for each column, of the same rows. Errors of the disk are left to
 * outfile_commit(). */
bool parquet_file_add(struct parquet_file *file, const struct parquet_chunk *chunks,
                      struct status *status);

bool parquet_file_end(struct parquet_file *file, struct status *status);

/* ---- rows of a table ---- */

enum { PARQUET_GROUP = 1 << 20 /* rows of a row group */ };

/* Where the values of a column come from: each row has an id, as a row of a table has those of
 * its time, user and profile, and each id a value. */
struct parquet_source {
    const uint32_t *ids; /* of the rows of the table; NULL: a row is its own id */
    size_t n_ids;        /* ids are below; repeats among rows are looked for only with ids */
    const struct dict
        *texts; /* of a text column: the text of an id; an empty one is no value */
    /* Of the others: the number of an id, NaN: no value. Called by several threads. */
    double (*number)(const void *context, size_t id);
    const void *context;
};

struct parquet_rows {
    size_t n;             /* rows of the file */
    const uint32_t *rows; /* (n) which rows of the table they are; NULL: 0 .. n - 1 */
    size_t n_columns;
    const struct parquet_column *columns; /* (n_columns) */
    const struct parquet_source *sources; /* (n_columns) */
    /* Before sources are asked for rows `from` to `from + n - 1` of the file; in order, by one
     * thread, at most parquet_round() rows at once. May be NULL. */
    void (*before)(void *context, size_t from, size_t n);
    void *context;
};

/* Rows that are worked on at once. */
size_t parquet_round(const struct parquet_rows *rows, const struct parallel *parallel);

/* Writes all of them to `file`. False with a status when memory ran out or it was cancelled;
 * an error of the disk is left to outfile_commit(). The bytes do not depend on `parallel`. */
bool parquet_write_rows(const struct parquet_rows *rows, struct outfile *file,
                        struct parallel *parallel, const struct progress *progress,
                        struct status *status);

#endif
