/* The computers behind a user-hour of a log, as a page: read by the queries thread. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "events/events_hosts.h"
#include "events/events_index.h"
#include "lists/user_hours.h"
#include "pages/page_table.h"
#include "run/sheet/sheet.h"

/* A larger log is looked through only when that is asked for. */
#define HOSTS_AT_ONCE (UINT64_C(1) << 30)

struct hosts_query {
    struct query query;
    const struct run *run;
    size_t row;
    bool whole;
    struct page *page; /* the answer */
};

/* "1970-02-20 03h", by the clock that is shown. */
static void say_hour(int64_t time, char *text, size_t size)
{
    int64_t day = time / 86400;
    snprintf(text, size, "%.24s %02uh", format_date(day).text,
             (unsigned)(time % 86400 / 3600) % 24);
}

static struct sheet *sheet_of_hosts(const struct page *page, const struct app *app, char *name,
                                    size_t size, struct status *status)
{
    const struct events_hosts *hosts = page->kept;
    struct sheet *sheet = sheet_new_table(page->title, status);
    snprintf(name, size, "hosts");
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "side", true);
    sheet_add_column(sheet, "host", true);
    sheet_add_column(sheet, "events", false);
    sheet_add_column(sheet, "failed", false);
    if (hosts->whole) {
        sheet_add_column(sheet, "first", true);
        sheet_add_column(sheet, "accounts", false);
    }
    for (size_t i = 0; i < hosts->n; i++) {
        const struct events_host *host = &hosts->hosts[i];
        char first[40];
        const char *side = host->source ? "source" : "destination";
        sheet_put_bytes(sheet, side, strlen(side));
        sheet_put_bytes(sheet, host->name.bytes, host->name.length);
        sheet_put_count(sheet, host->events);
        sheet_put_count(sheet, host->failed);
        if (hosts->whole) {
            say_hour(host->first, first, sizeof first);
            sheet_put_bytes(sheet, first, strlen(first));
            sheet_put_count(sheet, host->accounts);
        }
    }
    sheet_add_note(sheet, "input", "%s", app_session(app)->input);
    return sheet;
}

static void free_hosts(void *hosts)
{
    events_hosts_free(hosts);
}

static void add_host(struct page *page, const struct events_hosts *hosts,
                     const struct events_host *host, int64_t hour)
{
    char cells[400], first[40] = "";
    size_t used =
        (size_t)snprintf(cells, sizeof cells, "%.*s%s%s%s%s",
                         host->name.length < 120 ? (int)host->name.length : 120,
                         host->name.bytes, PAGE_CELL, format_grouped(host->events).text,
                         PAGE_CELL, host->failed > 0 ? format_grouped(host->failed).text : "-");
    if (hosts->whole) {
        say_hour(host->first, first, sizeof first);
        snprintf(cells + used, sizeof cells - used, "%s%s%s%s", PAGE_CELL,
                 host->first >= hour ? "new: never before" : first, PAGE_CELL,
                 format_grouped(host->accounts).text);
    }
    page_row(page, cells);
}

static void add_side(struct page *page, const struct events_hosts *hosts, bool source,
                     int64_t hour)
{
    size_t all = source ? hosts->n_sources : hosts->n_destinations, shown = 0;
    char head[120];
    if (all == 0) {
        page_add(page, ROLE_DIM, "no %s is named", source ? "source" : "destination");
        return;
    }
    snprintf(head, sizeof head,
             hosts->whole ? "%s%sevents%sfailed%sknown since%saccounts" : "%s%sevents%sfailed",
             source ? "source" : "destination", PAGE_CELL, PAGE_CELL, PAGE_CELL, PAGE_CELL);
    page_row(page, head);
    for (size_t i = 0; i < hosts->n; i++) {
        if (hosts->hosts[i].source == source) {
            add_host(page, hosts, &hosts->hosts[i], hour);
            shown++;
        }
    }
    if (shown < all) {
        page_add(page, ROLE_DIM, "and %s more", format_grouped(all - shown).text);
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct hosts_query *self = (struct hosts_query *)query;
    const struct table *table = self->run->table;
    int64_t hour = table->time_seconds[table->row_time[self->row]];
    struct events_hosts *hosts = events_hosts(
        self->run->log_index, hour, dict_get(table->users, table->row_user[self->row]),
        self->whole, progress, &query->status);
    self->page = hosts != NULL ? page_new("Computers") : NULL;
    if (self->page == NULL) {
        events_hosts_free(hosts);
        return;
    }
    char name[60];
    user_hours_name(table, self->row, false, name, sizeof name);
    snprintf(self->page->title, sizeof self->page->title, "Computers of %s", name);
    page_add(self->page, ROLE_STRONG, "%s, %s",
             format_count(hosts->n_destinations, "destination").text,
             format_count(hosts->n_sources, "source").text);
    page_add(self->page, ROLE_TEXT, "%s", "");
    add_side(self->page, hosts, false, hour);
    page_add(self->page, ROLE_TEXT, "%s", "");
    add_side(self->page, hosts, true, hour);
    page_add(self->page, ROLE_TEXT, "%s", "");
    page_add(self->page, ROLE_DIM, "%s",
             hosts->whole
                 ? "known since: the account's first event with it in this log; accounts: "
                   "how many have one"
                 : ":hosts all looks through the whole log for since when each is known, "
                   "and how many accounts use it");
    self->page->sheet = sheet_of_hosts;
    self->page->kept = hosts;
    self->page->free_kept = free_hosts;
}

static void free_query(struct query *query)
{
    struct hosts_query *self = (struct hosts_query *)query;
    page_free(self->page);
    free(self);
}

void app_hosts(struct app *app, const char *argument)
{
    const struct session *session = &app->session;
    const char *why = app_lines_why_not(session);
    if (argument[0] != '\0' && strcmp(argument, "all") != 0) {
        app_say(app, LOG_NOTE, "hosts, or hosts all: through the whole log");
        return;
    }
    struct hosts_query *self = why == NULL ? mem_zero(1, sizeof *self, "a query", NULL) : NULL;
    if (self == NULL) {
        app_say(app, LOG_NOTE, "%s", why != NULL ? why : "no memory for the computers");
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_HOSTS;
    self->run = session->run;
    self->row = session->selected.row;
    self->whole = argument[0] != '\0' || session->run->table->report.bytes <= HOSTS_AT_ONCE;
    app_query(app, app, &self->query);
}

void app_hosts_answer(struct app *app, struct query *query)
{
    app_page_answer(app, query, &((struct hosts_query *)query)->page);
}
