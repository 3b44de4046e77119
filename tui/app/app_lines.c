/* The lines of the raw log behind a user-hour, as a page: read by the queries thread. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "events/events_index.h"
#include "events/log_format.h"
#include "lists/user_hours.h"
#include "run/sheet/sheet.h"

enum { LINES_MOST = 5000 };

struct lines_query {
    struct query query;
    const struct run *run;
    size_t row;
    struct page *page; /* the answer */
};

/* What `e` writes: the lines that are shown, field by field. */
static struct sheet *sheet_of_lines(const struct page *page, const struct app *app, char *name,
                                    size_t size, struct status *status)
{
    const struct events_lines *lines = page->kept;
    struct sheet *sheet = sheet_new_table(page->title, status);
    snprintf(name, size, "lines");
    if (sheet == NULL) {
        return NULL;
    }
    const struct log_format *format = lines->format;
    for (size_t f = 0; f < format->n_fields; f++) {
        sheet_add_column(sheet, format->fields[f].name,
                         format->fields[f].role != LOG_FIELD_TIME);
    }
    for (size_t i = 0; i < lines->n; i++) {
        const struct events_line *line = &lines->lines[i];
        for (size_t f = 0; f < format->n_fields; f++) {
            if (format->fields[f].role == LOG_FIELD_TIME) {
                sheet_put_count(sheet, (uint64_t)line->time);
            } else {
                sheet_put_bytes(sheet, line->field[f].bytes, line->field[f].length);
            }
        }
    }
    sheet_add_note(sheet, "input", "%s", app_session(app)->input);
    if (lines->n < lines->total) {
        sheet_add_note(sheet, "left out", "%s lines",
                       format_grouped(lines->total - lines->n).text);
    }
    return sheet;
}

static void free_lines(void *lines)
{
    events_lines_free(lines);
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* Widths of columns, in bytes. */
struct widths {
    int from, to;
};

static int wider(int width, struct span name)
{
    enum { MOST = 24 }; /* longer names push the rest of their line */
    int length = (int)(name.length < MOST ? name.length : MOST);
    return length > width ? length : width;
}

/* The field of a line that has a role; empty when the format has none. */
static struct span field_of(const struct log_format *format, const struct events_line *line,
                            enum log_role role)
{
    for (size_t f = 0; f < format->n_fields; f++) {
        if (format->fields[f].role == role) {
            return line->field[f];
        }
    }
    return (struct span){"", 0};
}

/* The fields without a role of their own, in the order of the log: "? ? TGS". */
static void others_of(const struct log_format *format, const struct events_line *line,
                      char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t f = 0; f < format->n_fields && used < size; f++) {
        if (format->fields[f].role == LOG_FIELD_OTHER) {
            used += (size_t)snprintf(text + used, size - used, "%s%.*s", used > 0 ? " " : "",
                                     (int)line->field[f].length, line->field[f].bytes);
        }
    }
}

/* "00:00:03  Fail     C477  > U22   ? ? TGS": what failed is seen going down the page. */
static void add_line(struct page *page, const struct log_format *format,
                     const struct events_line *line, const struct widths *widths)
{
    char when[PAGE_KEY], others[1024];
    const struct span user = field_of(format, line, LOG_FIELD_USER),
                      target = field_of(format, line, LOG_FIELD_TARGET),
                      from = field_of(format, line, LOG_FIELD_SOURCE),
                      to = field_of(format, line, LOG_FIELD_DESTINATION),
                      outcome = field_of(format, line, LOG_FIELD_OUTCOME);
    bool other = target.length > 0 && !same(target, user);
    long long second = (long long)line->time;
    snprintf(when, sizeof when, "%02lld:%02lld:%02lld", second / 3600 % 24, second / 60 % 60,
             second % 60);
    others_of(format, line, others, sizeof others);
    page_pair(page, when, line->outcome == EVENT_SUCCESS ? ROLE_TEXT : ROLE_WARN,
              "%-7.*s  %-*.*s > %-*.*s  %s%s%.*s", (int)outcome.length, outcome.bytes,
              widths->from, (int)from.length, from.bytes, widths->to, (int)to.length, to.bytes,
              others, other ? "  -> " : "", other ? (int)target.length : 0, target.bytes);
}

static void work(struct query *query, const struct progress *progress)
{
    struct lines_query *self = (struct lines_query *)query;
    const struct table *table = self->run->table;
    struct events_lines *lines =
        events_lines(self->run->log_index, table->time_seconds[table->row_time[self->row]],
                     dict_get(table->users, table->row_user[self->row]), LINES_MOST, progress,
                     &query->status);
    self->page = lines != NULL ? page_new("Lines of the log") : NULL;
    if (self->page != NULL) {
        char name[60];
        user_hours_name(table, self->row, false, name, sizeof name);
        snprintf(self->page->title, sizeof self->page->title, "Lines of the log: %s", name);
    }
    if (self->page == NULL) {
        events_lines_free(lines);
        return;
    }
    page_add(self->page, ROLE_STRONG, "%s line%s; %s", format_grouped(lines->total).text,
             lines->total == 1 ? "" : "s", lines->format->legend);
    struct widths widths = {0};
    for (size_t i = 0; i < lines->n; i++) {
        const struct events_line *line = &lines->lines[i];
        widths.from = wider(widths.from, field_of(lines->format, line, LOG_FIELD_SOURCE));
        widths.to = wider(widths.to, field_of(lines->format, line, LOG_FIELD_DESTINATION));
    }
    for (size_t i = 0; i < lines->n; i++) {
        add_line(self->page, lines->format, &lines->lines[i], &widths);
    }
    if (lines->n < lines->total) {
        page_add(self->page, ROLE_DIM, "and %s more",
                 format_grouped(lines->total - lines->n).text);
    }
    self->page->total = (size_t)lines->total;
    self->page->sheet = sheet_of_lines;
    self->page->kept = lines;
    self->page->free_kept = free_lines;
}

static void free_query(struct query *query)
{
    struct lines_query *self = (struct lines_query *)query;
    page_free(self->page);
    free(self);
}

const char *app_lines_why_not(const struct session *session)
{
    const char *why = NULL;
    if (!session->has_table || !session->selected.has_row) {
        return "select a user-hour first";
    }
    if (session->run->log_index == NULL) {
        return "only a raw log has lines behind its user-hours, and this is a table";
    }
    return events_index_usable(session->run->log_index, &why) ? NULL : why;
}

void app_lines(struct app *app)
{
    const struct session *session = &app->session;
    const char *why = app_lines_why_not(session);
    struct lines_query *self = why == NULL ? mem_zero(1, sizeof *self, "a query", NULL) : NULL;
    if (self == NULL) {
        app_say(app, LOG_NOTE, "%s", why != NULL ? why : "no memory for the lines");
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_LINES;
    self->run = session->run;
    self->row = session->selected.row;
    app_query(app, app, &self->query);
}

void app_lines_answer(struct app *app, struct query *query)
{
    app_page_answer(app, query, &((struct lines_query *)query)->page);
}
