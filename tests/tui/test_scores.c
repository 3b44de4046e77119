/* The Scores view: threshold and bins by keys, ranges, a second detector, rows of the filter.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "reviewing/reviewing.h"
#include "tui/fixture.h"
#include "unit/test.h"
#include "views/scores_view.h"

static struct app *app;

static int open_scores(void **state)
{
    (void)state;
    app = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    return 0;
}

static int close_scores(void **state)
{
    (void)state;
    app_free(app);
    return 0;
}

static int start(void **state)
{
    (void)state;
    fixture_do(app, "clear-filter");
    fixture_do(app, "scores");
    fixture_do(app, "detector lof"); /* and back: the cursor is on the threshold again */
    fixture_do(app, "detector iforest");
    fixture_do(app, "key Up Home");
    assert_true(
        fixture_shows(app, ": 5,000 user-hours, 5.0 %")); /* also draws: bins are there */
    return 0;
}

/* How many user-hours pass the session's filter. */
static size_t matching(void)
{
    assert_true(app->session.filter.counted);
    return app->session.filter.rows;
}

static void the_threshold_is_moved_and_listed(void **state)
{
    (void)state;
    fixture_do(app, "key Right Right PgDn Left");
    assert_true(fixture_shows(app, "(what if)"));
    assert_true(fixture_shows(app, "what if; flags stay at 0.5620"));
    assert_false(fixture_shows(app, ": 5,000 user-hours"));
    fixture_do(app, "key Enter");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_TOPK);
    assert_non_null(strstr(app->session.filter.text, "iforest:>"));
    size_t above = matching();
    char text[64];
    fixture_do(app, "key Esc");
    snprintf(text, sizeof text, ": %s user-hours", format_grouped(above).text);
    assert_true(above < 5000 && fixture_shows(app, text)); /* what the head had counted */
    fixture_do(app, "key End");
    fixture_do(app, "clear-filter");
    assert_true(fixture_shows(app, ": 0 user-hours"));
    fixture_do(app, "key Home");
    assert_true(fixture_shows(app, ": 5,000 user-hours"));
}

static void the_threshold_is_typed(void **state)
{
    (void)state;
    fixture_do(app, "threshold 0.6");
    assert_true(fixture_shows(app, "above 0.6000 (what if): "));
    fixture_do(app, "threshold 1%");
    assert_true(fixture_shows(app, "(what if)"));
    const struct ranking *ranking = session_result(&app->session)->ranking;
    const struct scores_view *view = app_view_state(app);
    double line = view->threshold[app->session.selected.result];
    size_t above = ranking_rows_above(ranking, ranking_above(ranking, line));
    assert_true(above <= 1000 && above > 900);
    fixture_do(app, "threshold 20/day");
    assert_true(fixture_shows(app, " alerts a day over 58 days"));
    line = view->threshold[app->session.selected.result];
    above = ranking_rows_above(ranking, ranking_above(ranking, line));
    assert_true(above <= 20 * 58 && above > 19 * 58);
    fixture_do(app, "threshold 0%");
    assert_true(fixture_shows(app, ": 0 user-hours"));
    static const char *const wrong[] = {"x", "101%", "-1%", "5 apples", "nan", "3/week", "0x1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "threshold %s", wrong[i]);
        fixture_do(app, text);
        assert_non_null(strstr(app->message, ", 5% or 20/day, not '"));
        assert_true(fixture_shows(app, ": 0 user-hours")); /* it stays */
    }
    fixture_do(app, "threshold");
    assert_true(fixture_shows(app, ": 5,000 user-hours"));
    assert_false(fixture_shows(app, "what if"));
    fixture_do(app, "top");
    fixture_do(app, "threshold 0.6"); /* from anywhere */
    assert_true(fixture_shows(app, "above 0.6000 (what if): "));
    fixture_do(app, "threshold");
}

static void a_range_of_bins_is_listed_as_a_filter(void **state)
{
    (void)state;
    fixture_do(app, "key Down m");
    assert_true(fixture_shows(app, "1 bin "));
    fixture_do(app, "key Right Right Left Right Right");
    assert_true(fixture_shows(app, "4 bins "));
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "scores_range_80x24_ascii");
    fixture_golden(app, 8, 40, GLYPHS_BLOCK, "scores_range_40x8");
    fixture_do(app, "key Esc"); /* drops the range, stays here */
    assert_int_equal(app_view(app)->action, ACTION_VIEW_SCORES);
    assert_true(fixture_shows(app, "bin 0."));
    fixture_do(app, "key m Left Left Enter"); /* the range may go to the left, too */
    assert_int_equal(app_view(app)->action, ACTION_VIEW_TOPK);
    assert_non_null(strstr(app->session.filter.text, "iforest.rank:"));
    assert_true(matching() > 0);
}

static void the_picked_bins_are_added_to_the_filter(void **state)
{
    (void)state;
    fixture_do(app, "filter hour:0-5");
    fixture_do(app, "key Down m Right Right Enter");
    assert_int_equal(strncmp(app->session.filter.text, "hour:0-5 iforest.rank:", 22), 0);
    fixture_do(app, "scores");
    fixture_do(app, "key Left Enter"); /* another range takes the place of the first */
    const char *first = strstr(app->session.filter.text, "iforest.rank:");
    assert_non_null(first);
    assert_null(strstr(first + 1, "iforest.rank:"));
    assert_int_equal(strncmp(app->session.filter.text, "hour:0-5 ", 9), 0);
}

static void the_filter_is_a_part_of_every_bar(void **state)
{
    (void)state;
    fixture_do(app, "filter hour:0-5");
    assert_true(fixture_shows(app, " filtered: "));
    fixture_goldens(app, "scores_filtered");
    fixture_golden(app, 24, 80, GLYPHS_BRAILLE, "scores_filtered_80x24_braille");
    fixture_do(app, "filter hour:0-5 hour:7"); /* nobody */
    assert_true(fixture_shows(app, "of the 0 filtered: 0, 0 %"));
    fixture_do(app, "key Down Enter");
    assert_true(fixture_shows(app, "no user-hour falls into this bin"));
    fixture_draw_all_sizes(app);
    fixture_do(app, "clear-filter");
    assert_false(fixture_shows(app, "filtered"));
}

static void a_second_detector_stands_beside(void **state)
{
    (void)state;
    fixture_do(app, "beside ensemble");
    assert_true(fixture_shows(app, "Ensemble"));
    fixture_golden(app, 43, 132, GLYPHS_BLOCK, "scores_beside_132x43");
    fixture_do(app, "filter dst:>=20"); /* counted for both */
    assert_true(fixture_shows(app, "Ensemble"));
    fixture_draw_all_sizes(app);
    fixture_do(app, "beside autoencoder");
    assert_true(fixture_shows(app, "'autoencoder' is no detector of this run"));
    fixture_do(app, "beside");
    assert_false(fixture_shows(app, "Ensemble"));
    fixture_do(app, "beside lof");
    fixture_do(app, "detector lof"); /* not beside itself */
    assert_true(fixture_shows(app, "Ensemble"));
    fixture_do(app, "beside");
    /* Where there is no room for two, one after the other. */
    fixture_do(app, "detector iforest");
    fixture_golden(app, 8, 40, GLYPHS_BLOCK, "scores_low_40x8");
    fixture_do(app, "key Tab");
    assert_string_equal(session_result(&app->session)->name, "lof");
}

static void axes_are_turned_one_after_the_other(void **state)
{
    (void)state;
    static const char *const says[] = {
        "log counts over linear scores", "linear counts over log scores",
        "linear counts over linear scores", "log counts over log scores"};
    assert_true(fixture_shows(app, says[3]));
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        fixture_do(app, "key L");
        assert_true(fixture_shows(app, says[i]));
    }
}

static void the_hours_follow_ones_own_pace(void **state)
{
    (void)state;
    char store[] = "/tmp/oddhours-pace-XXXXXX";
    int fd = mkstemp(store);
    assert_true(fd >= 0);
    close(fd);
    unlink(store);
    struct app *judged = fixture_open_reviewed("lanl_user_hours.csv", "iforest", store, "ana");
    fixture_do(judged, "scores");
    assert_true(fixture_shows(judged, "hours to review at 5:00 each"));
    assert_true(isnan(review_seconds(judged->review)));
    fixture_do(judged, "top");
    fixture_do(judged, "key t f t f");
    fixture_do(judged, "scores");
    assert_true(fixture_shows(judged, "hours to review at 5:00 each")); /* too few to tell */
    fixture_do(judged, "top");
    fixture_do(judged, "key t f"); /* frozen: they take no time at all */
    fixture_do(judged, "scores");
    assert_true(review_seconds(judged->review) == 0);
    assert_true(fixture_shows(judged, "0 minutes to review at your 0:00 each"));
    app_free(judged);
    unlink(store);
}

/* Where there is no room for what the line would cost, it ends with a whole phrase. */
static void what_the_line_costs_is_not_cut(void **state)
{
    (void)state;
    struct app *wide = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    fixture_do(wide, "scores");
    fixture_do(wide, "detector iforest");
    assert_true(fixture_shows(wide, "86 alerts a day over 58 days; 417 hours to review at"));
    fixture_golden(wide, 16, 60, GLYPHS_BLOCK, "scores_60x16");
    app_free(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_threshold_is_moved_and_listed, start),
        cmocka_unit_test_setup(the_threshold_is_typed, start),
        cmocka_unit_test_setup(a_range_of_bins_is_listed_as_a_filter, start),
        cmocka_unit_test_setup(the_picked_bins_are_added_to_the_filter, start),
        cmocka_unit_test_setup(the_filter_is_a_part_of_every_bar, start),
        cmocka_unit_test_setup(a_second_detector_stands_beside, start),
        cmocka_unit_test_setup(axes_are_turned_one_after_the_other, start),
        cmocka_unit_test(the_hours_follow_ones_own_pace),
        cmocka_unit_test(what_the_line_costs_is_not_cut),
    };
    return cmocka_run_group_tests_name("scores", tests, open_scores, close_scores);
}
