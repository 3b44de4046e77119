#define _GNU_SOURCE
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/writeback.h"
#include "base/mem.h"
#include "base/text.h"

enum { BUFFER = 1 << 18, AT_ONCE = 4 << 20 /* bytes handed to the system */ };

struct outfile {
    int fd;
    int error; /* errno of the first failure, 0 so far */
    char *path;
    char *temporary; /* NULL: written through, as there is nothing to rename over */
    bool own_fd;     /* standard output is not ours to close */
    bool in_memory;  /* there is no file: what is written goes to memory */
    bool terminal;   /* it goes to a terminal: it is made safe */
    bool fresh;      /* must not take the place of a file that is there */
    char *memory;    /* (length) terminated */
    size_t length, capacity;
    size_t used;
    size_t flushed; /* bytes that have left the buffer */
    struct writeback writeback;
    char buffer[BUFFER];
};

static void outfile_free(struct outfile *file)
{
    free(file->path);
    free(file->temporary);
    free(file->memory);
    free(file);
}

/* A new file beside the place, as open as the user's umask says, or as the older file is. The
 * system applies the umask: to ask for it would change it for other threads meanwhile. */
static bool make_temporary(struct outfile *file, struct status *status)
{
    enum { TRIES = 100, SUFFIX = 48 };
    size_t size = strlen(file->path) + SUFFIX;
    struct stat old;
    bool known = stat(file->path, &old) == 0;
    file->temporary = mem_new(size, 1, "a file's name", status);
    if (file->temporary == NULL) {
        return false;
    }
    errno = EEXIST;
    file->fd = -1;
    for (unsigned i = 0; i < TRIES && file->fd < 0 && errno == EEXIST; i++) {
        snprintf(file->temporary, size, "%s.%ld-%u", file->path, (long)getpid(), i);
        file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                        known || file->fresh ? S_IRUSR | S_IWUSR : 0666);
    }
    if (file->fd < 0) {
        return status_set(status, STATUS_IO, "%s: cannot be written: %s", file->path,
                          strerror(errno));
    }
    if (known && fchmod(file->fd, old.st_mode & 07777) != 0) {
        file->error = errno;
    }
    return true;
}

bool outfile_is_temporary(const char *entry, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '.') {
        return false;
    }
    const char *pid = entry + length + 1, *digits = "0123456789";
    size_t n_pid = strspn(pid, digits);
    if (n_pid == 0 || pid[n_pid] != '-') {
        return false;
    }
    const char *number = pid + n_pid + 1;
    return number[0] != '\0' && number[strspn(number, digits)] == '\0';
}

/* A link stays one: what it leads to is replaced. Only of the user's own links, or root's:
 * somebody else's in a folder like /tmp would decide which file of the user's is replaced. */
static bool follow_link(struct outfile *file, struct status *status)
{
    struct stat there;
    if (lstat(file->path, &there) != 0 || !S_ISLNK(there.st_mode)) {
        return true;
    }
    if (there.st_uid != geteuid() && there.st_uid != 0) {
        return status_set(
            status, STATUS_IO,
            "%s: is a link that another user made, and is not followed: name what "
            "it leads to",
            file->path);
    }
    char *target = realpath(file->path, NULL);
    if (target != NULL) {
        free(file->path);
        file->path = target;
    }
    return true;
}

/* A device, a pipe or a socket is written into. Renaming a file over it would put a file in its
 * place: "-o /dev/null" as root would take the device from everybody. */
static bool open_through(struct outfile *file, struct status *status)
{
    file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file->fd < 0) {
        return status_set(status, STATUS_IO, "%s: cannot be written: %s", file->path,
                          strerror(errno));
    }
    file->own_fd = true;
    return true;
}

static bool is_special(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

bool outfile_no_pipe(const char *path, struct status *status)
{
    struct stat there;
    return stat(path, &there) != 0 || !S_ISFIFO(there.st_mode) ||
           status_set(status, STATUS_USAGE, "%s is a pipe, not a file", path);
}

static struct outfile *open_file(const char *path, bool fresh, struct status *status)
{
    struct outfile *file = mem_new(1, sizeof *file, "a file's buffer", status);
    if (file == NULL) {
        return NULL;
    }
    file->fd = STDOUT_FILENO;
    file->error = 0;
    file->used = file->flushed = 0;
    file->writeback = (struct writeback){0};
    file->in_memory = false;
    file->fresh = fresh;
    file->memory = NULL;
    file->length = file->capacity = 0;
    file->temporary = NULL;
    file->own_fd = false;
    file->path = mem_text(path, strlen(path), status);
    bool good = file->path != NULL;
    if (good && fresh) {
        good = make_temporary(file, status);
    } else if (good && strcmp(path, "-") != 0) {
        good = follow_link(file, status) &&
               (is_special(file->path) ? open_through(file, status)
                                       : make_temporary(file, status));
    }
    if (!good) {
        outfile_free(file);
        return NULL;
    }
    file->terminal = file->temporary == NULL && isatty(file->fd) == 1;
    return file;
}

struct outfile *outfile_open(const char *path, struct status *status)
{
    return open_file(path, false, status);
}

struct outfile *outfile_open_new(const char *path, struct status *status)
{
    return open_file(path, true, status);
}

static void keep(struct outfile *file, const char *bytes, size_t length)
{
    if (!mem_grow(&file->memory, &file->capacity, file->length + length + 1, 1, "a text",
                  NULL)) {
        file->error = ENOMEM;
        return;
    }
    memcpy(file->memory + file->length, bytes, length);
    file->length += length;
    file->memory[file->length] = '\0';
}

static void write_all(struct outfile *file, const char *bytes, size_t length)
{
    if (file->in_memory) {
        file->flushed += length;
        keep(file, bytes, length);
        return;
    }
    while (length > 0 && file->error == 0) {
        ssize_t wrote = write(file->fd, bytes, length < AT_ONCE ? length : AT_ONCE);
        if (wrote < 0) {
            if (errno != EINTR) {
                file->error = errno;
            }
            continue;
        }
        bytes += wrote;
        length -= (size_t)wrote;
        file->flushed += (size_t)wrote;
        if (file->temporary != NULL) {
            writeback_advance(&file->writeback, file->fd, file->flushed);
        }
    }
}

/* Lines and fields stay what they are; the texts between are made safe. */
static void write_safe(struct outfile *file, const char *bytes, size_t length)
{
    enum { AT_MOST = 1024 };
    char safe[3 * AT_MOST + 1];
    while (length > 0) {
        size_t part = 0;
        while (part < length && part < AT_MOST && bytes[part] != '\n' && bytes[part] != '\t') {
            part++;
        }
        bool long_one = part == AT_MOST && part < length;
        while (long_one && part > AT_MOST - 4 && ((unsigned char)bytes[part] & 0xC0) == 0x80) {
            part--; /* not inside a character */
        }
        write_all(file, safe, text_safe(safe, sizeof safe, bytes, part, false));
        if (!long_one && part < length) {
            write_all(file, bytes + part++, 1);
        }
        bytes += part;
        length -= part;
    }
}

/* Bytes of an unfinished character at the end. */
static size_t unfinished(const char *bytes, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        unsigned char c = (unsigned char)bytes[length - back];
        if (c >= 0xC0) {
            return back < (c >= 0xF0 ? 4u : c >= 0xE0 ? 3u : 2u) ? back : 0;
        }
        if (c < 0x80) {
            break;
        }
    }
    return 0;
}

static void flush_some(struct outfile *file, bool all)
{
    size_t kept = 0;
    if (file->terminal) {
        kept = all ? 0 : unfinished(file->buffer, file->used);
        write_safe(file, file->buffer, file->used - kept);
        memmove(file->buffer, file->buffer + file->used - kept, kept);
    } else {
        write_all(file, file->buffer, file->used);
    }
    file->used = kept;
}

static void flush(struct outfile *file)
{
    flush_some(file, true);
}

struct outfile *outfile_memory(struct status *status)
{
    struct outfile *file = mem_zero(1, sizeof *file, "a file's buffer", status);
    if (file != NULL) {
        file->fd = -1;
        file->in_memory = true;
    }
    return file;
}

const char *outfile_bytes(struct outfile *file, size_t *length)
{
    flush(file);
    *length = file->length;
    return file->error == 0 ? file->memory : NULL;
}

void outfile_stays_cached(struct outfile *file)
{
    file->writeback.off = true;
}

bool outfile_write(struct outfile *file, const void *bytes, size_t length)
{
    for (size_t part; file->terminal && length > BUFFER / 2; length -= part) {
        flush_some(file, false);
        part = BUFFER / 2;
        memcpy(file->buffer + file->used, bytes, part);
        file->used += part;
        bytes = (const char *)bytes + part;
    }
    if (length > BUFFER - file->used || length > BUFFER / 2) {
        flush_some(file, false);
    }
    if (length > BUFFER / 2) {
        write_all(file, bytes, length);
    } else if (length > 0) {
        memcpy(file->buffer + file->used, bytes, length);
        file->used += length;
    }
    return file->error == 0;
}

bool outfile_is_terminal(const struct outfile *file)
{
    return file->terminal;
}

void outfile_private(struct outfile *file)
{
    if (file->temporary != NULL && fchmod(file->fd, 0600) != 0) {
        file->error = errno;
    }
}

void outfile_fail(struct outfile *file, int error)
{
    file->error = file->error == 0 ? error : file->error;
}

size_t outfile_written(const struct outfile *file)
{
    return file->flushed + file->used;
}

bool outfile_printf(struct outfile *file, const char *format, ...)
{
    char few[1024], *text = few; /* a path may be longer */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(few, sizeof few, format, args);
    if (length >= (int)sizeof few) {
        text = mem_new((size_t)length + 1, 1, "a text", NULL);
        if (text != NULL) {
            vsnprintf(text, (size_t)length + 1, format, again);
        }
    }
    va_end(again);
    va_end(args);
    if (length < 0 || text == NULL) {
        file->error = length < 0 ? EOVERFLOW : ENOMEM;
        return false;
    }
    bool good = outfile_write(file, text, (size_t)length);
    if (text != few) {
        free(text);
    }
    return good;
}

void outfile_patch(struct outfile *file, size_t offset, const void *bytes, size_t length)
{
    flush(file);
    if (file->error == 0) {
        ssize_t wrote = pwrite(file->fd, bytes, length, (off_t)offset);
        file->error = wrote < 0 ? errno : wrote == (ssize_t)length ? 0 : EIO;
    }
}

/* Gives the temporary file its name, over an older file or, of a fresh one, only where nothing
 * has it. Some file systems know no link(), some no flag of rename. */
static bool settle(const struct outfile *file)
{
    if (!file->fresh) {
        return rename(file->temporary, file->path) == 0;
    }
    if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    return link(file->temporary, file->path) == 0 && unlink(file->temporary) == 0;
}

bool outfile_commit(struct outfile *file, struct status *status)
{
    flush(file);
    if (file->temporary == NULL) {
        if (file->own_fd && close(file->fd) != 0 && file->error == 0) {
            file->error = errno;
        }
        bool good = file->error == 0;
        if (!good) {
            status_set(status, STATUS_IO, "%s: cannot be written: %s",
                       file->own_fd ? file->path : "standard output", strerror(file->error));
        }
        outfile_free(file);
        return good;
    }
    if (file->fresh && file->error == 0 && fsync(file->fd) != 0 && errno != EINVAL) {
        file->error = errno;
    }
    if (close(file->fd) != 0 && file->error == 0) {
        file->error = errno;
    }
    if (file->error == 0 && !settle(file)) {
        file->error = errno;
    }
    bool good = file->error == 0;
    if (!good) {
        status_set(status, STATUS_IO, "%s: cannot be written: %s", file->path,
                   strerror(file->error));
        unlink(file->temporary);
    }
    outfile_free(file);
    return good;
}

void outfile_abandon(struct outfile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->temporary != NULL || file->own_fd) {
        close(file->fd);
    }
    if (file->temporary != NULL) {
        unlink(file->temporary);
    }
    outfile_free(file);
}
