/* iforest: groups of trees, cancelling, memory that runs out, saved forests, explanations
 * against brute force. What equals scikit-learn is tested in tests/parity/test_iforest.c, the
 * kernels in test_iforest_kernels.c. */
#include "models/iforest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "models/iforest_internal.h"
#include "table/scaler.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/test.h"

/* ---- a small study, through the detector ---- */

enum { D = 7 };

struct study {
    struct table *table;
    struct scaler *scaler;
    struct detector_data data;
};

static void study_open(struct study *study, size_t n_rows)
{
    study->table = fixture_user_hours(n_rows, 20, 5, 3);
    study->scaler = scaler_fit(study->table, NULL, NULL, NULL);
    assert_non_null(study->scaler);
    study->data =
        (struct detector_data){.table = study->table, .scaler = study->scaler, .seed = 9};
    study->data.scaled = scaler_transform(study->scaler, study->table, NULL, NULL);
    assert_non_null(study->data.scaled);
}

static void study_close(struct study *study)
{
    free((void *)study->data.scaled);
    scaler_free(study->scaler);
    table_free(study->table);
}

static void *fit(const struct study *study, double trees, const struct progress *progress,
                 struct status *status)
{
    const double params[DETECTOR_PARAMS] = {trees, 0.05};
    return iforest_detector.fit(&study->data, params, progress, status);
}

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
    struct study study;
    study_open(&study, 700);
    struct iforest *forest = fit(&study, TREES, NULL, NULL);
    assert_non_null(forest);
    assert_int_equal(forest->n_trees, TREES);
    assert_false(iforest_detector.partial(forest, NULL, 0));
    struct scores scores;
    assert_true(iforest_detector.score(forest, &study.data, &scores, NULL, NULL));
    double denominator = TREES * iforest_path_length(256);
    for (size_t p = 0; p < scores.n; p++) {
        double sum = 0;
        for (size_t t = 0; t < TREES; t++) {
            sum += plain_depth(&forest->trees[t], study.data.scaled + p * D);
        }
        assert_true(scores.score[p] == pow(2.0, -(sum / denominator)));
        assert_true(scores.score[p] > 0 && scores.score[p] < 1);
    }
    assert_int_equal(scores.scored_rows, 700);
    assert_true(scores.flagged_rows > 0 && scores.flagged_rows <= 35);
    scores_clear(&scores);
    iforest_detector.free(forest);
    study_close(&study);
}

/* A table of one row: no tree can split, the score is one half and nothing is flagged. */
static void one_row(void **state)
{
    (void)state;
    struct study study;
    study_open(&study, 1);
    void *forest = fit(&study, 20, NULL, NULL);
    assert_non_null(forest);
    struct scores scores;
    assert_true(iforest_detector.score(forest, &study.data, &scores, NULL, NULL));
    assert_true(scores.score[0] == 0.5 && scores.threshold == 0.5);
    assert_int_equal(scores.flagged_rows, 0);
    assert_true(iforest_detector.exported(forest, &scores, 0.5) == 0);
    scores_clear(&scores);
    iforest_detector.free(forest);
    study_close(&study);
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
    struct study study;
    study_open(&study, 700);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct stop stop = {.at = 11};
        const struct progress progress = {
            .cancel = &stop.cancel, .report = stop_report, .context = &stop};
        struct status status = {0};
        study.data.parallel = parallel_new(threads, NULL);
        struct iforest *part = fit(&study, 5000, &progress, &status);
        assert_non_null(part);
        assert_int_equal(status.code, STATUS_CANCELLED);
        assert_true(part->n_trees >= 11 && part->n_trees <= 11 + threads);
        char text[80], expected[80];
        assert_true(iforest_detector.partial(part, text, sizeof text));
        snprintf(expected, sizeof expected, "%zu of 5000 trees (cancelled)", part->n_trees);
        assert_string_equal(text, expected);
        struct scores some, same;
        struct iforest *small = fit(&study, (double)part->n_trees, NULL, NULL);
        assert_non_null(small);
        assert_true(iforest_detector.score(part, &study.data, &some, NULL, NULL));
        assert_true(iforest_detector.score(small, &study.data, &same, NULL, NULL));
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
    study_close(&study);
}

static void cancelled_before_anything_is_done(void **state)
{
    (void)state;
    struct study study;
    study_open(&study, 700);
    struct stop stop = {.cancel = true};
    const struct progress progress = {.cancel = &stop.cancel};
    struct status status = {0};
    assert_null(fit(&study, 10, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    void *forest = fit(&study, 10, NULL, NULL);
    assert_non_null(forest);
    struct scores scores;
    status.code = STATUS_OK;
    assert_false(iforest_detector.score(forest, &study.data, &scores, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_null(scores.score);
    iforest_detector.free(forest);
    study_close(&study);
}

/* Every request for memory is refused once: an error each time, nothing half done or lost. */
static void memory_runs_out(void **state)
{
    (void)state;
    struct study study;
    study_open(&study, 700);
    void *forest = NULL;
    size_t refused = 0;
    for (unsigned long granted = 0; forest == NULL; granted++) {
        struct status status = {0};
        oom_arm(granted, true);
        forest = fit(&study, 20, NULL, &status);
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
        done = iforest_detector.score(forest, &study.data, &scores, NULL, &status);
        assert_true(oom_disarm() == !done);
        assert_int_equal(status.code, done ? STATUS_OK : STATUS_NOMEM);
        assert_true((scores.score != NULL) == done);
        scores_clear(&scores);
    }
    iforest_detector.free(forest);
    study_close(&study);
}

static void info_has_the_notebooks_keys(void **state)
{
    (void)state;
    struct study study;
    struct facts facts = {0};
    study_open(&study, 300);
    void *forest = fit(&study, 30, NULL, NULL);
    iforest_detector.info(forest, &study.data, &facts);
    assert_false(facts.failed);
    assert_string_equal(facts_find(&facts, "model")->text, "IsolationForest");
    assert_true(facts_find(&facts, "params.n_estimators")->number == 30);
    assert_true(facts_find(&facts, "params.contamination")->number == 0.05);
    assert_true(facts_find(&facts, "params.random_state")->number == 9);
    assert_true(facts_find(&facts, "forest.max_samples")->number == 256);
    double nodes = facts_find(&facts, "forest.nodes")->number;
    assert_true(nodes == 2 * facts_find(&facts, "forest.leaves")->number - 30);
    facts_clear(&facts);
    iforest_detector.free(forest);
    study_close(&study);
}

/* ---- saved and read again ---- */

struct file {
    char directory[64], path[80];
};

static void file_open(struct file *file)
{
    snprintf(file->directory, sizeof file->directory, "/tmp/test_iforest.XXXXXX");
    assert_non_null(mkdtemp(file->directory));
    snprintf(file->path, sizeof file->path, "%s/saved", file->directory);
}

static void file_close(struct file *file)
{
    unlink(file->path);
    assert_int_equal(rmdir(file->directory), 0);
}

static void save(const struct file *file, const struct iforest *forest)
{
    struct archive_out *archive = archive_create(file->path, 1, NULL);
    assert_non_null(archive);
    iforest_detector.save(forest, archive);
    assert_true(archive_commit(archive, NULL));
}

static struct iforest *load(const struct file *file, const struct study *study,
                            struct status *status)
{
    struct archive_in *archive = archive_open(file->path, 1, NULL);
    assert_non_null(archive);
    struct iforest *forest = iforest_detector.load(&study->data, archive, status);
    archive_close(archive);
    return forest;
}

static void a_saved_forest_is_the_same(void **state)
{
    (void)state;
    struct study study;
    struct file file;
    study_open(&study, 900);
    file_open(&file);
    struct iforest *forest = fit(&study, 40, NULL, NULL);
    assert_non_null(forest);
    forest->asked = 60; /* as after a cancel */
    save(&file, forest);
    struct iforest *again = load(&file, &study, NULL);
    assert_non_null(again);
    char text[80];
    assert_true(iforest_detector.partial(again, text, sizeof text));
    assert_string_equal(text, "40 of 60 trees (cancelled)");
    assert_true(again->contamination == 0.05 && again->seed == 9 && again->psi == 256);
    assert_true(again->mean_depth == forest->mean_depth);
    for (size_t t = 0; t < 40; t++) {
        const struct iforest_tree *a = &forest->trees[t], *b = &again->trees[t];
        assert_int_equal(a->n_nodes, b->n_nodes);
        assert_memory_equal(a->nodes, b->nodes, a->n_nodes * sizeof *a->nodes);
    }
    struct scores first, second;
    assert_true(iforest_detector.score(forest, &study.data, &first, NULL, NULL));
    assert_true(iforest_detector.score(again, &study.data, &second, NULL, NULL));
    assert_memory_equal(first.score, second.score, first.n * sizeof *first.score);
    assert_true(first.threshold == second.threshold);
    scores_clear(&first);
    scores_clear(&second);
    forest->asked = 40;
    iforest_detector.free(forest);
    iforest_detector.free(again);
    file_close(&file);
    study_close(&study);
}

/* One thing wrong in an otherwise good file; `node` is a split, `leaf` comes after it. */
static void spoil(struct iforest *forest, int wrong, struct iforest_node *node,
                  struct iforest_node *leaf)
{
    switch (wrong) {
    case 0: forest->n_trees = 0; break;
    case 1: forest->asked = 2; break;
    case 2: forest->n_rows++; break;
    case 3: forest->d++; break;
    case 4: forest->contamination = NAN; break;
    case 5: forest->trees[0].n_nodes--; break;
    case 6: forest->trees[0].n_nodes = 0; break;
    case 7: node->right = UINT16_MAX; break;
    case 8: node->right = 1; break;
    case 9: node->right++; break;
    case 10: node->feature = D; break;
    case 11: node->feature = IFOREST_LEAF; break;
    case 12: node->rows++; break;
    case 13: node->depth++; break;
    case 14: node->threshold = NAN; break;
    case 15: leaf->feature = 0; break;
    default: leaf->rows = 0; break;
    }
}

static void a_senseless_file_is_refused(void **state)
{
    (void)state;
    struct study study;
    struct file file;
    study_open(&study, 900);
    file_open(&file);
    struct iforest *forest = fit(&study, 3, NULL, NULL);
    assert_non_null(forest);
    struct iforest_node *nodes = forest->trees[0].nodes, kept[IFOREST_NODES];
    size_t n = forest->trees[0].n_nodes, last = n - 1;
    memcpy(kept, nodes, n * sizeof *nodes);
    assert_true(nodes[last].feature == IFOREST_LEAF && nodes[0].feature != IFOREST_LEAF);
    for (int wrong = 0; wrong <= 16; wrong++) {
        struct iforest good = *forest;
        struct status status = {0};
        spoil(forest, wrong, &nodes[0], &nodes[last]);
        save(&file, forest);
        assert_null(load(&file, &study, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        *forest = good;
        forest->trees[0].n_nodes = n;
        memcpy(nodes, kept, n * sizeof *nodes);
    }
    save(&file, forest);
    struct iforest *again = load(&file, &study, NULL);
    assert_non_null(again);
    iforest_detector.free(again);
    iforest_detector.free(forest);
    file_close(&file);
    study_close(&study);
}

/* ---- explanations ---- */

/* Mean depth below a node when only the features in `known` are looked at; counted row by row
 * of the training set, as it were: every branch weighs as many rows as it has. */
static double game(const struct iforest_node *nodes, size_t at, const float *x, unsigned known)
{
    const struct iforest_node *node = &nodes[at];
    if (node->feature == IFOREST_LEAF) {
        return iforest_leaf_depth(node->depth, node->rows);
    }
    size_t left = at + 1, right = node->right;
    if ((known >> node->feature & 1) != 0) {
        bool is_left = (double)x[node->feature] <= node->threshold;
        return game(nodes, is_left ? left : right, x, known);
    }
    return (nodes[left].rows * game(nodes, left, x, known) +
            nodes[right].rows * game(nodes, right, x, known)) /
           node->rows;
}

static double factorial(unsigned n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

static void brute_shapley(const struct iforest *forest, const float *x, double *phi)
{
    double worth[1 << D];
    for (unsigned s = 0; s < 1 << D; s++) {
        worth[s] = 0;
        for (size_t t = 0; t < forest->n_trees; t++) {
            worth[s] -= game(forest->trees[t].nodes, 0, x, s) / (double)forest->n_trees;
        }
    }
    for (unsigned f = 0; f < D; f++) {
        phi[f] = 0;
        for (unsigned s = 0; s < 1 << D; s++) {
            unsigned size = (unsigned)__builtin_popcount(s);
            if ((s >> f & 1) == 0) {
                phi[f] += factorial(size) * factorial(D - 1 - size) / factorial(D) *
                          (worth[s | 1U << f] - worth[s]);
            }
        }
    }
}

static void brute_credit(const struct iforest *forest, const float *x, double *credit)
{
    memset(credit, 0, D * sizeof *credit);
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct iforest_node *nodes = forest->trees[t].nodes;
        for (size_t at = 0; nodes[at].feature != IFOREST_LEAF;) {
            unsigned f = nodes[at].feature;
            size_t next = (double)x[f] <= nodes[at].threshold ? at + 1 : nodes[at].right;
            credit[f] +=
                (game(nodes, at, x, 0) - game(nodes, next, x, 0)) / (double)forest->n_trees;
            at = next;
        }
    }
}

static void explanations_equal_brute_force_and_add_up(void **state)
{
    (void)state;
    struct study study;
    study_open(&study, 900);
    struct iforest *forest = fit(&study, 25, NULL, NULL);
    assert_non_null(forest);
    for (size_t p = 0; p < study.table->profiles.n; p += study.table->profiles.n / 12) {
        const float *x = study.data.scaled + p * D;
        double credit[D], phi[D], brute[D], sum_credit = 0, sum_phi = 0;
        struct iforest_depths depths;
        assert_true(iforest_detector.explain(forest, &study.data, p, credit));
        iforest_shapley(forest, &study.data, p, phi);
        iforest_depths(forest, &study.data, p, &depths);
        brute_credit(forest, x, brute);
        for (size_t f = 0; f < D; f++) {
            assert_true(fabs(credit[f] - brute[f]) < 1e-9);
            sum_credit += credit[f];
        }
        brute_shapley(forest, x, brute);
        for (size_t f = 0; f < D; f++) {
            assert_true(fabs(phi[f] - brute[f]) < 1e-9);
            sum_phi += phi[f];
        }
        assert_true(fabs(sum_credit - (depths.mean - depths.own)) < 1e-9);
        assert_true(fabs(sum_phi - (depths.mean - depths.own)) < 1e-9);
    }
    iforest_detector.free(forest);
    study_close(&study);
}

/* A row far out in one feature is explained by that feature. */
static void the_odd_feature_is_named(void **state)
{
    (void)state;
    enum { N = 2000 };
    double *values = malloc(N * D * sizeof *values);
    assert_non_null(values);
    uint64_t random = 5;
    for (size_t i = 0; i < (size_t)N * D; i++) {
        values[i] =
            i % D == 6 ? 1 : (double)fixture_below(&random, 20); /* the last is constant */
    }
    values[17 * D + 3] = 500;
    struct study study = {.table = fixture_table(values, N, D, NULL)};
    study.scaler = scaler_fit(study.table, NULL, NULL, NULL);
    study.data =
        (struct detector_data){.table = study.table, .scaler = study.scaler, .seed = 1};
    study.data.scaled = scaler_transform(study.scaler, study.table, NULL, NULL);
    void *forest = fit(&study, 200, NULL, NULL);
    double credit[D], phi[D];
    size_t odd = study.table->row_profile[17];
    assert_true(iforest_detector.explain(forest, &study.data, odd, credit));
    iforest_shapley(forest, &study.data, odd, phi);
    for (size_t f = 0; f < D; f++) {
        if (f != 3) {
            assert_true(credit[3] > credit[f] && phi[3] > phi[f]);
        }
    }
    assert_true(credit[6] == 0 && phi[6] == 0);
    iforest_detector.free(forest);
    study_close(&study);
    free(values);
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
        cmocka_unit_test(a_saved_forest_is_the_same),
        cmocka_unit_test(a_senseless_file_is_refused),
        cmocka_unit_test(explanations_equal_brute_force_and_add_up),
        cmocka_unit_test(the_odd_feature_is_named),
    };
    return cmocka_run_group_tests_name("iforest", tests, NULL, NULL);
}
