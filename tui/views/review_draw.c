/* What the Review view looks like below its head: the queue, the user-hour, the curve. */
#include <stdio.h>
#include <string.h>

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

bool review_item_open(const struct app *app, const struct queue *queue,
                      const struct queue_item *item)
{
    size_t n;
    const uint32_t *rows = queue_rows(queue, item, &n);
    const struct verdict_row *own = session_own_verdict(app_session(app), item->row);
    if (item->role == ROLE_REPEAT) {
        return own == NULL || own->repeat == VERDICT_NONE;
    }
    return verdict_set_of_rows(session_own_verdicts(app_session(app)), rows, n, NULL) ==
           VERDICT_NONE;
}

/* The mark of a position; at a repeat the first verdict is not shown, it would be repeated. */
static void mark_of(const struct app *app, const struct queue *queue,
                    const struct queue_item *item, bool blind, char *text, size_t size)
{
    size_t n;
    const uint32_t *rows = queue_rows(queue, item, &n);
    static const char *const words[VERDICT_COUNT] = {"", "TP", "FP", "?", "L"};
    const struct verdict_row *own = session_own_verdict(app_session(app), item->row);
    if (item->role == ROLE_REPEAT) {
        snprintf(text, size, "%s", words[own != NULL ? own->repeat : VERDICT_NONE]);
    } else if (n > 1) {
        session_episode_mark(app_session(app), rows, n, blind, text, size);
    } else {
        session_verdict_mark(app_session(app), item->row, blind, text, size);
    }
}

static void draw_item(const struct review_view *view, const struct app *app, size_t i,
                      struct canvas *canvas, int y)
{
    const struct table *table = app_session(app)->run->table;
    const struct queue_item *item = &view->numbers.queue->items[i];
    char user[160], time[64], mark[16], span[96] = "";
    size_t n;
    const uint32_t *rows = queue_rows(view->numbers.queue, item, &n);
    if (n > 1) {
        int used;
        user_hours_span(table, rows[0], rows[n - 1], span, sizeof span - 24);
        used = (int)strlen(span);
        snprintf(span + used, sizeof span - (size_t)used, " %s%s", canvas->glyphs->times,
                 format_short((double)n).text);
    }
    mark_of(app, view->numbers.queue, item, view->request.spec.blind, mark, sizeof mark);
    user_hours_user(table, item->row, canvas->glyphs->ascii, user, sizeof user);
    user_hours_time(table, item->row, canvas->glyphs->ascii, time, sizeof time);
    int64_t day;
    int hour;
    canvas_field(canvas, y, 1, 5, TEXT_RIGHT, ROLE_DIM, format_grouped(i + 1).text);
    canvas_field(canvas, y, 7, 4, TEXT_LEFT, ROLE_STRONG, mark);
    if (canvas->cols < NARROW_COLS) {
        bool known = table_row_when(table, item->row, &day, &hour);
        int at = canvas->cols - (n > 1 ? (int)text_width(span) : WHEN_COLS);
        canvas_field(canvas, y, 12, at - 12 - 1, TEXT_LEFT, ROLE_TEXT, user);
        canvas_text(canvas, y, at, ROLE_TEXT,
                    n > 1   ? span
                    : known ? format_when(day, hour).text
                            : time);
        return;
    }
    /* The time as it stands in the file, where the rank has room behind it. */
    bool room = canvas->cols >= WIDE_COLS,
         known = table_row_when(table, item->row, &day, &hour);
    bool wide = (room && !view->numbers.queue->spec.episodes) || !known;
    int rank_x = room || wide ? 58 : 46;
    canvas_field(canvas, y, 12, 24, TEXT_LEFT, ROLE_TEXT, user);
    canvas_field(canvas, y, 37, 19, TEXT_LEFT, ROLE_TEXT,
                 n > 1  ? span
                 : wide ? time
                        : format_when(day, hour).text);
    if (view->request.spec.blind || (n > 1 && !room)) {
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

/* A hidden score hides its reasons, too: values only; of an episode hour by hour, as none of
 * them may be told from the others. */
static void draw_blind(const struct review_view *view, const struct app *app, size_t row,
                       struct canvas *canvas)
{
    const struct table *table = app_session(app)->run->table;
    size_t n;
    const uint32_t *rows = queue_rows(view->numbers.queue, review_item(view), &n);
    if (n > 1) {
        size_t fits = canvas->rows > 2 ? (size_t)canvas->rows - 2 : 0;
        struct canvas part = canvas_part(canvas, 1, 0, canvas->rows - 1, canvas->cols);
        char title[64];
        snprintf(title, sizeof title, "%s%s", n > fits ? "the first of " : "",
                 format_count(n, "user-hour").text);
        canvas_rule(canvas, 0, title);
        user_hours_draw(table, rows, n < fits ? n : fits, SIZE_MAX, &part);
        return;
    }
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
        draw_blind(view, app, row, canvas);
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
