/* batch: the rows of one piece of a CSV file on their way into the table.
 *
 * Pieces are parsed side by side. Meanwhile nothing is added to the table, so a batch may
 * search it for users and profiles; what is not there yet is noted. Afterwards the batches are
 * resolved in file order: what was noted is added, so ids are in order of first appearance
 * however many threads there were. At last the rows are appended, which again may go on beside
 * parsing.
 */
#ifndef ODDHOURS_TABLE_BATCH_H
#define ODDHOURS_TABLE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/builder.h"
#include "table/csv/columns.h"
#include "table/csv/text_cache.h"
#include "table/csv/split.h"

struct batch;

/* Where batches look first, before the table: the texts of users and of whole rows of features.
 */
struct batch_caches {
    struct text_cache *users, *features;
};

/* All is borrowed. A batch is used again for one piece after the other. */
struct batch *batch_new(const struct columns *columns, struct table_builder *builder,
                        const struct batch_caches *caches, struct status *status);
void batch_free(struct batch *batch);

/* Empties it. With `stable` the fields of a line stay valid while DICT_GROUP lines follow, so
 * that lines can be looked up in groups. `letters`: behind a quote that does not close, where
 * quotes are letters and stray ones around a field are dropped. */
void batch_begin(struct batch *batch, bool stable, bool letters);

/* A line_callback with a batch as its context. LINE_SLACK bytes behind the line can be read.
 * Rows of blanks alone are skipped; comments, the header come again and lines of totals too,
 * and counted; a row with a wrong number of fields or a feature that is no number is rejected.
 * Returns false without memory; batch_status() then says so. */
bool batch_line(void *batch, const struct line *line);

/* Rejects the row that starts on `line` for a reason of the caller's. */
bool batch_reject(struct batch *batch, uint64_t line, const char *reason);

/* After the last line. */
bool batch_end(struct batch *batch);
const struct status *batch_status(const struct batch *batch);

size_t batch_rows(const struct batch *batch);

/* Of the numbers of a feature that stand in rejected lines. */
struct reject_sum {
    double sum;
    size_t n;
};

/* (d) those of the batch; NULL: there were none. Borrowed as batch_odd(). */
const struct reject_sum *batch_reject_sums(const struct batch *batch);

/* (d) what the fields looked like that were no numbers; NULL: there were none. Borrowed until
 * the batch is used again. */
const struct number_census *batch_odd(const struct batch *batch);

/* Adds to the table what was new in the rows, and to its report what was counted; `first_line`
 * is the number of lines before the batch. Batches are resolved in file order. */
bool batch_resolve(struct batch *batch, uint64_t first_line, struct status *status);

/* Appends the rows of a resolved batch, for which room was reserved. */
void batch_append(struct batch *batch);

/* Values of the columns beside the features: (batch_rows(), columns->n_beside), NaN where there
 * is no number. */
const float *batch_beside(const struct batch *batch);

#endif
