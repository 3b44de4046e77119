/* From one user-hour to others: its hour across all users, a row by its number. */
#include "app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "d23 03h", "23 3": a day counted from the table's first, and an hour. */
static bool day_and_hour(const char *text, unsigned *day, unsigned *hour)
{
    int end = 0;
    text += text[0] == 'd';
    if (sscanf(text, "%9u %2u%n", day, hour, &end) != 2 || *hour > 23) {
        return false;
    }
    text += end;
    text += text[0] == 'h';
    return text[strspn(text, " ")] == '\0';
}

/* The filter that lets through the hour that was typed, or that of the selected row. */
static bool hour_filter(const struct session *session, const char *text, char *filter,
                        size_t size)
{
    const struct table *table = session->run->table;
    unsigned day, hour;
    if (text[0] == '\0' && session->selected.has_row) {
        struct span dt = dict_get(table->times, table->row_time[session->selected.row]);
        snprintf(filter, size, "time:\"%.*s\"", (int)(dt.length < 200 ? dt.length : 200),
                 dt.bytes);
        return true;
    }
    if (day_and_hour(text, &day, &hour)) {
        snprintf(filter, size, "day:%u hour:%u", day, hour);
        return true;
    }
    /* As it stands in the table: "2015-01-24 03" is enough. */
    snprintf(filter, size, "time:\"%.200s*\"", text);
    return text[0] != '\0' && strpbrk(text, "\"*?") == NULL;
}

/* Shows all rows that pass, and notes where from: Esc leads back there. */
static void enter_hour(struct app *app, const char *filter)
{
    const struct session *session = &app->session;
    char before[FILTER_TEXT];
    size_t row = session->selected.has_row ? session->selected.row : SIZE_MAX;
    enum action view = app_view(app)->action;
    bool again = app->hour.on;
    memcpy(before, again ? app->hour.filter : session->filter.text, sizeof before);
    app_set_filter(app, filter);
    app->session.filter.whole = true;
    app_changed(app, CHANGED_FILTER);
    app_enter(app, ACTION_VIEW_TOPK);
    if (!again) {
        app->hour.row = row;
        app->hour.view = view;
        app->hour.depth = app->depth;
    }
    app->hour.on = true;
    memcpy(app->hour.filter, before, sizeof before);
    app_say(app, LOG_NOTE, "this hour across all users; Esc leads back");
}

/* `H`: every user's row of an hour, most anomalous first. */
void app_show_hour(struct app *app, const char *text)
{
    const struct session *session = &app->session;
    char filter[FILTER_TEXT];
    if (!session->has_table) {
        app_say(app, LOG_NOTE, "the table is not there yet");
    } else if (session->run->table->row_time == NULL) {
        app_say(app, LOG_NOTE, "this table has no dt column: no hours to show");
    } else if (!hour_filter(session, text, filter, sizeof filter)) {
        app_say(app, LOG_ERROR,
                text[0] == '\0' ? "select a user-hour first, or name an hour: hour d23 03h"
                                : "an hour is a day and an hour, d23 03h, or how dt begins");
    } else {
        enter_hour(app, filter);
    }
}

bool app_leave_hour(struct app *app)
{
    if (!app->hour.on || app->depth > app->hour.depth) {
        return false;
    }
    app_enter(app, app->hour.view);
    if (app->hour.row != SIZE_MAX) {
        app_select_row(app, app->hour.row);
    }
    app_set_filter(app, app->hour.filter);
    return true;
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
