/* kdtree_select: the element a k-d tree splits at, with the arrangement libstdc++ leaves
 * behind.
 *
 * scikit-learn builds its k-d tree with std::nth_element, and the order in which that leaves
 * the points of a leaf decides which of several equally distant neighbours are taken. So the
 * parts of libstdc++'s introselect that move elements are followed step by step: median of
 * three, Hoare partition, a heap select when the partitions go badly, insertion sort at the
 * end.
 */
#ifndef ODDHOURS_MODELS_KDTREE_SELECT_H
#define ODDHOURS_MODELS_KDTREE_SELECT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A coordinate and an index in one integer that sorts by the coordinate, then the index. -0
 * sorts below 0, so the caller passes no -0. */
static inline uint64_t kdtree_key(float value, uint32_t index)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= bits >> 31 != 0 ? UINT32_MAX : UINT32_C(0x80000000);
    return (uint64_t)bits << 32 | index;
}

static inline uint32_t kdtree_key_index(uint64_t key)
{
    return (uint32_t)key;
}

/* Puts the element that belongs at keys[nth] there, smaller ones before it and larger ones
 * after it. Keys are distinct. Returns whether the heap select was needed. */
int kdtree_select(uint64_t *keys, size_t n, size_t nth);

#endif
