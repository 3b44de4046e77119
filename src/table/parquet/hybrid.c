#include "table/parquet/hybrid.h"

enum { VARINT32 = 5 };

static bool next_run(struct hybrid *hybrid)
{
    uint64_t header;
    if (!bytes_take_varint(&hybrid->bytes, VARINT32, &header) || header > UINT32_MAX) {
        return false;
    }
    hybrid->packed = (header & 1) != 0;
    hybrid->left = header >> 1;
    if (hybrid->packed) {
        /* The last run may end with its last value: what is there counts, not what is said. */
        uint64_t bytes = hybrid->left * hybrid->width, there = bytes_left(&hybrid->bytes);
        hybrid->left *= 8;
        if (bytes > there) {
            hybrid->left = there * 8 / hybrid->width;
            bytes = there;
        }
        hybrid->packs = bytes_take(&hybrid->bytes, bytes);
        hybrid->next = 0;
        return hybrid->left > 0;
    }
    const unsigned size = (hybrid->width + 7) / 8;
    const uint8_t *at = bytes_take(&hybrid->bytes, size);
    if (at == NULL || hybrid->left == 0) {
        return false;
    }
    hybrid->value = 0;
    for (unsigned i = 0; i < size; i++) {
        hybrid->value |= (uint32_t)at[i] << (8 * i);
    }
    return true;
}

/* Groups of eight values, which begin with a byte; with a width that the compiler knows shifts
 * and places are constants. */
static inline __attribute__((always_inline)) void unpack_groups(const uint8_t *at,
                                                                unsigned width,
                                                                uint32_t *values, size_t groups)
{
    const uint32_t mask = (uint32_t)((UINT64_C(1) << width) - 1);
    for (size_t i = 0; i < groups; i++, at += width, values += 8) {
#pragma GCC unroll 8
        for (unsigned k = 0; k < 8; k++) {
            const unsigned bit = k * width;
            values[k] = (uint32_t)(bytes_u64(at + (bit >> 3)) >> (bit & 7)) & mask;
        }
    }
}

#define WIDTH(n)                                                                               \
    case n: unpack_groups(at, n, values, groups); break;

static void unpack_known(const uint8_t *at, unsigned width, uint32_t *values, size_t groups)
{
    switch (width) {
        WIDTH(1)
        WIDTH(2)
        WIDTH(3)
        WIDTH(4)
        WIDTH(5)
        WIDTH(6)
        WIDTH(7)
        WIDTH(8)
        WIDTH(9)
        WIDTH(10)
        WIDTH(11)
        WIDTH(12)
        WIDTH(13)
        WIDTH(14)
        WIDTH(15)
        WIDTH(16)
        WIDTH(17)
        WIDTH(18)
    default: unpack_groups(at, width, values, groups);
    }
}

/* Values that need not begin with a byte. */
static void unpack(const uint8_t *packs, uint64_t from, unsigned width, uint32_t *values,
                   size_t n)
{
    const uint32_t mask = (uint32_t)((UINT64_C(1) << width) - 1);
    uint64_t bit = from * width;
    size_t i = 0;
    for (; i < n && (bit & 7) != 0; i++, bit += width) {
        values[i] = (uint32_t)(bytes_u64(packs + (bit >> 3)) >> (bit & 7)) & mask;
    }
    const uint8_t *at = packs + (bit >> 3);
    const size_t groups = (n - i) / 8;
    unpack_known(at, width, values + i, groups);
    at += groups * width;
    i += groups * 8;
    for (unsigned offset = 0; i < n; i++, offset += width) {
        values[i] = (uint32_t)(bytes_u64(at + (offset >> 3)) >> (offset & 7)) & mask;
    }
}

size_t hybrid_repeats(struct hybrid *hybrid, size_t n, uint32_t *value)
{
    if ((hybrid->left == 0 && !next_run(hybrid)) || hybrid->packed) {
        return 0;
    }
    size_t take = hybrid->left < n ? (size_t)hybrid->left : n;
    *value = hybrid->value;
    hybrid->left -= take;
    return take;
}

bool hybrid_read(struct hybrid *hybrid, uint32_t *values, size_t n)
{
    while (n > 0) {
        if (hybrid->left == 0 && !next_run(hybrid)) {
            return false;
        }
        size_t take = hybrid->left < n ? (size_t)hybrid->left : n;
        if (hybrid->packed) {
            unpack(hybrid->packs, hybrid->next, hybrid->width, values, take);
            hybrid->next += take;
        } else {
            for (size_t i = 0; i < take; i++) {
                values[i] = hybrid->value;
            }
        }
        hybrid->left -= take;
        values += take;
        n -= take;
    }
    return true;
}
