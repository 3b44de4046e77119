/* bytes: a part of a file in memory that is read from its beginning to its end, and the small
 * things that stand in it. Nothing is ever read behind the end; whoever fills the memory leaves
 * BYTES_SLACK bytes behind it that can be read, so that bits are taken eight bytes at a time.
 */
#ifndef ODDHOURS_TABLE_PARQUET_BYTES_H
#define ODDHOURS_TABLE_PARQUET_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BYTES_SLACK = 16 };

struct bytes {
    const uint8_t *at, *end;
};

static inline size_t bytes_left(const struct bytes *bytes)
{
    return (size_t)(bytes->end - bytes->at);
}

/* The next `n` bytes; NULL when there are fewer. */
static inline const uint8_t *bytes_take(struct bytes *bytes, uint64_t n)
{
    const uint8_t *at = bytes->at;
    if (n > bytes_left(bytes)) {
        return NULL;
    }
    bytes->at += n;
    return at;
}

static inline uint32_t bytes_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t bytes_u64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* A little-endian number of four bytes. */
static inline bool bytes_take_u32(struct bytes *bytes, uint32_t *value)
{
    const uint8_t *at = bytes_take(bytes, sizeof *value);
    if (at != NULL) {
        *value = bytes_u32(at);
    }
    return at != NULL;
}

/* ULEB128 of at most `most` bytes (5 for 32 bits, 10 for 64). */
static inline bool bytes_take_varint(struct bytes *bytes, unsigned most, uint64_t *value)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < most && bytes->at < bytes->end; i++) {
        uint8_t byte = *bytes->at++;
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

/* Zigzag: 0, -1, 1, -2 ... */
static inline int64_t bytes_zigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
