#include "table/parquet/thrift_read.h"

enum { DEPTH = 32, VARINT32 = 5, VARINT64 = 10 };

static void set_bad(struct thrift *thrift)
{
    thrift->bad = true;
    thrift->bytes.at = thrift->bytes.end;
}

static uint64_t varint(struct thrift *thrift, unsigned most)
{
    uint64_t value = 0;
    if (!bytes_take_varint(&thrift->bytes, most, &value)) {
        set_bad(thrift);
    }
    return value;
}

static uint8_t byte(struct thrift *thrift)
{
    const uint8_t *at = bytes_take(&thrift->bytes, 1);
    if (at == NULL) {
        set_bad(thrift);
        return 0;
    }
    return *at;
}

static void drop(struct thrift *thrift, uint64_t n)
{
    if (bytes_take(&thrift->bytes, n) == NULL) {
        set_bad(thrift);
    }
}

bool thrift_next(struct thrift *thrift, struct thrift_field *field)
{
    uint8_t header = byte(thrift);
    field->type = header & 0xf;
    if (field->type == THRIFT_STOP || thrift->bad) {
        return false;
    }
    if (header >> 4 != 0) {
        field->id += header >> 4;
    } else {
        field->id = (int32_t)bytes_zigzag(varint(thrift, VARINT32));
    }
    if (field->id < INT16_MIN || field->id > INT16_MAX || field->type > THRIFT_UUID) {
        set_bad(thrift);
    }
    return !thrift->bad;
}

int64_t thrift_int(struct thrift *thrift, const struct thrift_field *field)
{
    switch (field->type) {
    case THRIFT_BYTE: return (int8_t)byte(thrift);
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64: return bytes_zigzag(varint(thrift, VARINT64));
    default: set_bad(thrift); return 0;
    }
}

int32_t thrift_int32(struct thrift *thrift, const struct thrift_field *field)
{
    int64_t value = thrift_int(thrift, field);
    if (value < INT32_MIN || value > INT32_MAX) {
        set_bad(thrift);
        return 0;
    }
    return (int32_t)value;
}

bool thrift_bool(struct thrift *thrift, const struct thrift_field *field)
{
    if (field->type != THRIFT_TRUE && field->type != THRIFT_FALSE) {
        set_bad(thrift);
    }
    return field->type == THRIFT_TRUE;
}

struct span thrift_binary(struct thrift *thrift, const struct thrift_field *field)
{
    uint64_t length = 0;
    if (field->type == THRIFT_BINARY) {
        length = varint(thrift, VARINT32);
    } else {
        set_bad(thrift);
    }
    const uint8_t *at = bytes_take(&thrift->bytes, length);
    if (at == NULL || thrift->bad) {
        set_bad(thrift);
        return (struct span){"", 0};
    }
    return (struct span){(const char *)at, (size_t)length};
}

bool thrift_struct(struct thrift *thrift, const struct thrift_field *field)
{
    if (field->type != THRIFT_STRUCT) {
        set_bad(thrift);
    }
    return !thrift->bad;
}

size_t thrift_list(struct thrift *thrift, const struct thrift_field *field,
                   struct thrift_field *element)
{
    if (field->type != THRIFT_LIST && field->type != THRIFT_SET) {
        set_bad(thrift);
    }
    uint8_t header = byte(thrift);
    uint64_t n = header >> 4 == 0xf ? varint(thrift, VARINT32) : header >> 4;
    *element = (struct thrift_field){.type = header & 0xf};
    if (n > bytes_left(&thrift->bytes)) { /* each takes a byte at least */
        set_bad(thrift);
    }
    return thrift->bad ? 0 : (size_t)n;
}

static void skip(struct thrift *thrift, enum thrift_type type, bool in_list, unsigned depth);

static void skip_elements(struct thrift *thrift, uint64_t n, enum thrift_type first,
                          enum thrift_type second, unsigned depth)
{
    if (n > bytes_left(&thrift->bytes)) {
        set_bad(thrift);
    }
    for (uint64_t i = 0; i < n && !thrift->bad; i++) {
        skip(thrift, first, true, depth);
        if (second != THRIFT_STOP) {
            skip(thrift, second, true, depth);
        }
    }
}

static void skip_list(struct thrift *thrift, enum thrift_type type, unsigned depth)
{
    const struct thrift_field field = {.type = type};
    struct thrift_field element;
    size_t n = thrift_list(thrift, &field, &element);
    skip_elements(thrift, n, element.type, THRIFT_STOP, depth);
}

static void skip_map(struct thrift *thrift, unsigned depth)
{
    uint64_t n = varint(thrift, VARINT32);
    if (n > 0 && !thrift->bad) {
        uint8_t types = byte(thrift);
        if ((types & 0xf) == THRIFT_STOP) {
            set_bad(thrift);
        }
        skip_elements(thrift, n, types >> 4, types & 0xf, depth);
    }
}

/* A bool has a byte of its own only as an element of a list or a map. */
static void skip(struct thrift *thrift, enum thrift_type type, bool in_list, unsigned depth)
{
    if (depth == 0) {
        set_bad(thrift);
    }
    if (thrift->bad) {
        return;
    }
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE: drop(thrift, in_list ? 1 : 0); break;
    case THRIFT_BYTE: drop(thrift, 1); break;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64: varint(thrift, VARINT64); break;
    case THRIFT_DOUBLE: drop(thrift, sizeof(double)); break;
    case THRIFT_BINARY: drop(thrift, varint(thrift, VARINT32)); break;
    case THRIFT_UUID: drop(thrift, 16); break;
    case THRIFT_LIST:
    case THRIFT_SET: skip_list(thrift, type, depth - 1); break;
    case THRIFT_MAP: skip_map(thrift, depth - 1); break;
    case THRIFT_STRUCT: {
        struct thrift_field field = {0};
        while (thrift_next(thrift, &field)) {
            skip(thrift, field.type, false, depth - 1);
        }
        break;
    }
    default: set_bad(thrift);
    }
}

void thrift_skip(struct thrift *thrift, const struct thrift_field *field)
{
    skip(thrift, field->type, false, DEPTH);
}
