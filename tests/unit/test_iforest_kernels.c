/* iforest kernels: every one the processor has against a plain walk, to the last bit. */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

/* ---- forests made up of random nodes, so that every shape of tree occurs ---- */

struct sprout {
    struct iforest_grown nodes[IFOREST_NODES];
    size_t n;
    size_t d;
    unsigned splits_of_100; /* chance that a node above level 8 splits */
    bool fine;              /* no two thresholds are equal */
    uint64_t random;
};

/* Few values, so that rows meet thresholds exactly; both zeros, and values a double threshold
 * rounds to. */
static float random_value(uint64_t *random)
{
    size_t kind = fixture_below(random, 10);
    if (kind == 0) {
        return fixture_below(random, 2) == 0 ? 0.0F : -0.0F;
    }
    float value = (float)((double)fixture_below(random, 60) / 7 - 3);
    return kind == 1 ? value * 1e30F : value;
}

static double random_threshold(uint64_t *random, bool fine)
{
    if (fine) {
        return (double)fixture_below(random, 1 << 24) / (1 << 21) - 3;
    }
    double value = (double)random_value(random);
    size_t kind = fixture_below(random, 4);
    return kind == 0 ? nextafter(value, 1e300) : kind == 1 ? nextafter(value, -1e300) : value;
}

static int32_t sprout_node(struct sprout *sprout, uint32_t depth)
{
    int32_t id = (int32_t)sprout->n++;
    struct iforest_grown *node = &sprout->nodes[id];
    *node = (struct iforest_grown){-2, -1, -1, 1, depth, -2, 0};
    if (depth < IFOREST_DEPTH && fixture_below(&sprout->random, 100) < sprout->splits_of_100) {
        node->feature = (int32_t)fixture_below(&sprout->random, sprout->d);
        node->threshold = random_threshold(&sprout->random, sprout->fine);
        node->left = sprout_node(sprout, depth + 1);
        node->right = sprout_node(sprout, depth + 1);
        node->rows = sprout->nodes[node->left].rows + sprout->nodes[node->right].rows;
    } else {
        /* any number: leaves are told apart by their depth and rows */
        node->rows = 1 + (uint32_t)fixture_below(&sprout->random, 200);
    }
    return id;
}

static void random_forest(struct iforest *forest, size_t n_trees, size_t d, bool fine,
                          uint64_t seed)
{
    struct sprout sprout = {.d = d, .fine = fine, .random = seed};
    *forest = (struct iforest){.n_trees = n_trees, .asked = n_trees, .d = d};
    forest->trees = calloc(n_trees, sizeof *forest->trees);
    assert_non_null(forest->trees);
    for (size_t t = 0; t < n_trees; t++) {
        sprout.n = 0;
        sprout.splits_of_100 = fine || t % 5 == 0 ? 100 : 20 * (unsigned)(t % 5) + 15;
        sprout_node(&sprout, 0);
        assert_true(iforest_tree_pack(&forest->trees[t], sprout.nodes, sprout.n, NULL));
    }
}

static void forest_clear(struct iforest *forest)
{
    for (size_t t = 0; t < forest->n_trees; t++) {
        free(forest->trees[t].nodes);
    }
    free(forest->trees);
}

static double plain_depth(const struct iforest_tree *tree, const float *x)
{
    size_t at = 0;
    while (tree->nodes[at].feature != IFOREST_LEAF) {
        const struct iforest_node *node = &tree->nodes[at];
        at = (double)x[node->feature] <= node->threshold ? at + 1 : node->right;
    }
    return tree->nodes[at].expected;
}

static float *random_rows(size_t n, size_t d, uint64_t seed)
{
    float *x = malloc(n * d * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n * d; i++) {
        x[i] = random_value(&seed);
    }
    return x;
}

/* Which numbers of tables the trees need: every loop of the vector kernels must be met. */
static void count_shapes(const struct iforest_coded *coded, size_t *shapes)
{
    for (size_t t = 0; t < coded->n_trees; t++) {
        shapes[coded->trees[t].tables[2]]++;
    }
}

static void compare_kernel(const struct iforest_kernel *kernel, const struct iforest *forest,
                           const struct iforest_coded *coded, const float *x, size_t n)
{
    size_t d = forest->d;
    uint16_t *ranks = aligned_alloc(64, d * IFOREST_BLOCK * sizeof *ranks);
    double *sums = aligned_alloc(64, IFOREST_BLOCK * sizeof *sums);
    void *scratch = aligned_alloc(64, IFOREST_SCRATCH);
    assert_true(ranks != NULL && sums != NULL && scratch != NULL);
    memset(ranks, 0, d * IFOREST_BLOCK * sizeof *ranks);
    for (size_t i = 0; i < IFOREST_BLOCK; i++) {
        sums[i] = (double)i / 3;
    }
    kernel->ranks(coded, x, n, ranks);
    kernel->walk(coded, ranks, sums, scratch);
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < d; f++) {
            size_t rank = 0;
            while (rank < coded->cuts[f].n && coded->cuts[f].values[rank] < x[i * d + f]) {
                rank++;
            }
            assert_int_equal(ranks[f * IFOREST_BLOCK + i], rank);
        }
        double sum = (double)i / 3;
        for (size_t t = 0; t < forest->n_trees; t++) {
            sum += plain_depth(&forest->trees[t], x + i * d);
        }
        assert_true(sum == sums[i]);
    }
    free(ranks);
    free(sums);
    free(scratch);
}

/* As many cuts in one feature as 32 trees can have, which every kernel takes together. */
static void takes_many_cuts(enum cpu_kernel best)
{
    struct iforest forest;
    const struct iforest_kernel *kernel = iforest_kernel_choose(best, 1);
    random_forest(&forest, 32, 1, true, 5);
    struct iforest_coded *coded = iforest_coded_new(&forest, 0, forest.n_trees, NULL);
    assert_non_null(coded);
    assert_in_range(iforest_coded_cuts(coded), 8000, kernel->most_cuts);
    float *x = random_rows(IFOREST_BLOCK, 1, 6);
    compare_kernel(kernel, &forest, coded, x, IFOREST_BLOCK);
    free(x);
    iforest_coded_free(coded);
    forest_clear(&forest);
}

static void equals_a_plain_walk(enum cpu_kernel kernel)
{
    if (kernel > cpu_kernel()) {
        print_message("this processor has no %s\n", cpu_kernel_name(kernel));
        skip();
    }
    const size_t widths[] = {1, 2, 3, 7, 8, 9, 64};
    size_t shapes[9] = {0};
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        struct iforest forest;
        random_forest(&forest, 61, widths[w], false, w);
        struct iforest_coded *coded = iforest_coded_new(&forest, 0, forest.n_trees, NULL);
        assert_non_null(coded);
        count_shapes(coded, shapes);
        size_t n = w % 2 == 0 ? IFOREST_BLOCK : IFOREST_BLOCK - 37;
        float *x = random_rows(n, widths[w], w + 100);
        compare_kernel(iforest_kernel_choose(kernel, widths[w]), &forest, coded, x, n);
        free(x);
        iforest_coded_free(coded);
        forest_clear(&forest);
    }
    takes_many_cuts(kernel);
    assert_true(shapes[0] > 0 && shapes[1] > 0 && shapes[2] > 0 && shapes[4] > 0 &&
                shapes[8] > 0);
}

static void scalar_equals_a_plain_walk(void **state)
{
    (void)state;
    equals_a_plain_walk(CPU_SCALAR);
}

static void avx2_equals_a_plain_walk(void **state)
{
    (void)state;
    equals_a_plain_walk(CPU_AVX2);
}

static void avx512_equals_a_plain_walk(void **state)
{
    (void)state;
    equals_a_plain_walk(CPU_AVX512);
}

struct reported {
    uint64_t most, total;
};

static void note_report(void *context, uint64_t done, uint64_t total)
{
    struct reported *reported = context;
    reported->most = done > reported->most ? done : reported->most;
    reported->total = total;
}

/* A forest with more cuts in a feature than the vector kernels' ranks can count, group by
 * group: scores are those of one sum over all trees, and progress is in profiles. */
static void many_cuts_are_taken_in_groups(void **state)
{
    (void)state;
    enum { ROWS = 300, TREES = 270 };
    struct iforest forest;
    random_forest(&forest, TREES, 1, true, 7);
    forest.psi = IFOREST_PSI;
    forest.contamination = 0.05;
    struct iforest_coded *coded = iforest_coded_new(&forest, 0, IFOREST_GROUP, NULL);
    assert_non_null(coded);
    assert_in_range(iforest_coded_cuts(coded), 60000, UINT16_MAX);
    iforest_coded_free(coded);
    float *x = random_rows(ROWS, 1, 8);
    uint32_t copies[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        copies[i] = 1;
    }
    struct table table = {.n_rows = ROWS, .profiles = {.n = ROWS, .d = 1, .copies = copies}};
    struct detector_data data = {.table = &table, .scaled = x};
    struct scores scores;
    struct reported reported = {0};
    const struct progress progress = {.report = note_report, .context = &reported};
    assert_true(iforest_score(&forest, &data, &scores, &progress, NULL));
    assert_int_equal(reported.most, ROWS);
    assert_int_equal(reported.total, ROWS);
    const volatile double two = 2.0; /* pow() it is, whatever the compiler prefers */
    double denominator = TREES * iforest_path_length(IFOREST_PSI);
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (size_t t = 0; t < TREES; t++) {
            sum += plain_depth(&forest.trees[t], x + i);
        }
        assert_true(scores.score[i] == pow(two, -(sum / denominator)));
    }
    scores_clear(&scores);
    free(x);
    forest_clear(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scalar_equals_a_plain_walk),
                                       cmocka_unit_test(avx2_equals_a_plain_walk),
                                       cmocka_unit_test(avx512_equals_a_plain_walk),
                                       cmocka_unit_test(many_cuts_are_taken_in_groups)};
    return cmocka_run_group_tests_name("iforest kernels", tests, NULL, NULL);
}
