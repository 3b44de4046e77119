/* LOF in sklearn form against scikit-learn 1.2.1: neighbours in their order, densities,
 * factors, scores, offset and labels, bit for bit. */
#include "models/lof/lof.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/lof/lof_model.h"
#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { D = 7 };

static const struct {
    const char *name;
    size_t k;
} studies[] = {{"n600", 35},      {"n600", 5},        {"n1200_dup", 35},
               {"n1200_dup", 5},  {"n800_heavy", 35}, {"n800_heavy", 5},
               {"n71_brute", 35}, {"n72_const", 35},  {"n300_brute_dup", 200}};
enum { STUDIES = sizeof studies / sizeof studies[0] };

struct study {
    char stem[64]; /* "lof/n600/k35" */
    struct table *table;
    struct scaler *scaler;
    struct detector_data data;
    cJSON *meta;
    struct lof_model *model;
    struct scores scores;
};

static struct vectors *study_csv(const struct study *study, const char *rest)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", study->stem, rest);
    return vectors_csv(path);
}

static void study_open(struct study *study, size_t s, struct parallel *parallel)
{
    char path[128];
    memset(study, 0, sizeof *study);
    snprintf(study->stem, sizeof study->stem, "lof/%s/k%zu", studies[s].name, studies[s].k);
    snprintf(path, sizeof path, "%s_meta.json", study->stem);
    study->meta = vectors_json(path);
    snprintf(path, sizeof path, "lof/%s/input.csv", studies[s].name);
    struct vectors *input = vectors_csv(path);
    double *values = vectors_doubles(input, 2, D);
    study->table = fixture_table(values, input->n_rows, D, table_default_features);
    free(values);
    vectors_free(input);
    study->scaler = scaler_fit(study->table, parallel, NULL, NULL);
    assert_non_null(study->scaler);
    float *scaled = scaler_transform(study->scaler, study->table, parallel, NULL);
    assert_non_null(scaled);
    study->data = (struct detector_data){.table = study->table,
                                         .scaler = study->scaler,
                                         .scaled = scaled,
                                         .parallel = parallel,
                                         .seed = 42};
    double params[DETECTOR_PARAMS];
    detector_defaults(&lof_detector, params);
    params[0] = LOF_SKLEARN;
    params[1] = (double)studies[s].k;
    params[2] = vectors_json_number(study->meta, "contamination");
    study->model = lof_detector.fit(&study->data, params, NULL, NULL);
    assert_non_null(study->model);
    assert_true(
        detector_score(&lof_detector, study->model, &study->data, &study->scores, NULL, NULL));
}

static void study_close(struct study *study)
{
    scores_clear(&study->scores);
    lof_detector.free(study->model);
    cJSON_Delete(study->meta);
    free((void *)study->data.scaled);
    scaler_free(study->scaler);
    table_free(study->table);
}

/* The coordinates the library was given are those that we make of the input. */
static void coordinates(void **state)
{
    (void)state;
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        char path[128];
        study_open(&study, s, NULL);
        snprintf(path, sizeof path, "lof/%s/x32.csv", studies[s].name);
        struct vectors *x = vectors_csv(path);
        assert_int_equal(x->n_rows, study.table->n_rows);
        for (size_t i = 0; i < x->n_rows; i++) {
            const float *ours = study.data.scaled + (size_t)study.table->row_profile[i] * D;
            for (size_t j = 0; j < D; j++) {
                assert_same_float(ours[j], vectors_float(x, i, 1 + j));
            }
        }
        vectors_free(x);
        study_close(&study);
    }
}

/* The rows found for row `i`, itself removed as the library does. */
static void remove_self(struct kdtree_hits *hits, uint32_t i)
{
    size_t at = 0;
    for (size_t r = 0; r < hits->n; r++) {
        if (hits->point[r] == i) {
            at = r;
        }
    }
    for (size_t r = at; r + 1 < hits->n; r++) {
        hits->point[r] = hits->point[r + 1];
        hits->distance[r] = hits->distance[r + 1];
    }
    hits->n--;
}

static void neighbours_in_order(void **state)
{
    (void)state;
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        struct kdtree_hits with = {0}, without = {0};
        study_open(&study, s, NULL);
        const size_t k = studies[s].k;
        struct vectors *v = study_csv(&study, "_neighbors.csv");
        assert_int_equal(v->n_rows, 10 * k);
        for (size_t i = 0; i < 10; i++) {
            const float *x = study.data.scaled + (size_t)study.table->row_profile[i] * D;
            assert_true(lof_rows_query(study.model->rows, x, k, &with, NULL));
            assert_true(lof_rows_query(study.model->rows, x, k + 1, &without, NULL));
            remove_self(&without, (uint32_t)i);
            for (size_t r = 0; r < k; r++) {
                const size_t row = i * k + r;
                assert_int_equal(with.point[r], vectors_int(v, row, 2));
                assert_same_double(with.distance[r], vectors_double(v, row, 3));
                assert_int_equal(without.point[r], vectors_int(v, row, 4));
                assert_same_double(without.distance[r], vectors_double(v, row, 5));
            }
        }
        kdtree_hits_clear(&with);
        kdtree_hits_clear(&without);
        vectors_free(v);
        study_close(&study);
    }
}

static void compare_row(const struct study *study, const struct vectors *v, size_t i)
{
    const struct lof_model *model = study->model;
    const size_t profile = study->table->row_profile[i];
    const uint32_t point = lof_point_at(model, study->data.scaled + profile * D);
    const double score = study->scores.score[profile];
    const double exported = lof_detector.exported(model, &study->scores, score);
    assert_same_float((float)model->k_distance[point], vectors_float(v, i, 1));
    assert_same_float((float)model->lrd[point], vectors_float(v, i, 2));
    assert_same_float((float)-model->fit_lof[point], vectors_float(v, i, 3));
    assert_same_float((float)-score, vectors_float(v, i, 4));
    assert_same_float((float)-exported, vectors_float(v, i, 5));
    assert_int_equal(score > study->scores.threshold ? -1 : 1, vectors_int(v, i, 6));
}

static void rows_to_the_bit(void **state)
{
    (void)state;
    struct parallel *parallel = parallel_new(3, NULL);
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        study_open(&study, s, parallel);
        struct vectors *v = study_csv(&study, "_rows.csv");
        assert_int_equal(v->n_rows, study.table->n_rows);
        uint64_t labels = VECTORS_FNV, scores = VECTORS_FNV, factors = VECTORS_FNV;
        for (size_t i = 0; i < v->n_rows; i++) {
            compare_row(&study, v, i);
            const size_t profile = study.table->row_profile[i];
            const double value = study.scores.score[profile];
            const int8_t label = value > study.scores.threshold ? -1 : 1;
            const float score = (float)-value;
            const float factor =
                (float)-study.model
                    ->fit_lof[lof_point_at(study.model, study.data.scaled + profile * D)];
            labels = vectors_fnv(labels, &label, sizeof label);
            scores = vectors_fnv(scores, &score, sizeof score);
            factors = vectors_fnv(factors, &factor, sizeof factor);
        }
        assert_true(labels == vectors_hex(vectors_json_text(study.meta, "labels_fnv")));
        assert_true(scores == vectors_hex(vectors_json_text(study.meta, "score_f32_fnv")));
        assert_true(factors == vectors_hex(vectors_json_text(study.meta, "nof_f32_fnv")));
        assert_string_equal(lof_rows_method(&study.model->points, studies[s].k),
                            vectors_json_text(study.meta, "method"));
        assert_same_double(study.model->offset,
                           strtod(vectors_json_text(study.meta, "offset"), NULL));
        assert_int_equal(study.scores.flagged_rows,
                         vectors_json_number(study.meta, "n_label_minus1"));
        vectors_free(v);
        study_close(&study);
    }
    parallel_free(parallel);
}

/* numpy 1.24's mean of one row of floats: eight sums, halves above 128, pieces of 8192. */
static void means_of_rows(void **state)
{
    (void)state;
    const struct {
        size_t n;
        float mean;
    } expected[] = {{1, 0x1.4f705ap+14f},    {7, 0x1.ea1ep+13f},      {8, 0x1.dc34ecp+13f},
                    {35, 0x1.041feep+14f},   {128, 0x1.e834a8p+13f},  {129, 0x1.eaae82p+13f},
                    {1000, 0x1.fcd628p+13f}, {8192, 0x1.015b3cp+14f}, {8193, 0x1.0159dep+14f},
                    {10000, 0x1.00d6e4p+14f}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        float *a = malloc(expected[i].n * sizeof *a);
        uint32_t v = 12345;
        for (size_t j = 0; j < expected[i].n; j++) {
            v = (v * 1103515245u + 12345u) & 0x7fffffff;
            a[j] = (float)v / 65536;
        }
        assert_same_float(lof_sklearn_mean(a, expected[i].n), expected[i].mean);
        free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates),
        cmocka_unit_test(neighbours_in_order),
        cmocka_unit_test(rows_to_the_bit),
        cmocka_unit_test(means_of_rows),
    };
    return cmocka_run_group_tests_name("lof parity", tests, NULL, NULL);
}
