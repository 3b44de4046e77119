/* Scripts: what is understood, what is waited for, and what they leave behind. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "app/script.h"
#include "tui/fixture.h"
#include "unit/test.h"

static struct script *load(const char *text, struct status *status)
{
    char path[] = "/tmp/oddhours-script-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    struct script *script = script_load(path, status);
    unlink(path);
    return script;
}

static void wrong_lines_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"top\nfly\n", "line 2: 'fly' is no action"},
        {"wait lunch\n", "line 1: there is no waiting for 'lunch'"},
        {"# fine\n\nkey j PgDown\n", "line 3: "},
        {"wait ms soon\n", "line 1: there is no waiting"},
        {"wait ms -5\n", "line 1: there is no waiting"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct status status = {0};
        assert_null(load(wrong[i].text, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        assert_non_null(strstr(status.text, wrong[i].says));
    }
    struct status status = {0};
    assert_null(script_load("/nonexistent/script", &status));
    assert_int_equal(status.code, STATUS_IO);
    struct script *empty = load("# nothing\n\n", &status);
    assert_non_null(empty);
    assert_true(script_ended(empty));
    script_free(empty);
    assert_true(script_ended(NULL));
}

/* Plays to the end, as the loop does; false when it has stopped at an error. */
static bool plays(struct app *app, struct script *script, struct status *status)
{
    bool good = true;
    while (good && !script_ended(script)) {
        good = script_play(script, app, status);
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        poll(&fd, 1, 1);
        app_mail(app);
    }
    fixture_wait(app);
    return good && script_play(script, app, status) && !script_failed(script, app, status);
}

static void play(struct app *app, struct script *script)
{
    struct status status = {0};
    if (!plays(app, script, &status)) {
        fail_msg("%s", status.text);
    }
}

static void actions_keys_and_text_are_played(void **state)
{
    (void)state;
    struct status status = {0};
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct script *script = load("wait done\r\n"
                                 "wait iforest\n"
                                 "  data\n"
                                 "k 25\n"
                                 "key &\n"
                                 "type failed:>0 user:U*\n"
                                 "wait idle\n"
                                 "key Enter\n"
                                 "log\n"
                                 "wait ms 1\n"
                                 "wait lof\n", /* never comes: the run has ended without it */
                                 &status);
    assert_non_null(script);
    play(app, script);
    assert_false(app->scripted);
    assert_string_equal(app->session.filter.text, "failed:>0 user:U*");
    assert_int_equal(app->session.selected.k, 25);
    assert_int_equal(app_view(app)->action, ACTION_VIEW_LOG);
    script_free(script);
    app_free(app);
}

/* The lines behind one that fails were written for a screen that is not there. */
static void a_script_stops_at_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"wait done\n\nk 7\nfilter failde:1\nk 25\n", "stopped at line 4, 'filter failde:1': "},
        {"wait done\nk 7\nimport /nonexistent.json\nwait idle\nk 25\n",
         "stopped at line 3, 'import /nonexistent.json': "},
        {"wait done\nk 7\nkey &\ntype failed>3\nkey Enter\nk 25\n",
         "stopped at line 5, 'Enter': column 1"},
        {"wait done\nk 7\ndetector forest\n# end\n", "stopped at line 3, 'detector forest': "},
    };
    char store[] = "/tmp/oddhours-script-XXXXXX";
    int fd = mkstemp(store);
    assert_true(fd >= 0);
    close(fd);
    unlink(store);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct status status = {0};
        struct app *app = fixture_open_reviewed("lanl_user_hours.csv", "iforest", store, "ana");
        struct script *script = load(wrong[i].text, &status);
        assert_non_null(script);
        assert_false(plays(app, script, &status));
        assert_int_equal(status.code, STATUS_IO);
        if (strstr(status.text, wrong[i].says) == NULL) {
            fail_msg("%s", status.text);
        }
        assert_true(script_ended(script));
        assert_int_equal(app->session.selected.k, 7);
        assert_true(script_play(script, app, &status)); /* told of once */
        script_free(script);
        app_free(app);
    }
    unlink(store);
}

/* Up brings what the user has typed, not what a demo has. */
static void its_filters_are_not_the_users(void **state)
{
    (void)state;
    char filters[] = "/tmp/oddhours-filters-XXXXXX";
    int fd = mkstemp(filters);
    struct status status = {0};
    assert_true(fd >= 0);
    close(fd);
    unlink(filters);
    struct app *app = fixture_open_filters("lanl_user_hours.csv", "iforest", filters);
    struct script *script =
        load("filter hour:0-5\nwait idle\nkey &\ntype  user:U1\nkey Enter\n", &status);
    assert_non_null(script);
    play(app, script);
    assert_string_equal(app->session.filter.text, "hour:0-5 user:U1");
    fixture_do(app, "filter hour:7");
    script_free(script);
    app_free(app);
    app = fixture_open_filters("lanl_user_hours.csv", "iforest", filters);
    assert_int_equal(app->filters.n_recent, 1);
    assert_string_equal(app->filters.recent[0], "hour:7");
    app_free(app);
    unlink(filters);
}

/* Rules and bars take three bytes a cell. */
static void wide_screenshots_are_whole(void **state)
{
    (void)state;
    enum { ROWS = 24, COLS = 480 };
    char path[] = "/tmp/oddhours-screen-XXXXXX", text[256], line[4 * COLS + 2];
    int fd = mkstemp(path), lines = 0;
    size_t longest = 0;
    assert_true(fd >= 0);
    close(fd);
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "user U1");
    struct canvas *canvas = canvas_new(ROWS, COLS, app->glyphs, NULL);
    assert_non_null(canvas);
    app_draw(app, canvas);
    canvas_free(canvas);
    snprintf(text, sizeof text, "screenshot %s", path);
    fixture_do(app, text);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (; fgets(line, sizeof line, file) != NULL; lines++) {
        longest = strlen(line) > longest ? strlen(line) : longest;
    }
    fclose(file);
    unlink(path);
    assert_int_equal(lines, ROWS);
    assert_true(longest > 1024);
    app_free(app);
}

static void screenshots_are_what_is_seen(void **state)
{
    (void)state;
    struct status status = {0};
    char path[] = "/tmp/oddhours-screen-XXXXXX", text[256], line[1024];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    assert_false(
        fixture_shows(app, "the screen is in")); /* and a frame has been drawn: 80x24 */
    snprintf(text, sizeof text, "data\nscreenshot %s\nwait idle\nlog\n", path);
    struct script *script = load(text, &status);
    assert_non_null(script);
    play(app, script);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    int lines = 0;
    bool found = false;
    while (fgets(line, sizeof line, file) != NULL) {
        lines++;
        found = found || strstr(line, "user-hours in file order") != NULL;
    }
    fclose(file);
    unlink(path);
    assert_int_equal(lines, 24);
    assert_true(found);
    assert_false(app->has_message); /* a screenshot says nothing that the next would show */
    fixture_do(app, "screenshot /nonexistent/folder/file");
    assert_true(fixture_shows(app, "/nonexistent/folder"));
    fixture_do(app, "screenshot");
    assert_true(fixture_shows(app, "wants the name of a file"));
    script_free(script);
    app_free(app);
}

static void files_are_named_from_the_home_directory(void **state)
{
    (void)state;
    static const char *const lines[] = {"screenshot ~/a.txt", "config ~/a.json",
                                        "export ~/a.csv", "export ~/a.md"};
    char home[] = "/tmp/oddhours-home-XXXXXX";
    assert_non_null(mkdtemp(home));
    setenv("HOME", home, 1);
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "top");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s%s", home, strchr(lines[i], '~') + 1);
        fixture_do(app, lines[i]);
        fixture_wait(app);
        if (access(path, R_OK) != 0) {
            fail_msg("'%s' made no %s: %s", lines[i], path, app->message);
        }
        unlink(path);
    }
    app_free(app);
    rmdir(home);
}

/* Every number that a sentence names is on the screen that it is about. */
static void check_sentence(struct app *app, const char *sentence)
{
    assert_true(text_width(sentence) <= 78); /* seen whole at 80 columns */
    app->has_message = false;                /* not in the sentence itself */
    for (const char *at = sentence; *at != '\0'; at++) {
        char number[32];
        size_t length = strspn(at, "0123456789.,");
        if (length == 0) {
            continue;
        }
        size_t kept = length < sizeof number - 1 ? length : sizeof number - 1;
        memcpy(number, at, kept);
        while (kept > 0 && strchr(".,", number[kept - 1]) != NULL) {
            kept--; /* the end of a clause */
        }
        number[kept] = '\0';
        if (kept > 0 && !fixture_shows(app, number)) {
            fail_msg("'%s' is not to be seen: %s", number, sentence);
        }
        at += length - 1;
    }
}

static void the_demo_says_what_is_seen_in_about_a_minute(void **state)
{
    (void)state;
    char path[4096], line[256], sentence[256] = "";
    const char *source = getenv("ODDHOURS_SRCDIR");
    unsigned long total = 0, ms;
    bool ended = false;
    snprintf(path, sizeof path, "%s/data/demo.odds", source == NULL ? "." : source);
    struct status status = {0};
    struct script *script = script_load(path, &status); /* understood, too */
    assert_non_null(script);
    script_free(script);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char store[] = "/tmp/oddhours-demo-XXXXXX";
    int fd = mkstemp(store);
    assert_true(fd >= 0);
    close(fd);
    unlink(store);
    struct app *app = fixture_open_reviewed("synthetic_user_hours.csv.gz",
                                            "iforest,autoencoder,lof", store, "ana");
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "wait ms %lu", &ms) == 1) {
            /* Time to read it: 20 letters a second, but for the one while the run goes on. */
            assert_true(total == 0 || ms * 20 >= 1000 * strlen(sentence));
            sentence[0] = '\0';
            total += ms;
        } else if (strncmp(line, "say ", 4) == 0) {
            snprintf(sentence, sizeof sentence, "%s", line + 4);
            check_sentence(app, sentence);
        } else if (strncmp(line, "import ", 7) == 0) { /* a path from the sources on */
            snprintf(path, sizeof path, "import %s/%s", source == NULL ? "." : source,
                     line + 7);
            fixture_do(app, path);
        } else if (strcmp(line, "quit") == 0) {
            ended = true;
        } else if (line[0] != '#' && strncmp(line, "wait ", 5) != 0) {
            fixture_do(app, line);
        }
    }
    fclose(file);
    app_free(app);
    unlink(store);
    assert_true(ended);
    assert_true(total >= 45000 && total <= 75000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(actions_keys_and_text_are_played),
        cmocka_unit_test(a_script_stops_at_an_error),
        cmocka_unit_test(its_filters_are_not_the_users),
        cmocka_unit_test(screenshots_are_what_is_seen),
        cmocka_unit_test(files_are_named_from_the_home_directory),
        cmocka_unit_test(wide_screenshots_are_whole),
        cmocka_unit_test(the_demo_says_what_is_seen_in_about_a_minute),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
