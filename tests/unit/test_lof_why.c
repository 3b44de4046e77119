/* What LOF says about itself: neighbourhoods, credits, the health line and the values. */
#include "models/lof/lof.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain/reason.h"
#include "models/lof/lof_model.h"
#include "unit/fixture.h"
#include "unit/test.h"

struct bench {
    struct table *table;
    struct scaler *scaler;
    float *scaled;
    struct detector_data data;
    double params[DETECTOR_PARAMS];
    struct lof_model *model;
};

static void bench_open(struct bench *bench, struct table *take_table, int form, size_t k)
{
    memset(bench, 0, sizeof *bench);
    bench->table = take_table;
    const size_t cells = bench->table->profiles.n * bench->table->profiles.d;
    bench->scaled = malloc(cells * sizeof *bench->scaled);
    for (size_t i = 0; i < cells; i++) {
        bench->scaled[i] = (float)(bench->table->profiles.values[i] / 3);
    }
    bench->scaler = scaler_new(bench->table->profiles.d, NULL);
    for (size_t j = 0; j < bench->table->profiles.d; j++) {
        bench->scaler->scale[j] = 3;
    }
    bench->data = (struct detector_data){
        .table = bench->table, .scaler = bench->scaler, .scaled = bench->scaled, .seed = 1};
    detector_defaults(&lof_detector, bench->params);
    bench->params[0] = form;
    bench->params[1] = (double)k;
}

static void bench_fit(struct bench *bench)
{
    lof_detector.free(bench->model);
    bench->model = lof_detector.fit(&bench->data, bench->params, NULL, NULL);
    assert_non_null(bench->model);
}

static void bench_close(struct bench *bench)
{
    lof_detector.free(bench->model);
    table_free(bench->table);
    scaler_free(bench->scaler);
    free(bench->scaled);
}

/* ---- neighbourhood and credits --------------------------------------------------------------
 */

/* On a line: 0 three times, 3, 6 twice, 30; features twice and a constant. */
static struct table *line(void)
{
    const double at[] = {0, 3, 6, 30, 0, 6, 0};
    double values[7 * 3];
    for (size_t i = 0; i < 7; i++) {
        values[3 * i] = at[i];
        values[3 * i + 1] = 5;
        values[3 * i + 2] = -at[i];
    }
    return fixture_table(values, 7, 3, NULL);
}

static void the_neighbourhood_of_a_point(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, line(), LOF_DISTINCT, 2);
    bench_fit(&bench);
    /* 30, the fourth profile: its two nearest points are 6 (twice) and 3. */
    struct lof_neighbourhood *of = lof_neighbours(bench.model, &bench.data, 3, 10, NULL);
    assert_non_null(of);
    assert_true(of->sampled);
    assert_int_equal(of->copies, 1);
    assert_int_equal(of->n_points, 2);
    assert_int_equal(of->n_rows, 3);
    assert_int_equal(of->n, 2);
    assert_int_equal(of->nearest[0].first, 2);
    assert_int_equal(of->nearest[0].copies, 2);
    assert_int_equal(of->nearest[1].first, 1);
    assert_true(fabs(of->nearest[0].distance - 8 * sqrt(2)) < 1e-12);
    assert_true(fabs(of->k_distance - 9 * sqrt(2)) < 1e-12);
    assert_true(of->nearest[1].distance == of->k_distance);
    assert_true(of->mean[0] == 5 && of->mean[1] == 5 && of->mean[2] == -5);
    assert_true(of->lrd < of->usual_lrd);
    double lof = 0;
    for (size_t i = 0; i < of->n; i++) {
        lof += of->nearest[i].copies * of->nearest[i].lrd / 3 / of->lrd;
    }
    assert_true(fabs(lof - bench.model->lof[lof_point_at(bench.model, bench.scaled + 3 * 3)]) <
                1e-12);
    assert_true(fabs(of->usual_lrd / of->lrd - lof) < 1e-12);
    lof_neighbours_free(of);
    of = lof_neighbours(bench.model, &bench.data, 3, 1, NULL);
    assert_int_equal(of->n, 1);
    assert_int_equal(of->n_points, 2);
    lof_neighbours_free(of);

    double credit[3];
    assert_true(lof_detector.explain(bench.model, &bench.data, 3, credit));
    assert_true(credit[0] == 0.5 && credit[1] == 0 && credit[2] == -0.5);
    bench_close(&bench);
}

/* A profile that is not in the sample is a new point; its density follows the same formula. */
static void the_neighbourhood_of_a_new_point(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, fixture_user_hours(600, 10, 3, 4), LOF_DISTINCT, 5);
    bench.params[3] = 200;
    bench_fit(&bench);
    struct scores scores;
    assert_true(detector_score(&lof_detector, bench.model, &bench.data, &scores, NULL, NULL));
    size_t fresh = 0;
    for (size_t profile = 0; profile < scores.n; profile++) {
        struct lof_neighbourhood *of =
            lof_neighbours(bench.model, &bench.data, profile, 3, NULL);
        double credit[TABLE_FEATURES_MAX], sum = 0;
        assert_non_null(of);
        assert_true(of->n_points >= 5 && of->n == 3);
        assert_true(of->nearest[0].distance <= of->nearest[1].distance);
        assert_true(of->nearest[2].distance <= of->k_distance);
        const double own = of->sampled ? of->copies - 1.0 : 0, rows = (double)of->n_rows;
        const double lof = (own * of->lrd + rows * of->usual_lrd) / (own + rows) / of->lrd;
        assert_true(fabs(lof - scores.score[profile]) <= 1e-12 * lof);
        fresh += !of->sampled;
        assert_true(lof_detector.explain(bench.model, &bench.data, profile, credit));
        for (size_t j = 0; j < bench.table->profiles.d; j++) {
            sum += fabs(credit[j]);
            const double own_value = table_profile(bench.table, profile)[j];
            assert_true(credit[j] * (own_value - of->mean[j]) >= -1e-9);
        }
        assert_true(fabs(sum - 1) < 1e-9);
        lof_neighbours_free(of);
    }
    assert_true(fresh > 10);
    scores_clear(&scores);
    bench_close(&bench);
}

static void a_lone_point_has_no_neighbours(void **state)
{
    (void)state;
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct bench bench;
        const double values[] = {1, 2, 1, 2, 1, 2};
        bench_open(&bench, fixture_table(values, 3, 2, NULL), form, 35);
        bench_fit(&bench);
        struct lof_neighbourhood *of = lof_neighbours(bench.model, &bench.data, 0, 5, NULL);
        double credit[2];
        assert_non_null(of);
        assert_int_equal(of->n_points, 0);
        assert_int_equal(of->copies, 3);
        assert_true(lof_detector.explain(bench.model, &bench.data, 0, credit));
        assert_true(credit[0] == 0 && credit[1] == 0);
        lof_neighbours_free(of);
        bench_close(&bench);
    }
}

/* Being far below one's neighbours is a reason, too. */
static void a_reason_may_be_on_either_side(void **state)
{
    (void)state;
    enum { N = 40 };
    double values[N * 2];
    for (size_t i = 0; i < N; i++) {
        values[2 * i] = 100 + (double)(i % 8);
        values[2 * i + 1] = 50 + (double)(i / 8);
    }
    values[0] = 20; /* far below, and a trifle above */
    values[1] = 58;
    struct bench bench;
    size_t reason;
    bench_open(&bench, fixture_table(values, N, 2, NULL), LOF_DISTINCT, 5);
    bench_fit(&bench);
    double credit[2];
    assert_true(lof_detector.explain(bench.model, &bench.data, 0, credit));
    assert_true(credit[0] < -0.98 && credit[1] > 0);
    assert_true(reason_find(&lof_detector, bench.model, &bench.data, 0, &reason));
    assert_int_equal(reason, 0);
    bench_close(&bench);
    /* Above comes first otherwise. */
    double more[N * 2];
    memcpy(more, values, sizeof more);
    more[1] = 80;
    bench_open(&bench, fixture_table(more, N, 2, NULL), LOF_DISTINCT, 5);
    bench_fit(&bench);
    assert_true(lof_detector.explain(bench.model, &bench.data, 0, credit));
    assert_true(credit[0] < -0.5 && credit[1] > 0.1);
    assert_true(reason_find(&lof_detector, bench.model, &bench.data, 0, &reason));
    assert_int_equal(reason, 1);
    bench_close(&bench);
}

/* In sklearn form a profile that was not sampled is not scored, but has neighbours. */
static void sklearn_form_has_neighbours_too(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, fixture_user_hours(600, 10, 3, 4), LOF_SKLEARN, 5);
    bench.params[3] = 200;
    bench_fit(&bench);
    size_t fresh = 0, piles = 0;
    for (size_t profile = 0; profile < bench.table->profiles.n; profile++) {
        struct lof_neighbourhood *of =
            lof_neighbours(bench.model, &bench.data, profile, 3, NULL);
        double credit[TABLE_FEATURES_MAX];
        fresh += !of->sampled;
        assert_int_equal(lof_detector.explain(bench.model, &bench.data, profile, credit),
                         of->sampled);
        piles += of->pile_rows > 0;
        assert_true(of->sampled == !isnan(of->lrd));
        lof_neighbours_free(of);
    }
    assert_true(fresh > 10);
    assert_true(piles > 0);
    bench_close(&bench);
}

/* ---- health ---------------------------------------------------------------------------------
 */

static size_t above(const struct lof_model *model)
{
    size_t rows = 0;
    for (size_t i = 0; i < model->points.n; i++) {
        rows += model->lof[i] > 1e6 ? model->points.copies[i] : 0;
    }
    return rows;
}

/* The distinct form knows what the sklearn form would say without running it. */
static void both_forms_count_the_same_scores_above_1e6(void **state)
{
    (void)state;
    size_t most = 0;
    for (uint64_t seed = 1; seed < 12; seed++) {
        for (size_t k = 1; k < 60; k = 2 * k + 3) {
            struct bench bench;
            bench_open(&bench, fixture_user_hours(300 * seed, 10, 3, seed), LOF_DISTINCT, k);
            bench.params[3] = seed % 3 == 0 ? 400 : 0;
            bench_fit(&bench);
            const bool known = bench.model->above_known;
            const size_t least_distinct = bench.model->above_least,
                         most_distinct = bench.model->above_most,
                         piled = bench.model->piled_rows;
            bench.params[0] = LOF_SKLEARN;
            bench_fit(&bench);
            assert_int_equal(piled, bench.model->piled_rows);
            assert_int_equal(known, piled > 0);
            assert_true(bench.model->above_known);
            assert_int_equal(bench.model->above_most, above(bench.model));
            if (known) {
                assert_int_equal(least_distinct, bench.model->above_least);
                assert_int_equal(most_distinct, bench.model->above_most);
            }
            most = above(bench.model) > most ? above(bench.model) : most;
            bench_close(&bench);
        }
    }
    assert_true(most > 20);
}

static void the_health_line(void **state)
{
    (void)state;
    struct bench bench;
    char text[200];
    bench_open(&bench, fixture_user_hours(3000, 10, 3, 7), LOF_SKLEARN, 35);
    bench_fit(&bench);
    assert_true(lof_detector.health(bench.model, &bench.data, text, sizeof text));
    assert_non_null(strstr(text,
                           " % of sampled rows share their profile with 35 others or more; "
                           "the notebook's formula gives "));
    assert_non_null(strstr(text, " scores above 1e6"));
    char same[200];
    bench.params[0] = LOF_DISTINCT;
    bench_fit(&bench);
    assert_true(lof_detector.health(bench.model, &bench.data, same, sizeof same));
    assert_string_equal(text, same);
    bench_close(&bench);
    bench_open(&bench, line(), LOF_DISTINCT, 4);
    bench_fit(&bench);
    assert_true(lof_detector.health(bench.model, &bench.data, text, sizeof text));
    assert_string_equal(text, "no sampled row shares its profile with 4 others or more: the "
                              "notebook's formula is sound here");
    bench_close(&bench);
}

static void the_facts(void **state)
{
    (void)state;
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct bench bench;
        struct key_values values = {0};
        bench_open(&bench, fixture_user_hours(500, 10, 3, 7), form, 2);
        bench.params[2] = 0.1;
        bench.params[3] = 100;
        bench_fit(&bench);
        lof_detector.info(bench.model, &bench.data, &values);
        assert_false(values.failed);
        assert_true(key_values_find(&values, "sample.n")->number == 100);
        assert_true(key_values_find(&values, "sample.random_state")->number == 1);
        assert_true(key_values_find(&values, "lof.n_neighbors")->number == 2);
        assert_true(key_values_find(&values, "lof.contamination")->number == 0.1);
        assert_int_equal(key_values_find(&values, "lof.novelty")->kind, VALUE_BOOL);
        assert_string_equal(key_values_find(&values, "lof.form")->text,
                            form == LOF_DISTINCT ? "distinct" : "sklearn");
        assert_string_equal(key_values_find(&values, "lof.scope")->text,
                            form == LOF_DISTINCT ? "all" : "sample");
        assert_int_equal(key_values_find(&values, "lof.method") != NULL, form == LOF_SKLEARN);
        assert_true(key_values_find(&values, "lof.share_in_piles")->number > 0.1);
        key_values_clear(&values);
        bench_close(&bench);
    }
}

/* ---- lists that are not kept
 * ------------------------------------------------------------------ */

/* A model is the same whether the first pass' neighbours were kept, in part or not at all. */
static void nothing_depends_on_what_was_kept(void **state)
{
    (void)state;
    const size_t rooms[] = {0, 100, SIZE_MAX}; /* bytes */
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        struct bench bench;
        bench_open(&bench, fixture_user_hours(900, 10, 3, 7), form, 8);
        bench_fit(&bench);
        const struct lof_points *points = &bench.model->points;
        for (size_t i = 0; i < 3; i++) {
            struct lof_model again = *bench.model;
            again.lof = malloc(points->n * sizeof *again.lof);
            again.lrd = malloc(points->n * sizeof *again.lrd);
            again.k_distance = malloc(points->n * sizeof *again.k_distance);
            again.rows = NULL;
            again.fit_lof = NULL;
            again.lists = lof_lists_new(points->n, rooms[i], NULL);
            assert_true(form == LOF_DISTINCT
                            ? lof_distinct_fit(&again, &bench.data, NULL, NULL)
                            : lof_sklearn_fit(&again, &bench.data, NULL, NULL));
            assert_int_equal(lof_lists_whole(again.lists), i == 2);
            assert_memory_equal(again.lof, bench.model->lof, points->n * sizeof *again.lof);
            assert_memory_equal(again.lrd, bench.model->lrd, points->n * sizeof *again.lrd);
            assert_true(again.threshold == bench.model->threshold);
            free(again.lof);
            free(again.lrd);
            free(again.k_distance);
            free(again.fit_lof);
            lof_rows_free(again.rows);
            lof_lists_free(again.lists);
        }
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_neighbourhood_of_a_point),
        cmocka_unit_test(the_neighbourhood_of_a_new_point),
        cmocka_unit_test(a_lone_point_has_no_neighbours),
        cmocka_unit_test(a_reason_may_be_on_either_side),
        cmocka_unit_test(sklearn_form_has_neighbours_too),
        cmocka_unit_test(both_forms_count_the_same_scores_above_1e6),
        cmocka_unit_test(the_health_line),
        cmocka_unit_test(the_facts),
        cmocka_unit_test(nothing_depends_on_what_was_kept),
    };
    return cmocka_run_group_tests_name("lof why", tests, NULL, NULL);
}
