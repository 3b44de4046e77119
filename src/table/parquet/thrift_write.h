/* thrift_write: structures of a Parquet file in thrift's compact protocol, into memory that
 * grows. What is appended is kept; whether memory ran out is asked at the end. */
#ifndef ODDHOURS_TABLE_PARQUET_THRIFT_WRITE_H
#define ODDHOURS_TABLE_PARQUET_THRIFT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/parquet/format.h"

/* Bytes that are appended to; starts as all zeros. */
struct parquet_bytes {
    uint8_t *bytes;
    size_t used, room;
    bool lost; /* memory ran out: something is missing */
};

/* Room for `n` more bytes, which count as used; NULL, remembered, when memory ran out. */
uint8_t *parquet_bytes_more(struct parquet_bytes *out, size_t n);
void parquet_bytes_put(struct parquet_bytes *out, const void *bytes, size_t n);
void parquet_bytes_varint(struct parquet_bytes *out, uint64_t value);
void parquet_bytes_clear(struct parquet_bytes *out);

enum { THRIFT_DEPTH = 8 };

/* A structure in work; starts with `out` and all else zero. */
struct thrift_writer {
    struct parquet_bytes *out;
    int16_t last[THRIFT_DEPTH]; /* field written last, of each structure that is open */
    unsigned depth;
};

/* Fields of the open structure, in ascending order of ids. */
void thrift_put_i32(struct thrift_writer *writer, int16_t field, int32_t value);
void thrift_put_i64(struct thrift_writer *writer, int16_t field, int64_t value);
void thrift_put_byte(struct thrift_writer *writer, int16_t field, int8_t value);
void thrift_put_bool(struct thrift_writer *writer, int16_t field, bool value);
void thrift_put_binary(struct thrift_writer *writer, int16_t field, const void *bytes,
                       size_t length);
void thrift_put_text(struct thrift_writer *writer, int16_t field, const char *text);

/* A field that is a structure, up to thrift_end(), which also ends a structure of a list and
 * the outermost one. */
void thrift_begin(struct thrift_writer *writer, int16_t field);
void thrift_end(struct thrift_writer *writer);

/* A field that is a list of `n` elements, which follow: each thrift_begin_element() to
 * thrift_end(), or thrift_element_i32(), or thrift_element_text(). */
void thrift_put_list(struct thrift_writer *writer, int16_t field, enum thrift_type type,
                     size_t n);
void thrift_begin_element(struct thrift_writer *writer);
void thrift_element_i32(struct thrift_writer *writer, int32_t value);
void thrift_element_text(struct thrift_writer *writer, const char *text);

#endif
