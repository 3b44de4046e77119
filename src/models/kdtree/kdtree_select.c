#include "models/kdtree/kdtree_select.h"

static inline void swap(uint64_t *a, uint64_t *b)
{
    uint64_t t = *a;
    *a = *b;
    *b = t;
}

/* Moves the median of a, b and c to `to`. */
static void median_to(uint64_t *to, uint64_t *a, uint64_t *b, uint64_t *c)
{
    uint64_t *median;
    if (*a < *b) {
        median = *b < *c ? b : *a < *c ? c : a;
    } else {
        median = *a < *c ? a : *b < *c ? c : b;
    }
    swap(to, median);
}

/* Hoare partition of [first, last) around *pivot, which stands before it and bounds the search
 * from below. */
static uint64_t *partition(uint64_t *first, uint64_t *last, const uint64_t *pivot)
{
    for (;;) {
        while (*first < *pivot) {
            first++;
        }
        last--;
        while (*pivot < *last) {
            last--;
        }
        if (first >= last) {
            return first;
        }
        swap(first, last);
        first++;
    }
}

/* Fills the hole of a max-heap from below, then lets `value` rise from there (__adjust_heap).
 */
static void adjust_heap(uint64_t *heap, size_t hole, size_t n, uint64_t value)
{
    size_t top = hole, child = hole;
    while (n > 0 && child < (n - 1) / 2) {
        child = 2 * (child + 1);
        if (heap[child] < heap[child - 1]) {
            child--;
        }
        heap[hole] = heap[child];
        hole = child;
    }
    if (n % 2 == 0 && n >= 2 && child == (n - 2) / 2) {
        child = 2 * (child + 1);
        heap[hole] = heap[child - 1];
        hole = child - 1;
    }
    while (hole > top && heap[(hole - 1) / 2] < value) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = value;
}

/* The `n_heap` smallest of [first, last) to the front, as a max-heap. */
static void heap_select(uint64_t *first, size_t n_heap, const uint64_t *last)
{
    if (n_heap >= 2) {
        for (size_t parent = (n_heap - 2) / 2 + 1; parent-- > 0;) {
            adjust_heap(first, parent, n_heap, first[parent]);
        }
    }
    for (uint64_t *i = first + n_heap; i < last; i++) {
        if (*i < *first) {
            uint64_t value = *i;
            *i = *first;
            adjust_heap(first, 0, n_heap, value);
        }
    }
}

static void insertion_sort(uint64_t *first, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t value = first[i];
        size_t at = i;
        for (; at > 0 && value < first[at - 1]; at--) {
            first[at] = first[at - 1];
        }
        first[at] = value;
    }
}

int kdtree_select(uint64_t *keys, size_t n, size_t nth)
{
    if (n == 0 || nth >= n) {
        return 0;
    }
    uint64_t *first = keys, *last = keys + n, *wanted = keys + nth;
    int depth = 2 * (63 - __builtin_clzll(n));
    while (last - first > 3) {
        if (depth == 0) {
            heap_select(first, (size_t)(wanted - first) + 1, last);
            swap(first, wanted);
            return 1;
        }
        depth--;
        median_to(first, first + 1, first + (last - first) / 2, last - 1);
        uint64_t *cut = partition(first + 1, last, first);
        if (cut <= wanted) {
            first = cut;
        } else {
            last = cut;
        }
    }
    insertion_sort(first, (size_t)(last - first));
    return 0;
}
