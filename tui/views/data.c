/* Data: the table that was read: its shape, its columns, its rows. */
#include "views/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "lists/find_query.h"
#include "rank/rows.h"
#include "lists/rows_query.h"
#include "lists/sheets.h"
#include "table/describe.h"
#include "views/data_summary.h"
#include "lists/user_hours.h"
#include "widgets/listbox.h"

enum pane { PANE_COLUMNS, PANE_ROWS, PANES };

enum { WINDOW_ROWS = 256 };

struct data_view {
    enum pane pane;
    struct listbox columns, rows;
    struct description *description; /* of the table; NULL while it is being made */
    struct row_set listed;           /* what the rows pane lists; borrowed by searches */
    bool filtered;                   /* `listed` is the answer to the filter */
    bool stale;                      /* it is of a run that was replaced: not to be looked at */
    const void *asked;               /* the list on its way */
};

static void *open_data(struct app *app);

static void close_data(void *state)
{
    struct data_view *view = state;
    describe_free(view->description);
    row_set_clear(&view->listed);
    free(view);
}

/* ---- describe: columns' summaries, made by the queries thread ---- */

struct describe_query {
    struct query query; /* first */
    const struct table *table;
    struct parallel *parallel;
    struct description *description;
};

static void describe(struct query *query, const struct progress *progress)
{
    struct describe_query *asked = (struct describe_query *)query;
    asked->description =
        describe_table(asked->table, asked->parallel, progress, &query->status);
}

static void free_describe(struct query *query)
{
    struct describe_query *asked = (struct describe_query *)query;
    describe_free(asked->description);
    free(asked);
}

static void ask_description(struct data_view *view, struct app *app)
{
    struct describe_query *asked = mem_zero(1, sizeof *asked, "a description", NULL);
    if (asked != NULL) {
        asked->query.work = describe;
        asked->query.free = free_describe;
        asked->query.slot = SLOT_DATA;
        asked->table = app_session(app)->run->table;
        asked->parallel = app_query_threads(app);
        app_query(app, view, &asked->query);
    }
}

/* ---- the rows that are listed ---- */

static void list_all(struct data_view *view, const struct table *table)
{
    row_set_clear(&view->listed);
    view->listed = row_set_file(table->n_rows);
    view->filtered = false;
    listbox_set_count(&view->rows, view->listed.n);
}

static void ask_rows(struct data_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    struct filter_error error;
    if (session->filter.text[0] == '\0') {
        /* A list of all rows is an answer, too: one in flight must not come after it. */
        app_query_cancel(app, SLOT_DATA_ROWS);
    }
    struct rows_query *asked =
        rows_query_new(app, session->filter.text, NULL, SIZE_MAX, SLOT_DATA_ROWS, &error);
    view->asked = asked;
    if (asked != NULL && !app_query(app, view, &asked->query)) {
        view->asked = NULL;
    }
}

static void *open_data(struct app *app)
{
    struct data_view *view = mem_zero(1, sizeof *view, "the data view", NULL);
    const struct session *session = app_session(app);
    if (view != NULL && session->has_table) {
        list_all(view, session->run->table);
        ask_description(view, app);
        ask_rows(view, app);
    }
    return view;
}

/* The filter's row that the cursor was on stays under it. */
static void take_rows(struct data_view *view, const struct app *app, struct rows_query *answer)
{
    const struct session *session = app_session(app);
    uint32_t row;
    size_t position = SIZE_MAX;
    if (!view->stale && row_set_get(&view->listed, view->rows.cursor, 1, &row, NULL) == 1 &&
        row < session->run->table->n_rows) {
        position = row_set_find(&answer->rows, session->run->table->row_profile, row, 0);
    }
    row_set_clear(&view->listed);
    view->listed = answer->rows;
    view->stale = false;
    answer->rows = (struct row_set){0};
    view->filtered = answer->text[0] != '\0';
    listbox_set_count(&view->rows, view->listed.n);
    listbox_go(&view->rows, position != SIZE_MAX ? position : 0);
}

static void data_answer(void *state, struct app *app, struct query *query)
{
    struct data_view *view = state;
    if (query->slot == SLOT_DATA) {
        struct describe_query *asked = (struct describe_query *)query;
        if (asked->table == app_session(app)->run->table && asked->description != NULL) {
            describe_free(view->description);
            view->description = asked->description;
            asked->description = NULL;
        }
    } else if (query->slot == SLOT_DATA_ROWS) {
        if (view->asked == query) {
            view->asked = NULL;
            if (query->status.code == STATUS_OK) {
                take_rows(view, app, (struct rows_query *)query);
            }
        }
    } else {
        const struct find_query *found = (const struct find_query *)query;
        if (find_query_say(found, app) && found->position < view->listed.n) {
            view->pane = PANE_ROWS;
            listbox_go(&view->rows, found->position);
        }
    }
}

static void data_changed(void *state, struct app *app, unsigned what)
{
    struct data_view *view = state;
    const struct session *session = app_session(app);
    if ((what & CHANGED_RUN) != 0) {
        describe_free(view->description);
        view->description = NULL;
        view->stale = true; /* it stays for a search that may be looking at it */
        listbox_set_count(&view->rows, 0);
    }
    if ((what & (CHANGED_RUN | CHANGED_TABLE)) != 0 && session->has_table) {
        ask_description(view, app);
    }
    if ((what & (CHANGED_RUN | CHANGED_TABLE | CHANGED_FILTER)) != 0 && session->has_table) {
        ask_rows(view, app);
    }
}

/* ---- drawing: rows ---- */

static void draw_rows(struct data_view *view, const struct table *table, struct canvas *canvas)
{
    uint32_t rows[WINDOW_ROWS];
    listbox_show(&view->rows, canvas, 1, canvas->rows - 1);
    size_t wanted = view->rows.page < WINDOW_ROWS ? view->rows.page : WINDOW_ROWS;
    size_t n = 0;
    if (view->rows.n > 0) {
        n = row_set_get(&view->listed, view->rows.top, wanted, rows, NULL);
    }
    size_t selected = view->rows.cursor - view->rows.top;
    user_hours_draw(table, rows, n, view->pane == PANE_ROWS ? selected : SIZE_MAX, canvas);
}

/* Keys may come before the first frame: the lists must know their lengths in both. */
static void count(struct data_view *view, const struct session *session,
                  const struct table *table)
{
    listbox_set_count(&view->columns, table->profiles.d);
    if (!session->has_table) {
        list_all(view, table); /* the preview */
    }
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
    count(view, session, table);
    int y = data_facts(session, table, view->description, canvas);
    int left = canvas->rows - y;
    int wanted = (int)table->profiles.d + 1;
    bool both = left >= wanted + 5;
    if (both || view->pane == PANE_COLUMNS) {
        int rows = both ? wanted : left;
        struct canvas part = canvas_part(canvas, y, 0, rows, canvas->cols);
        data_columns(session, table, view->description, &view->columns,
                     view->pane == PANE_COLUMNS, &part);
        y += rows;
    }
    if (both || view->pane == PANE_ROWS) {
        char title[80];
        snprintf(title, sizeof title,
                 view->filtered ? "%s pass%s the filter" : "user-hours in file order",
                 format_count(view->rows.n, "user-hour").text, view->rows.n == 1 ? "es" : "");
        canvas_rule(canvas, y, title);
        struct canvas part = canvas_part(canvas, y + 1, 0, canvas->rows - y - 1, canvas->cols);
        draw_rows(view, table, &part);
    }
}

/* ---- actions ---- */

static unsigned open_row(struct data_view *view, struct app *app)
{
    uint32_t row;
    if (view->pane != PANE_ROWS || !app_session(app)->has_table || view->rows.n == 0 ||
        row_set_get(&view->listed, view->rows.cursor, 1, &row, NULL) != 1) {
        return REACT_PASS;
    }
    app_select_row(app, row);
    app_enter(app, ACTION_VIEW_USER);
    return REACT_DONE;
}

static unsigned act_data(void *state, struct app *app, enum action action, const char *argument)
{
    struct data_view *view = state;
    const struct session *session = app_session(app);
    const struct table *table = session_table(session);
    (void)argument;
    if (table == NULL) {
        return REACT_PASS;
    }
    count(view, session, table);
    switch ((int)action) {
    case ACTION_PANE:
    case ACTION_PANE_BACK:
        view->pane = (enum pane)((view->pane + 1) % PANES);
        return REACT_DONE;
    case ACTION_OPEN: return open_row(view, app);
    default: break;
    }
    struct listbox *list = view->pane == PANE_ROWS ? &view->rows : &view->columns;
    return listbox_act(list, action) ? REACT_DONE : REACT_PASS;
}

/* The queries thread looks through the list while it is ours. One that is on its way would free
 * it under the search; one that is asked for later comes when the search is over. */
static unsigned find_in_data(void *state, struct app *app, const char *text, bool forward)
{
    struct data_view *view = state;
    if (view->asked != NULL && view->listed.kind == ROW_SET_LIST) {
        app_say(app, LOG_NOTE, "the list is on its way: search when it is there");
        return REACT_DONE;
    }
    if (!app_session(app)->has_table || view->rows.n == 0) {
        return REACT_PASS;
    }
    struct find_query *asked =
        find_query_new(app, &view->listed, text, view->rows.cursor, forward, SLOT_FIND);
    return asked != NULL && app_query(app, view, &asked->query) ? REACT_DONE : REACT_PASS;
}

static const enum action footer[] = {ACTION_PANE, ACTION_FILTER,  ACTION_SEARCH, ACTION_LAST,
                                     ACTION_OPEN, ACTION_COMMAND, ACTION_HELP,   ACTION_NONE};

/* describe() of every column. */
static struct sheet *sheet_of_columns(const struct data_view *view, const struct app *app,
                                      struct status *status)
{
    static const char *const names[] = {"missing", "count", "mean", "std", "min",
                                        "25%",     "50%",   "75%",  "max"};
    const struct table *table = app_session(app)->run->table;
    struct sheet *sheet = sheet_new_table("Columns", status);
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "column", true);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sheet_add_column(sheet, names[i], false);
    }
    for (size_t i = 0; i < view->description->features; i++) {
        const struct summary *one = &view->description->feature[i];
        const double values[] = {one->mean, one->std, one->min, one->q25,
                                 one->q50,  one->q75, one->max};
        sheet_put_text(sheet, table->feature_names[i]);
        sheet_put_number(sheet, describe_missing_feature(table, i));
        sheet_put_count(sheet, one->count);
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            sheet_put_number(sheet, values[k]);
        }
    }
    sheets_note(app, sheet);
    return sheet;
}

static struct sheet *sheet_data(void *state, const struct app *app, char *name, size_t size,
                                struct status *status)
{
    const struct data_view *view = state;
    const struct sheets_rows how = {.position = "place", .filtered = true};
    struct row_set rows;
    if (!app_session(app)->has_table || view->stale) {
        return NULL;
    }
    if (view->pane == PANE_COLUMNS) {
        snprintf(name, size, "columns");
        return view->description != NULL ? sheet_of_columns(view, app, status) : NULL;
    }
    snprintf(name, size, "rows");
    return row_set_copy(&view->listed, &rows, status)
               ? sheets_rows(app, "User-hours", rows, &how, status)
               : NULL;
}

const struct view_ops view_data = {
    .action = ACTION_VIEW_DATA,
    .title = "Data",
    .contexts = CONTEXT_MOVE,
    .footer = footer,
    .filtered = true,
    .open = open_data,
    .close = close_data,
    .draw = draw_data,
    .act = act_data,
    .changed = data_changed,
    .answer = data_answer,
    .find = find_in_data,
    .sheet = sheet_data,
};
