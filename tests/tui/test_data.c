/* The Data view's rows: search and filter, by the queries thread. */
#include <poll.h>
#include <string.h>

#include "tui/fixture.h"
#include "tui/held.h"
#include "unit/test.h"

static void rows_are_searched_and_filtered(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "data");
    fixture_do(app, "search U970@");
    assert_true(fixture_shows(app, "2,958 1970-01-01 00:00:00 U970@DOM1"));
    fixture_do(app, "next"); /* the only one: found again, around the end */
    assert_true(fixture_shows(app, "went on from the beginning"));
    fixture_do(app, "search no-such-user");
    assert_true(fixture_shows(app, "is nowhere in this list"));
    fixture_do(app, "filter user:U970@* failed:0");
    assert_true(fixture_shows(app, "1 user-hour passes the filter"));
    fixture_do(app, "clear-filter"); /* the row stays under the cursor */
    assert_true(fixture_shows(app, "2,958 1970-01-01 00:00:00 U970@DOM1"));
    fixture_do(app, "search ANONYMOUS");
    assert_true(fixture_shows(app, "went on from the beginning"));
    fixture_do(app, "previous"); /* before the first is the last */
    assert_true(fixture_shows(app, "went on from the end"));
    app_free(app);
}

/* A search looks through the list that is shown, which the next list frees. */
static void no_search_begins_before_the_next_list(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct held held;
    fixture_do(app, "data");
    hold_start(app, &held);
    assert_true(app_command(app, "filter user:U9*"));
    assert_true(app_command(app, "search U970@")); /* all rows are no list that is freed */
    assert_null(strstr(app->message, "on its way"));
    hold_stop(app, &held);
    hold_start(app, &held);
    assert_true(app_command(app, "filter user:U97*"));
    assert_true(app_command(app, "search U970@"));
    assert_non_null(strstr(app->message, "the list is on its way"));
    hold_stop(app, &held);
    fixture_do(app, "search U970@");
    assert_true(fixture_shows(app, "U970@DOM1"));
    app_free(app);
}

/* In the order of a ranking a list is no list of its own. */
static void the_list_of_the_run_before_is_not_looked_at(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct held held;
    fixture_do(app, "data");
    fixture_do(app, "key Tab");
    fixture_do(app, "filter sort:iforest");
    assert_true(fixture_shows(app, "2,967 user-hours pass the filter"));
    hold_start(app, &held);
    const struct run *before = app->session.run;
    assert_true(app_command(app, "run trees=10"));
    while (app->session.run == before) {
        struct pollfd fd = {inbox_fd(app->inbox), POLLIN, 0};
        assert_int_equal(poll(&fd, 1, 60000), 1);
        app_mail(app);
    }
    app_enter(app, ACTION_VIEW_DATA);
    app_do(app, ACTION_OPEN, "");
    assert_false(app->session.selected.has_row);
    hold_stop(app, &held);
    assert_true(fixture_shows(app, "2,967 user-hours pass the filter"));
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_searched_and_filtered),
        cmocka_unit_test(no_search_begins_before_the_next_list),
        cmocka_unit_test(the_list_of_the_run_before_is_not_looked_at),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
