/* Precision@K for every K up to the one in view. */
#include "views/review_view.h"

#include <math.h>
#include <stdio.h>

#include "base/format.h"
#include "widgets/chart.h"

enum { SCALE_COLS = 4, LEAST_COLS = 12, NARROW = 60 };

static enum role role_of(size_t result)
{
    return (enum role)(ROLE_SERIES_1 + (result < 3 ? (int)result : 3));
}

static void draw_scale(struct canvas *canvas, int top, int rows)
{
    canvas_field(canvas, top, 0, SCALE_COLS, TEXT_RIGHT, ROLE_DIM, "1");
    if (rows >= 5 && rows % 2 == 1) {
        canvas_field(canvas, top + rows / 2, 0, SCALE_COLS, TEXT_RIGHT, ROLE_DIM, "0.5");
    }
    if (rows >= 2) {
        canvas_field(canvas, top + rows - 1, 0, SCALE_COLS, TEXT_RIGHT, ROLE_DIM, "0");
    }
}

static void draw_title(const struct review_view *view, const struct app *app,
                       struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct precision *at = &view->numbers.in_view.at;
    char title[160];
    if (canvas->cols < NARROW) {
        char reviewed[16] = "-"; /* nothing is decided yet */
        if (!isnan(at->reviewed)) {
            snprintf(reviewed, sizeof reviewed, "%.2f", at->reviewed);
        }
        snprintf(title, sizeof title, "%s P@%s %s (%.2f-%.2f)",
                 session->run->results[session->selected.result].brief,
                 format_grouped(at->k).text, reviewed, at->low, at->high);
        canvas_rule(canvas, 0, title);
        return;
    }
    snprintf(title, sizeof title, "P@k of %s, k up to %s: %s reviewed, %s bounds",
             session->run->results[session->selected.result].brief, format_grouped(at->k).text,
             canvas->glyphs->braille ? "line" : canvas->glyphs->lower,
             canvas->glyphs->braille ? "dots" : canvas->glyphs->band);
    canvas_rule(canvas, 0, title);
}

void review_curve_draw(const struct review_view *view, const struct app *app,
                       struct canvas *canvas)
{
    const struct queue_numbers *numbers = &view->numbers;
    const struct evaluation *of = &numbers->in_view;
    draw_title(view, app, canvas);
    if (!numbers->has_view || of->k == 0) {
        canvas_text(canvas, 1, 1, ROLE_DIM, "the detector in view has no scores yet");
        return;
    }
    int rows = canvas->rows - 2, cols = canvas->cols - SCALE_COLS - 2;
    if (rows < 1 || cols < LEAST_COLS) {
        return;
    }
    draw_scale(canvas, 1, rows);
    struct canvas part = canvas_part(canvas, 1, SCALE_COLS + 1, rows, cols);
    size_t result = app_session(app)->selected.result;
    chart_band(&part, of->reviewed, of->low, of->high, of->k, role_of(result));
    const struct axis axis = {.least = 1, .most = of->k > 1 ? (double)of->k : 2};
    chart_axis(canvas, 1 + rows, SCALE_COLS + 1, cols, &axis);
}
