/* From one user-hour to others: its hour across all users, those that look like it, a row by
 * its number. */
#include "app/app_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/count.h"

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
    if (text[0] == 'd' && text[1] >= '0' && text[1] <= '9') {
        return false; /* a day whose hour is none */
    }
    /* As it stands in the table: "2015-01-24 03" is enough. */
    snprintf(filter, size, "time:\"%.200s*\"", text);
    return text[0] != '\0' && strpbrk(text, "\"*?") == NULL;
}

/* Shows all rows that pass, and notes where from: Esc leads back there. */
static void enter_related(struct app *app, const char *filter, const char *what)
{
    const struct session *session = &app->session;
    char before[FILTER_TEXT];
    size_t row = session->selected.has_row ? session->selected.row : SIZE_MAX;
    enum action view = app_view(app)->action;
    bool again = app->related.on;
    memcpy(before, again ? app->related.filter : session->filter.text, sizeof before);
    app_set_filter(app, filter);
    app->session.filter.whole = true;
    app_changed(app, CHANGED_FILTER);
    app_enter(app, ACTION_VIEW_TOPK);
    if (!again) {
        app->related.row = row;
        app->related.view = view;
        app->related.depth = app->depth;
    }
    app->related.on = true;
    memcpy(app->related.filter, before, sizeof before);
    app_say(app, LOG_NOTE, "%s; Esc leads back", what);
}

/* `H`: every user's row of an hour, most anomalous first. */
void app_show_hour(struct app *app, const char *text)
{
    const struct session *session = &app->session;
    char filter[FILTER_TEXT];
    unsigned day, hour;
    int64_t last = session->has_table && session->run->table->has_days
                       ? session->run->table->last_day - session->run->table->first_day
                       : INT64_MAX;
    if (!session->has_table) {
        app_say(app, LOG_NOTE, "the table is not there yet");
    } else if (session->run->table->row_time == NULL) {
        app_say(app, LOG_NOTE, "this table has no dt column: no hours to show");
    } else if (day_and_hour(text, &day, &hour) && (int64_t)day > last) {
        app_say(app, LOG_ERROR, "there is no day d%u: the table ends with d%02" PRId64, day,
                last);
    } else if (!hour_filter(session, text, filter, sizeof filter)) {
        app_say(app, LOG_ERROR,
                text[0] == '\0' ? "select a user-hour first, or name an hour: hour d23 03h"
                                : "an hour is a day and an hour, d23 03h, or how dt begins");
    } else {
        enter_related(app, filter, "this hour across all users");
    }
}

bool app_leave_related(struct app *app)
{
    if (!app->related.on || app->depth > app->related.depth) {
        return false;
    }
    app_enter(app, app->related.view);
    if (app->related.row != SIZE_MAX) {
        app_select_row(app, app->related.row);
    }
    app_set_filter(app, app->related.filter);
    return true;
}

/* The row that is meant: the number that was typed, or the selected one. */
static bool find_row(const struct session *session, const char *text, size_t *row)
{
    uint64_t number;
    if (text[0] == '\0') {
        *row = session->selected.row;
        return session->selected.has_row;
    }
    if (!count_parse(text, session->run->table->n_rows - 1, &number)) {
        return false;
    }
    *row = (size_t)number;
    return true;
}

/* `I`: every row with the same features, whatever its rank. */
void app_show_identical(struct app *app, const char *text)
{
    const struct session *session = &app->session;
    char filter[FILTER_TEXT], what[80];
    size_t row;
    if (!session->has_table) {
        app_say(app, LOG_NOTE, "the table is not there yet");
    } else if (!find_row(session, text, &row)) {
        app_say(app, LOG_ERROR, "select a user-hour first, or give its row, from 0 to %zu",
                session->run->table->n_rows - 1);
    } else {
        const struct table *table = session->run->table;
        uint32_t copies = table->profiles.copies[table->row_profile[row]];
        if (copies < 2) {
            app_say(app, LOG_NOTE, "no other user-hour looks exactly like this one");
            return;
        }
        snprintf(filter, sizeof filter, "like:%zu", row);
        snprintf(what, sizeof what, "%s user-hours that look exactly alike",
                 format_grouped(copies).text);
        enter_related(app, filter, what);
    }
}

/* `row N`: to that user-hour, and its user. */
void app_show_row(struct app *app, const char *text)
{
    const struct session *session = &app->session;
    size_t row;
    if (!session->has_table) {
        app_say(app, LOG_NOTE, "the table is not there yet");
    } else if (text[0] == '\0' || !find_row(session, text, &row)) {
        app_say(app, LOG_ERROR, "row is a whole number from 0 to %zu",
                session->run->table->n_rows - 1);
    } else {
        app_select_row(app, row);
        app_enter(app, ACTION_VIEW_USER);
    }
}
