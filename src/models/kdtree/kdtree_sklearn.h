/* kdtree_sklearn: the k-d tree of scikit-learn 1.2.1, neighbour for neighbour.
 *
 * Of equally distant rows the library takes those that its tree, heap and sort happen to keep,
 * and LOF's bits depend on them (docs/PARITY.md). So this is its tree: of rows, not of points,
 * 30 to 60 in a leaf, split by std::nth_element; a heap that refuses equals; its quicksort at
 * the end. Distances are double, summed in the order of the features.
 *
 * Work that cannot change the heap is left out: a subtree whose bound is not below the heap's
 * top holds nothing that the heap would take. So a pile of copies ends a search instead of
 * prolonging it.
 */
#ifndef ODDHOURS_MODELS_KDTREE_SKLEARN_H
#define ODDHOURS_MODELS_KDTREE_SKLEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "models/kdtree/kdtree.h"

struct kdtree_sklearn;

enum { KDTREE_SKLEARN_FEATURES = 15 }; /* with more the library does not use its tree */

/* A tree of n_rows rows: row i has the coordinates of point point_of[i] in `points` (row-major,
 * d columns, no -0). All is copied. NULL when out of memory or cancelled. */
struct kdtree_sklearn *kdtree_sklearn_new(const float *points, size_t d,
                                          const uint32_t *point_of, size_t n_rows,
                                          struct parallel *parallel,
                                          const struct progress *progress,
                                          struct status *status);
void kdtree_sklearn_free(struct kdtree_sklearn *tree);

/* The k rows nearest to x (d), k at most n_rows: hits->point are rows, in the library's order.
 */
bool kdtree_sklearn_query(const struct kdtree_sklearn *tree, const float *x, size_t k,
                          struct kdtree_hits *hits, struct status *status);

#endif
