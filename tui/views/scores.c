/* Scores: the histogram of a detector's scores, with the threshold line and what lies above. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "rank/histogram.h"
#include "sheets.h"
#include "widgets/chart.h"

enum { BINS_UNSEEN = 64, BINS_MAX = 512, SIDE_COLS = 70, HEAD_ROWS = 3 };

/* Until a review has measured it, a verdict is taken to cost this long. */
#define MINUTES_A_VERDICT 5.0

struct chart_of {
    struct histogram *histogram;
    size_t result, columns; /* what it was made for */
    bool log;
};

struct scores_view {
    struct chart_of chart[2]; /* the detector in view, and another beside it */
    bool linear_x, linear_y;
    bool both;
    bool moved[DETECTOR_MAX + 1];       /* the threshold line was moved */
    double threshold[DETECTOR_MAX + 1]; /* where to, then */
    bool in_bins;                       /* the cursor is in the bins, not on the threshold */
    size_t bin;
};

static void *open_scores(struct app *app)
{
    (void)app;
    return mem_zero(1, sizeof(struct scores_view), "the scores view", NULL);
}

static void forget(struct scores_view *view)
{
    for (size_t i = 0; i < 2; i++) {
        histogram_free(view->chart[i].histogram);
        view->chart[i] = (struct chart_of){0};
    }
}

static void close_scores(void *state)
{
    forget(state);
    free(state);
}

static double threshold_of(const struct scores_view *view, const struct session *session,
                           size_t result)
{
    return view->moved[result] ? view->threshold[result]
                               : session->run->results[result].scores.threshold;
}

/* Rows strictly above a score: those with at least the next larger one. */
static size_t rows_above(const struct ranking *ranking, double threshold)
{
    double share = ranking_tail_share_of(ranking, nextafter(threshold, INFINITY));
    return (size_t)llround(share * (double)ranking->scored_rows);
}

/* The histogram for a chart of so many columns: bisections only, so it is made while drawing.
 */
static const struct histogram *histogram_for(struct scores_view *view, size_t which,
                                             const struct session *session, size_t result,
                                             size_t columns)
{
    struct chart_of *chart = &view->chart[which];
    bool log = !view->linear_x;
    if (chart->histogram == NULL || chart->result != result || chart->columns != columns ||
        chart->log != log) {
        const struct histogram_axis axis = {
            .bins = columns, .log = log, .low = NAN, .high = NAN};
        histogram_free(chart->histogram);
        chart->histogram = histogram_new(session->run->results[result].ranking, &axis, NULL);
        chart->result = result;
        chart->columns = columns;
        chart->log = log;
    }
    return chart->histogram;
}

/* ---- drawing ---- */

static double height_of(const struct scores_view *view, size_t rows, size_t most)
{
    if (rows == 0 || most == 0) {
        return 0;
    }
    return view->linear_y ? (double)rows / (double)most
                          : log1p((double)rows) / log1p((double)most);
}

static void draw_bars(const struct scores_view *view, const struct histogram *histogram,
                      double threshold, struct canvas *canvas)
{
    double heights[BINS_MAX];
    enum role roles[BINS_MAX];
    for (size_t i = 0; i < histogram->bins; i++) {
        heights[i] = height_of(view, histogram->rows[i], histogram->most);
        roles[i] = histogram->edges[i] >= threshold ? ROLE_FLAGGED : ROLE_BAR;
    }
    chart_columns(canvas, heights, roles, histogram->bins);
}

static void draw_threshold(const struct axis *axis, double threshold, struct canvas *canvas)
{
    double place = axis_place(axis, threshold);
    if (isnan(place) || canvas->cols < 1) {
        return;
    }
    int x = (int)(place * (canvas->cols - 1));
    for (int y = 0; y < canvas->rows; y++) {
        canvas_text(canvas, y, x, ROLE_THRESHOLD, canvas->glyphs->threshold);
    }
}

static void draw_counts(const struct scores_view *view, const struct session *session,
                        size_t result, struct canvas *canvas)
{
    const struct result *one = &session->run->results[result];
    double threshold = threshold_of(view, session, result);
    size_t above = rows_above(one->ranking, threshold);
    double share = (double)above / (double)one->ranking->scored_rows;
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s", one->title);
    x = canvas_printf(canvas, 0, x, ROLE_DIM, "  %s",
                      one->detector != NULL ? one->detector->unit : "decades of rarity");
    if (one->partial[0] != '\0') {
        canvas_printf(canvas, 0, x, ROLE_WARN, "  %s", one->partial);
    }
    x = canvas_printf(canvas, 1, 1, ROLE_THRESHOLD, "%s ", canvas->glyphs->threshold);
    x = canvas_printf(canvas, 1, x, ROLE_TEXT, "above %s%s: ", format_score(threshold).text,
                      view->moved[result] ? " (moved)" : "");
    x = canvas_printf(canvas, 1, x, ROLE_FLAGGED, "%s", format_grouped(above).text);
    canvas_printf(canvas, 1, x, ROLE_TEXT, " user-hours, %s", format_percent(share).text);
}

static size_t days_of(const struct table *table)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    size_t n = table->times != NULL ? dict_count(table->times) : 0;
    for (size_t i = 0; i < n; i++) {
        if (table->time_seconds[i] != TABLE_NO_TIME) {
            least = table->time_seconds[i] < least ? table->time_seconds[i] : least;
            most = table->time_seconds[i] > most ? table->time_seconds[i] : most;
        }
    }
    return least > most ? 0 : (size_t)((most - least) / 86400) + 1;
}

static void draw_cost(const struct scores_view *view, const struct session *session,
                      size_t result, struct canvas *canvas)
{
    const struct result *one = &session->run->results[result];
    double above = (double)rows_above(one->ranking, threshold_of(view, session, result));
    size_t days = days_of(session->run->table);
    int x = 1;
    if (days > 0) {
        x = canvas_printf(canvas, 2, x, ROLE_DIM, "%s alerts a day over %zu day%s; ",
                          format_short(above / (double)days).text, days, days == 1 ? "" : "s");
    }
    canvas_printf(canvas, 2, x, ROLE_DIM, "%s hours to review all, at %.0f minutes each",
                  format_short(above * MINUTES_A_VERDICT / 60).text, MINUTES_A_VERDICT);
}

static void draw_bin(const struct scores_view *view, const struct histogram *histogram,
                     struct canvas *canvas, int y)
{
    size_t bin = view->bin < histogram->bins ? view->bin : histogram->bins - 1;
    canvas_printf(canvas, y, 1, ROLE_TEXT, "bin %s to %s: %s user-hours; Enter lists them",
                  format_score(histogram->edges[bin]).text,
                  format_score(histogram->edges[bin + 1]).text,
                  format_grouped(histogram->rows[bin]).text);
}

static void draw_chart(struct scores_view *view, size_t which, const struct session *session,
                       size_t result, struct canvas *canvas)
{
    if (!session->has_result[result]) {
        canvas_printf(canvas, 0, 1, ROLE_DIM, "%s has no scores yet",
                      session->run->results[result].title);
        return;
    }
    draw_counts(view, session, result, canvas);
    draw_cost(view, session, result, canvas);
    struct canvas part =
        canvas_part(canvas, HEAD_ROWS, 1, canvas->rows - HEAD_ROWS - 2, canvas->cols - 2);
    size_t columns = chart_columns_max(&part);
    columns = columns < BINS_MAX ? columns : BINS_MAX;
    if (part.rows < 1 || columns < 1) {
        return;
    }
    const struct histogram *histogram = histogram_for(view, which, session, result, columns);
    if (histogram == NULL) {
        canvas_text(canvas, HEAD_ROWS, 1, ROLE_BAD, "no memory for a histogram");
        return;
    }
    double threshold = threshold_of(view, session, result);
    const struct axis axis = {histogram->edges[0], histogram->edges[histogram->bins],
                              histogram->log};
    draw_bars(view, histogram, threshold, &part);
    draw_threshold(&axis, threshold, &part);
    chart_axis(canvas, canvas->rows - 2, 1, canvas->cols - 2, &axis);
    int y = canvas->rows - 1;
    if (view->in_bins && which == 0) {
        size_t bin = view->bin < histogram->bins ? view->bin : histogram->bins - 1;
        int x = (int)((double)bin / (double)histogram->bins * part.cols);
        canvas_select(&part, part.rows - 1, x, 1);
        draw_bin(view, histogram, canvas, y);
    } else {
        canvas_printf(canvas, y, 1, ROLE_DIM, "%s counts over %s scores; at most %s in a bin",
                      view->linear_y ? "linear" : "logarithmic",
                      histogram->log ? "logarithmic" : "linear",
                      format_grouped(histogram->most).text);
        if (histogram->below_rows > 0) {
            canvas_printf(canvas, y, 60, ROLE_DIM, "%s score 0",
                          format_grouped(histogram->below_rows).text);
        }
    }
}

static void draw_scores(void *state, const struct app *app, struct canvas *canvas)
{
    struct scores_view *view = state;
    const struct session *session = app_session(app);
    if (session->run == NULL || !session->has_table) {
        canvas_text(canvas, 0, 1, ROLE_DIM, "the table is not there yet");
        return;
    }
    size_t result = session->selected.result;
    int health = session->has_result[result] && session->run->results[result].health[0] != '\0';
    struct canvas top = canvas_part(canvas, 0, 0, canvas->rows - health, canvas->cols);
    if (health && canvas->rows > HEAD_ROWS + 6) {
        canvas_printf(canvas, canvas->rows - 1, 1, ROLE_WARN, "%s",
                      session->run->results[result].health);
    } else {
        top = *canvas;
    }
    if (!view->both) {
        draw_chart(view, 0, session, result, &top);
        return;
    }
    size_t other = (result + 1) % session_results();
    bool side = canvas->cols >= 2 * SIDE_COLS;
    int rows = side ? top.rows : top.rows / 2, cols = side ? top.cols / 2 : top.cols;
    struct canvas first = canvas_part(&top, 0, 0, rows, cols);
    struct canvas second = side ? canvas_part(&top, 0, cols, rows, top.cols - cols)
                                : canvas_part(&top, rows, 0, top.rows - rows, cols);
    draw_chart(view, 0, session, result, &first);
    draw_chart(view, 1, session, other, &second);
}

/* ---- actions ---- */

static void move_threshold(struct scores_view *view, const struct session *session, bool up)
{
    size_t i = session->selected.result;
    const struct histogram *histogram = view->chart[0].histogram;
    double threshold = threshold_of(view, session, i);
    size_t bin = histogram != NULL ? histogram_bin(histogram, threshold) : SIZE_MAX;
    /* By a bin where there are bins, so that a key always moves the line; else to the next
     * score. */
    if (bin != SIZE_MAX) {
        double edge = up ? histogram->edges[bin + 1] : histogram->edges[bin];
        if (!up && edge >= threshold && bin > 0) {
            edge = histogram->edges[bin - 1];
        }
        threshold = edge;
    } else {
        threshold = histogram_step(session->run->results[i].ranking, threshold, up);
    }
    view->threshold[i] = threshold;
    view->moved[i] = true;
}

/* Lists what the cursor is on: a bin, or what lies above the threshold. */
static void show_rows(const struct scores_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    const struct histogram *histogram = view->chart[0].histogram;
    const char *name = session->run->results[session->selected.result].name;
    char filter[160];
    if (view->in_bins && histogram != NULL && view->bin < histogram->bins) {
        size_t from;
        size_t n =
            histogram_ranks(histogram, session->run->results[session->selected.result].ranking,
                            view->bin, view->bin, &from);
        if (n == 0) {
            app_say(app, LOG_NOTE, "no user-hour falls into this bin");
            return;
        }
        snprintf(filter, sizeof filter, "%s.rank:%zu-%zu", name, from, from + n - 1);
    } else {
        snprintf(filter, sizeof filter, "%s:>%.17g", name,
                 threshold_of(view, session, session->selected.result));
    }
    app_set_filter(app, filter);
    app_enter(app, ACTION_VIEW_TOPK);
}

static void move_bin(struct scores_view *view, bool forward)
{
    const struct histogram *histogram = view->chart[0].histogram;
    if (histogram == NULL) {
        return;
    }
    size_t last = histogram->bins - 1;
    view->bin = view->bin > last ? last : view->bin;
    view->bin += forward ? view->bin < last : 0;
    view->bin -= !forward && view->bin > 0;
}

static unsigned act_scores(void *state, struct app *app, enum action action,
                           const char *argument)
{
    struct scores_view *view = state;
    const struct session *session = app_session(app);
    (void)argument;
    if (session_result(session) == NULL) {
        return REACT_PASS;
    }
    switch ((int)action) {
    case ACTION_LEFT:
    case ACTION_RIGHT:
        if (view->in_bins) {
            move_bin(view, action == ACTION_RIGHT);
        } else {
            move_threshold(view, session, action == ACTION_RIGHT);
        }
        return REACT_DONE;
    case ACTION_UP:
    case ACTION_DOWN: view->in_bins = !view->in_bins; return REACT_DONE;
    case ACTION_FIRST:
        view->moved[session->selected.result] = false;
        view->bin = 0;
        return REACT_DONE;
    case ACTION_PANE:
    case ACTION_PANE_BACK: view->both = !view->both; return REACT_DONE;
    case ACTION_AXIS:
        if (view->linear_x && view->linear_y) {
            view->linear_x = view->linear_y = false;
        } else if (view->linear_x) {
            view->linear_y = true;
        } else {
            view->linear_x = true;
        }
        return REACT_DONE;
    case ACTION_OPEN: show_rows(view, app); return REACT_DONE;
    default: return REACT_PASS;
    }
}

static void changed_scores(void *state, struct app *app, unsigned what)
{
    struct scores_view *view = state;
    (void)app;
    if ((what & CHANGED_RUN) != 0) {
        forget(view);
        memset(view->moved, 0, sizeof view->moved);
    }
}

static struct sheet *sheet_scores(void *state, const struct app *app, char *name, size_t size,
                                  struct status *status)
{
    struct scores_view *view = state;
    const struct session *session = app_session(app);
    const struct result *result = session_result(session);
    size_t columns_shown = view->chart[0].columns > 0 ? view->chart[0].columns : BINS_UNSEEN;
    char title[160];
    if (result == NULL) {
        return NULL;
    }
    const struct histogram *histogram =
        histogram_for(view, 0, session, session->selected.result, columns_shown);
    if (histogram == NULL) {
        status_nomem(status, 0, "a histogram");
        return NULL;
    }
    snprintf(name, size, "scores-%s", result->name);
    snprintf(title, sizeof title, "Histogram of %s, %zu bins", result->title, histogram->bins);
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet == NULL) {
        return NULL;
    }
    double threshold = threshold_of(view, session, session->selected.result);
    static const char *const columns[] = {"from", "to", "rows", "share"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        sheet_add_column(sheet, columns[i], false);
    }
    for (size_t i = 0; i < histogram->bins; i++) {
        sheet_put_number(sheet, histogram->edges[i]);
        sheet_put_number(sheet, histogram->edges[i + 1]);
        sheet_put_count(sheet, histogram->rows[i]);
        sheet_put_number(sheet,
                         (double)histogram->rows[i] / (double)result->ranking->scored_rows);
    }
    sheets_note(app, sheet);
    sheet_add_note(sheet, "detector", "%s", result->name);
    sheet_add_note(sheet, "threshold", "%.17g", threshold);
    sheet_add_note(sheet, "rows above it", "%zu", rows_above(result->ranking, threshold));
    if (result->partial[0] != '\0') {
        sheet_add_partial(sheet, result->name, result->partial);
    }
    return sheet;
}

static void where_scores(const void *state, const struct app *app, char *text, size_t size)
{
    (void)state;
    snprintf(text, size, "%s", session_result_title(app_session(app)));
}

static const enum action footer[] = {ACTION_DETECTOR_NEXT, ACTION_RIGHT, ACTION_DOWN,
                                     ACTION_OPEN,          ACTION_PANE,  ACTION_AXIS,
                                     ACTION_HELP,          ACTION_NONE};

const struct view_ops view_scores = {
    .action = ACTION_VIEW_SCORES,
    .title = "Scores",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED,
    .footer = footer,
    .open = open_scores,
    .close = close_scores,
    .draw = draw_scores,
    .act = act_scores,
    .changed = changed_scores,
    .sheet = sheet_scores,
    .where = where_scores,
};
