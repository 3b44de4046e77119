/* A run that is repeated: its results take the place of the earlier ones, and what was asked of
 * those is void. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "tui/fixture.h"
#include "tui/held.h"
#include "unit/test.h"

static void a_run_is_repeated_with_other_parameters(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "filter iforest:>p99");
    const struct run *before = app->session.run;
    fixture_do(app, "run trees=10 seed=7");
    assert_true(app->session.run != before);
    assert_true(app->session.run->params.detectors.values[0][0] == 10);
    assert_true(app->session.has_result[0]);
    assert_string_equal(app->session.filter.text, "iforest:>p99");
    fixture_do(app, "run tress=10");
    assert_true(fixture_shows(app, "trees"));
    fixture_do(app, "run trees");
    assert_true(fixture_shows(app, "NAME=VALUE"));
    assert_true(app->session.run->params.detectors.values[0][0] == 10);
    app_free(app);
}

/* Runs again, and shows the new run while the queries of the one before still wait. */
static void replace_run(struct app *app)
{
    enum { PATIENCE_MS = 60000 };
    const struct run *before = app->session.run;
    assert_true(app_command(app, "run trees=10"));
    while (app->session.run == before) {
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        app_mail(app);
    }
}

static void an_answer_about_the_run_before_is_void(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct held held;
    fixture_do(app, "top");
    fixture_do(app, "open");
    assert_true(app->session.selected.has_row);
    hold_start(app, &held);
    app_select_user(app, app->session.selected.user + 1); /* its hours are asked for */
    replace_run(app);
    assert_false(app->session.selected.has_row);
    app_enter(app, ACTION_VIEW_USER);
    hold_stop(app, &held);
    assert_false(app->session.selected.has_row); /* of a table that is no more */
    assert_false(app->session.selected.has_user);
    app_free(app);
}

static void an_explanation_of_the_run_before_is_not_shown(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct held held;
    fixture_do(app, "top");
    hold_start(app, &held);
    assert_true(app_command(app, "why"));
    replace_run(app); /* which frees the parameters that the name of the file stood in */
    hold_stop(app, &held);
    assert_null(app->page);
    app_free(app);
}

static void a_list_of_the_run_before_replaces_no_file(void **state)
{
    (void)state;
    char path[] = "/tmp/oddhours-again-XXXXXX", line[64];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct held held;
    fixture_do(app, "top");
    hold_start(app, &held);
    snprintf(line, sizeof line, "export %s", path);
    assert_true(app_command(app, line));
    replace_run(app);
    hold_stop(app, &held);
    assert_int_equal(app->prompt.kind, PROMPT_NONE); /* nobody asks whether to */
    assert_true(fixture_shows(app, "the list was not written"));
    app_free(app);
    unlink(path);
}

static void a_question_about_a_row_of_the_run_before_records_nothing(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-again-XXXXXX", store[64];
    assert_non_null(mkdtemp(directory));
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    struct app *app = fixture_open_reviewed("lanl_user_hours.csv", "iforest", store, "ann");
    struct held held;
    fixture_do(app, "top");
    fixture_do(app, "filter copies:>1"); /* or there is nobody alike */
    for (int alike = 0; alike < 2; alike++) {
        fixture_do(app, "first");
        fixture_do(app, "true-positive");
        fixture_do(app, "first");
        assert_true(app_command(app, alike ? "alike" : "note"));
        assert_int_equal(app->prompt.kind, alike ? PROMPT_CONFIRM : PROMPT_QUESTION);
        hold_start(app, &held);
        struct prompt asked = app->prompt; /* as it stands over the end of the run */
        replace_run(app);
        app->prompt = asked;
        hold_stop(app, &held);
        app_key(app, 'y');
        if (!alike) {
            app_key(app, KEYS_ENTER);
        }
        assert_true(fixture_shows(app, "the run has changed meanwhile"));
        fixture_do(app, "top");
    }
    app_free(app);
    unlink(store);
    rmdir(directory);
}

/* A run may come to stand where one stood that is freed: what was made of that is not its. */
static void explanations_are_of_the_run_that_is_shown(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    for (int i = 0; i < 4; i++) {
        fixture_do(app, "top");
        fixture_do(app, "first");
        fixture_do(app, "why");
        assert_non_null(app->page);
        assert_int_equal(app->page->n, 33);
        fixture_do(app, "back");
        fixture_do(app, "run trees=10");
        fixture_do(app, "run trees=200");
    }
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_repeated_with_other_parameters),
        cmocka_unit_test(an_answer_about_the_run_before_is_void),
        cmocka_unit_test(an_explanation_of_the_run_before_is_not_shown),
        cmocka_unit_test(a_list_of_the_run_before_replaces_no_file),
        cmocka_unit_test(a_question_about_a_row_of_the_run_before_records_nothing),
        cmocka_unit_test(explanations_are_of_the_run_that_is_shown),
    };
    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
