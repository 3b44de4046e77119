#include "rank/ensemble.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    CHUNK = 1 << 16, /* positions or profiles a task */
    AHEAD = 24       /* of them from asking for a number to using it */
};

struct work {
    const struct ranking *const *rankings;
    const struct ranking *ranking; /* the one at work */
    size_t n, n_profiles;
    double *sum; /* by profile */
};

static double decades_of(const struct ranking *ranking, size_t last)
{
    double share =
        ranking->reference != NULL
            ? reference_tail(ranking->reference, ranking->score[ranking->order[last - 1]])
            : (double)ranking_rows_above(ranking, last) / (double)ranking->scored_rows;
    return 0.0 - log10(share); /* 0, not -0, for a share of 1 */
}

/* Adds the decades of the tie blocks that begin in a chunk of positions: one logarithm a block.
 */
static void add_decades(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct work *work = context;
    const struct ranking *ranking = work->ranking;
    const uint32_t *order = ranking->order;
    size_t from = task * CHUNK, n = ranking->n_scored;
    size_t to = n - from < CHUNK ? n : from + CHUNK;
    /* the block that begins in a chunk before is done there */
    size_t first = from > 0 ? ranking_block_end(ranking, from - 1) : 0;
    for (size_t i = first; first < to; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&ranking->score[order[i + AHEAD]]);
            __builtin_prefetch(&work->sum[order[i + AHEAD]], 1);
        }
        if (i + 1 == n || ranking->score[order[i + 1]] != ranking->score[order[i]]) {
            double decades = decades_of(ranking, i + 1);
            for (; first <= i; first++) {
                work->sum[order[first]] += decades;
            }
        }
    }
}

static void divide(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct work *work = context;
    size_t from = task * CHUNK, n = work->n_profiles;
    size_t to = n - from < CHUNK ? n : from + CHUNK;
    for (size_t profile = from; profile < to; profile++) {
        size_t members = ensemble_members(work->rankings, work->n, profile);
        work->sum[profile] = members > 0 ? work->sum[profile] / (double)members : NAN;
    }
}

static size_t count_tasks(size_t n)
{
    return (n + CHUNK - 1) / CHUNK;
}

bool ensemble_score(const struct ranking *const *rankings, size_t n, size_t n_profiles,
                    struct parallel *parallel, struct scores *scores, struct status *status)
{
    struct work work = {.rankings = rankings, .n = n, .n_profiles = n_profiles};
    if (!scores_new(scores, n_profiles, status)) {
        return false;
    }
    work.sum = scores->score;
    memset(work.sum, 0, n_profiles * sizeof *work.sum);
    for (size_t i = 0; i < n; i++) {
        work.ranking = rankings[i];
        if (work.ranking != NULL) {
            parallel_run(parallel, count_tasks(work.ranking->n_scored), add_decades, &work);
        }
    }
    parallel_run(parallel, count_tasks(n_profiles), divide, &work);
    return true;
}

size_t ensemble_members(const struct ranking *const *rankings, size_t n, size_t profile)
{
    size_t members = 0;
    for (size_t i = 0; i < n; i++) {
        members += rankings[i] != NULL && !isnan(rankings[i]->score[profile]);
    }
    return members;
}
