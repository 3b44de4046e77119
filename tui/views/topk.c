/* Top-K: the most anomalous user-hours, and one of them in full. */
#include "views/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "lists/find_query.h"
#include "reviewing/reviewing.h"
#include "run/sheet/episodes_sheet.h"
#include "lists/sheets.h"
#include "lists/detail.h"
#include "views/topk_view.h"

enum { LEAST_LIST = 6, GOOD_LIST = 12, SIDE_COLS = 76, SIDE_MOST = 100 };
enum { WHOSE_COLS = 76 }; /* titles leave room for it from here on */

static void close_topk(void *state)
{
    struct topk_view *view = state;
    row_list_clear(&view->rows);
    row_list_clear(&view->old);
    lanes_clear(&view->lanes);
    free(view->cells);
    free(view);
}

static void *open_topk(struct app *app)
{
    struct topk_view *view = mem_zero(1, sizeof *view, "the top list", NULL);
    if (view != NULL) {
        view->detail = true;
        view->target = SIZE_MAX;
        view->sort = (struct row_column){ROW_COLUMN_RANK, ROW_COLUMN_IN_VIEW};
        topk_show_list(view, app, TOPK_CURSOR_FIRST);
        topk_precision_ask(view, app);
    }
    return view;
}

/* ---- drawing ---- */

/* The pane of an episode is that of its worst user-hour: said where the title leaves room. */
static void draw_whose(const struct topk_view *view, struct canvas *pane)
{
    char text[64];
    size_t n;
    if (topk_whole(view, view->list.cursor, &n) == NULL) {
        return;
    }
    snprintf(text, sizeof text, " worst of %s ", format_grouped(n).text);
    int x = pane->cols - (int)strlen(text) - 2;
    if (pane->cols >= WHOSE_COLS) {
        canvas_text(pane, 0, x, ROLE_DIM, text);
    }
}

static void draw_list(struct topk_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    char problem[200];
    if (session_result(session) == NULL) {
        canvas_printf(canvas, 0, 1, ROLE_DIM, "%s has no scores yet",
                      session_result_title(session));
        return;
    }
    topk_columns(view, session, problem, sizeof problem);
    view->by_episode = session->by_episode;
    size_t row = topk_row(view);
    int wanted = detail_rows(app), list_rows = canvas->rows - 1, list_cols = canvas->cols;
    wanted += list_rows - wanted > GOOD_LIST; /* a line more that it can do without */
    bool side = canvas->cols >= 2 * SIDE_COLS;
    int side_cols = canvas->cols * 2 / 5;
    side_cols = side_cols < SIDE_COLS   ? SIDE_COLS
                : side_cols > SIDE_MOST ? SIDE_MOST
                                        : side_cols;
    bool below = !side && list_rows - wanted >= LEAST_LIST;
    view->squeezed = !side && !below;
    if (view->squeezed && view->alone && row != SIZE_MAX) {
        detail_draw(app, row, canvas);
        return;
    }
    if (!view->detail || row == SIZE_MAX) {
        side = below = false;
    }
    topk_draw_head(view, session, canvas);
    list_rows -= below ? wanted : 0;
    list_cols -= side ? side_cols : 0;
    struct canvas list = canvas_part(canvas, 1, 0, list_rows, list_cols);
    if (view->rows.ready && view->rows.set.n == 0 && session->filter.text[0] != '\0') {
        canvas_wrapped(&list, 0, 1, ROLE_DIM,
                       "no user-hour with a score passes the filter; clear-filter shows all");
        return;
    }
    topk_draw_list(view, app, &list);
    if (side || below) {
        struct canvas pane = side ? canvas_part(canvas, 1, list_cols, list_rows, side_cols)
                                  : canvas_part(canvas, 1 + list_rows, 0, wanted, canvas->cols);
        detail_draw(app, row, &pane);
        draw_whose(view, &pane);
    }
}

/* The lanes above, where the screen is high enough. */
static void draw_topk(void *state, const struct app *app, struct canvas *canvas)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    int rows = 0;
    if (!view->no_lanes && session_result(session) != NULL && view->lanes.run == session->run &&
        view->lanes.result == session->selected.result) {
        rows = lanes_rows(&view->lanes, canvas->rows);
    }
    if (rows > 0) {
        struct canvas above = canvas_part(canvas, 0, 0, rows, canvas->cols);
        lanes_draw(&view->lanes, app, &above);
    }
    struct canvas below = canvas_part(canvas, rows, 0, canvas->rows - rows, canvas->cols);
    draw_list(view, app, &below);
}

/* ---- actions ---- */

/* Folds or unfolds the whole list. */
static void fold_all(struct topk_view *view, struct app *app)
{
    view->fold = !view->fold;
    topk_show_list(view, app, TOPK_CURSOR_STAYS);
}

/* Folds or unfolds the group under the cursor; false when there is none. */
static bool fold_one(struct topk_view *view)
{
    struct row_folds *folds = view->rows.folds;
    struct row_line line = topk_line(view, view->list.cursor);
    if (folds == NULL || line.rows < 2) {
        return false;
    }
    row_folds_open(folds, line.group, line.folded);
    listbox_set_count(&view->list, topk_lines(view));
    listbox_go(&view->list, folds->line[line.group]);
    return true;
}

static struct sheet *sheet_episodes(const struct topk_view *view, const struct app *app,
                                    char *name, size_t size, struct status *status)
{
    const struct session *session = app_session(app);
    const struct result *result = session_result(session);
    const struct episodes *episodes = &view->rows.episodes;
    struct row_set rows;
    char title[120], words[100];
    if (!episodes_best_rows(episodes, &rows, status)) {
        return NULL;
    }
    const struct sheets_rows how = {.position = "episode",
                                    .filtered = true,
                                    .beside =
                                        episodes_beside(episodes, session->run->table, status)};
    if (how.beside == NULL) {
        row_set_clear(&rows);
        return NULL;
    }
    snprintf(name, size, "episodes-%s", result->name);
    snprintf(title, sizeof title, "Top %s episodes by %s", format_grouped(episodes->n).text,
             result->title);
    struct sheet *sheet = sheets_rows(app, title, rows, &how, status);
    if (sheet != NULL) {
        run_episode_words(result, session->gap, words, sizeof words);
        sheet_add_note(sheet, "episodes", "%s: the columns are of the worst user-hour", words);
    }
    return sheet;
}

static struct sheet *sheet_topk(void *state, const struct app *app, char *name, size_t size,
                                struct status *status)
{
    const struct topk_view *view = state;
    const struct result *result = session_result(app_session(app));
    struct sheets_rows how = {.position = "rank", .filtered = true};
    struct row_set rows;
    char title[120];
    if (result != NULL && view->rows.ready && view->rows.folds != NULL &&
        view->rows.folds->head != NULL) {
        return sheet_episodes(view, app, name, size, status);
    }
    if (result == NULL || !view->rows.ready || !row_set_copy(&view->rows.set, &rows, status)) {
        return NULL;
    }
    snprintf(name, size, "top-%s", result->name);
    snprintf(title, sizeof title, "Top %s by %s", format_grouped(rows.n).text, result->title);
    return sheets_rows(app, title, rows, &how, status);
}

/* To the next, or previous, line whose row has no verdict of one's own. */
static void seek_open(struct topk_view *view, struct app *app, bool forward)
{
    size_t n = view->list.n;
    struct row_window window = {0};
    for (size_t step = 1; step < n; step++) {
        size_t line = (view->list.cursor + (forward ? step : n - step)) % n;
        size_t row = row_window_at(&window, &view->rows.set, topk_line(view, line).position);
        size_t of;
        const uint32_t *rows = topk_whole(view, line, &of);
        uint32_t alone = (uint32_t)row;
        enum verdict own =
            verdict_set_of_rows(session_own_verdicts(app_session(app)),
                                rows != NULL ? rows : &alone, rows != NULL ? of : 1, NULL);
        if (own == VERDICT_NONE) {
            listbox_go(&view->list, line);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all others of this list have a verdict");
}

/* Into a folded line, or to the user of a row. */
static unsigned open_line(struct topk_view *view, struct app *app)
{
    size_t row = topk_row(view);
    if (topk_line(view, view->list.cursor).folded) {
        fold_one(view);
        return REACT_DONE;
    }
    if (row == SIZE_MAX) {
        return REACT_PASS;
    }
    app_select_row(app, row);
    app_enter(app, ACTION_VIEW_USER);
    return REACT_DONE;
}

/* Verdicts, notes and moves. */
static bool act_on_row(struct topk_view *view, struct app *app, enum action action,
                       const char *argument)
{
    size_t n;
    const uint32_t *rows = topk_whole(view, view->list.cursor, &n);
    if (!review_act_listed(app, action, argument, topk_row(view), rows, n)) {
        return listbox_act(&view->list, action);
    }
    if (review_verdict_of(action) != VERDICT_NONE) {
        /* past the rows that the verdict was on, too */
        bool open = rows != NULL && !topk_line(view, view->list.cursor).folded;
        listbox_move(&view->list, 1 + (open ? (long)n : 0));
    }
    return true;
}

/* The pane comes and goes; on a small screen it takes turns with the list. */
static void toggle_pane(struct topk_view *view)
{
    bool *shown = view->squeezed ? &view->alone : &view->detail;
    *shown = !*shown;
}

static void scroll(struct topk_view *view, bool right)
{
    view->hidden = right ? view->hidden + 1 : view->hidden > 0 ? view->hidden - 1 : 0;
}

static unsigned act_topk(void *state, struct app *app, enum action action, const char *argument)
{
    struct topk_view *view = state;
    if (session_result(app_session(app)) == NULL) {
        return REACT_PASS;
    }
    size_t before = topk_row(view);
    switch ((int)action) {
    case ACTION_PANE: toggle_pane(view); break;
    case ACTION_LANES:
        view->no_lanes = !view->no_lanes;
        app_say(app, LOG_NOTE,
                view->no_lanes ? "no lanes above the list"
                               : "lanes above the list, where the screen is high enough");
        break;
    case ACTION_OPEN: return open_line(view, app);
    case ACTION_LEFT:
    case ACTION_RIGHT: scroll(view, action == ACTION_RIGHT); break;
    case ACTION_FOLD:
        if (app_session(app)->by_episode) {
            app_say(app, LOG_NOTE, "fold is for lists by row; by row shows one");
            break;
        }
        fold_all(view, app);
        break;
    case ACTION_FOLD_ONE:
        if (!fold_one(view)) {
            app_say(app, LOG_NOTE, "%s",
                    view->rows.episodes.n > 0 ? "this episode is one user-hour"
                    : view->fold ? "no other user-hour of this list looks like this one"
                                 : "fold puts identical user-hours under one line");
        }
        break;
    case ACTION_SORT:
        if (argument[0] != '\0') {
            topk_sort_by(view, app, argument);
        } else {
            topk_sort_next(view, app);
        }
        break;
    case ACTION_SORT_REVERSE:
        view->reversed = !view->reversed;
        topk_show_list(view, app, TOPK_CURSOR_FIRST);
        break;
    case ACTION_UNREVIEWED_NEXT: seek_open(view, app, true); break;
    case ACTION_UNREVIEWED_PREVIOUS: seek_open(view, app, false); break;
    case ACTION_RANK: topk_jump_rank(view, app, argument); break;
    case ACTION_ROW: topk_jump_row(view, app, argument); break;
    default:
        if (!act_on_row(view, app, action, argument)) {
            return REACT_PASS;
        }
        break;
    }
    if (topk_row(view) != before) {
        topk_select(view, app);
    }
    return REACT_DONE;
}

static void changed_topk(void *state, struct app *app, unsigned what)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    if ((what & CHANGED_RUN) != 0) {
        lanes_clear(&view->lanes);
        if (view->finding != NULL && view->old.set.n == 0) { /* else it looks at an older one */
            view->old = view->rows;
            view->rows = (struct row_list){0};
        }
        row_list_clear(&view->rows);
        if (!session->grown) {
            view->list = (struct listbox){0};
            view->sort = (struct row_column){ROW_COLUMN_RANK, ROW_COLUMN_IN_VIEW};
            view->reversed = false;
        }
        view->columns.n = view->shown.n = 0;
        view->target =
            session->grown && session->selected.has_row ? session->selected.row : SIZE_MAX;
        view->checking = NULL;
    }
    unsigned renew = CHANGED_RUN | CHANGED_DETECTOR | CHANGED_K | CHANGED_FILTER | CHANGED_BY;
    bool first = (what & CHANGED_RESULT) != 0 && !view->rows.ready && view->rows.asked == NULL;
    if ((what & CHANGED_FILTER) != 0) {
        view->filtered = true;
        view->target = session->selected.has_row ? session->selected.row : SIZE_MAX;
    }
    unsigned weighed = renew | CHANGED_VERDICTS | CHANGED_RESULT;
    if ((what & weighed & ~(unsigned)CHANGED_FILTER) != 0 && session->run != NULL) {
        topk_precision_ask(view, app);
    }
    if (((what & renew) != 0 || first) && session->run != NULL) {
        topk_show_list(view, app,
                       (what & CHANGED_DETECTOR) != 0 ? TOPK_CURSOR_FIRST : TOPK_CURSOR_STAYS);
    }
}

static void found(struct topk_view *view, struct app *app, const struct find_query *query)
{
    bool former = view->old.set.n > 0;
    view->finding = NULL;
    row_list_clear(&view->old);
    if (!former && find_query_say(query, app)) {
        topk_go(view, app, query->row, true);
    }
}

static void answer_topk(void *state, struct app *app, struct query *query)
{
    struct topk_view *view = state;
    if (lanes_answer(&view->lanes, query)) {
        return;
    }
    if (query == view->finding) {
        found(view, app, (const struct find_query *)query);
    } else if (!topk_precision_answer(view, query) && !topk_jump_answer(view, app, query) &&
               row_list_answer(&view->rows, query)) {
        topk_arrive(view, app);
    }
}

/* The list may be long: the queries thread looks. It borrows the list, so that this waits for a
 * list that is on its way, and a new list for this (row_list_spec.keeps_shown). */
static unsigned find_topk(void *state, struct app *app, const char *text, bool forward)
{
    struct topk_view *view = state;
    if (view->finding != NULL || !view->rows.ready) {
        app_say(app, LOG_NOTE, "still looking");
        return REACT_DONE;
    }
    struct find_query *asked =
        find_query_new(app, &view->rows.set, text, topk_line(view, view->list.cursor).position,
                       forward, SLOT_FIND);
    view->finding = asked;
    if (asked == NULL || !app_query(app, view, &asked->query)) {
        view->finding = NULL;
        return REACT_PASS;
    }
    return REACT_DONE;
}

static size_t row_topk(const void *state, const struct app *app)
{
    const struct topk_view *view = state;
    (void)app;
    return view->rows.ready ? topk_row(view) : SIZE_MAX;
}

static void where_topk(const void *state, const struct app *app, char *text, size_t size)
{
    (void)state;
    snprintf(text, size, "%s", session_result_title(app_session(app)));
}

static const char *word_topk(const void *state, enum action action)
{
    const struct topk_view *view = state;
    return action != ACTION_BY ? NULL : view->by_episode ? "rows" : "episodes";
}

static const enum action footer[] = {ACTION_OPEN,          ACTION_WHY,  ACTION_LINES,
                                     ACTION_DETECTOR_NEXT, ACTION_BY,   ACTION_FILTER,
                                     ACTION_COMMAND,       ACTION_HELP, ACTION_NONE};

const struct view_ops view_topk = {
    .action = ACTION_VIEW_TOPK,
    .title = "Top-K",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .filtered = true,
    .open = open_topk,
    .close = close_topk,
    .draw = draw_topk,
    .act = act_topk,
    .changed = changed_topk,
    .answer = answer_topk,
    .find = find_topk,
    .sheet = sheet_topk,
    .word = word_topk,
    .row = row_topk,
    .where = where_topk,
};
