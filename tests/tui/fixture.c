#include "tui/fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/script.h"
#include "tui/golden.h"
#include "unit/test.h"

enum { PATIENCE_MS = 60000 };

/* Takes mails until `done` holds. */
static void wait_until(struct app *app, bool (*done)(const struct app *app))
{
    app_mail(app);
    while (!done(app)) {
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        if (poll(&fd, 1, PATIENCE_MS) == 0) {
            fail_msg("the threads do not answer");
        }
        app_mail(app);
    }
}

static bool has_ended(const struct app *app)
{
    return app->session.ended;
}

static bool is_idle(const struct app *app)
{
    return app->session.ended && app_idle(app);
}

void fixture_wait(struct app *app)
{
    wait_until(app, is_idle);
    app_mail(app);
}

static struct app *open_lists(const char *file, const char *models,
                              const struct review_options *review, const char *filters,
                              bool own)
{
    char path[4096];
    struct status status = {0};
    struct run_params params;
    const char *source = getenv("ODDHOURS_SRCDIR");
    run_params_init(&params);
    assert_true(run_params_set(&params, "models", models, &status));
    params.own = own; /* without: the screens of the detectors */
    snprintf(path, sizeof path, file[0] == '/' ? "%s" : "%s/data/%s",
             file[0] == '/'   ? file
             : source == NULL ? "."
                              : source,
             file);
    free(params.input);
    params.input = strdup(path);
    params.threads = 2;
    const struct app_options options = {
        .params = &params, .frozen = true, .review = *review, .filters = filters};
    struct app *app = app_new(&options, &status);
    assert_non_null(app);
    assert_true(app_start(app, &status));
    run_params_clear(&params);
    wait_until(app, has_ended);
    fixture_wait(app);
    app->has_message = false;
    return app;
}

struct app *fixture_open_with(const char *file, const char *models,
                              const struct review_options *review, const char *filters)
{
    return open_lists(file, models, review, filters, false);
}

struct app *fixture_open_own(const char *file, const char *models, const char *reviews)
{
    const struct review_options review = {
        .on = reviews != NULL, .path = reviews, .reviewer = "ana"};
    return open_lists(file, models, &review, NULL, true);
}

struct app *fixture_open(const char *file, const char *models)
{
    const struct review_options none = {.on = false};
    return fixture_open_with(file, models, &none, NULL);
}

struct app *fixture_open_reviewed(const char *file, const char *models, const char *reviews,
                                  const char *reviewer)
{
    const struct review_options review = {.on = true, .path = reviews, .reviewer = reviewer};
    return fixture_open_with(file, models, &review, NULL);
}

struct app *fixture_open_filters(const char *file, const char *models, const char *filters)
{
    const struct review_options none = {.on = false};
    return fixture_open_with(file, models, &none, filters);
}

void fixture_do(struct app *app, const char *line)
{
    if (strncmp(line, "key ", 4) == 0) {
        for (const char *word = line + 4; *word != '\0'; word += strspn(word, " ")) {
            size_t length = strcspn(word, " ");
            keycode key = keycode_parse(word, length);
            assert_true(key != KEY_NONE);
            app_key(app, key);
            fixture_wait(app);
            word += length;
        }
        return;
    }
    app->has_message = false;
    assert_true(app_command(app, line));
    fixture_wait(app);
}

static struct canvas *draw(struct app *app, int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    if (app->session.ended) {
        fixture_wait(app); /* a view may ask for what it lacks while it draws */
        app_draw(app, canvas);
    }
    return canvas;
}

void fixture_golden(struct app *app, int rows, int cols, enum glyph_set set, const char *name)
{
    const struct glyphs *before = app->glyphs;
    app->glyphs = glyphs_get(set);
    struct canvas *canvas = draw(app, rows, cols);
    golden_check(canvas, name);
    canvas_free(canvas);
    app->glyphs = before;
}

void fixture_goldens(struct app *app, const char *name)
{
    static const struct {
        int rows, cols;
        enum glyph_set set;
        const char *suffix;
    } kinds[] = {
        {24, 80, GLYPHS_BLOCK, "80x24"},
        {24, 80, GLYPHS_ASCII, "80x24_ascii"},
        {8, 40, GLYPHS_BLOCK, "40x8"},
        {8, 40, GLYPHS_ASCII, "40x8_ascii"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char full[128];
        snprintf(full, sizeof full, "%s_%s", name, kinds[i].suffix);
        fixture_golden(app, kinds[i].rows, kinds[i].cols, kinds[i].set, full);
    }
}

/* A cell holds what text_safe() would let through, and nothing wider than it says. */
static void check_cells(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_cell(canvas, y, x);
            char safe[3 * CELL_TEXT + 1];
            text_safe(safe, sizeof safe, cell->text, strlen(cell->text), canvas->glyphs->ascii);
            assert_string_equal(safe, cell->text);
            assert_true(cell->text[0] == '\0' || text_width(cell->text) == cell->width);
        }
    }
}

struct canvas *fixture_canvas(struct app *app, int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    check_cells(canvas);
    return canvas;
}

void fixture_draw_all_sizes(struct app *app)
{
    static const int sizes[][2] = {{0, 0},   {1, 1},   {1, 80},   {24, 1},   {3, 20},
                                   {7, 39},  {8, 40},  {9, 41},   {12, 60},  {17, 60},
                                   {24, 80}, {25, 81}, {24, 132}, {60, 200}, {70, 250}};
    for (int set = GLYPHS_BLOCK; set <= GLYPHS_ASCII; set++) {
        app->glyphs = glyphs_get((enum glyph_set)set);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct canvas *canvas = draw(app, sizes[i][0], sizes[i][1]);
            check_cells(canvas);
            canvas_free(canvas);
        }
    }
    app->glyphs = glyphs_get(GLYPHS_BLOCK);
}

static bool has_text(const struct canvas *canvas, const char *text)
{
    char row[1024];
    bool found = false;
    for (int y = 0; y < canvas->rows; y++) {
        canvas_row(canvas, y, row, sizeof row);
        found = found || strstr(row, text) != NULL;
    }
    return found;
}

bool fixture_shows(struct app *app, const char *text)
{
    struct canvas *canvas = draw(app, 24, 80);
    bool found = has_text(canvas, text);
    canvas_free(canvas);
    return found;
}

bool fixture_shows_now(struct app *app, const char *text)
{
    struct canvas *canvas = canvas_new(24, 80, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    bool found = has_text(canvas, text);
    canvas_free(canvas);
    return found;
}
