/* A forest in a saved run. Of a node its split and its training rows are kept; what follows
 * from them (expected depths) is computed anew, so that it has the same bits and cannot be
 * wrong. */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/archive.h"
#include "base/mem.h"

enum { MOST_TREES = 100000 };

/* Counts that a file holds, in the order put. */
struct counts {
    uint64_t n_trees, asked, n_rows, d, seed;
};

void iforest_save(const void *model, struct archive_out *archive)
{
    const struct iforest *forest = model;
    const struct counts counts = {forest->n_trees, forest->asked, forest->n_rows, forest->d,
                                  forest->seed};
    archive_put(archive, "IFct", &counts, sizeof(uint64_t), sizeof counts / sizeof(uint64_t));
    archive_put_number(archive, "IFco", forest->contamination);
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct iforest_tree *tree = &forest->trees[t];
        archive_put(archive, "IFtr", tree->nodes, sizeof *tree->nodes, tree->n_nodes);
    }
}

static bool make_sense(const struct counts *counts, double contamination, size_t d)
{
    return counts->n_trees >= 1 && counts->n_trees <= counts->asked &&
           counts->asked <= MOST_TREES && counts->n_rows >= 1 &&
           counts->n_rows <= TABLE_ROWS_MAX && counts->d == d && counts->seed <= UINT32_MAX &&
           contamination > 0 && contamination <= 0.5;
}

static bool split_makes_sense(const struct iforest_node *nodes, size_t n, size_t at, size_t d)
{
    const struct iforest_node *node = &nodes[at];
    return node->feature < d && isfinite(node->threshold) && node->depth < IFOREST_DEPTH &&
           node->right > at + 1 && node->right < n &&
           nodes[at + 1].rows + nodes[node->right].rows == node->rows;
}

/* The nodes are one tree in pre-order, of psi rows: every node but the root is the child of
 * one. */
static bool is_tree(const struct iforest_node *nodes, size_t n, size_t psi, size_t d)
{
    struct {
        size_t node;
        unsigned depth;
    } waiting[IFOREST_DEPTH + 1] = {{0, 0}}; /* right children whose turn is to come */
    size_t n_waiting = 1, next = 0;
    unsigned depth = 0;
    bool after_leaf = true;
    if (n == 0 || n > IFOREST_NODES || nodes[0].rows != psi) {
        return false;
    }
    for (; next < n; next++) {
        if (after_leaf) {
            if (n_waiting == 0 || waiting[--n_waiting].node != next) {
                return false;
            }
            depth = waiting[n_waiting].depth;
        } else {
            depth++;
        }
        if (nodes[next].depth != depth || nodes[next].rows == 0) {
            return false;
        }
        after_leaf = nodes[next].feature == IFOREST_LEAF;
        if (!after_leaf) {
            if (!split_makes_sense(nodes, n, next, d)) {
                return false;
            }
            waiting[n_waiting].node = nodes[next].right;
            waiting[n_waiting++].depth = depth + 1;
        }
    }
    return n_waiting == 0;
}

static bool load_tree(struct iforest *forest, struct archive_in *archive, struct status *status)
{
    struct iforest_tree *tree = &forest->trees[forest->n_trees];
    tree->nodes =
        archive_get_copy(archive, "IFtr", sizeof *tree->nodes, &tree->n_nodes, status);
    if (tree->nodes == NULL) {
        return false;
    }
    if (!is_tree(tree->nodes, tree->n_nodes, forest->psi, forest->d)) {
        return status_set(status, STATUS_INPUT, "the saved Isolation Forest is damaged");
    }
    iforest_tree_weigh(tree);
    return true;
}

void *iforest_load(struct archive_in *archive, size_t d, struct parallel *parallel,
                   struct status *status)
{
    (void)parallel;
    struct counts counts;
    double contamination;
    if (!archive_get_into(archive, "IFct", &counts, sizeof(uint64_t),
                          sizeof counts / sizeof(uint64_t), status) ||
        !archive_get_number(archive, "IFco", &contamination, status)) {
        return NULL;
    }
    if (!make_sense(&counts, contamination, d)) {
        status_set(status, STATUS_INPUT, "the saved Isolation Forest is damaged");
        return NULL;
    }
    const double params[DETECTOR_PARAMS] = {(double)counts.asked, contamination};
    struct iforest *forest =
        iforest_new((size_t)counts.n_rows, d, (uint32_t)counts.seed, params, status);
    if (forest == NULL) {
        return NULL;
    }
    for (; forest->n_trees < counts.n_trees; forest->n_trees++) {
        if (!load_tree(forest, archive, status)) {
            iforest_free(forest);
            return NULL;
        }
    }
    iforest_find_mean_depth(forest);
    return forest;
}
