/* The forest against scikit-learn 1.2.1: draws, trees, scores, offset and labels, bit for bit.
 */
#include "models/iforest/iforest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "models/iforest/iforest_internal.h"
#include "base/percentile.h"
#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { D = 7, TREES = 200 };

/* Everything a detector is given, for one of the vectors. */
struct study {
    char folder[64];
    size_t n;
    struct table *table;
    struct scaler *scaler;
    struct detector_data data;
};

static struct vectors *study_csv(const struct study *study, const char *file)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", study->folder, file);
    return vectors_csv(path);
}

static cJSON *study_meta(const struct study *study)
{
    char path[128];
    snprintf(path, sizeof path, "%s/meta.json", study->folder);
    return vectors_json(path);
}

/* The input: its file, or the formula where there is none. */
static double *study_values(const struct study *study, const cJSON *meta)
{
    const cJSON *spec = cJSON_GetObjectItem(meta, "spec");
    if (cJSON_HasObjectItem(spec, "formula") && !cJSON_HasObjectItem(spec, "keep_input")) {
        return vectors_formula(study->n, (uint64_t)vectors_json_number(spec, "seed"));
    }
    struct vectors *input = study_csv(study, "input.csv");
    assert_int_equal(input->n_rows, study->n);
    double *values = vectors_doubles(input, 2, D);
    vectors_free(input);
    return values;
}

static void study_open(struct study *study, const char *name)
{
    memset(study, 0, sizeof *study);
    snprintf(study->folder, sizeof study->folder, "iforest/%s", name);
    cJSON *meta = study_meta(study);
    study->n = (size_t)vectors_json_number(meta, "n");
    double *values = study_values(study, meta);
    uint64_t hash = vectors_fnv(VECTORS_FNV, values, study->n * D * sizeof *values);
    assert_true(hash == vectors_hex(vectors_json_text(meta, "input_fnv")));
    study->table = fixture_table(values, study->n, D, table_default_features);
    study->scaler = scaler_fit(study->table, NULL, NULL, NULL);
    assert_non_null(study->scaler);
    float *scaled = scaler_transform(study->scaler, study->table, NULL, NULL);
    assert_non_null(scaled);
    study->data = (struct detector_data){
        .table = study->table, .scaler = study->scaler, .scaled = scaled, .seed = 42};
    free(values);
    cJSON_Delete(meta);
}

static void study_close(struct study *study)
{
    free((void *)study->data.scaled);
    scaler_free(study->scaler);
    table_free(study->table);
}

static const char *const names[] = {
    "n50",       "n200_const",   "n258_reservoir", "n300_allconst",
    "n1000_dup", "n3898_y_stop", "n900_heavy",     "n30000_tracking_formula"};
enum { STUDIES = sizeof names / sizeof names[0] };

/* The trees of one study, grown one after the other with all their inner values. */
struct grown {
    struct iforest_grower *grower;
    uint32_t seeds[TREES];
    size_t psi;
    uint32_t rows[IFOREST_PSI]; /* of the tree grown last, in the order drawn */
    struct iforest_grown nodes[IFOREST_NODES];
    size_t n_nodes;
};

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void grow_one(struct grown *grown, const struct study *study, size_t t)
{
    uint32_t rows[IFOREST_PSI];
    size_t psi = grown->psi;
    assert_true(iforest_draw_rows(grown->seeds[t], study->n, psi, grown->rows, NULL));
    memcpy(rows, grown->rows, psi * sizeof *rows);
    qsort(rows, psi, sizeof *rows, by_row);
    assert_true(
        iforest_draw_targets(42, rows, psi, iforest_grower_targets(grown->grower), NULL, NULL));
    float *values = iforest_grower_values(grown->grower);
    for (size_t i = 0; i < psi; i++) {
        const float *x = study->data.scaled + study->table->row_profile[rows[i]] * D;
        for (size_t f = 0; f < D; f++) {
            values[f * IFOREST_PSI + i] = x[f];
        }
    }
    grown->n_nodes = iforest_grow(grown->grower, grown->seeds[t], psi, grown->nodes);
}

static void grown_open(struct grown *grown, const struct study *study)
{
    memset(grown, 0, sizeof *grown);
    grown->grower = iforest_grower_new(D, NULL);
    assert_non_null(grown->grower);
    grown->psi = study->n < IFOREST_PSI ? study->n : IFOREST_PSI;
    iforest_bag_seeds(42, grown->seeds, TREES);
}

/* Node by node, for the trees that are written out in full. */
static void compare_nodes(const struct grown *grown, const struct vectors *v, size_t first)
{
    for (size_t i = 0; i < grown->n_nodes; i++) {
        const struct iforest_grown *node = &grown->nodes[i];
        size_t row = first + i;
        assert_int_equal(i, vectors_int(v, row, 1));
        assert_int_equal(node->feature, vectors_int(v, row, 2));
        assert_same_double(node->threshold, vectors_double(v, row, 3));
        assert_int_equal(node->left, vectors_int(v, row, 4));
        assert_int_equal(node->right, vectors_int(v, row, 5));
        assert_int_equal(node->rows, vectors_int(v, row, 6));
        assert_int_equal(node->depth, vectors_int(v, row, 7));
        assert_same_double(node->impurity, vectors_double(v, row, 8));
    }
}

static void trees_written_in_full(void **state)
{
    (void)state;
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        struct grown grown;
        study_open(&study, names[s]);
        grown_open(&grown, &study);
        struct vectors *trees = study_csv(&study, "trees.csv");
        struct vectors *samples = study_csv(&study, "samples.csv");
        size_t row = 0, sample = 0, t = 0;
        for (; row < trees->n_rows; t++) {
            assert_int_equal(vectors_int(trees, row, 0), t);
            grow_one(&grown, &study, t);
            compare_nodes(&grown, trees, row);
            row += grown.n_nodes;
            for (size_t i = 0; i < grown.psi; i++, sample++) {
                assert_int_equal(vectors_int(samples, sample, 0), t);
                assert_int_equal(grown.rows[i], vectors_int(samples, sample, 2));
            }
        }
        assert_true(t >= 3);
        assert_int_equal(sample, samples->n_rows);
        vectors_free(trees);
        vectors_free(samples);
        iforest_grower_free(grown.grower);
        study_close(&study);
    }
}

/* Hashes of one tree as vectors/README.md defines them. */
struct hashes {
    size_t depth, leaves;
    uint64_t shape, thresholds, samples;
};

static struct hashes hash_tree(const struct grown *grown)
{
    struct hashes h = {0, 0, VECTORS_FNV, VECTORS_FNV, VECTORS_FNV};
    for (size_t i = 0; i < grown->n_nodes; i++) {
        const struct iforest_grown *node = &grown->nodes[i];
        int32_t shape[4] = {node->feature, node->left, node->right, (int32_t)node->rows};
        h.shape = vectors_fnv(h.shape, shape, sizeof shape);
        h.thresholds = vectors_fnv(h.thresholds, &node->threshold, sizeof node->threshold);
        h.leaves += node->left < 0;
        h.depth = node->depth > h.depth ? node->depth : h.depth;
    }
    for (size_t i = 0; i < grown->psi; i++) {
        int64_t row = grown->rows[i];
        h.samples = vectors_fnv(h.samples, &row, sizeof row);
    }
    return h;
}

static void all_trees_by_their_hashes(void **state)
{
    (void)state;
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        struct grown grown;
        study_open(&study, names[s]);
        grown_open(&grown, &study);
        struct vectors *v = study_csv(&study, "tree_summary.csv");
        assert_int_equal(v->n_rows, TREES);
        for (size_t t = 0; t < TREES; t++) {
            grow_one(&grown, &study, t);
            struct hashes h = hash_tree(&grown);
            assert_int_equal(grown.n_nodes, vectors_int(v, t, 1));
            assert_int_equal(h.depth, vectors_int(v, t, 2));
            assert_int_equal(h.leaves, vectors_int(v, t, 3));
            assert_true(h.shape == vectors_hex(vectors_text(v, t, 4)));
            assert_true(h.thresholds == vectors_hex(vectors_text(v, t, 5)));
            assert_true(h.samples == vectors_hex(vectors_text(v, t, 6)));
        }
        vectors_free(v);
        iforest_grower_free(grown.grower);
        study_close(&study);
    }
}

/* Scores of the rows in the file; hashes over all rows. */
static void compare_scores(const struct study *study, const void *model,
                           const struct scores *scores)
{
    const uint32_t *profile = study->table->row_profile;
    struct vectors *v = study_csv(study, "scores.csv");
    cJSON *meta = study_meta(study);
    for (size_t i = 0; i < v->n_rows; i++) {
        size_t row = (size_t)vectors_int(v, i, 0);
        double score = scores->score[profile[row]];
        assert_same_double(-score, vectors_double(v, i, 1));
        assert_same_double(iforest_detector.exported(model, scores, score),
                           vectors_double(v, i, 2));
        assert_int_equal(score > scores->threshold ? -1 : 1, vectors_int(v, i, 3));
    }
    uint64_t score_hash = VECTORS_FNV, label_hash = VECTORS_FNV, flagged_sum = 0;
    size_t flagged = 0;
    for (size_t row = 0; row < study->n; row++) {
        double value = -scores->score[profile[row]];
        int8_t label = -value > scores->threshold ? -1 : 1;
        score_hash = vectors_fnv(score_hash, &value, sizeof value);
        label_hash = vectors_fnv(label_hash, &label, sizeof label);
        flagged_sum += label < 0 ? ++flagged * row : 0;
    }
    assert_same_double(-scores->threshold, vectors_json_number(meta, "offset"));
    assert_true(score_hash == vectors_hex(vectors_json_text(meta, "scores_fnv_glibc")));
    assert_true(label_hash == vectors_hex(vectors_json_text(meta, "labels_fnv")));
    assert_true(flagged_sum == vectors_hex(vectors_json_text(meta, "sum64_minus1_rows")));
    assert_int_equal(flagged, (size_t)vectors_json_number(meta, "n_label_minus1"));
    assert_int_equal(scores->flagged_rows, flagged);
    assert_int_equal(scores->scored_rows, study->n);
    vectors_free(v);
    cJSON_Delete(meta);
}

/* Through the detector, as the pipeline runs it: any number of threads, every kernel. */
static void scores_offset_and_labels(void **state)
{
    (void)state;
    const unsigned threads[] = {1, 2, 5};
    const char *const kernels[] = {"scalar", "avx2", "avx512"};
    double params[DETECTOR_PARAMS];
    detector_defaults(&iforest_detector, params);
    for (size_t s = 0; s < STUDIES; s++) {
        struct study study;
        study_open(&study, names[s]);
        for (size_t i = 0; i < 3; i++) {
            setenv("ODDHOURS_KERNEL", kernels[i], 1);
            study.data.parallel = parallel_new(threads[i], NULL);
            struct scores scores;
            void *model = iforest_detector.fit(&study.data, params, NULL, NULL);
            assert_non_null(model);
            assert_true(
                detector_score(&iforest_detector, model, &study.data, &scores, NULL, NULL));
            compare_scores(&study, model, &scores);
            scores_clear(&scores);
            iforest_detector.free(model);
            parallel_free(study.data.parallel);
        }
        unsetenv("ODDHOURS_KERNEL");
        study_close(&study);
    }
}

static void path_lengths(void **state)
{
    (void)state;
    struct vectors *v = vectors_csv("rng/average_path_length.csv");
    for (size_t i = 0; i < v->n_rows; i++) {
        assert_same_double(iforest_path_length((size_t)vectors_int(v, i, 0)),
                           vectors_double(v, i, 1));
    }
    vectors_free(v);
}

/* The values of one case, each standing for itself, or equal neighbours put together. */
static size_t read_values(const char *text, bool collapse, double *values, uint32_t *copies)
{
    size_t n = 0;
    while (*text != '\0') {
        char *end;
        double value = strtod(text, &end);
        if (collapse && n > 0 && values[n - 1] == value) {
            copies[n - 1]++;
        } else {
            values[n] = value;
            copies[n++] = 1;
        }
        text = *end == ' ' ? end + 1 : end;
    }
    return n;
}

static void percentiles(void **state)
{
    (void)state;
    double values[200];
    uint32_t copies[200];
    struct vectors *v = vectors_csv("rng/percentile.csv");
    for (size_t i = 0; i < 2 * v->n_rows; i++) {
        size_t row = i / 2;
        size_t n = read_values(vectors_text(v, row, 4), i % 2 == 1, values, copies);
        struct percentile_column column = {values, i % 2 == 1 ? copies : NULL, n, false};
        double q = vectors_double(v, row, 1), expected = vectors_double(v, row, 5);
        if (strcmp(vectors_text(v, row, 2), "f8") == 0) {
            assert_same_double(percentile_of(&column, q), expected);
            for (size_t k = 0; k < n; k++) {
                values[k] = -values[k];
            }
            column.negated = true;
            assert_same_double(percentile_of(&column, q), expected);
        } else {
            assert_same_double(percentile_of_floats(&column, q), expected);
        }
    }
    vectors_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_lengths),
        cmocka_unit_test(percentiles),
        cmocka_unit_test(trees_written_in_full),
        cmocka_unit_test(all_trees_by_their_hashes),
        cmocka_unit_test(scores_offset_and_labels),
    };
    return cmocka_run_group_tests_name("iforest parity", tests, NULL, NULL);
}
