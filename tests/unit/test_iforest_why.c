/* iforest: what explanations say, against brute force. */
#include "models/iforest/iforest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/iforest/iforest_internal.h"
#include "unit/fixture.h"
#include "unit/iforest_study.h"
#include "unit/test.h"

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
    double worth[1 << IFOREST_STUDY_D];
    for (unsigned s = 0; s < 1 << IFOREST_STUDY_D; s++) {
        worth[s] = 0;
        for (size_t t = 0; t < forest->n_trees; t++) {
            worth[s] -= game(forest->trees[t].nodes, 0, x, s) / (double)forest->n_trees;
        }
    }
    for (unsigned f = 0; f < IFOREST_STUDY_D; f++) {
        phi[f] = 0;
        for (unsigned s = 0; s < 1 << IFOREST_STUDY_D; s++) {
            unsigned size = (unsigned)__builtin_popcount(s);
            if ((s >> f & 1) == 0) {
                phi[f] += factorial(size) * factorial(IFOREST_STUDY_D - 1 - size) /
                          factorial(IFOREST_STUDY_D) * (worth[s | 1U << f] - worth[s]);
            }
        }
    }
}

static void brute_credit(const struct iforest *forest, const float *x, double *credit)
{
    memset(credit, 0, IFOREST_STUDY_D * sizeof *credit);
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
    struct iforest_study study;
    iforest_study_open(&study, 900);
    struct iforest *forest = iforest_study_fit(&study, 25, NULL, NULL);
    assert_non_null(forest);
    for (size_t p = 0; p < study.table->profiles.n; p += study.table->profiles.n / 12) {
        const float *x = study.data.scaled + p * IFOREST_STUDY_D;
        double credit[IFOREST_STUDY_D], phi[IFOREST_STUDY_D], brute[IFOREST_STUDY_D],
            sum_credit = 0, sum_phi = 0;
        struct iforest_depths depths;
        assert_true(iforest_detector.explain(forest, &study.data, p, credit));
        iforest_shapley(forest, &study.data, p, phi);
        iforest_depths(forest, &study.data, p, &depths);
        brute_credit(forest, x, brute);
        for (size_t f = 0; f < IFOREST_STUDY_D; f++) {
            assert_true(fabs(credit[f] - brute[f]) < 1e-9);
            sum_credit += credit[f];
        }
        brute_shapley(forest, x, brute);
        for (size_t f = 0; f < IFOREST_STUDY_D; f++) {
            assert_true(fabs(phi[f] - brute[f]) < 1e-9);
            sum_phi += phi[f];
        }
        assert_true(fabs(sum_credit - (depths.mean - depths.own)) < 1e-9);
        assert_true(fabs(sum_phi - (depths.mean - depths.own)) < 1e-9);
    }
    iforest_detector.free(forest);
    iforest_study_close(&study);
}

/* A row far out in one feature is explained by that feature. */
static void the_odd_feature_is_named(void **state)
{
    (void)state;
    enum { N = 2000 };
    double *values = malloc(N * IFOREST_STUDY_D * sizeof *values);
    assert_non_null(values);
    uint64_t random = 5;
    for (size_t i = 0; i < (size_t)N * IFOREST_STUDY_D; i++) {
        values[i] = i % IFOREST_STUDY_D == 6
                        ? 1
                        : (double)fixture_below(&random, 20); /* the last is constant */
    }
    values[17 * IFOREST_STUDY_D + 3] = 500;
    struct iforest_study study = {.table = fixture_table(values, N, IFOREST_STUDY_D, NULL)};
    study.scaler = scaler_fit(study.table, NULL, NULL, NULL);
    study.data =
        (struct detector_data){.table = study.table, .scaler = study.scaler, .seed = 1};
    study.data.scaled = scaler_transform(study.scaler, study.table, NULL, NULL);
    void *forest = iforest_study_fit(&study, 200, NULL, NULL);
    double credit[IFOREST_STUDY_D], phi[IFOREST_STUDY_D];
    size_t odd = study.table->row_profile[17];
    assert_true(iforest_detector.explain(forest, &study.data, odd, credit));
    iforest_shapley(forest, &study.data, odd, phi);
    for (size_t f = 0; f < IFOREST_STUDY_D; f++) {
        if (f != 3) {
            assert_true(credit[3] > credit[f] && phi[3] > phi[f]);
        }
    }
    assert_true(credit[6] == 0 && phi[6] == 0);
    iforest_detector.free(forest);
    iforest_study_close(&study);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explanations_equal_brute_force_and_add_up),
        cmocka_unit_test(the_odd_feature_is_named),
    };
    return cmocka_run_group_tests_name("iforest why", tests, NULL, NULL);
}
