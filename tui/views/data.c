/* Data: the table that was read: its shape, its columns, its rows. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "views/user_hours.h"
#include "widgets/columns.h"
#include "widgets/list.h"

enum pane { PANE_COLUMNS, PANE_ROWS, PANES };

struct data_view {
    enum pane pane;
    struct list columns, rows;
};

/* Keys may come before the first frame: the lists must know their lengths in both. */
static void count(struct data_view *view, const struct table *table)
{
    list_set_count(&view->columns, table->profiles.d);
    list_set_count(&view->rows, table->n_rows);
}

static void *open_data(struct app *app)
{
    (void)app;
    return mem_zero(1, sizeof(struct data_view), "the data view", NULL);
}

/* ---- the facts above both panes ---- */

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static int draw_facts(const struct session *session, const struct table *table,
                      struct canvas *canvas)
{
    const struct read_report *report = &table->report;
    if (!session->has_table) {
        canvas_printf(canvas, 0, 1, ROLE_WARN, "the first %s user-hours; still reading",
                      format_grouped(table->n_rows).text);
        return 1;
    }
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s user-hours",
                          format_grouped(table->n_rows).text);
    canvas_printf(canvas, 0, x, ROLE_TEXT, ", %s profiles (%s of rows share theirs)",
                  format_grouped(table->profiles.n).text,
                  format_percent(1 - (double)table->profiles.n / (double)table->n_rows).text);
    x = 1;
    if (table->users != NULL) {
        x = canvas_printf(canvas, 1, x, ROLE_TEXT, "%s user%s  ",
                          format_grouped(dict_count(table->users)).text,
                          plural(dict_count(table->users)));
    }
    if (table->times != NULL) {
        x = canvas_printf(canvas, 1, x, ROLE_TEXT, "%s hour%s from %s  ",
                          format_grouped(dict_count(table->times)).text,
                          plural(dict_count(table->times)), format_date(table->first_day).text);
    }
    x = canvas_printf(canvas, 1, x, ROLE_DIM, "%s read", format_bytes(report->bytes).text);
    if (report->rejected > 0) {
        canvas_printf(canvas, 1, x, ROLE_WARN, "  %s lines left out (8 Log)",
                      format_grouped(report->rejected).text);
    }
    return 2;
}

/* ---- columns ---- */

static void layout_columns(struct columns *columns, int cols)
{
    columns_add(columns, (struct column){"feature", 18, 34, 0, TEXT_LEFT});
    columns_add(columns, (struct column){"mean", 10, 12, 0, TEXT_RIGHT});
    columns_add(columns, (struct column){"std", 10, 12, 1, TEXT_RIGHT});
    columns_add(columns, (struct column){"missing", 9, 12, 2, TEXT_RIGHT});
    columns_add(columns, (struct column){"infinite", 9, 12, 3, TEXT_RIGHT});
    columns_place(columns, cols);
}

static void draw_column(const struct session *session, const struct table *table, size_t i,
                        const struct columns *columns, struct canvas *canvas, int y)
{
    const struct read_report *report = &table->report;
    columns_field(columns, canvas, y, 0, ROLE_TEXT, table->feature_names[i]);
    if (session->has_scaled) {
        const struct scaler *scaler = session->run->scaler;
        columns_field(columns, canvas, y, 1, ROLE_TEXT, format_score(scaler->mean[i]).text);
        columns_field(columns, canvas, y, 2, ROLE_TEXT,
                      format_score(sqrt(scaler->var[i])).text);
    }
    if (report->missing != NULL) {
        columns_field(columns, canvas, y, 3, report->missing[i] > 0 ? ROLE_WARN : ROLE_DIM,
                      format_grouped(report->missing[i]).text);
    }
    if (report->infinite != NULL) {
        columns_field(columns, canvas, y, 4, report->infinite[i] > 0 ? ROLE_WARN : ROLE_DIM,
                      format_grouped(report->infinite[i]).text);
    }
}

static void draw_columns(struct data_view *view, const struct session *session,
                         const struct table *table, struct canvas *canvas)
{
    struct columns columns = {0};
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    layout_columns(&columns, part.cols);
    columns_header(&columns, &part, 0, columns.n, false);
    list_set_page(&view->columns, canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0);
    for (size_t i = view->columns.top; i < table->profiles.d; i++) {
        int y = (int)(i - view->columns.top) + 1;
        if (y >= canvas->rows) {
            break;
        }
        draw_column(session, table, i, &columns, &part, y);
        if (view->pane == PANE_COLUMNS && i == view->columns.cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

/* ---- rows ---- */

static void draw_rows(struct data_view *view, const struct table *table, struct canvas *canvas)
{
    list_set_page(&view->rows, canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0);
    user_hours_draw(table, view->rows.top, view->pane == PANE_ROWS ? &view->rows : NULL,
                    canvas);
}

static void draw_data(void *state, const struct app *app, struct canvas *canvas)
{
    struct data_view *view = state;
    const struct session *session = app_session(app);
    const struct table *table = session_table(session);
    if (table == NULL) {
        canvas_text(canvas, 0, 1, ROLE_DIM, "nothing has been read yet");
        return;
    }
    count(view, table);
    int y = draw_facts(session, table, canvas);
    int left = canvas->rows - y;
    int wanted = (int)table->profiles.d + 2;
    bool both = left >= wanted + 4;
    if (both || view->pane == PANE_COLUMNS) {
        int rows = both ? wanted - 1 : left;
        struct canvas part = canvas_part(canvas, y, 0, rows, canvas->cols);
        draw_columns(view, session, table, &part);
        y += rows;
    }
    if (both || view->pane == PANE_ROWS) {
        canvas_rule(canvas, y, "user-hours in file order");
        struct canvas part = canvas_part(canvas, y + 1, 0, canvas->rows - y - 1, canvas->cols);
        draw_rows(view, table, &part);
    }
}

/* ---- actions ---- */

static unsigned act_data(void *state, struct app *app, enum action action, const char *argument)
{
    struct data_view *view = state;
    const struct table *table = session_table(app_session(app));
    (void)argument;
    if (table == NULL) {
        return REACT_PASS;
    }
    count(view, table);
    switch ((int)action) {
    case ACTION_PANE:
    case ACTION_PANE_BACK:
        view->pane = (enum pane)((view->pane + 1) % PANES);
        return REACT_DONE;
    case ACTION_OPEN:
        if (view->pane == PANE_ROWS && app_session(app)->has_table) {
            app_select_row(app, view->rows.cursor);
            app_enter(app, ACTION_VIEW_USER);
            return REACT_DONE;
        }
        return REACT_PASS;
    default: break;
    }
    struct list *list = view->pane == PANE_ROWS ? &view->rows : &view->columns;
    return list_act(list, action) ? REACT_DONE : REACT_PASS;
}

static void data_changed(void *state, struct app *app, unsigned what)
{
    struct data_view *view = state;
    (void)app;
    if ((what & CHANGED_RUN) != 0) {
        view->rows = view->columns = (struct list){0};
    }
}

static const enum action footer[] = {ACTION_PANE, ACTION_DOWN,   ACTION_PAGE_DOWN,
                                     ACTION_LAST, ACTION_SEARCH, ACTION_COMMAND,
                                     ACTION_HELP, ACTION_NONE};

const struct view_ops view_data = {
    .action = ACTION_VIEW_DATA,
    .title = "Data",
    .contexts = CONTEXT_MOVE,
    .footer = footer,
    .open = open_data,
    .close = free,
    .draw = draw_data,
    .act = act_data,
    .changed = data_changed,
};
