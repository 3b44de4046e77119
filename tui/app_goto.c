/* From one user-hour to others: its hour across all users, a row by its number. */
#include "app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
