#include "table/parquet/thrift_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint8_t *parquet_bytes_more(struct parquet_bytes *out, size_t n)
{
    if (n > SIZE_MAX / 2 - out->used ||
        !mem_grow(&out->bytes, &out->room, out->used + n, 1, "a Parquet file", NULL)) {
        out->lost = true;
        return NULL;
    }
    uint8_t *more = out->bytes + out->used;
    out->used += n;
    return more;
}

void parquet_bytes_put(struct parquet_bytes *out, const void *bytes, size_t n)
{
    uint8_t *more = n > 0 ? parquet_bytes_more(out, n) : NULL;
    if (more != NULL) {
        memcpy(more, bytes, n);
    }
}

void parquet_bytes_varint(struct parquet_bytes *out, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) {
        bytes[n++] = (uint8_t)(value | 0x80);
    }
    bytes[n++] = (uint8_t)value;
    parquet_bytes_put(out, bytes, n);
}

void parquet_bytes_clear(struct parquet_bytes *out)
{
    free(out->bytes);
    *out = (struct parquet_bytes){0};
}

static void put_byte(struct thrift_writer *writer, unsigned byte)
{
    const uint8_t one = (uint8_t)byte;
    parquet_bytes_put(writer->out, &one, 1);
}

static void put_zigzag(struct thrift_writer *writer, int64_t value)
{
    parquet_bytes_varint(writer->out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

/* Type, and how far the field is from the one before. */
static void put_field(struct thrift_writer *writer, int16_t field, enum thrift_type type)
{
    int16_t *last = &writer->last[writer->depth];
    int ahead = field - *last;
    if (ahead >= 1 && ahead <= 15) {
        put_byte(writer, (unsigned)ahead << 4 | type);
    } else {
        put_byte(writer, type);
        put_zigzag(writer, field);
    }
    *last = field;
}

void thrift_put_i32(struct thrift_writer *writer, int16_t field, int32_t value)
{
    put_field(writer, field, THRIFT_I32);
    put_zigzag(writer, value);
}

void thrift_put_i64(struct thrift_writer *writer, int16_t field, int64_t value)
{
    put_field(writer, field, THRIFT_I64);
    put_zigzag(writer, value);
}

void thrift_put_byte(struct thrift_writer *writer, int16_t field, int8_t value)
{
    put_field(writer, field, THRIFT_BYTE);
    put_byte(writer, (uint8_t)value);
}

void thrift_put_bool(struct thrift_writer *writer, int16_t field, bool value)
{
    put_field(writer, field, value ? THRIFT_TRUE : THRIFT_FALSE);
}

static void put_binary(struct thrift_writer *writer, const void *bytes, size_t length)
{
    parquet_bytes_varint(writer->out, length);
    parquet_bytes_put(writer->out, bytes, length);
}

void thrift_put_binary(struct thrift_writer *writer, int16_t field, const void *bytes,
                       size_t length)
{
    put_field(writer, field, THRIFT_BINARY);
    put_binary(writer, bytes, length);
}

void thrift_put_text(struct thrift_writer *writer, int16_t field, const char *text)
{
    thrift_put_binary(writer, field, text, strlen(text));
}

void thrift_begin_element(struct thrift_writer *writer)
{
    writer->last[++writer->depth] = 0;
}

void thrift_begin(struct thrift_writer *writer, int16_t field)
{
    put_field(writer, field, THRIFT_STRUCT);
    thrift_begin_element(writer);
}

void thrift_end(struct thrift_writer *writer)
{
    put_byte(writer, THRIFT_STOP);
    writer->depth -= writer->depth > 0;
}

void thrift_put_list(struct thrift_writer *writer, int16_t field, enum thrift_type type,
                     size_t n)
{
    put_field(writer, field, THRIFT_LIST);
    if (n < 15) {
        put_byte(writer, (unsigned)n << 4 | type);
    } else {
        put_byte(writer, 0xF0u | type);
        parquet_bytes_varint(writer->out, n);
    }
}

void thrift_element_i32(struct thrift_writer *writer, int32_t value)
{
    put_zigzag(writer, value);
}

void thrift_element_text(struct thrift_writer *writer, const char *text)
{
    put_binary(writer, text, strlen(text));
}
