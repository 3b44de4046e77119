/* The memory of a forest: allocated, filled with trees, freed; and its path lengths. */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

double iforest_path_length(size_t m)
{
    const double euler = 0.5772156649015329;
    if (m <= 1) {
        return 0;
    }
    if (m == 2) {
        return 1;
    }
    double n = (double)m;
    return 2.0 * (log(n - 1.0) + euler) - 2.0 * (n - 1.0) / n;
}

double iforest_leaf_depth(unsigned depth, size_t rows)
{
    return ((double)(depth + 1) + iforest_path_length(rows)) - 1.0;
}

void iforest_free(void *model)
{
    struct iforest *forest = model;
    if (forest != NULL) {
        for (size_t t = 0; forest->trees != NULL && t < forest->asked; t++) {
            free(forest->trees[t].nodes);
        }
        free(forest->trees);
        free(forest);
    }
}

struct iforest *iforest_new(size_t n_rows, size_t d, uint32_t seed, const double *params,
                            struct status *status)
{
    struct iforest *forest = mem_zero(1, sizeof *forest, "a forest", status);
    if (forest == NULL) {
        return NULL;
    }
    forest->asked = (size_t)params[0];
    forest->contamination = params[1];
    forest->n_rows = n_rows;
    forest->psi = forest->n_rows < IFOREST_PSI ? forest->n_rows : IFOREST_PSI;
    forest->d = d;
    forest->seed = seed;
    forest->trees = mem_zero(forest->asked, sizeof *forest->trees, "a forest", status);
    if (forest->trees == NULL) {
        iforest_free(forest);
        return NULL;
    }
    return forest;
}

void iforest_find_mean_depth(struct iforest *forest)
{
    double depth = 0;
    for (size_t t = 0; t < forest->n_trees; t++) {
        depth += forest->trees[t].nodes[0].expected;
    }
    forest->mean_depth = forest->n_trees > 0 ? depth / (double)forest->n_trees : 0;
}

void iforest_tree_weigh(struct iforest_tree *tree)
{
    for (size_t i = tree->n_nodes; i-- > 0;) { /* children come after their parent */
        struct iforest_node *node = &tree->nodes[i];
        if (node->feature == IFOREST_LEAF) {
            node->expected = iforest_leaf_depth(node->depth, node->rows);
        } else {
            const struct iforest_node *left = node + 1, *right = &tree->nodes[node->right];
            node->expected = (left->rows * left->expected + right->rows * right->expected) /
                             (left->rows + right->rows);
        }
    }
}

bool iforest_tree_pack(struct iforest_tree *tree, const struct iforest_grown *nodes, size_t n,
                       struct status *status)
{
    tree->nodes = mem_new(n, sizeof *tree->nodes, "a tree", status);
    if (tree->nodes == NULL) {
        return false;
    }
    tree->n_nodes = n;
    for (size_t i = 0; i < n; i++) {
        const struct iforest_grown *from = &nodes[i];
        struct iforest_node *to = &tree->nodes[i];
        memset(to, 0, sizeof *to); /* saved as it is, so no byte may be left to chance */
        to->rows = (uint16_t)from->rows;
        to->depth = (uint8_t)from->depth;
        to->feature = IFOREST_LEAF;
        if (from->left >= 0) {
            to->feature = (uint8_t)from->feature;
            to->threshold = from->threshold;
            to->right = (uint16_t)from->right;
        }
    }
    iforest_tree_weigh(tree);
    return true;
}
