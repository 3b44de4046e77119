/* iforest: saved and read again. */
#define _GNU_SOURCE
#include "models/iforest/iforest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "models/iforest/iforest_internal.h"
#include "unit/iforest_study.h"
#include "unit/test.h"

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

static struct iforest *load(const struct file *file, const struct iforest_study *study,
                            struct status *status)
{
    struct archive_in *archive = archive_open(file->path, 1, NULL);
    assert_non_null(archive);
    struct iforest *forest =
        iforest_detector.load(archive, study->table->profiles.d, NULL, status);
    archive_close(archive);
    return forest;
}

static void a_saved_forest_is_the_same(void **state)
{
    (void)state;
    struct iforest_study study;
    struct file file;
    iforest_study_open(&study, 900);
    file_open(&file);
    struct iforest *forest = iforest_study_fit(&study, 40, NULL, NULL);
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
    assert_true(detector_score(&iforest_detector, forest, &study.data, &first, NULL, NULL));
    assert_true(detector_score(&iforest_detector, again, &study.data, &second, NULL, NULL));
    assert_memory_equal(first.score, second.score, first.n * sizeof *first.score);
    assert_true(first.threshold == second.threshold);
    scores_clear(&first);
    scores_clear(&second);
    forest->asked = 40;
    iforest_detector.free(forest);
    iforest_detector.free(again);
    file_close(&file);
    iforest_study_close(&study);
}

/* One thing wrong in an otherwise good file; `node` is a split, `leaf` comes after it. */
static void spoil(struct iforest *forest, int wrong, struct iforest_node *node,
                  struct iforest_node *leaf)
{
    switch (wrong) {
    case 0: forest->n_trees = 0; break;
    case 1: forest->asked = 2; break;
    case 2: forest->n_rows = 0; break;
    case 3: forest->d++; break;
    case 4: forest->contamination = NAN; break;
    case 5: forest->trees[0].n_nodes--; break;
    case 6: forest->trees[0].n_nodes = 0; break;
    case 7: node->right = UINT16_MAX; break;
    case 8: node->right = 1; break;
    case 9: node->right++; break;
    case 10: node->feature = IFOREST_STUDY_D; break;
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
    struct iforest_study study;
    struct file file;
    iforest_study_open(&study, 900);
    file_open(&file);
    struct iforest *forest = iforest_study_fit(&study, 3, NULL, NULL);
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
    iforest_study_close(&study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_forest_is_the_same),
        cmocka_unit_test(a_senseless_file_is_refused),
    };
    return cmocka_run_group_tests_name("iforest saved", tests, NULL, NULL);
}
