#define _GNU_SOURCE
#include "events/follow/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/paths.h"

enum {
    HEAD = 1024,      /* bytes that a file is known by */
    PLACES = 512,     /* files that are gone are forgotten beyond these */
    PADDING = 64,     /* readable bytes behind a text */
    LINE = 1 << 20,   /* a longer line is taken in pieces */
    ABANDONED = 60,   /* seconds after which the last line of an older file has ended */
    PIECE = 256 << 10 /* bytes read at once */
};

struct candidate {
    char *name;
    bool log; /* the file of the log's own name: it is written now */
    struct stat info;
    size_t place; /* SIZE_MAX: none yet */
    bool broken;  /* its place is of what it held before */
};

struct tail {
    char *path, *folder, *base; /* base: NULL for a folder */
    struct tail_places places;
    size_t n, capacity;
    struct candidate *candidates;
};

struct tail_places *tail_places(struct tail *tail)
{
    return &tail->places;
}

static bool split_path(struct tail *tail, const char *path, struct status *status)
{
    struct stat info;
    tail->path = mem_text(path, strlen(path), status);
    if (tail->path == NULL) {
        return false;
    }
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        tail->folder = mem_text(path, strlen(path), status);
        return tail->folder != NULL;
    }
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    tail->base = mem_text(base, strlen(base), status);
    tail->folder = slash == NULL   ? mem_text(".", 1, status)
                   : slash == path ? mem_text("/", 1, status)
                                   : mem_text(path, (size_t)(slash - path), status);
    return tail->base != NULL && tail->folder != NULL;
}

struct tail *tail_new(const char *path, struct status *status)
{
    struct tail *tail = mem_zero(1, sizeof *tail, "a log", status);
    if (tail != NULL && !split_path(tail, path, status)) {
        tail_free(tail);
        tail = NULL;
    }
    return tail;
}

static void clear_candidates(struct tail *tail)
{
    for (size_t i = 0; i < tail->n; i++) {
        free(tail->candidates[i].name);
    }
    tail->n = 0;
}

void tail_free(struct tail *tail)
{
    if (tail != NULL) {
        clear_candidates(tail);
        free(tail->candidates);
        free(tail->places.list);
        free(tail->path);
        free(tail->folder);
        free(tail->base);
        free(tail);
    }
}

/* ---- which files ---- */

static bool is_compressed(const char *name)
{
    static const char *const endings[] = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip", NULL};
    size_t length = strlen(name);
    for (size_t i = 0; endings[i] != NULL; i++) {
        size_t n = strlen(endings[i]);
        if (length > n && strcmp(name + length - n, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct tail *tail, const char *name)
{
    if (tail->base == NULL) {
        return name[0] != '.' && !is_compressed(name);
    }
    size_t n = strlen(tail->base);
    return strncmp(name, tail->base, n) == 0 &&
           (name[n] == '\0' || ((name[n] == '.' || name[n] == '-') && !is_compressed(name)));
}

static bool list_files(struct tail *tail, struct status *status)
{
    clear_candidates(tail);
    DIR *folder = opendir(tail->folder);
    if (folder == NULL) {
        return status_set(status, STATUS_IO, "%.300s: the folder cannot be read: %s",
                          tail->folder, strerror(errno));
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(folder)) != NULL;) {
        struct candidate one = {.place = SIZE_MAX};
        if (!is_wanted(tail, entry->d_name) ||
            fstatat(dirfd(folder), entry->d_name, &one.info, 0) != 0 ||
            !S_ISREG(one.info.st_mode)) {
            continue;
        }
        good = mem_grow(&tail->candidates, &tail->capacity, tail->n + 1, sizeof one,
                        "files of a log", status);
        one.name = good ? mem_text(entry->d_name, strlen(entry->d_name), status) : NULL;
        one.log = tail->base != NULL && strcmp(entry->d_name, tail->base) == 0;
        good = one.name != NULL;
        if (good) {
            tail->candidates[tail->n++] = one;
        }
    }
    closedir(folder);
    return good;
}

/* In the order in which they were written: the log itself last; of rotations of one moment the
 * one with the higher number is older. */
static int by_age(const void *a, const void *b, void *context)
{
    const struct candidate *x = a, *y = b;
    const struct tail *tail = context;
    if (x->log != y->log) {
        return x->log - y->log;
    }
    const struct timespec *s = &x->info.st_mtim, *t = &y->info.st_mtim;
    if (s->tv_sec != t->tv_sec) {
        return (s->tv_sec > t->tv_sec) - (s->tv_sec < t->tv_sec);
    }
    if (s->tv_nsec != t->tv_nsec) {
        return (s->tv_nsec > t->tv_nsec) - (s->tv_nsec < t->tv_nsec);
    }
    int order = strverscmp(x->name, y->name);
    return tail->base != NULL ? -order : order;
}

/* ---- what is known of them ---- */

static int open_candidate(const struct tail *tail, const struct candidate *one)
{
    char *path = paths_join(tail->folder, one->name, NULL);
    int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
    struct stat info;
    free(path);
    if (file >= 0 && (fstat(file, &info) != 0 || info.st_ino != one->info.st_ino ||
                      info.st_dev != one->info.st_dev)) {
        close(file); /* another one has its name by now */
        return -1;
    }
    return file;
}

/* The hash of the first bytes; false when there are not as many. */
static bool head_of(const struct tail *tail, const struct candidate *one, size_t length,
                    uint64_t *head)
{
    char bytes[HEAD];
    int file = open_candidate(tail, one);
    bool good = file >= 0 && pread(file, bytes, length, 0) == (ssize_t)length;
    if (file >= 0) {
        close(file);
    }
    *head = good ? XXH3_64bits(bytes, length) : 0;
    return good;
}

static bool has_head(const struct tail *tail, const struct candidate *one,
                     const struct tail_place *place)
{
    uint64_t head;
    return (uint64_t)one->info.st_size >= place->offset &&
           (place->head_length == 0 ||
            (head_of(tail, one, place->head_length, &head) && head == place->head));
}

static size_t find_place(const struct tail *tail, const struct candidate *one)
{
    for (size_t i = 0; i < tail->places.n; i++) {
        if (tail->places.list[i].inode == (uint64_t)one->info.st_ino &&
            tail->places.list[i].device == (uint64_t)one->info.st_dev) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* A place of another file that begins alike: `*taken` when that file is as it was, so that this
 * one is a copy of no use yet. */
static size_t find_alike(const struct tail *tail, const struct candidate *one, bool *taken)
{
    *taken = false;
    for (size_t i = tail->places.n; i-- > 0;) {
        const struct tail_place *place = &tail->places.list[i];
        if (place->head_length == 0 || !has_head(tail, one, place)) {
            continue;
        }
        bool whole = false;
        for (size_t k = 0; k < tail->n; k++) {
            whole = whole || (tail->candidates[k].place == i && !tail->candidates[k].broken);
        }
        if (!whole) {
            *taken = false;
            return i;
        }
        *taken = true;
    }
    return SIZE_MAX;
}

static bool add_place(struct tail *tail, struct candidate *one, uint64_t offset,
                      struct status *status)
{
    if (!mem_grow(&tail->places.list, &tail->places.capacity, tail->places.n + 1,
                  sizeof *tail->places.list, "files of a log", status)) {
        return false;
    }
    one->place = tail->places.n++;
    tail->places.list[one->place] = (struct tail_place){.device = (uint64_t)one->info.st_dev,
                                                        .inode = (uint64_t)one->info.st_ino,
                                                        .offset = offset};
    return true;
}

static void learn_head(const struct tail *tail, const struct candidate *one)
{
    struct tail_place *place = &tail->places.list[one->place];
    uint64_t length = place->offset < HEAD ? place->offset : HEAD, head;
    if (length > place->head_length && head_of(tail, one, length, &head)) {
        place->head_length = length;
        place->head = head;
    }
}

/* Files that are gone, the oldest first, when there are too many. */
static void forget(struct tail *tail)
{
    size_t spare = tail->places.n > PLACES ? tail->places.n - PLACES : 0;
    for (size_t i = 0; spare > 0 && i < tail->places.n;) {
        bool here = false;
        for (size_t k = 0; k < tail->n; k++) {
            here = here || tail->candidates[k].place == i;
        }
        if (here) {
            i++;
            continue;
        }
        memmove(&tail->places.list[i], &tail->places.list[i + 1],
                (tail->places.n - i - 1) * sizeof *tail->places.list);
        tail->places.n--;
        spare--;
        for (size_t k = 0; k < tail->n; k++) {
            struct candidate *one = &tail->candidates[k];
            one->place -= one->place != SIZE_MAX && one->place > i;
        }
    }
}

static bool know_files(struct tail *tail, struct status *status)
{
    const bool first = tail->places.n == 0;
    for (size_t i = 0; i < tail->n; i++) {
        struct candidate *one = &tail->candidates[i];
        one->place = find_place(tail, one);
        one->broken =
            one->place != SIZE_MAX && !has_head(tail, one, &tail->places.list[one->place]);
    }
    for (size_t i = 0; i < tail->n; i++) {
        struct candidate *one = &tail->candidates[i];
        bool taken = false;
        if (one->place != SIZE_MAX) {
            continue;
        }
        size_t alike = first ? SIZE_MAX : find_alike(tail, one, &taken);
        if (alike != SIZE_MAX) { /* it goes on where that one was read to */
            const struct tail_place was = tail->places.list[alike];
            if (!add_place(tail, one, was.offset, status)) {
                return false;
            }
            tail->places.list[one->place].head_length = was.head_length;
            tail->places.list[one->place].head = was.head;
            tail->places.list[alike].offset = 0; /* and that one begins anew, if it is there */
            tail->places.list[alike].head_length = 0;
            for (size_t k = 0; k < tail->n; k++) {
                tail->candidates[k].broken =
                    tail->candidates[k].broken && tail->candidates[k].place != alike;
            }
        } else if (!taken) {
            bool earlier = first && tail->base != NULL && !one->log;
            if (!add_place(tail, one, earlier ? (uint64_t)one->info.st_size : 0, status)) {
                return false;
            }
            learn_head(tail, one);
        }
    }
    for (size_t i = 0; i < tail->n; i++) {
        struct candidate *one = &tail->candidates[i];
        if (one->place != SIZE_MAX && one->broken) {
            tail->places.list[one->place].offset = 0;
            tail->places.list[one->place].head_length = 0;
            one->broken = false;
        }
    }
    return true;
}

/* ---- reading ---- */

static bool make_room(struct tail_text *text, size_t more, struct status *status)
{
    return mem_grow(&text->bytes, &text->capacity, text->length + more + PADDING, 1,
                    "lines of a log", status);
}

/* Reads one file up to its end or until there is enough. */
static bool read_file(struct tail *tail, const struct candidate *one, struct tail_text *text,
                      size_t most, bool abandoned, bool *more, struct status *status)
{
    struct tail_place *place = &tail->places.list[one->place];
    int file = open_candidate(tail, one);
    bool good = true;
    if (file < 0) {
        return true;
    }
    const size_t before = text->length;
    ssize_t got = 1;
    size_t piece = PIECE, from = text->length;
    while (good && got > 0 && text->length < most) {
        good = make_room(text, piece, status);
        got = good ? pread(file, text->bytes + text->length, piece,
                           (off_t)(place->offset + (text->length - before)))
                   : 0;
        text->length += got > 0 ? (size_t)got : 0;
    }
    if (good) {
        const char *end = memrchr(text->bytes + from, '\n', text->length - from);
        size_t whole = end != NULL ? (size_t)(end + 1 - text->bytes) : before;
        size_t rest = text->length - whole;
        *more = *more || got > 0;
        if (rest > LINE || (rest > 0 && abandoned && got == 0)) {
            whole = text->length;
        }
        place->offset += whole - before;
        text->length = whole;
        if (whole > before && text->bytes[whole - 1] != '\n') {
            text->bytes[text->length++] = '\n'; /* within the padding that was made */
        }
        learn_head(tail, one);
    }
    close(file);
    return good;
}

bool tail_read(struct tail *tail, struct tail_text *text, size_t most, int64_t now, bool *more,
               struct status *status)
{
    *more = text->begins = false;
    if (!list_files(tail, status)) {
        return false;
    }
    if (tail->n > 1) {
        qsort_r(tail->candidates, tail->n, sizeof *tail->candidates, by_age, tail);
    }
    if (!know_files(tail, status)) {
        return false;
    }
    forget(tail);
    for (size_t i = 0; i < tail->n && !*more; i++) {
        const struct candidate *one = &tail->candidates[i];
        if (one->place == SIZE_MAX ||
            (uint64_t)one->info.st_size <= tail->places.list[one->place].offset) {
            continue;
        }
        if (tail->places.list[one->place].offset == 0) {
            if (text->length > 0) { /* its first line may name the columns of the others */
                *more = true;
                break;
            }
            text->begins = true;
        }
        bool abandoned = i + 1 < tail->n && (int64_t)one->info.st_mtime + ABANDONED < now;
        if (!read_file(tail, one, text, most, abandoned, more, status)) {
            return false;
        }
    }
    if (text->length > 0) {
        if (!make_room(text, 0, status)) {
            return false;
        }
        memset(text->bytes + text->length, 0, PADDING);
    }
    return true;
}
