/* From one user-hour to others: its hour across users, those that look like it, and what is
 * selected on the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/fixture.h"
#include "unit/test.h"

static struct app *app;

static int open_sample(void **state)
{
    (void)state;
    app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    return 0;
}

static int close_sample(void **state)
{
    (void)state;
    app_free(app);
    return 0;
}

static size_t selected_rank(const struct app *shown)
{
    const struct run *run = shown->session.run;
    return ranking_rank_of(session_result(&shown->session)->ranking, run->by_profile,
                           run->table->row_profile, (uint32_t)shown->session.selected.row);
}

static void the_first_is_selected_when_a_filter_drops_the_selected_one(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    fixture_do(ranked, "top");
    fixture_do(ranked, "key j j");
    assert_int_equal(selected_rank(ranked), 3);
    fixture_do(ranked, "filter rank:>5");
    assert_int_equal(selected_rank(ranked), 6);
    fixture_do(ranked, "key j");
    fixture_do(ranked, "filter rank:>2"); /* it is among them: it stays */
    assert_int_equal(selected_rank(ranked), 7);
    fixture_do(ranked, "clear-filter");
    assert_int_equal(selected_rank(ranked), 7);
    app_free(ranked);
}

static void an_hour_across_users_is_whole_and_leads_back(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    const struct session *session = &ranked->session;
    fixture_do(ranked, "top");
    fixture_do(ranked, "k 5");
    fixture_do(ranked, "filter user:U*");
    fixture_do(ranked, "key j j");
    size_t row = session->selected.row;
    fixture_do(ranked, "key H");
    assert_non_null(strstr(session->filter.text, "time:"));
    assert_true(session->filter.rows > 5);
    assert_true(fixture_shows(ranked, ", all "));
    assert_int_equal(session->selected.row, row);
    fixture_do(ranked, "key j H"); /* the same hour again: the way back stays */
    fixture_do(ranked, "key Enter");
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_USER);
    fixture_do(ranked, "key Esc");
    assert_non_null(strstr(session->filter.text, "time:"));
    fixture_do(ranked, "key Esc");
    assert_string_equal(session->filter.text, "user:U*");
    assert_int_equal(session->selected.row, row);
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_TOPK);
    fixture_do(ranked, "key Enter H");
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_TOPK);
    fixture_do(ranked, "key q"); /* closes the hour, not the program */
    assert_false(ranked->quit);
    assert_string_equal(session->filter.text, "user:U*");
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_USER);
    fixture_do(ranked, "key H");
    fixture_do(ranked, "filter failed:>0"); /* another filter is another matter */
    fixture_do(ranked, "key Esc");
    assert_string_equal(session->filter.text, "failed:>0");
    app_free(ranked);
}

static void identical_user_hours_are_listed_and_lead_back(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    const struct session *session = &ranked->session;
    const struct table *table = session->run->table;
    const uint32_t *copies = table->profiles.copies;
    char command[64], likeness[64];
    size_t row = 0, lonely = 0;
    while (copies[table->row_profile[row]] < 8) {
        row++;
    }
    while (copies[table->row_profile[lonely]] > 1) {
        lonely++;
    }
    fixture_do(ranked, "k 5");
    fixture_do(ranked, "filter hour:0-23");
    snprintf(command, sizeof command, "row %zu", row);
    fixture_do(ranked, command);
    fixture_do(ranked, "key I");
    snprintf(likeness, sizeof likeness, "like:%zu", row);
    assert_string_equal(session->filter.text, likeness);
    assert_int_equal(session->filter.rows, copies[table->row_profile[row]]);
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_TOPK);
    assert_true(fixture_shows(ranked, ", all ")); /* more than K */
    fixture_do(ranked, "key G Esc");
    assert_string_equal(session->filter.text, "hour:0-23");
    assert_int_equal(app_view(ranked)->action, ACTION_VIEW_USER);
    assert_int_equal(session->selected.row, row);
    snprintf(command, sizeof command, "identical %zu", lonely);
    fixture_do(ranked, command);
    assert_true(fixture_shows(ranked, "no other user-hour looks exactly like this one"));
    assert_string_equal(session->filter.text, "hour:0-23");
    fixture_do(ranked, "identical 99999999");
    assert_true(fixture_shows(ranked, "give its row, from 0 to"));
    app_free(ranked);
}

/* A list that is not shown must not change what another view shows. */
static void another_detector_keeps_the_user(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    const struct selection *selected = &ranked->session.selected;
    fixture_do(ranked, "top");
    fixture_do(ranked, "key j j Enter");
    uint32_t user = selected->user;
    size_t row = selected->row;
    for (int i = 0; i < 3; i++) {
        fixture_do(ranked, "key ]");
        assert_int_equal(selected->user, user);
        assert_int_equal(selected->row, row);
        assert_int_equal(app_view(ranked)->action, ACTION_VIEW_USER);
    }
    app_free(ranked);
}

static void keys_mean_the_user_hour_under_the_cursor(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    const struct selection *selected = &ranked->session.selected;
    fixture_do(ranked, "top");
    size_t row = selected->row;
    fixture_do(ranked, "key Enter j");
    assert_true(selected->row != row);
    fixture_do(ranked, "key 4"); /* its cursor is where it was, and its pane shows that row */
    assert_int_equal(selected->row, row);
    fixture_do(ranked, "key Enter j Esc");
    assert_int_equal(selected->row, row);
    app_select_row(ranked, row == 0 ? 1 : 0); /* as undo does */
    fixture_do(ranked, "key w");
    assert_int_equal(selected->row, row);
    app_free(ranked);
}

static void k_and_detector_are_chosen_by_key_and_name(void **state)
{
    (void)state;
    const struct selection *selected = &app->session.selected;
    app_do(app, ACTION_DETECTOR, "lof");
    assert_string_equal(session_result(&app->session)->name, "lof");
    app_do(app, ACTION_DETECTOR_NEXT, "");
    assert_string_equal(session_result(&app->session)->name, "ensemble");
    app_do(app, ACTION_DETECTOR_NEXT, "");
    assert_string_equal(session_result(&app->session)->name, "iforest");
    app_do(app, ACTION_DETECTOR_NEXT, ""); /* the autoencoder is no part of this run */
    assert_string_equal(session_result(&app->session)->name, "lof");
    fixture_do(app, "k 100");
    app_do(app, ACTION_K_MORE, "");
    assert_int_equal(selected->k, 200);
    app_do(app, ACTION_K_LESS, "");
    app_do(app, ACTION_K_LESS, "");
    assert_int_equal(selected->k, 50);
    fixture_do(app, "k 73");
    app_do(app, ACTION_K_LESS, "");
    assert_int_equal(selected->k, 50);
    fixture_do(app, "k -3");
    assert_int_equal(selected->k, 50);
    assert_true(app->has_message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_selected_when_a_filter_drops_the_selected_one),
        cmocka_unit_test(an_hour_across_users_is_whole_and_leads_back),
        cmocka_unit_test(identical_user_hours_are_listed_and_lead_back),
        cmocka_unit_test(another_detector_keeps_the_user),
        cmocka_unit_test(keys_mean_the_user_hour_under_the_cursor),
        cmocka_unit_test(k_and_detector_are_chosen_by_key_and_name),
    };
    return cmocka_run_group_tests_name("goto", tests, open_sample, close_sample);
}
