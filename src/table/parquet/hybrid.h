/* hybrid: runs of repeats and of packed bits (RLE/bit-packed hybrid), in which definition
 * levels, ids in a dictionary and booleans are written. */
#ifndef ODDHOURS_TABLE_PARQUET_HYBRID_H
#define ODDHOURS_TABLE_PARQUET_HYBRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/parquet/bytes.h"

struct hybrid {
    struct bytes bytes; /* behind the present run */
    unsigned width;     /* bits of a value, 0 to 32 */
    bool packed;        /* the present run is one of packed bits */
    uint64_t left;      /* values left in it */
    uint32_t value;     /* that is repeated */
    const uint8_t *packs;
    uint64_t next; /* value in packs */
};

/* The runs in `bytes`, with BYTES_SLACK readable bytes behind; a width above 32 is the caller's
 * to refuse. */
static inline struct hybrid hybrid_begin(struct bytes bytes, unsigned width)
{
    return (struct hybrid){.bytes = bytes, .width = width};
}

/* Reads the next `n` values. False where the runs end before, or are none. */
bool hybrid_read(struct hybrid *hybrid, uint32_t *values, size_t n);

/* How many of the next `n` values are the same one, `*value`, as far as one run goes; 0 in a
 * run of packed bits. They are consumed. */
size_t hybrid_repeats(struct hybrid *hybrid, size_t n, uint32_t *value);

#endif
