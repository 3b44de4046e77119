/* metrics: how well a ranking finds what the truth names.
 *
 * Pure: a ranking is a list of blocks, each the rows of one score, best first. Rows without a
 * score are in no block. Ties count as what they are: every order of a block is as good.
 */
#ifndef ODDHOURS_REVIEW_METRICS_H
#define ODDHOURS_REVIEW_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "rank/ranking.h"
#include "review/truth.h"

struct block {
    size_t rows, positives;
};

struct metrics {
    size_t rows, positives; /* ranked ones */
    size_t missed;          /* positive rows that have no score */
    double base_rate; /* positives / rows: average precision by chance, if none is missed */
    /* Sum of (recall step) * precision over blocks, as scikit-learn's average_precision_score;
     * recall is of all positives, so that those without a score count as never found. */
    double average_precision;
    /* The mean of average precision over all orders of the tied rows (McSherry and Najork, ECIR
     * 2008), which does not flatter a block of ties. */
    double average_precision_ties;
    double roc_auc; /* of the ranked rows; ties count half; never to be read alone: it is high
                       where AP is poor */
};

/* `missed` and the positives together are what recall is of. */
struct metrics metrics_of(const struct block *blocks, size_t n, size_t missed);

struct at_k {
    size_t k;                 /* at most the ranked rows */
    double found;             /* positives among the first k, the mean over orders of ties */
    double precision, recall; /* recall of all positives, the missed included */
};
struct at_k metrics_at(const struct block *blocks, size_t n, size_t missed, size_t k);

/* The blocks of a ranking under a truth: at most ranking->n_scored of them, trimmed; the caller
 * frees. `*missed` are the positive rows without a score. NULL on failure. */
struct block *metrics_blocks(const struct ranking *ranking, const struct table *table,
                             const struct truth *truth, size_t *n, size_t *missed,
                             struct status *status);

/* What an analyst catches who looks at the `per_day` most anomalous users of every day, a
 * user's day counting as its best row. */
enum { ALERT_BUDGETS = 10 };
struct alerts {
    size_t days;                          /* with a ranked row */
    size_t user_days, positive_user_days; /* in all; with a positive row */
    size_t incidents, users;              /* with a positive row of a readable time */
    struct {
        size_t per_day;
        size_t alerts;                      /* user-days looked at */
        size_t user_days, incidents, users; /* caught */
    } at[ALERT_BUDGETS];
};

/* Budgets are 1, 2, 5, 10, 20, 50, 100, 200, 500 and 1000 a day. The table needs dt and
 * src_user (else STATUS_INPUT). Ties by row_id. */
bool metrics_alerts(const struct ranking *ranking, const struct table *table,
                    const struct truth *truth, const struct progress *progress,
                    struct alerts *alerts, struct status *status);

#endif
