/* The lines of the raw log behind a user-hour, as a page: read by the queries thread. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "run/sheet/sheet.h"
#include "events/authlog_index.h"
#include "lists/user_hours.h"

enum { LINES_MOST = 5000 };

struct lines_query {
    struct query query;
    const struct run *run;
    size_t row;
    struct page *page; /* the answer */
};

static const struct {
    const char *name; /* of its column in a file */
    enum auth_field field;
} columns[] = {
    {"src_user", AUTH_SRC_USER},       {"dst_user", AUTH_DST_USER},
    {"src_comp", AUTH_SRC_HOST},       {"dst_comp", AUTH_DST_HOST},
    {"auth_type", AUTH_TYPE},          {"logon_type", AUTH_LOGON_TYPE},
    {"orientation", AUTH_ORIENTATION}, {"result", AUTH_RESULT},
};

/* What `e` writes: the lines that are shown, field by field. */
static struct sheet *sheet_of_lines(const struct page *page, const struct app *app, char *name,
                                    size_t size, struct status *status)
{
    const struct authlog_lines *lines = page->kept;
    struct sheet *sheet = sheet_new_table(page->title, status);
    snprintf(name, size, "lines");
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "time", false);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        sheet_add_column(sheet, columns[c].name, true);
    }
    for (size_t i = 0; i < lines->n; i++) {
        const struct authlog_event *event = &lines->events[i];
        sheet_put_count(sheet, (uint64_t)event->time);
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            struct span field = event->field[columns[c].field];
            sheet_put_bytes(sheet, field.bytes, field.length);
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
    authlog_lines_free(lines);
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

/* "00:00:03  Fail     C477  > U22   ? ? TGS": what failed is seen going down the page. */
static void add_event(struct page *page, const struct authlog_event *event,
                      const struct widths *widths)
{
    char when[PAGE_KEY];
    const struct span *field = event->field;
    const struct span to = field[AUTH_DST_USER], result = field[AUTH_RESULT];
    bool other = !same(to, field[AUTH_SRC_USER]);
    bool good = result.length == 7 && memcmp(result.bytes, "Success", 7) == 0;
    long long second = (long long)event->time;
    snprintf(when, sizeof when, "%02lld:%02lld:%02lld", second / 3600 % 24, second / 60 % 60,
             second % 60);
    page_pair(page, when, good ? ROLE_TEXT : ROLE_WARN,
              "%-7.*s  %-*.*s > %-*.*s  %.*s %.*s %.*s%s%.*s", (int)result.length, result.bytes,
              widths->from, (int)field[AUTH_SRC_HOST].length, field[AUTH_SRC_HOST].bytes,
              widths->to, (int)field[AUTH_DST_HOST].length, field[AUTH_DST_HOST].bytes,
              (int)field[AUTH_TYPE].length, field[AUTH_TYPE].bytes,
              (int)field[AUTH_LOGON_TYPE].length, field[AUTH_LOGON_TYPE].bytes,
              (int)field[AUTH_ORIENTATION].length, field[AUTH_ORIENTATION].bytes,
              other ? "  -> " : "", other ? (int)to.length : 0, to.bytes);
}

static void work(struct query *query, const struct progress *progress)
{
    struct lines_query *self = (struct lines_query *)query;
    const struct table *table = self->run->table;
    struct authlog_lines *lines =
        authlog_lines(self->run->log_index, table->time_seconds[table->row_time[self->row]],
                      dict_get(table->users, table->row_user[self->row]), LINES_MOST, progress,
                      &query->status);
    self->page = lines != NULL ? page_new("Lines of the log") : NULL;
    if (self->page != NULL) {
        char name[60];
        user_hours_name(table, self->row, false, name, sizeof name);
        snprintf(self->page->title, sizeof self->page->title, "Lines of the log: %s", name);
    }
    if (self->page == NULL) {
        authlog_lines_free(lines);
        return;
    }
    page_add(self->page, ROLE_STRONG,
             "%s line%s; result, source > destination, kind  -> destination user if another",
             format_grouped(lines->total).text, lines->total == 1 ? "" : "s");
    struct widths widths = {0};
    for (size_t i = 0; i < lines->n; i++) {
        widths.from = wider(widths.from, lines->events[i].field[AUTH_SRC_HOST]);
        widths.to = wider(widths.to, lines->events[i].field[AUTH_DST_HOST]);
    }
    for (size_t i = 0; i < lines->n; i++) {
        add_event(self->page, &lines->events[i], &widths);
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

/* Why there are no lines to show, or NULL. */
static const char *why_not(const struct session *session)
{
    const char *why = NULL;
    if (!session->has_table || !session->selected.has_row) {
        return "select a user-hour first";
    }
    if (session->run->saved) {
        return "this run was shown from a saved one; --no-cache reads the log again";
    }
    if (session->run->log_index == NULL) {
        return "only a raw log has lines behind its user-hours, and this is a table";
    }
    return authlog_index_usable(session->run->log_index, &why) ? NULL : why;
}

void app_lines(struct app *app)
{
    const struct session *session = &app->session;
    const char *why = why_not(session);
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
