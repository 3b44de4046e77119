#include "unit/archive_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "unit/test.h"

enum { HEAD = 64 };

struct bytes {
    unsigned char *all;
    size_t length;
};

static struct bytes read_all(const char *path)
{
    struct bytes bytes = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    bytes.length = (size_t)ftell(file);
    rewind(file);
    bytes.all = malloc(bytes.length);
    assert_int_equal(fread(bytes.all, 1, bytes.length, file), bytes.length);
    fclose(file);
    return bytes;
}

/* An item as base/archive describes it. */
struct item {
    char tag[5];
    uint32_t size;
    uint64_t count;
    const unsigned char *data;
};

/* Takes the item at `*at`, which becomes that of the next; false at the end. */
static bool next_item(const struct bytes *bytes, size_t *at, struct item *item)
{
    if (*at + 16 > bytes->length) {
        return false;
    }
    memset(item, 0, sizeof *item);
    memcpy(item->tag, bytes->all + *at, 4);
    memcpy(&item->size, bytes->all + *at + 4, sizeof item->size);
    memcpy(&item->count, bytes->all + *at + 8, sizeof item->count);
    const size_t start = (*at + 16 + 63) / 64 * 64;
    item->data = bytes->all + start;
    *at = (start + item->size * item->count + 15) / 16 * 16;
    return true;
}

static struct archive_out *create_like(const struct bytes *bytes, const char *to)
{
    uint32_t version;
    memcpy(&version, bytes->all + 8, sizeof version);
    struct archive_out *out = archive_create(to, version, NULL);
    assert_non_null(out);
    return out;
}

static void put(struct archive_out *out, const struct item *item, enum archive_edit edit)
{
    const size_t length = item->size * item->count;
    unsigned char *data = calloc(1, length + item->size + 1);
    memcpy(data, item->data, length);
    size_t count = item->count;
    if (edit == EDIT_ZEROS || edit == EDIT_ONES) {
        memset(data, edit == EDIT_ONES ? 0xff : 0, length);
    }
    count -= edit == EDIT_SHORTER && count > 0;
    count += edit == EDIT_LONGER;
    if (edit != EDIT_OMIT) {
        archive_put(out, item->tag, data, item->size, count);
    }
    if (edit == EDIT_TWICE) {
        archive_put(out, item->tag, data, item->size, count);
    }
    free(data);
}

size_t archive_edit(const char *from, const char *to, size_t at, enum archive_edit edit)
{
    struct bytes bytes = read_all(from);
    struct archive_out *out = create_like(&bytes, to);
    struct item item;
    size_t n = 0;
    for (size_t next = HEAD; next_item(&bytes, &next, &item); n++) {
        put(out, &item, n == at ? edit : EDIT_NOTHING);
    }
    assert_true(archive_commit(out, NULL));
    free(bytes.all);
    return n;
}

size_t archive_rename(const char *from, const char *to, const char *was, const char *now)
{
    struct bytes bytes = read_all(from);
    struct archive_out *out = create_like(&bytes, to);
    struct item item;
    size_t n = 0;
    for (size_t next = HEAD; next_item(&bytes, &next, &item);) {
        if (item.size == 1 && item.count == strlen(was) &&
            memcmp(item.data, was, item.count) == 0) {
            archive_put_text(out, item.tag, now);
            n++;
        } else {
            put(out, &item, EDIT_NOTHING);
        }
    }
    assert_true(archive_commit(out, NULL));
    free(bytes.all);
    return n;
}

void archive_set_version(const char *from, const char *to, unsigned version)
{
    struct bytes bytes = read_all(from);
    const uint32_t number = version;
    memcpy(bytes.all + 8, &number, sizeof number);
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.all, 1, bytes.length, file), bytes.length);
    assert_int_equal(fclose(file), 0);
    free(bytes.all);
}
