#define _GNU_SOURCE
#include "table/parquet/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static const char no_value[] = "__HIVE_DEFAULT_PARTITION__";

static void set_title(struct part *part)
{
    const size_t size = sizeof part->title, length = strlen(part->path);
    if (strcmp(part->path, "-") == 0) {
        snprintf(part->title, size, "standard input");
    } else if (length + 3 <= size) {
        snprintf(part->title, size, "'%s'", part->path);
    } else { /* the end of a path says most */
        snprintf(part->title, size, "'...%s'", part->path + length - (size - 6));
    }
}

static int open_path(const char *path)
{
    return strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* ---- key=value ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static size_t decode(const char *from, size_t length, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        bool coded =
            from[i] == '%' && i + 2 < length && hex(from[i + 1]) >= 0 && hex(from[i + 2]) >= 0;
        to[n++] = coded ? (char)(hex(from[i + 1]) * 16 + hex(from[i + 2])) : from[i];
        i += coded ? 2 : 0;
    }
    return n;
}

static bool add_key(struct part *part, const char *name, size_t name_length, const char *value,
                    size_t length, struct status *status)
{
    struct part_key *key = &part->keys[part->n_keys];
    *key = (struct part_key){.name = {name, name_length}};
    key->text = mem_text(value, length, status);
    if (key->text == NULL) {
        return false;
    }
    part->n_keys++;
    key->length = decode(value, length, key->text);
    key->missing = length == strlen(no_value) && memcmp(value, no_value, length) == 0;
    if (key->missing) {
        key->length = 0;
    }
    return true;
}

static bool find_keys(struct part *part, struct status *status)
{
    const char *from = part->path, *slash;
    for (; (slash = strchr(from, '/')) != NULL; from = slash + 1) {
        const char *sign = memchr(from, '=', (size_t)(slash - from));
        if (sign != NULL && sign > from && part->n_keys < PART_KEYS &&
            !add_key(part, from, (size_t)(sign - from), sign + 1, (size_t)(slash - sign - 1),
                     status)) {
            return false;
        }
    }
    return true;
}

/* ---- the file ---- */

bool part_look(struct part *part, const char *path, struct status *status)
{
    struct stat about;
    *part = (struct part){.path = path};
    set_title(part);
    int fd = open_path(path);
    if (fd < 0) {
        return status_set(status, STATUS_IO, "cannot open %s: %m", part->title);
    }
    bool good = fstat(fd, &about) == 0 ||
                status_set(status, STATUS_IO, "cannot read %s: %m", part->title);
    if (good && !S_ISREG(about.st_mode)) {
        good = status_set(status, STATUS_INPUT,
                          "%s is no file: a Parquet file is read from its "
                          "end, so it must be saved first",
                          part->title);
    }
    if (good) {
        part->state = input_state_of(&about);
        part->size = (uint64_t)about.st_size;
        good = find_keys(part, status) &&
               footer_read(&part->footer, fd, part->size, part->title, status);
    }
    close(fd);
    return good;
}

void part_clear(struct part *part)
{
    for (size_t i = 0; i < part->n_keys; i++) {
        free(part->keys[i].text);
    }
    footer_groups_clear(&part->groups);
    footer_clear(&part->footer);
    free(part->wanted);
    free(part->columns);
    part->n_keys = 0;
    part->wanted = NULL;
    part->columns = NULL;
}

int part_open(const struct part *part, struct status *status)
{
    struct stat about;
    int fd = open_path(part->path);
    if (fd < 0 || fstat(fd, &about) != 0) {
        status_set(status, STATUS_IO, "cannot read %s: %m", part->title);
    } else if (about.st_ino != part->state.inode || (uint64_t)about.st_size != part->size) {
        status_set(status, STATUS_IO,
                   "%s was changed while it was read; run it again when it is whole",
                   part->title);
    } else {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

bool part_recognise(const char *path)
{
    struct stat about;
    char head[PARQUET_MAGIC_BYTES + 1], tail[PARQUET_MAGIC_BYTES];
    int fd = open_path(path);
    bool found = fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
                 pread(fd, head, sizeof head, 0) == sizeof head;
    if (found) {
        bool begins = memcmp(head, PARQUET_MAGIC, PARQUET_MAGIC_BYTES) == 0;
        bool encrypted = memcmp(head, PARQUET_MAGIC_ENCRYPTED, PARQUET_MAGIC_BYTES) == 0;
        bool ends =
            pread(fd, tail, sizeof tail, about.st_size - PARQUET_MAGIC_BYTES) == sizeof tail &&
            memcmp(tail, head, sizeof tail) == 0;
        /* One that is cut off begins with a page; a table in text does not. */
        found = ((begins || encrypted) && ends) || (begins && (unsigned char)head[4] == 0x15);
    }
    if (fd >= 0) {
        close(fd);
    }
    return found;
}

/* ---- its columns ---- */

static bool same(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static bool has_column(const struct part *part, struct span name)
{
    for (size_t i = 0; i < part->footer.n_leaves; i++) {
        if (same(part->footer.leaves[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* A key with no column of its name, nor an earlier key. */
static bool key_counts(const struct part *part, size_t key)
{
    for (size_t i = 0; i < key; i++) {
        if (same(part->keys[i].name, part->keys[key].name)) {
            return false;
        }
    }
    return !has_column(part, part->keys[key].name);
}

bool part_names(const struct part *part, struct span **names, size_t *n, struct status *status)
{
    const size_t room = part->footer.n_leaves + part->n_keys;
    *n = 0;
    *names = mem_new(room, sizeof **names, "names of columns", status);
    if (*names == NULL) {
        return false;
    }
    for (size_t i = 0; i < part->footer.n_leaves; i++) {
        if (part->footer.leaves[i].flat) {
            (*names)[(*n)++] = part->footer.leaves[i].name;
        }
    }
    for (size_t i = 0; i < part->n_keys; i++) {
        if (key_counts(part, i)) {
            (*names)[(*n)++] = part->keys[i].name;
        }
    }
    return true;
}

size_t part_find(const struct span *names, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++) {
        if (same(names[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool part_is_key(const struct part *part, size_t index, size_t *leaf_or_key)
{
    for (size_t i = 0; i < part->footer.n_leaves; i++) {
        if (part->footer.leaves[i].flat && index-- == 0) {
            *leaf_or_key = i;
            return false;
        }
    }
    for (size_t i = 0; i < part->n_keys; i++) {
        if (key_counts(part, i) && index-- == 0) {
            *leaf_or_key = i;
            return true;
        }
    }
    *leaf_or_key = SIZE_MAX;
    return false;
}

bool part_nested(const struct part *part, struct span name)
{
    bool nested = false;
    for (size_t i = 0; i < part->footer.n_leaves; i++) {
        const struct footer_leaf *leaf = &part->footer.leaves[i];
        if (same(leaf->name, name)) {
            if (leaf->flat) {
                return false;
            }
            nested = true;
        }
    }
    return nested;
}
