/* Havoc: keys, commands, texts, clicks and sizes drawn from a seed, while
 * answers and runs come and go. Nothing may crash or hang, every screen must be drawable and
 * every cell safe text, and in the end the explorer does what it is told. ODDHOURS_HAVOC_STEPS
 * and ODDHOURS_HAVOC_SEED say how long and which (`make soak`: longer);
 * ODDHOURS_HAVOC_TRACE=1 writes each step to standard error. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "tui/review_place.h"
#include "unit/test.h"

enum { STEPS = 4000, TEXT = 96 };

struct havoc {
    struct app *app;
    uint32_t seed;
    bool trace;
    unsigned long step;
};

static uint32_t draw(struct havoc *havoc, uint32_t below)
{
    havoc->seed = havoc->seed * 1664525u + 1013904223u;
    return (havoc->seed >> 8) % below;
}

static void tell(const struct havoc *havoc, const char *what, const char *text)
{
    if (havoc->trace) {
        fprintf(stderr, "# %lu %s %s\n", havoc->step, what, text);
    }
}

/* What commands and prompts are given: good, wrong, long, and names that cannot be written. */
static const char *const words[] = {
    "",
    "0",
    "1",
    "7",
    "17",
    "2966",
    "2967",
    "-1",
    "99999999999999999999",
    "1e3",
    "nan",
    "5%",
    "20/day",
    "0.5",
    "y",
    "on",
    "off",
    "out.csv",
    "out.json",
    "out.md",
    "nowhere/out.csv",
    "/dev/full",
    ".",
    "iforest",
    "lof",
    "ensemble",
    "autoencoder",
    "failed_events",
    "U66*",
    "U22@DOM1",
    "user:U66*",
    "failed:>=3",
    "flagged:lof",
    "like:5",
    "identical:17",
    "(user:U1* | failed:>2) !day:0",
    "user:\"",
    "((((",
    "@mine",
    "mine",
    "d00 03h",
    "k=20",
    "top k=10",
    "pooled k=5 blind",
    "stratified k=50 each=3",
    "shapley",
    "default",
    "rank iforest user",
    "total_events",
    "block",
    "braille",
    "ascii",
    "always",
    "never",
    "trees=3",
    "trees=3 models=iforest",
    "trees=4 models=iforest,lof neighbors=5",
    "trees=0",
    "epochs=many",
    "models=none",
    "seed=7 models=lof",
    "\xe6\xbc\xa2\xe5\xad\x97",
    "e\xcc\x81\xcc\x81\xcc\x81",
    "\xe2\x80\xae"
    "evil",
    "a word and another, with \"quotes\" and a long tail that no screen of forty columns can "
    "show",
};

/* Lines that mean something, so that sessions go deep and runs replace each other. */
static const char *const lines[] = {
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
    "run trees=5",
    "run features=total_events",
    "run features=total_events,failed_events,dst_hosts",
    "run features=total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events",
    "run models=lof",
    "run models=iforest,lof",
    "run models=iforest lof=sklearn",
};

/* Texts for prompts, cut and joined from the words. */
static const char *some_text(struct havoc *havoc)
{
    return words[draw(havoc, sizeof words / sizeof words[0])];
}

static void press(struct havoc *havoc, keycode key)
{
    char name[KEY_NAME];
    keycode_name(key, name);
    tell(havoc, "key", name);
    app_key(havoc->app, key);
}

static void press_any(struct havoc *havoc)
{
    const struct keymap *keymap = app_keymap(havoc->app);
    press(havoc, keymap->bindings[draw(havoc, (uint32_t)keymap->n)].key);
}

/* Keys that edit a prompt, choose in it, or mean nothing. */
static void press_odd(struct havoc *havoc)
{
    static const keycode keys[] = {
        KEYS_ENTER,  KEYS_ENTER,  KEYS_ESC,      KEYS_TAB, KEYS_BACK_TAB, KEYS_BACKSPACE,
        KEYS_DELETE, KEYS_INSERT, KEYS_F1 + 11,  KEYS_UP,  KEYS_DOWN,     KEYS_HOME,
        KEYS_END,    'y',         KEY_CTRL('W'), 1,        KEY_CTRL('K'), 0x6f22,
        0x301,       0x202e,      0x10ffff,      0x7f,     'n',           0};
    press(havoc, keys[draw(havoc, sizeof keys / sizeof keys[0])]);
}

static void type(struct havoc *havoc, const char *text)
{
    tell(havoc, "type", text);
    for (const char *at = text; *at != '\0'; at++) {
        app_key(havoc->app, (keycode)(unsigned char)*at);
    }
}

static void command(struct havoc *havoc)
{
    char line[TEXT + 64];
    enum action action = (enum action)(1 + draw(havoc, ACTION_COUNT - 1));
    snprintf(line, sizeof line, "%s %.*s", action_info(action)->name, TEXT, some_text(havoc));
    tell(havoc, "command", line);
    app_command(havoc->app, line);
}

static void sensible(struct havoc *havoc)
{
    const char *line = lines[draw(havoc, sizeof lines / sizeof lines[0])];
    tell(havoc, "command", line);
    app_command(havoc->app, line);
}

/* A screen of any size, and sometimes a click into it. */
static void look(struct havoc *havoc)
{
    static const int rows[] = {24, 24, 24, 0, 1, 3, 7, 8, 13, 40, 70};
    static const int cols[] = {80, 80, 80, 0, 1, 20, 39, 40, 61, 132, 250};
    int height = rows[draw(havoc, sizeof rows / sizeof rows[0])];
    int width = cols[draw(havoc, sizeof cols / sizeof cols[0])];
    struct canvas *canvas = fixture_canvas(havoc->app, height, width);
    if (draw(havoc, 3) == 0 && height > 0 && width > 0) {
        const struct mouse mouse = {(enum mouse_kind)draw(havoc, 3),
                                    (int)draw(havoc, (uint32_t)height),
                                    (int)draw(havoc, (uint32_t)width)};
        tell(havoc, "mouse", "");
        app_mouse(havoc->app, canvas, &mouse);
    }
    canvas_free(canvas);
}

static void do_something(struct havoc *havoc)
{
    uint32_t what = draw(havoc, 100);
    if (what < 50) {
        press_any(havoc);
    } else if (what < 65) {
        press_odd(havoc);
    } else if (what < 74) {
        command(havoc);
    } else if (what < 80) {
        sensible(havoc);
    } else if (what < 85) {
        type(havoc, some_text(havoc));
    } else if (what < 98) {
        look(havoc);
    } else {
        fixture_wait(havoc->app);
    }
    app_mail(havoc->app);
    havoc->app->quit = havoc->app->suspend = false; /* both are the loop's to do */
}

/* Out of every prompt and page, and to a list. */
static void come_back(struct app *app)
{
    for (int i = 0; i < 4; i++) {
        app_key(app, KEYS_ESC);
    }
    fixture_wait(app);
    if (app_session(app)->blind) {
        fixture_do(app, "blind");
    }
    fixture_do(app, "clear-filter");
    fixture_do(app, "run models=iforest trees=5");
    fixture_do(app, "top");
    canvas_free(fixture_canvas(app, 24, 80));
}

static unsigned long number(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static void whatever_is_typed_it_stays_whole(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(true);
    char source[4096];
    assert_non_null(realpath(place->sample, source));
    assert_int_equal(chdir(place->directory), 0); /* where exports go */
    unsigned long steps = number("ODDHOURS_HAVOC_STEPS", STEPS);
    const struct review_options review = {.on = true, .path = place->store, .reviewer = "ana"};
    struct havoc havoc = {.app =
                              fixture_open_with(source, "iforest,lof", &review, "filters.json"),
                          .seed = (uint32_t)number("ODDHOURS_HAVOC_SEED", 1),
                          .trace = getenv("ODDHOURS_HAVOC_TRACE") != NULL};
    for (; havoc.step < steps; havoc.step++) {
        do_something(&havoc);
    }
    come_back(havoc.app);
    assert_true(fixture_shows(havoc.app, "Top-K"));
    app_free(havoc.app);
    assert_int_equal(chdir("/"), 0);
    review_place_free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_is_typed_it_stays_whole)};
    return cmocka_run_group_tests_name("havoc", tests, NULL, NULL);
}
