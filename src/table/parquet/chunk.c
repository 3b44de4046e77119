#include "table/parquet/chunk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "table/parquet/thrift_read.h"
#include "table/printable.h"

enum {
    WINDOW = 256 << 10, /* bytes of the file that are read at once, at least */
    HEADER = 1 << 10,   /* bytes in which most headers of pages are */
    MOST_HEADER = 16 << 20,
    OVERRUN = 100 /* old writers left the header of the dictionary out of a chunk's length */
};

bool chunk_refuse(const struct chunk *chunk, const char *what)
{
    char name[64];
    return status_set(chunk->status, STATUS_INPUT, "%s, row group %zu, column %s: %s",
                      chunk->place.title, chunk->place.group + 1,
                      printable(name, sizeof name, chunk->place.column->name), what);
}

/* ---- bytes of the file ---- */

/* Makes the window hold the bytes from `from` to `to`. */
static bool look_at(struct chunk *chunk, uint64_t from, uint64_t to)
{
    if (from >= chunk->window_from && to <= chunk->window_to) {
        return true;
    }
    uint64_t end = from + WINDOW, most = chunk->place.chunk.to + OVERRUN;
    end = end < most ? end : most;
    end = end < chunk->place.file_end ? end : chunk->place.file_end;
    end = end > to ? end : to;
    chunk->window_from = chunk->window_to = 0;
    if (!mem_grow(&chunk->window, &chunk->window_room, (size_t)(end - from) + BYTES_SLACK, 1,
                  "a part of a file", chunk->status) ||
        !footer_read_at(chunk->place.fd, from, chunk->window, (size_t)(end - from),
                        chunk->place.title, chunk->status)) {
        return false;
    }
    memset(chunk->window + (end - from), 0, BYTES_SLACK);
    chunk->window_from = from;
    chunk->window_to = end;
    return true;
}

static const uint8_t *window_at(const struct chunk *chunk, uint64_t at)
{
    return chunk->window + (at - chunk->window_from);
}

/* ---- headers ---- */

static void read_data(struct thrift *thrift, const struct thrift_field *field,
                      struct parquet_page_header *header)
{
    struct thrift_field part = {0};
    while (thrift_struct(thrift, field) && thrift_next(thrift, &part)) {
        switch (part.id) {
        case PARQUET_DATA_VALUES: header->values = thrift_int32(thrift, &part); break;
        case PARQUET_DATA_ENCODING: header->encoding = thrift_int32(thrift, &part); break;
        case PARQUET_DATA_DEFINITION:
            header->definition_encoding = thrift_int32(thrift, &part);
            break;
        default: thrift_skip(thrift, &part);
        }
    }
}

static void read_data_v2(struct thrift *thrift, const struct thrift_field *field,
                         struct parquet_page_header *header)
{
    struct thrift_field part = {0};
    header->definition_encoding = PARQUET_RLE;
    while (thrift_struct(thrift, field) && thrift_next(thrift, &part)) {
        switch (part.id) {
        case PARQUET_V2_VALUES: header->values = thrift_int32(thrift, &part); break;
        case PARQUET_V2_NULLS: header->nulls = thrift_int32(thrift, &part); break;
        case PARQUET_V2_ROWS: header->rows = thrift_int32(thrift, &part); break;
        case PARQUET_V2_ENCODING: header->encoding = thrift_int32(thrift, &part); break;
        case PARQUET_V2_DEFINITION_BYTES:
            header->definition_bytes = thrift_int32(thrift, &part);
            break;
        case PARQUET_V2_REPETITION_BYTES:
            header->repetition_bytes = thrift_int32(thrift, &part);
            break;
        case PARQUET_V2_COMPRESSED: header->is_compressed = thrift_bool(thrift, &part); break;
        default: thrift_skip(thrift, &part);
        }
    }
}

static void read_dictionary(struct thrift *thrift, const struct thrift_field *field,
                            struct parquet_page_header *header)
{
    struct thrift_field part = {0};
    while (thrift_struct(thrift, field) && thrift_next(thrift, &part)) {
        if (part.id == 1) {
            header->values = thrift_int32(thrift, &part);
        } else if (part.id == 2) {
            header->encoding = thrift_int32(thrift, &part);
        } else {
            thrift_skip(thrift, &part);
        }
    }
}

static void parse_header(struct thrift *thrift, struct parquet_page_header *header)
{
    struct thrift_field field = {0};
    int32_t body = -1; /* the field that belongs to a page of this type */
    *header = (struct parquet_page_header){.type = -1,
                                           .uncompressed = -1,
                                           .compressed = -1,
                                           .values = -1,
                                           .encoding = -1,
                                           .is_compressed = true};
    while (thrift_next(thrift, &field)) {
        switch (field.id) {
        case PARQUET_HEADER_TYPE: header->type = thrift_int32(thrift, &field); break;
        case PARQUET_HEADER_UNCOMPRESSED:
            header->uncompressed = thrift_int32(thrift, &field);
            break;
        case PARQUET_HEADER_COMPRESSED:
            header->compressed = thrift_int32(thrift, &field);
            break;
        case PARQUET_HEADER_CRC:
            header->crc = (uint32_t)thrift_int32(thrift, &field);
            header->has_crc = true;
            break;
        case PARQUET_HEADER_DATA:
            read_data(thrift, &field, header);
            body = PARQUET_DATA_PAGE;
            break;
        case PARQUET_HEADER_DICTIONARY:
            read_dictionary(thrift, &field, header);
            body = PARQUET_DICTIONARY_PAGE;
            break;
        case PARQUET_HEADER_DATA_V2:
            read_data_v2(thrift, &field, header);
            body = PARQUET_DATA_PAGE_V2;
            break;
        default: thrift_skip(thrift, &field);
        }
    }
    bool known = header->type == PARQUET_DATA_PAGE || header->type == PARQUET_DICTIONARY_PAGE ||
                 header->type == PARQUET_DATA_PAGE_V2;
    if (header->compressed < 0 || header->uncompressed < 0 ||
        (known && (body != header->type || header->values < 0))) {
        thrift->bad = true;
    }
}

/* The header of the page at chunk->at; `*body` is where its body begins, which lies within the
 * chunk. */
static bool read_header(struct chunk *chunk, struct parquet_page_header *header, uint64_t *body)
{
    uint64_t end = chunk->place.chunk.to + OVERRUN;
    end = end < chunk->place.file_end ? end : chunk->place.file_end;
    for (uint64_t size = HEADER;; size *= 8) {
        uint64_t to = end - chunk->at < size ? end : chunk->at + size;
        if (chunk->at >= end) {
            return chunk_refuse(chunk, "it ends before its last row");
        }
        if (!look_at(chunk, chunk->at, to)) {
            return false;
        }
        const uint8_t *from = window_at(chunk, chunk->at);
        struct thrift thrift = {{from, from + (to - chunk->at)}, false};
        parse_header(&thrift, header);
        *body = chunk->at + (uint64_t)(thrift.bytes.at - from);
        if (!thrift.bad) {
            break;
        }
        if (to == end || size >= MOST_HEADER) {
            return chunk_refuse(chunk, "the header of a page cannot be read");
        }
    }
    return (uint64_t)header->compressed <= end - *body ||
           chunk_refuse(chunk, "a page is longer than the column");
}

/* ---- pages ---- */

static bool check_crc(const struct chunk *chunk, const struct parquet_page_header *header,
                      const uint8_t *stored)
{
    return !header->has_crc || crc32(0, stored, (uInt)header->compressed) == header->crc ||
           chunk_refuse(chunk, "the checksum of a page does not fit: it is damaged");
}

/* Decompresses what follows the first `plain` bytes of a page, which are never compressed.
 * Gives the whole page, with slack behind it. */
static bool inflate_page(struct chunk *chunk, const struct parquet_page_header *header,
                         const uint8_t *stored, size_t plain, uint8_t **room, size_t *room_size,
                         struct bytes *page)
{
    const int32_t codec =
        header->is_compressed ? chunk->place.chunk.codec : PARQUET_UNCOMPRESSED;
    const size_t size = (size_t)header->compressed - plain;
    if (codec == PARQUET_UNCOMPRESSED) {
        *page = (struct bytes){stored, stored + header->compressed};
        if (room != &chunk->dictionary) {
            return true;
        }
    } else if ((size_t)header->uncompressed < plain ||
               (uint64_t)header->uncompressed - plain > decompress_most(codec, size)) {
        return chunk_refuse(chunk, "a page says a size that it cannot have");
    }
    const size_t whole = codec == PARQUET_UNCOMPRESSED ? (size_t)header->compressed
                                                       : (size_t)header->uncompressed;
    if (!mem_grow(room, room_size, whole + BYTES_SLACK, 1, "a page", chunk->status)) {
        return false;
    }
    if (codec == PARQUET_UNCOMPRESSED) {
        memcpy(*room, stored, whole);
    } else {
        memcpy(*room, stored, plain);
        if (whole > plain && !decompress(chunk->decompressor, codec, stored + plain, size,
                                         *room + plain, whole - plain)) {
            return chunk_refuse(chunk, "a page cannot be decompressed: it is damaged");
        }
    }
    memset(*room + whole, 0, BYTES_SLACK);
    *page = (struct bytes){*room, *room + whole};
    return true;
}

static bool begin_levels(struct chunk *chunk, const struct parquet_page_header *header,
                         struct bytes *page)
{
    struct bytes levels = *page;
    chunk->has_levels = chunk->place.column->leaf.repetition == PARQUET_OPTIONAL;
    if (header->type == PARQUET_DATA_PAGE_V2) {
        levels.at += header->repetition_bytes;
        levels.end = levels.at + header->definition_bytes;
        page->at = levels.end;
    } else if (chunk->has_levels) {
        uint32_t length;
        if (header->definition_encoding != PARQUET_RLE) {
            return chunk_refuse(chunk, "which rows have values is written in the encoding "
                                       "BIT_PACKED, which this program does not read");
        }
        if (!bytes_take_u32(page, &length) || length > bytes_left(page)) {
            return chunk_refuse(chunk, "the levels of a page are longer than the page");
        }
        levels.at = page->at;
        levels.end = page->at + length;
        page->at = levels.end;
    }
    chunk->levels = hybrid_begin(levels, 1);
    return true;
}

static bool begin_values(struct chunk *chunk, const struct parquet_page_header *header,
                         struct bytes page)
{
    chunk->coded = header->encoding == PARQUET_RLE_DICTIONARY ||
                   header->encoding == PARQUET_PLAIN_DICTIONARY;
    if (!chunk->coded) {
        if (header->encoding != PARQUET_PLAIN && page.at == page.end) {
            page.end = page.at; /* nothing is there: only nulls may be asked for */
            chunk->values.encoding = -1;
            chunk->values.type = chunk->place.column->leaf.type;
            chunk->values.bytes = page;
            return true;
        }
        const char *wrong = values_begin(&chunk->values, &chunk->place.column->leaf,
                                         header->encoding, page, (size_t)header->values);
        return wrong == NULL || chunk_refuse(chunk, wrong);
    }
    unsigned width = 0;
    if (page.at < page.end) {
        width = *page.at++;
    }
    if (width > 32) {
        return chunk_refuse(chunk, "ids of more than 32 bits");
    }
    chunk->codes = hybrid_begin(page, width);
    return true;
}

/* Moves to the data page at chunk->at. */
static bool begin_page(struct chunk *chunk, const struct parquet_page_header *header,
                       uint64_t body)
{
    const uint64_t end = body + (uint64_t)header->compressed;
    size_t plain = 0;
    struct bytes page;
    if (header->type == PARQUET_DATA_PAGE_V2) {
        if (header->definition_bytes < 0 || header->repetition_bytes < 0 ||
            (uint64_t)header->definition_bytes + (uint64_t)header->repetition_bytes >
                (uint64_t)header->compressed) {
            return chunk_refuse(chunk, "the levels of a page are longer than the page");
        }
        plain = (size_t)header->definition_bytes + (size_t)header->repetition_bytes;
    }
    if (!look_at(chunk, body, end)) {
        return false;
    }
    const uint8_t *stored = window_at(chunk, body);
    chunk->at = end;
    chunk->left = (size_t)header->values;
    chunk->rows -= (uint64_t)header->values;
    if (header->values == 0) {
        return true;
    }
    return check_crc(chunk, header, stored) &&
           inflate_page(chunk, header, stored, plain, &chunk->body, &chunk->body_room, &page) &&
           begin_levels(chunk, header, &page) && begin_values(chunk, header, page);
}

static bool begin_dictionary(struct chunk *chunk, const struct parquet_page_header *header,
                             uint64_t body)
{
    const uint64_t end = body + (uint64_t)header->compressed;
    const struct parquet_leaf *leaf = &chunk->place.column->leaf;
    if (chunk->has_dictionary) {
        return chunk_refuse(chunk, "it has two dictionaries");
    }
    if (header->encoding != PARQUET_PLAIN && header->encoding != PARQUET_PLAIN_DICTIONARY) {
        return chunk_refuse(chunk, "its dictionary has an encoding that none may have");
    }
    if (!look_at(chunk, body, end)) {
        return false;
    }
    const uint8_t *stored = window_at(chunk, body);
    chunk->at = end;
    chunk->has_dictionary = true;
    chunk->n_dictionary = (size_t)header->values;
    if (!check_crc(chunk, header, stored) ||
        !inflate_page(chunk, header, stored, 0, &chunk->dictionary, &chunk->dictionary_room,
                      &chunk->dictionary_bytes)) {
        return false;
    }
    size_t width = leaf->type == PARQUET_FIXED   ? (size_t)leaf->length
                   : leaf->type == PARQUET_INT96 ? 12
                   : leaf->type == PARQUET_INT64 || leaf->type == PARQUET_DOUBLE ? 8
                                                                                 : 4;
    if (leaf->type == PARQUET_BOOLEAN) {
        return chunk_refuse(chunk, "a dictionary of booleans");
    }
    return chunk->n_dictionary <= bytes_left(&chunk->dictionary_bytes) / width ||
           chunk_refuse(chunk, "its dictionary has fewer values than it says");
}

/* Moves to the next page that has rows, or takes the dictionary in. */
static bool next_page(struct chunk *chunk)
{
    struct parquet_page_header header;
    uint64_t body;
    if (!read_header(chunk, &header, &body)) {
        return false;
    }
    if (header.type == PARQUET_DICTIONARY_PAGE) {
        return begin_dictionary(chunk, &header, body);
    }
    if (header.type != PARQUET_DATA_PAGE && header.type != PARQUET_DATA_PAGE_V2) {
        chunk->at = body + (uint64_t)header.compressed;
        return true;
    }
    if ((uint64_t)header.values > chunk->rows) {
        return chunk_refuse(chunk, "its pages have more rows than its row group");
    }
    return begin_page(chunk, &header, body);
}

bool chunk_open(struct chunk *chunk, const struct chunk_place *place,
                struct decompressor *decompressor, struct status *status)
{
    chunk->place = *place;
    chunk->decompressor = decompressor;
    chunk->status = status;
    chunk->window_from = chunk->window_to = 0;
    chunk->at = place->chunk.from;
    chunk->rows = place->rows;
    chunk->left = 0;
    chunk->has_dictionary = false;
    chunk->n_dictionary = 0;
    chunk->dictionary_bytes = (struct bytes){NULL, NULL};
    if (place->rows == 0) {
        return true;
    }
    /* The dictionary is the first page, if there is one. */
    struct parquet_page_header header;
    uint64_t body;
    if (!read_header(chunk, &header, &body)) {
        return false;
    }
    return header.type != PARQUET_DICTIONARY_PAGE || begin_dictionary(chunk, &header, body);
}

/* Whether all are below `limit`, which is at most 2^31: less than nothing remains of each. In
 * steps of a fixed length, which the compiler does side by side. */
static bool all_below(const uint32_t *codes, size_t n, uint32_t limit)
{
    enum { STEP = 16 };
    uint32_t less = UINT32_MAX, any = 0;
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        uint32_t step_less[4], step_any[4];
        for (size_t k = 0; k < 4; k++) {
            step_less[k] = (codes[i + k] - limit) & (codes[i + 4 + k] - limit) &
                           (codes[i + 8 + k] - limit) & (codes[i + 12 + k] - limit);
            step_any[k] =
                codes[i + k] | codes[i + 4 + k] | codes[i + 8 + k] | codes[i + 12 + k];
        }
        less &= step_less[0] & step_less[1] & step_less[2] & step_less[3];
        any |= step_any[0] | step_any[1] | step_any[2] | step_any[3];
    }
    for (; i < n; i++) {
        less &= codes[i] - limit;
        any |= codes[i];
    }
    return n == 0 || (less >> 31 == 1 && any >> 31 == 0);
}

bool chunk_codes(struct chunk *chunk, uint32_t *codes, size_t n)
{
    if (n > 0 && !chunk->has_dictionary) {
        return chunk_refuse(chunk, "it has ids and no dictionary");
    }
    if (!hybrid_read(&chunk->codes, codes, n)) {
        return chunk_refuse(chunk, "a page has fewer ids than rows");
    }
    return all_below(codes, n, (uint32_t)chunk->n_dictionary) ||
           chunk_refuse(chunk, "an id is not in the dictionary");
}

static bool read_levels(struct chunk *chunk, size_t n, uint8_t *missing, size_t *n_values)
{
    uint32_t levels[CHUNK_STRETCH], same;
    size_t done = hybrid_repeats(&chunk->levels, n, &same);
    *n_values = 0;
    if (done > 0) {
        if (same > 1) {
            return chunk_refuse(chunk, "a level that no flat column has");
        }
        memset(missing, same == 0, done);
        *n_values = same == 0 ? 0 : done;
    }
    if (!hybrid_read(&chunk->levels, levels, n - done)) {
        return chunk_refuse(chunk, "a page has fewer levels than rows");
    }
    for (size_t i = 0; i < n - done; i++) {
        if (levels[i] > 1) {
            return chunk_refuse(chunk, "a level that no flat column has");
        }
        missing[done + i] = levels[i] == 0;
        *n_values += levels[i];
    }
    return true;
}

bool chunk_next(struct chunk *chunk, size_t most, size_t *n, uint8_t *missing, size_t *n_values)
{
    while (chunk->left == 0) {
        if (chunk->rows == 0) {
            return chunk_refuse(chunk, "it ends before its last row");
        }
        if (!next_page(chunk)) {
            return false;
        }
    }
    *n = chunk->left < most ? chunk->left : most;
    chunk->left -= *n;
    if (chunk->has_levels) {
        return read_levels(chunk, *n, missing, n_values);
    }
    memset(missing, 0, *n);
    *n_values = *n;
    return true;
}

/* Reads values for nothing. */
static bool drop_values(struct chunk *chunk, size_t n)
{
    int64_t ints[CHUNK_STRETCH];
    bool good = true, nomem = false;
    struct span text;
    if (chunk->coded) {
        return chunk_codes(chunk, (uint32_t *)ints, n);
    }
    switch (chunk->values.type) {
    case PARQUET_BOOLEAN:
    case PARQUET_INT32:
    case PARQUET_INT64: good = values_ints(&chunk->values, ints, n); break;
    case PARQUET_FLOAT:
    case PARQUET_DOUBLE: good = values_doubles(&chunk->values, (double *)ints, n); break;
    default:
        for (size_t i = 0; i < n && good; i++) {
            good = values_text(&chunk->values, &text, &nomem);
        }
    }
    if (nomem) {
        return status_nomem(chunk->status, 0, "a string");
    }
    return good || chunk_refuse(chunk, "a page has fewer values than rows");
}

bool chunk_skip(struct chunk *chunk, uint64_t rows)
{
    uint8_t missing[CHUNK_STRETCH];
    while (rows > 0) {
        size_t n, n_values;
        if (chunk->left == 0) {
            struct parquet_page_header header;
            uint64_t body;
            if (!read_header(chunk, &header, &body)) {
                return false;
            }
            bool data = header.type == PARQUET_DATA_PAGE || header.type == PARQUET_DATA_PAGE_V2;
            if (data && (uint64_t)header.values <= rows) {
                if ((uint64_t)header.values > chunk->rows) {
                    return chunk_refuse(chunk, "its pages have more rows than its row group");
                }
                rows -= (uint64_t)header.values;
                chunk->rows -= (uint64_t)header.values;
                chunk->at = body + (uint64_t)header.compressed;
                continue;
            }
            if (!next_page(chunk)) {
                return false;
            }
            continue;
        }
        size_t most = rows < CHUNK_STRETCH ? (size_t)rows : CHUNK_STRETCH;
        if (!chunk_next(chunk, most, &n, missing, &n_values) || !drop_values(chunk, n_values)) {
            return false;
        }
        rows -= n;
    }
    return true;
}

void chunk_clear(struct chunk *chunk)
{
    free(chunk->window);
    free(chunk->body);
    free(chunk->dictionary);
    values_clear(&chunk->values);
}
