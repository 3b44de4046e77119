/* bench_forest [ROWS]: nanoseconds per row and tree of every forest kernel this processor has,
 * on one core, for rows without repeats. Not part of `make check`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "models/iforest.h"
#include "models/iforest_internal.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
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

static void bench_parts(const struct iforest *forest, const float *x, size_t n, size_t d)
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
            double start = seconds();
            kernel->ranks(coded, x + b * IFOREST_BLOCK * d, IFOREST_BLOCK, ranks);
            double ranked = seconds();
            kernel->walk(coded, ranks, sums, scratch);
            double walked = seconds();
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

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000, d = 7;
    float *x = make_rows(n, d);
    struct table table = {.n_rows = n, .profiles = {.n = n, .d = d}};
    table.row_profile = malloc(n * sizeof *table.row_profile);
    table.profiles.copies = malloc(n * sizeof *table.profiles.copies);
    if (x == NULL || table.row_profile == NULL || table.profiles.copies == NULL) {
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        table.row_profile[i] = (uint32_t)i;
        table.profiles.copies[i] = 1;
    }
    struct detector_data data = {.table = &table, .scaled = x, .seed = 42};
    double params[DETECTOR_PARAMS];
    detector_defaults(&iforest_detector, params);
    double start = seconds();
    void *model = iforest_detector.fit(&data, params, NULL, NULL);
    if (model == NULL) {
        return 1;
    }
    printf("fit      %6.3f s\n", seconds() - start);
    bench_parts(model, x, n, d);
    struct scores scores;
    start = seconds();
    if (!iforest_detector.score(model, &data, &scores, NULL, NULL)) {
        return 1;
    }
    double all = seconds() - start;
    printf(
        "score    %6.3f s, %.3f ns a row and tree in all (kernel, ranks, power, threshold)\n",
        all, all * 1e9 / (double)n / params[0]);
    scores_clear(&scores);
    iforest_detector.free(model);
    free(table.row_profile);
    free(table.profiles.copies);
    free(x);
    return 0;
}
