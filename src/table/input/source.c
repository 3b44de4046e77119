#include "table/input/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "table/input/decode.h"
#include "table/input/evtx.h"
#include "table/input/gunzip.h"
#include "table/input/input_list.h"
#include "table/input/raw.h"
#include "table/input/unpack.h"

enum { FIRST_BYTES = 16 }; /* enough to know what kind of input it is */

struct source {
    struct input_list list;
    size_t file;                /* of the list: the one that is read */
    bool again;                 /* all are regular files */
    char title[RAW_TITLE + 32]; /* of all */
    bool letters;               /* source_letters() was called */
    enum encoding encoding;     /* of files before, where it was not UTF-8 */
    enum input_change change;   /* of files before */
    struct input_state state;
    struct raw raw;
    unsigned char first[FIRST_BYTES]; /* read while opening */
    size_t first_from, n_first;       /* first_from of them are handed out */
    struct gunzip *gunzip;            /* of a .gz */
    struct unpack *unpack;            /* of a .xz, .zip and others */
    struct evtx *evtx;                /* of a Windows event log */
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
    {"7z\xbc\xaf\x27\x1c", 6, "a 7-zip archive", "extract the CSV file from it"},
    {"PAR1\x15", 5, "a Parquet file", "it is read as a table by itself, not packed or piped"},
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

bool source_is_plain(const unsigned char *first, size_t n)
{
    bool gz = n >= 2 && first[0] == 0x1f && first[1] == 0x8b;
    bool utf16 = n >= 2 && (first[0] >= 0xfe || first[0] == 0 || first[1] == 0);
    bool mark = n >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0;
    return !gz && !utf16 && !mark && !evtx_is(first, n) && unpack_kind(first, n) == NULL;
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
    if (source->unpack != NULL) {
        return unpack_read(source->unpack, buffer, size, got, progress, status);
    }
    if (source->evtx != NULL) {
        return evtx_read(source->evtx, buffer, size, got, progress, status);
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

size_t source_path_length(const char *path)
{
    struct stat about;
    size_t whole = strlen(path);
    char before[4096];
    if (whole >= sizeof before || stat(path, &about) == 0) {
        return whole;
    }
    for (const char *colon = strchr(path, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        size_t length = (size_t)(colon - path);
        memcpy(before, path, length);
        before[length] = '\0';
        if (length > 0 && colon[1] != '\0' && stat(before, &about) == 0 &&
            S_ISREG(about.st_mode)) {
            return length;
        }
    }
    return whole;
}

static bool unpack_archive(struct source *source, const char *path, const char *member,
                           const struct progress *progress, struct status *status)
{
    (void)progress;
    const char *again = source->raw.own_fd && !source->raw.waits ? path : NULL;
    source->unpack =
        unpack_new(&source->raw, source->first, source->n_first, again, member, status);
    return source->unpack != NULL;
}

static bool prepare(struct source *source, const char *path, const char *member,
                    const struct progress *progress, struct status *status)
{
    if (!(source->file == 0 ? raw_open(&source->raw, path, status)
                            : raw_next(&source->raw, path, status)) ||
        !read_first_bytes(source, progress, status) || !refuse_foreign(source, status)) {
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
    if (unpack_kind(source->first, source->n_first) != NULL) {
        return unpack_archive(source, path, member, progress, status);
    }
    if (member == NULL && evtx_is(source->first, source->n_first)) {
        const char *again = source->raw.own_fd && !source->raw.waits ? path : NULL;
        source->evtx = evtx_new(&source->raw, again, status);
        return source->evtx != NULL;
    }
    return member == NULL ||
           status_set(status, STATUS_INPUT, "%s is no archive that holds %.80s",
                      source->raw.title, member);
}

/* Opens the present file of the list. */
static bool open_file(struct source *source, const struct progress *progress,
                      struct status *status)
{
    const char *path = source->list.paths[source->file];
    size_t length = source_path_length(path);
    char *file = mem_text(path, length, status);
    bool good =
        file != NULL &&
        prepare(source, file, path[length] == ':' ? path + length + 1 : NULL, progress, status);
    free(file);
    return good;
}

/* Looks at the files that follow: what cannot be read is better said now. */
static bool add_up(struct source *source, struct status *status)
{
    source->again = source->raw.own_fd && !source->raw.waits;
    for (size_t i = 1; i < source->list.n; i++) {
        struct stat about;
        const char *path = source->list.paths[i];
        size_t length = source_path_length(path);
        char *file = mem_text(path, length, status);
        if (file == NULL) {
            return false;
        }
        bool there = stat(file, &about) == 0;
        free(file);
        if (!there) {
            return status_set(status, STATUS_IO, "cannot open '%.200s': %m", path);
        }
        source->again = source->again && S_ISREG(about.st_mode);
        source->raw.total += S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
    }
    source->raw.total = source->again || source->list.n == 1 ? source->raw.total : 0;
    snprintf(source->title, sizeof source->title, "%s and %zu more", source->raw.title,
             source->list.n - 1);
    return true;
}

struct source *source_open(const char *path, const struct progress *progress,
                           struct status *status)
{
    struct source *source = mem_zero(1, sizeof *source, "a reader", status);
    if (source == NULL) {
        return NULL;
    }
    source->raw.fd = -1;
    if (!input_list_split(&source->list, path, status) ||
        !open_file(source, progress, status) || !add_up(source, status)) {
        source_close(source);
        return NULL;
    }
    return source;
}

/* Lets go of what belongs to one file. */
static void end_file(struct source *source)
{
    decode_free(source->decode);
    gunzip_free(source->gunzip);
    unpack_free(source->unpack);
    evtx_free(source->evtx);
    source->evtx = NULL;
    source->decode = NULL;
    source->gunzip = NULL;
    source->unpack = NULL;
    source->n_first = source->first_from = 0;
    source->peeked_from = source->peeked_to = 0;
}

size_t source_files(const struct source *source)
{
    return source->list.n;
}

bool source_next(struct source *source, bool *more, const struct progress *progress,
                 struct status *status)
{
    *more = source->file + 1 < source->list.n;
    if (!*more) {
        return true;
    }
    struct input_state state;
    source->change = source_change(source, &state);
    source->state = state;
    enum encoding encoding = source_encoding(source);
    source->encoding = encoding == ENCODING_UTF8 ? ENCODING_UNKNOWN : encoding;
    end_file(source);
    source->file++;
    return open_file(source, progress, status) &&
           (!source->letters || source_letters(source, status));
}

void source_close(struct source *source)
{
    if (source != NULL) {
        end_file(source);
        input_list_clear(&source->list);
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

bool source_letters(struct source *source, struct status *status)
{
    enum encoding encoding = decode_encoding(source->decode);
    source->letters = true;
    if (encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE) {
        return true; /* what was peeked at is UTF-8 already */
    }
    size_t from = source->peeked_from, to = source->peeked_to;
    source->peeked_from = source->peeked_to = 0;
    if (source->peeked == NULL) {
        return decode_letters(source->decode, "", 0, status); /* nothing has been looked at */
    }
    return decode_letters(source->decode, source->peeked + from, to - from, status);
}

enum encoding source_encoding(const struct source *source)
{
    return source->encoding != ENCODING_UNKNOWN ? source->encoding
                                                : decode_encoding(source->decode);
}

bool source_again(const struct source *source)
{
    return source->again;
}

void source_hash(const struct source *source, char text[TABLE_HASH_TEXT])
{
    uint64_t half[2];
    raw_hash(&source->raw, half);
    snprintf(text, TABLE_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, half[0], half[1]);
}

enum input_change source_change(const struct source *source, struct input_state *state)
{
    enum input_change change = raw_change(&source->raw, state);
    if (source->file > 0) {
        struct input_state all = source->state;
        input_state_add(&all, state);
        *state = all;
    }
    return change > source->change ? change : source->change;
}

const char *source_title(const struct source *source)
{
    return source->list.n > 1 ? source->title : source->raw.title;
}

const char *source_file_title(const struct source *source)
{
    return source->raw.title;
}
