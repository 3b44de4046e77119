/* kdtree_kernel: the two loops a neighbour search spends its time in, for each vector unit.
 *
 * Points lie in blocks, one coordinate after the other (block[j * stride + i] is coordinate j
 * of point i), as floats; distances are computed in double, summed over j from 0 on, so every
 * kernel gives the same bits.
 */
#ifndef ODDHOURS_MODELS_KDTREE_KERNEL_H
#define ODDHOURS_MODELS_KDTREE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

enum {
    KDTREE_BLOCK = 64,   /* most points in a block */
    KDTREE_BOXES = 8,    /* boxes tested at once */
    KDTREE_OVERREAD = 8, /* floats that may be read beyond the end of a block */
};

struct kdtree_kernel {
    /* Squared distances of x (d) to the first `count` points of a block into distance2 (room
     * for KDTREE_BLOCK). Returns a bit for each point whose distance2 is at most `limit`. */
    uint64_t (*block)(const float *block, size_t stride, size_t count, size_t d,
                      const double *x, double limit, double *distance2);

    /* Least squared distances of x (d) to KDTREE_BOXES boxes; coordinate j of them is
     * boxes[16 j ..]: eight lower, then eight upper bounds. Never above the distance2 that
     * `block` finds for a point inside. */
    void (*boxes)(const float *boxes, size_t d, const double *x, double *distance2);

    /* The same for the two children of a node of a binary tree; coordinate j of them is
     * pair[4 j ..]: lower bound of the left and of the right one, then the upper bounds. */
    void (*pair)(const float *pair, size_t d, const double *x, double *distance2);
};

/* The kernel for this processor; see cpu_kernel(). */
const struct kdtree_kernel *kdtree_kernel(enum cpu_kernel kernel);

#endif
