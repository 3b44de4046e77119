#define _GNU_SOURCE
#include "events/described.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "events/format/finding.h"
#include "events/format/literal.h"
#include "table/printable.h"

struct described {
    struct log_format format;
    struct log_description *description;
    atomic_uint holders;
    char legend[240]; /* "outcome, source > destination, event, status" */
    struct log_field fields[DESCRIBED_FIELDS + DESCRIPTION_COLUMNS];
};

/* ---- the first look at a line of JSON ---- */

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

/* The plain value behind a key; false when it is an object, an array or has a backslash. */
static bool value_behind(const char *at, const char *end, struct span *value)
{
    at = skip_blanks(at, end);
    if (at == end || *at != ':') {
        return false;
    }
    at = skip_blanks(at + 1, end);
    const bool quoted = at < end && *at == '"';
    const char *from = at + quoted;
    for (at = from; at < end && (quoted ? *at != '"' : *at != ',' && *at != '}' && *at != ' ');
         at++) {
        if (*at == '\\' || *at == '{' || *at == '[') {
            return false;
        }
    }
    *value = (struct span){from, (size_t)(at - from)};
    return true;
}

static bool is_among(struct span value, const struct texts *texts)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (texts->list[i].length == value.length &&
            memcmp(texts->list[i].bytes, value.bytes, value.length) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a line can be left out unread: some of the keys stand in it, none with a wanted
 * value. In JSON a key in quotes cannot stand within a string. `*value`: the first there is. */
static bool leave_out(const struct log_description *description, struct span line,
                      struct span *value)
{
    const char *end = line.bytes + line.length;
    bool found = false;
    for (size_t i = 0; i < description->n_early; i++) {
        const struct early_look *look = &description->early[i];
        for (const char *at = literal_find(line.bytes, end, look->key); at != NULL;
             at = literal_find(at, end, look->key)) {
            struct span seen;
            at += look->key.length;
            if (!value_behind(at, end, &seen) || is_among(seen, look->values)) {
                return false;
            }
            if (!found) {
                *value = seen;
                found = true;
            }
        }
    }
    return found;
}

/* ---- the scan ---- */

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.length; i++) {
        if ((unsigned char)line.bytes[i] > ' ') {
            return false;
        }
    }
    return true;
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static const char zeek_fields[] = "#fields\t";

/* What names columns in a line that does: without the word before it. */
static struct span names_in(const struct log_description *description, struct span line)
{
    const size_t length = sizeof zeek_fields - 1;
    if (description->container == CONTAINER_ZEEK && line.length >= length &&
        memcmp(line.bytes, zeek_fields, length) == 0) {
        return (struct span){line.bytes + length, line.length - length};
    }
    return line;
}

/* Whether a line is of the container and none of the log: names of columns, a comment. */
static bool is_passed_over(struct finder *finder, const struct event_text *text,
                           struct span line, struct status *status)
{
    const struct log_description *description = finder->description;
    if (description->container == CONTAINER_ZEEK && line.bytes[0] == '#') {
        if (line.length >= sizeof zeek_fields - 1 &&
            memcmp(line.bytes, zeek_fields, sizeof zeek_fields - 1) == 0) {
            finder_header(finder, names_in(description, line), status);
        }
        return true;
    }
    return description->container == CONTAINER_CSV && same(line, text->header);
}

static bool matches_one(struct finder *finder, const struct patterns *patterns,
                        struct span line)
{
    for (size_t i = 0; i < patterns->n; i++) {
        if (regex_match(patterns->list[i], finder->matcher, line) == REGEX_YES) {
            return true;
        }
    }
    return false;
}

static void fill(struct event *event, const struct finding *finding)
{
    if (finding->is != FOUND_EVENT) {
        event->reject = finding->is == FOUND_LEFT_OUT ? EVENT_LEFT_OUT : EVENT_UNREADABLE;
        event->why = finding->why;
        event->about = finding->why_text;
        return;
    }
    event->time = finding->time;
    event->user = finding->user;
    event->source = finding->source;
    event->destination = finding->destination;
    event->weight = finding->weight;
    event->outcome = finding->outcome == FOUND_SUCCESS   ? EVENT_SUCCESS
                     : finding->outcome == FOUND_FAILURE ? EVENT_FAILURE
                                                         : EVENT_UNKNOWN;
    event->result = (struct span){"unknown", 7};
}

/* All that one line holds; false ends the scan. */
static bool scan_line(struct finder *finder, const struct event_text *text, struct event *event,
                      event_sink *sink, void *context)
{
    const struct log_description *description = finder->description;
    struct finding finding;
    const struct event empty = *event;
    if (description->n_early > 0 && leave_out(description, event->line, &event->about)) {
        event->reject = EVENT_LEFT_OUT;
        event->why = description->keep_why.bytes;
        return sink(context, event);
    }
    if (!finder_read(finder, event->line, text->status)) {
        return false;
    }
    while (finder_next(finder, &finding, text->status)) {
        struct event found = empty;
        found.part = event->part++;
        fill(&found, &finding);
        if (found.reject == EVENT_UNREADABLE && found.part == 0 &&
            matches_one(finder, &description->pass_over, event->line)) {
            found.reject = EVENT_HEADER;
        }
        if (!sink(context, &found)) {
            return false;
        }
    }
    return text->status->code == STATUS_OK;
}

static uint64_t scan_lines(struct finder *finder, const struct event_text *text,
                           event_sink *sink, void *context)
{
    const char *at = text->bytes, *end = text->bytes + text->length;
    uint64_t n = 0;
    for (bool going = true; going && at < end; n++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct event event = {.line = {at, (size_t)(stop - at)}, .number = n, .weight = 1};
        at = stop + 1;
        if (event.line.length > 0 && stop[-1] == '\r') {
            event.line.length--;
        }
        if (event.line.length == 0 || (event.line.bytes[0] <= ' ' && is_blank(event.line))) {
            event.reject = EVENT_BLANK;
            going = sink(context, &event);
        } else if (event.line.length > DESCRIBED_LINE_MAX) {
            event.reject = EVENT_LONG;
            going = sink(context, &event);
        } else if (is_passed_over(finder, text, event.line, text->status)) {
            event.reject = EVENT_HEADER;
            going = text->status->code == STATUS_OK && sink(context, &event);
        } else {
            going = scan_line(finder, text, &event, sink, context);
        }
    }
    return n;
}

static bool open_finder(struct finder *finder, const struct event_text *text)
{
    const struct log_description *description = text->format->description;
    static const struct finding_settings none = {0};
    if (!finder_open(finder, description, text->settings != NULL ? text->settings : &none,
                     text->status)) {
        return false;
    }
    if (!finder_header(finder, names_in(description, text->header), text->status)) {
        finder_close(finder);
        return false;
    }
    return true;
}

static uint64_t scan(const struct event_text *text, event_sink *sink, void *context)
{
    struct finder finder;
    uint64_t n = 0;
    if (open_finder(&finder, text)) {
        n = scan_lines(&finder, text, sink, context);
        finder_close(&finder);
    }
    return n;
}

static void say_reason(const struct event *event, char *reason, size_t size)
{
    if (event->reject == EVENT_LONG) {
        snprintf(reason, size, "longer than %d bytes", DESCRIBED_LINE_MAX);
    } else {
        snprintf(reason, size, "%s", event->why != NULL ? event->why : "it cannot be read");
    }
}

/* ---- columns ---- */

static bool find_header(const struct log_format *format, const char *bytes, size_t length,
                        bool first, struct span *line)
{
    const char *at = bytes, *end = bytes + length;
    bool found = false;
    if (format->description->container == CONTAINER_CSV) {
        while (first && at < end && (*at == '\n' || *at == '\r')) {
            at++;
        }
        const char *stop = first && at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        found = stop != NULL;
        if (found) {
            *line = (struct span){at, (size_t)(stop - at)};
            line->length -= line->length > 0 && stop[-1] == '\r';
        }
        return found;
    }
    while (format->description->container == CONTAINER_ZEEK &&
           (at = memmem(at, (size_t)(end - at), zeek_fields, sizeof zeek_fields - 1)) != NULL) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (at == bytes || at[-1] == '\n') {
            *line = (struct span){at, (size_t)((stop != NULL ? stop : end) - at)};
            line->length -= line->length > 0 && line->bytes[line->length - 1] == '\r';
            found = true;
        }
        at++;
    }
    return found;
}

/* ---- the fields of an event ---- */

static bool keep_field(struct span text, struct span *field, struct arena *room,
                       struct status *status)
{
    char *copy = arena_take(room, text.length + 1, "a field of a log", status);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, text.bytes, text.length);
    *field = (struct span){copy, text.length};
    return true;
}

/* Every secret in a text is replaced by stars; all from where a pattern gives up, too. */
static void mask(struct finder *finder, struct span text, char *copy)
{
    const struct patterns *masks = &finder->description->masks;
    for (size_t i = 0; i < masks->n; i++) {
        for (size_t from = 0; from < text.length;) {
            enum regex_answer answer =
                regex_match_from(masks->list[i], finder->matcher, text, from);
            if (answer == REGEX_GIVES_UP) {
                memset(copy + from, '*', text.length - from);
            }
            if (answer != REGEX_YES) {
                break;
            }
            struct span all = matcher_group(finder->matcher, text, 0),
                        secret = matcher_group(finder->matcher, text, 1);
            if (secret.bytes != NULL) {
                memset(copy + (secret.bytes - text.bytes), '*', secret.length);
            }
            size_t end = all.bytes != NULL ? (size_t)(all.bytes - text.bytes) + all.length : 0;
            from = end > from ? end : from + 1;
        }
    }
}

static bool split_event(struct finder *finder, const struct event_text *line, uint32_t part,
                        struct span *fields, struct arena *room)
{
    static const char *const outcomes[] = {
        [FOUND_UNKNOWN] = "?", [FOUND_SUCCESS] = "Success", [FOUND_FAILURE] = "Fail"};
    const struct log_description *description = finder->description;
    struct span columns[DESCRIPTION_COLUMNS], all[DESCRIBED_FIELDS];
    struct finding finding;
    char time[32];
    if (!finder_read(finder, (struct span){line->bytes, line->length}, line->status)) {
        return false;
    }
    for (uint32_t i = 0; i <= part; i++) {
        if (!finder_next(finder, &finding, line->status)) {
            finding.is = FOUND_REJECTED;
            break;
        }
    }
    if (finding.is != FOUND_EVENT) {
        finding = (struct finding){.user = {"", 0}, .source = {"", 0}, .destination = {"", 0}};
    }
    snprintf(time, sizeof time, "%lld", (long long)finding.time);
    const char *outcome = outcomes[finding.outcome];
    all[DESCRIBED_TIME] = (struct span){time, strlen(time)};
    all[DESCRIBED_OUTCOME] = (struct span){outcome, strlen(outcome)};
    all[DESCRIBED_USER] = finding.user;
    all[DESCRIBED_SOURCE] = finding.source;
    all[DESCRIBED_DESTINATION] = finding.destination;
    finder_columns(finder, columns);
    for (size_t i = 0; i < DESCRIBED_FIELDS + description->n_columns; i++) {
        struct span text = i < DESCRIBED_FIELDS ? all[i] : columns[i - DESCRIBED_FIELDS];
        if (text.bytes == NULL) {
            text = (struct span){"", 0};
        }
        if (!keep_field(text, &fields[i], room, line->status)) {
            return false;
        }
        mask(finder, text, (char *)(uintptr_t)fields[i].bytes);
    }
    return true;
}

static bool split(const struct event_text *line, uint32_t part, struct span *fields,
                  struct arena *room)
{
    struct finder finder;
    if (!open_finder(&finder, line)) {
        return false;
    }
    bool good = split_event(&finder, line, part, fields, room);
    finder_close(&finder);
    return good;
}

/* ---- recognition ---- */

static bool recognise(const struct log_format *format, const char *bytes, size_t length)
{
    const struct log_description *description = format->description;
    size_t mark = text_byte_order_mark(bytes, length);
    struct span text = {bytes + mark, length - mark};
    struct matcher *matcher = text.length > 0 ? matcher_new(NULL) : NULL;
    bool fits = matcher != NULL;
    for (size_t i = 0; fits && i < description->detect_all.n; i++) {
        fits = regex_match(description->detect_all.list[i], matcher, text) == REGEX_YES;
    }
    for (size_t i = 0; fits && i < description->detect_none.n; i++) {
        fits = regex_match(description->detect_none.list[i], matcher, text) == REGEX_NO;
    }
    matcher_free(matcher);
    return fits;
}

/* ---- life ---- */

static void set_legend(struct described *described)
{
    const struct log_description *description = described->description;
    const size_t size = sizeof described->legend;
    size_t used = (size_t)snprintf(described->legend, size, "outcome, source > destination");
    for (size_t i = 0; i < description->n_columns && used < size; i++) {
        used += (size_t)snprintf(described->legend + used, size - used, ", %s",
                                 description->columns[i].name.bytes);
    }
}

static void set_fields(struct described *described)
{
    static const struct log_field own[DESCRIBED_FIELDS] = {
        [DESCRIBED_TIME] = {"time", LOG_FIELD_TIME},
        [DESCRIBED_OUTCOME] = {"outcome", LOG_FIELD_OUTCOME},
        [DESCRIBED_USER] = {"user", LOG_FIELD_USER},
        [DESCRIBED_SOURCE] = {"source", LOG_FIELD_SOURCE},
        [DESCRIBED_DESTINATION] = {"destination", LOG_FIELD_DESTINATION},
    };
    const struct log_description *description = described->description;
    memcpy(described->fields, own, sizeof own);
    for (size_t i = 0; i < description->n_columns; i++) {
        described->fields[DESCRIBED_FIELDS + i] =
            (struct log_field){description->columns[i].name.bytes, LOG_FIELD_OTHER};
    }
}

const struct log_format *described_new(const char *text, size_t length, const char *name,
                                       const char *title, struct status *status)
{
    struct described *described = mem_zero(1, sizeof *described, "a format", status);
    if (described == NULL) {
        return NULL;
    }
    described->description = description_read(text, length, name, title, status);
    if (described->description == NULL) {
        free(described);
        return NULL;
    }
    set_fields(described);
    set_legend(described);
    atomic_init(&described->holders, 1);
    described->format = (struct log_format){
        .name = described->description->name.bytes,
        .title = described->description->title.bytes,
        .legend = described->legend,
        .fields = described->fields,
        .n_fields = DESCRIBED_FIELDS + described->description->n_columns,
        .description = described->description,
        .min_events = 1,
        .novelty = true,
        .line_max = DESCRIBED_LINE_MAX,
        .unordered = true,
        .header_first = described->description->container == CONTAINER_CSV,
        .recognise = recognise,
        .header = find_header,
        .scan = scan,
        .reason = say_reason,
        .split = split,
    };
    return &described->format;
}

const struct log_format *log_format_hold(const struct log_format *format)
{
    if (format != NULL && format->description != NULL) {
        struct described *described = (struct described *)(uintptr_t)format;
        atomic_fetch_add(&described->holders, 1);
    }
    return format;
}

void log_format_release(const struct log_format *format)
{
    if (format == NULL || format->description == NULL) {
        return;
    }
    struct described *described = (struct described *)(uintptr_t)format;
    if (atomic_fetch_sub(&described->holders, 1) == 1) {
        description_free(described->description);
        free(described);
    }
}
