#define _GNU_SOURCE
#include "table/parquet/footer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "table/parquet/decompress.h"
#include "table/parquet/thrift_read.h"
#include "table/printable.h"

enum { MOST_ELEMENTS = 4 * FOOTER_MOST_LEAVES, MOST_DEPTH = 64 };

bool footer_read_at(int fd, uint64_t from, void *to, size_t size, const char *title,
                    struct status *status)
{
    uint8_t *at = to;
    while (size > 0) {
        ssize_t got = pread(fd, at, size, (off_t)from);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? status_set(status, STATUS_IO, "cannot read %s: %m", title)
                           : status_set(status, STATUS_IO,
                                        "%s was made shorter while it was read; run it again "
                                        "when it is whole",
                                        title);
        }
        at += got;
        from += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

static bool damaged(const char *title, const char *what, struct status *status)
{
    return status_set(status, STATUS_INPUT, "%s is a damaged Parquet file: %s", title, what);
}

/* ---- the schema ---- */

/* An element as it stands in the list. */
struct element {
    struct parquet_leaf leaf;
    bool has_type, has_repetition;
    int64_t children; /* 0: a column */
    struct span name;
};

static void read_unit(struct thrift *thrift, const struct thrift_field *field,
                      struct parquet_leaf *leaf)
{
    struct thrift_field unit = {0};
    if (thrift_struct(thrift, field)) {
        while (thrift_next(thrift, &unit)) {
            if (unit.id >= PARQUET_MILLIS && unit.id <= PARQUET_NANOS) {
                leaf->unit = (enum parquet_unit)unit.id;
            }
            thrift_skip(thrift, &unit);
        }
    }
}

/* A union: one field, whose id says what it is. */
static void read_logical(struct thrift *thrift, const struct thrift_field *field,
                         struct parquet_leaf *leaf)
{
    struct thrift_field kind = {0}, part;
    if (!thrift_struct(thrift, field)) {
        return;
    }
    while (thrift_next(thrift, &kind)) {
        leaf->logical = kind.id > 0 ? (enum parquet_logical)kind.id : PARQUET_LOGICAL_NONE;
        if (kind.type != THRIFT_STRUCT) {
            thrift_skip(thrift, &kind);
            continue;
        }
        for (part.id = 0; thrift_next(thrift, &part);) {
            if (kind.id == PARQUET_LOGICAL_DECIMAL && part.id == 1) {
                leaf->scale = thrift_int32(thrift, &part);
            } else if (kind.id == PARQUET_LOGICAL_DECIMAL && part.id == 2) {
                leaf->precision = thrift_int32(thrift, &part);
            } else if ((kind.id == PARQUET_LOGICAL_TIME ||
                        kind.id == PARQUET_LOGICAL_TIMESTAMP) &&
                       part.id == 1) {
                leaf->utc = thrift_bool(thrift, &part);
            } else if ((kind.id == PARQUET_LOGICAL_TIME ||
                        kind.id == PARQUET_LOGICAL_TIMESTAMP) &&
                       part.id == 2) {
                read_unit(thrift, &part, leaf);
            } else if (kind.id == PARQUET_LOGICAL_INTEGER && part.id == 1) {
                leaf->bits = thrift_int32(thrift, &part);
            } else if (kind.id == PARQUET_LOGICAL_INTEGER && part.id == 2) {
                leaf->is_signed = thrift_bool(thrift, &part);
            } else {
                thrift_skip(thrift, &part);
            }
        }
    }
}

/* The older annotation, where there is no newer one, in the words of the newer one. */
static void convert(struct parquet_leaf *leaf)
{
    if (leaf->logical != PARQUET_LOGICAL_NONE) {
        return;
    }
    switch (leaf->converted) {
    case PARQUET_UTF8: leaf->logical = PARQUET_LOGICAL_STRING; break;
    case PARQUET_ENUM: leaf->logical = PARQUET_LOGICAL_ENUM; break;
    case PARQUET_JSON: leaf->logical = PARQUET_LOGICAL_JSON; break;
    case PARQUET_BSON: leaf->logical = PARQUET_LOGICAL_BSON; break;
    case PARQUET_DECIMAL: leaf->logical = PARQUET_LOGICAL_DECIMAL; break;
    case PARQUET_DATE: leaf->logical = PARQUET_LOGICAL_DATE; break;
    case PARQUET_TIME_MILLIS:
    case PARQUET_TIME_MICROS:
        leaf->logical = PARQUET_LOGICAL_TIME;
        leaf->unit = leaf->converted == PARQUET_TIME_MILLIS ? PARQUET_MILLIS : PARQUET_MICROS;
        leaf->utc = true;
        break;
    case PARQUET_TIMESTAMP_MILLIS:
    case PARQUET_TIMESTAMP_MICROS:
        leaf->logical = PARQUET_LOGICAL_TIMESTAMP;
        leaf->unit =
            leaf->converted == PARQUET_TIMESTAMP_MILLIS ? PARQUET_MILLIS : PARQUET_MICROS;
        leaf->utc = true;
        break;
    case PARQUET_UINT_8:
    case PARQUET_UINT_16:
    case PARQUET_UINT_32:
    case PARQUET_UINT_64:
        leaf->logical = PARQUET_LOGICAL_INTEGER;
        leaf->bits = 8 << (leaf->converted - PARQUET_UINT_8);
        break;
    case PARQUET_INT_8:
    case PARQUET_INT_16:
    case PARQUET_INT_32:
    case PARQUET_INT_64:
        leaf->logical = PARQUET_LOGICAL_INTEGER;
        leaf->bits = 8 << (leaf->converted - PARQUET_INT_8);
        leaf->is_signed = true;
        break;
    default: break;
    }
}

static struct element read_element(struct thrift *thrift, const struct thrift_field *field)
{
    struct element element = {.leaf = {.converted = PARQUET_CONVERTED_NONE}, .name = {"", 0}};
    struct thrift_field part = {0};
    int32_t type = -1, repetition = PARQUET_REQUIRED;
    if (!thrift_struct(thrift, field)) {
        return element;
    }
    while (thrift_next(thrift, &part)) {
        switch (part.id) {
        case PARQUET_ELEMENT_TYPE:
            type = thrift_int32(thrift, &part);
            element.has_type = true;
            break;
        case PARQUET_ELEMENT_LENGTH: element.leaf.length = thrift_int32(thrift, &part); break;
        case PARQUET_ELEMENT_REPETITION:
            repetition = thrift_int32(thrift, &part);
            element.has_repetition = true;
            break;
        case PARQUET_ELEMENT_NAME: element.name = thrift_binary(thrift, &part); break;
        case PARQUET_ELEMENT_CHILDREN: element.children = thrift_int(thrift, &part); break;
        case PARQUET_ELEMENT_CONVERTED:
            element.leaf.converted = (enum parquet_converted)thrift_int32(thrift, &part);
            break;
        case PARQUET_ELEMENT_SCALE: element.leaf.scale = thrift_int32(thrift, &part); break;
        case PARQUET_ELEMENT_PRECISION:
            element.leaf.precision = thrift_int32(thrift, &part);
            break;
        case PARQUET_ELEMENT_LOGICAL: read_logical(thrift, &part, &element.leaf); break;
        default: thrift_skip(thrift, &part);
        }
    }
    bool group = element.children != 0 || !element.has_type;
    if (element.children < 0 || repetition < PARQUET_REQUIRED ||
        repetition > PARQUET_REPEATED || (!group && (type < 0 || type >= PARQUET_TYPES)) ||
        (!group && type == PARQUET_FIXED && element.leaf.length < 1)) {
        thrift->bad = true;
    }
    element.leaf.type = group ? PARQUET_BOOLEAN : (enum parquet_type)type;
    element.leaf.repetition = (enum parquet_repetition)repetition;
    convert(&element.leaf);
    return element;
}

static bool add_leaf(struct footer *footer, size_t *room, const struct footer_leaf *leaf,
                     struct status *status)
{
    if (!mem_grow(&footer->leaves, room, footer->n_leaves + 1, sizeof *footer->leaves,
                  "columns", status)) {
        return false;
    }
    footer->leaves[footer->n_leaves++] = *leaf;
    return true;
}

/* The tree of columns in depth-first order, the root first. */
static bool read_schema(struct footer *footer, struct thrift *thrift,
                        const struct thrift_field *field, const char *title,
                        struct status *status)
{
    struct thrift_field element_field;
    size_t n = thrift_list(thrift, field, &element_field), room = 0, depth = 0;
    int64_t open[MOST_DEPTH]; /* children to come of the groups we are in; the root's first */
    struct span outermost = {"", 0};
    if (footer->leaves != NULL) {
        return damaged(title, "its footer has two lists of columns", status);
    }
    for (size_t i = 0; i < n && !thrift->bad; i++) {
        struct element element = read_element(thrift, &element_field);
        if (i > MOST_ELEMENTS) {
            return status_set(status, STATUS_INPUT,
                              "%s has more than %d columns, more than this program reads",
                              title, FOOTER_MOST_LEAVES);
        }
        while (depth > 0 && open[depth - 1] == 0) {
            depth--;
        }
        if (thrift->bad || (i > 0 && depth == 0)) {
            break;
        }
        if (depth > 0) {
            open[depth - 1]--;
        }
        if (depth == 1) {
            outermost = element.name;
        }
        bool group = i == 0 || element.children > 0 || !element.has_type;
        if (group) {
            if (depth == MOST_DEPTH) {
                return damaged(title, "its columns are nested too deep", status);
            }
            open[depth++] = element.children;
            continue;
        }
        struct footer_leaf leaf = {
            outermost, depth == 1 && element.leaf.repetition != PARQUET_REPEATED, element.leaf};
        if (footer->n_leaves == FOOTER_MOST_LEAVES) {
            return status_set(status, STATUS_INPUT,
                              "%s has more than %d columns, more than this program reads",
                              title, FOOTER_MOST_LEAVES);
        }
        if (!add_leaf(footer, &room, &leaf, status)) {
            return false;
        }
    }
    for (size_t i = 0; i < depth; i++) {
        thrift->bad = thrift->bad || open[i] != 0;
    }
    if (thrift->bad || footer->n_leaves == 0) {
        return damaged(title, "its list of columns cannot be read", status);
    }
    return true;
}

/* ---- the footer ---- */

static bool parse(struct footer *footer, const char *title, struct status *status)
{
    struct thrift thrift = {{footer->bytes, footer->bytes + footer->length}, false};
    struct thrift_field field = {0};
    bool has_rows = false, has_groups = false;
    while (thrift_next(&thrift, &field)) {
        switch (field.id) {
        case PARQUET_FILE_SCHEMA:
            if (!read_schema(footer, &thrift, &field, title, status)) {
                return false;
            }
            break;
        case PARQUET_FILE_ROWS: {
            int64_t rows = thrift_int(&thrift, &field);
            footer->rows = rows < 0 ? 0 : (uint64_t)rows;
            thrift.bad = thrift.bad || rows < 0;
            has_rows = true;
            break;
        }
        case PARQUET_FILE_GROUPS:
            thrift.bad = thrift.bad || field.type != THRIFT_LIST;
            footer->groups_from = (size_t)(thrift.bytes.at - footer->bytes);
            has_groups = true;
            thrift_skip(&thrift, &field);
            break;
        case PARQUET_FILE_ENCRYPTION:
            return status_set(status, STATUS_INPUT,
                              "%s is an encrypted Parquet file: decrypt it first", title);
        default: thrift_skip(&thrift, &field);
        }
    }
    if (thrift.bad || !has_rows || !has_groups || footer->leaves == NULL) {
        return damaged(title, "its footer cannot be read", status);
    }
    return true;
}

bool footer_read(struct footer *footer, int fd, uint64_t size, const char *title,
                 struct status *status)
{
    uint8_t head[PARQUET_MAGIC_BYTES], tail[PARQUET_TAIL_BYTES];
    *footer = (struct footer){.file_size = size};
    if (size < PARQUET_MAGIC_BYTES + PARQUET_TAIL_BYTES) {
        return damaged(title, size == 0 ? "it is empty" : "it is cut off", status);
    }
    if (!footer_read_at(fd, 0, head, sizeof head, title, status) ||
        !footer_read_at(fd, size - sizeof tail, tail, sizeof tail, title, status)) {
        return false;
    }
    if (memcmp(tail + 4, PARQUET_MAGIC_ENCRYPTED, PARQUET_MAGIC_BYTES) == 0) {
        return status_set(status, STATUS_INPUT,
                          "%s is an encrypted Parquet file: decrypt it first", title);
    }
    if (memcmp(head, PARQUET_MAGIC, PARQUET_MAGIC_BYTES) != 0) {
        return status_set(status, STATUS_INPUT, "%s is no Parquet file", title);
    }
    if (memcmp(tail + 4, PARQUET_MAGIC, PARQUET_MAGIC_BYTES) != 0) {
        return damaged(title, "its end is missing", status);
    }
    footer->length = bytes_u32(tail);
    if (footer->length > size - PARQUET_MAGIC_BYTES - PARQUET_TAIL_BYTES) {
        return damaged(title, "its footer is longer than the file", status);
    }
    if (footer->length > FOOTER_MOST_BYTES) {
        return status_set(status, STATUS_INPUT,
                          "%s has a footer of more than %d MiB, more than this program reads",
                          title, FOOTER_MOST_BYTES >> 20);
    }
    footer->bytes = mem_new(footer->length + BYTES_SLACK, 1, "a footer", status);
    return footer->bytes != NULL &&
           footer_read_at(fd, size - sizeof tail - footer->length, footer->bytes,
                          footer->length, title, status) &&
           parse(footer, title, status);
}

void footer_clear(struct footer *footer)
{
    free(footer->bytes);
    free(footer->leaves);
    *footer = (struct footer){.n_leaves = 0};
}

/* ---- row groups ---- */

/* A chunk as its metadata has it. */
struct chunk_data {
    bool has_meta, elsewhere, encrypted;
    int32_t type, codec;
    int64_t compressed, data_offset, dictionary_offset;
    size_t n_path;
    struct span path; /* its first part */
};

static void read_path(struct thrift *thrift, const struct thrift_field *field,
                      struct chunk_data *chunk)
{
    struct thrift_field part;
    chunk->n_path = thrift_list(thrift, field, &part);
    for (size_t i = 0; i < chunk->n_path && !thrift->bad; i++) {
        struct span name = thrift_binary(thrift, &part);
        if (i == 0) {
            chunk->path = name;
        }
    }
}

static void read_meta(struct thrift *thrift, const struct thrift_field *field,
                      struct chunk_data *chunk)
{
    struct thrift_field part = {0};
    bool has_type = false, has_codec = false, has_size = false, has_offset = false;
    if (!thrift_struct(thrift, field)) {
        return;
    }
    while (thrift_next(thrift, &part)) {
        switch (part.id) {
        case PARQUET_META_TYPE:
            chunk->type = thrift_int32(thrift, &part);
            has_type = true;
            break;
        case PARQUET_META_PATH: read_path(thrift, &part, chunk); break;
        case PARQUET_META_CODEC:
            chunk->codec = thrift_int32(thrift, &part);
            has_codec = true;
            break;
        case PARQUET_META_COMPRESSED:
            chunk->compressed = thrift_int(thrift, &part);
            has_size = true;
            break;
        case PARQUET_META_DATA_OFFSET:
            chunk->data_offset = thrift_int(thrift, &part);
            has_offset = true;
            break;
        case PARQUET_META_DICTIONARY_OFFSET:
            chunk->dictionary_offset = thrift_int(thrift, &part);
            break;
        default: thrift_skip(thrift, &part);
        }
    }
    chunk->has_meta = has_type && has_codec && has_size && has_offset;
}

static struct chunk_data read_chunk(struct thrift *thrift, const struct thrift_field *field)
{
    struct chunk_data chunk = {.path = {"", 0}};
    struct thrift_field part = {0};
    if (!thrift_struct(thrift, field)) {
        return chunk;
    }
    while (thrift_next(thrift, &part)) {
        switch (part.id) {
        case PARQUET_CHUNK_PATH:
            chunk.elsewhere = thrift_binary(thrift, &part).length > 0;
            break;
        case PARQUET_CHUNK_META: read_meta(thrift, &part, &chunk); break;
        case PARQUET_CHUNK_CRYPTO:
        case PARQUET_CHUNK_ENCRYPTED:
            chunk.encrypted = true;
            thrift_skip(thrift, &part);
            break;
        default: thrift_skip(thrift, &part);
        }
    }
    return chunk;
}

/* Where row groups are being looked for. */
struct finding {
    const struct footer *footer;
    const size_t *slot; /* (n_leaves) which wanted one a leaf is, or SIZE_MAX */
    size_t n_wanted;
    const char *title;
    size_t group;
    struct status *status;
};

static bool refuse_chunk(const struct finding *finding, size_t leaf, const char *what)
{
    char name[64];
    return status_set(finding->status, STATUS_INPUT, "%s, row group %zu, column %s: %s",
                      finding->title, finding->group + 1,
                      printable(name, sizeof name, finding->footer->leaves[leaf].name), what);
}

static bool refuse_codec(const struct finding *finding, size_t leaf, int32_t codec)
{
    char what[96];
    const char *name = decompress_name(codec);
    if (name == NULL) {
        snprintf(what, sizeof what,
                 "it is compressed with codec %" PRId32 ", which the format does not have",
                 codec);
    } else {
        snprintf(what, sizeof what,
                 "it is compressed with %s, which this program does not read", name);
    }
    return refuse_chunk(finding, leaf, what);
}

static bool place_chunk(const struct finding *finding, size_t leaf,
                        const struct chunk_data *data, uint64_t rows,
                        struct footer_chunk *chunk)
{
    const struct footer_leaf *column = &finding->footer->leaves[leaf];
    const uint64_t end =
        finding->footer->file_size - PARQUET_TAIL_BYTES - finding->footer->length;
    if (data->encrypted) {
        return refuse_chunk(finding, leaf, "it is encrypted");
    }
    if (data->elsewhere) {
        return refuse_chunk(finding, leaf,
                            "its values are in another file, which is not looked for");
    }
    if (!data->has_meta) {
        return refuse_chunk(finding, leaf, "it has no metadata");
    }
    if (data->type != (int32_t)column->leaf.type) {
        return refuse_chunk(finding, leaf, "its type differs from that in the list of columns");
    }
    if (data->n_path != 1 || data->path.length != column->name.length ||
        memcmp(data->path.bytes, column->name.bytes, column->name.length) != 0) {
        return refuse_chunk(finding, leaf, "another column stands in its place");
    }
    if (!decompress_known(data->codec)) {
        return refuse_codec(finding, leaf, data->codec);
    }
    *chunk = (struct footer_chunk){.codec = data->codec};
    if (rows == 0) {
        return true;
    }
    chunk->has_dictionary =
        data->dictionary_offset > 0 && data->dictionary_offset < data->data_offset;
    int64_t from = chunk->has_dictionary ? data->dictionary_offset : data->data_offset;
    if (from < PARQUET_MAGIC_BYTES || (uint64_t)from > end || data->compressed < 0 ||
        (uint64_t)data->compressed > end - (uint64_t)from) {
        return refuse_chunk(finding, leaf, "it lies outside of the file");
    }
    chunk->from = (uint64_t)from;
    chunk->to = (uint64_t)(from + data->compressed);
    return true;
}

static bool read_group(struct finding *finding, struct thrift *thrift,
                       const struct thrift_field *field, struct footer_group *group)
{
    struct thrift_field part = {0}, chunk_field;
    struct bytes list = {NULL, NULL};
    enum thrift_type list_type = THRIFT_STOP;
    bool has_rows = false;
    if (!thrift_struct(thrift, field)) {
        return damaged(finding->title, "its list of row groups cannot be read",
                       finding->status);
    }
    while (thrift_next(thrift, &part)) {
        if (part.id == PARQUET_GROUP_CHUNKS) { /* read when the number of rows is known */
            list = thrift->bytes;
            list_type = part.type;
            thrift_skip(thrift, &part);
        } else if (part.id == PARQUET_GROUP_ROWS) {
            int64_t rows = thrift_int(thrift, &part);
            group->rows = rows < 0 ? 0 : (uint64_t)rows;
            thrift->bad = thrift->bad || rows < 0;
            has_rows = true;
        } else {
            thrift_skip(thrift, &part);
        }
    }
    if (thrift->bad || !has_rows || list.at == NULL) {
        return damaged(finding->title, "its list of row groups cannot be read",
                       finding->status);
    }
    struct thrift chunks = {list, false};
    const struct thrift_field list_field = {.type = list_type};
    size_t n = thrift_list(&chunks, &list_field, &chunk_field);
    if (n != finding->footer->n_leaves) {
        return status_set(finding->status, STATUS_INPUT,
                          "%s is a damaged Parquet file: row group %zu has %zu columns, its "
                          "list of columns %zu",
                          finding->title, finding->group + 1, n, finding->footer->n_leaves);
    }
    for (size_t i = 0; i < n; i++) {
        if (finding->slot[i] == SIZE_MAX) {
            thrift_skip(&chunks, &chunk_field);
            continue;
        }
        struct chunk_data data = read_chunk(&chunks, &chunk_field);
        struct footer_chunk *chunk = &group->chunks[finding->slot[i]];
        if (!chunks.bad && !place_chunk(finding, i, &data, group->rows, chunk)) {
            return false;
        }
        group->bytes += chunk->to - chunk->from;
    }
    return !chunks.bad ||
           damaged(finding->title, "its list of row groups cannot be read", finding->status);
}

static bool find_groups(struct finding *finding, size_t most, struct footer_groups *groups)
{
    const struct footer *footer = finding->footer;
    struct thrift thrift = {
        {footer->bytes + footer->groups_from, footer->bytes + footer->length}, false};
    const struct thrift_field list = {.type = THRIFT_LIST};
    struct thrift_field element;
    size_t n = thrift_list(&thrift, &list, &element);
    const bool all = n <= most;
    uint64_t rows = 0;
    n = all ? n : most;
    groups->groups = mem_zero(n, sizeof *groups->groups, "row groups", finding->status);
    if (groups->groups == NULL) {
        return false;
    }
    if (finding->n_wanted > 0 && n > SIZE_MAX / finding->n_wanted) {
        return status_nomem(finding->status, SIZE_MAX, "row groups");
    }
    groups->chunks =
        mem_zero(n * finding->n_wanted, sizeof *groups->chunks, "row groups", finding->status);
    if (groups->chunks == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct footer_group *group = &groups->groups[i];
        group->chunks = groups->chunks + i * finding->n_wanted;
        finding->group = i;
        if (!read_group(finding, &thrift, &element, group)) {
            return false;
        }
        group->first_row = rows;
        if (group->rows > footer->rows - rows) {
            break;
        }
        rows += group->rows;
        groups->n++;
    }
    return (groups->n == n && (!all || rows == footer->rows)) ||
           damaged(finding->title, "its row groups have other rows than its footer says",
                   finding->status);
}

bool footer_find(const struct footer *footer, const size_t *wanted, size_t n_wanted,
                 size_t most, const char *title, struct footer_groups *groups,
                 struct status *status)
{
    *groups = (struct footer_groups){.n = 0};
    size_t *slot = mem_new(footer->n_leaves, sizeof *slot, "columns", status);
    if (slot == NULL) {
        return false;
    }
    memset(slot, 0xff, footer->n_leaves * sizeof *slot);
    for (size_t i = 0; i < n_wanted; i++) {
        slot[wanted[i]] = i;
    }
    struct finding finding = {footer, slot, n_wanted, title, 0, status};
    bool good = find_groups(&finding, most, groups);
    free(slot);
    return good;
}

void footer_groups_clear(struct footer_groups *groups)
{
    free(groups->groups);
    free(groups->chunks);
    *groups = (struct footer_groups){.n = 0};
}
