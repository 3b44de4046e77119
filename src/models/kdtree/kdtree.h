/* kdtree: exact nearest neighbours of distinct points, ties included.
 *
 * A balanced k-d tree of at most 128 dimensions whose nodes have eight children, so that one
 * pass of vector instructions bounds all of them, and whose leaves hold about 30 points, one
 * coordinate after the other. Points that are equally far are all found: nothing depends on the
 * order in which they were given beyond their numbers. The tree is frozen once made; any number
 * of threads may search it, each with hits of its own.
 */
#ifndef ODDHOURS_MODELS_KDTREE_H
#define ODDHOURS_MODELS_KDTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"

struct kdtree;

enum { KDTREE_NONE = UINT32_MAX };

/* What a search found, and its scratch memory. Starts as zeros; kdtree_hits_clear() frees it.
 */
struct kdtree_hits {
    size_t n;
    uint32_t *point;  /* (n) in an order that depends on the tree and x alone */
    double *distance; /* (n) */
    double radius;    /* the search's: distance of the k-th, or what was asked for */
    size_t capacity;
    double *scratch; /* (2 capacity) */
};

void kdtree_hits_clear(struct kdtree_hits *hits);

/* Makes room for `need` hits. */
bool kdtree_hits_reserve(struct kdtree_hits *hits, size_t need, struct status *status);

/* `points` (n, d) row-major, finite, all different, no -0; copied. NULL on failure or cancel.
 */
struct kdtree *kdtree_new(const float *points, size_t n, size_t d,
                          const struct progress *progress, struct status *status);
void kdtree_free(struct kdtree *tree);

/* Every point, neighbours in space near each other: the order to ask many queries in. A point's
 * index in it is its *position*. NULL after kdtree_renumber(). */
const uint32_t *kdtree_order(const struct kdtree *tree);

/* From now on points are known by their positions, in searches as in what they find: so
 * neighbours have numbers near each other, and what is kept by number is near in memory.
 * Returns the order, which the caller frees. */
uint32_t *kdtree_renumber(struct kdtree *tree);

/* The coordinates (d) of the point at a position. */
void kdtree_vector(const struct kdtree *tree, uint32_t position, float *x);

/* The leaf that a position is in; leaves are numbered from left to right. */
uint32_t kdtree_leaf(const struct kdtree *tree, uint32_t position);

/* Puts into hits->point, instead of positions that a search found, the leaves that they are in:
 * a few, from which kdtree_again() finds them again. */
void kdtree_leaves(const struct kdtree *tree, struct kdtree_hits *hits);

/* kdtree_within() that looks into the leaves hits->point only. */
bool kdtree_again(const struct kdtree *tree, const float *x, double radius, uint32_t self,
                  struct kdtree_hits *hits, struct status *status);

/* Fills hits->distance from x (d) to hits->point, which are positions: the same bits that a
 * search finds. */
void kdtree_measure(const struct kdtree *tree, const float *x, struct kdtree_hits *hits);

/* The points other than `self` (KDTREE_NONE: all count) that are no farther from x (d) than the
 * k-th nearest of them is; all of them when they are fewer than k. `bound` is a distance known
 * to hold k of them, INFINITY when nothing is known: it makes the search shorter. */
bool kdtree_nearest(const struct kdtree *tree, const float *x, size_t k, uint32_t self,
                    double bound, struct kdtree_hits *hits, struct status *status);

/* The points other than `self` at most `radius` from x. */
bool kdtree_within(const struct kdtree *tree, const float *x, double radius, uint32_t self,
                   struct kdtree_hits *hits, struct status *status);

/* The point whose coordinates are x, or KDTREE_NONE. */
uint32_t kdtree_find(const struct kdtree *tree, const float *x);

/* A point near x, quickly found, though perhaps not the nearest, and how far it is. It is the
 * same point for any x in the same corner of space, so sorting queries by it keeps what they
 * touch in the cache. */
uint32_t kdtree_near(const struct kdtree *tree, const float *x, double *distance);

#endif
