#include "events/events_again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/format/frame.h"
#include "table/input/source.h"

static const char what[] = "lines of a log";

bool events_again_open(struct events_again *again, const struct events_index *index,
                       event_sink *sink, void *context, const struct progress *progress)
{
    *again = (struct events_again){
        .index = index, .sink = sink, .context = context, .progress = progress};
    if (index->unusable[0] != '\0') {
        return status_set(&again->status, STATUS_INPUT, "%s", index->unusable);
    }
    again->reading = (struct event_text){
        .format = index->format, .settings = &again->how.settings, .status = &again->status};
    return log_reading_open(&again->how, index->format, index->zone, index->year,
                            &again->status);
}

void events_again_close(struct events_again *again)
{
    log_reading_close(&again->how);
}

static bool changed(const struct index_file *file, int fd)
{
    struct stat now;
    if (fstat(fd, &now) != 0) {
        return true;
    }
    const struct index_state state = events_index_state(&now);
    return memcmp(&state, &file->state, sizeof state) != 0;
}

/* The content of a file: its bytes where they are that, else what a source makes of them. */
struct content {
    const char *path;
    int fd;
    struct source *source; /* NULL: of plain bytes */
};

static bool content_open(struct content *content, const struct index_file *file, int fd,
                         const struct progress *progress, struct status *status)
{
    unsigned char first[16];
    ssize_t n = pread(fd, first, sizeof first, 0);
    *content = (struct content){.path = file->path, .fd = fd};
    if (file->full[source_path_length(file->full)] != '\0' ||
        !source_is_plain(first, n > 0 ? (size_t)n : 0)) {
        content->source = source_open(file->full, progress, status);
        return content->source != NULL;
    }
    return true;
}

/* Reads a source on to `start`. `scratch` has `room` bytes. */
static bool content_skip(struct content *content, uint64_t start, char *scratch, size_t room,
                         const struct progress *progress, struct status *status)
{
    for (uint64_t at = 0; content->source != NULL && at < start;) {
        size_t got, want = start - at < room ? (size_t)(start - at) : room;
        if (!source_read(content->source, scratch, want, &got, progress, status)) {
            return false;
        }
        if (got == 0) {
            return status_set(status, STATUS_IO,
                              "cannot read '%s' again: it has become shorter", content->path);
        }
        at += got;
        if (!progress_tick(progress, source_done(content->source),
                           source_total(content->source))) {
            return status_cancelled(status);
        }
    }
    return true;
}

/* Some bytes of the content, at most `want` (not 0), at `at`, which only rises. */
static bool content_read(struct content *content, uint64_t at, char *bytes, size_t want,
                         size_t *got, const struct progress *progress, struct status *status)
{
    ssize_t n;
    if (content->source != NULL) {
        if (!source_read(content->source, bytes, want, got, progress, status)) {
            return false;
        }
        n = (ssize_t)*got;
    } else {
        do {
            n = pread(content->fd, bytes, want, (off_t)at);
        } while (n < 0 && errno == EINTR);
    }
    *got = n > 0 ? (size_t)n : 0;
    return n > 0 || status_set(status, STATUS_IO, "cannot read '%s' again: %s", content->path,
                               n < 0 ? strerror(errno) : "it has become shorter");
}

/* Reads a range, some MiB at a time, each cut at its last newline. */
static bool read_range(struct events_again *again, const struct index_range *range,
                       struct content *content)
{
    enum { AT_ONCE = 1 << 22, AT_LEAST = 1 << 17 };
    uint64_t all = range->end - range->start;
    size_t room = all > AT_ONCE ? AT_ONCE : all < AT_LEAST ? AT_LEAST : (size_t)all;
    const struct log_format *format = again->index->format;
    char *text = mem_new(room + 1 + EVENT_PADDING, 1, what, &again->status);
    struct framer framer;
    size_t rest = 0;
    uint64_t at = range->start;
    bool fine = text != NULL && content_skip(content, range->start, text, room, again->progress,
                                             &again->status);
    framer_resume(&framer, format->description);
    while (fine && (at < range->end || rest > 0)) {
        uint64_t left = range->end - at;
        size_t want = left < room - rest ? (size_t)left : room - rest;
        size_t got = 0;
        if (want > 0 && !content_read(content, at, text + rest, want, &got, again->progress,
                                      &again->status)) {
            fine = false;
            break;
        }
        at += got;
        size_t used = rest + got, whole = used;
        framer_run(&framer, text, rest, used);
        if (at == range->end) {
            text[whole++] = '\n';
            used = whole;
        } else {
            while (whole > 0 && text[whole - 1] != '\n') {
                whole--;
            }
        }
        memset(text + used, 0, EVENT_PADDING);
        struct event_text lines = again->reading;
        lines.bytes = text;
        lines.length = whole;
        format->scan(&lines, again->sink, again->context);
        fine = again->status.code == STATUS_OK &&
               (!progress_cancelled(again->progress) || status_cancelled(&again->status));
        rest = used - whole;
        if (rest == room && rest > format->line_max) {
            rest = format->line_max + 1; /* a line that is too long anyway: make room */
        }
        memmove(text, text + whole, rest);
    }
    free(text);
    return fine;
}

/* The names of columns that are in force where a range begins. */
static struct span header_at(const struct events_index *index, const struct index_range *range)
{
    struct span line = {"", 0};
    for (size_t i = 0; i < index->n_headers; i++) {
        const struct index_header *header = &index->headers[i];
        if (header->file < range->file ||
            (header->file == range->file &&
             (header->offset <= range->start || line.length == 0))) {
            line = (struct span){header->line, header->length};
        }
    }
    return line;
}

bool events_again_range(struct events_again *again, const struct index_range *range)
{
    const struct index_file *file = &again->index->files[range->file];
    int fd = events_index_open(file->full);
    if (fd < 0) {
        return status_set(&again->status, STATUS_IO, "cannot open '%s' again: %m", file->path);
    }
    bool fine = changed(file, fd)
                    ? status_set(&again->status, STATUS_INPUT,
                                 "'%s' has changed since it was counted: count it "
                                 "anew to see single lines",
                                 file->path)
                    : true;
    again->how.settings.newest = file->state.seconds;
    again->reading.header = header_at(again->index, range);
    again->order = (struct event_order){range->latest, again->index->options.slack};
    struct content content = {0};
    fine = fine && content_open(&content, file, fd, again->progress, &again->status) &&
           read_range(again, range, &content);
    source_close(content.source);
    close(fd);
    return fine;
}
