/* Which rows the Top-K view lists, and which of them is on which line. */
#include <stdio.h>
#include <string.h>

#include "views/topk_view.h"

/* ---- lines and rows ---- */

size_t topk_lines(const struct topk_view *view)
{
    return view->rows.folds != NULL ? row_folds_lines(view->rows.folds) : view->rows.set.n;
}

struct row_line topk_line(const struct topk_view *view, size_t line)
{
    if (view->rows.folds != NULL && line < view->list.n) {
        return row_folds_at(view->rows.folds, line);
    }
    return (struct row_line){.position = line, .rows = 1, .head = true};
}

const uint32_t *topk_whole(const struct topk_view *view, size_t line, size_t *n)
{
    struct row_line what = topk_line(view, line);
    *n = what.rows;
    return what.whole ? episodes_rows(&view->rows.episodes, what.group) : NULL;
}

size_t topk_row(const struct topk_view *view)
{
    return row_list_at(&view->rows, topk_line(view, view->list.cursor).position);
}

void topk_select(struct topk_view *view, struct app *app)
{
    size_t row = topk_row(view);
    if (row != SIZE_MAX && app_shows(app, view)) {
        app_select_row(app, row);
    }
}

bool topk_go(struct topk_view *view, struct app *app, size_t row, bool unfold)
{
    const struct table *table = app_session(app)->run->table;
    struct row_folds *folds = view->rows.folds;
    size_t near = topk_line(view, view->list.cursor).position;
    size_t position = row_set_find(&view->rows.set, table->row_profile, (uint32_t)row, near);
    if (position == SIZE_MAX) {
        return false;
    }
    size_t line = folds != NULL ? row_folds_line(folds, position) : position;
    if (unfold && topk_line(view, line).position != position) {
        row_folds_open(folds, folds->group[position], true);
        listbox_set_count(&view->list, topk_lines(view));
        line = row_folds_line(folds, position);
    }
    listbox_go(&view->list, line);
    topk_select(view, app);
    return true;
}

/* ---- which rows ---- */

/* The lanes of the accounts that the list begins with. */
static void ask_lanes(struct topk_view *view, struct app *app)
{
    enum { LINES = 64 };
    uint32_t rows[LINES];
    size_t n = 0;
    for (size_t line = 0; line < view->list.n && n < LINES; line++) {
        size_t row = row_list_at(&view->rows, topk_line(view, line).position);
        if (row != SIZE_MAX) {
            rows[n++] = (uint32_t)row;
        }
    }
    lanes_ask(&view->lanes, app, view, rows, n);
}

/* The list is there: the cursor goes where it is wanted. */
void topk_arrive(struct topk_view *view, struct app *app)
{
    size_t target = view->target;
    view->target = SIZE_MAX;
    listbox_set_count(&view->list, topk_lines(view));
    if (target == SIZE_MAX || !topk_go(view, app, target, view->reveal)) {
        if (view->filtered) {
            listbox_go(&view->list, 0); /* an old position among other rows means nothing */
        }
        topk_select(view, app);
    }
    view->reveal = view->filtered = false;
    ask_lanes(view, app);
}

void topk_show_list(struct topk_view *view, struct app *app, enum topk_cursor cursor)
{
    const struct session *session = app_session(app);
    char problem[200];
    if (!session->has_result[session->selected.result]) {
        return;
    }
    if (cursor == TOPK_CURSOR_FIRST) {
        listbox_go(&view->list, 0);
        view->target = SIZE_MAX;
    } else if (view->target == SIZE_MAX) {
        view->target = topk_row(view);
    }
    if (!topk_columns(view, session, problem, sizeof problem)) {
        app_say(app, LOG_WARNING, "%s; the usual columns are shown", problem);
    }
    struct row_list_spec what = {
        .result = session->selected.result,
        .k = session->filter.whole ? session->run->table->n_rows : session->selected.k,
        .sorted = view->reversed || view->sort.kind != ROW_COLUMN_RANK ||
                  view->sort.index != ROW_COLUMN_IN_VIEW,
        .filter = session->filter.text,
        .slot = SLOT_TOPK,
        .folds = view->fold && !session->by_episode,
        .by_episode = session->by_episode,
        .keeps_shown = view->finding != NULL, /* a search is looking at the list */
    };
    if (!row_column_order(view->sort, session, view->reversed, &what.order)) {
        what.sorted = false; /* the detector it was sorted by has no scores in this run */
    }
    row_list_show(&view->rows, app, view, &what);
    if (view->rows.ready) {
        topk_arrive(view, app);
    }
}

bool topk_columns(struct topk_view *view, const struct session *session, char *problem,
                  size_t size)
{
    char ignored[200];
    const char *wanted = session->columns;
    if (session->by_episode && (wanted[0] == '\0' || strcmp(wanted, "default") == 0)) {
        wanted = ROW_COLUMNS_EPISODES;
    }
    if (view->columns.n > 0 && strcmp(view->columns_text, wanted) == 0) {
        return true;
    }
    snprintf(view->columns_text, sizeof view->columns_text, "%s", wanted);
    return row_columns_parse(view->columns_text, session, &view->columns, problem, size) ||
           !row_columns_parse("", session, &view->columns, ignored, sizeof ignored);
}
