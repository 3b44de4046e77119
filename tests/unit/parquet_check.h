/* parquet_check: a Parquet file that we wrote, read by the rules of the format alone: nothing
 * here is shared with the writer or the reader of the program. Every byte of the file must be
 * part of something, every number of the footer must be what the pages say, every value in use;
 * what is not fails the test.
 *
 * It knows what the writer is to use: one level of optional columns, data pages of version 1,
 * PLAIN and dictionaries, snappy or nothing.
 */
#ifndef ODDHOURS_TESTS_UNIT_PARQUET_CHECK_H
#define ODDHOURS_TESTS_UNIT_PARQUET_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct checked_value {
    bool present;
    uint64_t bits;       /* of a number, in the low bytes */
    const uint8_t *text; /* (length) of a text */
    size_t length;
};

struct checked_column {
    char name[80];
    int type;                     /* 1 INT32, 2 INT64, 4 FLOAT, 5 DOUBLE, 6 BYTE_ARRAY */
    int converted;                /* -1: none */
    struct checked_value *values; /* (n_rows) */
    size_t with_dictionary;       /* row groups in which it has one */
    size_t compressed;            /* row groups in which it is */
    size_t with_range;            /* row groups whose least and greatest value are said */
    size_t pages;                 /* of data, in all */
};

struct checked {
    size_t n_rows, n_groups, n_columns;
    struct checked_column *columns;
    char *notes; /* "key=text\n" each */
    /* The rest is the checker's. */
    void **kept;
    size_t n_kept;
};

struct checked *parquet_check(const char *path);
void checked_free(struct checked *checked);

/* Decodes runs (RLE, bit-packed) of `n` values that take all of the bytes. */
void parquet_check_hybrid(const uint8_t *bytes, size_t length, unsigned width, size_t n,
                          uint32_t *values);

#endif
