/* A log that grows on the screen: the list comes anew, the cursor stays, an alarm is said. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "events/follow/follow.h"
#include "run/pipeline/artifacts.h"
#include "run/pipeline/pipeline.h"
#include "tui/fixture.h"
#include "unit/test.h"

static char folder[] = "/tmp/oddhours-following-XXXXXX";
static char log_path[64], reference[64], state_path[64];

enum { HOUR = 3600, ACCOUNTS = 12, KNOWN = 30 /* hours of the reference */ };

static void add_hours(unsigned from, unsigned to, bool attack)
{
    FILE *file = fopen(log_path, "a");
    assert_non_null(file);
    for (unsigned hour = from; hour < to; hour++) {
        for (unsigned i = 0; i < ACCOUNTS * 8; i++) {
            unsigned user = i % ACCOUNTS, n = (hour * 7 + i * 5) % 11;
            if (n > 4) {
                fprintf(file, "%u,U%u@D,U%u@D,C%u,C%u,NTLM,Network,LogOn,Success\n",
                        hour * HOUR + i, user, user, user, user + n);
            }
        }
        for (unsigned i = 0; attack && hour == to - 3 && i < 300; i++) {
            fprintf(file, "%u,U5@D,U5@D,C9,C%u,NTLM,Network,LogOn,Fail\n",
                    hour * HOUR + 200 + i, 100 + i);
        }
    }
    assert_int_equal(fclose(file), 0);
}

static void make_reference(void)
{
    struct status status = {0};
    struct run_params params;
    run_params_init(&params);
    params.input = strdup(log_path);
    params.threads = 2;
    assert_true(run_params_set(&params, "models", "iforest,lof", &status));
    struct run *run = run_new(&params, &status);
    assert_true(pipeline_run(run, NULL, NULL));
    struct artifacts_place place;
    const struct artifacts_choice choice = {.formats = 1};
    assert_true(artifacts_prepare(reference, &place, &status));
    assert_true(artifacts_write(run, reference, &choice, NULL, &status));
    artifacts_release(&place);
    run_free(run);
    run_params_clear(&params);
}

static struct app *open_log(void)
{
    struct status status = {0};
    struct run_params params;
    const struct follow_options options = {
        .log = log_path, .directory = state_path, .slack = FOLLOW_SLACK};
    struct follow *follow = follow_open(&options, &status);
    assert_non_null(follow);
    bool more = true;
    while (more) {
        assert_true(follow_look(follow, (int64_t)time(NULL), NULL, &more, &status));
    }
    run_params_init(&params);
    params.threads = 2;
    assert_true(run_params_set(&params, "reference", reference, &status));
    assert_true(run_params_follow(&params, follow, &status));
    const struct app_options with = {.params = &params, .frozen = true, .take_follow = follow};
    struct app *app = app_new(&with, &status);
    assert_non_null(app);
    assert_true(app_start(app, &status));
    run_params_clear(&params);
    fixture_wait(app);
    return app;
}

/* Goes on as the loop does until a run has taken the place of another and its news was said. */
static void wait_for_news(struct app *app, size_t n_replaced)
{
    const double began = clock_now();
    while (app->session.n_replaced < n_replaced || app->session.busy || !app->has_message ||
           strstr(app->message, "user-hour") == NULL) {
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        app_follow_poll(app);
        poll(&fd, 1, 20);
        app_mail(app);
        assert_true(clock_now() - began < 120);
    }
    fixture_wait(app);
}

static void the_list_grows_under_the_cursor(void **state)
{
    (void)state;
    add_hours(0, KNOWN, false);
    make_reference();
    unlink(log_path);
    add_hours(KNOWN, KNOWN + 10, false);
    struct app *app = open_log();
    size_t rows = app->run->table->n_rows;
    assert_true(rows > 0);
    wait_for_news(app, 0); /* of what was there to begin with */
    app->has_message = false;
    app_enter(app, ACTION_VIEW_TOPK);
    fixture_do(app, "key j j j");
    size_t row = app->session.selected.row;
    assert_true(app->session.selected.has_row);

    add_hours(KNOWN + 10, KNOWN + 20, true);
    wait_for_news(app, 1);
    assert_true(app->run->table->n_rows > rows);
    assert_int_equal(app->session.selected.row, row);
    assert_int_equal(app_row(app), row);
    assert_non_null(strstr(app->message, "new episode"));
    assert_non_null(strstr(app->message, "U5@D"));
    assert_int_equal(app->message_kind, LOG_WARNING);
    assert_true(fixture_shows(app, "U5@D"));
    fixture_draw_all_sizes(app);
    char *hash = app->run->table->report.hash;
    assert_int_equal(strlen(hash), 32);
    app_free(app);

    app = open_log(); /* what was told is not told again */
    assert_null(strstr(app->message, "new user-hour"));
    app_free(app);
}

static int make_folder(void **state)
{
    (void)state;
    bool made = mkdtemp(folder) != NULL;
    snprintf(log_path, sizeof log_path, "%s/auth", folder);
    snprintf(reference, sizeof reference, "%s/ref", folder);
    snprintf(state_path, sizeof state_path, "%s/state", folder);
    return !made;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_grows_under_the_cursor),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
