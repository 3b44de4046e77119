/* why: everything that can be said about one user-hour, in original units, and in words.
 *
 * Against whom (all rows, rows of the same kind of hour, the user's own past), according to
 * which detector (credits that add up), and beside what (the nearest behaviour that many rows
 * have).
 */
#ifndef ODDHOURS_EXPLAIN_WHY_H
#define ODDHOURS_EXPLAIN_WHY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "explain/context.h"
#include "explain/user_past.h"
#include "models/detector.h"
#include "past/past.h"
#include "past/peers.h"
#include "rank/quantile.h"
#include "rank/ranking.h"
#include "table/row_index.h"

enum { WHY_COMMON = 3, WHY_PEERS = 5, WHY_SOURCES_MAX = 16 };

/* A detector, or another list (detector NULL), as far as an explanation needs it. */
struct why_source {
    const char *name, *title, *brief;
    const struct detector *detector;
    const void *model;
    const struct ranking *ranking;
};

/* What an explanation draws on: borrowed, frozen. */
struct why_data {
    struct detector_data data;
    const struct feature_order *features;
    const struct row_index *by_profile;
    struct why_context *context;     /* NULL: no class and no past */
    const double *mean;              /* (d) of all rows */
    const struct past *past;         /* own pasts with what explanations need; NULL: none */
    const struct accounts *accounts; /* what users are; NULL: not known */
    size_t n_sources;
    struct why_source source[WHY_SOURCES_MAX];
};

struct why_detector {
    bool scored;
    double score;
    size_t rank; /* 1 is the most anomalous */
    double tail_share;
    bool credited;
    double credit[TABLE_FEATURES_MAX]; /* in the detector's unit */
    double sum; /* of the credits; of their magnitudes where the sign is a side */
    bool has_shapley;
    double shapley[TABLE_FEATURES_MAX]; /* exact, in the detector's shapley_unit */
};

struct why_common {
    size_t profile, copies;
    double distance; /* in scaled units */
};

struct why {
    size_t row, profile, d;
    double value[TABLE_FEATURES_MAX], typical[TABLE_FEATURES_MAX]; /* median of all rows */
    size_t at_least[TABLE_FEATURES_MAX]; /* rows with at least this value */
    size_t rows, copies;

    bool has_class, quiet;
    int hour;
    size_t class_rows, class_at_least[TABLE_FEATURES_MAX];

    bool has_past;
    struct user_past past;
    double past_median[TABLE_FEATURES_MAX], past_most[TABLE_FEATURES_MAX];
    double past_tail[TABLE_FEATURES_MAX];
    size_t past_at_least[TABLE_FEATURES_MAX];

    int account_hours; /* of the day in which the account was ever seen; 0: not known */
    bool has_own;      /* own past scored the row */
    struct past_why own;
    bool has_peers; /* why_add_peers() was asked, and own past scored the row */
    struct peers peers;
    char new_hosts[320]; /* computers that the account has met never before; "": not known */

    struct why_detector detector[WHY_SOURCES_MAX]; /* by source */
    size_t n_common;
    struct why_common common[WHY_COMMON]; /* the nearest first */
};

/* False when memory ran out. Some milliseconds. */
bool why_find(const struct why_data *data, size_t row, struct why *why, struct status *status);

/* Adds the exact Shapley values of every detector that has them; some milliseconds each. A
 * detector for which there are too many features is left without. */
void why_add_shapley(const struct why_data *data, struct why *why);

/* Adds the accounts most alike before the row's window, and which rows they have in it; where
 * there is own past. Walks the rows of the table. */
bool why_add_peers(const struct why_data *data, struct why *why, struct parallel *parallel,
                   const struct progress *progress, struct status *status);

/* One sentence of facts, without adjectives, into out[size]. */
void why_sentence(const struct why_data *data, const struct why *why, char *out, size_t size);

/* "total_events", "share of failures", "hour of day": what a reason of own past is about. */
void why_reason_name(const struct table *table, const struct past_reason *reason, char *name,
                     size_t size);

/* The whole explanation as lines of text: `line` is called for each, with a left column (may be
 * empty). Text from the table is as it is: the caller makes it safe. */
void why_lines(const struct why_data *data, const struct why *why,
               void (*line)(void *context, const char *key, const char *text), void *context);

#endif
