/* What the Review view looks like below its head: the queue, the user-hour, the curve. */
#include <stdio.h>

#include "base/format.h"
#include "lists/detail.h"
#include "views/review_view.h"
#include "lists/user_hours.h"

enum { NARROW_COLS = 60, WIDE_COLS = 74, WHEN_COLS = 8, LEAST_LIST = 3, LEAST_CURVE = 3 };

const struct queue_item *review_item(const struct review_view *view)
{
    const struct queue *queue = view->numbers.queue;
    return queue != NULL && view->list.cursor < queue->n ? &queue->items[view->list.cursor]
                                                         : NULL;
}

bool review_item_open(const struct app *app, const struct queue_item *item)
{
    const struct verdict_row *own = session_own_verdict(app_session(app), item->row);
    return own == NULL ||
           (item->role == ROLE_REPEAT ? own->repeat : own->verdict) == VERDICT_NONE;
}

/* The mark of a position; at a repeat the first verdict is not shown, it would be repeated. */
static void mark_of(const struct app *app, const struct queue_item *item, bool blind,
                    char *text, size_t size)
{
    static const char *const words[VERDICT_COUNT] = {"", "TP", "FP", "?", "L"};
    const struct verdict_row *own = session_own_verdict(app_session(app), item->row);
    if (item->role == ROLE_REPEAT) {
        snprintf(text, size, "%s", words[own != NULL ? own->repeat : VERDICT_NONE]);
    } else {
        session_verdict_mark(app_session(app), item->row, blind, text, size);
    }
}

static void draw_item(const struct review_view *view, const struct app *app, size_t i,
                      struct canvas *canvas, int y)
{
    const struct table *table = app_session(app)->run->table;
    const struct queue_item *item = &view->numbers.queue->items[i];
    char user[160], time[64], mark[16];
    mark_of(app, item, view->request.spec.blind, mark, sizeof mark);
    user_hours_user(table, item->row, canvas->glyphs->ascii, user, sizeof user);
    user_hours_time(table, item->row, canvas->glyphs->ascii, time, sizeof time);
    int64_t day;
    int hour;
    canvas_field(canvas, y, 1, 5, TEXT_RIGHT, ROLE_DIM, format_grouped(i + 1).text);
    canvas_field(canvas, y, 7, 4, TEXT_LEFT, ROLE_STRONG, mark);
    if (canvas->cols < NARROW_COLS) {
        bool known = table_row_when(table, item->row, &day, &hour);
        int at = canvas->cols - WHEN_COLS;
        canvas_field(canvas, y, 12, at - 12 - 1, TEXT_LEFT, ROLE_TEXT, user);
        canvas_text(canvas, y, at, ROLE_TEXT, known ? format_when(day, hour).text : time);
        return;
    }
    /* The time as it stands in the file, where the rank has room behind it. */
    bool wide = canvas->cols >= WIDE_COLS || !table_row_when(table, item->row, &day, &hour);
    int rank_x = wide ? 58 : 46;
    canvas_field(canvas, y, 12, 24, TEXT_LEFT, ROLE_TEXT, user);
    canvas_field(canvas, y, 37, 19, TEXT_LEFT, ROLE_TEXT,
                 wide ? time : format_when(day, hour).text);
    if (view->request.spec.blind) {
        return;
    }
    if (item->rank > 0) {
        canvas_printf(canvas, y, rank_x, ROLE_DIM, "best rank %s%s",
                      format_grouped(item->rank).text,
                      item->role == ROLE_REPEAT ? ", again" : "");
    } else {
        canvas_text(canvas, y, rank_x, ROLE_DIM,
                    item->role == ROLE_REPEAT ? "control, again" : "control");
    }
}

/* A hidden score hides its reasons, too: values only. */
static void draw_blind(const struct app *app, size_t row, struct canvas *canvas)
{
    const struct table *table = app_session(app)->run->table;
    canvas_rule(canvas, 0, "values");
    for (size_t i = 0; i < table->profiles.d; i++) {
        canvas_field(canvas, (int)i + 1, 1, 16, TEXT_LEFT, ROLE_TEXT, table->feature_names[i]);
        canvas_field(canvas, (int)i + 1, 18, 10, TEXT_RIGHT, ROLE_STRONG,
                     format_value(table_profile(table, table->row_profile[row])[i]).text);
    }
}

static void draw_list(struct review_view *view, const struct app *app, struct canvas *canvas)
{
    size_t rows = (size_t)canvas->rows;
    listbox_show(&view->list, canvas, 0, canvas->rows);
    for (size_t i = view->list.top; i < view->numbers.queue->n && i - view->list.top < rows;
         i++) {
        int line = (int)(i - view->list.top);
        draw_item(view, app, i, canvas, line);
        if (i == view->list.cursor) {
            canvas_select(canvas, line, 0, canvas->cols);
        }
    }
}

static void draw_detail(const struct review_view *view, const struct app *app,
                        struct canvas *canvas)
{
    size_t row = review_item(view)->row;
    if (view->request.spec.blind) {
        draw_blind(app, row, canvas);
    } else {
        detail_draw(app, row, canvas);
    }
}

/* Below the list: the user-hour, or the curve, or on a wide screen both. */
static void draw_pane(const struct review_view *view, const struct app *app,
                      struct canvas *canvas)
{
    bool blind = view->request.spec.blind, two = canvas->cols >= REVIEW_TWO_PANES && !blind;
    int middle = two ? canvas->cols * 3 / 5 : 0;
    if (two || !view->curve || blind) {
        struct canvas part =
            canvas_part(canvas, 0, 0, canvas->rows, two ? middle - 1 : canvas->cols);
        draw_detail(view, app, &part);
    }
    if (two || (view->curve && !blind)) {
        struct canvas part =
            canvas_part(canvas, 0, middle, canvas->rows, canvas->cols - middle);
        review_curve_draw(view, app, &part);
    }
}

void review_draw(void *state, const struct app *app, struct canvas *canvas)
{
    struct review_view *view = state;
    if (app_review(app) == NULL || view->numbers.queue == NULL) {
        canvas_text(canvas, 0, 1, ROLE_DIM,
                    app_review(app) == NULL ? "no place for reviews: --reviews FILE names one"
                    : view->problem[0] != '\0' ? view->problem
                                               : "the queue is being made");
        return;
    }
    int y = review_head_draw(view, app, canvas), wanted = detail_rows(app);
    int rows = canvas->rows - y;
    if (review_item(view) == NULL || rows < wanted + LEAST_LIST) {
        /* Too small for both: the list; or, asked for, the curve below one line of it. */
        bool squeezed = view->curve && !view->request.spec.blind && rows > LEAST_CURVE;
        wanted = squeezed && review_item(view) != NULL ? rows - 1 : 0;
    }
    struct canvas list = canvas_part(canvas, y, 0, rows - wanted, canvas->cols);
    draw_list(view, app, &list);
    if (wanted > 0) {
        struct canvas pane =
            canvas_part(canvas, canvas->rows - wanted, 0, wanted, canvas->cols);
        draw_pane(view, app, &pane);
    }
}
