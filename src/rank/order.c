#include "rank/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sortable.h"

/* DESIGN. A double's bits, with the sign turned round, sort as an unsigned integer. The upper
 * half of that and the id are packed in one word and sorted by a stable radix sort; ids that
 * share the upper half are then sorted by the lower. In scores of which many are equal most of
 * those runs are ties, which need no more than a look. */

enum { SMALL = 24, WIDE_BITS = 11, NARROW_BITS = 8, NARROW_MOST = 4096, AHEAD = 24 };

static void insertion_u64(uint64_t *keys, size_t n, unsigned low)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t j = i;
        while (j > 0 && keys[j - 1] >> low > key >> low) {
            keys[j] = keys[j - 1];
            j--;
        }
        keys[j] = key;
    }
}

/* One pass of a radix sort, by the digit at `shift`. False, with nothing moved, when all keys
 * have the same digit. */
static bool pass_u64(const uint64_t *from, uint64_t *to, size_t n, unsigned shift,
                     unsigned bits)
{
    uint32_t count[1 << WIDE_BITS];
    size_t mask = ((size_t)1 << bits) - 1;
    memset(count, 0, (mask + 1) * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        count[(from[i] >> shift) & mask]++;
    }
    if (count[(from[0] >> shift) & mask] == n) {
        return false;
    }
    uint32_t start = 0;
    for (size_t digit = 0; digit <= mask; digit++) {
        uint32_t next = start + count[digit];
        count[digit] = start;
        start = next;
    }
    for (size_t i = 0; i < n; i++) {
        to[count[(from[i] >> shift) & mask]++] = from[i];
    }
    return true;
}

void order_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low)
{
    if (n <= SMALL) {
        insertion_u64(keys, n, low);
        return;
    }
    unsigned bits = n <= NARROW_MOST ? NARROW_BITS : WIDE_BITS;
    uint64_t *from = keys, *to = spare;
    for (unsigned shift = low; shift < 64; shift += bits) {
        if (pass_u64(from, to, n, shift, bits)) {
            uint64_t *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != keys) {
        memcpy(keys, from, n * sizeof *keys);
    }
}

static void insertion_u32(uint32_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t key = keys[i];
        size_t j = i;
        while (j > 0 && keys[j - 1] > key) {
            keys[j] = keys[j - 1];
            j--;
        }
        keys[j] = key;
    }
}

static bool pass_u32(const uint32_t *from, uint32_t *to, size_t n, unsigned shift,
                     unsigned bits)
{
    uint32_t count[1 << WIDE_BITS];
    size_t mask = ((size_t)1 << bits) - 1;
    memset(count, 0, (mask + 1) * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        count[(from[i] >> shift) & mask]++;
    }
    if (count[(from[0] >> shift) & mask] == n) {
        return false;
    }
    uint32_t start = 0;
    for (size_t digit = 0; digit <= mask; digit++) {
        uint32_t next = start + count[digit];
        count[digit] = start;
        start = next;
    }
    for (size_t i = 0; i < n; i++) {
        to[count[(from[i] >> shift) & mask]++] = from[i];
    }
    return true;
}

void order_u32(uint32_t *keys, uint32_t *spare, size_t n)
{
    if (n <= SMALL) {
        insertion_u32(keys, n);
        return;
    }
    unsigned bits = n <= NARROW_MOST ? NARROW_BITS : WIDE_BITS;
    uint32_t *from = keys, *to = spare;
    for (unsigned shift = 0; shift < 32; shift += bits) {
        if (pass_u32(from, to, n, shift, bits)) {
            uint32_t *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != keys) {
        memcpy(keys, from, n * sizeof *keys);
    }
}

/* Adding 0 makes 0 of -0. */
static uint64_t sortable(double value, bool falling)
{
    uint64_t bits = sortable_bits(value + 0.0);
    return falling ? ~bits : bits;
}

struct keys {
    const double *value;
    size_t stride;
    bool falling;
};

static uint64_t key_of(const struct keys *keys, uint32_t id)
{
    return sortable(keys->value[id * keys->stride], keys->falling);
}

/* Sorts a run of ids whose upper halves are equal by the lower halves. */
static void order_run(const struct keys *keys, uint64_t *run, uint64_t *spare, size_t n)
{
    uint32_t first = 0;
    bool tied = true;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&keys->value[(uint32_t)run[i + AHEAD] * keys->stride]);
        }
        uint32_t id = (uint32_t)run[i];
        uint32_t lower = (uint32_t)key_of(keys, id);
        first = i == 0 ? lower : first;
        tied = tied && lower == first;
        run[i] = (uint64_t)lower << 32 | id;
    }
    if (!tied) {
        order_u64(run, spare, n, 32);
    }
}

static void order_runs(const struct keys *keys, uint64_t *packed, uint64_t *spare, size_t n)
{
    size_t start = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&keys->value[(uint32_t)packed[i + AHEAD] * keys->stride]);
        }
        if (i + 1 == n || packed[i + 1] >> 32 != packed[i] >> 32) {
            if (i > start) {
                order_run(keys, packed + start, spare + start, i + 1 - start);
            }
            start = i + 1;
        }
    }
}

bool order_doubles(const double *value, size_t stride, size_t n, bool falling, uint32_t *order,
                   size_t *n_ordered, struct status *status)
{
    const struct keys keys = {value, stride, falling};
    uint64_t *packed = mem_new(n, sizeof *packed, "sorting", status);
    uint64_t *spare = packed == NULL ? NULL : mem_new(n, sizeof *spare, "sorting", status);
    if (spare == NULL) {
        free(packed);
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        double x = value[i * stride];
        if (x == x) {
            packed[count++] = (sortable(x, falling) & ~(uint64_t)UINT32_MAX) | i;
        }
    }
    order_u64(packed, spare, count, 32);
    order_runs(&keys, packed, spare, count);
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)packed[i];
    }
    *n_ordered = count;
    free(packed);
    free(spare);
    return true;
}
