/* Scripts: what is understood, what is waited for, and what they leave behind. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "script.h"
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

/* Plays to the end, as the loop does. */
static void play(struct app *app, struct script *script)
{
    while (!script_ended(script)) {
        script_play(script, app);
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        poll(&fd, 1, 1);
        app_mail(app);
    }
    script_play(script, app);
    fixture_wait(app);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(actions_keys_and_text_are_played),
        cmocka_unit_test(screenshots_are_what_is_seen),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
