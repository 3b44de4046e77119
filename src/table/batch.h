/* batch: the rows of one piece of a CSV file, with dictionaries of their own. Pieces are parsed
 * side by side and then merged into the table in file order, so that ids do not depend on how
 * many threads there were. */
#ifndef ODDHOURS_TABLE_BATCH_H
#define ODDHOURS_TABLE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/builder.h"
#include "table/columns.h"
#include "table/split.h"

struct batch;

/* `columns` is borrowed. A batch is used again for one piece after the other. */
struct batch *batch_new(const struct columns *columns, struct status *status);
void batch_free(struct batch *batch);

/* Empties it. */
void batch_clear(struct batch *batch);

/* A line_callback with a batch as its context. Rows of blanks alone are skipped; a row with a
 * wrong number of fields or a feature that is no number is rejected. Returns false without
 * memory; batch_status() then says so. */
bool batch_line(void *batch, const struct line *line);
const struct status *batch_status(const struct batch *batch);

/* Rejects the row that starts on `line` for a reason of the caller's. */
void batch_reject(struct batch *batch, uint64_t line, const char *reason);

size_t batch_rows(const struct batch *batch);
uint64_t batch_rejected(const struct batch *batch);

/* Appends the first `most` rows to a table in the making, and adds what was counted to its
 * report; `first_line` is the number of the batch's line 0. False without memory or with too
 * many rows. */
bool batch_merge(struct batch *batch, struct table_builder *builder, uint64_t first_line,
                 size_t most, struct status *status);

#endif
