#include "base/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"

enum { ALIGN = 64 };

static const char magic[8] = "oddhours";

struct head {
    char magic[8];
    uint32_t version;
    uint32_t byte_order; /* ORDER as the writer's machine stores it */
    uint64_t length;     /* of the whole file */
    uint64_t hash;       /* XXH3-64 of everything after the head */
    char unused[ALIGN - 32];
};

enum { ORDER = 0x01020304 };

struct item {
    char tag[4];
    uint32_t size;  /* of an element */
    uint64_t count; /* elements; the array starts at the next multiple of ALIGN */
};

_Static_assert(sizeof(struct head) == ALIGN, "the head is one line");
_Static_assert(sizeof(struct item) == 16, "no padding in an item");

static uint64_t padding(uint64_t position)
{
    return (ALIGN - position % ALIGN) % ALIGN;
}

/* ---- writing: the body is hashed as it goes; the head is put in front at the end ---- */

struct archive_out {
    struct outfile *file;
    XXH3_state_t *hash;
    uint64_t position; /* in the file, the head included */
    uint32_t version;
};

static void put_bytes(struct archive_out *archive, const void *bytes, size_t length)
{
    if (length > 0) {
        XXH3_64bits_update(archive->hash, bytes, length);
        outfile_write(archive->file, bytes, length);
        archive->position += length;
    }
}

struct archive_out *archive_create(const char *path, uint32_t version, struct status *status)
{
    struct archive_out *archive = mem_zero(1, sizeof *archive, "a saved run", status);
    if (archive == NULL) {
        return NULL;
    }
    archive->version = version;
    archive->hash = XXH3_createState();
    archive->file = archive->hash != NULL ? outfile_open(path, status) : NULL;
    if (archive->file == NULL) {
        if (archive->hash == NULL) {
            status_nomem(status, 576, "a saved run");
        }
        XXH3_freeState(archive->hash);
        free(archive);
        return NULL;
    }
    outfile_stays_cached(archive->file); /* it is opened again soon */
    XXH3_64bits_reset(archive->hash);
    const struct head empty = {.version = 0};
    outfile_write(archive->file, &empty, sizeof empty);
    archive->position = sizeof empty;
    return archive;
}

void archive_put(struct archive_out *archive, const char tag[static 5], const void *bytes,
                 size_t size, size_t count)
{
    static const char zeros[ALIGN];
    struct item item = {.size = (uint32_t)size, .count = count};
    memcpy(item.tag, tag, sizeof item.tag);
    put_bytes(archive, &item, sizeof item);
    put_bytes(archive, zeros, padding(archive->position));
    put_bytes(archive, bytes, size * count);
    put_bytes(archive, zeros, (16 - archive->position % 16) % 16);
}

void archive_put_number(struct archive_out *archive, const char tag[static 5], double value)
{
    archive_put(archive, tag, &value, sizeof value, 1);
}

void archive_put_count(struct archive_out *archive, const char tag[static 5], uint64_t value)
{
    archive_put(archive, tag, &value, sizeof value, 1);
}

void archive_put_text(struct archive_out *archive, const char tag[static 5], const char *text)
{
    archive_put(archive, tag, text, 1, strlen(text));
}

bool archive_commit(struct archive_out *archive, struct status *status)
{
    struct head head = {.version = archive->version,
                        .byte_order = ORDER,
                        .length = archive->position,
                        .hash = XXH3_64bits_digest(archive->hash)};
    memcpy(head.magic, magic, sizeof head.magic);
    outfile_patch(archive->file, 0, &head, sizeof head);
    bool good = outfile_commit(archive->file, status);
    XXH3_freeState(archive->hash);
    free(archive);
    return good;
}

void archive_abandon(struct archive_out *archive)
{
    if (archive != NULL) {
        outfile_abandon(archive->file);
        XXH3_freeState(archive->hash);
        free(archive);
    }
}

/* ---- reading ---- */

struct archive_in {
    char *path;
    const unsigned char *bytes; /* (length) mapped */
    uint64_t length, position;
};

static bool refuse(const struct archive_in *archive, struct status *status, const char *why)
{
    return status_set(status, STATUS_INPUT, "%s: %s", archive->path, why);
}

static bool map(struct archive_in *archive, struct status *status)
{
    int fd = open(archive->path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        status_set(status, STATUS_IO, "%s: cannot be read: %s", archive->path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    if (!S_ISREG(info.st_mode) || info.st_size < (off_t)sizeof(struct head)) {
        close(fd);
        return refuse(archive, status, "is not a saved run");
    }
    archive->length = (uint64_t)info.st_size;
    void *bytes = mmap(NULL, archive->length, PROT_READ, MAP_PRIVATE, fd, 0);
    int error = errno;
    close(fd);
    if (bytes == MAP_FAILED) {
        return status_set(status, STATUS_IO, "%s: cannot be read: %s", archive->path,
                          strerror(error));
    }
    archive->bytes = bytes;
    return true;
}

static bool check_head(struct archive_in *archive, uint32_t version, struct status *status)
{
    struct head head;
    memcpy(&head, archive->bytes, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.byte_order != ORDER) {
        return refuse(archive, status, "is not a saved run");
    }
    if (head.version != version) {
        return refuse(archive, status, "was saved by another version of this program");
    }
    if (head.length != archive->length ||
        head.hash != XXH3_64bits(archive->bytes + sizeof head, archive->length - sizeof head)) {
        return refuse(archive, status, "is damaged");
    }
    /* Hashing has touched every page: let go of them, so that what is not copied yet does not
     * count as ours. They stay in the system's cache. */
    madvise((void *)(uintptr_t)archive->bytes, archive->length, MADV_DONTNEED);
    archive->position = sizeof head;
    return true;
}

bool archive_version(const char *path, uint32_t *version, struct status *status)
{
    struct head head;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? pread(fd, &head, sizeof head, 0) : -1;
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (got < 0) {
        return status_set(status, STATUS_IO, "%s: cannot be read: %s", path, strerror(error));
    }
    if (got != sizeof head || memcmp(head.magic, magic, sizeof magic) != 0 ||
        head.byte_order != ORDER) {
        return status_set(status, STATUS_INPUT, "%s: is not a saved run", path);
    }
    *version = head.version;
    return true;
}

struct archive_in *archive_open(const char *path, uint32_t version, struct status *status)
{
    struct archive_in *archive = mem_zero(1, sizeof *archive, "a saved run", status);
    if (archive == NULL) {
        return NULL;
    }
    archive->path = mem_text(path, strlen(path), status);
    if (archive->path == NULL || !map(archive, status) ||
        !check_head(archive, version, status)) {
        archive_close(archive);
        return NULL;
    }
    return archive;
}

void archive_close(struct archive_in *archive)
{
    if (archive == NULL) {
        return;
    }
    if (archive->bytes != NULL) {
        munmap((void *)(uintptr_t)archive->bytes, archive->length);
    }
    free(archive->path);
    free(archive);
}

/* The next item's head, its bytes and where the one after it begins. */
static const void *look(const struct archive_in *archive, struct item *item, uint64_t *end,
                        struct status *status)
{
    uint64_t left = archive->length - archive->position, bytes;
    if (left < sizeof *item) {
        refuse(archive, status, "ends too early");
        return NULL;
    }
    memcpy(item, archive->bytes + archive->position, sizeof *item);
    uint64_t start = archive->position + sizeof *item;
    start += padding(start);
    if (start > archive->length ||
        __builtin_mul_overflow(item->count, (uint64_t)item->size, &bytes) ||
        bytes > archive->length - start) {
        refuse(archive, status, "ends too early");
        return NULL;
    }
    *end = start + bytes;
    *end += (16 - *end % 16) % 16;
    *end = *end > archive->length ? archive->length : *end;
    return archive->bytes + start;
}

const void *archive_get_sized(struct archive_in *archive, const char tag[static 5],
                              size_t *size, size_t *count, struct status *status)
{
    struct item item;
    uint64_t end;
    const void *bytes = look(archive, &item, &end, status);
    if (bytes == NULL) {
        return NULL;
    }
    if (memcmp(item.tag, tag, sizeof item.tag) != 0) {
        refuse(archive, status, "holds other things than a saved run");
        return NULL;
    }
    archive->position = end;
    *size = item.size;
    *count = item.count;
    return bytes;
}

bool archive_next_is(const struct archive_in *archive, const char tag[static 5])
{
    struct item item;
    uint64_t end;
    return look(archive, &item, &end, NULL) != NULL &&
           memcmp(item.tag, tag, sizeof item.tag) == 0;
}

bool archive_skip_past(struct archive_in *archive, const char tag[static 5],
                       struct status *status)
{
    struct item item;
    uint64_t end;
    do {
        if (look(archive, &item, &end, status) == NULL) {
            return false;
        }
        archive->position = end;
    } while (memcmp(item.tag, tag, sizeof item.tag) != 0);
    return true;
}

const void *archive_get(struct archive_in *archive, const char tag[static 5], size_t size,
                        size_t *count, struct status *status)
{
    size_t found;
    const void *bytes = archive_get_sized(archive, tag, &found, count, status);
    if (bytes != NULL && found != size) {
        refuse(archive, status, "holds other things than a saved run");
        return NULL;
    }
    return bytes;
}

bool archive_get_into(struct archive_in *archive, const char tag[static 5], void *to,
                      size_t size, size_t count, struct status *status)
{
    size_t found;
    const void *bytes = archive_get(archive, tag, size, &found, status);
    if (bytes == NULL) {
        return false;
    }
    if (found != count) {
        return refuse(archive, status, "holds other things than a saved run");
    }
    memcpy(to, bytes, size * count);
    return true;
}

void archive_let_go(const void *bytes, size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)bytes + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)bytes + length) / page * page;
    if (to > from) {
        madvise((void *)from, to - from, MADV_DONTNEED);
    }
}

void *archive_get_copy(struct archive_in *archive, const char tag[static 5], size_t size,
                       size_t *count, struct status *status)
{
    const void *bytes = archive_get(archive, tag, size, count, status);
    void *copy = bytes != NULL ? mem_aligned(*count, size, "a saved run", status) : NULL;
    if (copy != NULL) {
        memcpy(copy, bytes, size * *count);
        archive_let_go(bytes, size * *count);
    }
    return copy;
}

bool archive_get_number(struct archive_in *archive, const char tag[static 5], double *value,
                        struct status *status)
{
    return archive_get_into(archive, tag, value, sizeof *value, 1, status);
}

bool archive_get_count(struct archive_in *archive, const char tag[static 5], uint64_t *value,
                       struct status *status)
{
    return archive_get_into(archive, tag, value, sizeof *value, 1, status);
}

char *archive_get_text(struct archive_in *archive, const char tag[static 5],
                       struct status *status)
{
    size_t length;
    const void *bytes = archive_get(archive, tag, 1, &length, status);
    return bytes != NULL ? mem_text(bytes, length, status) : NULL;
}
