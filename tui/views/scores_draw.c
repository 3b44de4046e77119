/* What the Scores view looks like: head, bars, threshold line, axis, and what is picked. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "reviewing/reviewing.h"
#include "views/scores_view.h"
#include "widgets/chart.h"

enum { SIDE_COLS = 60, HEAD_ROWS = 3, LOW_ROWS = 9, NARROW_COLS = 72, STACK_ROWS = 16 };

/* Until a review has measured it, a verdict is taken to cost this long. */
#define SECONDS_A_VERDICT 300.0

/* ---- the head ---- */

/* What is above the line: of all scored rows, and of those of the filter. */
struct above {
    double threshold, share, filtered_share;
    size_t rows, filtered, matching;
    const struct subset *subset;
};

static double share_of(size_t part, size_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

static struct above find_above(const struct scores_view *view, const struct session *session,
                               size_t result)
{
    const struct ranking *ranking = session->run->results[result].ranking;
    struct above above = {.threshold = scores_threshold(view, session, result),
                          .subset = view->filtered ? view->subset[result] : NULL};
    above.rows = ranking_rows_above(ranking, ranking_above(ranking, above.threshold));
    above.share = share_of(above.rows, ranking->scored_rows);
    if (above.subset != NULL) {
        above.matching = subset_scored(above.subset);
        above.filtered = subset_above(above.subset, ranking, above.threshold);
        above.filtered_share = share_of(above.filtered, above.matching);
    }
    return above;
}

/* A line that was moved is a ruler only: what is flagged elsewhere stays. */
static void draw_title(const struct result *result, bool moved, struct canvas *canvas)
{
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s", result->title);
    if (result->partial[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_WARN, "  %s", result->partial);
    }
    if (moved) {
        canvas_printf(canvas, 0, x, ROLE_WARN, "  what if; flags stay at %s",
                      format_score(result->scores.threshold).text);
        return;
    }
    canvas_printf(canvas, 0, x, ROLE_DIM, "  %s",
                  result->detector != NULL      ? result->detector->unit
                  : result->kind == RESULT_LIST ? result->unit
                                                : "decades of rarity: 2 is 1 in 100");
}

static void draw_counts(const struct above *above, bool moved, struct canvas *canvas)
{
    bool narrow = canvas->cols < NARROW_COLS;
    int x = canvas_printf(canvas, 1, 1, ROLE_THRESHOLD, "%s ", canvas->glyphs->threshold);
    x = canvas_printf(canvas, 1, x, ROLE_TEXT,
                      "above %s%s: ", format_score(above->threshold).text,
                      moved ? " (what if)" : "");
    x = canvas_printf(canvas, 1, x, ROLE_FLAGGED, "%s", format_grouped(above->rows).text);
    x = canvas_printf(canvas, 1, x, ROLE_TEXT, "%s, %s",
                      narrow             ? ""
                      : above->rows == 1 ? " user-hour"
                                         : " user-hours",
                      format_percent(above->share).text);
    if (above->subset != NULL) {
        x = canvas_printf(canvas, 1, x, ROLE_TEXT,
                          "; %s %s filtered: ", narrow ? "of" : "of the",
                          format_grouped(above->matching).text);
        x = canvas_printf(canvas, 1, x, ROLE_FLAGGED, "%s",
                          format_grouped(above->filtered).text);
        canvas_printf(canvas, 1, x, ROLE_TEXT, ", %s",
                      format_percent(above->filtered_share).text);
    }
}

/* One decimal where it matters. */
static struct shown amount(double count)
{
    struct shown shown = format_short(count);
    if (count < 9.95 && count != floor(count)) {
        snprintf(shown.text, sizeof shown.text, "%.1f", count);
    }
    return shown;
}

/* The plural of what there is so much of. */
static const char *one(const struct shown *amount)
{
    return strcmp(amount->text, "1") == 0 ? "" : "s";
}

/* "52 alerts a day over 58 days; 250 hours to review at 5:00 each" */
static void draw_cost(const struct above *above, const struct app *app, struct canvas *canvas)
{
    size_t days = scores_days(app_session(app)->run->table);
    double pace = review_seconds(app_review(app));
    bool own = !isnan(pace);
    double seconds = own ? pace : SECONDS_A_VERDICT;
    double rows = (double)(above->subset != NULL ? above->filtered : above->rows);
    const char *which = above->subset != NULL ? " filtered" : "";
    int x = 1;
    bool brief = rows * seconds < 3600; /* "0.0 hours" says nothing */
    struct shown effort =
        brief ? format_rounded(ceil(rows * seconds / 60)) : amount(rows * seconds / 3600);
    if (days > 0) {
        struct shown alerts = amount(rows / (double)days);
        x = canvas_printf(canvas, 2, x, ROLE_DIM, "%s%s alert%s a day over %s", alerts.text,
                          which, one(&alerts), format_count(days, "day").text);
        which = "";
    }
    canvas_phrases(canvas, 2, x, ROLE_DIM, "%s%s%s %s%s to review at %s%s each",
                   days > 0 ? "; " : "", effort.text, which, brief ? "minute" : "hour",
                   one(&effort), own ? "your " : "", format_duration(seconds).text);
}

/* All of it in one line, for low screens. */
static void draw_low_head(const struct result *result, const struct above *above, bool moved,
                          struct canvas *canvas)
{
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s ", result->brief);
    if (result->partial[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_WARN, "%s ", result->partial);
    }
    x = canvas_printf(canvas, 0, x, ROLE_FLAGGED, "%s",
                      above->subset != NULL ? format_grouped(above->filtered).text
                                            : format_grouped(above->rows).text);
    if (above->subset != NULL) {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, " of %s", format_grouped(above->rows).text);
    }
    x = canvas_printf(canvas, 0, x, ROLE_TEXT, " above %s, %s",
                      format_score(above->threshold).text, format_percent(above->share).text);
    canvas_text(canvas, 0, x, ROLE_WARN, moved ? "; what if" : "");
}

/* ---- the chart ---- */

static double height_of(const struct scores_view *view, size_t rows, size_t most)
{
    if (rows == 0 || most == 0) {
        return 0;
    }
    return view->linear_y ? (double)rows / (double)most
                          : log1p((double)rows) / log1p((double)most);
}

static void draw_bars(const struct scores_view *view, const struct histogram *histogram,
                      const struct above *above, struct canvas *canvas)
{
    double all[SCORES_BINS_MAX], part[SCORES_BINS_MAX];
    enum role roles[SCORES_BINS_MAX];
    for (size_t i = 0; i < histogram->bins; i++) {
        all[i] = height_of(view, histogram->rows[i], histogram->most);
        roles[i] = histogram->edges[i] >= above->threshold ? ROLE_FLAGGED : ROLE_BAR;
        if (above->subset != NULL) {
            part[i] =
                height_of(view, subset_bins(above->subset, histogram, i, i), histogram->most);
        }
    }
    if (above->subset != NULL) {
        chart_columns_all(canvas, all, NULL, histogram->bins);
    }
    chart_columns(canvas, above->subset != NULL ? part : all, roles, histogram->bins);
}

static void draw_threshold(const struct axis *axis, double threshold, struct canvas *canvas)
{
    double position = axis_position(axis, threshold);
    if (isnan(position) || canvas->cols < 1) {
        return;
    }
    int x = (int)(position * (canvas->cols - 1));
    for (int y = 0; y < canvas->rows; y++) {
        canvas_text(canvas, y, x, ROLE_THRESHOLD, canvas->glyphs->threshold);
    }
}

/* Marks the picked bins in the chart's lowest line, and below it. */
static void mark_picked(const struct scores_view *view, const struct session *session,
                        const struct histogram *histogram, struct canvas *chart,
                        struct canvas *canvas, int y)
{
    size_t first, last, cursor = scores_bin(histogram, view->at);
    size_t a_cell = chart->glyphs->braille ? 2 : 1;
    scores_picked(view, session, histogram, &first, &last);
    int from = (int)(first / a_cell), to = (int)(last / a_cell);
    canvas_select(chart, chart->rows - 1, from, to - from + 1);
    chart_mark(canvas, y, 1 + (int)((view->ranged ? cursor : first) / a_cell),
               canvas->glyphs->up);
    for (int x = from; view->ranged && x <= to; x++) {
        if (x != (int)(cursor / a_cell)) {
            chart_mark(canvas, y, 1 + x, canvas->glyphs->hline);
        }
    }
}

/* ---- the last line ---- */

static void draw_picked(const struct scores_view *view, const struct session *session,
                        const struct histogram *histogram, const struct above *above,
                        struct canvas *canvas, int y)
{
    size_t first, last, rows = 0;
    scores_picked(view, session, histogram, &first, &last);
    for (size_t i = first; i <= last; i++) {
        rows += histogram->rows[i];
    }
    int x = 1;
    if (view->ranged) {
        x = canvas_printf(canvas, y, x, ROLE_TEXT, "%zu bin%s ", last - first + 1,
                          last > first ? "s" : "");
    } else {
        x = canvas_text(canvas, y, x, ROLE_TEXT, "bin ");
    }
    x = canvas_printf(canvas, y, x, ROLE_TEXT,
                      "%s to %s: ", format_score(histogram->edges[first]).text,
                      format_score(histogram->edges[last + 1]).text);
    x = canvas_printf(canvas, y, x, ROLE_STRONG, "%s", format_grouped(rows).text);
    if (above->subset != NULL) {
        size_t filtered = subset_bins(above->subset, histogram, first, last);
        x = canvas_printf(canvas, y, x, ROLE_STRONG, ", %s filtered",
                          format_grouped(filtered).text);
    }
    canvas_printf(canvas, y, x, ROLE_DIM, "; Enter lists, m %s",
                  view->ranged ? "drops the range" : "begins a range");
}

static void draw_scales(const struct scores_view *view, const struct histogram *histogram,
                        const struct above *above, struct canvas *canvas, int y)
{
    const struct glyphs *glyphs = canvas->glyphs;
    int x = 1;
    if (above->subset != NULL) {
        x = canvas_printf(canvas, y, x, ROLE_DIM, "%s all  ",
                          glyphs->shade[glyphs->ascii ? 3 : 2]);
        x = canvas_printf(canvas, y, x, ROLE_BAR, "%s", glyphs->column[8]);
        x = canvas_text(canvas, y, x, ROLE_TEXT, " filtered") + 2;
    }
    x = canvas_printf(canvas, y, x, ROLE_DIM, "%s counts over %s scores; at most %s in a bin",
                      view->linear_y ? "linear" : "log", histogram->log ? "log" : "linear",
                      format_grouped(histogram->most).text);
    if (histogram->below_rows > 0) {
        canvas_printf(canvas, y, x, ROLE_DIM, "; %s score 0",
                      format_grouped(histogram->below_rows).text);
    }
}

/* ---- all of it ---- */

static void draw_chart(struct scores_view *view, size_t which, const struct app *app,
                       size_t result, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct result *one = &session->run->results[result];
    if (!session->has_result[result]) {
        canvas_printf(canvas, 0, 1, ROLE_DIM, "%s has no scores yet", one->title);
        return;
    }
    struct above above = find_above(view, session, result);
    bool low = canvas->rows < LOW_ROWS, picks = view->in_bins && which == 0;
    int head = low ? 1 : HEAD_ROWS, foot = low ? 1 : 2;
    if (low) {
        draw_low_head(one, &above, view->moved[result], canvas);
    } else {
        draw_title(one, view->moved[result], canvas);
        draw_counts(&above, view->moved[result], canvas);
        draw_cost(&above, app, canvas);
    }
    struct canvas part =
        canvas_part(canvas, head, 1, canvas->rows - head - foot, canvas->cols - 2);
    size_t columns = chart_columns_max(&part);
    columns = columns < SCORES_BINS_MAX ? columns : SCORES_BINS_MAX;
    if (part.rows < 1 || columns < 1) {
        return;
    }
    const struct histogram *histogram = scores_histogram(view, which, session, result, columns);
    if (histogram == NULL) {
        canvas_text(canvas, head, 1, ROLE_BAD, "no memory for a histogram");
        return;
    }
    const struct axis axis = {histogram->edges[0], histogram->edges[histogram->bins],
                              histogram->log};
    draw_bars(view, histogram, &above, &part);
    draw_threshold(&axis, above.threshold, &part);
    int y = canvas->rows - foot;
    if (!low || !picks) {
        chart_axis(canvas, y, 1, canvas->cols - 2, &axis);
    }
    if (picks) {
        mark_picked(view, session, histogram, &part, canvas, low ? -1 : y);
        draw_picked(view, session, histogram, &above, canvas, canvas->rows - 1);
    } else if (!low) {
        draw_scales(view, histogram, &above, canvas, canvas->rows - 1);
    }
}

void scores_draw(struct scores_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    size_t result = session->selected.result;
    const char *health =
        session->has_result[result] ? session->run->results[result].health : "";
    struct canvas top = *canvas;
    if (health[0] != '\0' && canvas->rows > HEAD_ROWS + 6) {
        top = canvas_part(canvas, 0, 0, canvas->rows - 1, canvas->cols);
        canvas_printf(canvas, canvas->rows - 1, 1, ROLE_WARN, "%s", health);
    }
    bool side = canvas->cols >= 2 * SIDE_COLS;
    view->room_for_two = side || top.rows >= STACK_ROWS;
    if (!view->both || !view->room_for_two) {
        draw_chart(view, 0, app, result, &top);
        return;
    }
    int rows = side ? top.rows : top.rows / 2, cols = side ? top.cols / 2 : top.cols;
    struct canvas first = canvas_part(&top, 0, 0, rows, cols);
    struct canvas second = side ? canvas_part(&top, 0, cols, rows, top.cols - cols)
                                : canvas_part(&top, rows, 0, top.rows - rows, cols);
    draw_chart(view, 0, app, result, &first);
    draw_chart(view, 1, app, scores_other(view, session), &second);
}
