/* kdtree_impl: the inside of a k-d tree, for kdtree.c (building) and kdtree_search.c only. */
#ifndef ODDHOURS_MODELS_KDTREE_IMPL_H
#define ODDHOURS_MODELS_KDTREE_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "models/kdtree/kdtree_kernel.h"

/* DESIGN. Points are halved `halvings` times, each time at the median of the widest coordinate;
 * that gives 2^halvings leaves of nearly equal size, numbered from left to right. Three
 * halvings make one step: level s of the tree has one group of eight boxes for each node above
 * it, and the children of node i are 8 i .. 8 i + 7. Only the root may have fewer (2 or 4).
 * Boxes are stored by group, leaves by their points, and nothing else is needed to walk down.
 */

enum {
    KDTREE_DIMENSIONS = 128, /* at most */
    KDTREE_STEPS = 11,       /* 8^11 leaves is more than 2^32 points need */
};

struct kdtree {
    size_t n, d;
    unsigned halvings;
    unsigned steps;       /* of eight children; 0 when there is one leaf */
    size_t root_children; /* 1, 2, 4 or 8 */
    uint32_t *order;      /* (n) point numbers, leaf by leaf; NULL: numbered by position */
    uint32_t *start;      /* (leaves + 1) */
    float *blocks;        /* the block of a leaf begins at start * d, its stride is its size */
    float *boxes;         /* groups of 16 d floats */
    size_t first_group[KDTREE_STEPS]; /* of each step */
    const struct kdtree_kernel *kernel;
};

/* The number by which a point is known. */
static inline uint32_t kdtree_number(const struct kdtree *tree, size_t position)
{
    return tree->order != NULL ? tree->order[position] : (uint32_t)position;
}

#endif
