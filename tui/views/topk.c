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
#include "views/detail.h"
#include "views/user_hours.h"
#include "widgets/columns.h"
#include "widgets/list.h"

enum { LEAST_LIST = 6, SIDE_COLS = 76, REASON_COLS = 20 };

/* Columns to sort by, in the order that `s` walks through. */
enum sort_key { SORT_RANK, SORT_TIME, SORT_USER, SORT_COPIES, SORT_FEATURE /* and on */ };

struct topk_view {
    struct row_list rows;
    struct list list;
    size_t sort; /* SORT_... ; SORT_FEATURE + i is the feature i */
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
    case SORT_RANK:
        order.key = ROW_KEY_SCORE;
        order.ranking = session->run->results[session->selected.result].ranking;
        break;
    case SORT_TIME:
        order.key = ROW_KEY_TIME;
        order.falling = view->reversed;
        break;
    case SORT_USER:
        order.key = ROW_KEY_USER;
        order.falling = view->reversed;
        break;
    case SORT_COPIES: order.key = ROW_KEY_COPIES; break;
    default:
        order.key = ROW_KEY_FEATURE;
        order.index = view->sort - SORT_FEATURE;
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
        .sorted = view->sort != SORT_RANK || view->reversed,
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

struct layout {
    struct columns columns;
    size_t verdict, rank, when, user, reason, copies;
    size_t ranks[DETECTOR_MAX + 1]; /* column of each result; COLUMNS_MAX: none */
    size_t sorted;
};

static void lay_out(const struct topk_view *view, const struct session *session,
                    struct layout *layout, int cols)
{
    struct columns *columns = &layout->columns;
    const struct table *table = session->run->table;
    memset(layout, 0, sizeof *layout);
    layout->verdict = columns_add(columns, (struct column){"", 4, 4, 1, TEXT_LEFT});
    layout->rank = columns_add(columns, (struct column){"#", 5, 9, 0, TEXT_RIGHT});
    layout->when = layout->user = COLUMNS_MAX;
    if (table->row_user != NULL) {
        layout->user = columns_add(columns, (struct column){"user", 12, 30, 0, TEXT_LEFT});
    }
    if (table->row_time != NULL) {
        layout->when = columns_add(columns, (struct column){"when", 7, 7, 1, TEXT_LEFT});
    }
    for (size_t i = 0; i < session_results(); i++) {
        layout->ranks[i] =
            session_uses(session, i) && i != session->selected.result
                ? columns_add(columns, (struct column){session->run->results[i].brief, 7, 11, 4,
                                                       TEXT_RIGHT})
                : COLUMNS_MAX;
    }
    layout->reason =
        columns_add(columns, (struct column){"why", REASON_COLS, 34, 2, TEXT_LEFT});
    layout->copies = columns_add(columns, (struct column){"alike", 6, 9, 3, TEXT_RIGHT});
    columns_place(columns, cols);
    const size_t sorted[] = {layout->rank, layout->when, layout->user, layout->copies};
    layout->sorted = view->sort < SORT_FEATURE ? sorted[view->sort] : columns->n;
}

static void draw_when(const struct session *session, size_t row, char *text, size_t size)
{
    int64_t day;
    int hour;
    if (table_row_when(session->run->table, row, &day, &hour)) {
        snprintf(text, size, "%s", format_when(day, hour).text);
    } else {
        snprintf(text, size, "-");
    }
}

static void draw_rank(const struct session *session, size_t result, size_t row,
                      const struct columns *columns, size_t column, struct canvas *canvas,
                      int y)
{
    const struct run *run = session->run;
    if (column >= COLUMNS_MAX || columns->width[column] == 0) {
        return;
    }
    if (!session->has_result[result]) {
        columns_field(columns, canvas, y, column, ROLE_DIM, canvas->glyphs->dot);
        return;
    }
    const struct result *one = &run->results[result];
    size_t rank = ranking_rank_of(one->ranking, run->by_profile, run->table->row_profile, row);
    bool flagged = one->scores.score[run->table->row_profile[row]] > one->scores.threshold;
    columns_field(columns, canvas, y, column, flagged ? ROLE_FLAGGED : ROLE_DIM,
                  rank == 0 ? "-" : format_grouped(rank).text);
}

static void draw_reason(const struct session *session, size_t profile,
                        const struct layout *layout, struct canvas *canvas, int y)
{
    const char *feature;
    double share;
    char text[160];
    if (layout->columns.width[layout->reason] == 0 ||
        !detail_reason(session, session->selected.result, profile, &feature, &share)) {
        return;
    }
    size_t i = 0;
    const struct table *table = session->run->table;
    while (strcmp(table->feature_names[i], feature) != 0) {
        i++;
    }
    snprintf(text, sizeof text, "%.100s %s", feature,
             format_value(table_profile(table, profile)[i]).text);
    columns_field(&layout->columns, canvas, y, layout->reason, ROLE_TEXT, text);
}

static void draw_row(const struct app *app, size_t row, size_t place,
                     const struct layout *layout, struct canvas *canvas, int y)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    const struct columns *columns = &layout->columns;
    uint32_t profile = table->row_profile[row];
    char text[200];
    const struct result *by = &session->run->results[session->selected.result];
    size_t rank =
        ranking_rank_of(by->ranking, session->run->by_profile, table->row_profile, row);
    review_mark(app_review(app), row, false, text, sizeof text);
    columns_field(columns, canvas, y, layout->verdict, ROLE_STRONG, text);
    columns_field(columns, canvas, y, layout->rank, ROLE_STRONG,
                  format_grouped(rank != 0 ? rank : place + 1).text);
    if (layout->user < COLUMNS_MAX) {
        user_hours_user(table, row, canvas->glyphs->ascii, text, sizeof text);
        columns_field(columns, canvas, y, layout->user, ROLE_TEXT, text);
    }
    if (layout->when < COLUMNS_MAX) {
        draw_when(session, row, text, sizeof text);
        columns_field(columns, canvas, y, layout->when, ROLE_TEXT, text);
    }
    for (size_t i = 0; i < session_results(); i++) {
        draw_rank(session, i, row, columns, layout->ranks[i], canvas, y);
    }
    draw_reason(session, profile, layout, canvas, y);
    uint32_t copies = table->profiles.copies[profile];
    if (copies > 1) {
        snprintf(text, sizeof text, "%s%s", canvas->glyphs->times, format_short(copies).text);
        columns_field(columns, canvas, y, layout->copies, ROLE_DIM, text);
    }
}

static void draw_list(struct topk_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    struct layout layout;
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    lay_out(view, session, &layout, part.cols);
    columns_header(&layout.columns, &part, 0, layout.sorted,
                   view->sort == SORT_TIME || view->sort == SORT_USER ? view->reversed
                                                                      : !view->reversed);
    list_set_page(&view->list, canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0);
    for (size_t i = view->list.top; i < view->list.n; i++) {
        int y = (int)(i - view->list.top) + 1;
        size_t row = y < canvas->rows ? row_list_at(&view->rows, i) : SIZE_MAX;
        if (row == SIZE_MAX) {
            break;
        }
        draw_row(app, row, i, &layout, &part, y);
        if (i == view->list.cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}

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
    if (view->sort >= SORT_FEATURE) {
        x = canvas_printf(canvas, 0, x, ROLE_DIM, "  by %s",
                          session->run->table->feature_names[view->sort - SORT_FEATURE]);
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
    draw_list(view, app, &list);
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
    size_t n = SORT_FEATURE + table->profiles.d, found = n;
    for (size_t i = 0; i < n; i++) {
        const char *one = i < SORT_FEATURE ? names[i] : table->feature_names[i - SORT_FEATURE];
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

static void export_to(void *context, struct app *app, const char *path)
{
    struct topk_view *view = context;
    if (path[0] != '\0') {
        app_export(app, &view->rows.set, path);
    }
}

/* Asks where to, naming rows and format first. */
static void export_list(struct topk_view *view, struct app *app, const char *path)
{
    char label[80];
    if (path[0] != '\0') {
        export_to(view, app, path);
        return;
    }
    snprintf(label, sizeof label,
             "write %s rows as CSV to: ", format_grouped(view->rows.set.n).text);
    const struct question question = {
        .label = label, .initial = "oddhours-top.csv", .context = view, .done = export_to};
    app_ask(app, &question);
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
        size_t n = SORT_FEATURE + session->run->table->profiles.d;
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
    case ACTION_EXPORT: export_list(view, app, argument); return REACT_DONE;
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
        view->sort = SORT_RANK;
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
    .where = where_topk,
};
