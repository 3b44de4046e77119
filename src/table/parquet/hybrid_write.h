/* hybrid_write: small numbers as Parquet has levels and dictionary ids: runs of equal values,
 * and between them groups of eight, packed bit by bit. */
#ifndef ODDHOURS_TABLE_PARQUET_HYBRID_WRITE_H
#define ODDHOURS_TABLE_PARQUET_HYBRID_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "table/parquet/thrift_write.h"

/* Bits that values below `n` take, at least 1: some readers do not know a width of 0. */
unsigned hybrid_width(size_t n);

/* Appends `n` values below 2^width, without length or width before them. */
void hybrid_write(struct parquet_bytes *out, const uint32_t *values, size_t n, unsigned width);

/* `n` times the same value, which fits into a byte. */
void hybrid_write_run(struct parquet_bytes *out, size_t n, uint8_t value);

#endif
