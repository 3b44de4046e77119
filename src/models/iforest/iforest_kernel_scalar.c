/* The kernel in plain C: eight rows walk a tree side by side, so that their loads overlap. */
#include "models/iforest/iforest_internal.h"

enum { TOGETHER = 8 };

static uint16_t rank_of(const struct iforest_cuts *cuts, float x)
{
    uint32_t rank = cuts->below[iforest_key(x)], more;
    do { /* nearly always once; without a branch inside */
        const float *window = cuts->values + rank;
        more = 0;
        for (size_t k = 0; k < IFOREST_WINDOW; k++) {
            more += window[k] < x;
        }
        rank += more;
    } while (more == IFOREST_WINDOW);
    return (uint16_t)rank;
}

static void ranks_scalar(const struct iforest_coded *coded, const float *x, size_t n,
                         uint16_t *ranks)
{
    for (size_t f = 0; f < coded->d; f++) {
        for (size_t i = 0; i < n; i++) {
            ranks[f * IFOREST_BLOCK + i] = rank_of(&coded->cuts[f], x[i * coded->d + f]);
        }
    }
}

/* Eight slots go down from level `from` to level `to`. */
static inline void descend(const struct iforest_coded_tree *tree, const uint16_t *ranks,
                           uint32_t *slot, unsigned from, unsigned to)
{
    for (unsigned level = from; level < to; level++) {
#pragma GCC unroll 8
        for (size_t k = 0; k < TOGETHER; k++) {
            uint16_t rank = ranks[(size_t)tree->feature[slot[k]] * IFOREST_BLOCK + k];
            slot[k] = 2 * slot[k] + (rank > tree->rank[slot[k]]);
        }
    }
}

static void walk_scalar(const struct iforest_coded *coded, const uint16_t *ranks, double *sums,
                        void *scratch)
{
    (void)scratch;
    for (size_t t = 0; t < coded->n_trees; t++) {
        const struct iforest_coded_tree *tree = &coded->trees[t];
        unsigned depth = tree->depth > 4 ? tree->depth : 4, below = IFOREST_DEPTH - depth;
        for (size_t row = 0; row < IFOREST_BLOCK; row += TOGETHER) {
            uint32_t slot[TOGETHER] = {1, 1, 1, 1, 1, 1, 1, 1};
            descend(tree, ranks + row, slot, 0, 4);
            for (size_t k = 0; k < TOGETHER; k++) {
                slot[k] = tree->rename[slot[k] - 16];
            }
            descend(tree, ranks + row, slot, 4, depth);
            for (size_t k = 0; k < TOGETHER; k++) {
                sums[row + k] += tree->leaf[(slot[k] << below) - IFOREST_SLOTS];
            }
        }
    }
}

const struct iforest_kernel iforest_kernel_scalar = {CPU_SCALAR, TABLE_FEATURES_MAX, UINT16_MAX,
                                                     ranks_scalar, walk_scalar};
