#define _GNU_SOURCE
#include "unit/parquet_check.h"

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif

#include "unit/test.h"

/* ---- thrift: any structure as a tree ---- */

struct node {
    int id, type;  /* id of a field; of an element its place */
    int64_t value; /* of numbers and booleans */
    const uint8_t *bytes;
    size_t length; /* of bytes, or how many children */
    struct node *children;
};

struct cursor {
    const uint8_t *at, *end;
};

static uint64_t take_varint(struct cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(cursor->at < cursor->end);
        assert_true(shift < 64);
        uint8_t byte = *cursor->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
}

static int64_t take_zigzag(struct cursor *cursor)
{
    uint64_t value = take_varint(cursor);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void take_struct(struct cursor *cursor, struct node *node);

static void take_value(struct cursor *cursor, struct node *node, bool element)
{
    switch (node->type) {
    case 1:
    case 2:
        assert_false(element); /* we write no lists of them */
        node->value = node->type == 1;
        break;
    case 3:
        assert_true(cursor->at < cursor->end);
        node->value = (int8_t)*cursor->at++;
        break;
    case 4:
    case 5:
    case 6: node->value = take_zigzag(cursor); break;
    case 8:
        node->length = take_varint(cursor);
        assert_true(node->length <= (size_t)(cursor->end - cursor->at));
        node->bytes = cursor->at;
        cursor->at += node->length;
        break;
    case 9: {
        assert_true(cursor->at < cursor->end);
        uint8_t head = *cursor->at++;
        node->length = head >> 4 == 15 ? take_varint(cursor) : head >> 4;
        assert_true(head >> 4 == 15 ? node->length >= 15 : true);
        assert_true(node->length <= (size_t)(cursor->end - cursor->at));
        node->children = calloc(node->length + 1, sizeof *node->children);
        assert_non_null(node->children);
        for (size_t i = 0; i < node->length; i++) {
            node->children[i].id = (int)i;
            node->children[i].type = head & 15;
            take_value(cursor, &node->children[i], true);
        }
        break;
    }
    case 12: take_struct(cursor, node); break;
    default: fail_msg("thrift type %d", node->type);
    }
}

static void take_struct(struct cursor *cursor, struct node *node)
{
    int last = 0;
    node->type = 12;
    for (;;) {
        assert_true(cursor->at < cursor->end);
        uint8_t head = *cursor->at++;
        if (head == 0) {
            return;
        }
        int id = head >> 4 != 0 ? last + (head >> 4) : (int)take_zigzag(cursor);
        assert_true(id > last); /* fields in order, each once */
        last = id;
        node->children = realloc(node->children, (node->length + 1) * sizeof *node->children);
        assert_non_null(node->children);
        struct node *field = &node->children[node->length++];
        *field = (struct node){.id = id, .type = head & 15};
        take_value(cursor, field, false);
    }
}

static void free_node(struct node *node)
{
    for (size_t i = 0; node->children != NULL && i < node->length; i++) {
        free_node(&node->children[i]);
    }
    free(node->children);
}

static const struct node *field_of(const struct node *node, int id)
{
    for (size_t i = 0; i < node->length; i++) {
        if (node->children[i].id == id) {
            return &node->children[i];
        }
    }
    return NULL;
}

static const struct node *need(const struct node *node, int id, int type)
{
    const struct node *field = field_of(node, id);
    if (field == NULL || field->type != type) {
        fail_msg("field %d of type %d is missing", id, type);
    }
    return field;
}

static int64_t number_of(const struct node *node, int id, int type)
{
    return need(node, id, type)->value;
}

/* ---- runs ---- */

void parquet_check_hybrid(const uint8_t *bytes, size_t length, unsigned width, size_t n,
                          uint32_t *values)
{
    struct cursor cursor = {bytes, bytes + length};
    size_t done = 0;
    while (done < n) {
        uint64_t head = take_varint(&cursor);
        assert_true(head >> 1 > 0);
        if ((head & 1) == 0) {
            uint32_t value = 0;
            size_t size = (width + 7) / 8;
            assert_true(size <= (size_t)(cursor.end - cursor.at));
            memcpy(&value, cursor.at, size);
            cursor.at += size;
            assert_true(width == 32 || value >> width == 0);
            assert_true(head >> 1 <= n - done);
            for (uint64_t i = 0; i < head >> 1; i++) {
                values[done++] = value;
            }
            continue;
        }
        size_t groups = head >> 1, size = groups * width;
        assert_true(size <= (size_t)(cursor.end - cursor.at));
        assert_true(groups * 8 < n - done + 8); /* only the last group may be short */
        for (size_t i = 0; i < groups * 8; i++) {
            uint32_t value = 0;
            for (size_t b = 0; b < width; b++) {
                size_t bit = i * width + b;
                value |= (uint32_t)(cursor.at[bit / 8] >> bit % 8 & 1) << b;
            }
            if (done < n) {
                values[done++] = value;
            } else {
                assert_int_equal(value, 0); /* what fills the group up */
            }
        }
        cursor.at += size;
    }
    assert_ptr_equal(cursor.at, cursor.end);
}

/* ---- pages ---- */

struct page {
    int type, encoding;
    size_t n, header, stored; /* bytes of the header, of the body in the file */
    uint8_t *body;            /* (length) uncompressed; kept by the checker */
    size_t length;
};

struct reading {
    struct checked *checked;
    const uint8_t *file;
    size_t size;
};

static void *keep(struct reading *reading, size_t size)
{
    struct checked *checked = reading->checked;
    checked->kept = realloc(checked->kept, (checked->n_kept + 1) * sizeof *checked->kept);
    assert_non_null(checked->kept);
    void *memory = malloc(size + 1);
    assert_non_null(memory);
    checked->kept[checked->n_kept++] = memory;
    return memory;
}

static void decompress(const uint8_t *from, size_t stored, int codec, struct page *page)
{
    if (codec == 0) {
        assert_int_equal(stored, page->length);
        memcpy(page->body, from, stored);
        return;
    }
    assert_int_equal(codec, 1);
#ifdef HAVE_SNAPPY
    size_t length = page->length;
    assert_int_equal(snappy_uncompress((const char *)from, stored, (char *)page->body, &length),
                     SNAPPY_OK);
    assert_int_equal(length, page->length);
#else
    (void)from;
    fail_msg("snappy without snappy");
#endif
}

static struct page take_page(struct reading *reading, size_t at, size_t end, int codec)
{
    struct cursor cursor = {reading->file + at, reading->file + end};
    struct node header = {0};
    take_struct(&cursor, &header);
    struct page page = {.type = (int)number_of(&header, 1, 5)};
    assert_true(page.type == 0 || page.type == 2);
    page.header = (size_t)(cursor.at - (reading->file + at));
    page.length = (size_t)number_of(&header, 2, 5);
    page.stored = (size_t)number_of(&header, 3, 5);
    assert_true(page.stored <= (size_t)(cursor.end - cursor.at));
    assert_int_equal(header.length, 4); /* nothing that we do not know */
    const struct node *own = need(&header, page.type == 0 ? 5 : 7, 12);
    page.n = (size_t)number_of(own, 1, 5);
    page.encoding = (int)number_of(own, 2, 5);
    assert_int_equal(own->length, page.type == 0 ? 4 : 2);
    if (page.type == 0) {
        assert_int_equal(number_of(own, 3, 5), 3);
        assert_int_equal(number_of(own, 4, 5), 3);
        assert_true(page.n <= 1 << 17);
    }
    page.body = keep(reading, page.length);
    decompress(cursor.at, page.stored, codec, &page);
    free_node(&header);
    return page;
}

static size_t width_of(int type)
{
    return type == 6 ? 0 : type == 2 || type == 5 ? 8 : 4;
}

/* `n` values in PLAIN, of which nothing is left over. */
static void take_plain(const uint8_t *bytes, size_t length, int type, size_t n,
                       struct checked_value *values)
{
    struct cursor cursor = {bytes, bytes + length};
    for (size_t i = 0; i < n; i++) {
        size_t size = width_of(type);
        uint32_t text = 0;
        values[i] = (struct checked_value){.present = true};
        if (size == 0) {
            assert_true(cursor.end - cursor.at >= 4);
            memcpy(&text, cursor.at, 4);
            cursor.at += 4;
            size = text;
        }
        assert_true(size <= (size_t)(cursor.end - cursor.at));
        if (width_of(type) > 0) {
            memcpy(&values[i].bits, cursor.at, size);
        } else {
            values[i].text = cursor.at;
            values[i].length = size;
        }
        cursor.at += size;
    }
    assert_ptr_equal(cursor.at, cursor.end);
}

struct chunk {
    int type;
    struct checked_value *dictionary; /* (n_dictionary) */
    bool *used;                       /* (n_dictionary) */
    size_t n_dictionary;
    struct checked_value *values; /* (n) of its rows */
    size_t n, done;
};

static void take_data(struct chunk *chunk, const struct page *page)
{
    uint32_t length;
    assert_true(page->length >= 4);
    memcpy(&length, page->body, 4);
    assert_true(length <= page->length - 4);
    uint32_t *codes = calloc(page->n + 1, sizeof *codes);
    struct checked_value *values = calloc(page->n + 1, sizeof *values);
    assert_non_null(codes);
    assert_non_null(values);
    assert_true(page->n <= chunk->n - chunk->done);
    parquet_check_hybrid(page->body + 4, length, 1, page->n, codes);
    struct checked_value *rows = chunk->values + chunk->done;
    size_t present = 0;
    for (size_t i = 0; i < page->n; i++) {
        rows[i].present = codes[i] == 1;
        present += codes[i];
    }
    const uint8_t *rest = page->body + 4 + length;
    size_t left = page->length - 4 - length;
    if (page->encoding == 0) {
        take_plain(rest, left, chunk->type, present, values);
    } else {
        assert_int_equal(page->encoding, 8);
        assert_non_null(chunk->dictionary);
        assert_true(left >= 1);
        assert_in_range(rest[0], 1, 32);
        parquet_check_hybrid(rest + 1, left - 1, rest[0], present, codes);
        for (size_t i = 0; i < present; i++) {
            assert_true(codes[i] < chunk->n_dictionary);
            values[i] = chunk->dictionary[codes[i]];
            chunk->used[codes[i]] = true;
        }
    }
    for (size_t i = 0, k = 0; i < page->n; i++) {
        if (rows[i].present) {
            rows[i] = values[k++];
        }
    }
    chunk->done += page->n;
    free(codes);
    free(values);
}

/* ---- what is said of values ---- */

static int compare(int type, const struct checked_value *a, const struct checked_value *b)
{
    double x, y;
    float fx, fy;
    switch (type) {
    case 6: {
        size_t both = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->text, b->text, both);
        return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
    }
    case 5:
        memcpy(&x, &a->bits, 8);
        memcpy(&y, &b->bits, 8);
        return (x > y) - (x < y);
    case 4:
        memcpy(&fx, &a->bits, 4);
        memcpy(&fy, &b->bits, 4);
        return (fx > fy) - (fx < fy);
    case 2:
        return ((int64_t)a->bits > (int64_t)b->bits) - ((int64_t)a->bits < (int64_t)b->bits);
    default:
        return ((int32_t)a->bits > (int32_t)b->bits) - ((int32_t)a->bits < (int32_t)b->bits);
    }
}

static bool is_nan(int type, const struct checked_value *value)
{
    double number;
    float single;
    memcpy(&number, &value->bits, 8);
    memcpy(&single, &value->bits, 4);
    return type == 5 ? isnan(number) : type == 4 ? isnan(single) : false;
}

/* A bound is the least (or greatest) value; of zeros that with the right sign. */
static void check_bound(const struct node *bound, int type, const struct checked_value *value,
                        bool least)
{
    struct checked_value wanted = *value;
    if (type == 6) {
        assert_int_equal(bound->length, wanted.length);
        assert_memory_equal(bound->bytes, wanted.text, wanted.length);
        return;
    }
    if (type == 5 && wanted.bits << 1 == 0) {
        wanted.bits = least ? UINT64_C(1) << 63 : 0;
    }
    if (type == 4 && (uint32_t)wanted.bits << 1 == 0) {
        wanted.bits = least ? UINT64_C(1) << 31 : 0;
    }
    assert_int_equal(bound->length, width_of(type));
    assert_memory_equal(bound->bytes, &wanted.bits, bound->length);
}

/* Whether least and greatest value are said. */
static bool check_statistics(const struct node *statistics, const struct chunk *chunk)
{
    const struct checked_value *least = NULL, *most = NULL;
    size_t nulls = 0, nans = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        const struct checked_value *value = &chunk->values[i];
        nulls += !value->present;
        if (value->present) {
            nans += is_nan(chunk->type, value);
            least = least == NULL || compare(chunk->type, value, least) < 0 ? value : least;
            most = most == NULL || compare(chunk->type, value, most) > 0 ? value : most;
        }
    }
    assert_int_equal(number_of(statistics, 3, 6), nulls);
    assert_null(field_of(statistics, 1)); /* the old ones, of no defined order */
    assert_null(field_of(statistics, 2));
    bool sure = least != NULL && nans == 0 &&
                (chunk->type != 6 || (least->length <= 64 && most->length <= 64));
    if (!sure) {
        assert_null(field_of(statistics, 5));
        assert_null(field_of(statistics, 6));
        return false;
    }
    check_bound(need(statistics, 5, 8), chunk->type, most, false);
    check_bound(need(statistics, 6, 8), chunk->type, least, true);
    assert_int_equal(number_of(statistics, 7, 1), 1);
    assert_int_equal(number_of(statistics, 8, 1), 1);
    if (chunk->type == 4 || chunk->type == 5) {
        assert_int_equal(number_of(statistics, 9, 6), 0);
    }
    return true;
}

/* No value stands twice in a dictionary, bits for bits, and each is used. */
static int by_bits(const void *a, const void *b)
{
    const struct checked_value *x = a, *y = b;
    if (x->text != NULL && y->text != NULL) {
        return compare(6, x, y);
    }
    return (x->bits > y->bits) - (x->bits < y->bits);
}

static void check_dictionary(const struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->n_dictionary; i++) {
        assert_true(chunk->used[i]);
    }
    qsort(chunk->dictionary, chunk->n_dictionary, sizeof *chunk->dictionary, by_bits);
    for (size_t i = 1; i < chunk->n_dictionary; i++) {
        assert_int_not_equal(by_bits(&chunk->dictionary[i - 1], &chunk->dictionary[i]), 0);
    }
}

static void check_lists(const struct node *meta, bool dictionary, int encoding, size_t pages)
{
    const struct node *encodings = need(meta, 2, 9), *stats = need(meta, 13, 9);
    bool has[16] = {false};
    for (size_t i = 0; i < encodings->length; i++) {
        assert_in_range(encodings->children[i].value, 0, 15);
        has[encodings->children[i].value] = true;
    }
    assert_true(has[3]); /* the levels */
    assert_true(has[encoding]);
    assert_true(has[0] || !dictionary);
    assert_int_equal(has[8], dictionary);
    assert_int_equal(stats->length, dictionary ? 2 : 1);
    const struct node *data = &stats->children[dictionary ? 1 : 0];
    assert_int_equal(number_of(data, 1, 5), 0);
    assert_int_equal(number_of(data, 2, 5), encoding);
    assert_int_equal(number_of(data, 3, 5), pages);
    if (dictionary) {
        assert_int_equal(number_of(&stats->children[0], 1, 5), 2);
        assert_int_equal(number_of(&stats->children[0], 2, 5), 0);
        assert_int_equal(number_of(&stats->children[0], 3, 5), 1);
    }
}

/* Reads the chunk that begins at `at`; returns where it ends. */
static size_t check_chunk(struct reading *reading, const struct node *node,
                          struct checked_column *column, size_t at, size_t first_row, size_t n,
                          size_t *uncompressed)
{
    assert_null(field_of(node, 1));
    assert_int_equal(number_of(node, 2, 6), 0);
    const struct node *meta = need(node, 3, 12), *path = need(meta, 3, 9);
    assert_int_equal(number_of(meta, 1, 5), column->type);
    assert_int_equal(path->length, 1);
    assert_int_equal(path->children[0].length, strlen(column->name));
    assert_memory_equal(path->children[0].bytes, column->name, strlen(column->name));
    assert_int_equal(number_of(meta, 5, 6), n);
    const struct node *dictionary = field_of(meta, 11);
    const size_t end = at + (size_t)number_of(meta, 7, 6);
    const int codec = (int)number_of(meta, 4, 5);
    struct chunk chunk = {.type = column->type, .values = column->values + first_row, .n = n};
    size_t start = at, bytes = 0, pages = 0;
    int encoding = -1;
    assert_true(end <= reading->size);
    while (at < end) {
        struct page page = take_page(reading, at, end, codec);
        if (page.type == 2) {
            assert_int_equal(at, start); /* the first one */
            assert_non_null(dictionary);
            assert_int_equal(dictionary->value, at);
            assert_int_equal(page.encoding, 0);
            chunk.n_dictionary = page.n;
            chunk.dictionary = keep(reading, page.n * sizeof *chunk.dictionary);
            chunk.used = keep(reading, page.n * sizeof *chunk.used);
            memset(chunk.used, 0, page.n * sizeof *chunk.used);
            take_plain(page.body, page.length, chunk.type, page.n, chunk.dictionary);
        } else {
            if (pages == 0) {
                assert_int_equal(number_of(meta, 9, 6), at);
            }
            assert_true(page.n > 0);
            take_data(&chunk, &page);
            assert_true(encoding < 0 || encoding == page.encoding);
            encoding = page.encoding;
            pages++;
        }
        at += page.header + page.stored;
        bytes += page.header + page.length;
    }
    assert_int_equal(at, end);
    assert_int_equal(chunk.done, n);
    assert_int_equal(chunk.dictionary != NULL, dictionary != NULL);
    assert_int_equal(number_of(meta, 6, 6), bytes);
    check_lists(meta, dictionary != NULL, encoding, pages);
    column->with_range += check_statistics(need(meta, 12, 12), &chunk);
    column->with_dictionary += dictionary != NULL;
    column->compressed += codec != 0;
    column->pages += pages;
    check_dictionary(&chunk);
    *uncompressed += bytes;
    return end;
}

/* ---- the file ---- */

static void check_schema(struct checked *checked, const struct node *footer)
{
    const struct node *schema = need(footer, 2, 9), *orders = need(footer, 7, 9);
    assert_true(schema->length >= 1);
    const struct node *root = &schema->children[0];
    assert_null(field_of(root, 1));
    assert_null(field_of(root, 3));
    checked->n_columns = (size_t)number_of(root, 5, 5);
    assert_int_equal(schema->length, checked->n_columns + 1);
    assert_int_equal(orders->length, checked->n_columns);
    checked->columns = calloc(checked->n_columns + 1, sizeof *checked->columns);
    assert_non_null(checked->columns);
    for (size_t i = 0; i < checked->n_columns; i++) {
        const struct node *element = &schema->children[i + 1], *name = need(element, 4, 8);
        struct checked_column *column = &checked->columns[i];
        const struct node *converted = field_of(element, 6), *logical = field_of(element, 10);
        column->type = (int)number_of(element, 1, 5);
        assert_int_equal(number_of(element, 3, 5), 1);
        assert_null(field_of(element, 5));
        assert_true(name->length < sizeof column->name);
        memcpy(column->name, name->bytes, name->length);
        column->converted = converted != NULL ? (int)converted->value : -1;
        /* Both annotations say the same: a text, or a whole number of 8 bits. */
        assert_int_equal(converted != NULL, logical != NULL);
        if (converted != NULL && column->type == 6) {
            assert_int_equal(column->converted, 0);
            need(logical, 1, 12);
        } else if (converted != NULL) {
            const struct node *integer = need(logical, 10, 12);
            assert_int_equal(column->type, 1);
            assert_int_equal(column->converted, 15);
            assert_int_equal(number_of(integer, 1, 3), 8);
            assert_int_equal(number_of(integer, 2, 1), 1);
        }
        need(&orders->children[i], 1, 12);
        column->values = calloc(checked->n_rows + 1, sizeof *column->values);
        assert_non_null(column->values);
    }
}

static void take_notes(struct checked *checked, const struct node *footer)
{
    const struct node *notes = field_of(footer, 5);
    checked->notes = strdup("");
    for (size_t i = 0; notes != NULL && i < notes->length; i++) {
        const struct node *key = need(&notes->children[i], 1, 8);
        const struct node *text = need(&notes->children[i], 2, 8);
        char *more;
        assert_true(asprintf(&more, "%s%.*s=%.*s\n", checked->notes, (int)key->length,
                             (const char *)key->bytes, (int)text->length,
                             (const char *)text->bytes) > 0);
        free(checked->notes);
        checked->notes = more;
    }
}

static void check_groups(struct reading *reading, const struct node *footer, size_t footer_at)
{
    struct checked *checked = reading->checked;
    const struct node *groups = need(footer, 4, 9);
    size_t at = 4, row = 0;
    checked->n_groups = groups->length;
    for (size_t g = 0; g < groups->length; g++) {
        const struct node *group = &groups->children[g], *chunks = need(group, 1, 9);
        size_t n = (size_t)number_of(group, 3, 6), uncompressed = 0, start = at;
        assert_true(n > 0);
        assert_true(n <= checked->n_rows - row);
        assert_int_equal(chunks->length, checked->n_columns);
        assert_int_equal(number_of(group, 5, 6), at);
        for (size_t i = 0; i < chunks->length;
             i++) { /* no holes: each begins at the last's end */
            at = check_chunk(reading, &chunks->children[i], &checked->columns[i], at, row, n,
                             &uncompressed);
        }
        assert_int_equal(number_of(group, 2, 6), uncompressed);
        assert_int_equal(number_of(group, 6, 6), at - start);
        row += n;
    }
    assert_int_equal(row, checked->n_rows);
    assert_int_equal(at, footer_at);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

struct checked *parquet_check(const char *path)
{
    struct reading reading = {.checked = calloc(1, sizeof *reading.checked)};
    assert_non_null(reading.checked);
    uint8_t *file = read_file(path, &reading.size);
    uint32_t length;
    reading.file = file;
    assert_true(reading.size >= 12);
    assert_memory_equal(file, "PAR1", 4);
    assert_memory_equal(file + reading.size - 4, "PAR1", 4);
    memcpy(&length, file + reading.size - 8, 4);
    assert_true(length <= reading.size - 12);
    size_t footer_at = reading.size - 8 - length;
    struct cursor cursor = {file + footer_at, file + reading.size - 8};
    struct node footer = {0};
    take_struct(&cursor, &footer);
    assert_ptr_equal(cursor.at, cursor.end);
    assert_int_equal(number_of(&footer, 1, 5), 1);
    reading.checked->n_rows = (size_t)number_of(&footer, 3, 6);
    const struct node *by = need(&footer, 6, 8);
    assert_memory_equal(by->bytes, "oddhours version ", 17); /* NAME version X (build Y) */
    assert_non_null(memmem(by->bytes, by->length, " (build ", 8));
    check_schema(reading.checked, &footer);
    take_notes(reading.checked, &footer);
    check_groups(&reading, &footer, footer_at);
    free_node(&footer);
    free(file);
    return reading.checked;
}

void checked_free(struct checked *checked)
{
    for (size_t i = 0; i < checked->n_columns; i++) {
        free(checked->columns[i].values);
    }
    for (size_t i = 0; i < checked->n_kept; i++) {
        free(checked->kept[i]);
    }
    free(checked->kept);
    free(checked->columns);
    free(checked->notes);
    free(checked);
}
