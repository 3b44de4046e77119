#include "base/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/infile.h"
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

void archive_fail(struct archive_out *archive, int error)
{
    outfile_fail(archive->file, error);
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

/* ---- reading ----
 *
 * The file is read, not mapped: one that is made shorter meanwhile, as "cp" over it does, would
 * end the program by SIGBUS. Small items come out of a window on the file; large ones are read
 * to where they are wanted. */

enum { WINDOW = 1 << 20 }; /* bytes; a multiple of ALIGN */

struct archive_in {
    char *path;
    int fd;
    struct timespec modified; /* when it was opened */
    uint64_t length, position;
    unsigned char *window;             /* (window_size) */
    uint64_t window_from, window_size; /* in the file, and of the buffer */
    uint64_t window_length;            /* bytes in it */
};

static bool refuse(const struct archive_in *archive, struct status *status, const char *why)
{
    return status_set(status, STATUS_INPUT, "%s: %s", archive->path, why);
}

static bool open_file(struct archive_in *archive, struct status *status)
{
    struct stat info;
    archive->fd = infile_open(archive->path, status);
    if (archive->fd < 0) {
        return false;
    }
    if (fstat(archive->fd, &info) != 0) {
        return status_set(status, STATUS_IO, "%s: cannot be read: %s", archive->path,
                          strerror(errno));
    }
    if (info.st_size < (off_t)sizeof(struct head)) {
        return refuse(archive, status, "is not a saved run");
    }
    archive->length = (uint64_t)info.st_size;
    archive->modified = info.st_mtim;
    archive->window_size = archive->length < WINDOW ? archive->length : WINDOW;
    archive->window = mem_aligned(archive->window_size, 1, "a saved run", status);
    return archive->window != NULL;
}

static bool read_at(const struct archive_in *archive, uint64_t from, void *to, size_t length,
                    struct status *status)
{
    unsigned char *bytes = to;
    while (length > 0) {
        ssize_t got = pread(archive->fd, bytes, length, (off_t)from);
        if (got == 0) {
            return refuse(archive, status, "was made shorter while it was read");
        }
        if (got < 0 && errno != EINTR) {
            return status_set(status, STATUS_IO, "%s: cannot be read: %s", archive->path,
                              strerror(errno));
        }
        if (got > 0) {
            bytes += got;
            from += (uint64_t)got;
            length -= (size_t)got;
        }
    }
    return true;
}

/* Bytes of the file, aligned as they are in it, until the next call. The caller has seen that
 * the file has so many. */
static const unsigned char *in_window(struct archive_in *archive, uint64_t from,
                                      uint64_t length, struct status *status)
{
    if (from >= archive->window_from &&
        from + length <= archive->window_from + archive->window_length) {
        return archive->window + (from - archive->window_from);
    }
    uint64_t start = from / ALIGN * ALIGN, need = from + length - start;
    if (need > archive->window_size) {
        free(archive->window);
        archive->window_length = archive->window_size = 0;
        archive->window = mem_aligned(need, 1, "a saved run", status);
        if (archive->window == NULL) {
            return NULL;
        }
        archive->window_size = need;
    }
    uint64_t left = archive->length - start;
    archive->window_from = start;
    archive->window_length = 0;
    uint64_t most = left < archive->window_size ? left : archive->window_size;
    if (!read_at(archive, start, archive->window, most, status)) {
        return NULL;
    }
    archive->window_length = most;
    return archive->window + (from - start);
}

static bool hash_body(struct archive_in *archive, uint64_t *hash, struct status *status)
{
    XXH3_state_t *state = XXH3_createState();
    bool good = state != NULL || status_nomem(status, 576, "a saved run");
    if (good) {
        XXH3_64bits_reset(state);
    }
    for (uint64_t at = sizeof(struct head), step; good && at < archive->length; at += step) {
        uint64_t left = archive->length - at;
        step = left < archive->window_size ? left : archive->window_size;
        good = read_at(archive, at, archive->window, step, status);
        if (good) {
            XXH3_64bits_update(state, archive->window, step);
        }
    }
    *hash = good ? XXH3_64bits_digest(state) : 0;
    XXH3_freeState(state);
    return good;
}

static bool check_head(struct archive_in *archive, uint32_t version, struct status *status)
{
    struct head head;
    uint64_t hash;
    if (!read_at(archive, 0, &head, sizeof head, status)) {
        return false;
    }
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.byte_order != ORDER) {
        return refuse(archive, status, "is not a saved run");
    }
    if (head.version != version) {
        return refuse(archive, status, "was saved by another version of this program");
    }
    if (head.length == archive->length && !hash_body(archive, &hash, status)) {
        return false;
    }
    if (head.length != archive->length || head.hash != hash) {
        return refuse(archive, status, "is damaged");
    }
    archive->position = sizeof head;
    return true;
}

bool archive_version(const char *path, uint32_t *version, struct status *status)
{
    struct head head;
    int fd = infile_open(path, status);
    if (fd < 0) {
        return false;
    }
    ssize_t got = pread(fd, &head, sizeof head, 0);
    int error = errno;
    close(fd);
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
    archive->fd = -1;
    archive->path = mem_text(path, strlen(path), status);
    if (archive->path == NULL || !open_file(archive, status) ||
        !check_head(archive, version, status)) {
        archive_close(archive);
        return NULL;
    }
    return archive;
}

bool archive_unchanged(const struct archive_in *archive, struct status *status)
{
    struct stat info;
    if (fstat(archive->fd, &info) != 0) {
        return status_set(status, STATUS_IO, "%s: cannot be read: %s", archive->path,
                          strerror(errno));
    }
    return ((uint64_t)info.st_size == archive->length &&
            info.st_mtim.tv_sec == archive->modified.tv_sec &&
            info.st_mtim.tv_nsec == archive->modified.tv_nsec) ||
           refuse(archive, status, "was changed while it was read");
}

void archive_close(struct archive_in *archive)
{
    if (archive == NULL) {
        return;
    }
    if (archive->fd >= 0) {
        close(archive->fd);
    }
    free(archive->window);
    free(archive->path);
    free(archive);
}

/* The next item's head, and where its bytes begin and the item after it. */
static bool look(struct archive_in *archive, struct item *item, uint64_t *start, uint64_t *end,
                 struct status *status)
{
    uint64_t left = archive->length - archive->position, bytes;
    if (left < sizeof *item) {
        return refuse(archive, status, "ends too early");
    }
    const unsigned char *head = in_window(archive, archive->position, sizeof *item, status);
    if (head == NULL) {
        return false;
    }
    memcpy(item, head, sizeof *item);
    *start = archive->position + sizeof *item;
    *start += padding(*start);
    if (*start > archive->length ||
        __builtin_mul_overflow(item->count, (uint64_t)item->size, &bytes) ||
        bytes > archive->length - *start) {
        return refuse(archive, status, "ends too early");
    }
    *end = *start + bytes;
    *end += (16 - *end % 16) % 16;
    *end = *end > archive->length ? archive->length : *end;
    return true;
}

/* Passes over the head of the next item, which must have this tag. */
static bool enter(struct archive_in *archive, const char tag[static 5], struct item *item,
                  uint64_t *start, struct status *status)
{
    uint64_t end;
    if (!look(archive, item, start, &end, status)) {
        return false;
    }
    if (memcmp(item->tag, tag, sizeof item->tag) != 0) {
        return refuse(archive, status, "holds other things than a saved run");
    }
    archive->position = end;
    return true;
}

const void *archive_get_sized(struct archive_in *archive, const char tag[static 5],
                              size_t *size, size_t *count, struct status *status)
{
    struct item item;
    uint64_t start;
    if (!enter(archive, tag, &item, &start, status)) {
        return NULL;
    }
    *size = item.size;
    *count = item.count;
    return in_window(archive, start, item.size * item.count, status);
}

bool archive_next_is(struct archive_in *archive, const char tag[static 5])
{
    struct item item;
    uint64_t start, end;
    return look(archive, &item, &start, &end, NULL) &&
           memcmp(item.tag, tag, sizeof item.tag) == 0;
}

bool archive_skip_to(struct archive_in *archive, const char tag[static 5],
                     struct status *status)
{
    struct item item;
    uint64_t start, end;
    while (look(archive, &item, &start, &end, status)) {
        if (memcmp(item.tag, tag, sizeof item.tag) == 0) {
            return true;
        }
        archive->position = end;
    }
    return false;
}

bool archive_skip_past(struct archive_in *archive, const char tag[static 5],
                       struct status *status)
{
    struct item item;
    uint64_t start;
    return archive_skip_to(archive, tag, status) && enter(archive, tag, &item, &start, status);
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

/* The head of an item of elements of this size. */
static bool enter_array(struct archive_in *archive, const char tag[static 5], size_t size,
                        struct item *item, uint64_t *start, struct status *status)
{
    return enter(archive, tag, item, start, status) &&
           (item->size == size ||
            refuse(archive, status, "holds other things than a saved run"));
}

/* Reads from the window what is in it whole, and anything else directly. */
static bool get_bytes(struct archive_in *archive, uint64_t start, void *to, size_t length,
                      struct status *status)
{
    if (length > ALIGN && (start < archive->window_from ||
                           start + length > archive->window_from + archive->window_length)) {
        return read_at(archive, start, to, length, status);
    }
    const void *bytes = in_window(archive, start, length, status);
    if (bytes != NULL && length > 0) {
        memcpy(to, bytes, length);
    }
    return bytes != NULL;
}

bool archive_get_into(struct archive_in *archive, const char tag[static 5], void *to,
                      size_t size, size_t count, struct status *status)
{
    struct item item;
    uint64_t start;
    if (!enter_array(archive, tag, size, &item, &start, status)) {
        return false;
    }
    if (item.count != count) {
        return refuse(archive, status, "holds other things than a saved run");
    }
    return get_bytes(archive, start, to, size * count, status);
}

void *archive_get_copy(struct archive_in *archive, const char tag[static 5], size_t size,
                       size_t *count, struct status *status)
{
    struct item item;
    uint64_t start;
    if (!enter_array(archive, tag, size, &item, &start, status)) {
        return NULL;
    }
    *count = item.count;
    void *copy = mem_aligned(item.count, size, "a saved run", status);
    if (copy != NULL && !get_bytes(archive, start, copy, size * item.count, status)) {
        free(copy);
        copy = NULL;
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
