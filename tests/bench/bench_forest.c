/* bench_forest [ROWS [PROFILES]]: seconds to fit and score with all cores, and nanoseconds per
 * profile and tree of every kernel this processor has on one. Not part of `make check`. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "models/iforest/iforest.h"
#include "models/iforest/iforest_internal.h"

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Long-tailed, partly correlated features, all rows distinct: like log-scaled counts. */
static float *make_rows(size_t n, size_t d)
{
    struct rng rng;
    rng_seed(&rng, 1);
    float *x = malloc(n * d * sizeof *x);
    for (size_t i = 0; x != NULL && i < n; i++) {
        double shared = -log(1 - rng_double(&rng));
        for (size_t f = 0; f < d; f++) {
            double own = -log(1 - rng_double(&rng));
            x[i * d + f] = (float)(own * own * (f % 2 == 0 ? shared : 1));
        }
    }
    return x;
}

/* Processor time of one core, block by block. */
static void bench_kernels(const struct iforest *forest, const float *x, size_t n, size_t d)
{
    struct iforest_coded *coded = iforest_coded_new(forest, 0, forest->n_trees, NULL);
    uint16_t *ranks = aligned_alloc(64, d * IFOREST_BLOCK * sizeof *ranks);
    void *scratch = aligned_alloc(64, IFOREST_SCRATCH);
    double *sums = aligned_alloc(64, IFOREST_BLOCK * sizeof *sums);
    size_t blocks = n / IFOREST_BLOCK;
    const struct iforest_kernel *last = NULL;
    for (enum cpu_kernel k = CPU_SCALAR; k <= cpu_kernel(); k++) {
        const struct iforest_kernel *kernel = iforest_kernel_choose(k, d);
        if (kernel == last) {
            continue;
        }
        last = kernel;
        double best_ranks = INFINITY, best_walk = INFINITY, all = 0;
        for (size_t b = 0; b < blocks; b++) {
            double start = seconds(CLOCK_THREAD_CPUTIME_ID);
            kernel->ranks(coded, x + b * IFOREST_BLOCK * d, IFOREST_BLOCK, ranks);
            double ranked = seconds(CLOCK_THREAD_CPUTIME_ID);
            kernel->walk(coded, ranks, sums, scratch);
            double walked = seconds(CLOCK_THREAD_CPUTIME_ID);
            best_ranks = fmin(best_ranks, ranked - start);
            best_walk = fmin(best_walk, walked - ranked);
            all += walked - ranked;
        }
        double per = 1e9 / IFOREST_BLOCK;
        printf("%-8s %6.3f ns a row and tree (at best %.3f), a rank %.3f at best\n",
               cpu_kernel_name(k), all * per / (double)(blocks * forest->n_trees),
               best_walk * per / (double)forest->n_trees, best_ranks * per / (double)d);
    }
    free(ranks);
    free(scratch);
    free(sums);
    iforest_coded_free(coded);
}

static void bench_explanations(const struct iforest *forest, const struct detector_data *data)
{
    enum { CREDITS = 2000, SHAPLEYS = 20 };
    double credit[TABLE_FEATURES_MAX], start = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < CREDITS; i++) {
        iforest_detector.explain(forest, data, i * 7919 % data->table->profiles.n, credit);
    }
    double credited = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < SHAPLEYS; i++) {
        iforest_shapley(forest, data, i * 7919 % data->table->profiles.n, credit);
    }
    double valued = seconds(CLOCK_THREAD_CPUTIME_ID);
    printf("path credit %.1f us, Shapley values %.2f ms a row\n",
           (credited - start) * 1e6 / CREDITS, (valued - credited) * 1e3 / SHAPLEYS);
}

/* Rows that share profiles at random, with their copies. False when there is no memory. */
static bool make_table(struct table *table, size_t n_rows, size_t n_profiles, size_t d)
{
    *table = (struct table){.n_rows = n_rows, .profiles = {.n = n_profiles, .d = d}};
    table->row_profile = malloc(n_rows * sizeof *table->row_profile);
    table->profiles.copies = calloc(n_profiles, sizeof *table->profiles.copies);
    if (table->row_profile == NULL || table->profiles.copies == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_rows; i++) {
        size_t any = (size_t)(i * UINT64_C(0x9E3779B97F4A7C15) >> 20) % n_profiles;
        table->row_profile[i] = (uint32_t)(i < n_profiles ? i : any);
        table->profiles.copies[table->row_profile[i]]++;
    }
    return true;
}

/* Wall-clock, with all cores. */
static int bench_whole(struct detector_data *data)
{
    double params[DETECTOR_PARAMS];
    detector_defaults(&iforest_detector, params);
    data->parallel = parallel_new(0, NULL);
    double start = seconds(CLOCK_MONOTONIC);
    struct iforest *model = iforest_detector.fit(data, params, NULL, NULL);
    double fitted = seconds(CLOCK_MONOTONIC);
    struct scores scores;
    if (model == NULL || !detector_score(&iforest_detector, model, data, &scores, NULL, NULL)) {
        return 1;
    }
    double scored = seconds(CLOCK_MONOTONIC);
    printf("%u threads: fit %.3f s, score %.3f s (%.3f ns a profile and tree: ranks, kernel, "
           "power, "
           "threshold)\n",
           parallel_threads(data->parallel), fitted - start, scored - fitted,
           (scored - fitted) * 1e9 / (double)scores.n / params[0]);
    bench_explanations(model, data);
    bench_kernels(model, data->scaled, scores.n, model->d);
    scores_clear(&scores);
    iforest_detector.free(model);
    parallel_free(data->parallel);
    return 0;
}

int main(int argc, char **argv)
{
    size_t n_rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000, d = 7;
    size_t n_profiles = argc > 2 ? strtoull(argv[2], NULL, 10) : n_rows;
    struct table table;
    float *x = make_rows(n_profiles, d);
    if (x == NULL || !make_table(&table, n_rows, n_profiles, d)) {
        return 1;
    }
    struct detector_data data = {.table = &table, .scaled = x, .seed = 42};
    int failed = bench_whole(&data);
    free(table.row_profile);
    free(table.profiles.copies);
    free(x);
    return failed;
}
