/* A list of user-hours written to a CSV file, by the queries thread; and the ways from one
 * user-hour to another. */
#include "app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "run/rows_sheet.h"

struct export_query {
    struct query query;
    struct sheet *sheet;
    char path[LINE_EDIT_SIZE];
};

static void work(struct query *query, const struct progress *progress)
{
    struct export_query *self = (struct export_query *)query;
    const struct sheet_format *format = sheet_format_of_path(self->path);
    sheet_write(self->sheet, format != NULL ? format : sheet_formats[0], false, self->path,
                progress, NULL, &query->status);
}

static void free_query(struct query *query)
{
    struct export_query *self = (struct export_query *)query;
    sheet_free(self->sheet);
    free(self);
}

void app_export(struct app *app, const struct row_set *rows, const char *path)
{
    struct status status = {0};
    struct export_query *self = mem_zero(1, sizeof *self, "an export", &status);
    uint32_t *copy = mem_new(rows->n, sizeof *copy, "an export", &status);
    if (self == NULL || copy == NULL ||
        row_set_get(rows, 0, rows->n, copy, &status) != rows->n) {
        app_say(app, LOG_ERROR, "%s", status.text);
        free(self);
        free(copy);
        return;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_EXPORT;
    const struct rows_sheet spec = {
        .run = app->session.run, .rows = row_set_list(copy, rows->n), .place = "rank"};
    self->sheet = rows_sheet_new("Top-K", &spec, &status);
    if (self->sheet == NULL) {
        app_say(app, LOG_ERROR, "%s", status.text);
        free(self);
        return;
    }
    snprintf(self->path, sizeof self->path, "%s", path);
    app_query(app, app, &self->query);
}

void app_export_answer(struct app *app, struct query *query)
{
    const struct export_query *self = (const struct export_query *)query;
    if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
        return;
    }
    app_say(app, LOG_NOTE, "%s user-hours are in %s (CSV)", format_grouped(self->sheet->n_rows).text,
            self->path);
}

/* `H`: every user's row of the selected hour, most anomalous first. */
void app_show_hour(struct app *app)
{
    const struct session *session = &app->session;
    if (!session->has_table || !session->selected.has_row ||
        session->run->table->row_time == NULL) {
        app_say(app, LOG_NOTE,
                session->has_table && session->run->table->row_time == NULL
                    ? "this table has no dt column: no hours to show"
                    : "select a user-hour first");
        return;
    }
    const struct table *table = session->run->table;
    struct span dt = dict_get(table->times, table->row_time[session->selected.row]);
    char filter[FILTER_TEXT];
    snprintf(filter, sizeof filter, "time:\"%.*s\"", (int)(dt.length < 200 ? dt.length : 200),
             dt.bytes);
    app_set_filter(app, filter);
    app_enter(app, ACTION_VIEW_TOPK);
}

/* `row N`: to that user-hour, and its user. */
void app_show_row(struct app *app, const char *text)
{
    const struct session *session = &app->session;
    char *end;
    unsigned long long row = strtoull(text, &end, 10);
    if (!session->has_table) {
        app_say(app, LOG_NOTE, "the table is not there yet");
    } else if (end == text || *end != '\0' || row >= session->run->table->n_rows) {
        app_say(app, LOG_ERROR, "row is a whole number from 0 to %zu",
                session->run->table->n_rows - 1);
    } else {
        app_select_row(app, (size_t)row);
        app_enter(app, ACTION_VIEW_USER);
    }
}
