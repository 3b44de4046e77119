#include "table/parquet/chunk_write.h"

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif

#include "base/mem.h"
#include "base/text.h"
#include "table/parquet/hybrid_write.h"

enum {
    PAGE_ROWS = 1 << 17,        /* of a page at most */
    PAGE_BYTES = 1 << 20,       /* of its texts, unless one text is longer */
    DICTIONARY_MOST = 32 << 20, /* bytes: readers hold the whole of it */
    TEXT_MOST = 1 << 28,        /* sizes of pages have 31 bits, and a byte may become three */
    PAYS = 90                   /* percent: what is not shorter than that stays uncompressed */
};

enum parquet_type parquet_kind_type(enum parquet_kind kind)
{
    switch (kind) {
    case PARQUET_KIND_TEXT: return PARQUET_BYTE_ARRAY;
    case PARQUET_KIND_DOUBLE: return PARQUET_DOUBLE;
    case PARQUET_KIND_FLOAT: return PARQUET_FLOAT;
    case PARQUET_KIND_INT64: return PARQUET_INT64;
    default: return PARQUET_INT32;
    }
}

size_t parquet_kind_bytes(enum parquet_kind kind)
{
    switch (kind) {
    case PARQUET_KIND_TEXT: return 0;
    case PARQUET_KIND_DOUBLE:
    case PARQUET_KIND_INT64: return 8;
    default: return 4;
    }
}

/* ---- least and greatest ---- */

static int compare_texts(struct span a, struct span b)
{
    size_t both = a.length < b.length ? a.length : b.length;
    int order = both > 0 ? memcmp(a.bytes, b.bytes, both) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static void text_range(struct parquet_chunk *chunk, const struct parquet_values *values)
{
    struct span least = values->texts[0], most = values->texts[0];
    for (size_t i = 1; i < values->n_values; i++) {
        if (compare_texts(values->texts[i], least) < 0) {
            least = values->texts[i];
        } else if (compare_texts(values->texts[i], most) > 0) {
            most = values->texts[i];
        }
    }
    chunk->has_range = least.length <= PARQUET_BOUND && most.length <= PARQUET_BOUND;
    if (chunk->has_range) {
        chunk->least.length = least.length;
        chunk->most.length = most.length;
        memcpy(chunk->least.bytes, least.bytes, least.length);
        memcpy(chunk->most.bytes, most.bytes, most.length);
    }
}

static void set_bound(struct parquet_bound *bound, const void *bytes, size_t length)
{
    memcpy(bound->bytes, bytes, length);
    bound->length = length;
}

/* For numbers of a type. Readers may take -0 for 0 or not, so a least 0 is -0 and a greatest
 * -0 is 0; with a NaN there is no order. */
#define NUMBER_RANGE(NAME, TYPE, IS_NAN, WIDER, NARROWER)                                      \
    static void NAME(struct parquet_chunk *chunk, const struct parquet_values *values)         \
    {                                                                                          \
        const TYPE *numbers = values->numbers;                                                 \
        TYPE least = numbers[0], most = numbers[0];                                            \
        bool sure = true;                                                                      \
        for (size_t i = 0; i < values->n_values; i++) {                                        \
            sure = sure && !(IS_NAN);                                                          \
            least = numbers[i] < least ? numbers[i] : least;                                   \
            most = numbers[i] > most ? numbers[i] : most;                                      \
        }                                                                                      \
        least = WIDER;                                                                         \
        most = NARROWER;                                                                       \
        chunk->has_range = sure;                                                               \
        set_bound(&chunk->least, &least, sizeof least);                                        \
        set_bound(&chunk->most, &most, sizeof most);                                           \
    }
NUMBER_RANGE(double_range, double, isnan(numbers[i]), least == 0 ? -0.0 : least,
             most == 0 ? 0.0 : most)
NUMBER_RANGE(float_range, float, isnan(numbers[i]), least == 0 ? -0.0f : least,
             most == 0 ? 0.0f : most)
NUMBER_RANGE(long_range, int64_t, false, least, most)
NUMBER_RANGE(int_range, int32_t, false, least, most)

static void find_range(struct parquet_chunk *chunk, enum parquet_kind kind,
                       const struct parquet_values *values)
{
    chunk->has_range = false;
    if (values->n_values == 0) {
        return;
    }
    switch (kind) {
    case PARQUET_KIND_TEXT: text_range(chunk, values); break;
    case PARQUET_KIND_DOUBLE: double_range(chunk, values); break;
    case PARQUET_KIND_FLOAT: float_range(chunk, values); break;
    case PARQUET_KIND_INT64: long_range(chunk, values); break;
    case PARQUET_KIND_INT8: int_range(chunk, values); break;
    }
    chunk->has_floats =
        chunk->has_range && (kind == PARQUET_KIND_DOUBLE || kind == PARQUET_KIND_FLOAT);
}

/* ---- pages ---- */

struct writing {
    struct parquet_chunk *chunk;
    enum parquet_kind kind;
    const struct parquet_values *values;
    struct parquet_scratch *scratch;
    bool dictionary, compress;
};

/* Bytes of value `i` in PLAIN. */
static inline size_t plain_bytes(const struct writing *writing, size_t i)
{
    return writing->kind == PARQUET_KIND_TEXT ? 4 + writing->values->texts[i].length
                                              : parquet_kind_bytes(writing->kind);
}

static void put_plain(const struct writing *writing, struct parquet_bytes *out, size_t i)
{
    size_t width = parquet_kind_bytes(writing->kind);
    if (width > 0) {
        parquet_bytes_put(out, (const uint8_t *)writing->values->numbers + i * width, width);
        return;
    }
    struct span text = writing->values->texts[i];
    uint32_t length = (uint32_t)text.length;
    parquet_bytes_put(out, &length, sizeof length);
    parquet_bytes_put(out, text.bytes, text.length);
}

/* Values `from` to `to` of the distinct ones, or of the rows where there are no codes. */
static void put_plain_range(const struct writing *writing, struct parquet_bytes *out,
                            size_t from, size_t to)
{
    size_t width = parquet_kind_bytes(writing->kind);
    if (width > 0) {
        parquet_bytes_put(out, (const uint8_t *)writing->values->numbers + from * width,
                          (to - from) * width);
        return;
    }
    for (size_t i = from; i < to; i++) {
        put_plain(writing, out, i);
    }
}

static bool compress(const struct parquet_bytes *page, struct parquet_bytes *packed)
{
    packed->used = 0;
#ifdef HAVE_SNAPPY
    size_t length = snappy_max_compressed_length(page->used);
    uint8_t *to = parquet_bytes_more(packed, length);
    if (to == NULL || snappy_compress((const char *)page->bytes, page->used, (char *)to,
                                      &length) != SNAPPY_OK) {
        return false;
    }
    packed->used = length;
    return true;
#else
    (void)page;
    return false;
#endif
}

/* Appends what is in scratch->page, `n` values in `encoding`, as a page. */
static void put_page(struct writing *writing, enum parquet_page type, size_t n,
                     enum parquet_encoding encoding)
{
    struct parquet_bytes *out = &writing->chunk->pages, *page = &writing->scratch->page;
    const struct parquet_bytes *body = page;
    if (page->lost) {
        out->lost = true;
        return;
    }
    if (writing->compress) {
        body = &writing->scratch->packed;
        if (!compress(page, &writing->scratch->packed)) {
            out->lost = true;
            return;
        }
    }
    size_t start = out->used;
    struct thrift_writer writer = {.out = out};
    thrift_put_i32(&writer, PARQUET_HEADER_TYPE, type);
    thrift_put_i32(&writer, PARQUET_HEADER_UNCOMPRESSED, (int32_t)page->used);
    thrift_put_i32(&writer, PARQUET_HEADER_COMPRESSED, (int32_t)body->used);
    thrift_begin(&writer,
                 type == PARQUET_DATA_PAGE ? PARQUET_HEADER_DATA : PARQUET_HEADER_DICTIONARY);
    thrift_put_i32(&writer, PARQUET_DATA_VALUES, (int32_t)n);
    thrift_put_i32(&writer, PARQUET_DATA_ENCODING, encoding);
    if (type == PARQUET_DATA_PAGE) {
        thrift_put_i32(&writer, PARQUET_DATA_DEFINITION, PARQUET_RLE);
        thrift_put_i32(&writer, PARQUET_DATA_REPETITION, PARQUET_RLE);
    }
    thrift_end(&writer);
    thrift_end(&writer);
    writing->chunk->uncompressed += out->used - start + page->used;
    parquet_bytes_put(out, body->bytes, body->used);
}

static void put_dictionary(struct writing *writing)
{
    struct parquet_bytes *page = &writing->scratch->page;
    page->used = 0;
    put_plain_range(writing, page, 0, writing->values->n_values);
    put_page(writing, PARQUET_DICTIONARY_PAGE, writing->values->n_values, PARQUET_PLAIN);
    writing->chunk->dictionary_bytes = writing->chunk->pages.used;
}

/* Which rows have a value: the length of what says so, and a bit for each. */
static void put_levels(const struct writing *writing, struct parquet_bytes *page, size_t from,
                       size_t rows, size_t present)
{
    size_t start = page->used;
    uint32_t length = 0;
    parquet_bytes_put(page, &length, sizeof length);
    if (present == rows || present == 0) {
        hybrid_write_run(page, rows, present > 0);
    } else {
        uint32_t *levels = writing->scratch->levels;
        for (size_t i = 0; i < rows; i++) {
            levels[i] = writing->values->present[from + i];
        }
        hybrid_write(page, levels, rows, 1);
    }
    if (!page->lost) {
        length = (uint32_t)(page->used - start - sizeof length);
        memcpy(page->bytes + start, &length, sizeof length);
    }
}

static void put_values(const struct writing *writing, struct parquet_bytes *page, size_t from,
                       size_t n)
{
    const struct parquet_values *values = writing->values;
    if (writing->dictionary) {
        uint8_t width = (uint8_t)hybrid_width(values->n_values);
        parquet_bytes_put(page, &width, 1);
        hybrid_write(page, values->codes + from, n, width);
    } else if (values->codes == NULL) {
        put_plain_range(writing, page, from, from + n);
    } else {
        for (size_t i = from; i < from + n; i++) {
            put_plain(writing, page, values->codes[i]);
        }
    }
}

/* The rows of a page from row `from` on, whose values begin with number `value`; `*present` of
 * them have one. */
static size_t page_rows(const struct writing *writing, size_t from, size_t value,
                        size_t *present)
{
    const struct parquet_values *values = writing->values;
    size_t rows = 0, bytes = 0, left = values->n - from;
    bool texts = !writing->dictionary && writing->kind == PARQUET_KIND_TEXT;
    left = left < PAGE_ROWS ? left : PAGE_ROWS;
    *present = 0;
    if (values->present == NULL && !texts) {
        *present = left;
        return left;
    }
    for (; rows < left; rows++) {
        if (values->present != NULL && values->present[from + rows] == 0) {
            continue;
        }
        if (texts) {
            size_t i = value + *present;
            bytes += plain_bytes(writing, values->codes != NULL ? values->codes[i] : i);
            if (rows > 0 && bytes > PAGE_BYTES) {
                break;
            }
        }
        *present += 1;
    }
    return rows;
}

static void put_pages(struct writing *writing)
{
    struct parquet_chunk *chunk = writing->chunk;
    const struct parquet_values *values = writing->values;
    struct parquet_bytes *page = &writing->scratch->page;
    chunk->pages.used = chunk->uncompressed = chunk->dictionary_bytes = chunk->data_pages = 0;
    if (writing->dictionary) {
        put_dictionary(writing);
    }
    for (size_t row = 0, value = 0, rows, present; row < values->n && !chunk->pages.lost;
         row += rows, value += present) {
        rows = page_rows(writing, row, value, &present);
        page->used = 0;
        put_levels(writing, page, row, rows, present);
        put_values(writing, page, value, present);
        put_page(writing, PARQUET_DATA_PAGE, rows,
                 writing->dictionary ? PARQUET_RLE_DICTIONARY : PARQUET_PLAIN);
        chunk->data_pages++;
        /* What the first pages tell of the rest: compressed, are they worth it? */
        if (writing->compress && chunk->data_pages == 1 &&
            chunk->pages.used > chunk->uncompressed / 100 * PAYS) {
            writing->compress = false;
            put_pages(writing);
            return;
        }
    }
}

/* Whether distinct values and codes are shorter than all values. */
static bool dictionary_pays(const struct writing *writing)
{
    const struct parquet_values *values = writing->values;
    if (values->codes == NULL) {
        return false;
    }
    size_t distinct = 0, plain = 0;
    for (size_t i = 0; i < values->n_values; i++) {
        distinct += plain_bytes(writing, i);
    }
    if (writing->kind != PARQUET_KIND_TEXT) {
        plain = values->n_present * parquet_kind_bytes(writing->kind);
    }
    for (size_t i = 0; writing->kind == PARQUET_KIND_TEXT && i < values->n_present; i++) {
        plain += plain_bytes(writing, values->codes[i]);
    }
    return distinct <= DICTIONARY_MOST &&
           distinct + values->n_present * hybrid_width(values->n_values) / 8 < plain;
}

static bool check_texts(const struct parquet_values *values, struct status *status)
{
    for (size_t i = 0; i < values->n_values; i++) {
        if (values->texts[i].length > TEXT_MOST) {
            return status_set(status, STATUS_INPUT,
                              "a text of %zu bytes is too long for a Parquet file: write CSV",
                              values->texts[i].length);
        }
    }
    return true;
}

/* Appends a text as UTF-8 to scratch->repaired. */
static bool repair(struct parquet_scratch *scratch, struct span *text, struct status *status)
{
    char *utf8 = text_utf8(text->bytes, text->length, status);
    if (utf8 == NULL) {
        return false;
    }
    text->length = strlen(utf8);
    parquet_bytes_put(&scratch->repaired, utf8, text->length);
    free(utf8);
    return true;
}

/* Texts that readers would refuse, and with them the file, are replaced in a copy of `values`.
 */
static bool repair_texts(struct parquet_values *values, struct parquet_scratch *scratch,
                         struct status *status)
{
    size_t first = 0, used = 0;
    while (first < values->n_values &&
           text_is_utf8(values->texts[first].bytes, values->texts[first].length)) {
        first++;
    }
    if (first == values->n_values) {
        return true;
    }
    if (!mem_grow(&scratch->texts, &scratch->texts_room, values->n_values,
                  sizeof *scratch->texts, "a Parquet file", status)) {
        return false;
    }
    memcpy(scratch->texts, values->texts, values->n_values * sizeof *scratch->texts);
    scratch->repaired.used = 0;
    scratch->repaired.lost = false;
    for (size_t i = first; i < values->n_values; i++) {
        struct span *text = &scratch->texts[i];
        if (!text_is_utf8(text->bytes, text->length)) {
            if (!repair(scratch, text, status)) {
                return false;
            }
            text->bytes = NULL; /* where they are is known when no more come */
        }
    }
    if (scratch->repaired.lost) {
        return status_nomem(status, scratch->repaired.room, "a Parquet file");
    }
    for (size_t i = first; i < values->n_values; i++) {
        if (scratch->texts[i].bytes == NULL) {
            scratch->texts[i].bytes = (const char *)scratch->repaired.bytes + used;
            used += scratch->texts[i].length;
        }
    }
    values->texts = scratch->texts;
    return true;
}

bool parquet_chunk_write(struct parquet_chunk *chunk, enum parquet_kind kind,
                         const struct parquet_values *given, struct parquet_scratch *scratch,
                         struct status *status)
{
    struct parquet_values repaired = *given;
    const struct parquet_values *values = &repaired;
    struct writing writing = {
        .chunk = chunk, .kind = kind, .values = values, .scratch = scratch};
    if (kind == PARQUET_KIND_TEXT &&
        (!check_texts(values, status) || !repair_texts(&repaired, scratch, status))) {
        return false;
    }
    if (values->present != NULL &&
        !mem_grow(&scratch->levels, &scratch->levels_room, PAGE_ROWS, sizeof *scratch->levels,
                  "a Parquet file", status)) {
        return false;
    }
#ifdef HAVE_SNAPPY
    writing.compress = true;
#endif
    writing.dictionary = dictionary_pays(&writing);
    chunk->n = values->n;
    chunk->nulls = values->n - values->n_present;
    chunk->pages.lost = scratch->page.lost = scratch->packed.lost = false;
    find_range(chunk, kind, values);
    put_pages(&writing);
    chunk->codec = writing.compress ? PARQUET_SNAPPY : PARQUET_UNCOMPRESSED;
    return !chunk->pages.lost || status_nomem(status, chunk->pages.room, "a Parquet file");
}

void parquet_chunk_clear(struct parquet_chunk *chunk)
{
    parquet_bytes_clear(&chunk->pages);
}

void parquet_scratch_clear(struct parquet_scratch *scratch)
{
    parquet_bytes_clear(&scratch->page);
    parquet_bytes_clear(&scratch->packed);
    parquet_bytes_clear(&scratch->repaired);
    free(scratch->texts);
    free(scratch->levels);
    *scratch = (struct parquet_scratch){0};
}
