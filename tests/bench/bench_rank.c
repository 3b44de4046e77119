/* bench_rank [ROWS [PROFILES]]: milliseconds of what the screen asks of rankings, on a made-up
 * table. Without PROFILES, about one distinct vector for 80 rows; as many as ROWS: no repeats.
 * Not part of `make check`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "rank/disagree.h"
#include "rank/ensemble.h"
#include "rank/filter/filter.h"
#include "rank/histogram.h"
#include "rank/overlap.h"
#include "rank/quantile.h"
#include "table/builder.h"
#include "table/profile_set.h"
#include "table/scaler.h"

enum { N = 3, D = TABLE_DEFAULT_FEATURES };

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next(state) >> 11) * 0x1p-53;
}

static void die(const struct status *status)
{
    fprintf(stderr, "bench_rank: %s\n", status->text);
    exit(1);
}

/* ---- the clock ---------------------------------------------------------------------- */

struct instant {
    double wall, cpu;
};

static double clock_ms(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static struct instant now(void)
{
    return (struct instant){clock_ms(CLOCK_MONOTONIC), clock_ms(CLOCK_PROCESS_CPUTIME_ID)};
}

/* On a busy machine the processor time of all threads says more than the clock on the wall. */
static void say(const char *what, struct instant since, const char *result)
{
    struct instant end = now();
    printf("%-50s %9.2f ms  cpu %9.2f ms   %s\n", what, end.wall - since.wall,
           end.cpu - since.cpu, result);
    fflush(stdout);
}

static void say_count(const char *what, struct instant since, size_t count)
{
    char text[40];
    snprintf(text, sizeof text, "%zu", count);
    say(what, since, text);
}

/* ---- the table ---------------------------------------------------------------------- */

/* A few profiles have most of the rows, as in the logs. */
static size_t draw_profile(uint64_t *state, size_t row, size_t n_rows, size_t n_profiles)
{
    if (n_profiles >= n_rows) {
        return row;
    }
    double u = uniform(state);
    return (size_t)((double)n_profiles * (next(state) % 64 == 0 ? u : pow(u, 8)));
}

static uint32_t add_profile(struct table_builder *builder, size_t which, struct status *status)
{
    uint64_t state = which;
    double failed = uniform(&state) < 0.1 ? floor(100 * pow(uniform(&state), 4)) : 0;
    double total = 2 + (double)which, x[D] = {total, failed, failed / total, 1, 1, 0, 0};
    for (size_t c = 3; c < 6; c++) {
        x[c] = floor(40 * pow(uniform(&state), 6));
    }
    x[6] = x[5] / total;
    return profile_set_add(table_builder_profiles(builder), x, status);
}

static void add_words(struct table_builder *builder, size_t n_users, struct status *status)
{
    char text[64];
    for (size_t i = 0; i < n_users; i++) {
        int length = snprintf(text, sizeof text, "U%zu@DOM1", i);
        dict_add(table_builder_users(builder), text, (size_t)length, status);
    }
    for (size_t hour = 0; hour < 1392; hour++) {
        time_t seconds = (time_t)(hour * 3600);
        struct tm when;
        gmtime_r(&seconds, &when);
        size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &when);
        table_builder_time(builder, (struct span){text, length}, status);
    }
}

static struct table *make_table(size_t n_rows, size_t n_profiles, struct status *status)
{
    enum { USERS = 80000, CHUNK = 1 << 16 };
    struct table_builder *builder =
        table_builder_new(table_default_features, D, true, true, status);
    uint32_t *ids = mem_new(n_profiles, sizeof *ids, "profiles", status);
    if (builder == NULL || ids == NULL) {
        die(status);
    }
    memset(ids, 0xFF, n_profiles * sizeof *ids);
    add_words(builder, USERS, status);
    uint64_t state = 1;
    for (size_t row = 0; row < n_rows; row += CHUNK) {
        size_t n = n_rows - row < CHUNK ? n_rows - row : CHUNK;
        static uint32_t profile[CHUNK], time[CHUNK], user[CHUNK];
        if (!table_builder_reserve(builder, n, status)) {
            die(status);
        }
        for (size_t i = 0; i < n; i++) {
            size_t which = draw_profile(&state, row + i, n_rows, n_profiles);
            if (ids[which] == UINT32_MAX) {
                ids[which] = add_profile(builder, which, status);
            }
            profile[i] = ids[which];
            time[i] = (uint32_t)((row + i) * 1392 / n_rows);
            user[i] = (uint32_t)(next(&state) % USERS);
        }
        table_builder_append(builder, n, time, user, profile);
    }
    free(ids);
    struct table *table = table_builder_finish(builder, status);
    if (table == NULL) {
        die(status);
    }
    return table;
}

/* ---- rankings ----------------------------------------------------------------------- */

struct bench {
    struct table *table;
    struct parallel *parallel;
    struct row_index *index;
    double *score[N];
    struct ranking *ranking[N];
    struct scores ensemble;
    struct ranking *ensemble_ranking;
    struct status status;
};

/* Half of a score is shared; the last one has 1000 levels, and so huge tie blocks. */
static void make_scores(struct bench *b)
{
    size_t n = b->table->profiles.n;
    for (size_t i = 0; i < N; i++) {
        b->score[i] = mem_new(n, sizeof(double), "scores", &b->status);
        if (b->score[i] == NULL) {
            die(&b->status);
        }
        for (size_t p = 0; p < n; p++) {
            uint64_t shared = p, own = p * N + i;
            double score = uniform(&shared) + uniform(&own);
            b->score[i][p] = i + 1 == N ? floor(1000 * score) / 1000 : pow(score, 5);
        }
    }
}

static void bench_rankings(struct bench *b)
{
    static const char *const names[] = {"sort profiles", "sort profiles",
                                        "sort profiles, 1000 levels"};
    for (size_t i = 0; i < N; i++) {
        struct instant start = now();
        b->ranking[i] = ranking_new(b->score[i], &b->table->profiles, b->parallel, &b->status);
        if (b->ranking[i] == NULL) {
            die(&b->status);
        }
        say_count(names[i], start, b->ranking[i]->n_scored);
    }
    struct instant start = now();
    const struct ranking *rankings[] = {b->ranking[0], b->ranking[1], b->ranking[2]};
    ensemble_score(rankings, N, b->table->profiles.n, b->parallel, &b->ensemble, &b->status);
    say("ensemble", start, "");
    b->ensemble_ranking =
        ranking_new(b->ensemble.score, &b->table->profiles, b->parallel, &b->status);
    if (b->ensemble_ranking == NULL) {
        die(&b->status);
    }
}

static void bench_ranks(const struct bench *b, const struct ranking *ranking, const char *what)
{
    size_t sum = 0, n_rows = b->table->n_rows;
    struct instant start = now();
    for (size_t i = 0; i < 50; i++) {
        sum += ranking_rank_of(ranking, b->index, b->table->row_profile, n_rows / 51 * (i + 1));
    }
    say_count(what, start, sum);
}

/* All profiles in one tie block, as when a detector finds nothing. */
static void bench_ties(struct bench *b)
{
    double *score = mem_zero(b->table->profiles.n, sizeof *score, "scores", &b->status);
    struct ranking *ranking =
        score != NULL ? ranking_new(score, &b->table->profiles, b->parallel, &b->status) : NULL;
    if (ranking == NULL) {
        die(&b->status);
    }
    bench_ranks(b, ranking, "ranks of 50 rows, all tied, searched");
    struct instant start = now();
    ranking_index_ties(ranking, b->index, NULL);
    say("  count tied rows", start, "");
    bench_ranks(b, ranking, "  ranks of 50 rows, counted");
    ranking_free(ranking);
    free(score);
    start = now();
    ranking_index_ties(b->ranking[2], b->index, NULL);
    say("count tied rows, 1000 levels", start, "");
    bench_ranks(b, b->ranking[2], "  ranks of 50 rows, 1000 levels, counted");
}

static void bench_rows(struct bench *b)
{
    static const struct {
        const char *what;
        size_t ranking, part, count;
    } cases[] = {
        {"top 50", 0, 0, 50},
        {"50 rows in the middle", 0, 2, 50},
        {"top 1,000,000", 0, 0, 1000000},
        {"top 50, 1000 levels", 2, 0, 50},
        {"50 rows in the middle, 1000 levels", 2, 2, 50},
        {"top 1,000,000, 1000 levels", 2, 0, 1000000},
    };
    uint32_t *rows = mem_new(1000000, sizeof *rows, "rows", &b->status);
    for (size_t i = 0; rows != NULL && i < sizeof cases / sizeof *cases; i++) {
        const struct ranking *ranking = b->ranking[cases[i].ranking];
        size_t from = cases[i].part == 0 ? 1 : ranking->scored_rows / cases[i].part;
        struct instant start = now();
        size_t n = ranking_rows(ranking, b->index, from, cases[i].count, rows, &b->status);
        say_count(cases[i].what, start, n);
        start = now();
        size_t sum = 0;
        for (size_t j = 0; j < 50; j++) {
            sum += ranking_rank_of(ranking, b->index, b->table->row_profile, rows[j]);
        }
        say_count("  ranks of 50 of them", start, sum);
    }
    free(rows);
    bench_ties(b);
}

static void bench_histograms(struct bench *b)
{
    for (int log = 0; log < 2; log++) {
        struct histogram_axis axis = {60, log != 0, NAN, NAN};
        struct instant start = now();
        struct histogram *histogram = histogram_new(b->ranking[0], &axis, &b->status);
        say_count(log ? "histogram, 60 bins, log" : "histogram, 60 bins", start,
                  histogram != NULL ? histogram->most : 0);
        histogram_free(histogram);
    }
    struct instant start = now();
    double value = ranking_percentile(b->ranking[0], 99.9);
    say("percentile", start, value > 0 ? "" : "0");
    start = now();
    struct feature_order *order =
        feature_order_new(&b->table->profiles, b->parallel, &b->status);
    say("sort 7 features", start, "");
    start = now();
    size_t rows = order != NULL ? feature_rows_at_least(order, 1, 50) : 0;
    say_count("  percentile of a value", start, rows);
    feature_order_free(order);
}

static void bench_overlap(struct bench *b)
{
    const struct ranking *rankings[] = {b->ranking[0], b->ranking[1], b->ranking[2],
                                        b->ensemble_ranking};
    struct overlap point, points[64];
    size_t ks[64], n = overlap_steps(1000000, ks, 64), count;
    for (size_t k = 1000; k <= 1000000; k *= 1000) {
        struct instant start = now();
        overlap_at(&point, rankings, 4, b->index, k, &b->status);
        say_count(k == 1000 ? "overlap of four at 1,000" : "overlap of four at 1,000,000",
                  start, point.in_all);
    }
    struct instant start = now();
    overlap_curve(points, rankings, 4, b->index, ks, n, NULL, &b->status);
    say_count("curve to 1,000,000", start, n);
    struct disagreement *list = mem_new(1000, sizeof *list, "a list", &b->status);
    start = now();
    disagreements(rankings, 4, b->index, b->table->row_profile, 1000000, list, 1000, &count,
                  &b->status);
    say_count("1,000 disagreements in the top 1,000,000", start, count);
    free(list);
}

/* ---- filters ------------------------------------------------------------------------ */

static void bench_filter(struct bench *b, const struct filter_context *context,
                         const char *text)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, context, &error);
    struct row_set rows;
    size_t count = 0;
    char what[80];
    if (filter == NULL) {
        fprintf(stderr, "bench_rank: %s: %s\n", text, error.text);
        exit(1);
    }
    struct instant start = now();
    if (!filter_count(filter, context, b->parallel, NULL, &count, &b->status)) {
        die(&b->status);
    }
    snprintf(what, sizeof what, "count %s", text);
    say_count(what, start, count);
    start = now();
    if (!filter_rows(filter, context, NULL, b->parallel, NULL, SIZE_MAX, &rows, &count,
                     &b->status)) {
        die(&b->status);
    }
    say("  rows", start, "");
    row_set_clear(&rows);
    filter_free(filter);
}

static void bench_filters(struct bench *b)
{
    static const char *const texts[] = {
        "user:U66*",
        "hour:0-6",
        "failed:>=10",
        "iforest:>p99.9",
        "iforest:>p20",
        "rank:<=1000",
        "lof.rank:<=1000000",
        "user:U66* failed:>=10 iforest:>p99.9 hour:0-6 copies:1",
        "hour:0-6 user:U1* copies:>10",
        "copies:>1 sort:user",
        "hour:3 sort:failed",
        "sort:failed",
        "U66"};
    const struct filter_ranking rankings[] = {
        {"iforest", "IF", b->ranking[0], 1, false},
        {"autoencoder", "AE", b->ranking[1], 1, false},
        {"lof", NULL, b->ranking[2], 1, false},
        {"ensemble", NULL, b->ensemble_ranking, 1, false}};
    const struct filter_context context = {.table = b->table,
                                           .by_profile = b->index,
                                           .rankings = rankings,
                                           .n_rankings = 4,
                                           .main_ranking = 3};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bench_filter(b, &context, texts[i]);
    }
}

static void bench_table(struct bench *b)
{
    struct instant start = now();
    b->index = row_index_new(b->table->row_profile, b->table->n_rows, b->table->profiles.n,
                             b->parallel, NULL, &b->status);
    say_count("index of rows by profile", start, b->table->profiles.n);
    start = now();
    struct scaler *scaler = scaler_fit(b->table, b->parallel, NULL, &b->status);
    say("scaler", start, "");
    float *scaled =
        scaler != NULL ? scaler_transform(scaler, b->table, b->parallel, &b->status) : NULL;
    if (scaled == NULL || b->index == NULL) {
        die(&b->status);
    }
    free(scaled);
    scaler_free(scaler);
}

/* ---- scores of rows ----------------------------------------------------------------- */

/* As a list gives them: a third is 0, each twentieth row has none, the others hardly repeat. */
static float *row_scores(struct bench *b)
{
    size_t n = b->table->n_rows;
    uint64_t state = 7;
    float *score = mem_new(n, sizeof *score, "scores of rows", &b->status);
    if (score == NULL) {
        die(&b->status);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t kind = next(&state) % 20;
        score[i] = kind == 0 ? NAN : kind < 8 ? 0 : (float)-log10(1 - uniform(&state));
    }
    return score;
}

static struct ranking *bench_rank_rows(struct bench *b, const float *score)
{
    struct parallel *alone = parallel_new(1, &b->status);
    struct instant start = now();
    struct ranking *ranking = ranking_new_rows(score, b->table->n_rows, alone, &b->status);
    say_count("rank rows by scores of their own, one thread", start, b->table->n_rows);
    parallel_free(alone);
    ranking_free(ranking);
    start = now();
    ranking = ranking_new_rows(score, b->table->n_rows, b->parallel, &b->status);
    if (ranking == NULL) {
        die(&b->status);
    }
    say_count("rank rows by scores of their own", start, ranking->scored_rows);
    return ranking;
}

static void bench_rows_of_their_own(struct bench *b)
{
    static const char *const texts[] = {"own:>p99.9",      "own:>1",       "own.rank:<=1000",
                                        "hour:3 sort:own", "sort:own-asc", "flagged:own U66"};
    float *score = row_scores(b);
    struct ranking *ranking = bench_rank_rows(b, score);
    bench_ranks(b, ranking, "  ranks of 50 rows");
    struct histogram_axis axis = {60, false, NAN, NAN};
    struct instant start = now();
    struct histogram *histogram = histogram_new(ranking, &axis, &b->status);
    say("  histogram, 60 bins", start, "");
    histogram_free(histogram);
    const struct ranking *mixed[] = {b->ranking[0], b->ranking[1], b->ranking[2], ranking};
    struct overlap point;
    for (size_t k = 1000; k <= 1000000; k *= 1000) {
        start = now();
        overlap_at(&point, mixed, 4, b->index, k, &b->status);
        say_count(k == 1000 ? "  overlap with three of profiles at 1,000"
                            : "  overlap with three of profiles at 1,000,000",
                  start, point.in_all);
    }
    const struct filter_ranking rankings[] = {
        {.name = "own", .ranking = ranking, .threshold = 3}};
    const struct filter_context context = {
        .table = b->table, .by_profile = b->index, .rankings = rankings, .n_rankings = 1};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bench_filter(b, &context, texts[i]);
    }
    ranking_free(ranking);
    free(score);
}

int main(int argc, char **argv)
{
    size_t n_rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 42866142;
    size_t n_profiles = argc > 2 ? strtoul(argv[2], NULL, 10) : n_rows / 80 + 1;
    struct bench b = {.parallel = parallel_new(0, NULL)};
    struct instant start = now();
    b.table = make_table(n_rows, n_profiles, &b.status);
    say_count("make the table", start, b.table->n_rows);
    bench_table(&b);
    make_scores(&b);
    bench_rankings(&b);
    bench_rows(&b);
    bench_histograms(&b);
    bench_overlap(&b);
    bench_filters(&b);
    bench_rows_of_their_own(&b);
    printf("peak memory %.2f GB\n", (double)mem_peak_bytes() * 1e-9);
    ranking_free(b.ensemble_ranking);
    scores_clear(&b.ensemble);
    for (size_t i = 0; i < N; i++) {
        ranking_free(b.ranking[i]);
        free(b.score[i]);
    }
    row_index_free(b.index);
    table_free(b.table);
    parallel_free(b.parallel);
    return 0;
}
