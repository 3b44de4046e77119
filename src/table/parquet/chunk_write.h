/* chunk_write: the values of one column over some rows as a column chunk: pages with their
 * headers, and what the footer says of them.
 *
 * A column may be given by its distinct values and a code for each row, which is how a table
 * has times, users and whatever profiles share. They are written as such (RLE_DICTIONARY) where
 * that is shorter than one value after the other (PLAIN). What there is is taken as it is: two
 * doubles are the same when they have the same bits.
 *
 * Every column is optional, as in the files of pandas. Least and greatest value are said where
 * that is sure: not with a NaN among the values, not of long texts, and -0 is taken to be below
 * 0. Pages are compressed with snappy where the program has it and they become shorter. Texts
 * must be UTF-8 there: a byte that is not becomes U+FFFD.
 */
#ifndef ODDHOURS_TABLE_PARQUET_CHUNK_WRITE_H
#define ODDHOURS_TABLE_PARQUET_CHUNK_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/parquet/thrift_write.h"

enum parquet_kind {
    PARQUET_KIND_TEXT,
    PARQUET_KIND_DOUBLE,
    PARQUET_KIND_FLOAT,
    PARQUET_KIND_INT64,
    PARQUET_KIND_INT8 /* in the file 32 bits, of which it says that 8 are used */
};

struct parquet_column {
    const char *name;
    enum parquet_kind kind;
};

enum parquet_type parquet_kind_type(enum parquet_kind kind);

/* Bytes of a number in the file; 0 of a text. */
size_t parquet_kind_bytes(enum parquet_kind kind);

struct parquet_values {
    size_t n;               /* rows */
    const uint8_t *present; /* (n) 0: the row has no value; NULL: all have one */
    size_t n_present;
    const uint32_t *codes;    /* (n_present) which of the values; NULL: they stand row by row */
    size_t n_values;          /* distinct ones, each in use; without codes n_present */
    const void *numbers;      /* (n_values) doubles, floats, int64_t, or int32_t of an INT8 */
    const struct span *texts; /* (n_values) instead of numbers */
};

enum { PARQUET_BOUND = 64 /* bytes of a text that may be said to be the least or greatest */ };

struct parquet_bound {
    uint8_t bytes[PARQUET_BOUND];
    size_t length;
};

/* Starts as all zeros; the memory of its pages serves again when it is written again. */
struct parquet_chunk {
    struct parquet_bytes pages; /* the dictionary's first, if it has one */
    size_t uncompressed;        /* bytes that they take uncompressed, headers included */
    size_t dictionary_bytes;    /* of the dictionary's page; 0: it has none */
    size_t n, nulls;            /* rows; those without a value */
    size_t data_pages;
    enum parquet_codec codec;
    bool has_range, has_floats; /* least, most are known; it could have had NaN, and has none */
    struct parquet_bound least, most;
};

/* Memory that serves from chunk to chunk, of one thread; starts as all zeros. */
struct parquet_scratch {
    struct parquet_bytes page, packed, repaired;
    struct span *texts;
    size_t texts_room;
    uint32_t *levels;
    size_t levels_room;
};

/* False with a status when memory ran out or a text is longer than a page can be. */
bool parquet_chunk_write(struct parquet_chunk *chunk, enum parquet_kind kind,
                         const struct parquet_values *given, struct parquet_scratch *scratch,
                         struct status *status);

void parquet_chunk_clear(struct parquet_chunk *chunk);
void parquet_scratch_clear(struct parquet_scratch *scratch);

#endif
