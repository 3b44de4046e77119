/* The configuration: what is read, what is said of what is wrong, what is written. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/settings.h"
#include "tui/fixture.h"
#include "unit/test.h"

static struct settings read_text(const char *text, struct settings_remarks *remarks)
{
    struct settings settings;
    settings_init(&settings);
    *remarks = (struct settings_remarks){0};
    settings_parse(&settings, text, strlen(text), remarks);
    return settings;
}

static void what_is_right_counts(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    char keys[64];
    struct settings settings =
        read_text("{\"keys\": {\"open\": [\"Enter\", \"%\"], \"pane\": []},\n"
                  " \"glyphs\": \"ascii\", \"color\": \"never\",\n"
                  " \"colors\": {\"bad\": \"magenta\", \"dim\": 208},\n"
                  " \"mouse\": true, \"k\": 50, \"columns\": \"rank user why\"}\n",
                  &remarks);
    assert_int_equal(remarks.n, 0);
    assert_int_equal(keymap_action(&settings.keymap, '%', CONTEXT_MOVE), ACTION_OPEN);
    keymap_keys(&settings.keymap, ACTION_OPEN, keys, sizeof keys);
    assert_string_equal(keys, "Enter %");
    keymap_keys(&settings.keymap, ACTION_PANE, keys, sizeof keys);
    assert_string_equal(keys, "");
    assert_true(settings.glyphs_chosen && settings.glyphs == GLYPHS_ASCII);
    assert_int_equal(settings.color, COLOR_NEVER);
    assert_int_equal(settings.palette.rich[ROLE_BAD], 5);
    assert_int_equal(settings.palette.plain[ROLE_BAD], 5);
    assert_int_equal(settings.palette.rich[ROLE_DIM], 208);
    assert_int_equal(settings.palette.plain[ROLE_DIM], 1); /* orange: of eight it is red */
    assert_true(settings.mouse);
    assert_int_equal(settings.k, 50);
    assert_string_equal(settings.columns, "rank user why");
}

static void what_is_wrong_is_named_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"{\"keys\":{\"open\":[\"Enter\",\"Ctrl-Foo\"]}}",
         "keys.open[1]: 'Ctrl-Foo' is no key; did you mean 'Ctrl-F'?"},
        {"{\"keys\":{\"opne\":[\"x\"]}}", "keys: 'opne' is no action; did you mean 'open'?"},
        {"{\"keys\":{\"open\":\"x\"}}", "keys.open should be a list of keys, not a text"},
        {"{\"keys\":{\"open\":[7]}}", "keys.open[0] should be the name of a key, not a number"},
        {"{\"keys\":{\"open\":[\"x\"],\"why\":[\"w\",\"x\"]}}",
         "keys.why[1]: 'x' is keys.open[0] already, which keeps it"},
        {"{\"keys\":{\"open\":[\"x\"],\"open\":[]}}",
         "keys.open is there twice; the first counts"},
        {"{\"keys\":[]}", "keys should be an object of actions, not a list"},
        {"{\"glyphs\":\"brail\"}", "glyphs: 'brail' is no set of glyphs"},
        {"{\"glyph\":\"ascii\"}", "'glyph' is no setting; did you mean 'glyphs'?"},
        {"{\"colour\":\"never\"}", "'colour' is no setting; did you mean 'color'?"},
        {"{\"color\":true}", "color should be auto, always or never, not true or false"},
        {"{\"colors\":{\"bad\":\"redd\"}}",
         "colors.bad: 'redd' is no colour; did you mean 'red'?"},
        {"{\"colors\":{\"bda\":1}}", "colors: 'bda' is no role; did you mean 'bad'?"},
        {"{\"colors\":{\"bad\":256}}", "colors.bad should be a whole number from 0 to 255"},
        {"{\"colors\":{\"bad\":[]}}",
         "colors.bad should be the name or number of a colour, not a list"},
        {"{\"columns\":[\"rank\"]}", "columns should be a text of names, not a list"},
        {"{\"mouse\":\"on\"}", "mouse should be true or false, not a text"},
        {"{\"k\":0}", "k should be a whole number from 1"},
        {"{\"k\":1e999}", "k should be a whole number from 1"},
        {"{\"k\":2.5}", "k should be a whole number from 1"},
        {"[]", "the file should be an object, not a list"},
        {"{\n  \"k\": 5,\n  \"mouse\" true\n}\n", "line 3: this is not JSON: 'true'"},
        {"{\n\"k\": 5\n} more", "line 3: this is not JSON: 'more'"},
        {"{\n\"k\": 5\n", "line 3: this is not JSON: it ends too early"},
        {"", "line 1: this is not JSON: it ends too early"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct settings_remarks remarks;
        struct settings settings = read_text(wrong[i].text, &remarks);
        if (remarks.errors != 1 || strstr(remarks.list[0].text, wrong[i].says) == NULL) {
            fail_msg("%s: %zu errors, %s", wrong[i].text, remarks.errors, remarks.list[0].text);
        }
        assert_int_equal(settings.k, SETTINGS_DEFAULT_K);
    }
}

static void the_rest_counts_beside_an_error(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    char keys[64];
    struct settings settings =
        read_text("{\"keys\": {\"open\": [\"nokey\", \"x\"], \"help\": [\"nokey\"]}, \"k\": 7}",
                  &remarks);
    assert_int_equal(remarks.errors, 2);
    assert_int_equal(settings.k, 7);
    keymap_keys(&settings.keymap, ACTION_OPEN, keys, sizeof keys);
    assert_string_equal(keys, "x");
    keymap_keys(&settings.keymap, ACTION_HELP, keys, sizeof keys);
    assert_string_equal(keys, "? F1"); /* nothing of it was right: the default */
}

static void episodes_and_reasons_are_settings(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    struct settings settings = read_text(
        "{\"by\": \"episode\", \"gap\": 3.5, \"reasons\": [\"tape\", \"x\"]}", &remarks);
    assert_int_equal(remarks.errors, 0);
    assert_true(settings.by_episode && settings.gap == 3.5);
    assert_int_equal(settings.reasons.n, 2);
    assert_string_equal(settings.reasons.of[0], "tape");
    settings = read_text("{\"by\": \"hour\", \"gap\": 0, \"reasons\": [\"\"]}", &remarks);
    assert_int_equal(remarks.errors, 3);
    assert_true(!settings.by_episode && settings.gap == 2); /* the defaults */
    assert_int_equal(settings.reasons.n, VERDICT_REASONS);
}

static void a_key_means_one_thing(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    char keys[64];
    struct settings settings = read_text("{\"keys\": {\"why\": [\"j\", \"q\"]}}", &remarks);
    assert_int_equal(keymap_action(&settings.keymap, 'j', ~0u), ACTION_WHY);
    assert_int_equal(remarks.errors, 0);
    assert_int_equal(remarks.n, 2);
    assert_string_equal(remarks.list[0].text,
                        "keys.why[0]: 'j' is taken from down, which has only Down now");
    assert_int_equal(remarks.list[0].kind, LOG_NOTE);
    assert_string_equal(remarks.list[1].text,
                        "keys.why[1]: 'q' is taken from close, which has no key now");
    assert_int_equal(remarks.list[1].kind, LOG_WARNING);
    settings = read_text("{\"keys\": {\"up\": [\"j\"], \"down\": [\"k\"]}}", &remarks);
    assert_int_equal(remarks.n, 0); /* both are told, so nothing is a surprise */
    keymap_keys(&settings.keymap, ACTION_UP, keys, sizeof keys);
    assert_string_equal(keys, "j");
    keymap_keys(&settings.keymap, ACTION_DOWN, keys, sizeof keys);
    assert_string_equal(keys, "k");
}

static void there_is_always_a_way_out(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    struct settings settings = read_text(
        "{\"keys\":{\"quit\":[],\"close\":[],\"cancel\":[],\"command\":[]}}", &remarks);
    assert_int_equal(keymap_action(&settings.keymap, 3, 0), ACTION_CANCEL);
    assert_int_equal(remarks.errors, 1);
}

static void a_flood_of_errors_is_counted(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct settings_remarks remarks;
    char *text = malloc(N * 16 + 16), *end = text;
    assert_non_null(text);
    end += sprintf(end, "{");
    for (int i = 0; i < N; i++) {
        end += sprintf(end, "%s\"x%d\":1", i > 0 ? "," : "", i);
    }
    sprintf(end, "}");
    read_text(text, &remarks);
    assert_int_equal(remarks.n, N);
    free(text);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct settings_remarks remarks;
    struct settings settings =
        read_text("{\"keys\": {\"open\": [\"Enter\", \"Space\", \"\u00e9\"]},"
                  " \"glyphs\": \"braille\", \"k\": 33,"
                  " \"colors\": {\"bar\": \"default\", \"good\": 12}}",
                  &remarks);
    assert_int_equal(remarks.errors, 0);
    char *text = settings_text(&settings, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, "\"good\": \"bright-blue\""));
    struct settings again = read_text(text, &remarks);
    assert_int_equal(remarks.n, 0);
    char *same = settings_text(&again, NULL);
    assert_string_equal(text, same);
    /* The defaults, too: on eight colours as on 256. */
    settings_init(&settings);
    free(text);
    text = settings_text(&settings, NULL);
    again = read_text(text, &remarks);
    assert_int_equal(remarks.n, 0);
    assert_memory_equal(&settings.palette, &again.palette, sizeof settings.palette);
    assert_memory_equal(&settings.keymap, &again.keymap, sizeof settings.keymap.n);
    free(text);
    free(same);
}

/* ---- files ---- */

static char folder[] = "/tmp/odd-XXXXXX";

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void files_are_found_and_refused(void **state)
{
    (void)state;
    struct settings settings;
    struct settings_remarks remarks = {0};
    struct status status = {0};
    bool missing = false;
    char path[200];
    settings_init(&settings);
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/home/x", 1);
    char *place = settings_default_path();
    assert_string_equal(place, "/home/x/.config/oddhours/config.json");
    free(place);
    setenv("XDG_CONFIG_HOME", folder, 1);
    place = settings_default_path();
    snprintf(path, sizeof path, "%s/oddhours/config.json", folder);
    assert_string_equal(place, path);
    assert_false(settings_load(&settings, place, &remarks, &missing, &status));
    assert_true(missing);
    free(place);
    assert_false(settings_load(&settings, folder, &remarks, &missing, &status));
    assert_false(missing); /* a directory is there, but cannot be read */
    assert_int_equal(status.code, STATUS_INPUT);
    snprintf(path, sizeof path, "%s/large", folder);
    char *large = malloc(SETTINGS_BYTES + 2);
    assert_non_null(large);
    memset(large, ' ', SETTINGS_BYTES + 1);
    large[SETTINGS_BYTES + 1] = '\0';
    write_file(path, large);
    free(large);
    assert_int_equal(remarks.n, 0);
    assert_true(settings_load(&settings, path, &remarks, &missing, &status));
    assert_int_equal(remarks.errors, 1);
    unlink(path);
}

/* ---- on the screen ---- */

static void settings_change_while_it_runs(void **state)
{
    struct app *app = *state;
    app->restyled = false;
    fixture_do(app, "color never");
    assert_int_equal(app->settings.color, COLOR_NEVER);
    assert_true(app->restyled);
    fixture_do(app, "color pink");
    assert_true(fixture_shows(app, "color is auto, always or never, not 'pink'"));
    fixture_do(app, "glyphs ascii");
    fixture_do(app, "scores");
    assert_true(fixture_shows(app, "> 3 Scores"));
    fixture_do(app, "glyphs braille");
    assert_true(app->glyphs->braille);
    assert_true(fixture_shows(app, "\u28ff"));
    fixture_do(app, "glyphs round");
    assert_true(fixture_shows(app, "not 'round'"));
    app->ascii_only = true; /* such a terminal shows nothing else */
    fixture_do(app, "glyphs block");
    assert_true(app->glyphs->ascii);
    assert_true(fixture_shows(app, "only ascii"));
    app->ascii_only = false;
    fixture_do(app, "glyphs auto");
    assert_string_equal(app->glyphs->name, "block");
    fixture_do(app, "color auto");
}

static void settings_are_shown_and_written(void **state)
{
    struct app *app = *state;
    char line[300], path[200], bytes[64] = "";
    fixture_do(app, "config");
    assert_true(fixture_shows(app, "no file: the defaults"));
    fixture_do(app, "back");
    setenv("XDG_CONFIG_HOME", folder, 1);
    fixture_do(app, "k 30");
    snprintf(path, sizeof path, "%s/oddhours/config.json", folder);
    snprintf(line, sizeof line, "config %s", path);
    fixture_do(app, line); /* makes the folder */
    assert_true(fixture_shows(app, "the settings are in"));
    struct settings settings;
    struct settings_remarks remarks = {0};
    bool missing;
    settings_init(&settings);
    assert_true(settings_load(&settings, path, &remarks, &missing, NULL));
    assert_int_equal(remarks.n, 0);
    assert_int_equal(settings.k, 30);
    fixture_do(app, line); /* and over it */
    assert_true(fixture_shows(app, "the settings are in"));
    write_file(path, "dt,src_user\n");
    fixture_do(app, line);
    assert_true(fixture_shows(app, "no configuration"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(bytes, sizeof bytes, file));
    fclose(file);
    assert_string_equal(bytes, "dt,src_user\n");                  /* kept */
    write_file(path, "{\"title\": \"Top 100\", \"rows\": []}\n"); /* begins as one does */
    fixture_do(app, line);
    assert_true(fixture_shows(app, "no configuration"));
    write_file(path, "{\"title\": 1, \"mouse\": 0}\n"); /* one with errors */
    fixture_do(app, line);
    assert_true(fixture_shows(app, "the settings are in"));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* opening it would wait for ever */
    fixture_do(app, line);
    assert_true(fixture_shows(app, "is no file"));
    snprintf(line, sizeof line, "screenshot %s", path);
    fixture_do(app, line);
    assert_true(fixture_shows(app, "is a pipe, not a file"));
    unlink(path);
    snprintf(path, sizeof path, "%s/oddhours", folder);
    rmdir(path);
}

/* Holds the queries thread until it is cancelled, as the end does. */
static void hold_thread(struct query *query, const struct progress *progress)
{
    (void)query;
    while (!progress_cancelled(progress)) {
        sched_yield();
    }
}

static void free_hold(struct query *query)
{
    free(query);
}

static void what_is_to_be_written_is_written_at_the_end(void **state)
{
    (void)state;
    char path[200];
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct query *hold = calloc(1, sizeof *hold);
    assert_non_null(hold);
    hold->work = hold_thread;
    hold->free = free_hold;
    hold->slot = SLOT_FIND;
    assert_true(app_query(app, app, hold));
    snprintf(path, sizeof path, "%s/last.json", folder);
    app_do(app, ACTION_CONFIG, path);
    app_free(app);
    assert_int_equal(unlink(path), 0);
}

static void the_footer_has_the_keys_of_here_and_now(void **state)
{
    struct app *app = *state;
    const struct settings before = app->settings;
    fixture_do(app, "run");
    assert_false(fixture_shows(app, "cancel")); /* nothing runs */
    fixture_do(app, "top");
    assert_true(fixture_shows(app, "Enter open"));
    assert_true(keymap_set(&app->settings.keymap, ACTION_OPEN, "x F5", NULL));
    assert_true(keymap_set(&app->settings.keymap, ACTION_SORT, "", NULL));
    assert_true(fixture_shows(app, " x open"));
    assert_false(fixture_shows(app, "sort"));
    fixture_do(app, "key x");
    assert_true(fixture_shows(app, "5 User"));
    app->settings = before;
}

static void errors_are_said_and_logged(void **state)
{
    struct app *app = *state;
    struct settings_remarks remarks;
    read_text("{\"keys\":{\"open\":[\"Ctrl-Foo\"]},\"glyph\":1}", &remarks);
    app_settings_remarks(app, "/x/config.json", &remarks);
    assert_true(fixture_shows(app, "2 errors in config.json (8): keys.open[0]: 'Ctrl-Foo'"));
    fixture_do(app, "log");
    assert_true(fixture_shows(app, "settings from /x/config.json"));
    assert_true(fixture_shows(app, "error: keys.open[0]: 'Ctrl-Foo' is no key"));
    assert_true(fixture_shows(app, "error: the file: 'glyph' is no setting"));
}

static int start(void **state)
{
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    *state = fixture_open("lanl_user_hours.csv", "iforest,lof");
    return 0;
}

static int stop(void **state)
{
    app_free(*state);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_counts),
        cmocka_unit_test(what_is_wrong_is_named_by_its_place),
        cmocka_unit_test(the_rest_counts_beside_an_error),
        cmocka_unit_test(episodes_and_reasons_are_settings),
        cmocka_unit_test(a_key_means_one_thing),
        cmocka_unit_test(there_is_always_a_way_out),
        cmocka_unit_test(a_flood_of_errors_is_counted),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(files_are_found_and_refused),
        cmocka_unit_test(settings_change_while_it_runs),
        cmocka_unit_test(settings_are_shown_and_written),
        cmocka_unit_test(what_is_to_be_written_is_written_at_the_end),
        cmocka_unit_test(the_footer_has_the_keys_of_here_and_now),
        cmocka_unit_test(errors_are_said_and_logged),
    };
    return cmocka_run_group_tests_name("config", tests, start, stop);
}
