/* iforest: groups of trees, cancelling, memory that runs out. Saved forests and explanations
 * have tests of their own; what equals scikit-learn is tested in tests/parity/test_iforest.c,
 * the kernels in test_iforest_kernels.c. */
#include "models/iforest/iforest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/iforest/iforest_internal.h"
#include "unit/iforest_study.h"
#include "unit/oom.h"
#include "unit/test.h"

/* What a row's path in one tree adds up to. */
static double plain_depth(const struct iforest_tree *tree, const float *x)
{
    size_t at = 0;
    while (tree->nodes[at].feature != IFOREST_LEAF) {
        const struct iforest_node *node = &tree->nodes[at];
        at = (double)x[node->feature] <= node->threshold ? at + 1 : node->right;
    }
    return tree->nodes[at].expected;
}

/* More trees than share one set of ranks: scores are those of one sum over all trees. */
static void groups_of_trees_are_added_in_order(void **state)
{
    (void)state;
    enum { TREES = 2 * IFOREST_GROUP + 11 };
    struct iforest_study study;
    iforest_study_open(&study, 700);
    struct iforest *forest = iforest_study_fit(&study, TREES, NULL, NULL);
    assert_non_null(forest);
    assert_int_equal(forest->n_trees, TREES);
    assert_false(iforest_detector.partial(forest, NULL, 0));
    struct scores scores;
    assert_true(detector_score(&iforest_detector, forest, &study.data, &scores, NULL, NULL));
    const volatile double two = 2.0; /* pow() it is, whatever the compiler prefers */
    double denominator = TREES * iforest_path_length(256);
    for (size_t p = 0; p < scores.n; p++) {
        double sum = 0;
        for (size_t t = 0; t < TREES; t++) {
            sum += plain_depth(&forest->trees[t], study.data.scaled + p * IFOREST_STUDY_D);
        }
        assert_true(scores.score[p] == pow(two, -(sum / denominator)));
        assert_true(scores.score[p] > 0 && scores.score[p] < 1);
    }
    assert_int_equal(scores.scored_rows, 700);
    assert_true(scores.flagged_rows > 0 && scores.flagged_rows <= 35);
    scores_clear(&scores);
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

/* A table of one row: no tree can split, the score is one half and nothing is flagged. */
static void one_row(void **state)
{
    (void)state;
    struct iforest_study study;
    iforest_study_open(&study, 1);
    void *forest = iforest_study_fit(&study, 20, NULL, NULL);
    assert_non_null(forest);
    struct scores scores;
    assert_true(detector_score(&iforest_detector, forest, &study.data, &scores, NULL, NULL));
    assert_true(scores.score[0] == 0.5 && scores.threshold == 0.5);
    assert_int_equal(scores.flagged_rows, 0);
    assert_true(iforest_detector.exported(forest, &scores, 0.5) == 0);
    scores_clear(&scores);
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

/* ---- cancelling ---- */

struct stop {
    atomic_bool cancel;
    uint64_t at; /* cancels when this much is done */
};

static void stop_report(void *context, uint64_t done, uint64_t total)
{
    struct stop *stop = context;
    assert_true(done <= total);
    if (done >= stop->at) {
        atomic_store(&stop->cancel, true);
    }
}

static void a_cancelled_fit_keeps_its_trees(void **state)
{
    (void)state;
    struct iforest_study study;
    iforest_study_open(&study, 700);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct stop stop = {.at = 11};
        const struct progress progress = {
            .cancel = &stop.cancel, .report = stop_report, .context = &stop};
        struct status status = {0};
        study.data.parallel = parallel_new(threads, NULL);
        struct iforest *part = iforest_study_fit(&study, 5000, &progress, &status);
        assert_non_null(part);
        assert_int_equal(status.code, STATUS_CANCELLED);
        assert_true(part->n_trees >= 11 && part->n_trees <= 11 + threads);
        char text[80], expected[80];
        assert_true(iforest_detector.partial(part, text, sizeof text));
        snprintf(expected, sizeof expected, "%zu of 5000 trees (cancelled)", part->n_trees);
        assert_string_equal(text, expected);
        struct scores some, same;
        struct iforest *small = iforest_study_fit(&study, (double)part->n_trees, NULL, NULL);
        assert_non_null(small);
        assert_true(detector_score(&iforest_detector, part, &study.data, &some, NULL, NULL));
        assert_true(detector_score(&iforest_detector, small, &study.data, &same, NULL, NULL));
        if (threads == 1) { /* else not always the first ones */
            assert_memory_equal(some.score, same.score, some.n * sizeof *some.score);
            assert_true(some.threshold == same.threshold);
        }
        scores_clear(&some);
        scores_clear(&same);
        iforest_detector.free(part);
        iforest_detector.free(small);
        parallel_free(study.data.parallel);
    }
    iforest_study_close(&study);
}

static void cancelled_before_anything_is_done(void **state)
{
    (void)state;
    struct iforest_study study;
    iforest_study_open(&study, 700);
    struct stop stop = {.cancel = true};
    const struct progress progress = {.cancel = &stop.cancel};
    struct status status = {0};
    assert_null(iforest_study_fit(&study, 10, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    void *forest = iforest_study_fit(&study, 10, NULL, NULL);
    assert_non_null(forest);
    struct scores scores;
    status.code = STATUS_OK;
    assert_false(
        detector_score(&iforest_detector, forest, &study.data, &scores, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_null(scores.score);
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

/* Every request for memory is refused once: an error each time, nothing half done or lost. */
static void memory_runs_out(void **state)
{
    (void)state;
    struct iforest_study study;
    iforest_study_open(&study, 700);
    void *forest = NULL;
    size_t refused = 0;
    for (unsigned long granted = 0; forest == NULL; granted++) {
        struct status status = {0};
        oom_arm(granted, true);
        forest = iforest_study_fit(&study, 20, NULL, &status);
        bool refusal = oom_disarm();
        assert_true(refusal == (forest == NULL));
        assert_int_equal(status.code, forest == NULL ? STATUS_NOMEM : STATUS_OK);
        refused += forest == NULL;
    }
    assert_true(refused > 20); /* each tree asks at least once */
    bool done = false;
    for (unsigned long granted = 0; !done; granted++) {
        struct status status = {0};
        struct scores scores;
        oom_arm(granted, true);
        done = detector_score(&iforest_detector, forest, &study.data, &scores, NULL, &status);
        assert_true(oom_disarm() == !done);
        assert_int_equal(status.code, done ? STATUS_OK : STATUS_NOMEM);
        assert_true((scores.score != NULL) == done);
        scores_clear(&scores);
    }
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

static void info_has_the_notebooks_keys(void **state)
{
    (void)state;
    struct iforest_study study;
    struct key_values values = {0};
    iforest_study_open(&study, 300);
    void *forest = iforest_study_fit(&study, 30, NULL, NULL);
    iforest_detector.info(forest, &study.data, &values);
    assert_false(values.failed);
    assert_string_equal(key_values_find(&values, "model")->text, "IsolationForest");
    assert_true(key_values_find(&values, "params.n_estimators")->number == 30);
    assert_true(key_values_find(&values, "params.contamination")->number == 0.05);
    assert_true(key_values_find(&values, "params.random_state")->number == 9);
    assert_true(key_values_find(&values, "forest.max_samples")->number == 256);
    double nodes = key_values_find(&values, "forest.nodes")->number;
    assert_true(nodes == 2 * key_values_find(&values, "forest.leaves")->number - 30);
    key_values_clear(&values);
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_of_trees_are_added_in_order),
        cmocka_unit_test(one_row),
        cmocka_unit_test(a_cancelled_fit_keeps_its_trees),
        cmocka_unit_test(cancelled_before_anything_is_done),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(info_has_the_notebooks_keys),
    };
    return cmocka_run_group_tests_name("iforest", tests, NULL, NULL);
}
