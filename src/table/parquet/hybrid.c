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

/* Values that need not begin with a byte. */
static void unpack(const uint8_t *packs, uint64_t from, unsigned width, uint32_t *values,
                   size_t n)
{
    const uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
    uint64_t bit = from * width;
    size_t i = 0;
    for (; i < n && (bit & 7) != 0; i++, bit += width) {
        values[i] = (uint32_t)(bytes_u64(packs + (bit >> 3)) >> (bit & 7)) & mask;
    }
    const uint8_t *at = packs + (bit >> 3);
    for (; i + 8 <= n; i += 8, at += width) {
        for (unsigned k = 0; k < 8; k++) {
            const unsigned offset = k * width;
            values[i + k] = (uint32_t)(bytes_u64(at + (offset >> 3)) >> (offset & 7)) & mask;
        }
    }
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
