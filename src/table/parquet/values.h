/* values: the values of a data page or a dictionary page, in whatever encoding, a few at a
 * time.
 *
 * A page holds numbers (values_ints, values_doubles) or strings of bytes (values_text) by its
 * type; ids in a dictionary are read by the caller (hybrid.h). Nothing is held beyond the page
 * itself but the last string of DELTA_BYTE_ARRAY.
 */
#ifndef ODDHOURS_TABLE_PARQUET_VALUES_H
#define ODDHOURS_TABLE_PARQUET_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/dict.h"
#include "table/parquet/bytes.h"
#include "table/parquet/delta.h"
#include "table/parquet/format.h"
#include "table/parquet/hybrid.h"

struct values {
    int32_t encoding;
    enum parquet_type type;
    size_t width; /* bytes of a value of a fixed width; 0: none */
    struct bytes bytes;
    size_t n,
        index; /* BYTE_STREAM_SPLIT: values of the page, read so far; PLAIN booleans: bits */
    struct hybrid runs;
    struct delta ints;     /* numbers, or lengths of (the ends of) strings */
    struct delta prefixes; /* how much of the string before is kept */
    uint8_t *text;         /* the last string that was put together; owned */
    size_t text_length, text_room;
};

/* Begins with a page of at most `most` values; its levels are behind. Returns NULL, or what is
 * wrong, in a few words. What the structure holds is used again, and freed by values_clear().
 */
const char *values_begin(struct values *values, const struct parquet_leaf *leaf,
                         int32_t encoding, struct bytes bytes, size_t most);
void values_clear(struct values *values);

/* The next `n` of BOOLEAN, INT32 and INT64, and of FLOAT and DOUBLE. False where the page has
 * fewer, or is damaged. */
bool values_ints(struct values *values, int64_t *ints, size_t n);
bool values_doubles(struct values *values, double *doubles, size_t n);

/* The next one of BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY and INT96, valid until the next call. False
 * as above; `*nomem` is set when it was for memory. */
bool values_text(struct values *values, struct span *text, bool *nomem);

#endif
