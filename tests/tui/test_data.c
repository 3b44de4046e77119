/* The Data view's rows: search and filter, by the queries thread. */
#include "tui/fixture.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_searched_and_filtered),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
