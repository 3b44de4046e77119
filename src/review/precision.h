/* precision: Precision@K from verdicts, and what may be said beside it.
 *
 * Pure: the input is a ranked list with its verdicts. "Reviewed" means decided, true or false
 * positive; rows judged undecided count both ways. All intervals are at 95 %.
 */
#ifndef ODDHOURS_REVIEW_PRECISION_H
#define ODDHOURS_REVIEW_PRECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "review/statistics.h"
#include "review/verdict.h"

#define PRECISION_CONFIDENCE 0.95

/* Rows from rank 1 on. Borrowed. */
struct ranked_list {
    size_t n;
    const unsigned char *verdict; /* (n) enum verdict */
    const uint32_t *tie;          /* (n) equal neighbours share one score; NULL: no ties */
    /* Rows after the n-th that share its score, when the list ends inside a tie block. */
    struct tally beyond;
};

struct precision {
    size_t k;           /* as asked, at most the list's length */
    struct tally tally; /* of the first k rows, ties in order of row_id */
    double reviewed;    /* tp / (tp + fp); NaN when nothing is decided */
    double false_share; /* fp / (tp + fp): the false-positive share; NaN likewise */
    double low, high;   /* exact: everything open is a false, a true positive */
    /* tp / looked at, undecided taken as false and as true positives; NaN without any. */
    double undecided_low, undecided_high;
    struct interval wilson, clopper_pearson; /* of `reviewed`, for lists of this kind */

    /* The tie block that straddles k: any order of it is as good, so these are the means over
     * all orders. Ranks from 1; tie_first is 0 when no block straddles k, and then the means
     * equal the numbers above. */
    size_t tie_first, tie_last;
    size_t tie_slots; /* of the block's rows this many are among the first k */
    struct tally tie; /* of the whole block */
    double tie_reviewed, tie_low, tie_high;
};

struct precision precision_at(const struct ranked_list *list, size_t k);

/* P@k for k = 1 .. n of the list, ties averaged: the curve and its band, (n) each. */
void precision_curve(const struct ranked_list *list, double *reviewed, double *low,
                     double *high);

/* "ranks 38 to 61 share one score and K = 50 takes 13 of these 24" into `text`; false when no
 * block straddles K. */
bool precision_tie_text(const struct precision *precision, char *text, size_t size);

/* The same by unit (a user, a user-day): a unit is a true positive when one of its rows is, a
 * false one when all its rows among the first k are, and open otherwise. */
struct unit_precision {
    size_t units; /* distinct, among the first k rows */
    size_t tp, fp, open;
    double reviewed;  /* tp / (tp + fp) */
    double low, high; /* exact bounds */
};

/* `unit` (n) names the unit of each listed row. False when memory ran out. */
bool precision_units(const struct ranked_list *list, const uint64_t *unit, size_t k,
                     struct unit_precision *result, struct status *status);

/* A stratum of ranks of which a simple random sample was reviewed. */
struct stratum {
    size_t rows;         /* in the stratum */
    struct tally sample; /* of the rows drawn; unreviewed ones may be left out */
};

struct stratified {
    size_t rows;      /* of all strata: K */
    size_t decided;   /* of all samples */
    double estimate;  /* of P@K; NaN while a stratum has nothing decided */
    double error;     /* standard error, finite-population correction included */
    double low, high; /* certain: everything not decided is a false, a true positive */
    /* 95 %: the exact hypergeometric limits of each stratum, combined as Zou, Huang and Zhang
     * do for a sum of proportions (Computational Statistics and Data Analysis 53, 2009): the
     * distances from the estimate add up in squares. */
    struct interval interval;
    /* Guaranteed 95 % or more: exact hypergeometric bounds of each stratum at
     * 1 - 0.05 / strata, added up. */
    struct interval exact;
};

struct stratified precision_stratified(const struct stratum *strata, size_t n);

/* Two detectors at the same K on shared verdicts. */
struct comparison {
    size_t shared;               /* rows in both lists */
    struct tally only_a, only_b; /* rows that only one of them lists */
    /* McNemar's exact test of the true positives that only one of them finds: with equal K
     * these are the whole difference in precision. */
    double p;
    double difference; /* P@K of a minus b, known only when nothing is open; else NaN */
    double difference_low, difference_high; /* bounds: open rows at their worst and best */
};

/* rows_a, rows_b (k): the two lists, each row once; verdict_a, verdict_b (k) their verdicts.
 * False when memory ran out. */
bool precision_compare(const uint32_t *rows_a, const unsigned char *verdict_a,
                       const uint32_t *rows_b, const unsigned char *verdict_b, size_t k,
                       struct comparison *result, struct status *status);

/* The pace of a review: the mean of seconds per verdict where a time above ten medians (a lunch
 * break) counts as ten medians. NaN without verdicts or memory. */
double review_pace(const double *seconds, size_t n);

#endif
