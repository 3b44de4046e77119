#include "table/parquet/hybrid_write.h"

#include <string.h>

enum { GROUP = 8 }; /* values that are packed together */

unsigned hybrid_width(size_t n)
{
    unsigned width = 1;
    while (width < 32 && n > (size_t)1 << width) {
        width++;
    }
    return width;
}

static void put_run(struct parquet_bytes *out, uint32_t value, size_t n, unsigned width)
{
    parquet_bytes_varint(out, (uint64_t)n << 1);
    parquet_bytes_put(out, &value, (width + 7) / 8);
}

void hybrid_write_run(struct parquet_bytes *out, size_t n, uint8_t value)
{
    if (n > 0) {
        put_run(out, value, n, 1);
    }
}

/* Only the last group of all may be short: it is filled up with zeros. */
static void put_packed(struct parquet_bytes *out, const uint32_t *values, size_t n,
                       unsigned width)
{
    size_t groups = (n + GROUP - 1) / GROUP;
    if (groups == 0) {
        return;
    }
    parquet_bytes_varint(out, (uint64_t)groups << 1 | 1);
    uint8_t *to = parquet_bytes_more(out, groups * width);
    if (to == NULL) {
        return;
    }
    uint64_t waiting = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < groups * GROUP; i++) {
        waiting |= (uint64_t)(i < n ? values[i] : 0) << bits;
        bits += width;
        if (bits >= 32) {
            memcpy(to, &waiting, 4);
            to += 4;
            waiting >>= 32;
            bits -= 32;
        }
    }
    memcpy(to, &waiting, bits / 8);
}

void hybrid_write(struct parquet_bytes *out, const uint32_t *values, size_t n, unsigned width)
{
    size_t start = 0; /* of what will be packed */
    for (size_t i = 0, run; i < n; i += run) {
        run = 1;
        while (i + run < n && values[i + run] == values[i]) {
            run++;
        }
        size_t filler = (GROUP - (i - start) % GROUP) % GROUP; /* to whole groups before it */
        if (run >= filler + GROUP) {
            put_packed(out, values + start, i + filler - start, width);
            put_run(out, values[i], run - filler, width);
            start = i + run;
        }
    }
    put_packed(out, values + start, n - start, width);
}
