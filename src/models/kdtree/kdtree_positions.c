/* Points by their position in a tree: leaf by leaf, from left to right. */
#include "models/kdtree/kdtree.h"

#include <math.h>

#include "models/kdtree/kdtree_impl.h"

uint32_t *kdtree_renumber(struct kdtree *tree)
{
    uint32_t *order = tree->order;
    tree->order = NULL;
    return order;
}

/* The leaf of a position. Leaves are nearly equal in size, so the first guess is at most a few
 * leaves away. */
uint32_t kdtree_leaf(const struct kdtree *tree, uint32_t position)
{
    const size_t leaves = (size_t)1 << tree->halvings;
    size_t leaf = (size_t)((uint64_t)position * leaves / tree->n);
    while (tree->start[leaf] > position) {
        leaf--;
    }
    while (tree->start[leaf + 1] <= position) {
        leaf++;
    }
    return (uint32_t)leaf;
}

void kdtree_leaves(const struct kdtree *tree, struct kdtree_hits *hits)
{
    size_t leaves = 0, start = 0, end = 0; /* of the leaf found last */
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t position = hits->point[i];
        if (position < start || position >= end) {
            const uint32_t leaf = kdtree_leaf(tree, position);
            start = tree->start[leaf];
            end = tree->start[leaf + 1];
            hits->point[leaves++] = leaf;
        }
    }
    hits->n = leaves;
}

/* The first coordinate of a point; `*stride` is how far apart its coordinates are. */
static const float *coordinates(const struct kdtree *tree, uint32_t position, size_t leaf,
                                size_t *stride)
{
    const size_t from = tree->start[leaf];
    *stride = tree->start[leaf + 1] - from;
    return tree->blocks + from * tree->d + (position - from);
}

void kdtree_vector(const struct kdtree *tree, uint32_t position, float *x)
{
    size_t stride;
    const float *from = coordinates(tree, position, kdtree_leaf(tree, position), &stride);
    for (size_t j = 0; j < tree->d; j++) {
        x[j] = from[j * stride];
    }
}

void kdtree_measure(const struct kdtree *tree, const float *x, struct kdtree_hits *hits)
{
    size_t leaf = 0;
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t position = hits->point[i];
        size_t stride;
        if (position < tree->start[leaf] || position >= tree->start[leaf + 1]) {
            leaf = kdtree_leaf(tree, position);
        }
        const float *from = coordinates(tree, position, leaf, &stride);
        double sum = 0;
        for (size_t j = 0; j < tree->d; j++) {
            const double difference = (double)from[j * stride] - (double)x[j];
            sum += difference * difference;
        }
        hits->distance[i] = sqrt(sum);
    }
}
