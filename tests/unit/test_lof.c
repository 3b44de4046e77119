/* LOF in distinct form against a plain twin written from the definition, and what both forms
 * promise: any order of rows, any threads, any kernel, few rows, equal rows, rows not sampled.
 */
#include "models/lof/lof.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/lof/lof_model.h"
#include "unit/fixture.h"
#include "unit/lof_twin.h"
#include "unit/test.h"

/* A table of small whole numbers, with what a detector is given. Scaled is the value itself, or
 * a third of it so that distances are not whole. */
struct bench {
    struct table *table;
    float *scaled;
    struct parallel *parallel;
    struct detector_data data;
    double params[DETECTOR_PARAMS];
    struct lof_model *model;
    struct scores scores;
};

static void bench_take(struct bench *bench, double *take_values, size_t n, size_t d)
{
    memset(bench, 0, sizeof *bench);
    bench->table = fixture_table(take_values, n, d, NULL);
    free(take_values);
    const size_t cells = bench->table->profiles.n * d;
    bench->scaled = malloc(cells * sizeof *bench->scaled);
    for (size_t i = 0; i < cells; i++) {
        bench->scaled[i] = (float)(bench->table->profiles.values[i] / 3);
    }
    bench->data = (struct detector_data){
        .table = bench->table, .scaled = bench->scaled, .seed = 42, .budget = 0.01};
    detector_defaults(&lof_detector, bench->params);
}

/* n rows of d small whole numbers below `levels`: duplicates and ties everywhere. */
static double *random_values(size_t n, size_t d, size_t levels, uint64_t seed)
{
    uint64_t random = seed;
    double *values = malloc(n * d * sizeof *values);
    for (size_t i = 0; i < n * d; i++) {
        values[i] = (double)fixture_below(&random, levels);
        if (fixture_below(&random, 3) != 0) {
            values[i] = 0;
        }
    }
    return values;
}

static void bench_fit(struct bench *bench)
{
    struct status status = {0};
    bench->data.parallel = bench->parallel;
    bench->model = lof_detector.fit(&bench->data, bench->params, NULL, &status);
    assert_string_equal(status.text, "");
    assert_non_null(bench->model);
    assert_true(detector_score(&lof_detector, bench->model, &bench->data, &bench->scores, NULL,
                               &status));
}

static void bench_unfit(struct bench *bench)
{
    lof_detector.free(bench->model);
    scores_clear(&bench->scores);
    bench->model = NULL;
}

static void bench_close(struct bench *bench)
{
    bench_unfit(bench);
    table_free(bench->table);
    free(bench->scaled);
}

static const float *vector_of(const struct bench *bench, size_t row)
{
    return bench->scaled + (size_t)bench->table->row_profile[row] * bench->table->profiles.d;
}

/* ---- against the twin -----------------------------------------------------------------------
 */

static struct lof_twin *twin_of(const struct bench *bench)
{
    const struct lof_points *points = &bench->model->points;
    const float **rows = malloc(points->n_rows * sizeof *rows);
    for (size_t i = 0; i < points->n_rows; i++) {
        rows[i] = vector_of(bench, lof_points_row(points, i));
    }
    return lof_twin_new(rows, points->n_rows, points->d, bench->model->k);
}

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b)))) {
        fail_msg("%.17g is not %.17g", a, b);
    }
}

static void compare_with_twin(struct bench *bench)
{
    bench_fit(bench);
    struct lof_twin *twin = twin_of(bench);
    const struct lof_model *model = bench->model;
    for (size_t i = 0; i < twin->n && model->points.n > 1; i++) {
        const size_t row = lof_points_row(&model->points, i);
        const uint32_t point = lof_point_at(model, vector_of(bench, row));
        assert_near(model->k_distance[point], twin->k_distance[i]);
        assert_near(model->lrd[point], twin->lrd[i]);
    }
    for (size_t row = 0; row < bench->table->n_rows; row++) {
        const double score = bench->scores.score[bench->table->row_profile[row]];
        assert_near(score, model->points.n > 1 ? lof_twin_lof(twin, vector_of(bench, row)) : 1);
    }
    lof_twin_free(twin);
    bench_unfit(bench);
}

static void distinct_is_its_definition(void **state)
{
    (void)state;
    const struct {
        size_t n, d, levels;
    } sets[] = {{1, 1, 2},  {2, 1, 2},   {2, 3, 9},  {30, 1, 40}, {40, 2, 3},
                {60, 3, 4}, {60, 2, 12}, {70, 7, 3}, {50, 20, 2}, {90, 4, 30}};
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        const size_t n = sets[s].n;
        struct bench bench;
        bench_take(&bench, random_values(n, sets[s].d, sets[s].levels, 100 + s), n, sets[s].d);
        for (size_t k = 1; k <= n + 1; k += 1 + k / 3) {
            bench.params[1] = (double)k;
            bench.params[3] = 0; /* all rows */
            compare_with_twin(&bench);
            bench.params[3] = (double)(n / 3 + 1); /* the others are new points */
            compare_with_twin(&bench);
        }
        bench_close(&bench);
    }
}

/* Larger than a leaf, a node and a piece of work. */
static void distinct_on_a_tree(void **state)
{
    (void)state;
    struct bench bench;
    bench_take(&bench, random_values(500, 3, 40, 7), 500, 3);
    bench.params[3] = 300;
    for (size_t k = 1; k < 200; k += 66) {
        bench.params[1] = (double)k;
        compare_with_twin(&bench);
    }
    bench_close(&bench);
}

/* Profiles of different values that are one float after scaling are one point. */
static void profiles_that_scale_alike_are_one_point(void **state)
{
    (void)state;
    double values[] = {1, 1 + 1e-12, 2, 3, 5};
    double *take = malloc(sizeof values);
    memcpy(take, values, sizeof values);
    struct bench bench;
    bench_take(&bench, take, 5, 1);
    assert_int_equal(bench.table->profiles.n, 5);
    bench.params[1] = 2;
    bench_fit(&bench);
    assert_int_equal(bench.model->points.n, 4);
    assert_int_equal(bench.model->points.copies[0], 2);
    assert_true(bench.scores.score[0] == bench.scores.score[1]);
    bench_unfit(&bench);
    compare_with_twin(&bench);
    /* One of the two is not sampled: it is not a new point either. */
    for (uint32_t seed = 0; seed < 20; seed++) {
        bench.data.seed = seed;
        bench.params[3] = 4;
        compare_with_twin(&bench);
    }
    bench_close(&bench);
}

/* ---- what both forms promise ---------------------------------------------------------------
 */

static void shuffle_rows(double *values, size_t n, size_t d, uint64_t seed)
{
    uint64_t random = seed;
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = fixture_below(&random, i + 1);
        for (size_t c = 0; c < d; c++) {
            double t = values[i * d + c];
            values[i * d + c] = values[j * d + c];
            values[j * d + c] = t;
        }
    }
}

static double score_of_values(const struct bench *bench, const double *values)
{
    const size_t d = bench->table->profiles.d;
    for (size_t p = 0; p < bench->table->profiles.n; p++) {
        if (memcmp(table_profile(bench->table, p), values, d * sizeof *values) == 0) {
            return bench->scores.score[p];
        }
    }
    return NAN;
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    enum { N = 900, WIDE = 3 };
    struct bench a, b;
    double *values = random_values(N, WIDE, 12, 5);
    bench_take(&a, random_values(N, WIDE, 12, 5), N, WIDE);
    shuffle_rows(values, N, WIDE, 6);
    bench_take(&b, values, N, WIDE);
    a.params[1] = b.params[1] = 7;
    bench_fit(&a);
    bench_fit(&b);
    assert_true(a.table->profiles.n > 100);
    assert_true(a.scores.threshold == b.scores.threshold);
    for (size_t p = 0; p < a.table->profiles.n; p++) {
        assert_true(a.scores.score[p] == score_of_values(&b, table_profile(a.table, p)));
    }
    bench_close(&a);
    bench_close(&b);
}

static void threads_and_kernels_give_equal_bits(void **state)
{
    (void)state;
    enum { N = 1500, WIDE = 7 };
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct bench one, many;
        bench_take(&one, random_values(N, WIDE, 9, 11), N, WIDE);
        bench_take(&many, random_values(N, WIDE, 9, 11), N, WIDE);
        one.params[0] = many.params[0] = form;
        one.params[1] = many.params[1] = 10;
        one.params[3] = many.params[3] = 700;
        one.params[4] = many.params[4] = LOF_SCOPE_ALL;
        many.parallel = parallel_new(4, NULL);
        setenv("ODDHOURS_KERNEL", "scalar", 1);
        bench_fit(&one);
        unsetenv("ODDHOURS_KERNEL");
        bench_fit(&many);
        assert_int_equal(one.scores.scored_rows, N);
        assert_int_equal(memcmp(one.scores.score, many.scores.score,
                                one.scores.n * sizeof *one.scores.score),
                         0);
        assert_true(one.scores.threshold == many.scores.threshold);
        parallel_free(many.parallel);
        bench_close(&one);
        bench_close(&many);
    }
}

static void equal_rows_are_ordinary(void **state)
{
    (void)state;
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        for (size_t n = 1; n <= 100; n += 33) {
            struct bench bench;
            bench_take(&bench, calloc(n * 2, sizeof(double)), n, 2);
            bench.params[0] = form;
            bench_fit(&bench);
            assert_true(bench.scores.score[0] == 1);
            assert_int_equal(bench.scores.flagged_rows, 0);
            assert_int_equal(bench.scores.scored_rows, n);
            bench_close(&bench);
        }
    }
}

/* Constant features add nothing, wherever they stand. */
static void constant_features_do_not_matter(void **state)
{
    (void)state;
    enum { N = 200 };
    double *values = random_values(N, 2, 20, 3), *wide = malloc(N * 4 * sizeof *wide);
    for (size_t i = 0; i < N; i++) {
        wide[4 * i] = 5;
        wide[4 * i + 1] = values[2 * i];
        wide[4 * i + 2] = values[2 * i + 1];
        wide[4 * i + 3] = -1;
    }
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct bench a, b;
        double *copies[2] = {malloc(N * 2 * sizeof *values), malloc(N * 4 * sizeof *wide)};
        memcpy(copies[0], values, N * 2 * sizeof *values);
        memcpy(copies[1], wide, N * 4 * sizeof *wide);
        bench_take(&a, copies[0], N, 2);
        bench_take(&b, copies[1], N, 4);
        a.params[0] = b.params[0] = form;
        a.params[1] = b.params[1] = 5;
        bench_fit(&a);
        bench_fit(&b);
        assert_int_equal(a.scores.n, b.scores.n);
        for (size_t p = 0; p < a.scores.n; p++) {
            assert_true(a.scores.score[p] == b.scores.score[p]);
        }
        bench_close(&a);
        bench_close(&b);
    }
    free(values);
    free(wide);
}

static void the_sample_and_who_is_scored(void **state)
{
    (void)state;
    enum { N = 500 };
    const struct {
        int form, scope;
        bool all;
    } cases[] = {
        {LOF_DISTINCT, LOF_SCOPE_AUTO, true},   {LOF_DISTINCT, LOF_SCOPE_SAMPLE, false},
        {LOF_DISTINCT, LOF_SCOPE_ALL, true},    {LOF_SKLEARN, LOF_SCOPE_AUTO, false},
        {LOF_SKLEARN, LOF_SCOPE_SAMPLE, false}, {LOF_SKLEARN, LOF_SCOPE_ALL, true}};
    struct bench bench;
    bench_take(&bench, random_values(N, 4, 30, 9), N, 4);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        bench.params[0] = cases[c].form;
        bench.params[1] = 5;
        bench.params[3] = 100;
        bench.params[4] = cases[c].scope;
        bench_fit(&bench);
        size_t n;
        const uint32_t *rows = lof_detector.sample(bench.model, &n);
        assert_int_equal(n, 100);
        /* numpy.random.RandomState(42).choice(500, 100, replace=False)[:4] */
        assert_int_equal(rows[0], 361);
        assert_int_equal(rows[1], 73);
        assert_int_equal(rows[2], 374);
        assert_int_equal(rows[3], 155);
        for (size_t i = 0; i < n; i++) {
            assert_true(bench.scores.score[bench.table->row_profile[rows[i]]] > 0);
        }
        assert_int_equal(bench.scores.scored_rows == N, cases[c].all);
        bench_unfit(&bench);
    }
    bench.params[3] = N; /* not more rows than that: all, in file order */
    bench_fit(&bench);
    size_t n;
    assert_null(lof_detector.sample(bench.model, &n));
    assert_int_equal(n, N);
    bench_close(&bench);
}

static void a_threshold_flags_the_share_it_is_for(void **state)
{
    (void)state;
    struct bench bench;
    bench_take(&bench, random_values(1000, 5, 200, 21), 1000, 5);
    for (double share = 0.01; share <= 0.5; share += 0.07) {
        bench.params[2] = share;
        bench_fit(&bench);
        size_t flagged = 0;
        for (size_t row = 0; row < 1000; row++) {
            const double score = bench.scores.score[bench.table->row_profile[row]];
            const double exported = lof_detector.exported(bench.model, &bench.scores, score);
            assert_true((score > bench.scores.threshold) == (exported > 0));
            flagged += score > bench.scores.threshold;
        }
        assert_int_equal(flagged, bench.scores.flagged_rows);
        assert_true((double)flagged <= share * 1000 + 1e-9);
        assert_true((double)flagged >= share * 1000 - 40); /* ties at the threshold */
        bench_unfit(&bench);
    }
    bench_close(&bench);
}

/* ---- progress and cancel -------------------------------------------------------------------
 */

struct watch {
    atomic_bool cancel;
    atomic_size_t reports;
    size_t stop_at;
    uint64_t last, total;
};

static void watch_report(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    watch->last = done;
    watch->total = total;
    if (atomic_fetch_add(&watch->reports, 1) + 1 == watch->stop_at) {
        atomic_store(&watch->cancel, true);
    }
}

static void a_fit_reports_and_can_be_cancelled(void **state)
{
    (void)state;
    struct bench bench;
    bench_take(&bench, random_values(3000, 7, 50, 2), 3000, 7);
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        bench.params[0] = form;
        struct watch watch = {.stop_at = 0};
        struct progress progress = {
            .cancel = &watch.cancel, .report = watch_report, .context = &watch};
        void *model = lof_detector.fit(&bench.data, bench.params, &progress, NULL);
        assert_non_null(model);
        assert_int_equal(watch.last, watch.total);
        assert_int_equal(watch.total, ((struct lof_model *)model)->points.n);
        const size_t reports = watch.reports;
        assert_true(reports > 30);
        lof_detector.free(model);
        for (size_t stop = 0; stop < reports; stop += 1 + reports / 7) {
            struct watch cut = {.stop_at = stop};
            struct status status = {0};
            struct progress short_one = {
                .cancel = &cut.cancel, .report = watch_report, .context = &cut};
            atomic_store(&cut.cancel, stop == 0);
            assert_null(lof_detector.fit(&bench.data, bench.params, &short_one, &status));
            assert_int_equal(status.code, STATUS_CANCELLED);
            assert_true(cut.reports <= stop + 1);
        }
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distinct_is_its_definition),
        cmocka_unit_test(distinct_on_a_tree),
        cmocka_unit_test(profiles_that_scale_alike_are_one_point),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(threads_and_kernels_give_equal_bits),
        cmocka_unit_test(equal_rows_are_ordinary),
        cmocka_unit_test(constant_features_do_not_matter),
        cmocka_unit_test(the_sample_and_who_is_scored),
        cmocka_unit_test(a_threshold_flags_the_share_it_is_for),
        cmocka_unit_test(a_fit_reports_and_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("lof", tests, NULL, NULL);
}
