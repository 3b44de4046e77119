/* Run: the stages with their progress, and what the detectors have found so far. */
#include "table/losses.h"
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "run/moved.h"
#include "base/mem.h"
#include "lists/user_hours.h"
#include "widgets/chart.h"
#include "widgets/columns.h"
#include "widgets/listbox.h"
#include "widgets/meter.h"

enum { NARROW_COLS = 50, NAME_COLS = 17, WIDE_COLS = 100, FIRST_ROWS = 100 };

/* The view has no state: all it shows is the session's. */
static void *open_run(struct app *app)
{
    (void)app;
    return mem_zero(1, 1, "the run view", NULL);
}

/* What the progress of a stage counts. */
static const char *unit_of(const char *stage)
{
    for (size_t i = 0; i < detector_count(); i++) {
        size_t length = strlen(detectors[i]->name);
        if (strncmp(stage, detectors[i]->name, length) == 0 && stage[length] == ' ') {
            return strcmp(stage + length, " fit") == 0 ? detectors[i]->steps : "profiles";
        }
    }
    return strcmp(stage, "read") == 0 ? "" : "rows";
}

static bool counts_bytes(const char *stage)
{
    return strcmp(stage, "read") == 0;
}

static struct shown amount(const char *stage, double count)
{
    return counts_bytes(stage) ? format_bytes((uint64_t)count) : format_short(count);
}

/* "108/200 trees  0:41  21 trees/s  ~0:35 left", as much as fits. */
static void draw_figures(const struct app *app, struct canvas *canvas, int y, int x)
{
    const struct session *session = app_session(app);
    const struct worker_progress *progress = &session->progress;
    const char *unit = unit_of(progress->stage);
    double now = app_now(app);
    double rate = meter_rate(&session->meter, now), left = meter_left(&session->meter, now);
    if (progress->total > 0) {
        x = canvas_printf(canvas, y, x, ROLE_TEXT, "%s/%s",
                          amount(progress->stage, (double)progress->done).text,
                          amount(progress->stage, (double)progress->total).text);
        if (canvas->cols >= WIDE_COLS) {
            x = canvas_printf(canvas, y, x, ROLE_DIM, " %s", unit);
        }
    } else if (progress->done > 0) {
        x = canvas_printf(canvas, y, x, ROLE_TEXT, "%s %s",
                          amount(progress->stage, (double)progress->done).text, unit);
    }
    x = canvas_printf(canvas, y, x, ROLE_TEXT, "  %s",
                      format_duration(now - session->meter.started).text);
    if (!isnan(rate)) {
        x = canvas_printf(canvas, y, x, ROLE_DIM, "  %s/s", amount(progress->stage, rate).text);
    }
    if (!isnan(left)) {
        canvas_printf(canvas, y, x, ROLE_STRONG, "  ~%s left", format_duration(left).text);
    }
}

static void draw_losses(const struct session *session, struct canvas *canvas, int y)
{
    const struct worker_progress *progress = &session->progress;
    double most = 0;
    size_t n = progress->n_values;
    for (size_t i = 0; i < n; i++) {
        most = progress->values[i] > most ? progress->values[i] : most;
    }
    int x = canvas_text(canvas, y, 3, ROLE_DIM, "loss") + 1;
    int cols = (int)n < 24 ? (int)n : 24;
    chart_spark(canvas, y, x, cols, progress->values, n, most, ROLE_BAR);
    canvas_printf(canvas, y, x + cols + 1, ROLE_TEXT, "%s after epoch %zu",
                  format_score(progress->values[n - 1]).text, n);
}

static void draw_running(const struct app *app, struct canvas *canvas, int y)
{
    const struct worker_progress *progress = &app_session(app)->progress;
    int x = NAME_COLS + 3;
    canvas_text(canvas, y, 1, ROLE_STRONG, canvas->glyphs->cursor);
    canvas_field(canvas, y, 3, NAME_COLS, TEXT_LEFT, ROLE_STRONG, progress->stage);
    if (progress->cancelling) {
        canvas_text(canvas, y, x, ROLE_WARN, "cancelling");
        return;
    }
    if (progress->total > 0) {
        int bar = canvas->cols >= WIDE_COLS ? 22 : canvas->cols >= 76 ? 10 : 8;
        meter_bar(canvas, y, x, bar, ROLE_BAR, progress->done, progress->total);
        x += bar;
        x = canvas_printf(canvas, y, x, ROLE_STRONG, "%4.0f %%  ",
                          100 * (double)progress->done / (double)progress->total);
    }
    draw_figures(app, canvas, y, x);
}

static void draw_finished(const struct stage_record *stage, struct canvas *canvas, int y,
                          bool frozen)
{
    const struct glyphs *glyphs = canvas->glyphs;
    canvas_text(canvas, y, 1, stage->finished ? ROLE_GOOD : ROLE_WARN,
                stage->finished ? glyphs->done : glyphs->failed);
    canvas_field(canvas, y, 3, NAME_COLS, TEXT_LEFT, ROLE_TEXT, stage->name);
    struct shown seconds = format_seconds(stage->seconds);
    canvas_field(canvas, y, NAME_COLS + 3, 8, TEXT_RIGHT, ROLE_TEXT,
                 frozen ? "0.00 s" : seconds.text);
    if (!stage->finished) {
        canvas_text(canvas, y, NAME_COLS + 13, ROLE_WARN, "not finished");
    }
}

/* Draws the stages into `rows` lines and returns how many it took; the running one is always
 * seen. */
static int draw_stages(const struct app *app, struct canvas *canvas, int y, int rows)
{
    const struct session *session = app_session(app);
    const struct worker_progress *progress = &session->progress;
    size_t n = session->n_stages;
    size_t running = session->busy && n > 0 ? n - 1 : n;
    bool losses = session->busy && progress->n_values > 0;
    int room = rows - (losses ? 1 : 0) - (session->busy ? 1 : 0);
    size_t first = room > 0 && n > (size_t)room ? n - (size_t)room : 0;
    int from = y;
    for (size_t i = first; i < n && y - from < rows; i++, y++) {
        if (i == running) {
            draw_running(app, canvas, y);
        } else {
            draw_finished(&session->running->stages[i], canvas, y, app_now(app) == 0);
        }
    }
    if (losses && y - from < rows) {
        draw_losses(session, canvas, y++);
    }
    if (session->busy && session->stage_count > n && y - from < rows) {
        canvas_printf(canvas, y++, 3, ROLE_DIM, "%zu more to come", session->stage_count - n);
    }
    return y - from;
}

/* What the run will take, said before and during the work, and what it takes now. */
static int draw_memory(const struct app *app, struct canvas *canvas, int y, bool low)
{
    const struct session *session = app_session(app);
    const struct estimate *estimate = &session->running->estimate;
    const bool exceeds = session->n_stages > 0 && estimate_exceeds(estimate);
    const bool failed = session->ended && session->running->status.code == STATUS_NOMEM;
    if (exceeds && (session->busy || failed)) {
        char text[STATUS_TEXT];
        estimate_say(estimate, &session->running->params, text, sizeof text);
        return canvas_wrapped(canvas, y, 3, ROLE_WARN, text);
    }
    if (!session->busy || session->n_stages == 0 || !estimate->known || low) {
        return 0;
    }
    const uint64_t needed = app_now(app) == 0 ? 456000000 : estimate->bytes;
    canvas_printf(canvas, y, 3, ROLE_DIM, "memory: about %s at the peak, %s now",
                  format_bytes(needed).text, format_bytes(app_memory(app)).text);
    return 1;
}

static void draw_result(const struct columns *columns, const struct result *result,
                        struct canvas *canvas, int y)
{
    columns_field(columns, canvas, y, 0, ROLE_STRONG, result->title);
    columns_field(columns, canvas, y, 1, ROLE_TEXT,
                  format_grouped(result->scores.flagged_rows).text);
    columns_field(
        columns, canvas, y, 2, ROLE_TEXT,
        format_percent((double)result->scores.flagged_rows / (double)result->scores.scored_rows)
            .text);
    columns_field(columns, canvas, y, 3, ROLE_TEXT,
                  format_score(result->scores.threshold).text);
    columns_field(columns, canvas, y, 4, ROLE_TEXT,
                  format_grouped(result->scores.scored_rows).text);
    if (result->partial[0] != '\0') {
        columns_field(columns, canvas, y, 5, ROLE_WARN, "partial");
    }
}

static bool any_partial(const struct session *session)
{
    for (size_t i = 0; i < session_results(session); i++) {
        if (session->has_result[i] && session->run->results[i].partial[0] != '\0') {
            return true;
        }
    }
    return false;
}

static int draw_results(const struct session *session, struct canvas *canvas, int y)
{
    struct columns columns = {0};
    int from = y;
    int name = canvas->cols < NARROW_COLS ? 16 : 20; /* there the share matters more */
    columns_add(&columns, (struct column){"detector", name, 20, 0, TEXT_LEFT});
    columns_add(&columns, (struct column){"flagged", 10, 12, 0, TEXT_RIGHT});
    columns_add(&columns, (struct column){"share", 7, 8, 1, TEXT_RIGHT});
    columns_add(&columns, (struct column){"above", 9, 10, 2, TEXT_RIGHT});
    columns_add(&columns, (struct column){"rows scored", 11, 12, 3, TEXT_RIGHT});
    if (any_partial(session)) {
        columns_add(&columns, (struct column){"", 7, 7, 0, TEXT_LEFT});
    }
    struct canvas part = canvas_part(canvas, y, 3, canvas->rows - y, canvas->cols - 3);
    columns_place(&columns, part.cols);
    columns_header(&columns, &part, 0, columns.n, false);
    y++;
    for (size_t i = 0; i < session_results(session); i++) {
        if (session->has_result[i]) {
            draw_result(&columns, &session->run->results[i], &part, y - from);
            y++;
        }
    }
    for (size_t i = 0; i < session_results(session); i++) {
        const struct result *one = &session->run->results[i];
        const char *texts[] = {one->partial, one->health};
        for (size_t k = 0; session->has_result[i] && k < 2; k++) {
            char text[240];
            if (texts[k][0] != '\0') {
                snprintf(text, sizeof text, "%s: %s", one->brief, texts[k]);
                y += canvas_wrapped(canvas, y, 3, k == 0 ? ROLE_WARN : ROLE_DIM, text);
            }
        }
    }
    return y - from;
}

/* What of the input is not in these results. */
static int draw_left_out(const struct session *session, struct canvas *canvas, int y)
{
    char text[LOSSES_TEXT];
    int from = y;
    for (size_t i = 0;
         session->has_table && losses_say(session->run->table, i, text, sizeof text); i++) {
        y += canvas_wrapped(canvas, y, 3, ROLE_WARN, text);
    }
    return y - from;
}

static bool any_result(const struct session *session)
{
    for (size_t i = 0; i < session_results(session); i++) {
        if (session->has_result[i]) {
            return true;
        }
    }
    return false;
}

static void draw_first_rows(const struct table *table, struct canvas *canvas)
{
    uint32_t rows[FIRST_ROWS];
    size_t n = table->n_rows < FIRST_ROWS ? table->n_rows : FIRST_ROWS;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (uint32_t)i;
    }
    user_hours_draw(table, rows, n, SIZE_MAX, canvas);
}

static void draw_run(void *state, const struct app *app, struct canvas *canvas)
{
    (void)state;
    const struct session *session = app_session(app);
    if (session->running == NULL) {
        canvas_text(canvas, 0, 1, ROLE_DIM, "starting");
        return;
    }
    bool low = canvas->rows < 14;
    if (low && session->ended && any_result(session)) {
        draw_results(session, canvas, 0);
        return;
    }
    int y = draw_stages(app, canvas, 0, low ? canvas->rows : RUN_STAGES_MAX + 2);
    if (session->ended && session->running->status.code > STATUS_CANCELLED) {
        canvas_printf(canvas, y++, 1, ROLE_BAD, "%s %s", canvas->glyphs->failed,
                      session->running->status.text);
    }
    y += draw_memory(app, canvas, y, low);
    y += draw_left_out(session, canvas, y);
    if (session->has_table && session->run->extension != NULL) {
        char text[STATUS_TEXT];
        run_extension_say(session->run, text, sizeof text);
        y += canvas_wrapped(canvas, y, 3, ROLE_DIM, text);
    }
    if (session->has_table && session->run->reference != NULL) {
        char text[STATUS_TEXT];
        run_reference_say(session->run, text, sizeof text);
        y += canvas_wrapped(canvas, y, 3, ROLE_DIM, text);
        if (session->ended) {
            bool again = moved_say(session->run, text, sizeof text);
            y += canvas_wrapped(canvas, y, 3, again ? ROLE_WARN : ROLE_DIM, text);
        }
    }
    if (any_result(session)) {
        draw_results(session, canvas, y + (low ? 0 : 1));
    } else if (session_table(session) != NULL && !low) {
        canvas_rule(canvas, y + 1, "the first user-hours");
        struct canvas part = canvas_part(canvas, y + 2, 0, canvas->rows - y - 2, canvas->cols);
        draw_first_rows(session_table(session), &part);
    }
}

static unsigned act_run(void *state, struct app *app, enum action action, const char *argument)
{
    (void)state, (void)argument;
    if (action == ACTION_OPEN && any_result(app_session(app))) {
        app_enter(app, ACTION_VIEW_TOPK);
        return REACT_DONE;
    }
    return REACT_PASS;
}

static const enum action footer[] = {ACTION_VIEW_TOPK, ACTION_VIEW_SCORES, ACTION_VIEW_DATA,
                                     ACTION_CANCEL,    ACTION_CARD,        ACTION_COMMAND,
                                     ACTION_HELP,      ACTION_NONE};

const struct view_ops view_run = {
    .action = ACTION_VIEW_RUN,
    .title = "Run",
    .contexts = CONTEXT_MOVE,
    .footer = footer,
    .open = open_run,
    .close = free,
    .draw = draw_run,
    .act = act_run,
};
