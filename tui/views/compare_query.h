/* compare_query: what the Compare view shows, found by the queries thread. */
#ifndef ODDHOURS_TUI_VIEWS_COMPARE_QUERY_H
#define ODDHOURS_TUI_VIEWS_COMPARE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/app.h"
#include "rank/disagree.h"
#include "rank/overlap.h"

enum { COMPARE_STEPS = 64, COMPARE_DISAGREEMENTS = 1000 };

struct compare_answer {
    size_t n;                   /* detectors that are ready */
    size_t result[OVERLAP_MAX]; /* their indices in run->results */
    size_t k;
    size_t least; /* rows in at least so many heads are the consensus */
    struct overlap at_k;
    size_t n_steps;
    size_t steps[COMPARE_STEPS];
    struct overlap *curve; /* (n_steps) */
    uint32_t *consensus;   /* (n_consensus) by the ensemble, most anomalous first */
    size_t n_consensus;
    double *consensus_mean, *all_mean; /* (d) */
    struct disagreement *differ;       /* (n_differ) falling */
    size_t n_differ;
    size_t pair; /* of those that differ: 0: all detectors, else compare_pair(pair - 1) */
};

void compare_answer_clear(struct compare_answer *comparison);

struct compare_query {
    struct query query;
    const struct run *run;
    const struct ranking *ranking[OVERLAP_MAX];
    size_t a, b;                 /* the pair's positions in it; the same: all */
    struct compare_answer found; /* the answer; taken by copying it and leaving a cleared one */
};

/* The pairs of detectors, then all of them when they are more than two. */
struct compare_pair {
    size_t a, b; /* positions in compare_answer.result; the same: all */
};
size_t compare_pairs(const struct compare_answer *found);
struct compare_pair compare_pair(const struct compare_answer *found, size_t i);

/* Compares those results of the run that are `chosen` (RUN_RESULTS_MAX) and ready, at the
 * session's K. `least` and `pair` as in the comparison; 0 when they are too large. */
struct compare_query *compare_query_new(const struct app *app, const bool *chosen, size_t least,
                                        size_t pair);

#endif
