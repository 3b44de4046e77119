/* The head of the Review view: the queue, and Precision@K of every list. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "views/review_view.h"
#include "widgets/columns.h"

enum { CELL = 96, ROOMY_ROWS = 14 };

enum { NAME, PRECISION, REVIEWED, BOUNDS, INTERVAL, UNDECIDED, CELLS };

struct head_row {
    size_t result;
    char cell[CELLS][CELL];
};

static void fill_row(const struct review_view *view, const struct session *session, size_t i,
                     struct head_row *row)
{
    const struct precision *at = &view->numbers.of[i].at;
    const struct interval *interval = view->exact ? &at->clopper_pearson : &at->wilson;
    size_t decided = at->tally.tp + at->tally.fp, undecided = at->tally.undecided;
    row->result = i;
    snprintf(row->cell[NAME], CELL, "%s", session->run->results[i].brief);
    snprintf(row->cell[REVIEWED], CELL, "%s of %s", format_grouped(decided).text,
             format_grouped(at->k).text);
    snprintf(row->cell[BOUNDS], CELL, "%.2f-%.2f", at->low, at->high);
    if (decided > 0) {
        snprintf(row->cell[PRECISION], CELL, "%.2f", at->reviewed);
        snprintf(row->cell[INTERVAL], CELL, "%.2f-%.2f", interval->low, interval->high);
    } else {
        snprintf(row->cell[PRECISION], CELL, "-");
        snprintf(row->cell[INTERVAL], CELL, "-");
    }
    if (undecided > 0) {
        snprintf(row->cell[UNDECIDED], CELL, "%s: %.2f-%.2f", format_grouped(undecided).text,
                 at->undecided_low, at->undecided_high);
    } else {
        snprintf(row->cell[UNDECIDED], CELL, "0");
    }
}

/* Columns as wide as their widest cell; the least needed one goes first. */
static void place(struct columns *columns, const struct head_row *rows, size_t n,
                  const char *const *titles, int cols)
{
    static const int priority[CELLS] = {0, 0, 3, 2, 4, 1};
    columns->n = 0;
    for (size_t i = 0; i < CELLS; i++) {
        int width = (int)strlen(titles[i]);
        for (size_t j = 0; j < n; j++) {
            int cells = (int)strlen(rows[j].cell[i]);
            width = cells > width ? cells : width;
        }
        columns_add(columns, (struct column){.title = titles[i],
                                             .least = width + (i + 1 < CELLS ? 1 : 0),
                                             .priority = priority[i],
                                             .align = TEXT_LEFT});
    }
    columns_place(columns, cols);
}

/* One more part of a line, when all of it fits. */
static int add_part(struct canvas *canvas, int y, int x, enum role role, const char *format,
                    ...) __attribute__((format(printf, 5, 6)));

static int add_part(struct canvas *canvas, int y, int x, enum role role, const char *format,
                    ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (x > 1 && x + (int)text_width(text) > canvas->cols) {
        return x;
    }
    return canvas_text(canvas, y, x, role, text);
}

static int draw_table(const struct review_view *view, const struct session *session, bool all,
                      struct canvas *canvas, int y)
{
    struct head_row rows[RUN_RESULTS_MAX];
    struct columns columns;
    size_t n = 0, k = session->selected.k;
    for (size_t i = 0; i < session_results(session); i++) {
        if (view->numbers.of[i].ready && (all || i == session->selected.result)) {
            k = view->numbers.of[i].at.k;
            fill_row(view, session, i, &rows[n++]);
        }
    }
    if (n == 0) {
        return y;
    }
    char title[64];
    snprintf(title, sizeof title, "P@%.40s%s", format_grouped(k).text,
             session->by_episode ? " ep." : "");
    const char *const titles[CELLS] = {
        "", title, "reviewed", "bounds", view->exact ? "C-P 95 %" : "Wilson 95 %", "undecided"};
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    place(&columns, rows, n, titles, part.cols);
    columns_header(&columns, &part, y, columns.n, false);
    int end = columns.x[UNDECIDED] + columns.width[UNDECIDED] + 3;
    if (canvas->cols < REVIEW_TWO_PANES) {
        end =
            add_part(&part, y, end, ROLE_DIM, "Tab %s  ", view->curve ? "user-hour" : "curve");
    }
    add_part(&part, y++, end, ROLE_DIM, "L %s", view->exact ? "Wilson" : "Clopper-Pearson");
    for (size_t j = 0; j < n; j++, y++) {
        bool selected = rows[j].result == session->selected.result;
        for (size_t i = 0; i < CELLS; i++) {
            bool open = i == UNDECIDED && strcmp(rows[j].cell[i], "0") != 0;
            columns_field(&columns, &part, y, i,
                          open                           ? ROLE_WARN
                          : selected && i <= PRECISION   ? ROLE_STRONG
                          : i == BOUNDS || i == INTERVAL ? ROLE_DIM
                                                         : ROLE_TEXT,
                          rows[j].cell[i]);
        }
        if (selected && n > 1) {
            canvas_text(canvas, y, 0, ROLE_STRONG, canvas->glyphs->cursor);
        }
    }
    return y;
}

static int draw_estimate(const struct review_view *view, const struct session *session,
                         struct canvas *canvas, int y)
{
    const struct stratified *s = &view->numbers.estimate;
    const char *name = session->run->results[session->selected.result].brief;
    if (!view->numbers.by_strata) {
        return y;
    }
    if (isnan(s->estimate)) {
        int x = add_part(canvas, y, 1, ROLE_STRONG, "%s by strata: no estimate yet", name);
        add_part(canvas, y, x, ROLE_DIM, ", nothing decided in %zu of %zu strata",
                 view->numbers.bare, view->numbers.queue->spec.n_strata);
        return y + 1;
    }
    int x = add_part(canvas, y, 1, ROLE_STRONG, "%s by strata P@%s %.3f", name,
                     format_grouped(s->rows).text, s->estimate);
    x = add_part(canvas, y, x, ROLE_TEXT, ", 95 %% %.3f-%.3f", s->interval.low,
                 s->interval.high);
    x = add_part(canvas, y, x, ROLE_DIM, ", %s judged", format_grouped(s->decided).text);
    add_part(canvas, y, x, ROLE_DIM, ", s.e. %.3f (finite population)", s->error);
    return y + 1;
}

static int draw_tie(const struct review_view *view, struct canvas *canvas, int y)
{
    const struct precision *at = &view->numbers.in_view.at;
    char text[200];
    if (!view->numbers.has_view || !precision_tie_text(at, text, sizeof text)) {
        return y;
    }
    int x = add_part(canvas, y, 1, ROLE_DIM, "%s", text);
    if (!isnan(at->tie_reviewed)) {
        add_part(canvas, y, x, ROLE_DIM, ": mean %.2f", at->tie_reviewed);
    }
    return y + 1;
}

/* Whose list it is and in which order, as far as `room` allows: it is not that of Top-K. A
 * blind queue says neither. */
static void describe_order(const struct review_view *view, size_t room, char *text, size_t size)
{
    const struct queue_spec *spec = &view->numbers.queue->spec;
    const char *order = spec->kind == QUEUE_POOLED   ? "best rank"
                        : spec->kind == QUEUE_STRATA ? "stratum"
                                                     : "rank";
    if (spec->blind) {
        snprintf(text, size, ", shuffled");
    } else {
        snprintf(text, size, " of %s by %s", view->numbers.of_whom, order);
        if (strlen(text) > room) {
            snprintf(text, size, " by %s", order);
        }
    }
    if (strlen(text) > room) {
        text[0] = '\0';
    }
}

static void draw_queue(const struct review_view *view, const struct app *app,
                       struct canvas *canvas)
{
    static const char *const kinds[] = {"Top", "Pooled", "Stratified"};
    const struct queue *queue = view->numbers.queue;
    size_t left = 0, unsaved = review_unsaved(app_review(app));
    char order[100], rest[320];
    for (size_t i = 0; i < queue->n; i++) {
        left += review_item_open(app, queue, &queue->items[i]);
    }
    int x = 1;
    if (unsaved > 0) { /* first: it must not be what is cut */
        x = canvas_printf(canvas, 0, x, ROLE_BAD, "%zu NOT SAVED  ", unsaved);
    }
    x = canvas_text(canvas, 0, x, ROLE_STRONG, kinds[queue->spec.kind]);
    snprintf(rest, sizeof rest, ": %s left, %s", format_grouped(left).text, view->numbers.text);
    int room = canvas->cols - x - (int)strlen(rest);
    describe_order(view, room > 0 ? (size_t)room : 0, order, sizeof order);
    x = canvas_text(canvas, 0, x, ROLE_DIM, order);
    canvas_phrases(canvas, 0, x, ROLE_TEXT, "%s", rest);
}

/* What the user should know before anything else, each in a line. */
static int draw_notices(const struct app *app, bool roomy, struct canvas *canvas, int y)
{
    const struct review *review = app_review(app);
    if (review_problem(review)[0] != '\0') {
        canvas_text(canvas, y++, 1, ROLE_BAD, review_problem(review));
    }
    if (roomy && review_pending(review) > 0) {
        int x = add_part(canvas, y, 1, ROLE_WARN, "%s of another version of this file",
                         format_count(review_pending(review), "verdict").text);
        add_part(canvas, y++, x, ROLE_DIM, ": :versions, :match");
    }
    return y;
}

int review_head_draw(const struct review_view *view, const struct app *app,
                     struct canvas *canvas)
{
    const struct session *session = app_session(app);
    bool roomy = canvas->rows >= ROOMY_ROWS;
    draw_queue(view, app, canvas);
    int y = draw_notices(app, roomy, canvas, 1);
    if (view->request.spec.blind) {
        canvas_text(canvas, y, 1, ROLE_DIM,
                    "blind: score, rank, detector and Precision@K are hidden");
        return y + 1;
    }
    if (view->curve && !roomy) {
        return y; /* the curve's title says the rest */
    }
    y = draw_table(view, session, roomy, canvas, y);
    y = draw_estimate(view, session, canvas, y);
    return roomy ? draw_tie(view, canvas, y) : y;
}
