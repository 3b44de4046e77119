#include "table/parquet/delta.h"

enum { VARINT32 = 5, VARINT64 = 10, MOST_BLOCK = 1 << 16 };

bool delta_begin(struct delta *delta, struct bytes bytes, bool narrow)
{
    uint64_t block, minis, first;
    *delta = (struct delta){.narrow = narrow, .first = true};
    if (!bytes_take_varint(&bytes, VARINT32, &block) ||
        !bytes_take_varint(&bytes, VARINT32, &minis) ||
        !bytes_take_varint(&bytes, VARINT64, &delta->left) ||
        !bytes_take_varint(&bytes, VARINT64, &first)) {
        return false;
    }
    if (block == 0 || block > MOST_BLOCK || block % 128 != 0 || minis == 0 || minis > block ||
        block % minis != 0 || block / minis % 32 != 0 || delta->left > INT32_MAX) {
        return false;
    }
    delta->bytes = bytes;
    delta->minis = delta->mini = (unsigned)minis;
    delta->per_mini = (unsigned)(block / minis);
    delta->last = (uint64_t)bytes_zigzag(first);
    return true;
}

/* The next miniblock, and the block it is in. */
static bool next_mini(struct delta *delta)
{
    if (delta->mini == delta->minis) {
        uint64_t least;
        if (!bytes_take_varint(&delta->bytes, VARINT64, &least) ||
            (delta->widths = bytes_take(&delta->bytes, delta->minis)) == NULL) {
            return false;
        }
        delta->least = (uint64_t)bytes_zigzag(least);
        delta->mini = 0;
    }
    delta->width = delta->widths[delta->mini++];
    delta->at = 0;
    delta->n = delta->per_mini;
    return delta->width <= (delta->narrow ? 32u : 64u) &&
           (delta->packs = bytes_take(&delta->bytes,
                                      (uint64_t)delta->per_mini / 8 * delta->width)) != NULL;
}

static uint64_t packed(const struct delta *delta, unsigned index)
{
    const uint64_t bit = (uint64_t)index * delta->width;
    const uint8_t *at = delta->packs + (bit >> 3);
    const unsigned shift = bit & 7;
    uint64_t value = bytes_u64(at) >> shift;
    if (delta->width + shift > 64) {
        value |= (uint64_t)at[8] << (64 - shift);
    }
    return delta->width == 64 ? value : value & ((UINT64_C(1) << delta->width) - 1);
}

static int64_t wrapped(const struct delta *delta)
{
    return delta->narrow ? (int32_t)(uint32_t)delta->last : (int64_t)delta->last;
}

bool delta_read(struct delta *delta, int64_t *values, size_t n)
{
    if (n > delta->left) {
        return false;
    }
    delta->left -= n;
    size_t i = 0;
    if (delta->first && n > 0) {
        delta->first = false;
        values[i++] = wrapped(delta);
    }
    while (i < n) {
        if (delta->at == delta->n && !next_mini(delta)) {
            return false;
        }
        for (; i < n && delta->at < delta->n; i++) {
            delta->last += delta->least + (delta->width > 0 ? packed(delta, delta->at) : 0);
            delta->at++;
            values[i] = wrapped(delta);
        }
    }
    return true;
}

bool delta_end(struct delta delta, struct bytes *rest, uint64_t *sum)
{
    enum { STEP = 256 };
    int64_t values[STEP];
    *sum = 0;
    while (delta.left > 0) {
        size_t n = delta.left < STEP ? (size_t)delta.left : STEP;
        if (!delta_read(&delta, values, n)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (values[i] < 0 || values[i] > INT32_MAX) {
                return false;
            }
            *sum += (uint64_t)values[i];
        }
    }
    *rest = delta.bytes;
    return true;
}
