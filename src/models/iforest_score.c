/* Scores of all profiles: blocks of rows through all trees, then the power and the percentile.
 */
#include "models/iforest_internal.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/percentile.h"

static bool any_width(size_t d)
{
    return d > 0;
}

static const struct {
    enum cpu_kernel needs;
    bool (*fits)(size_t d);
    iforest_kernel *kernel;
} kernels[] = {
    {CPU_SCALAR, any_width, iforest_kernel_scalar},
};

iforest_kernel *iforest_kernel_choose(enum cpu_kernel best, size_t d, const char **name)
{
    size_t i = sizeof kernels / sizeof kernels[0] - 1;
    while (kernels[i].needs > best || !kernels[i].fits(d)) {
        i--;
    }
    if (name != NULL) {
        *name = cpu_kernel_name(kernels[i].needs);
    }
    return kernels[i].kernel;
}

/* One worker's memory. */
struct scratch {
    uint16_t *ranks; /* (d, IFOREST_BLOCK) */
    double sums[IFOREST_BLOCK];
    void *kernel;
};

struct scoring {
    const struct iforest *forest;
    const float *x; /* (n, d) */
    size_t n;
    double denominator; /* depth over this is the power of one half */
    iforest_kernel *kernel;
    struct iforest_coded **groups; /* (n_groups) IFOREST_GROUP trees each */
    size_t n_groups;
    struct scratch *scratch; /* (threads) */
    double *score;           /* (n) */
    const struct progress *progress;
    atomic_size_t done;
};

enum { TASK_BLOCKS = 8 }; /* a task is 4096 rows: some milliseconds */

static double score_of(const struct scoring *scoring, double depth)
{
    if (scoring->denominator == 0) { /* trees of a single row */
        return 0.5;
    }
    return pow(2.0, -(depth / scoring->denominator));
}

static void score_block(const struct scoring *scoring, struct scratch *scratch, size_t first)
{
    size_t n = scoring->n - first < IFOREST_BLOCK ? scoring->n - first : IFOREST_BLOCK;
    memset(scratch->sums, 0, sizeof scratch->sums);
    for (size_t g = 0; g < scoring->n_groups; g++) {
        const struct iforest_coded *coded = scoring->groups[g];
        iforest_ranks(coded, scoring->x + first * coded->d, n, scratch->ranks);
        scoring->kernel(coded, scratch->ranks, scratch->sums, scratch->kernel);
    }
    for (size_t i = 0; i < n; i++) {
        scoring->score[first + i] = score_of(scoring, scratch->sums[i]);
    }
}

static void score_task(void *context, size_t task, unsigned worker)
{
    struct scoring *scoring = context;
    size_t first = task * TASK_BLOCKS * IFOREST_BLOCK;
    for (size_t b = 0; b < TASK_BLOCKS && first < scoring->n; b++, first += IFOREST_BLOCK) {
        if (progress_cancelled(scoring->progress)) {
            return;
        }
        score_block(scoring, &scoring->scratch[worker], first);
    }
    size_t most = TASK_BLOCKS * IFOREST_BLOCK, rest = scoring->n - task * most;
    size_t done = atomic_fetch_add(&scoring->done, rest < most ? rest : most);
    progress_tick(scoring->progress, done + (rest < most ? rest : most), scoring->n);
}

static bool scoring_open(struct scoring *scoring, unsigned threads, struct status *status)
{
    const struct iforest *forest = scoring->forest;
    scoring->n_groups = (forest->n_trees + IFOREST_GROUP - 1) / IFOREST_GROUP;
    scoring->groups = mem_zero(scoring->n_groups, sizeof(void *), "the coded forest", status);
    scoring->scratch = mem_zero(threads, sizeof *scoring->scratch, "scoring", status);
    if (scoring->groups == NULL || scoring->scratch == NULL) {
        return false;
    }
    for (size_t g = 0; g < scoring->n_groups; g++) {
        size_t first = g * IFOREST_GROUP, rest = forest->n_trees - first;
        scoring->groups[g] = iforest_coded_new(
            forest, first, rest < IFOREST_GROUP ? rest : IFOREST_GROUP, status);
        if (scoring->groups[g] == NULL) {
            return false;
        }
    }
    for (unsigned i = 0; i < threads; i++) {
        struct scratch *scratch = &scoring->scratch[i];
        size_t ranks_bytes = forest->d * IFOREST_BLOCK * sizeof(uint16_t);
        scratch->ranks = mem_aligned(ranks_bytes, 1, "scoring", status);
        scratch->kernel = mem_aligned(IFOREST_SCRATCH, 1, "scoring", status);
        if (scratch->ranks == NULL || scratch->kernel == NULL) {
            return false;
        }
        /* Rows past the end of the last block get some rank: their sums are thrown away. */
        memset(scratch->ranks, 0, ranks_bytes);
    }
    return true;
}

static void scoring_close(struct scoring *scoring, unsigned threads)
{
    for (size_t g = 0; scoring->groups != NULL && g < scoring->n_groups; g++) {
        iforest_coded_free(scoring->groups[g]);
    }
    for (unsigned i = 0; scoring->scratch != NULL && i < threads; i++) {
        free(scoring->scratch[i].ranks);
        free(scoring->scratch[i].kernel);
    }
    free(scoring->groups);
    free(scoring->scratch);
}

/* threshold = -offset; offset = percentile(score_samples of all rows, 100 * contamination). */
static bool find_threshold(const struct iforest *forest, const struct profiles *profiles,
                           struct scores *scores, struct status *status)
{
    struct weighted *samples = mem_new(scores->n, sizeof *samples, "a threshold", status);
    if (samples == NULL) {
        return false;
    }
    for (size_t i = 0; i < scores->n; i++) {
        samples[i] = (struct weighted){-scores->score[i], profiles->copies[i]};
    }
    double percent = 100.0 * forest->contamination;
    scores->threshold = -percentile_weighted(samples, scores->n, percent);
    free(samples);
    return true;
}

bool iforest_score(const void *model, const struct detector_data *data, struct scores *scores,
                   const struct progress *progress, struct status *status)
{
    const struct iforest *forest = model;
    const struct profiles *profiles = &data->table->profiles;
    unsigned threads = parallel_threads(data->parallel);
    if (!scores_new(scores, profiles->n, status)) {
        return false;
    }
    struct scoring scoring = {
        .forest = forest,
        .x = data->scaled,
        .n = profiles->n,
        .denominator = (double)forest->n_trees * iforest_path_length(forest->psi),
        .kernel = iforest_kernel_choose(cpu_kernel(), forest->d, NULL),
        .score = scores->score,
        .progress = progress,
    };
    bool ok = scoring_open(&scoring, threads, status);
    if (ok) {
        size_t per_task = TASK_BLOCKS * IFOREST_BLOCK;
        parallel_run(data->parallel, (scoring.n + per_task - 1) / per_task, score_task,
                     &scoring);
        ok = !progress_cancelled(progress) || status_cancelled(status);
    }
    scoring_close(&scoring, threads);
    ok = ok && find_threshold(forest, profiles, scores, status);
    if (ok) {
        scores_count(scores, profiles);
    } else {
        scores_clear(scores);
    }
    return ok;
}
