#include "table/input/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/input/decode.h"
#include "table/input/gunzip.h"
#include "table/input/raw.h"

enum { FIRST_BYTES = 16 }; /* enough to know what kind of input it is */

struct source {
    struct raw raw;
    unsigned char first[FIRST_BYTES]; /* read while opening */
    size_t first_from, n_first;       /* first_from of them are handed out */
    struct gunzip *gunzip;            /* of a .gz */
    struct decode *decode;
    const struct progress *progress; /* of the call that reads */
    unsigned char *peeked;           /* (SOURCE_PEEK) content that was looked at; NULL: none */
    size_t peeked_from, peeked_to;
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
    {"\xff\xfe\0\0", 4, "UTF-32 text", "convert it first: iconv -f UTF-32 -t UTF-8 FILE"},
};

static bool begins_with(const struct source *source, const char *magic, size_t length)
{
    if (source->n_first < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (magic[i] != '.' && (unsigned char)magic[i] != source->first[i]) {
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
                              source->raw.title, foreign[i].kind, foreign[i].advice);
        }
    }
    return true;
}

static bool read_first_bytes(struct source *source, const struct progress *progress,
                             struct status *status)
{
    size_t got = 1;
    while (source->n_first < FIRST_BYTES && got > 0) {
        if (!raw_read(&source->raw, source->first + source->n_first,
                      FIRST_BYTES - source->n_first, &got, progress, status)) {
            return false;
        }
        source->n_first += got;
    }
    return true;
}

/* The content before it is decoded. */
static bool read_bytes(void *context, void *buffer, size_t size, size_t *got,
                       struct status *status)
{
    struct source *source = context;
    const struct progress *progress = source->progress;
    if (source->gunzip != NULL) {
        return gunzip_read(source->gunzip, buffer, size, got, progress, status);
    }
    size_t ready = source->n_first - source->first_from;
    if (ready == 0) {
        return raw_read(&source->raw, buffer, size, got, progress, status);
    }
    *got = ready < size ? ready : size;
    memcpy(buffer, source->first + source->first_from, *got);
    source->first_from += *got;
    return true;
}

static bool prepare(struct source *source, const char *path, const struct progress *progress,
                    struct status *status)
{
    if (!raw_open(&source->raw, path, status) || !read_first_bytes(source, progress, status) ||
        !refuse_foreign(source, status)) {
        return false;
    }
    source->decode = decode_new((struct decode_input){read_bytes, source}, status);
    if (source->decode == NULL) {
        return false;
    }
    if (begins_with(source, "\x1f\x8b\x08", 3)) {
        source->gunzip = gunzip_new(&source->raw, source->first, source->n_first, status);
        return source->gunzip != NULL;
    }
    return true;
}

struct source *source_open(const char *path, const struct progress *progress,
                           struct status *status)
{
    struct source *source = mem_zero(1, sizeof *source, "a reader", status);
    if (source != NULL && !prepare(source, path, progress, status)) {
        source_close(source);
        source = NULL;
    }
    return source;
}

void source_close(struct source *source)
{
    if (source != NULL) {
        decode_free(source->decode);
        gunzip_free(source->gunzip);
        raw_close(&source->raw);
        free(source->peeked);
        free(source);
    }
}

static bool read_content(struct source *source, void *buffer, size_t size, size_t *got,
                         const struct progress *progress, struct status *status)
{
    source->progress = progress;
    bool good = decode_read(source->decode, buffer, size, got, status);
    source->progress = NULL;
    return good;
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
    return source->raw.done;
}

uint64_t source_total(const struct source *source)
{
    return source->raw.total;
}

enum encoding source_encoding(const struct source *source)
{
    return decode_encoding(source->decode);
}

bool source_again(const struct source *source)
{
    return source->raw.own_fd && !source->raw.waits;
}

void source_hash(const struct source *source, char text[TABLE_HASH_TEXT])
{
    uint64_t half[2];
    raw_hash(&source->raw, half);
    snprintf(text, TABLE_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, half[0], half[1]);
}

const char *source_title(const struct source *source)
{
    return source->raw.title;
}
