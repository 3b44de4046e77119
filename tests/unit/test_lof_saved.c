/* A LOF that was saved and loaded is the same; a file that makes no sense is refused. */
#include "models/lof/lof.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/lof/lof_model.h"
#include "unit/fixture.h"
#include "unit/test.h"

struct world {
    struct table *table;
    float *scaled;
    struct detector_data data;
    char folder[64], path[80];
};

static void world_open(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->table = fixture_user_hours(700, 10, 3, 4);
    const size_t cells = w->table->profiles.n * w->table->profiles.d;
    w->scaled = malloc(cells * sizeof *w->scaled);
    for (size_t i = 0; i < cells; i++) {
        w->scaled[i] = (float)(w->table->profiles.values[i] / 3);
    }
    w->data = (struct detector_data){.table = w->table, .scaled = w->scaled, .seed = 1};
    strcpy(w->folder, "/tmp/oddhours-lof-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/model", w->folder);
}

static void world_close(struct world *w)
{
    unlink(w->path);
    rmdir(w->folder);
    table_free(w->table);
    free(w->scaled);
}

static struct lof_model *fit(const struct world *w, int form, int scope, size_t sample)
{
    double params[DETECTOR_PARAMS];
    detector_defaults(&lof_detector, params);
    params[0] = form;
    params[1] = 6;
    params[3] = (double)sample;
    params[4] = scope;
    void *model = lof_detector.fit(&w->data, params, NULL, NULL);
    assert_non_null(model);
    return model;
}

static void save(const struct world *w, const struct lof_model *model)
{
    struct archive_out *archive = archive_create(w->path, 1, NULL);
    assert_non_null(archive);
    lof_detector.save(model, archive);
    assert_true(archive_commit(archive, NULL));
}

static struct lof_model *load(const struct world *w, struct status *status)
{
    struct archive_in *archive = archive_open(w->path, 1, NULL);
    assert_non_null(archive);
    void *model = lof_detector.load(archive, w->table->profiles.d, NULL, status);
    archive_close(archive);
    return model;
}

static void assert_same_facts(const struct world *w, const void *a, const void *b)
{
    struct key_values x = {0}, y = {0};
    char text[200], other[200];
    lof_detector.info(a, &w->data, &x);
    lof_detector.info(b, &w->data, &y);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        assert_string_equal(x.list[i].key, y.list[i].key);
        assert_true(x.list[i].number == y.list[i].number);
    }
    key_values_clear(&x);
    key_values_clear(&y);
    assert_true(lof_detector.health(a, &w->data, text, sizeof text));
    assert_true(lof_detector.health(b, &w->data, other, sizeof other));
    assert_string_equal(text, other);
}

static void assert_same_models(const struct world *w, const void *a, const void *b)
{
    struct scores x, y;
    size_t n, m;
    assert_true(detector_score(&lof_detector, a, &w->data, &x, NULL, NULL));
    assert_true(detector_score(&lof_detector, b, &w->data, &y, NULL, NULL));
    assert_memory_equal(x.score, y.score, x.n * sizeof *x.score);
    assert_true(x.threshold == y.threshold && x.scored_rows == y.scored_rows);
    const uint32_t *rows = lof_detector.sample(a, &n), *again = lof_detector.sample(b, &m);
    assert_int_equal(n, m);
    assert_int_equal(rows == NULL, again == NULL);
    if (rows != NULL) {
        assert_memory_equal(rows, again, n * sizeof *rows);
    }
    for (size_t p = 0; p < x.n; p++) {
        double credit[TABLE_FEATURES_MAX], other[TABLE_FEATURES_MAX];
        const bool scored = !isnan(x.score[p]);
        assert_int_equal(lof_detector.explain(a, &w->data, p, credit), scored);
        assert_int_equal(lof_detector.explain(b, &w->data, p, other), scored);
        if (scored) {
            assert_memory_equal(credit, other, w->table->profiles.d * sizeof *credit);
        }
        assert_true(lof_detector.exported(a, &x, 1.5) == lof_detector.exported(b, &y, 1.5));
    }
    assert_same_facts(w, a, b);
    scores_clear(&x);
    scores_clear(&y);
}

static void a_saved_model_is_the_same(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    for (int form = LOF_DISTINCT; form <= LOF_SKLEARN; form++) {
        for (int scope = LOF_SCOPE_AUTO; scope <= LOF_SCOPE_ALL; scope++) {
            for (size_t sample = 0; sample < 300; sample += 200) {
                struct lof_model *model = fit(&w, form, scope, sample);
                save(&w, model);
                struct lof_model *again = load(&w, NULL);
                assert_non_null(again);
                assert_same_models(&w, model, again);
                lof_detector.free(model);
                lof_detector.free(again);
            }
        }
    }
    world_close(&w);
}

static void refused(const struct world *w, const struct lof_model *model)
{
    struct status status = {0};
    save(w, model);
    assert_null(load(w, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_true(strlen(status.text) > 0);
}

/* Each change alone makes the file refused; taken back, it is read again. */
static void a_senseless_file_is_refused(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct lof_model *model = fit(&w, LOF_DISTINCT, LOF_SCOPE_AUTO, 200);
    struct lof_points *points = &model->points;
    const struct lof_model kept = *model;

    model->k = 0;
    refused(&w, model);
    model->k = kept.k;
    model->scope = (enum lof_scope)3;
    refused(&w, model);
    model->scope = kept.scope;
    model->contamination = 0.6;
    refused(&w, model);
    model->contamination = kept.contamination;
    model->threshold = NAN;
    refused(&w, model);
    model->threshold = kept.threshold;
    model->above_least = 1 + model->above_most;
    refused(&w, model);
    model->above_least = kept.above_least;
    points->d = 6; /* of a table with other features */
    refused(&w, model);
    points->d = kept.points.d;
    points->n_rows--; /* other than the points weigh */
    refused(&w, model);
    points->n_rows = kept.points.n_rows;
    const uint32_t copies = points->copies[1];
    points->copies[1] = UINT32_MAX - 1;
    refused(&w, model);
    points->copies[0] += copies;
    points->copies[1] = 0;
    refused(&w, model);
    points->copies[0] -= copies;
    points->copies[1] = copies;
    double *const values[] = {model->k_distance, model->lrd, model->lof};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const double was = values[i][2];
        values[i][2] = NAN;
        refused(&w, model);
        values[i][2] = was;
    }
    points->n -= 1; /* arrays that end too soon */
    refused(&w, model);
    points->n = kept.points.n;
    save(&w, model);
    struct lof_model *again = load(&w, NULL);
    assert_non_null(again);
    lof_detector.free(again);
    lof_detector.free(model);
    world_close(&w);
}

/* In sklearn form the coordinates lie open. */
static void senseless_points_are_refused(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct lof_model *model = fit(&w, LOF_SKLEARN, LOF_SCOPE_ALL, 200);
    struct lof_points *points = &model->points;
    const size_t d = points->d;
    float kept[TABLE_FEATURES_MAX];
    const float wrong[] = {NAN, INFINITY, -0.0f};
    memcpy(kept, points->x + d, d * sizeof *kept);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        points->x[d] = wrong[i];
        refused(&w, model);
        points->x[d] = kept[0];
    }
    memcpy(points->x + d, points->x, d * sizeof *kept); /* one point twice */
    refused(&w, model);
    for (size_t j = 0; j < d; j++) { /* the two in each other's place */
        points->x[d + j] = points->x[(points->n - 1) * d + j];
        points->x[(points->n - 1) * d + j] = kept[j];
    }
    refused(&w, model);
    for (size_t j = 0; j < d; j++) {
        points->x[(points->n - 1) * d + j] = points->x[d + j];
        points->x[d + j] = kept[j];
    }
    const uint32_t of_row = points->of_row[0];
    points->of_row[0] = (uint32_t)points->n;
    refused(&w, model);
    points->of_row[0] = of_row == 0 ? 1 : 0; /* a row more than it weighs */
    refused(&w, model);
    points->of_row[0] = of_row;
    save(&w, model);
    struct lof_model *again = load(&w, NULL);
    assert_non_null(again);
    lof_detector.free(again);
    lof_detector.free(model);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_model_is_the_same),
        cmocka_unit_test(a_senseless_file_is_refused),
        cmocka_unit_test(senseless_points_are_refused),
    };
    return cmocka_run_group_tests_name("lof saved", tests, NULL, NULL);
}
