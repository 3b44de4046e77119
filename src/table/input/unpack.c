#include "table/input/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/mem.h"
#include "base/text.h"

enum { BYTES = 1 << 17 };

struct unpack {
    struct raw *raw;
    struct archive *archive;
    const char *kind;
    const unsigned char *first; /* borrowed: handed to libarchive before the rest */
    size_t n_first;
    bool first_given;
    unsigned char *bytes;            /* (BYTES) read from raw */
    const struct progress *progress; /* of the call that reads */
    struct status trouble; /* why reading failed, for libarchive only says that it did */
    bool alone;            /* of a pipe: whether there is another file shows at the end */
};

const char *unpack_kind(const unsigned char *first, size_t n_first)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *kind;
    } kinds[] = {{"\xfd"
                  "7zXZ\0",
                  6, "xz"},
                 {"\x28\xb5\x2f\xfd", 4, "zst"},
                 {"BZh", 3, "bz2"},
                 {"PK\3\4", 4, "zip"},
                 {"PK\5\6", 4, "zip"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (n_first >= kinds[i].length && memcmp(first, kinds[i].magic, kinds[i].length) == 0) {
            return kinds[i].kind;
        }
    }
    return NULL;
}

static la_ssize_t give(struct archive *archive, void *context, const void **bytes)
{
    struct unpack *unpack = context;
    if (!unpack->first_given) {
        unpack->first_given = true;
        *bytes = unpack->first;
        return (la_ssize_t)unpack->n_first;
    }
    size_t got;
    if (!raw_read(unpack->raw, unpack->bytes, BYTES, &got, unpack->progress,
                  &unpack->trouble)) {
        archive_set_error(archive, EIO, "%s", unpack->trouble.text);
        return -1;
    }
    *bytes = unpack->bytes;
    return (la_ssize_t)got;
}

static bool fail(const struct unpack *unpack, struct status *status)
{
    if (unpack->trouble.code != STATUS_OK) {
        if (status != NULL) {
            *status = unpack->trouble;
        }
        return false;
    }
    const char *why = archive_error_string(unpack->archive);
    char safe[160];
    text_safe(safe, sizeof safe, why != NULL ? why : "it is cut off",
              strlen(why != NULL ? why : "it is cut off"), true);
    return status_set(status, STATUS_INPUT, "%s is a damaged .%s file: %s", unpack->raw->title,
                      unpack->kind, safe);
}

/* ---- the files in a .zip ---- */

/* Not a folder, and none of those that a Mac adds. */
static bool is_file(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    return name != NULL && archive_entry_filetype(entry) != AE_IFDIR &&
           strncmp(name, "__MACOSX/", 9) != 0 && name[0] != '\0' &&
           name[strlen(name) - 1] != '/';
}

static bool is_member(struct archive_entry *entry, const char *member)
{
    const char *name = archive_entry_pathname(entry);
    return is_file(entry) && (member == NULL || strcmp(name, member) == 0);
}

static struct archive *new_archive(bool zip)
{
    struct archive *archive = archive_read_new();
    if (archive != NULL && zip) {
        archive_read_support_format_zip(archive);
    } else if (archive != NULL) {
        archive_read_support_filter_bzip2(archive);
        archive_read_support_filter_xz(archive);
        archive_read_support_filter_zstd(archive);
        archive_read_support_format_raw(archive);
    }
    return archive;
}

/* Says which files there are, when none or several could be meant. */
static bool check_members(const char *path, const char *member, const char *title,
                          struct status *status)
{
    struct archive *archive = new_archive(true);
    struct archive_entry *entry;
    char names[120] = "", safe[64];
    size_t n = 0, used = 0, meant = 0;
    bool sheet = false;
    if (archive == NULL) {
        return status_nomem(status, BYTES, "an archive");
    }
    if (archive_read_open_filename(archive, path, BYTES) == ARCHIVE_OK) {
        while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
            if (!is_file(entry)) {
                continue;
            }
            const char *name = archive_entry_pathname(entry);
            n++;
            meant += is_member(entry, member);
            sheet = sheet || strcmp(name, "xl/workbook.xml") == 0;
            text_safe(safe, sizeof safe, name, strlen(name), true);
            if (used + strlen(safe) + 8 < sizeof names) {
                used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                         used > 0 ? ", " : "", safe);
            } else if (used + 6 < sizeof names) {
                used += (size_t)snprintf(names + used, sizeof names - used, ", ...");
            }
        }
    }
    archive_read_free(archive);
    if (sheet && member == NULL) {
        return status_set(status, STATUS_INPUT, "%s is a spreadsheet: save its sheet as CSV",
                          title);
    }
    if (meant == 1) {
        return true;
    }
    if (n == 0) {
        return status_set(status, STATUS_INPUT, "%s holds no file", title);
    }
    if (meant == 0) {
        return status_set(status, STATUS_INPUT, "%s holds no file of that name; there are %s",
                          title, names);
    }
    return status_set(status, STATUS_INPUT,
                      "%s holds %zu files: name one, as in FILE.zip:NAME (%s)", title, n,
                      names);
}

/* Moves on to the next file that is meant. False at the end. */
static bool next_member(struct unpack *unpack, const char *member)
{
    struct archive_entry *entry;
    while (archive_read_next_header(unpack->archive, &entry) == ARCHIVE_OK) {
        if (strcmp(unpack->kind, "zip") != 0 || is_member(entry, member)) {
            return true;
        }
    }
    return false;
}

struct unpack *unpack_new(struct raw *raw, const unsigned char *first, size_t n_first,
                          const char *path, const char *member, struct status *status)
{
    const char *kind = unpack_kind(first, n_first);
    bool zip = strcmp(kind, "zip") == 0;
    if (zip && path != NULL && !check_members(path, member, raw->title, status)) {
        return NULL;
    }
    struct unpack *unpack = mem_zero(1, sizeof *unpack, "unpacking", status);
    if (unpack == NULL) {
        return NULL;
    }
    *unpack = (struct unpack){.raw = raw,
                              .kind = kind,
                              .first = first,
                              .n_first = n_first,
                              .alone = zip && path == NULL && member == NULL};
    unpack->bytes = mem_new(BYTES, 1, "unpacking", status);
    unpack->archive = new_archive(zip);
    if (unpack->bytes == NULL || unpack->archive == NULL) {
        status_nomem(status, BYTES, "unpacking");
        unpack_free(unpack);
        return NULL;
    }
    if (archive_read_open(unpack->archive, unpack, NULL, give, NULL) != ARCHIVE_OK ||
        !next_member(unpack, member)) {
        fail(unpack, status);
        unpack_free(unpack);
        return NULL;
    }
    return unpack;
}

void unpack_free(struct unpack *unpack)
{
    if (unpack != NULL) {
        archive_read_free(unpack->archive);
        free(unpack->bytes);
        free(unpack);
    }
}

bool unpack_read(struct unpack *unpack, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status)
{
    unpack->progress = progress;
    la_ssize_t n = archive_read_data(unpack->archive, buffer, size);
    bool good = n >= 0 || fail(unpack, status);
    *got = n > 0 ? (size_t)n : 0;
    if (n == 0 && unpack->alone && next_member(unpack, NULL)) {
        good =
            status_set(status, STATUS_INPUT,
                       "%s holds more than one file: save it, and name one as in FILE.zip:NAME",
                       unpack->raw->title);
    }
    unpack->alone = unpack->alone && n > 0;
    unpack->progress = NULL;
    return good;
}
