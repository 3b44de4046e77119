/* The columns of lists of user-hours. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "lists/row_columns.h"

static void set(struct app *app, const char *text)
{
    struct row_columns columns, usual;
    char problem[240], names[SETTINGS_COLUMNS];
    const struct session *session = &app->session;
    if (strlen(text) >= sizeof app->settings.columns) {
        app_say(app, LOG_ERROR, "these are too many columns");
        return;
    }
    if (!session->has_table) {
        snprintf(app->settings.columns, sizeof app->settings.columns, "%s", text);
        return; /* looked up when the table is there */
    }
    if (!row_columns_parse(text, session, &columns, problem, sizeof problem)) {
        app_say(app, LOG_ERROR, "%s", problem);
        return;
    }
    row_columns_parse("default", session, &usual, problem, sizeof problem);
    row_columns_format(&usual, session, problem, sizeof problem);
    row_columns_format(&columns, session, names, sizeof names);
    snprintf(app->settings.columns, sizeof app->settings.columns, "%s",
             strcmp(names, problem) == 0 ? "default" : names);
    app_say(app, LOG_NOTE, "columns: %s", names);
}

void app_columns(struct app *app, const char *text)
{
    char line[SETTINGS_COLUMNS + 16], problem[200];
    struct row_columns columns;
    if (text[0] != '\0') {
        set(app, text);
        return;
    }
    /* Without names: those of now, to be changed. */
    snprintf(line, sizeof line, "columns %s", app->settings.columns);
    if (app->session.has_table && row_columns_parse(app->settings.columns, &app->session,
                                                    &columns, problem, sizeof problem)) {
        row_columns_format(&columns, &app->session, line + strlen("columns "),
                           sizeof line - strlen("columns "));
    }
    prompt_open(&app->prompt, PROMPT_COMMAND, ":", line);
}
