#include "models/kdtree/sklearn_heap.h"

#include <math.h>

bool sklearn_heap_start(struct sklearn_heap *heap, size_t k, struct kdtree_hits *hits,
                        struct status *status)
{
    if (!kdtree_hits_reserve(hits, k, status)) {
        return false;
    }
    hits->n = k;
    *heap = (struct sklearn_heap){hits->distance, hits->point, k};
    for (size_t i = 0; i < k; i++) {
        heap->distance2[i] = INFINITY;
        heap->row[i] = 0;
    }
    return true;
}

void sklearn_heap_push(struct sklearn_heap *heap, double distance2, uint32_t row)
{
    double *v = heap->distance2;
    if (!(distance2 < v[0])) {
        return;
    }
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->k) {
            break;
        }
        if (child + 1 < heap->k && v[child + 1] > v[child]) {
            child++;
        }
        if (distance2 >= v[child]) {
            break;
        }
        v[at] = v[child];
        heap->row[at] = heap->row[child];
        at = child;
    }
    v[at] = distance2;
    heap->row[at] = row;
}

static inline void swap(struct sklearn_heap *h, size_t a, size_t b)
{
    double v = h->distance2[a];
    uint32_t row = h->row[a];
    h->distance2[a] = h->distance2[b];
    h->row[a] = h->row[b];
    h->distance2[b] = v;
    h->row[b] = row;
}

static inline void swap_if_above(struct sklearn_heap *h, size_t a, size_t b)
{
    if (h->distance2[a] > h->distance2[b]) {
        swap(h, a, b);
    }
}

/* Moves a median of three to the end as the pivot, what is below it to the front, and the pivot
 * behind that. Returns its position; `equal` says that all are as far as it. */
static size_t partition(struct sklearn_heap *h, size_t from, size_t n, bool *equal)
{
    const size_t last = from + n - 1, middle = from + n / 2;
    swap_if_above(h, from, last);
    if (h->distance2[last] > h->distance2[middle]) {
        swap(h, last, middle);
        swap_if_above(h, from, last);
    }
    const double pivot = h->distance2[last];
    size_t store = from;
    bool above = false;
    for (size_t i = from; i < last; i++) {
        above |= h->distance2[i] > pivot;
        if (h->distance2[i] < pivot) {
            swap(h, i, store++);
        }
    }
    swap(h, store, last);
    *equal = store == from && !above;
    return store;
}

/* What is left of sorting n equal ones is one such swap each, until three remain. */
static void skip_equals(struct sklearn_heap *h, size_t from, size_t n)
{
    for (; n > 3; from++, n--) {
        swap(h, from, from + n - 1);
    }
}

static void sort(struct sklearn_heap *h, size_t from, size_t n)
{
    while (n > 3) {
        bool equal;
        const size_t pivot = partition(h, from, n, &equal);
        const size_t left = pivot - from, right = n - left - 1;
        if (equal) {
            skip_equals(h, from + 1, right);
            return;
        }
        /* The smaller part by recursion, so that the stack stays small. */
        if (left < right) {
            sort(h, from, left);
            from = pivot + 1;
            n = right;
        } else {
            sort(h, pivot + 1, right);
            n = left;
        }
    }
    if (n >= 2) {
        swap_if_above(h, from, from + 1);
    }
    if (n == 3) {
        swap_if_above(h, from + 1, from + 2);
        swap_if_above(h, from, from + 1);
    }
}

void sklearn_heap_sort(struct sklearn_heap *heap)
{
    sort(heap, 0, heap->k);
}
