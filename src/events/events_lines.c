/* The lines behind a user-hour: a part of the log is read again. */
#include "events/events_index_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/described.h"
#include "events/format/frame.h"
#include "events/log_reading.h"
#include "table/input/source.h"

static const char what[] = "lines of a log";

/* A line that was kept. */
struct kept {
    size_t length;
    uint32_t part;
    struct span header;
};

struct search {
    const struct events_index *index;
    int64_t window;
    struct span user;
    size_t most;
    const struct progress *progress;
    struct events_lines *lines;
    struct kept *text; /* (lines->n) of each line, which stand in `bytes` one after the other */
    struct event_text reading; /* how they are read: header, settings */
    struct log_reading how;
    size_t line_capacity, text_capacity, byte_capacity, bytes;
    struct event_order order;
    struct status status;
};

static bool keep_line(struct search *search, const struct event *event)
{
    struct events_lines *lines = search->lines;
    lines->total++;
    if (lines->n >= search->most) {
        return true;
    }
    if (!mem_grow(&lines->lines, &search->line_capacity, lines->n + 1, sizeof *lines->lines,
                  what, &search->status) ||
        !mem_grow(&search->text, &search->text_capacity, lines->n + 1, sizeof *search->text,
                  what, &search->status) ||
        !mem_grow(&lines->bytes, &search->byte_capacity, search->bytes + event->line.length, 1,
                  what, &search->status)) {
        return false;
    }
    memcpy(lines->bytes + search->bytes, event->line.bytes, event->line.length);
    search->text[lines->n] =
        (struct kept){event->line.length, event->part, search->reading.header};
    lines->lines[lines->n++] =
        (struct events_line){.time = event->time, .outcome = event->outcome};
    search->bytes += event->line.length;
    return true;
}

/* An event_sink: the lines of the user in the window that were counted. */
static bool take(void *context, const struct event *event)
{
    struct search *search = context;
    return event->reject != EVENT_FINE || !event_in_order(&search->order, event->time) ||
           event->time / search->index->options.window != search->window ||
           event->user.length != search->user.length ||
           memcmp(event->user.bytes, search->user.bytes, event->user.length) != 0 ||
           keep_line(search, event);
}

/* Cuts the lines, which stand one after the other, into their fields. */
static bool split_lines(struct search *search)
{
    struct events_lines *lines = search->lines;
    size_t n_fields = lines->format->n_fields;
    lines->fields = mem_new(lines->n, n_fields * sizeof *lines->fields, what, &search->status);
    const char *at = lines->bytes;
    for (size_t i = 0; lines->fields != NULL && i < lines->n; i++) {
        lines->lines[i].field = lines->fields + i * n_fields;
        struct event_text line = search->reading;
        line.bytes = at;
        line.length = search->text[i].length;
        line.header = search->text[i].header;
        if (!lines->format->split(&line, search->text[i].part, lines->lines[i].field,
                                  &lines->room)) {
            return false;
        }
        at += search->text[i].length;
    }
    return lines->fields != NULL;
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
static bool read_range(struct search *search, const struct index_range *range,
                       struct content *content)
{
    enum { AT_ONCE = 1 << 22, AT_LEAST = 1 << 17 };
    uint64_t all = range->end - range->start;
    size_t room = all > AT_ONCE ? AT_ONCE : all < AT_LEAST ? AT_LEAST : (size_t)all;
    const struct log_format *format = search->index->format;
    char *text = mem_new(room + 1 + EVENT_PADDING, 1, what, &search->status);
    struct framer framer;
    size_t rest = 0;
    uint64_t at = range->start;
    bool fine = text != NULL && content_skip(content, range->start, text, room,
                                             search->progress, &search->status);
    framer_resume(&framer, format->description);
    while (fine && (at < range->end || rest > 0)) {
        uint64_t left = range->end - at;
        size_t want = left < room - rest ? (size_t)left : room - rest;
        size_t got = 0;
        if (want > 0 && !content_read(content, at, text + rest, want, &got, search->progress,
                                      &search->status)) {
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
        struct event_text lines = search->reading;
        lines.bytes = text;
        lines.length = whole;
        format->scan(&lines, take, search);
        fine = search->status.code == STATUS_OK &&
               (!progress_cancelled(search->progress) || status_cancelled(&search->status));
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

static bool search_range(struct search *search, const struct index_range *range)
{
    const struct index_file *file = &search->index->files[range->file];
    int fd = events_index_open(file->full);
    if (fd < 0) {
        return status_set(&search->status, STATUS_IO, "cannot open '%s' again: %m", file->path);
    }
    bool fine = changed(file, fd)
                    ? status_set(&search->status, STATUS_INPUT,
                                 "'%s' has changed since it was counted: count it "
                                 "anew to see single lines",
                                 file->path)
                    : true;
    search->how.settings.newest = file->state.seconds;
    search->reading.header = header_at(search->index, range);
    search->order = (struct event_order){range->latest, search->index->options.slack};
    struct content content = {0};
    fine = fine && content_open(&content, file, fd, search->progress, &search->status) &&
           read_range(search, range, &content);
    source_close(content.source);
    close(fd);
    return fine;
}

static bool search_all(struct search *search)
{
    const struct events_index *index = search->index;
    size_t i = events_index_place(index, search->window, 0);
    for (; i < index->n_ranges && index->ranges[i].window == search->window; i++) {
        if (!search_range(search, &index->ranges[i])) {
            return false;
        }
    }
    return split_lines(search);
}

struct events_lines *events_lines(const struct events_index *index, int64_t time,
                                  struct span user, size_t most,
                                  const struct progress *progress, struct status *status)
{
    if (index->unusable[0] != '\0') {
        status_set(status, STATUS_INPUT, "%s", index->unusable);
        return NULL;
    }
    struct events_lines *lines = mem_zero(1, sizeof *lines, what, status);
    if (lines == NULL) {
        return NULL;
    }
    lines->format = log_format_hold(index->format);
    struct search search = {.index = index,
                            .window = time / index->options.window,
                            .user = user,
                            .most = most,
                            .progress = progress,
                            .lines = lines};
    search.reading = (struct event_text){
        .format = index->format, .settings = &search.how.settings, .status = &search.status};
    bool fine = log_reading_open(&search.how, index->format, index->zone, index->year,
                                 &search.status) &&
                search_all(&search);
    free(search.text);
    log_reading_close(&search.how);
    if (!fine) {
        status_set(status, search.status.code, "%s", search.status.text);
        events_lines_free(lines);
        return NULL;
    }
    return lines;
}

void events_lines_free(struct events_lines *lines)
{
    if (lines != NULL) {
        free(lines->lines);
        free(lines->fields);
        free(lines->bytes);
        arena_free(&lines->room);
        log_format_release(lines->format);
        free(lines);
    }
}
