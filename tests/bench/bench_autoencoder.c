/* bench_autoencoder: seconds of training and scoring on rows drawn from a synthetic set of
 * profiles.
 *
 *     bench_autoencoder [ROWS [PROFILES [FEATURES [EPOCHS [THREADS [BATCH]]]]]]
 *
 * Defaults are the study's: 42866142 rows, 540000 profiles, 7 features, 5 epochs, every core,
 * batches of 4096. Profile k is drawn about k times less often than the first, as the profiles
 * of user-hours are; as many profiles as rows means that nothing repeats. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rng.h"
#include "models/autoencoder/autoencoder.h"

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return i < argc ? (size_t)strtoull(argv[i], NULL, 10) : otherwise;
}

/* Rows of a table, and its scaled profiles: a few hidden quantities seen through d features. */
static bool make(struct table *table, float **scaled)
{
    struct profiles *profiles = &table->profiles;
    struct rng rng;
    rng_seed(&rng, 1);
    table->row_profile = mem_new(table->n_rows, sizeof(uint32_t), "rows", NULL);
    profiles->copies = mem_zero(profiles->n, sizeof(uint32_t), "profiles", NULL);
    *scaled = mem_aligned(profiles->n * profiles->d, sizeof(float), "profiles", NULL);
    if (table->row_profile == NULL || profiles->copies == NULL || *scaled == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        double at = pow((double)profiles->n, rng_double(&rng)) - 1;
        size_t profile = profiles->n == table->n_rows ? i : (size_t)at;
        table->row_profile[i] = (uint32_t)profile;
        profiles->copies[profile]++;
    }
    for (size_t i = 0; i < profiles->n; i++) {
        double hidden[3];
        for (size_t k = 0; k < 3; k++) {
            hidden[k] = rng_double(&rng) - 0.5;
        }
        for (size_t j = 0; j < profiles->d; j++) {
            double noise = 0.2 * (rng_double(&rng) - 0.5);
            (*scaled)[i * profiles->d + j] =
                (float)(3 * hidden[j % 3] * hidden[j / 3 % 3] + noise);
        }
    }
    return true;
}

static void show_loss(void *context, size_t epoch, double loss)
{
    double *since = context;
    printf("  epoch %zu: loss %.6f after %.2f s\n", epoch + 1, loss,
           seconds(CLOCK_MONOTONIC) - *since);
}

static bool run(const struct detector_data *data, double *params)
{
    struct status status = {.code = STATUS_OK};
    double start = seconds(CLOCK_MONOTONIC), work = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct progress progress = {.value = show_loss, .context = &start};
    void *model = autoencoder_detector.fit(data, params, &progress, &status);
    double fitted = seconds(CLOCK_MONOTONIC);
    work = seconds(CLOCK_PROCESS_CPUTIME_ID) - work;
    struct scores scores = {.n = 0};
    if (model == NULL ||
        !detector_score(&autoencoder_detector, model, data, &scores, NULL, &status)) {
        fprintf(stderr, "bench_autoencoder: %s\n", status.text);
        autoencoder_detector.free(model);
        return false;
    }
    double scored = seconds(CLOCK_MONOTONIC), rows = (double)data->table->n_rows * params[0];
    struct key_values values = {.n = 0};
    autoencoder_detector.info(model, data, &values);
    printf(
        "%s %s: fit %.2f s, scores %.3f s; a row and epoch %.1f ns, %.1f ns of processor time\n"
        "threshold %.9g\n",
        key_values_find(&values, "path")->text, key_values_find(&values, "kernel")->text,
        fitted - start, scored - fitted, 1e9 * (fitted - start) / rows, 1e9 * work / rows,
        scores.threshold);
    key_values_clear(&values);
    scores_clear(&scores);
    autoencoder_detector.free(model);
    return true;
}

int main(int argc, char **argv)
{
    struct table table = {.n_rows = argument(argc, argv, 1, 42866142)};
    table.profiles.n = argument(argc, argv, 2, 540000);
    table.profiles.d = argument(argc, argv, 3, 7);
    double params[DETECTOR_PARAMS];
    detector_defaults(&autoencoder_detector, params);
    params[0] = (double)argument(argc, argv, 4, 5);
    struct parallel *parallel = parallel_new((unsigned)argument(argc, argv, 5, 0), NULL);
    params[1] = (double)argument(argc, argv, 6, 4096);
    float *scaled = NULL;
    bool made = make(&table, &scaled);
    struct detector_data data = {
        .table = &table, .scaled = scaled, .parallel = parallel, .seed = 42, .budget = 0.01};
    bool done = made && run(&data, params);
    free(scaled);
    free(table.row_profile);
    free(table.profiles.copies);
    parallel_free(parallel);
    return done ? 0 : 1;
}
