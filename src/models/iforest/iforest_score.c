/* Scores of all profiles: blocks of rows through all trees, then the power and the percentile.
 */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"

static const struct iforest_kernel *const kernels[] = {
    &iforest_kernel_scalar,
#if defined(__x86_64__)
    &iforest_kernel_avx2,
    &iforest_kernel_avx512,
#endif
};

const struct iforest_kernel *iforest_kernel_choose(enum cpu_kernel best, size_t d)
{
    size_t i = sizeof kernels / sizeof kernels[0] - 1;
    while (kernels[i]->needs > best || kernels[i]->most_features < d) {
        i--;
    }
    return kernels[i];
}

/* One worker's memory. */
struct scratch {
    uint16_t *ranks; /* (d, IFOREST_BLOCK) */
    void *kernel;
    double *sums; /* (IFOREST_BLOCK) */
};

/* Group by group of trees, all rows: so one group is in its coded form at a time. The score
 * array holds the sums of depths until all groups have been added. */
struct scoring {
    const struct iforest *forest;
    const struct iforest_kernel *kernel;
    const struct iforest_coded *coded; /* the present group */
    bool last_group;
    const float *x; /* (n, d) */
    size_t n;
    double denominator;      /* depth over this is the power of one half */
    struct scratch *scratch; /* (threads) */
    double *score;           /* (n) */
    const struct progress *progress;
    atomic_size_t done; /* rows times trees */
};

enum { TASK_BLOCKS = 4 }; /* a task is 4096 rows: some milliseconds */

static double score_of(const struct scoring *scoring, double depth)
{
    if (scoring->denominator == 0) { /* trees of a single row */
        return 0.5;
    }
    /* As numpy does it. clang would make exp2() of a plain 2, which differs in the last bit. */
    const volatile double two = 2.0;
    return pow(two, -(depth / scoring->denominator));
}

static void score_block(const struct scoring *scoring, struct scratch *scratch, size_t first)
{
    size_t n = scoring->n - first < IFOREST_BLOCK ? scoring->n - first : IFOREST_BLOCK;
    double *score = scoring->score + first;
    memcpy(scratch->sums, score, n * sizeof *score);
    scoring->kernel->ranks(scoring->coded, scoring->x + first * scoring->coded->d, n,
                           scratch->ranks);
    scoring->kernel->walk(scoring->coded, scratch->ranks, scratch->sums, scratch->kernel);
    for (size_t i = 0; i < n; i++) {
        score[i] = scoring->last_group ? score_of(scoring, scratch->sums[i]) : scratch->sums[i];
    }
}

static void score_task(void *context, size_t task, unsigned worker)
{
    struct scoring *scoring = context;
    size_t first = task * TASK_BLOCKS * IFOREST_BLOCK, most = TASK_BLOCKS * IFOREST_BLOCK;
    size_t end = scoring->n - first < most ? scoring->n : first + most;
    for (size_t row = first; row < end; row += IFOREST_BLOCK) {
        if (progress_cancelled(scoring->progress)) {
            return;
        }
        score_block(scoring, &scoring->scratch[worker], row);
    }
    size_t more = (end - first) * scoring->coded->n_trees;
    size_t done = atomic_fetch_add(&scoring->done, more) + more;
    /* In profiles, a part of one for each of its trees. */
    progress_tick(scoring->progress, done / scoring->forest->n_trees, scoring->n);
}

static bool scratch_open(struct scratch *scratch, size_t d, struct status *status)
{
    size_t ranks_bytes = d * IFOREST_BLOCK * sizeof *scratch->ranks;
    size_t sums_bytes = IFOREST_BLOCK * sizeof *scratch->sums;
    scratch->ranks = mem_aligned(ranks_bytes, 1, "scoring", status);
    scratch->kernel = mem_aligned(IFOREST_SCRATCH, 1, "scoring", status);
    scratch->sums = mem_aligned(sums_bytes, 1, "scoring", status);
    if (scratch->ranks == NULL || scratch->kernel == NULL || scratch->sums == NULL) {
        return false;
    }
    /* Rows past the end of the last block get some rank: their sums are thrown away. */
    memset(scratch->ranks, 0, ranks_bytes);
    memset(scratch->sums, 0, sums_bytes);
    return true;
}

static void scratch_close(struct scratch *scratch, unsigned threads)
{
    for (unsigned i = 0; scratch != NULL && i < threads; i++) {
        free(scratch[i].ranks);
        free(scratch[i].kernel);
        free(scratch[i].sums);
    }
    free(scratch);
}

/* The trees from `first` on in coded form: as many as the kernel can take together. */
static struct iforest_coded *code_group(const struct scoring *scoring, size_t first,
                                        struct status *status)
{
    size_t rest = scoring->forest->n_trees - first;
    size_t n = rest < IFOREST_GROUP ? rest : IFOREST_GROUP;
    for (;; n = (n + 1) / 2) {
        struct iforest_coded *coded = iforest_coded_new(scoring->forest, first, n, status);
        if (coded == NULL || iforest_coded_cuts(coded) <= scoring->kernel->most_cuts) {
            return coded;
        }
        iforest_coded_free(coded);
    }
}

/* Adds the trees of a group, from `*first` on, which becomes the next group's first. */
static bool score_group(struct scoring *scoring, struct parallel *parallel, size_t *first,
                        struct status *status)
{
    size_t per_task = TASK_BLOCKS * IFOREST_BLOCK;
    struct iforest_coded *coded = code_group(scoring, *first, status);
    if (coded == NULL) {
        return false;
    }
    *first += coded->n_trees;
    scoring->coded = coded;
    scoring->last_group = *first == scoring->forest->n_trees;
    parallel_run(parallel, (scoring->n + per_task - 1) / per_task, score_task, scoring);
    iforest_coded_free(coded);
    return !progress_cancelled(scoring->progress) || status_cancelled(status);
}

static bool score_profiles(struct scoring *scoring, struct parallel *parallel,
                           struct status *status)
{
    unsigned threads = parallel_threads(parallel);
    scoring->scratch = mem_zero(threads, sizeof *scoring->scratch, "scoring", status);
    bool ok = scoring->scratch != NULL;
    for (unsigned i = 0; ok && i < threads; i++) {
        ok = scratch_open(&scoring->scratch[i], scoring->forest->d, status);
    }
    memset(scoring->score, 0, scoring->n * sizeof *scoring->score);
    for (size_t first = 0; ok && first < scoring->forest->n_trees;) {
        ok = score_group(scoring, parallel, &first, status);
    }
    scratch_close(scoring->scratch, threads);
    return ok;
}

bool iforest_score(const void *model, const struct detector_data *data, struct scores *scores,
                   const struct progress *progress, struct status *status)
{
    const struct iforest *forest = model;
    const struct profiles *profiles = &data->table->profiles;
    if (!scores_new(scores, profiles->n, status)) {
        return false;
    }
    struct scoring scoring = {
        .forest = forest,
        .kernel = iforest_kernel_choose(cpu_kernel(), forest->d),
        .x = data->scaled,
        .n = profiles->n,
        .denominator = (double)forest->n_trees * iforest_path_length(forest->psi),
        .score = scores->score,
        .progress = progress,
    };
    if (!score_profiles(&scoring, data->parallel, status)) {
        scores_clear(scores);
        return false;
    }
    return true;
}

/* offset = percentile(score_samples of all rows, 100 * contamination); threshold = -offset. */
void iforest_threshold(const void *model, const struct detector_data *data,
                       struct scores *scores)
{
    const struct iforest *forest = model;
    const struct percentile_column samples = {scores->score, data->table->profiles.copies,
                                              scores->n, true};
    scores->threshold = -percentile_of(&samples, 100.0 * forest->contamination);
}
