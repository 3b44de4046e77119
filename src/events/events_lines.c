/* The lines behind a user-hour: a part of the log is read again. */
#include "events/events_index_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/described.h"
#include "events/format/frame.h"
#include "events/log_reading.h"

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

/* Reads a range, some MiB at a time, each cut at its last newline. */
static bool read_range(struct search *search, const struct index_range *range, int fd)
{
    enum { AT_ONCE = 1 << 22 };
    uint64_t all = range->end - range->start;
    size_t room = all < AT_ONCE ? (size_t)all : AT_ONCE;
    const char *path = search->index->files[range->file].path;
    const struct log_format *format = search->index->format;
    char *text = mem_new(room + 1 + EVENT_PADDING, 1, what, &search->status);
    struct framer framer;
    size_t rest = 0;
    uint64_t at = range->start;
    bool fine = text != NULL;
    framer_resume(&framer, format->description);
    while (fine && (at < range->end || rest > 0)) {
        uint64_t left = range->end - at;
        size_t want = left < room - rest ? (size_t)left : room - rest;
        ssize_t got = want == 0 ? 0 : pread(fd, text + rest, want, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || (got == 0 && want > 0)) {
            fine = status_set(&search->status, STATUS_IO, "cannot read '%s' again: %s", path,
                              got < 0 ? strerror(errno) : "it has become shorter");
            break;
        }
        at += (uint64_t)got;
        size_t used = rest + (size_t)got, whole = used;
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
    int fd = open(file->full, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
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
    fine = fine && read_range(search, range, fd);
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
