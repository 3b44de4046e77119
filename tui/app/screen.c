/* The frame around the views: header, message or progress, footer, prompt, page. */
#include "app/app_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"

enum { LEAST_ROWS = 8, LEAST_COLS = 40, FRAME_ROWS = 3 };

/* ---- the line above the footer: a message, or the progress of what runs ---- */

static void describe_left(const struct app *app, char *text, size_t size)
{
    const struct session *session = &app->session;
    double left = meter_left(&session->meter, app_now(app));
    snprintf(text, size, "%s%s%s",
             app->frozen ? "0:00" : format_duration(app_now(app) - session->meter.started).text,
             isnan(left) ? "" : "  ~", isnan(left) ? "" : format_duration(left).text);
}

static void draw_progress(const struct app *app, struct canvas *canvas, int y)
{
    const struct session *session = &app->session;
    const struct worker_progress *progress = &session->progress;
    char left[96];
    describe_left(app, left, sizeof left);
    int x = canvas_printf(canvas, y, 1, ROLE_TEXT, "[%zu/%zu] %s ", progress->stage_number,
                          progress->stage_count, progress->stage);
    if (progress->cancelling) {
        canvas_text(canvas, y, x, ROLE_WARN, "cancelling");
        return;
    }
    if (progress->total > 0) {
        int bar = canvas->cols >= 70 ? 20 : 10;
        meter_bar(canvas, y, x, bar, ROLE_BAR, progress->done, progress->total);
        x = canvas_printf(canvas, y, x + bar, ROLE_STRONG, " %.0f %%",
                          100 * (double)progress->done / (double)progress->total);
    }
    canvas_printf(canvas, y, x + 1, ROLE_DIM, "%s", left);
}

static void draw_status(const struct app *app, struct canvas *canvas, int y)
{
    static const enum role roles[] = {ROLE_TEXT, ROLE_WARN, ROLE_BAD};
    if (!app->has_message && app->prompt.kind == PROMPT_FILTER && app->prompt.echo[0] != '\0') {
        bool wrong = app->prompt.wrong;
        if (app->prompt.edit.length == 0) {
            canvas_phrases(canvas, y, 1, ROLE_DIM, "%s", app->prompt.echo);
        } else {
            canvas_text(canvas, y, 1, wrong ? ROLE_BAD : ROLE_DIM, app->prompt.echo);
        }
        return;
    }
    if (!app->has_message && export_draw_progress(app, canvas, y)) {
        return;
    }
    if (app->has_message) {
        int x = 1;
        if (app->message_kind == LOG_ERROR) {
            x = canvas_text(canvas, y, x, ROLE_BAD, app->glyphs->failed) + 1;
        }
        canvas_text(canvas, y, x, roles[app->message_kind], app->message);
    } else if (app->session.busy &&
               (app_view(app)->action != ACTION_VIEW_RUN || app->page != NULL)) {
        draw_progress(app, canvas, y);
    } else if (app->shows_working) {
        canvas_text(canvas, y, 1, ROLE_DIM, "working ...");
    }
}

/* ---- all of it ---- */

static void draw_body(const struct app *app, struct canvas *canvas)
{
    if (app->page == NULL) {
        app_view(app)->draw(app_view_state(app), app, canvas);
        return;
    }
    canvas_rule(canvas, 0, app->page->title);
    struct canvas text = canvas_part(canvas, 1, 0, canvas->rows - 1, canvas->cols);
    page_draw(app->page, &text);
}

/* Too small for a screen: one line, what runs or where we are, and what to do. */
static void draw_tiny(const struct app *app, struct canvas *canvas)
{
    const struct session *session = &app->session;
    if (app->prompt.kind != PROMPT_NONE) {
        prompt_draw(&app->prompt, &app->settings.keymap, canvas);
    } else if (app->has_message) {
        draw_status(app, canvas, 0);
    } else if (session->busy && session->progress.total > 0) {
        canvas_printf(canvas, 0, 0, ROLE_TEXT, "%s %.0f %%  (enlarge)", session->progress.stage,
                      100 * (double)session->progress.done / (double)session->progress.total);
    } else {
        canvas_printf(canvas, 0, 0, ROLE_TEXT, "%s (enlarge)", app_view(app)->title);
    }
}

void app_draw(struct app *app, struct canvas *canvas)
{
    app->rows = canvas->rows;
    app->cols = canvas->cols;
    app_tick(app);
    app_reasons_begin(app);
    canvas_clear(canvas);
    if (canvas->rows < LEAST_ROWS || canvas->cols < LEAST_COLS) {
        draw_tiny(app, canvas);
        return;
    }
    app_draw_header(app, canvas);
    struct canvas body = canvas_part(canvas, 1, 0, canvas->rows - FRAME_ROWS, canvas->cols);
    draw_body(app, &body);
    draw_status(app, canvas, canvas->rows - 2);
    if (app->prompt.kind == PROMPT_EXPORT) {
        export_draw(app, canvas);
    }
    if (app->prompt.kind != PROMPT_NONE) {
        prompt_draw(&app->prompt, &app->settings.keymap, canvas);
    } else {
        app_draw_footer(app, canvas, canvas->rows - 1);
    }
    app_reasons_ask(app);
}
