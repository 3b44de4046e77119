/* row_text: rows of a table as lines of CSV, formatted in parallel and written in order.
 *
 * A time, a user and a profile's score are each turned into text once and copied from then on:
 * a file of 42.9 million lines is mostly memcpy. Where profiles hardly repeat, scores are
 * formatted as they come, so that the texts do not outgrow the table.
 */
#ifndef ODDHOURS_RUN_ROW_TEXT_H
#define ODDHOURS_RUN_ROW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* The score of every row, or of its profile, as one or more columns: "score," or
 * "score,label,". */
struct score_columns {
    const struct result *result;
    const char *format; /* of a double, such as "%.17g" */
    bool exported;      /* with the notebook's sign and offset, not as anomaly score */
    bool label;         /* followed by -1 (flagged) or 1 */
    bool rank;          /* followed by the row's rank, empty when not scored */
};

enum { ROW_LAYOUT_SCORES = RUN_RESULTS_MAX };

/* The columns of a file, in this order: row_id, scores (scores_first), dt, src_user, scores. */
struct row_layout {
    bool row_id;
    bool scores_first;
    size_t n_scores;
    struct score_columns scores[ROW_LAYOUT_SCORES];
};

struct row_text; /* quoted dt and src_user texts, shared by several files */

struct row_text *row_text_new(const struct run *run, struct status *status);
void row_text_free(struct row_text *text);

/* Writes `n` lines: the rows named by `rows` (n), or rows 0 .. n - 1 when that is NULL. Ranks
 * need rows to be NULL and n all rows. Columns the table lacks are left out. Returns false with
 * a status when memory ran out or it was cancelled; a write error is left to outfile_commit().
 */
bool row_text_write(const struct row_text *text, const struct row_layout *layout,
                    const uint32_t *rows, size_t n, struct outfile *file,
                    const struct progress *progress, struct status *status);

#endif
