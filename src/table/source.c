#define _GNU_SOURCE
#include "table/source.h"

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
#include <zlib.h>

#include "base/mem.h"

enum {
    RAW_BYTES = 1 << 17,
    WAIT_MS = 20 /* between two looks at the cancel flag while a pipe has nothing */
};

struct source {
    int fd;
    bool own_fd;    /* standard input is not ours to close */
    bool waits;     /* not a regular file: reads may have to wait */
    char title[96]; /* for messages */
    uint64_t done, total;
    XXH3_state_t *hash;
    unsigned char *raw; /* (RAW_BYTES) the first bytes; of a .gz, all in turn */
    size_t raw_from, raw_to;
    unsigned char *peeked; /* (SOURCE_PEEK) content that was looked at; NULL: none */
    size_t peeked_from, peeked_to;
    bool gzip;
    bool between; /* .gz: not inside a member */
    z_stream inflate;
};

/* Beginnings of what people try to open that is not text. A dot matches any byte. */
static const struct {
    const char *magic;
    size_t length;
    const char *kind, *advice;
} foreign[] = {
    {"\xfd"
     "7zXZ\0",
     6, "compressed with xz", "decompress it first: xz -dc FILE | oddhours ... -"},
    {"\x28\xb5\x2f\xfd", 4, "compressed with zstd",
     "decompress it first: zstd -dc FILE | oddhours ... -"},
    {"BZh.1AY&SY", 10, "compressed with bzip2",
     "decompress it first: bzip2 -dc FILE | oddhours ... -"},
    {"PK\3\4", 4, "a zip archive (or a spreadsheet)", "extract or export a CSV file from it"},
    {"7z\xbc\xaf\x27\x1c", 6, "a 7-zip archive", "extract the CSV file from it"},
    {"PAR1\x15", 5, "a Parquet file", "export it as CSV"},
    {"SQLite format 3\0", 16, "an SQLite database", "export the table as CSV"},
    {"\xff\xfe", 2, "UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE"},
    {"\xfe\xff", 2, "UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE"},
};

static bool begins_with(const struct source *source, const char *magic, size_t length)
{
    if (source->raw_to - source->raw_from < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (magic[i] != '.' && (unsigned char)magic[i] != source->raw[source->raw_from + i]) {
            return false;
        }
    }
    return true;
}

static bool refuse_foreign(const struct source *source, struct status *status)
{
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (begins_with(source, foreign[i].magic, foreign[i].length)) {
            return status_set(status, STATUS_INPUT, "%s is %s, not a CSV file: %s",
                              source->title, foreign[i].kind, foreign[i].advice);
        }
    }
    return true;
}

static bool wait_for_bytes(const struct source *source, const struct progress *progress,
                           struct status *status)
{
    struct pollfd poll_fd = {.fd = source->fd, .events = POLLIN};
    for (;;) {
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (poll(&poll_fd, 1, WAIT_MS) > 0) {
            return true;
        }
    }
}

/* One read(2) that brings at least a byte, or none at the end. */
static bool read_some(struct source *source, void *buffer, size_t size, size_t *got,
                      const struct progress *progress, struct status *status)
{
    for (;;) {
        if (source->waits && !wait_for_bytes(source, progress, status)) {
            return false;
        }
        ssize_t n = read(source->fd, buffer, size);
        if (n >= 0) {
            *got = (size_t)n;
            source->done += (uint64_t)n;
            XXH3_128bits_update(source->hash, buffer, (size_t)n);
            return true;
        }
        if (errno == EISDIR) {
            return status_set(status, STATUS_INPUT, "%s is a directory: name a file in it",
                              source->title);
        }
        if (errno != EINTR && errno != EAGAIN) {
            return status_set(status, STATUS_IO, "cannot read %s: %m", source->title);
        }
    }
}

/* Enough bytes to know what kind of input it is. */
static bool read_first_bytes(struct source *source, const struct progress *progress,
                             struct status *status)
{
    enum { ENOUGH = 16 };
    while (source->raw_to < ENOUGH) {
        size_t got;
        if (!read_some(source, source->raw + source->raw_to, RAW_BYTES - source->raw_to, &got,
                       progress, status)) {
            return false;
        }
        if (got == 0) {
            break;
        }
        source->raw_to += got;
    }
    return true;
}

static bool open_file(struct source *source, const char *path, struct status *status)
{
    if (strcmp(path, "-") == 0) {
        source->fd = STDIN_FILENO;
    } else {
        /* Without O_NONBLOCK a named pipe that nobody writes to could not be cancelled. */
        source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (source->fd < 0) {
            return status_set(status, STATUS_IO, "cannot open %s: %m", source->title);
        }
        source->own_fd = true;
    }
    struct stat stat;
    if (fstat(source->fd, &stat) != 0) {
        return status_set(status, STATUS_IO, "cannot read %s: %m", source->title);
    }
    if (S_ISDIR(stat.st_mode)) {
        return status_set(status, STATUS_INPUT, "%s is a directory: name a file in it",
                          source->title);
    }
    source->waits = !S_ISREG(stat.st_mode);
    if (!source->waits) {
        off_t at = lseek(source->fd, 0, SEEK_CUR);
        source->total = stat.st_size > at && at >= 0 ? (uint64_t)(stat.st_size - at) : 0;
        posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return true;
}

/* zlib asks for memory through these, so that a test can refuse it. */
static void *zlib_allocate(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return mem_new(items, size, "inflating", NULL);
}

static void zlib_release(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static bool start_inflating(struct source *source, struct status *status)
{
    enum { WITH_GZIP_HEADER = 16 };
    source->inflate.zalloc = zlib_allocate;
    source->inflate.zfree = zlib_release;
    if (inflateInit2(&source->inflate, MAX_WBITS + WITH_GZIP_HEADER) != Z_OK) {
        return status_nomem(status, 1 << 15, "inflating");
    }
    source->gzip = true;
    return true;
}

static void set_title(struct source *source, const char *path)
{
    size_t size = sizeof source->title;
    if (strcmp(path, "-") == 0) {
        snprintf(source->title, size, "standard input");
    } else if (strlen(path) + 3 <= size) {
        snprintf(source->title, size, "'%s'", path);
    } else { /* the end of a path says most */
        snprintf(source->title, size, "'...%s'", path + strlen(path) - (size - 6));
    }
}

struct source *source_open(const char *path, const struct progress *progress,
                           struct status *status)
{
    struct source *source = mem_zero(1, sizeof *source, "a reader", status);
    if (source == NULL) {
        return NULL;
    }
    source->fd = -1;
    set_title(source, path);
    source->hash = mem_aligned(1, sizeof *source->hash, "a reader", status);
    source->raw = mem_new(RAW_BYTES, 1, "a reader", status);
    if (source->hash == NULL || source->raw == NULL || !open_file(source, path, status)) {
        source_close(source);
        return NULL;
    }
    XXH3_128bits_reset(source->hash);
    if (!read_first_bytes(source, progress, status) || !refuse_foreign(source, status) ||
        (begins_with(source, "\x1f\x8b\x08", 3) && !start_inflating(source, status))) {
        source_close(source);
        return NULL;
    }
    return source;
}

void source_close(struct source *source)
{
    if (source == NULL) {
        return;
    }
    if (source->gzip) {
        inflateEnd(&source->inflate);
    }
    if (source->own_fd) {
        close(source->fd);
    }
    free(source->hash);
    free(source->raw);
    free(source->peeked);
    free(source);
}

static bool damaged(const struct source *source, const char *how, struct status *status)
{
    return status_set(status, STATUS_INPUT,
                      "%s is a damaged .gz file: %s at compressed byte %" PRIu64, source->title,
                      how, source->done - (source->raw_to - source->raw_from));
}

/* After a member of a .gz: zero bytes are padding, anything else must be one more member. */
static bool start_next_member(struct source *source, struct status *status)
{
    while (source->raw_from < source->raw_to && source->raw[source->raw_from] == 0) {
        source->raw_from++;
    }
    if (source->raw_from < source->raw_to) {
        if (source->raw[source->raw_from] != 0x1f) {
            return damaged(source, "what follows the end is not gzip,", status);
        }
        inflateReset(&source->inflate);
        source->between = false;
    }
    return true;
}

/* Inflates from the raw bytes there are. */
static bool inflate_some(struct source *source, void *buffer, size_t size, size_t *got,
                         struct status *status)
{
    z_stream *stream = &source->inflate;
    unsigned room = size > 1 << 30 ? 1 << 30 : (unsigned)size;
    stream->next_in = source->raw + source->raw_from;
    stream->avail_in = (unsigned)(source->raw_to - source->raw_from);
    stream->next_out = buffer;
    stream->avail_out = room;
    int result = inflate(stream, Z_NO_FLUSH);
    source->raw_from = source->raw_to - stream->avail_in;
    *got = room - stream->avail_out;
    if (result == Z_STREAM_END) {
        source->between = true;
    } else if (result == Z_MEM_ERROR) {
        return status_nomem(status, 1 << 15, "inflating");
    } else if (result != Z_OK && result != Z_BUF_ERROR && *got == 0) {
        /* What came out before the damage is handed on first; the next call ends here. */
        return damaged(source, "it cannot be inflated", status);
    }
    return true;
}

static bool read_gzip(struct source *source, void *buffer, size_t size, size_t *got,
                      const struct progress *progress, struct status *status)
{
    *got = 0;
    while (*got == 0) {
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (source->raw_from == source->raw_to) {
            size_t raw;
            if (!read_some(source, source->raw, RAW_BYTES, &raw, progress, status)) {
                return false;
            }
            source->raw_from = 0;
            source->raw_to = raw;
            if (raw == 0) {
                return source->between || damaged(source, "it is cut off", status);
            }
        }
        if (source->between) {
            if (!start_next_member(source, status)) {
                return false;
            }
        } else if (!inflate_some(source, buffer, size, got, status)) {
            return false;
        }
    }
    return true;
}

static bool read_content(struct source *source, void *buffer, size_t size, size_t *got,
                         const struct progress *progress, struct status *status)
{
    if (source->gzip) {
        return read_gzip(source, buffer, size, got, progress, status);
    }
    size_t ready = source->raw_to - source->raw_from;
    if (ready == 0) {
        return read_some(source, buffer, size, got, progress, status);
    }
    *got = ready < size ? ready : size;
    memcpy(buffer, source->raw + source->raw_from, *got);
    source->raw_from += *got;
    return true;
}

bool source_read(struct source *source, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status)
{
    size_t ready = source->peeked_to - source->peeked_from;
    if (ready == 0) {
        return read_content(source, buffer, size, got, progress, status);
    }
    *got = ready < size ? ready : size;
    memcpy(buffer, source->peeked + source->peeked_from, *got);
    source->peeked_from += *got;
    return true;
}

bool source_peek(struct source *source, size_t want, const char **bytes, size_t *got,
                 const struct progress *progress, struct status *status)
{
    if (source->peeked == NULL) {
        source->peeked = mem_new(SOURCE_PEEK, 1, "a reader", status);
        if (source->peeked == NULL) {
            return false;
        }
    }
    while (source->peeked_to < want) {
        size_t more;
        struct status problem = {0};
        if (!read_content(source, source->peeked + source->peeked_to, want - source->peeked_to,
                          &more, progress, &problem)) {
            if (problem.code == STATUS_INPUT) {
                break; /* damaged: source_read() will come upon it again */
            }
            return status_set(status, problem.code, "%s", problem.text);
        }
        if (more == 0) {
            break;
        }
        source->peeked_to += more;
    }
    *bytes = (const char *)source->peeked;
    *got = source->peeked_to;
    return true;
}

uint64_t source_done(const struct source *source)
{
    return source->done;
}

uint64_t source_total(const struct source *source)
{
    return source->total;
}

void source_hash(const struct source *source, char text[TABLE_HASH_TEXT])
{
    XXH128_hash_t hash = XXH3_128bits_digest(source->hash);
    snprintf(text, TABLE_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
             (uint64_t)hash.low64);
}

const char *source_title(const struct source *source)
{
    return source->title;
}
