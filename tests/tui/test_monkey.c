/* Keys, commands, clicks and answers in any order, while runs replace each other: for the
 * sanitizers, and so that nothing but what was asked for ends the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { SESSIONS = 4, STEPS = 600 };

static const char *const commands[] = {
    "filter user:U6*",
    "filter sort:iforest",
    "filter copies:>3",
    "clear-filter",
    "search U1",
    "next",
    "columns rank time total_events nbhours_ratio",
    "columns default",
    "k 37",
    "k 3000",
    "threshold 5%",
    "detector lof",
    "detector ensemble",
    "sort nbhours_ratio",
    "sort time",
    "heat nbhours_ratio",
    "export /dev/null",
    "note seen",
    "why shapley",
    "queue pooled",
    "queue stratified",
    "controls 3",
    "repeats 3",
    "blind",
    "users",
    "versions",
    "hour",
    "identical",
    "beside",
};

static const char *const runs[] = {
    "run trees=5",
    "run features=total_events",
    "run features=total_events,failed_events,dst_hosts",
    "run features=total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
    "nbhours_ratio",
    "run models=lof",
    "run models=iforest,lof",
    "run models=iforest lof=sklearn",
};

static const char *one_of(const char *const *lines, size_t n, uint64_t *random)
{
    return lines[fixture_below(random, n)];
}

/* Not those that type: what is written where is not to depend on chance. */
static void press(struct app *app, uint64_t *random)
{
    static const keycode keys[] = {
        KEYS_UP,  KEYS_DOWN, KEYS_LEFT,  KEYS_RIGHT,   KEYS_HOME,
        KEYS_END, KEYS_TAB,  KEYS_ENTER, KEYS_ESC,     KEYS_PAGE_DOWN,
        '1',      '2',       '3',        '4',          '5',
        '6',      '7',       '8',        't',          'f',
        'z',      'Z',       'u',        'a',          'y',
        's',      'S',       'x',        'X',          'w',
        'p',      'H',       'I',        'C',          'T',
        '<',      '>',       'L',        'm',          '[',
        ']',      '+',       '-',        '?',          'i',
        'q',      'n',       'N',        KEYS_BACK_TAB};
    bool asked = app->prompt.kind != PROMPT_NONE && app->prompt.kind != PROMPT_CONFIRM;
    app_key(app, asked ? KEYS_ESC : keys[fixture_below(random, sizeof keys / sizeof *keys)]);
}

static void draw_and_click(struct app *app, bool click, uint64_t *random)
{
    int rows = (int)fixture_below(random, 50), cols = (int)fixture_below(random, 160);
    const struct mouse mouse = {.kind = click ? MOUSE_CLICK : MOUSE_WHEEL_DOWN,
                                .y = (int)fixture_below(random, 50),
                                .x = (int)fixture_below(random, 160)};
    struct canvas *canvas = canvas_new(rows, cols, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    app->dirty = false;
    app_mouse(app, canvas, &mouse);
    canvas_free(canvas);
}

static void step(struct app *app, uint64_t *random)
{
    size_t what = fixture_below(random, 100);
    if (what < 60) {
        press(app, random);
    } else if (what < 75) {
        app_command(app, one_of(commands, sizeof commands / sizeof *commands, random));
    } else if (what < 78) {
        app_command(app, one_of(runs, sizeof runs / sizeof *runs, random));
    } else if (what < 88) {
        draw_and_click(app, what < 84, random);
    } else if (what < 92) {
        fixture_wait(app);
    } else {
        app_mail(app);
    }
    app->quit = app->suspend = false;
}

static void sessions_of_chance(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-monkey-XXXXXX", store[64], command[80];
    assert_non_null(mkdtemp(directory));
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    for (uint64_t seed = 1; seed <= SESSIONS; seed++) {
        uint64_t random = seed;
        struct app *app =
            fixture_open_reviewed("lanl_user_hours.csv", "iforest,lof", store, "ann");
        for (int i = 0; i < STEPS; i++) {
            step(app, &random);
        }
        fixture_wait(app);
        fixture_draw_all_sizes(app);
        assert_int_equal(app->failure.code, STATUS_OK);
        app_free(app);
    }
    snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_of_chance),
    };
    return cmocka_run_group_tests_name("monkey", tests, NULL, NULL);
}
