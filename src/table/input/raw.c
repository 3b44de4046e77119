#define _GNU_SOURCE
#include "table/input/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

enum { WAIT_MS = 20 }; /* between two looks at the cancel flag while a pipe has nothing */

static void set_title(struct raw *raw, const char *path)
{
    size_t size = sizeof raw->title;
    if (strcmp(path, "-") == 0) {
        snprintf(raw->title, size, "standard input");
    } else if (strlen(path) + 3 <= size) {
        snprintf(raw->title, size, "'%s'", path);
    } else { /* the end of a path says most */
        snprintf(raw->title, size, "'...%s'", path + strlen(path) - (size - 6));
    }
}

static bool open_file(struct raw *raw, const char *path, struct status *status)
{
    if (strcmp(path, "-") == 0) {
        raw->fd = STDIN_FILENO;
    } else {
        /* Without O_NONBLOCK a named pipe that nobody writes to could not be cancelled. */
        raw->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (raw->fd < 0) {
            return status_set(status, STATUS_IO, "cannot open %s: %m", raw->title);
        }
        raw->own_fd = true;
    }
    struct stat stat;
    if (fstat(raw->fd, &stat) != 0) {
        return status_set(status, STATUS_IO, "cannot read %s: %m", raw->title);
    }
    if (S_ISDIR(stat.st_mode)) {
        return status_set(status, STATUS_INPUT, "%s is a directory: name a file in it",
                          raw->title);
    }
    raw->waits = !S_ISREG(stat.st_mode);
    raw->state = input_state_of(&stat);
    if (!raw->waits) {
        off_t at = lseek(raw->fd, 0, SEEK_CUR);
        raw->from = raw->done;
        raw->size = stat.st_size > at && at >= 0 ? (uint64_t)(stat.st_size - at) : 0;
        raw->total = raw->from + raw->size;
        posix_fadvise(raw->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return true;
}

bool raw_open(struct raw *raw, const char *path, struct status *status)
{
    *raw = (struct raw){.fd = -1};
    set_title(raw, path);
    raw->hash = mem_aligned(1, sizeof(XXH3_state_t), "a reader", status);
    if (raw->hash == NULL) {
        return false;
    }
    XXH3_128bits_reset(raw->hash);
    return open_file(raw, path, status);
}

bool raw_next(struct raw *raw, const char *path, struct status *status)
{
    const uint64_t total = raw->total;
    if (raw->own_fd) {
        close(raw->fd);
    }
    raw->fd = -1;
    raw->own_fd = false;
    set_title(raw, path);
    bool good = open_file(raw, path, status);
    raw->total = total; /* the caller's, of all */
    return good;
}

void raw_close(struct raw *raw)
{
    if (raw->own_fd) {
        close(raw->fd);
    }
    free(raw->hash);
}

static bool wait_for_bytes(const struct raw *raw, const struct progress *progress,
                           struct status *status)
{
    struct pollfd poll_fd = {.fd = raw->fd, .events = POLLIN};
    for (;;) {
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (poll(&poll_fd, 1, WAIT_MS) > 0) {
            return true;
        }
    }
}

/* Rows that are not there any more must not be missing in silence. */
static bool ended_early(const struct raw *raw, struct status *status)
{
    return status_set(status, STATUS_IO,
                      "%s was made shorter while it was read: it ended after %" PRIu64
                      " of %" PRIu64 " bytes; run it again when it is whole",
                      raw->title, raw->done - raw->from, raw->size);
}

bool raw_read(struct raw *raw, void *buffer, size_t size, size_t *got,
              const struct progress *progress, struct status *status)
{
    for (;;) {
        if (raw->waits && !wait_for_bytes(raw, progress, status)) {
            return false;
        }
        ssize_t n = read(raw->fd, buffer, size);
        if (n >= 0) {
            if (n == 0 && !raw->waits && raw->done - raw->from < raw->size && size > 0) {
                return ended_early(raw, status);
            }
            *got = (size_t)n;
            raw->done += (uint64_t)n;
            XXH3_128bits_update(raw->hash, buffer, (size_t)n);
            return true;
        }
        if (errno == EISDIR) {
            return status_set(status, STATUS_INPUT, "%s is a directory: name a file in it",
                              raw->title);
        }
        if (errno != EINTR && errno != EAGAIN) {
            return status_set(status, STATUS_IO, "cannot read %s: %m", raw->title);
        }
    }
}

enum input_change raw_change(const struct raw *raw, struct input_state *state)
{
    struct stat stat;
    struct input_state now = {0};
    if (fstat(raw->fd, &stat) == 0) {
        now = input_state_of(&stat);
    }
    *state = input_state_same(&raw->state, &now) ? raw->state : (struct input_state){0};
    return input_state_change(&raw->state, &now);
}

void raw_hash(const struct raw *raw, uint64_t half[2])
{
    XXH128_hash_t hash = XXH3_128bits_digest(raw->hash);
    half[0] = hash.high64;
    half[1] = hash.low64;
}
