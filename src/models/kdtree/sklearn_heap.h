/* sklearn_heap: the heap in which scikit-learn collects neighbours, and the quicksort it ends
 * with: which of several equally far rows stay, and in what order, is their doing. */
#ifndef ODDHOURS_MODELS_SKLEARN_HEAP_H
#define ODDHOURS_MODELS_SKLEARN_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/kdtree/kdtree.h"

/* A heap of k rows, the farthest on top. */
struct sklearn_heap {
    double *distance2; /* (k) */
    uint32_t *row;     /* (k) */
    size_t k;
};

/* Makes room for k rows in `hits` and fills the heap with rows infinitely far. */
bool sklearn_heap_start(struct sklearn_heap *heap, size_t k, struct kdtree_hits *hits,
                        struct status *status);

/* Replaces the top if the new row is nearer than it. */
void sklearn_heap_push(struct sklearn_heap *heap, double distance2, uint32_t row);

/* Sorts by distance, with the library's order among equals. */
void sklearn_heap_sort(struct sklearn_heap *heap);

#endif
