/* context: what a user-hour is compared with: rows of the same hour of day and kind of day, and
 * the user's other rows (user_past.h). Built once per table, then asked often.
 *
 * A day is *quiet* when it has less than QUIET_SHARE of the rows of the median day within ten
 * days of it (the study's calendar is hidden; its weekends show by volume), else *busy*.
 */
#ifndef ODDHOURS_EXPLAIN_CONTEXT_H
#define ODDHOURS_EXPLAIN_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "rank/quantile.h"
#include "table/row_index.h"
#include "table/table.h"

#define QUIET_SHARE 0.85

struct why_context {
    const struct table *table; /* borrowed */
    struct row_index *by_user; /* NULL without users */
    size_t n_times;            /* 0 without readable times */
    uint8_t *time_class;       /* (n_times) hour + 24 if the day is quiet; CONTEXT_NO_CLASS */
    size_t class_rows[2 * 24]; /* rows of each class */
    /* The rows of time i are time_start[i] .. time_start[i + 1] - 1, or by_time's of these
     * numbers where the table is not in the order of its times. */
    uint32_t *time_start;
    struct row_index *by_time; /* or NULL */
    /* The features of a class in rising order, made when one of its rows is first asked about.
     */
    struct feature_order *class_order[2 * 24];
};

enum { CONTEXT_NO_CLASS = 255 };

/* NULL on failure or when cancelled. Takes some tenths of a second at 42.9 million rows, and 4
 * bytes a row; 8 where the rows are not in the order of their times. */
struct why_context *context_new(const struct table *table, struct parallel *parallel,
                                const struct progress *progress, struct status *status);
void context_free(struct why_context *context);

/* Rows like this one in hour of day and kind of day, itself counted; and those of them whose
 * features are at least this row's: at_least (d). The first question of a class walks its rows,
 * later ones take microseconds. False when the row has no readable time, or with a status when
 * memory ran out. Not for several threads at once. */
bool context_class(struct why_context *context, size_t row, size_t *rows, size_t *at_least,
                   bool *quiet, int *hour, struct status *status);

#endif
