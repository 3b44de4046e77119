#define _GNU_SOURCE
#include "events/events_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "base/text.h"
#include "events/event.h"
#include "events/format/frame.h"
#include "events/log_format.h"
#include "table/input/source.h"

/* DESIGN. Two buffers in turn. What stands behind the last newline of one is copied to the
 * front of the other before that is filled. A line longer than a whole buffer (nothing sane has
 * one) is cut to a length at which it is rejected, and the batch ends with it. */

enum { GOOD_CHUNK = 1 << 21, CHUNKS_A_THREAD = 4, LEAST_LINES = 4 };

struct buffer {
    char *bytes; /* (capacity + 1 + EVENT_PADDING) */
    size_t used; /* text and rest */
    struct events_batch batch;
    bool ready; /* filled and not yet taken */
};

struct events_reader {
    const struct log_format *format;
    struct framer framer;
    const char *const *paths;
    size_t n_paths, next_path;
    size_t chunk, capacity;
    struct source *first;  /* the first input when it came open; NULL afterwards */
    struct source *source; /* NULL: between two inputs */
    bool begins_file;
    uint64_t offset; /* in the input, of the byte that comes after what is in the buffers */
    struct buffer buffers[2];
    unsigned newest; /* the buffer filled last */
    uint64_t done, total;
    char hash[TABLE_HASH_TEXT];
    struct input_state state; /* of the last input */
    enum input_change change; /* the worst of them */
    XXH3_state_t *hashes;
};

/* Bytes of all inputs, or 0 when one is not a file. */
static uint64_t bytes_of_all(const char *const *paths, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        struct stat stat_;
        if (strcmp(paths[i], "-") == 0 || stat(paths[i], &stat_) != 0 ||
            !S_ISREG(stat_.st_mode)) {
            return 0;
        }
        total += (uint64_t)stat_.st_size;
    }
    return total;
}

struct events_reader *events_reader_new(const char *const *paths, size_t n,
                                        const struct log_format *format,
                                        struct source *take_first, size_t chunk,
                                        unsigned threads, struct status *status)
{
    struct events_reader *reader = mem_zero(1, sizeof *reader, "a reader", status);
    if (reader == NULL) {
        source_close(take_first);
        return NULL;
    }
    reader->first = take_first;
    reader->format = format;
    reader->paths = paths;
    reader->n_paths = n;
    reader->chunk = chunk > 0 ? chunk : GOOD_CHUNK;
    reader->capacity = reader->chunk * CHUNKS_A_THREAD * threads;
    if (reader->capacity < LEAST_LINES * format->line_max) {
        reader->capacity = LEAST_LINES * format->line_max;
    }
    reader->total = bytes_of_all(paths, n);
    reader->hashes = mem_aligned(1, sizeof *reader->hashes, "a reader", status);
    bool fine = reader->hashes != NULL;
    for (int i = 0; fine && i < 2; i++) {
        reader->buffers[i].bytes =
            mem_new(reader->capacity + 1 + EVENT_PADDING, 1, "a reader", status);
        fine = reader->buffers[i].bytes != NULL;
    }
    if (!fine) {
        events_reader_free(reader);
        return NULL;
    }
    XXH3_128bits_reset(reader->hashes);
    return reader;
}

void events_reader_free(struct events_reader *reader)
{
    if (reader != NULL) {
        source_close(reader->source);
        source_close(reader->first);
        free(reader->buffers[0].bytes);
        free(reader->buffers[1].bytes);
        free(reader->hashes);
        free(reader);
    }
}

size_t events_reader_chunk(const struct events_reader *reader)
{
    return reader->chunk;
}

uint64_t events_reader_bytes(const struct events_reader *reader)
{
    return reader->done;
}

enum input_change events_reader_change(const struct events_reader *reader,
                                       struct input_state *state)
{
    *state = reader->state;
    return reader->change;
}

void events_reader_hash(const struct events_reader *reader, char text[TABLE_HASH_TEXT])
{
    if (reader->n_paths == 1) {
        memcpy(text, reader->hash, TABLE_HASH_TEXT);
        return;
    }
    XXH128_hash_t hash = XXH3_128bits_digest(reader->hashes);
    snprintf(text, TABLE_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
             (uint64_t)hash.low64);
}

/* ---- inputs ---- */

static bool open_next(struct events_reader *reader, const struct progress *progress,
                      struct status *status)
{
    reader->source = reader->first;
    reader->first = NULL;
    if (reader->source == NULL) {
        reader->source = source_open(reader->paths[reader->next_path], progress, status);
    }
    if (reader->source == NULL) {
        return false;
    }
    reader->next_path++;
    reader->offset = 0;
    reader->begins_file = true;
    framer_begin(&reader->framer, reader->format->description);
    return true;
}

static void close_input(struct events_reader *reader)
{
    reader->done += source_done(reader->source);
    source_hash(reader->source, reader->hash);
    enum input_change change = source_change(reader->source, &reader->state);
    reader->change = change > reader->change ? change : reader->change;
    XXH3_128bits_update(reader->hashes, reader->hash, strlen(reader->hash));
    source_close(reader->source);
    reader->source = NULL;
}

/* ---- filling ---- */

enum ending { FULL, ENDED, BROKEN };

/* Fills the buffer up from the input. */
static bool read_up(struct events_reader *reader, struct buffer *buffer, enum ending *ending,
                    const struct progress *progress, struct status *status)
{
    enum { AT_ONCE = 1 << 22 };
    *ending = FULL;
    while (buffer->used < reader->capacity) {
        size_t room = reader->capacity - buffer->used;
        size_t got;
        struct status broken = {0};
        if (!source_read(reader->source, buffer->bytes + buffer->used,
                         room < AT_ONCE ? room : AT_ONCE, &got, progress, &broken)) {
            if (broken.code != STATUS_INPUT) {
                return status_set(status, broken.code, "%s", broken.text);
            }
            snprintf(buffer->batch.damage, sizeof buffer->batch.damage, "%.110s", broken.text);
            *ending = BROKEN;
            return true;
        }
        if (!progress_tick(progress, reader->done + source_done(reader->source),
                           reader->total)) {
            return status_cancelled(status);
        }
        if (got == 0) {
            *ending = ENDED;
            return true;
        }
        buffer->used += got;
        reader->offset += got;
    }
    return true;
}

/* Ends the batch behind a line that is longer than the buffer. So much of the line is kept that
 * it is rejected; the rest of it is passed over. */
static bool skip_long_line(struct events_reader *reader, struct buffer *buffer,
                           const struct progress *progress, struct status *status)
{
    const size_t keep = reader->format->line_max + 2;
    enum ending ending = FULL;
    char *newline = NULL;
    while (newline == NULL && ending == FULL) {
        buffer->used = keep;
        if (!read_up(reader, buffer, &ending, progress, status)) {
            return false;
        }
        framer_run(&reader->framer, buffer->bytes, keep, buffer->used);
        newline = memchr(buffer->bytes + keep, '\n', buffer->used - keep);
    }
    size_t next = newline == NULL ? buffer->used : (size_t)(newline - buffer->bytes) + 1;
    buffer->bytes[keep - 1] = '\n';
    memmove(buffer->bytes + keep, buffer->bytes + next, buffer->used - next);
    buffer->used -= next - keep;
    buffer->batch.damage[0] = '\0'; /* met again when reading goes on */
    buffer->batch.text = buffer->bytes;
    buffer->batch.length = keep;
    memset(buffer->bytes + buffer->used, 0, EVENT_PADDING);
    return true;
}

static void end_batch(struct events_reader *reader, struct buffer *buffer, enum ending ending)
{
    struct events_batch *batch = &buffer->batch;
    char *last = buffer->used == 0 ? NULL : memrchr(buffer->bytes, '\n', buffer->used);
    size_t whole = last == NULL ? 0 : (size_t)(last - buffer->bytes) + 1;
    if (ending == ENDED && whole < buffer->used) {
        buffer->bytes[buffer->used++] = '\n';
        whole = buffer->used;
        batch->cut = true;
    } else if (ending == BROKEN) {
        buffer->used = whole;
    }
    memset(buffer->bytes + buffer->used, 0, EVENT_PADDING);
    batch->text = buffer->bytes;
    batch->length = whole;
    if (batch->begins_file) {
        size_t mark = text_byte_order_mark(batch->text, whole);
        batch->text += mark;
        batch->length -= mark;
        batch->offset += mark;
    }
    if (ending != FULL) {
        close_input(reader);
    }
}

bool events_reader_fill(struct events_reader *reader, const struct progress *progress,
                        struct status *status)
{
    const struct buffer *before = &reader->buffers[reader->newest];
    struct buffer *buffer = &reader->buffers[reader->newest ^ 1];
    reader->newest ^= 1;
    buffer->ready = false;
    buffer->used = 0;
    if (reader->source == NULL) {
        if (reader->next_path == reader->n_paths) {
            return true;
        }
        if (!open_next(reader, progress, status)) {
            return false;
        }
    } else {
        /* The rest of the batch before, which belongs to the same input. */
        const char *rest = before->batch.text + before->batch.length;
        buffer->used = (size_t)(before->bytes + before->used - rest);
        memcpy(buffer->bytes, rest, buffer->used);
    }
    buffer->batch = (struct events_batch){.path = reader->next_path - 1,
                                          .begins_file = reader->begins_file,
                                          .offset = reader->offset - buffer->used};
    reader->begins_file = false;
    enum ending ending;
    const size_t rest = buffer->used;
    if (!read_up(reader, buffer, &ending, progress, status)) {
        return false;
    }
    framer_run(&reader->framer, buffer->bytes, rest, buffer->used);
    if (ending == FULL && memchr(buffer->bytes, '\n', buffer->used) == NULL) {
        if (!skip_long_line(reader, buffer, progress, status)) {
            return false;
        }
    } else {
        end_batch(reader, buffer, ending);
    }
    buffer->ready = true;
    return true;
}

const struct events_batch *events_reader_take(struct events_reader *reader)
{
    struct buffer *buffer = &reader->buffers[reader->newest];
    if (!buffer->ready) {
        return NULL;
    }
    buffer->ready = false;
    return &buffer->batch;
}
