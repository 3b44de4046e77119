/* What the app itself writes to files: screenshots. Files are written by the queries thread,
 * the UI thread touches no disk. */
#include "app/app_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "lists/rows_query.h"

enum { SCREENSHOT_LINE = 16384 };

struct screenshot {
    struct query query; /* first: the queries thread knows only this */
    char *path;
    struct canvas *canvas;
};

static void write_screenshot(struct query *query, const struct progress *progress)
{
    struct screenshot *shot = (struct screenshot *)query;
    (void)progress;
    struct outfile *file = outfile_no_pipe(shot->path, &query->status)
                               ? outfile_open(shot->path, &query->status)
                               : NULL;
    if (file == NULL) {
        return;
    }
    char line[SCREENSHOT_LINE];
    for (int y = 0; y < shot->canvas->rows; y++) {
        canvas_row(shot->canvas, y, line, sizeof line);
        outfile_write(file, line, strlen(line)); /* longer than outfile_printf() allows */
        outfile_write(file, "\n", 1);
    }
    outfile_commit(file, &query->status);
}

static void free_screenshot(struct query *query)
{
    struct screenshot *shot = (struct screenshot *)query;
    free(shot->path);
    canvas_free(shot->canvas);
    free(shot);
}

bool app_screenshot(struct app *app, const char *path)
{
    struct status status = {0};
    if (path[0] == '\0') {
        app_say(app, LOG_ERROR, "screenshot wants the name of a file");
        return false;
    }
    struct screenshot *shot = mem_zero(1, sizeof *shot, "a screenshot", &status);
    if (shot == NULL) {
        app_say(app, LOG_ERROR, "%s", status.text);
        return false;
    }
    shot->query.work = write_screenshot;
    shot->query.free = free_screenshot;
    shot->path = mem_text(path, strlen(path), &status);
    shot->canvas = canvas_new(app->rows, app->cols, app->glyphs, &status);
    if (shot->path == NULL || shot->canvas == NULL) {
        free_screenshot(&shot->query);
        app_say(app, LOG_ERROR, "%s", status.text);
        return false;
    }
    app_draw(app, shot->canvas);
    return app_query(app, app, &shot->query);
}

void app_answer(struct app *app, struct query *query)
{
    if (app_saved_answer(app, query) || app_settings_answer(app, query)) {
        return;
    }
    if (query->slot == SLOT_FILTER) {
        app_filter_counted(app, (const struct rows_query *)query);
        return;
    }
    if (query->slot == SLOT_FOLLOW || query->slot == SLOT_NEWS) {
        app_follow_answer(app, query);
        return;
    }
    if (query->slot == SLOT_NUMBERS) {
        review_numbers_answer(app, query);
        return;
    }
    if (query->slot == SLOT_EXPORT || query->slot == SLOT_EXPORT_COUNT) {
        export_answer(app, query);
        return;
    }
    if (query->slot == SLOT_REASONS) {
        app_reasons_answer(app, query);
        return;
    }
    if (query->slot == SLOT_PAST) {
        app_past_answer(app, query);
        return;
    }
    if (query->slot == SLOT_FOLDER) {
        app_folder_answer(app, query);
        return;
    }
    if (query->slot == SLOT_LINES) {
        app_lines_answer(app, query);
        return;
    }
    if (query->slot == SLOT_HOSTS) {
        app_hosts_answer(app, query);
        return;
    }
    if (query->slot == SLOT_WHY) {
        app_why_answer(app, query);
        return;
    }
    const struct screenshot *shot = (const struct screenshot *)query;
    if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
    } else if (app->scripted) {
        app_log(app, LOG_NOTE, "the screen is in %s", shot->path);
    } else {
        app_say(app, LOG_NOTE, "the screen is in %s", shot->path);
    }
}
