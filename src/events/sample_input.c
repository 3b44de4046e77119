#define _GNU_SOURCE
#include "events/sample_input.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "table/input/input_list.h"
#include "table/input/source.h"
#include "table/parquet/parquet.h"

enum {
    PIECES = 128,
    PIECE = 32 << 10,
    WHOLE = PIECES * PIECE, /* files up to this size are looked at in full */
    HEADER = 16 << 10,
};

/* ---- pieces of a file ---- */

struct pieces {
    int out; /* a file in memory: the header and whole lines */
    size_t bytes;
    char *room; /* (WHOLE) */
};

static bool put(struct pieces *pieces, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t done = write(pieces->out, bytes, length);
        if (done <= 0) {
            return false;
        }
        pieces->bytes += (size_t)done;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

/* Puts the whole lines of a piece: what comes after its first line feed (from its beginning
 * when it begins with a line), up to its last. */
static bool put_lines(struct pieces *pieces, const char *piece, size_t length, bool begins)
{
    const char *from = begins ? piece : memchr(piece, '\n', length);
    const char *last = memrchr(piece, '\n', length);
    if (from == NULL || last == NULL) {
        return true;
    }
    from += begins ? 0 : 1;
    return last < from || put(pieces, from, (size_t)(last + 1 - from));
}

/* Pieces at places that a fixed seed draws, one from each of as many equal parts: even steps
 * could fall in step with a file that repeats itself. */
static bool take_pieces(struct pieces *pieces, int fd, size_t size, size_t header)
{
    struct rng rng;
    const double step = (double)(size - header - PIECE) / PIECES;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < PIECES; i++) {
        const double part = (double)rng_bounded(&rng, UINT32_MAX - 1) / (double)UINT32_MAX;
        const size_t at = header + (size_t)(((double)i + part) * step);
        const ssize_t got = pread(fd, pieces->room, PIECE, (off_t)at);
        if (got <= 0 || !put_lines(pieces, pieces->room, (size_t)got, false)) {
            return false;
        }
    }
    return true;
}

/* The bytes of the table's lines, all of them; 0 when that is not known. */
static double take_plain(struct pieces *pieces, int fd, size_t size)
{
    const size_t first = size < WHOLE ? size : HEADER;
    const ssize_t got = pread(fd, pieces->room, first, 0);
    const char *end = got > 0 ? memchr(pieces->room, '\n', (size_t)got) : NULL;
    if (end == NULL || input_is_log(pieces->room, (size_t)got)) {
        return 0;
    }
    const size_t header = (size_t)(end + 1 - pieces->room);
    if (size < WHOLE) {
        return put(pieces, pieces->room, (size_t)got) ? (double)(size - header) : 0;
    }
    const bool done =
        put(pieces, pieces->room, header) && take_pieces(pieces, fd, size, header);
    pieces->bytes -= header;
    return done ? (double)(size - header) : 0;
}

static double take_inflated(struct pieces *pieces, const char *path)
{
    struct source *source = source_open(path, NULL, NULL);
    size_t used = 0, got = 1;
    while (source != NULL && used < WHOLE && got > 0 &&
           source_read(source, pieces->room + used, WHOLE - used, &got, NULL, NULL)) {
        used += got;
    }
    double all = 0;
    if (used > 0 && !input_is_log(pieces->room, used < HEADER ? used : HEADER) &&
        source_done(source) > 0 && put_lines(pieces, pieces->room, used, true)) {
        all = (double)used * (double)source_total(source) / (double)source_done(source);
    }
    source_close(source);
    return all;
}

static bool read_pieces(const struct pieces *pieces, double all,
                        const struct csv_options *options, struct parallel *parallel,
                        struct sample *sample)
{
    char path[64];
    struct csv_options plain = {.features = options->features,
                                .n_features = options->n_features,
                                .reading = options->reading};
    snprintf(path, sizeof path, "/proc/self/fd/%d", pieces->out);
    struct table *table = csv_load(path, &plain, parallel, NULL, NULL);
    if (table == NULL) {
        return false;
    }
    sample_table(table, sample);
    sample->bytes = all;
    sample->rows *= fmax(all / (double)pieces->bytes, 1);
    table_free(table);
    return true;
}

static bool sample_file(const char *path, const struct input_choice *choice,
                        const struct csv_options *options, struct parallel *parallel,
                        struct sample *sample)
{
    struct stat about;
    unsigned char magic[2] = {0};
    const int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct pieces pieces = {.out = -1};
    double all = 0;
    memset(sample, 0, sizeof *sample);
    if (fd >= 0 && choice->kind != INPUT_LOG && fstat(fd, &about) == 0 &&
        S_ISREG(about.st_mode) && pread(fd, magic, sizeof magic, 0) == sizeof magic &&
        (pieces.room = mem_new(WHOLE, 1, "a sample", NULL)) != NULL &&
        (pieces.out = memfd_create("sample", MFD_CLOEXEC)) >= 0) {
        all = magic[0] == 0x1f && magic[1] == 0x8b
                  ? take_inflated(&pieces, path)
                  : take_plain(&pieces, fd, (size_t)about.st_size);
    }
    free(pieces.room); /* first: memory may be short */
    const bool done =
        all > 0 && pieces.bytes > 0 && read_pieces(&pieces, all, options, parallel, sample);
    if (pieces.out >= 0) {
        close(pieces.out);
    }
    if (fd >= 0) {
        close(fd);
    }
    return done;
}

/* Of Parquet files the rows are known. */
static bool sample_parquet(const char *input, const struct csv_options *options,
                           struct parallel *parallel, struct sample *sample)
{
    double rows, bytes;
    struct table *table = parquet_sample(input, options, parallel, &rows, &bytes);
    if (table == NULL) {
        return false;
    }
    sample_table(table, sample);
    sample->rows = rows;
    sample->bytes = bytes;
    table_free(table);
    return true;
}

/* Of several files the first is looked at: the others are taken to be like it. */
bool sample_input(const char *input, const struct input_choice *choice,
                  const struct csv_options *options, struct parallel *parallel,
                  struct sample *sample)
{
    struct input_list list;
    double first = 0, all = 0;
    memset(sample, 0, sizeof *sample);
    if (choice->kind != INPUT_LOG && parquet_recognise(input, choice->kind == INPUT_AUTO)) {
        return sample_parquet(input, options, parallel, sample);
    }
    if (!input_list_split(&list, input, NULL)) {
        return false;
    }
    for (size_t i = 0; i < list.n; i++) {
        struct stat about;
        double size = stat(list.paths[i], &about) == 0 ? (double)about.st_size : 0;
        first = i == 0 ? size : first;
        all += size;
    }
    bool done = list.n > 0 && sample_file(list.paths[0], choice, options, parallel, sample);
    if (done && list.n > 1 && first > 0) {
        sample->bytes *= all / first;
        sample->rows *= all / first;
    }
    input_list_clear(&list);
    return done;
}
