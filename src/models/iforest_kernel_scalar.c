/* The kernel in plain C: eight rows walk a tree side by side, so that their loads overlap. */
#include "models/iforest_internal.h"

#include <stdint.h>

enum { TOGETHER = 8 };

void iforest_kernel_scalar(const struct iforest_coded *coded, const uint16_t *ranks,
                           double *sums, void *scratch)
{
    (void)scratch;
    for (size_t t = 0; t < coded->n_trees; t++) {
        const struct iforest_coded_tree *tree = &coded->trees[t];
        unsigned below = IFOREST_DEPTH - tree->depth;
        for (size_t row = 0; row < IFOREST_BLOCK; row += TOGETHER) {
            uint32_t slot[TOGETHER];
            for (size_t k = 0; k < TOGETHER; k++) {
                slot[k] = 1;
            }
            for (unsigned level = 0; level < tree->depth; level++) {
                for (size_t k = 0; k < TOGETHER; k++) {
                    size_t at = (size_t)tree->feature[slot[k]] * IFOREST_BLOCK + row + k;
                    slot[k] = 2 * slot[k] + (ranks[at] > tree->rank[slot[k]]);
                }
            }
            for (size_t k = 0; k < TOGETHER; k++) {
                sums[row + k] += tree->leaf[(slot[k] << below) - IFOREST_SLOTS];
            }
        }
    }
}
