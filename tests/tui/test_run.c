/* The Run view while a run goes on: held in the middle of a stage, cancelled, failed. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/fixture.h"
#include "unit/test.h"

/* Starts a run that stops at the next report of `stage` with `done` units or more. */
static struct app *start_gated(const char *stage, uint64_t done)
{
    char path[4096];
    struct status status = {0};
    struct run_params params;
    const char *source = getenv("ODDHOURS_SRCDIR");
    run_params_init(&params);
    params.own = false;
    snprintf(path, sizeof path, "%s/data/lanl_user_hours.csv", source == NULL ? "." : source);
    free(params.input);
    params.input = strdup(path);
    params.threads = 1;
    assert_true(run_params_set(&params, "models", "iforest,autoencoder,lof", &status));
    assert_true(run_params_set(&params, "epochs", "100", &status)); /* reports come by then */
    const struct app_options options = {.params = &params, .frozen = true};
    struct app *app = app_new(&options, &status);
    assert_non_null(app);
    worker_gate(app->worker, stage, done);
    assert_true(app_start(app, &status));
    run_params_clear(&params);
    return app;
}

/* Progress does not wake more than so often, so this looks again after a moment. */
static void wait_for_mail(struct app *app)
{
    struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
    poll(&fd, 1, 5);
    assert_true(clock_now() - app->started < 60);
    app_mail(app);
    app_tick(app);
}

static void wait_for_gate(struct app *app, const char *stage, uint64_t done)
{
    while (strcmp(app->session.progress.stage, stage) != 0 ||
           app->session.progress.done < done) {
        wait_for_mail(app);
    }
    app_mail(app);
    app->has_message = false;
}

static void wait_for_end(struct app *app)
{
    while (!app->session.ended) {
        wait_for_mail(app);
    }
}

static void progress_shows_bar_and_figures(void **state)
{
    (void)state;
    struct app *app = start_gated("iforest fit", 100);
    wait_for_gate(app, "iforest fit", 100);
    assert_true(app->session.busy);
    assert_true(app->session.has_table && !app->session.has_result[0]);
    fixture_draw_all_sizes(app);
    assert_true(fixture_shows(app, "iforest fit"));
    assert_true(fixture_shows(app, "/200"));
    assert_true(fixture_shows(app, "more to come"));
    assert_true(fixture_shows(app, "the first user-hours"));
    app_do(app, ACTION_VIEW_LOG, "");
    assert_true(fixture_shows(app, "[3/9] iforest fit")); /* other views say it in a line */
    app_run_again(app, "trees=10");
    assert_true(fixture_shows(app, "a run is going on"));
    app_do(app, ACTION_QUIT, "");
    assert_false(app->quit);
    assert_int_equal(app->prompt.kind, PROMPT_CONFIRM);
    app_key(app, 'y');
    assert_true(app->quit);
    app_free(app); /* cancels, and does not wait for the gate */
}

/* What the run takes, before and while it works; a warning where that is too much. */
static void memory_is_said_before_the_work(void **state)
{
    (void)state;
    struct app *app = start_gated("read", 1);
    while (app->session.n_stages == 0) {
        wait_for_mail(app);
    }
    assert_true(app->session.running->estimate.known);
    assert_true(fixture_shows(app, "memory: about 456 MB at the peak, 123 MB now"));
    app->running->estimate.bytes = 5000000000;
    app->running->estimate.left = (struct memory_left){1000000000, "left under ulimit -v"};
    assert_true(fixture_shows(app, "5.0 GB of memory are needed"));
    fixture_draw_all_sizes(app);
    app_free(app);
}

static void what_was_finished_stays(void **state)
{
    (void)state;
    struct app *app = start_gated("lof fit", 1);
    wait_for_gate(app, "lof fit", 1);
    app_do(app, ACTION_CANCEL, "");
    assert_false(app->quit);
    assert_true(fixture_shows(app, "cancelling"));
    wait_for_end(app);
    assert_true(fixture_shows(app, "cancelled; what was finished stays"));
    assert_true(app->session.has_result[0]);
    assert_false(app->session.has_result[2]);
    app->has_message = false;
    assert_true(fixture_shows(app, "Isolation Forest"));
    assert_true(fixture_shows(app, "not finished"));
    /* A cancelled repetition leaves the results that were there. */
    const struct run *before = app->session.run;
    worker_gate(app->worker, "iforest fit", 1);
    app_run_again(app, "trees=50");
    while (strcmp(app->session.progress.stage, "iforest fit") != 0) {
        wait_for_mail(app);
    }
    app->cancelled_at = -1;
    app_do(app, ACTION_CANCEL, "");
    wait_for_end(app);
    assert_true(app->session.run == before);
    assert_true(app->session.has_result[0]);
    assert_true(fixture_shows(app, "the earlier results stay"));
    app_free(app);
}

/* Wherever its scores appear, a detector that was cancelled says how far it came. */
static void a_cancelled_training_is_said_everywhere(void **state)
{
    (void)state;
    static const char *const views_with_scores[] = {"run", "scores", "top", "user", "compare"};
    struct app *app = start_gated("autoencoder fit", 16);
    wait_for_gate(app, "autoencoder fit", 16);
    app_do(app, ACTION_CANCEL, "");
    wait_for_end(app);
    const struct result *results = app->session.run->results;
    assert_true(app->session.has_result[1] && !app->session.has_result[2]);
    assert_non_null(strstr(results[1].partial, " of 100 epochs (cancelled)"));
    assert_string_equal(results[0].partial, "");
    fixture_do(app, "detector autoencoder");
    fixture_do(app, "top");
    fixture_do(app, "open"); /* so that there is a user */
    for (size_t i = 0; i < sizeof views_with_scores / sizeof views_with_scores[0]; i++) {
        fixture_do(app, views_with_scores[i]);
        assert_true(fixture_shows(app, " of 100 epochs (cancelled)"));
    }
    fixture_do(app, "run-card");
    fixture_do(app, "search epochs (cancelled)");
    assert_false(app->has_message); /* it is there, too */
    fixture_do(app, "back");
    /* The ensemble says what it is made of. */
    assert_non_null(strstr(run_ensemble(app->session.run)->partial, "2 of 3 detectors; AE "));
    fixture_do(app, "detector ensemble");
    fixture_do(app, "top");
    assert_true(fixture_shows(app, "2 of 3 detectors"));
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress_shows_bar_and_figures),
        cmocka_unit_test(memory_is_said_before_the_work),
        cmocka_unit_test(what_was_finished_stays),
        cmocka_unit_test(a_cancelled_training_is_said_everywhere),
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
