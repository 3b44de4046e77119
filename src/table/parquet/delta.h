/* delta: whole numbers as packed differences (DELTA_BINARY_PACKED), a few at a time: a byte can
 * stand for thousands of values, so none but those asked for are held. */
#ifndef ODDHOURS_TABLE_PARQUET_DELTA_H
#define ODDHOURS_TABLE_PARQUET_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/parquet/bytes.h"

struct delta {
    struct bytes bytes; /* behind the present miniblock */
    uint64_t left;      /* values to come */
    bool first;         /* the first one is to come, which stands in the header */
    bool narrow;        /* sums wrap at 32 bits */
    unsigned minis;     /* miniblocks of a block */
    unsigned per_mini;  /* values of a miniblock */
    uint64_t last;      /* value */
    uint64_t least;     /* difference of the block */
    const uint8_t *widths;
    unsigned mini; /* that follows the present one; minis: a block begins */
    unsigned width;
    const uint8_t *packs;
    unsigned at, n; /* of the present miniblock: values read, and to be read */
};

/* Reads the header. BYTES_SLACK bytes behind `bytes` are readable. False when it is none. */
bool delta_begin(struct delta *delta, struct bytes bytes, bool narrow);

/* Reads the next `n` values. False when there are fewer, or the bytes are bad. */
bool delta_read(struct delta *delta, int64_t *values, size_t n);

/* Where the bytes end that the values take: for a copy of a reader that has read nothing yet.
 * `*sum` is that of all values, none of which may be below 0. False for bad bytes. */
bool delta_end(struct delta delta, struct bytes *rest, uint64_t *sum);

#endif
