/* The filter on the screen: counted and echoed while typed, saved by name, kept in its history,
 * and never in the way of the row that is selected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/test.h"

static char directory[64], file[128];

static int make_place(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-filters-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(file, sizeof file, "%s/filters.json", directory);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(directory);
}

static struct app *open_sample(void)
{
    struct app *app = fixture_open_filters("lanl_user_hours.csv", "iforest,lof", file);
    fixture_do(app, "top");
    return app;
}

static void type(struct app *app, const char *text)
{
    for (; *text != '\0'; text++) {
        app_key(app, (keycode)(unsigned char)*text);
    }
    fixture_wait(app);
}

static void a_filter_is_echoed_while_it_is_typed(void **state)
{
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "key Tab &"); /* without the pane: its lines are another test's */
    assert_true(fixture_shows(app, " Tab shows all there is  user:U66*  day:last"));
    type(app, "x");
    assert_false(fixture_shows(app, "Tab shows all"));
    fixture_do(app, "key Ctrl-U");
    assert_true(fixture_shows(app, "Tab shows all"));
    type(app, "failed:>=10 hour:0-6 auto");
    fixture_goldens(app, "filter_typed");
    type(app, " sort:lof");
    assert_true(fixture_shows(app, "only failed_events:>=10 hour:0-6 auto sort:lof-desc"));
    type(app, " fialed:1");
    assert_true(fixture_shows(app, "column 36: "));
    assert_true(fixture_shows(app, "did you mean failed_events?"));
    assert_false(fixture_shows(app, "only user:"));
    fixture_do(app, "key Esc");
    assert_string_equal(app->session.filter.text, "");
    app_free(app);
}

static void a_name_that_nobody_has_is_told(void **state)
{
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "key Tab &");
    type(app, "user:u66");
    assert_true(fixture_shows(app, "no user is named u66; user:u66* has 3 rows"));
    type(app, "@dom1");
    assert_false(fixture_shows(app, "no user is named"));
    assert_true(fixture_shows(app, "only user:u66@dom1"));
    fixture_do(app, "key Esc");
    fixture_do(app, "filter user:u66");
    assert_true(fixture_shows(app, "no user is named u66; user:u66* has 3 rows"));
    app_free(app);
}

static void filters_are_saved_by_name(void **state)
{
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "save-filter many");
    assert_true(fixture_shows(app, "there is no filter to save"));
    fixture_do(app, "filter failed:>=10");
    fixture_do(app, "save-filter two words");
    assert_true(fixture_shows(app, "a filter's name is letters"));
    fixture_do(app, "save-filter many");
    assert_true(fixture_shows(app, "saved: @many is failed:>=10"));
    fixture_do(app, "filter user:U* dst:>=3");
    fixture_do(app, "save-filter many");
    assert_true(fixture_shows(app, "@many is failed:>=10. Replace it?"));
    fixture_do(app, "key n");
    fixture_do(app, "save-filter hosts");
    fixture_do(app, "filters");
    fixture_goldens(app, "filters");
    app_free(app);

    app = open_sample(); /* another day */
    fixture_do(app, "filter @many");
    assert_string_equal(app->session.filter.text, "failed:>=10");
    fixture_do(app, "filter @many copies:1");
    assert_string_equal(app->session.filter.text, "failed:>=10 copies:1");
    fixture_do(app, "filter @mnay");
    assert_true(
        fixture_shows(app, "column 1: no filter is saved as 'mnay'; did you mean @many?"));
    assert_string_equal(app->session.filter.text, "failed:>=10 copies:1"); /* as it was */
    fixture_do(app, "filter @DOM1");
    assert_true(fixture_shows(app, "only \"@DOM1\""));
    fixture_do(app, "forget-filter @many");
    assert_true(fixture_shows(app, "forgotten: @many, which was failed:>=10"));
    fixture_do(app, "forget-filter many");
    assert_true(fixture_shows(app, "no filter is saved as 'many'"));
    app_free(app);
}

static void what_was_typed_last_comes_back(void **state)
{
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "key &");
    type(app, "day:0");
    fixture_do(app, "key Enter");
    fixture_do(app, "filter hour:3");
    app_free(app);
    app = open_sample();
    fixture_do(app, "key & Up");
    assert_string_equal(app->prompt.edit.text, "hour:3");
    fixture_do(app, "key Up Enter");
    assert_string_equal(app->session.filter.text, "day:0");
    app_free(app);
}

static void a_damaged_file_is_said_and_kept(void **state)
{
    (void)state;
    FILE *out = fopen(file, "w");
    fputs("{\"saved\": {\"a\": 7}}", out);
    fclose(out);
    struct app *app = open_sample();
    fixture_do(app, "filter day:0");
    fixture_do(app, "save-filter b");
    assert_true(fixture_shows(app, "saved.a: is no filter"));
    app_free(app);
    char text[64] = "";
    out = fopen(file, "r");
    assert_non_null(fgets(text, sizeof text, out));
    fclose(out);
    assert_string_equal(text, "{\"saved\": {\"a\": 7}}");
}

static void without_a_place_it_is_said(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(app, "top");
    fixture_do(app, "filter day:0");
    fixture_do(app, "save-filter b");
    assert_true(fixture_shows(app, "no home directory to keep filters in"));
    app_free(app);
}

static void the_selected_row_stays(void **state)
{
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "filter failed:>=1");
    fixture_do(app, "key j j j");
    size_t row = app->session.selected.row;
    fixture_do(app, "search U"); /* goes on, and leaves the filter */
    assert_string_equal(app->session.filter.text, "failed:>=1");
    row = app->session.selected.row;
    fixture_do(app, "search nobody_at_all");
    assert_int_equal(app->session.selected.row, row);
    assert_string_equal(app->session.filter.text, "failed:>=1");
    fixture_do(app, "scores"); /* kept across views */
    fixture_do(app, "user");
    assert_string_equal(app->session.filter.text, "failed:>=1");
    fixture_do(app, "top");
    fixture_do(app, "clear-filter");
    assert_int_equal(app->session.selected.row, row);
    app_free(app);
}

/* The header counts what a filter lets through only where the view is one that follows it. */
static void only_views_that_follow_a_filter_claim_it(void **state)
{
    static const struct {
        const char *view;
        bool filtered;
    } shown[] = {{"run", false},     {"data", true},    {"scores", true},
                 {"top", true},      {"user", false},   {"users", true},
                 {"compare", false}, {"review", false}, {"log", false}};
    (void)state;
    struct app *app = open_sample();
    fixture_do(app, "filter failed:>=10");
    assert_true(fixture_shows(app, "only failed_events:>=10"));
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        fixture_do(app, shown[i].view);
        if (fixture_shows(app, "& 10 of 2,967 rows") != shown[i].filtered) {
            fail_msg("%s: the filter is %s", shown[i].view,
                     shown[i].filtered ? "not named" : "claimed");
        }
    }
    fixture_do(app, "user");
    fixture_do(app, "filter failed:>=20");
    assert_true(fixture_shows(app, "only failed_events:>=20, but not in User"));
    app_free(app);
}

int main(void)
{
#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        PLACED(a_filter_is_echoed_while_it_is_typed),
        cmocka_unit_test(a_name_that_nobody_has_is_told),
        PLACED(filters_are_saved_by_name),
        PLACED(what_was_typed_last_comes_back),
        PLACED(a_damaged_file_is_said_and_kept),
        cmocka_unit_test(without_a_place_it_is_said),
        PLACED(the_selected_row_stays),
        PLACED(only_views_that_follow_a_filter_claim_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
