/* The lines behind a user-hour: a part of the log is read again. */
#include "events/events_again.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/described.h"

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
    struct events_lines *lines;
    struct kept *text; /* (lines->n) of each line, which stand in `bytes` one after the other */
    size_t line_capacity, text_capacity, byte_capacity, bytes;
    struct events_again again;
};

static bool keep_line(struct search *search, const struct event *event)
{
    struct events_lines *lines = search->lines;
    lines->total++;
    if (lines->n >= search->most) {
        return true;
    }
    if (!mem_grow(&lines->lines, &search->line_capacity, lines->n + 1, sizeof *lines->lines,
                  what, &search->again.status) ||
        !mem_grow(&search->text, &search->text_capacity, lines->n + 1, sizeof *search->text,
                  what, &search->again.status) ||
        !mem_grow(&lines->bytes, &search->byte_capacity, search->bytes + event->line.length, 1,
                  what, &search->again.status)) {
        return false;
    }
    memcpy(lines->bytes + search->bytes, event->line.bytes, event->line.length);
    search->text[lines->n] =
        (struct kept){event->line.length, event->part, search->again.reading.header};
    lines->lines[lines->n++] =
        (struct events_line){.time = event->time, .outcome = event->outcome};
    search->bytes += event->line.length;
    return true;
}

/* An event_sink: the lines of the user in the window that were counted. */
static bool take(void *context, const struct event *event)
{
    struct search *search = context;
    return event->reject != EVENT_FINE || !event_in_order(&search->again.order, event->time) ||
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
    lines->fields =
        mem_new(lines->n, n_fields * sizeof *lines->fields, what, &search->again.status);
    const char *at = lines->bytes;
    for (size_t i = 0; lines->fields != NULL && i < lines->n; i++) {
        lines->lines[i].field = lines->fields + i * n_fields;
        struct event_text line = search->again.reading;
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

static bool search_all(struct search *search)
{
    const struct events_index *index = search->index;
    size_t i = events_index_place(index, search->window, 0);
    for (; i < index->n_ranges && index->ranges[i].window == search->window; i++) {
        if (!events_again_range(&search->again, &index->ranges[i])) {
            return false;
        }
    }
    return split_lines(search);
}

struct events_lines *events_lines(const struct events_index *index, int64_t time,
                                  struct span user, size_t most,
                                  const struct progress *progress, struct status *status)
{
    struct events_lines *lines = mem_zero(1, sizeof *lines, what, status);
    if (lines == NULL) {
        return NULL;
    }
    lines->format = log_format_hold(index->format);
    struct search search = {.index = index,
                            .window = time / index->options.window,
                            .user = user,
                            .most = most,
                            .lines = lines};
    bool fine =
        events_again_open(&search.again, index, take, &search, progress) && search_all(&search);
    events_again_close(&search.again);
    free(search.text);
    if (!fine) {
        status_set(status, search.again.status.code, "%s", search.again.status.text);
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
