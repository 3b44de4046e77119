/* The lines of the raw log behind a user-hour, as a page: read by the queries thread. */
#include "app_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "table/authlog_index.h"

enum { LINES_MOST = 5000 };

struct lines_query {
    struct query query;
    const struct run *run;
    size_t row;
    struct page *page; /* the answer */
};

static void add_event(struct page *page, const struct authlog_event *event)
{
    char when[PAGE_KEY];
    const struct span *field = event->field;
    long long second = (long long)event->time;
    snprintf(when, sizeof when, "%02lld:%02lld:%02lld", second / 3600 % 24, second / 60 % 60,
             second % 60);
    page_pair(page, when, ROLE_TEXT, "%.*s > %.*s  %.*s %.*s %.*s  %.*s",
              (int)field[AUTH_SRC_HOST].length, field[AUTH_SRC_HOST].bytes,
              (int)field[AUTH_DST_HOST].length, field[AUTH_DST_HOST].bytes,
              (int)field[AUTH_TYPE].length, field[AUTH_TYPE].bytes,
              (int)field[AUTH_LOGON_TYPE].length, field[AUTH_LOGON_TYPE].bytes,
              (int)field[AUTH_ORIENTATION].length, field[AUTH_ORIENTATION].bytes,
              (int)field[AUTH_RESULT].length, field[AUTH_RESULT].bytes);
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
        page_add(self->page, ROLE_STRONG, "%s line%s; source > destination, kind, result",
                 format_grouped(lines->total).text, lines->total == 1 ? "" : "s");
        for (size_t i = 0; i < lines->n; i++) {
            add_event(self->page, &lines->events[i]);
        }
        if (lines->n < lines->total) {
            page_add(self->page, ROLE_DIM, "and %s more",
                     format_grouped(lines->total - lines->n).text);
        }
    }
    authlog_lines_free(lines);
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
    struct lines_query *self = (struct lines_query *)query;
    if (query->status.code == STATUS_CANCELLED) {
        return;
    }
    if (query->status.code != STATUS_OK || self->page == NULL) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
        return;
    }
    app_page(app, self->page);
    self->page = NULL;
}
