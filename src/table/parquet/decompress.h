/* decompress: the bodies of pages, whatever they are compressed with. */
#ifndef ODDHOURS_TABLE_PARQUET_DECOMPRESS_H
#define ODDHOURS_TABLE_PARQUET_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/parquet/format.h"

/* "snappy"; NULL for a code that the format does not have. */
const char *decompress_name(int32_t codec);

/* Whether this program can read it: it was built with its library. */
bool decompress_known(int32_t codec);

/* What a page of `size` compressed bytes can hold at most: what a header says beyond that is
 * wrong, and no memory is taken for it. */
uint64_t decompress_most(int32_t codec, uint64_t size);

struct decompressor;

/* What the codecs need to work with, used again for one page after the other. NULL without
 * memory. */
struct decompressor *decompressor_new(void);
void decompressor_free(struct decompressor *decompressor);

/* Fills `to`, all of it: false when the bytes are damaged, or hold more or less. */
bool decompress(struct decompressor *decompressor, int32_t codec, const uint8_t *from,
                size_t size, uint8_t *to, size_t to_size);

#endif
