/* bench_lof: seconds of fitting and scoring LOF in both forms.
 *
 *     bench_lof [TABLE|ROWS [FORM [SAMPLE [NEIGHBORS [THREADS [SCOPE]]]]]]
 *
 * TABLE is a CSV file of user-hours; with ROWS (default 1000000) a synthetic table of so many
 * is made, whose small counts repeat as those of user-hours do; ROWS with a minus sign in
 * front: none repeats. FORM is distinct, sklearn or both (default); the other defaults are the
 * program's. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rng.h"
#include "models/lof/lof.h"
#include "table/builder.h"
#include "table/csv/csv.h"

struct moment {
    double wall, cpu; /* seconds; cpu of all threads */
};

static struct moment now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (struct moment){(double)time.tv_sec + 1e-9 * (double)time.tv_nsec,
                           (double)clock() / CLOCKS_PER_SEC};
}

/* A count from 1 on with a long tail. */
static double count(struct rng *rng, double middle, double spread)
{
    double normal = rng_double(rng) + rng_double(rng) + rng_double(rng) - 1.5;
    return floor(middle * exp(spread * normal) + 0.5) + 1;
}

static struct table *synthetic(size_t n_rows, bool repeat, struct status *status)
{
    struct table_builder *builder =
        table_builder_new(table_default_features, TABLE_DEFAULT_FEATURES, false, false, status);
    const struct span none = {NULL, 0};
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t i = 0; builder != NULL && i < n_rows; i++) {
        double total = count(&rng, 10, 2.5), hosts = fmin(total, count(&rng, 1, 2));
        double failed = rng_double(&rng) < 0.1 ? fmin(total, count(&rng, 1, 2)) : 0;
        double at_night = rng_double(&rng) < 0.24 ? total : 0;
        double x[TABLE_DEFAULT_FEATURES] = {
            total,    failed,          failed / total, hosts, fmin(total, count(&rng, 2, 2)),
            at_night, at_night / total};
        for (size_t j = 0; j < TABLE_DEFAULT_FEATURES && !repeat; j++) {
            x[j] += 0.5 * rng_double(&rng);
        }
        if (!table_builder_add(builder, none, none, x, status)) {
            table_builder_free(builder);
            return NULL;
        }
    }
    return builder != NULL ? table_builder_finish(builder, status) : NULL;
}

static const char *argument(int argc, char **argv, int i, const char *otherwise)
{
    return i < argc ? argv[i] : otherwise;
}

static struct table *open_table(const char *what, struct parallel *parallel,
                                struct status *status)
{
    if (strspn(what, "-0123456789") < strlen(what)) {
        const struct csv_options options = {.features = NULL};
        return csv_load(what, &options, parallel, NULL, status);
    }
    const bool repeat = what[0] != '-';
    return synthetic((size_t)strtoull(what + !repeat, NULL, 10), repeat, status);
}

static bool measure(const struct detector_data *data, const double *params,
                    struct status *status)
{
    char text[200] = "";
    struct scores scores;
    const struct moment start = now();
    void *model = lof_detector.fit(data, params, NULL, status);
    const struct moment fitted = now();
    if (model == NULL || !detector_score(&lof_detector, model, data, &scores, NULL, status)) {
        return false;
    }
    const struct moment scored = now();
    lof_detector.health(model, data, text, sizeof text);
    printf("%-8s fit %.3f s (%.3f s of processor)  score %.3f s (%.3f s)\n",
           lof_detector.params[0].words[(size_t)params[0]], fitted.wall - start.wall,
           fitted.cpu - start.cpu, scored.wall - fitted.wall, scored.cpu - fitted.cpu);
    printf("         %zu rows scored, %zu flagged, threshold %.9g\n", scores.scored_rows,
           scores.flagged_rows, scores.threshold);
    printf("         %s\n", text);
    scores_clear(&scores);
    lof_detector.free(model);
    return true;
}

int main(int argc, char **argv)
{
    struct status status = {0};
    const char *form = argument(argc, argv, 2, "both");
    const unsigned threads = (unsigned)atoi(argument(argc, argv, 5, "0"));
    struct parallel *parallel = parallel_new(threads, &status);
    struct table *table = open_table(argument(argc, argv, 1, "1000000"), parallel, &status);
    struct scaler *scaler = table != NULL ? scaler_fit(table, parallel, NULL, &status) : NULL;
    float *scaled = scaler != NULL ? scaler_transform(scaler, table, parallel, &status) : NULL;
    double params[DETECTOR_PARAMS];
    detector_defaults(&lof_detector, params);
    bool done = scaled != NULL;
    for (int i = 3; i <= 6; i += i == 4 ? 2 : 1) {
        static const size_t places[] = {3, 1, 0, 4};
        const struct param_spec *spec = &lof_detector.params[places[i - 3]];
        done =
            done && (argc <= i || param_parse(spec, argv[i], &params[places[i - 3]], &status));
    }
    const struct detector_data data = {.table = table,
                                       .scaler = scaler,
                                       .scaled = scaled,
                                       .parallel = parallel,
                                       .seed = 42,
                                       .budget = 0.01};
    if (done) {
        printf("%zu rows, %zu profiles, %u threads\n", table->n_rows, table->profiles.n,
               parallel_threads(parallel));
    }
    for (int which = 0; which < 2; which++) {
        if (done && (strcmp(form, "both") == 0 ||
                     strcmp(form, lof_detector.params[0].words[which]) == 0)) {
            params[0] = which;
            done = measure(&data, params, &status);
        }
    }
    printf("peak %.0f MB\n", (double)mem_peak_bytes() / 1e6);
    if (!done) {
        fprintf(stderr, "bench_lof: %s\n", status.text);
    }
    free(scaled);
    scaler_free(scaler);
    table_free(table);
    parallel_free(parallel);
    return done ? 0 : 1;
}
