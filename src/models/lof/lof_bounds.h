/* lof_bounds: sums over the k nearest rows when the k-th is one of several that are equally
 * far. */
#ifndef ODDHOURS_MODELS_LOF_BOUNDS_H
#define ODDHOURS_MODELS_LOF_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "models/kdtree/kdtree.h"

struct lof_bounds {
    double least, most;
};

/* The bounds of the sum of a value over the nearest `rows` rows. Hits are points in the order
 * of distance, each as many rows as copies[point] says, `rows` together at least; the value of
 * hit i is between least[i] and most[i]. */
struct lof_bounds lof_bounds_sum(const uint32_t *copies, const struct kdtree_hits *hits,
                                 const double *least, const double *most, size_t rows);

#endif
