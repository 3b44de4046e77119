#include "table/parquet/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { INT96_BYTES = 12, MOST_TEXT = 1 << 30 };

static size_t width_of(const struct parquet_leaf *leaf)
{
    switch (leaf->type) {
    case PARQUET_INT32:
    case PARQUET_FLOAT: return 4;
    case PARQUET_INT64:
    case PARQUET_DOUBLE: return 8;
    case PARQUET_INT96: return INT96_BYTES;
    case PARQUET_FIXED: return (size_t)leaf->length;
    default: return 0;
    }
}

static bool is_number(enum parquet_type type)
{
    return type == PARQUET_INT32 || type == PARQUET_INT64;
}

static bool is_text(enum parquet_type type)
{
    return type == PARQUET_BYTE_ARRAY || type == PARQUET_FIXED;
}

static const char *begin_runs(struct values *values)
{
    uint32_t length;
    if (values->type != PARQUET_BOOLEAN) {
        return "an encoding that does not fit its type";
    }
    if (!bytes_take_u32(&values->bytes, &length) || length > bytes_left(&values->bytes)) {
        return "runs longer than the page";
    }
    struct bytes runs = {values->bytes.at, values->bytes.at + length};
    values->runs = hybrid_begin(runs, 1);
    return NULL;
}

static const char *begin_lengths(struct values *values, size_t most)
{
    static const char bad[] = "bad lengths of strings";
    struct bytes rest = values->bytes;
    uint64_t sum;
    if (values->encoding == PARQUET_DELTA_STRINGS) {
        if (!delta_begin(&values->prefixes, rest, true) || values->prefixes.left > most ||
            !delta_end(values->prefixes, &rest, &sum)) {
            return bad;
        }
        if (sum > MOST_TEXT) {
            return "more than 1 GiB of strings in a page";
        }
        values->text_length = 0;
    }
    if (!delta_begin(&values->ints, rest, true) || values->ints.left > most ||
        !delta_end(values->ints, &values->bytes, &sum)) {
        return bad;
    }
    return sum > bytes_left(&values->bytes) ? "strings longer than the page" : NULL;
}

const char *values_begin(struct values *values, const struct parquet_leaf *leaf,
                         int32_t encoding, struct bytes bytes, size_t most)
{
    static const char misfit[] = "an encoding that does not fit its type";
    values->encoding = encoding;
    values->type = leaf->type;
    values->width = width_of(leaf);
    values->bytes = bytes;
    values->index = 0;
    switch (encoding) {
    case PARQUET_PLAIN: return NULL;
    case PARQUET_RLE: return begin_runs(values);
    case PARQUET_DELTA_BINARY_PACKED:
        if (!is_number(leaf->type)) {
            return misfit;
        }
        if (!delta_begin(&values->ints, bytes, leaf->type == PARQUET_INT32) ||
            values->ints.left > most) {
            return "a bad header of packed differences";
        }
        return NULL;
    case PARQUET_DELTA_LENGTH:
        return leaf->type == PARQUET_BYTE_ARRAY ? begin_lengths(values, most) : misfit;
    case PARQUET_DELTA_STRINGS:
        return is_text(leaf->type) ? begin_lengths(values, most) : misfit;
    case PARQUET_BYTE_STREAM_SPLIT:
        if (values->width == 0 || leaf->type == PARQUET_INT96) {
            return misfit;
        }
        values->n = bytes_left(&bytes) / values->width;
        return NULL;
    case PARQUET_ALP: return "the encoding ALP, which this program does not read";
    case PARQUET_BIT_PACKED: return "the encoding BIT_PACKED, which this program does not read";
    default: return "an encoding that the format does not have";
    }
}

void values_clear(struct values *values)
{
    free(values->text);
    values->text = NULL;
    values->text_room = 0;
}

/* ---- numbers ---- */

static bool read_booleans(struct values *values, int64_t *ints, size_t n)
{
    enum { STEP = 256 };
    uint32_t some[STEP];
    if (values->encoding == PARQUET_RLE) {
        for (size_t i = 0; i < n; i += STEP) {
            size_t take = n - i < STEP ? n - i : STEP;
            if (!hybrid_read(&values->runs, some, take)) {
                return false;
            }
            for (size_t k = 0; k < take; k++) {
                ints[i + k] = some[k];
            }
        }
        return true;
    }
    if (values->encoding != PARQUET_PLAIN ||
        n > (uint64_t)bytes_left(&values->bytes) * 8 - values->index) {
        return false;
    }
    for (size_t i = 0; i < n; i++, values->index++) {
        ints[i] = values->bytes.at[values->index >> 3] >> (values->index & 7) & 1;
    }
    return true;
}

/* The next one of BYTE_STREAM_SPLIT: byte k of all values stands before byte k + 1 of any. */
static inline void gather(const struct values *values, size_t index, uint8_t *to)
{
    for (size_t k = 0; k < values->width; k++) {
        to[k] = values->bytes.at[k * values->n + index];
    }
}

/* The next `n` values of a fixed width as they stand in memory, at most eight bytes each. */
static bool read_fixed(struct values *values, uint64_t *raw, size_t n)
{
    const size_t width = values->width;
    if (values->encoding == PARQUET_BYTE_STREAM_SPLIT) {
        if (n > values->n - values->index) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            raw[i] = 0;
            gather(values, values->index++, (uint8_t *)&raw[i]);
        }
        return true;
    }
    const uint8_t *at = values->encoding == PARQUET_PLAIN
                            ? bytes_take(&values->bytes, (uint64_t)n * width)
                            : NULL;
    if (at == NULL) {
        return false;
    }
    if (width == 8) {
        memcpy(raw, at, n * width);
    } else {
        for (size_t i = 0; i < n; i++) {
            raw[i] = bytes_u32(at + 4 * i);
        }
    }
    return true;
}

bool values_ints(struct values *values, int64_t *ints, size_t n)
{
    if (values->type == PARQUET_BOOLEAN) {
        return read_booleans(values, ints, n);
    }
    if (values->encoding == PARQUET_DELTA_BINARY_PACKED) {
        return delta_read(&values->ints, ints, n);
    }
    if (!is_number(values->type) || !read_fixed(values, (uint64_t *)ints, n)) {
        return false;
    }
    if (values->type == PARQUET_INT32) {
        for (size_t i = 0; i < n; i++) {
            ints[i] = (int32_t)(uint32_t)ints[i];
        }
    }
    return true;
}

bool values_doubles(struct values *values, double *doubles, size_t n)
{
    enum { STEP = 256 };
    uint64_t raw[STEP];
    if (values->type != PARQUET_FLOAT && values->type != PARQUET_DOUBLE) {
        return false;
    }
    for (size_t i = 0; i < n; i += STEP) {
        size_t take = n - i < STEP ? n - i : STEP;
        if (!read_fixed(values, raw, take)) {
            return false;
        }
        if (values->type == PARQUET_DOUBLE) {
            memcpy(doubles + i, raw, take * sizeof *raw);
            continue;
        }
        for (size_t k = 0; k < take; k++) {
            uint32_t bits = (uint32_t)raw[k];
            float value;
            memcpy(&value, &bits, sizeof value);
            doubles[i + k] = (double)value;
        }
    }
    return true;
}

/* ---- strings ---- */

static bool make_room(struct values *values, size_t need, bool *nomem)
{
    if (!mem_grow(&values->text, &values->text_room, need, 1, "a string", NULL)) {
        *nomem = true;
        return false;
    }
    return true;
}

/* The end of a string, behind what it shares with the one before. */
static bool read_ended(struct values *values, struct span *text, bool *nomem)
{
    int64_t kept, more;
    if (!delta_read(&values->prefixes, &kept, 1) || !delta_read(&values->ints, &more, 1) ||
        kept < 0 || (uint64_t)kept > values->text_length || more < 0) {
        return false;
    }
    const uint8_t *at = bytes_take(&values->bytes, (uint64_t)more);
    const size_t length = (size_t)kept + (size_t)more;
    if (at == NULL || !make_room(values, length, nomem)) {
        return false;
    }
    if (more > 0) {
        memcpy(values->text + kept, at, (size_t)more);
    }
    values->text_length = length;
    *text = (struct span){length > 0 ? (const char *)values->text : "", length};
    return true;
}

static bool read_text(struct values *values, struct span *text, bool *nomem)
{
    uint64_t length = values->width;
    if (values->encoding == PARQUET_DELTA_STRINGS) {
        return read_ended(values, text, nomem);
    }
    if (values->encoding == PARQUET_BYTE_STREAM_SPLIT) {
        if (values->index == values->n || !make_room(values, values->width, nomem)) {
            return false;
        }
        gather(values, values->index++, values->text);
        *text = (struct span){(const char *)values->text, values->width};
        return true;
    }
    if (values->encoding == PARQUET_DELTA_LENGTH) {
        int64_t next;
        if (!delta_read(&values->ints, &next, 1) || next < 0) {
            return false;
        }
        length = (uint64_t)next;
    } else if (values->type == PARQUET_BYTE_ARRAY) {
        uint32_t next;
        if (!bytes_take_u32(&values->bytes, &next)) {
            return false;
        }
        length = next;
    }
    const uint8_t *at = bytes_take(&values->bytes, length);
    *text = (struct span){(const char *)at, (size_t)length};
    return at != NULL;
}

bool values_text(struct values *values, struct span *text, bool *nomem)
{
    bool has = is_text(values->type) || values->type == PARQUET_INT96;
    return has && read_text(values, text, nomem) &&
           (values->type == PARQUET_BYTE_ARRAY || text->length == values->width);
}
