/* Top-K: the most anomalous user-hours, and one of them in full. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "review.h"
#include "row_list.h"
#include "sheets.h"
#include "views/detail.h"
#include "views/topk_list.h"
#include "views/user_hours.h"
#include "widgets/list.h"

enum { LEAST_LIST = 6, SIDE_COLS = 76 };

struct topk_view {
    struct row_list rows;
    struct list list;
    size_t sort; /* enum topk_sort, and features */
    bool reversed;
    bool detail; /* whether the pane is wanted */
};

static void *open_topk(struct app *app);

static void close_topk(void *state)
{
    struct topk_view *view = state;
    row_list_clear(&view->rows);
    free(view);
}

/* ---- which rows ---- */

static struct row_order order_of(const struct topk_view *view, const struct session *session)
{
    struct row_order order = {.falling = !view->reversed};
    switch (view->sort) {
    case TOPK_RANK:
        order.key = ROW_KEY_SCORE;
        order.ranking = session->run->results[session->selected.result].ranking;
        break;
    case TOPK_TIME:
        order.key = ROW_KEY_TIME;
        order.falling = view->reversed;
        break;
    case TOPK_USER:
        order.key = ROW_KEY_USER;
        order.falling = view->reversed;
        break;
    case TOPK_COPIES: order.key = ROW_KEY_COPIES; break;
    default:
        order.key = ROW_KEY_FEATURE;
        order.index = view->sort - TOPK_FEATURE;
        break;
    }
    return order;
}

static void wish(struct topk_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    if (!session->has_result[session->selected.result]) {
        return;
    }
    const struct row_wish what = {
        .result = session->selected.result,
        .k = session->selected.k,
        .sorted = view->sort != TOPK_RANK || view->reversed,
        .order = order_of(view, session),
        .filter = session->filter.text,
        .slot = SLOT_TOPK,
    };
    row_list_wish(&view->rows, app, view, &what);
    list_set_count(&view->list, view->rows.set.n);
}

static void select_cursor(struct topk_view *view, struct app *app)
{
    size_t row = row_list_at(&view->rows, view->list.cursor);
    if (row != SIZE_MAX) {
        app_select_row(app, row);
    }
}

static void *open_topk(struct app *app)
{
    struct topk_view *view = mem_zero(1, sizeof *view, "the top list", NULL);
    if (view != NULL) {
        view->detail = true;
        wish(view, app);
        select_cursor(view, app);
    }
    return view;
}

/* ---- drawing ---- */

/* One line above the list: what it is. */
static void draw_head(const struct topk_view *view, const struct session *session,
                      struct canvas *canvas)
{
    const struct result *result = &session->run->results[session->selected.result];
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s", result->title);
    x = canvas_printf(canvas, 0, x, ROLE_TEXT, ", top %s of %s",
                      format_grouped(view->rows.set.n).text,
                      format_grouped(view->rows.matching).text);
    if (session->filter.text[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, " with %s", session->filter.understood);
    }
    if (result->partial[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_WARN, "  %s", result->partial);
    }
    if (view->sort >= TOPK_FEATURE) {
        x = canvas_printf(canvas, 0, x, ROLE_DIM, "  by %s",
                          session->run->table->feature_names[view->sort - TOPK_FEATURE]);
    }
    if (view->rows.problem[0] != '\0') {
        canvas_printf(canvas, 0, x, ROLE_BAD, "  %s", view->rows.problem);
    } else if (!view->rows.ready) {
        canvas_text(canvas, 0, x, ROLE_DIM, "  looking");
    }
}

static void draw_topk(void *state, const struct app *app, struct canvas *canvas)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    if (session_result(session) == NULL) {
        canvas_printf(canvas, 0, 1, ROLE_DIM, "%s has no scores yet",
                      session_result_title(session));
        return;
    }
    draw_head(view, session, canvas);
    size_t row = row_list_at(&view->rows, view->list.cursor);
    int wanted = detail_rows(app), list_rows = canvas->rows - 1, list_cols = canvas->cols;
    bool side = canvas->cols >= 2 * SIDE_COLS;
    bool below = !side && list_rows - wanted >= LEAST_LIST;
    if (!view->detail || row == SIZE_MAX) {
        side = below = false;
    }
    list_rows -= below ? wanted : 0;
    list_cols -= side ? SIDE_COLS : 0;
    struct canvas list = canvas_part(canvas, 1, 0, list_rows, list_cols);
    bool texts = view->sort == TOPK_TIME || view->sort == TOPK_USER; /* from A on */
    const struct topk_look look = {&view->rows, view->sort, view->reversed == texts};
    topk_list_draw(&look, app, &view->list, &list);
    if (side || below) {
        struct canvas pane = side ? canvas_part(canvas, 1, list_cols, list_rows, SIDE_COLS)
                                  : canvas_part(canvas, 1 + list_rows, 0, wanted, canvas->cols);
        detail_draw(app, row, &pane);
    }
}

/* ---- actions ---- */

static void sort_by(struct topk_view *view, struct app *app, const char *name)
{
    static const char *const names[] = {"rank", "time", "user", "copies"};
    const struct table *table = app_session(app)->run->table;
    size_t n = TOPK_FEATURE + table->profiles.d, found = n;
    for (size_t i = 0; i < n; i++) {
        const char *one = i < TOPK_FEATURE ? names[i] : table->feature_names[i - TOPK_FEATURE];
        if (strncmp(one, name, strlen(name)) == 0 && found == n) {
            found = i;
        }
    }
    if (found == n) {
        app_say(app, LOG_ERROR, "sort by rank, time, user, copies or a feature, not '%s'",
                name);
        return;
    }
    view->sort = found;
    view->reversed = false;
    wish(view, app);
}

static void go_to_rank(struct topk_view *view, struct app *app, const char *text)
{
    char *end;
    unsigned long long rank = strtoull(text, &end, 10);
    const struct result *result = session_result(app_session(app));
    if (end == text || *end != '\0' || rank < 1 || result == NULL ||
        rank > result->scores.scored_rows) {
        app_say(app, LOG_ERROR, "rank is a whole number from 1 to %zu",
                result != NULL ? result->scores.scored_rows : 0);
        return;
    }
    if (rank > app_session(app)->selected.k) {
        app_select_k(app, (size_t)rank);
    }
    list_go(&view->list, (size_t)rank - 1);
}

static struct sheet *sheet_topk(void *state, const struct app *app, char *name, size_t size,
                                struct status *status)
{
    const struct topk_view *view = state;
    const struct result *result = session_result(app_session(app));
    const struct sheets_rows how = {.place = "rank", .filtered = true};
    struct row_set rows;
    char title[120];
    if (result == NULL || !view->rows.ready || !row_set_copy(&view->rows.set, &rows, status)) {
        return NULL;
    }
    snprintf(name, size, "top-%s", result->name);
    snprintf(title, sizeof title, "Top %s by %s", format_grouped(rows.n).text, result->title);
    return sheets_rows(app, title, rows, &how, status);
}

/* To the next, or previous, row without a verdict of one's own. */
static void seek_open(struct topk_view *view, struct app *app, bool forward)
{
    size_t n = view->list.n;
    for (size_t step = 1; step < n; step++) {
        size_t place = (view->list.cursor + (forward ? step : n - step)) % n;
        size_t row = row_list_at(&view->rows, place);
        const struct verdict_row *own = review_own(app_review(app), row);
        if (own == NULL || own->verdict == VERDICT_NONE) {
            list_go(&view->list, place);
            return;
        }
    }
    app_say(app, LOG_NOTE, "all others of this list have a verdict");
}

static unsigned act_topk(void *state, struct app *app, enum action action, const char *argument)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    if (session_result(session) == NULL) {
        return REACT_PASS;
    }
    size_t before = row_list_at(&view->rows, view->list.cursor);
    switch ((int)action) {
    case ACTION_PANE: view->detail = !view->detail; return REACT_DONE;
    case ACTION_OPEN:
        if (before == SIZE_MAX) {
            return REACT_PASS;
        }
        app_select_row(app, before);
        app_enter(app, ACTION_VIEW_USER);
        return REACT_DONE;
    case ACTION_SORT: {
        size_t n = TOPK_FEATURE + session->run->table->profiles.d;
        if (argument[0] != '\0') {
            sort_by(view, app, argument);
        } else {
            view->sort = (view->sort + 1) % n;
            view->reversed = false;
            wish(view, app);
        }
        return REACT_DONE;
    }
    case ACTION_SORT_REVERSE:
        view->reversed = !view->reversed;
        wish(view, app);
        return REACT_DONE;
    case ACTION_UNREVIEWED_NEXT: seek_open(view, app, true); break;
    case ACTION_UNREVIEWED_PREVIOUS: seek_open(view, app, false); break;
    case ACTION_RANK: go_to_rank(view, app, argument); break;
    default:
        if (review_act_listed(app, action, argument, before)) {
            if (review_verdict_of(action) != VERDICT_NONE) {
                list_move(&view->list, 1);
            }
        } else if (!list_act(&view->list, action)) {
            return REACT_PASS;
        }
        break;
    }
    if (row_list_at(&view->rows, view->list.cursor) != before) {
        select_cursor(view, app);
    }
    return REACT_DONE;
}

static void changed_topk(void *state, struct app *app, unsigned what)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    if ((what & CHANGED_RUN) != 0) {
        row_list_clear(&view->rows);
        view->list = (struct list){0};
        view->sort = TOPK_RANK;
    }
    unsigned renew = CHANGED_RUN | CHANGED_DETECTOR | CHANGED_K | CHANGED_FILTER;
    bool first = (what & CHANGED_RESULT) != 0 && !view->rows.ready && view->rows.asked == NULL;
    if (((what & renew) != 0 || first) && session->run != NULL) {
        if ((what & CHANGED_DETECTOR) != 0) {
            list_go(&view->list, 0);
        }
        wish(view, app);
        select_cursor(view, app);
    }
}

static void answer_topk(void *state, struct app *app, struct query *query)
{
    struct topk_view *view = state;
    if (row_list_answer(&view->rows, query)) {
        list_set_count(&view->list, view->rows.set.n);
        select_cursor(view, app);
    }
}

static unsigned find_topk(void *state, struct app *app, const char *text, bool forward)
{
    struct topk_view *view = state;
    const struct session *session = app_session(app);
    char user[200];
    size_t n = view->list.n;
    for (size_t step = 1; step <= n; step++) {
        size_t place = (view->list.cursor + (forward ? step : n - step)) % n;
        size_t row = row_list_at(&view->rows, place);
        if (row == SIZE_MAX) {
            break;
        }
        user_hours_user(session->run->table, row, false, user, sizeof user);
        if (text_contains(user, text)) {
            list_go(&view->list, place);
            select_cursor(view, app);
            return REACT_DONE;
        }
    }
    return REACT_PASS;
}

static void where_topk(const void *state, const struct app *app, char *text, size_t size)
{
    (void)state;
    snprintf(text, size, "%s", session_result_title(app_session(app)));
}

static const enum action footer[] = {ACTION_OPEN, ACTION_DETECTOR_NEXT, ACTION_K_MORE,
                                     ACTION_SORT, ACTION_FILTER,        ACTION_COMMAND,
                                     ACTION_HELP, ACTION_NONE};

const struct view_ops view_topk = {
    .action = ACTION_VIEW_TOPK,
    .title = "Top-K",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED | CONTEXT_ROWS | CONTEXT_REVIEW,
    .footer = footer,
    .open = open_topk,
    .close = close_topk,
    .draw = draw_topk,
    .act = act_topk,
    .changed = changed_topk,
    .answer = answer_topk,
    .find = find_topk,
    .sheet = sheet_topk,
    .where = where_topk,
};
