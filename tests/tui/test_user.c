/* The User view: hours and days in time, timelines, what the lane shows, verdicts. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reviewing/reviewing.h"
#include "tui/fixture.h"
#include "unit/test.h"
#include "views/user_rows.h"

static char directory[64], table[96], store[96];

/* Two users over five days, the file in no order of time. */
static int make_table(void **state)
{
    static const struct {
        int day, hour, events;
    } hours[] = {{3, 9, 5},   {1, 8, 7}, {5, 23, 4}, {1, 20, 9},
                 {3, 22, 90}, {3, 7, 6}, {2, 8, 3}};
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-user-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(table, sizeof table, "%s/table.csv", directory);
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    FILE *file = fopen(table, "w");
    if (file == NULL) {
        return -1;
    }
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio\n");
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        fprintf(file, "2015-01-%02d %02d:00:00,ann@D,%d,0,0.5,1,1,0,0\n", hours[i].day,
                hours[i].hour, hours[i].events);
        for (int k = 0; k < 20; k++) {
            fprintf(file, "2015-01-%02d %02d:00:00,ben%d@D,%d,0,0.%d,1,1,0,0\n", hours[i].day,
                    hours[i].hour, k, 4 + k % 3, k % 4);
        }
    }
    return fclose(file);
}

static int remove_table(void **state)
{
    (void)state;
    unlink(table);
    unlink(store);
    return rmdir(directory);
}

static struct app *open_user(const char *user)
{
    struct app *app = fixture_open_reviewed(table, "iforest", store, "ana");
    char line[64];
    snprintf(line, sizeof line, "user %s", user);
    fixture_do(app, line);
    return app;
}

/* "d02 22h" of the selected row. */
static const char *when(const struct app *app)
{
    static char text[32];
    int64_t day;
    int hour;
    assert_true(app->session.selected.has_row);
    assert_true(
        table_row_when(app->session.run->table, app->session.selected.row, &day, &hour));
    snprintf(text, sizeof text, "d%02d %02dh", (int)day, hour);
    return text;
}

static void hours_and_days_are_stepped_in_time(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    assert_string_equal(when(app), "d02 22h"); /* the worst comes first */
    fixture_do(app, "key Left");
    assert_string_equal(when(app), "d02 09h");
    fixture_do(app, "key >");
    assert_string_equal(when(app), "d04 23h"); /* d03 has none */
    fixture_do(app, "key >");
    assert_true(fixture_shows(app, "this is the user's last day"));
    fixture_do(app, "key <");
    assert_string_equal(when(app), "d02 22h"); /* of three, the nearest to 23h */
    fixture_do(app, "key < <");
    assert_string_equal(when(app), "d00 08h");
    fixture_do(app, "key <");
    assert_true(fixture_shows(app, "this is the first"));
    assert_string_equal(when(app), "d00 08h");
    fixture_do(app, "key Left");
    assert_true(fixture_shows(app, "this is the first"));
    app_free(app);
}

static void the_days_of_a_list_without_any(void **state)
{
    (void)state;
    const struct user_rows none = {0};
    assert_int_equal(user_rows_day(&none, NULL, 0, 1), SIZE_MAX);
    assert_int_equal(user_rows_position(&none, 3), SIZE_MAX);
}

static void the_head_sums_up(void **state)
{
    (void)state;
    struct app *app = open_user("ann@D");
    assert_true(fixture_shows(app, "ann@D  7 hours on 4 days, first d00 08h"));
    assert_true(fixture_shows(app, ", last d04 23h"));
    assert_true(fixture_shows(app, "worst #1"));
    assert_true(fixture_shows(app, "sums: total_events 124")); /* shares are not added up */
    app_free(app);
}

static void users_are_found_by_a_part_of_their_name(void **state)
{
    (void)state;
    struct app *app = open_user("en7"); /* in it */
    assert_true(fixture_shows(app, "ben7@D  7 hours"));
    assert_true(strstr(app->message, "users") == NULL); /* it is the only one */
    fixture_do(app, "user ben1");
    assert_string_equal(app->message, "11 users begin with 'ben1'; this is the first");
    assert_true(fixture_shows(app, "ben1@D  7 hours"));
    fixture_do(app, "user n1");
    assert_string_equal(app->message, "11 users have 'n1' in their names; this is the first");
    fixture_do(app, "user ben1@D"); /* the whole name before those that begin so */
    assert_true(fixture_shows(app, "ben1@D  7 hours"));
    fixture_do(app, "user zoe");
    assert_true(fixture_shows(app, "there is no user 'zoe'"));
    assert_true(fixture_shows(app, "ben1@D  7 hours"));
    app_free(app);
}

static void the_mark_of_the_day_leaves_labels_alone(void **state)
{
    (void)state;
    struct app *app = open_user("ann@D");
    assert_true(fixture_shows(app, " d00"));
    fixture_do(app, "sort time");
    fixture_do(app, "first"); /* d00: the mark is where its label stands */
    assert_true(fixture_shows(app, " d00"));
    fixture_do(app, "last"); /* d04: beside it */
    assert_true(fixture_shows(app, " d00 "));
    assert_true(fixture_shows(app, "\u25b4"));
    app_free(app);
}

static void the_lane_shows_any_feature_or_score(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    assert_true(fixture_shows(app, "heat: Ensemble"));
    fixture_do(app, "heat fail_r");
    assert_true(fixture_shows(app, "heat: fail_ratio"));
    fixture_do(app, "heat iforest");
    assert_true(fixture_shows(app, "heat: Isolation Forest"));
    fixture_do(app, "detector iforest");
    fixture_do(app, "detector ensemble");
    assert_true(fixture_shows(app, "heat: Isolation Forest")); /* as chosen */
    fixture_do(app, "key C");
    assert_true(fixture_shows(app, "heat: total_events"));
    fixture_do(app,
               "key C C C C C C C"); /* through the features, back to the detector in view */
    assert_true(fixture_shows(app, "heat: Ensemble"));
    fixture_do(app, "heat lof");
    assert_true(fixture_shows(app, "no detector with scores 'lof'"));
    app_free(app);
}

static void hours_are_sorted_by_anything(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    fixture_do(app, "sort time");
    fixture_do(app, "first");
    assert_string_equal(when(app), "d00 08h");
    fixture_do(app, "sort total");
    fixture_do(app, "first");
    assert_string_equal(when(app), "d02 22h");
    fixture_do(app, "reverse");
    fixture_do(app, "first");
    assert_string_equal(when(app), "d01 08h");
    fixture_do(app, "sort nothing");
    assert_true(fixture_shows(app, "sort by rank, time or a feature"));
    app_free(app);
}

/* Not "fail_ratio", which comes first and begins so, too. */
static void a_whole_name_is_that_feature(void **state)
{
    (void)state;
    char path[96];
    snprintf(path, sizeof path, "%s/short.csv", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio,fail\n");
    for (int i = 0; i < 60; i++) {
        fprintf(file, "2015-01-%02d %02d:00:00,ann@D,%d,0,0.%d,1,1,0,0,%d\n", 1 + i / 20,
                i % 20, i, i % 9, i);
    }
    fclose(file);
    struct app *app = fixture_open(path, "iforest");
    fixture_do(app, "run features=fail_ratio,fail");
    fixture_wait(app);
    fixture_do(app, "user ann");
    fixture_do(app, "heat fail");
    bool shown = fixture_shows(app, "heat: fail;") || fixture_shows(app, "heat: fail ");
    unlink(path);
    app_free(app);
    assert_true(shown);
}

static void verdicts_are_marked_and_sought(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    fixture_do(app, "sort time");
    fixture_do(app, "first");
    fixture_do(app, "key j t f"); /* the second and the third */
    assert_true(fixture_shows(app, " TP   d00 20h"));
    assert_true(fixture_shows(app, " FP   d01 08h"));
    assert_string_equal(when(app), "d02 07h");
    fixture_do(app, "key U");
    assert_string_equal(when(app), "d00 08h"); /* over both */
    fixture_do(app, "key u");
    assert_string_equal(when(app), "d02 07h");
    fixture_do(app, "key z z");
    app_free(app);
}

static void an_hour_across_users_and_back(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    size_t row = app->session.selected.row;
    fixture_do(app, "key H");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_TOPK);
    assert_true(fixture_shows(app, ", all 21 "));
    assert_true(app->session.filter.counted && app->session.filter.rows == 21);
    fixture_do(app, "key Esc");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USER);
    assert_true(app->session.selected.row == row);
    app_free(app);
}

static void timelines_in_the_place_of_the_lane_or_beside_it(void **state)
{
    (void)state;
    struct app *app = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    fixture_do(app, "top");
    fixture_do(app, "open");
    fixture_do(app, "key T");
    fixture_goldens(app, "user_timeline");
    fixture_do(app, "key T");
    fixture_golden(app, 43, 132, GLYPHS_BLOCK, "user_beside_132x43"); /* unasked */
    fixture_draw_all_sizes(app);
    fixture_do(app, "key T");
    fixture_draw_all_sizes(app);
    app_free(app);
}

static const char *user_at_cursor(struct app *app)
{
    static char text[64];
    fixture_do(app, "open");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USER);
    struct span name = dict_get(app->session.run->table->users, app->session.selected.user);
    snprintf(text, sizeof text, "%.*s", (int)name.length, name.bytes);
    fixture_do(app, "key Esc"); /* back to the list it came from */
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USERS);
    return text;
}

static void all_users_are_listed(void **state)
{
    (void)state;
    struct app *app = fixture_open(table, "iforest");
    fixture_do(app, "key 5"); /* nobody is selected */
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USERS);
    assert_true(fixture_shows(app, "21 users; "));
    assert_true(fixture_shows(app, " of 147 hours flagged by Ensemble"));
    assert_string_equal(user_at_cursor(app), "ann@D"); /* alone with her 90 events */
    fixture_do(app, "key ]");
    assert_true(fixture_shows(app, "flagged by Isolation Forest"));
    fixture_do(app, "sort user");
    assert_string_equal(user_at_cursor(app), "ann@D");
    fixture_do(app, "key S");
    assert_string_equal(user_at_cursor(app), "ben9@D");
    fixture_do(app, "search BEN1"); /* smart case */
    assert_true(fixture_shows(app, "is nowhere here"));
    fixture_do(app, "search ben1");
    assert_string_equal(user_at_cursor(app), "ben1@D");
    fixture_do(app, "next");
    assert_string_equal(user_at_cursor(app), "ben19@D");
    fixture_do(app, "sort flagged"); /* and up again */
    assert_string_equal(user_at_cursor(app), "ann@D");
    fixture_do(app, "sort total_events");
    assert_true(fixture_shows(app, "sort by flagged, rank, hours"));
    app_free(app);
}

static void users_are_those_that_pass_the_filter(void **state)
{
    (void)state;
    struct app *app = fixture_open(table, "iforest");
    fixture_do(app, "users");
    fixture_do(app, "filter user:ben1* total_events:>=5");
    assert_true(fixture_shows(app, "8 users; "));
    assert_true(fixture_shows(app, " with user:ben1* total_events:>=5"));
    fixture_do(app, "filter user:nobody");
    assert_true(fixture_shows(app, "no user has a user-hour that passes the filter"));
    fixture_do(app, "key j Enter s S"); /* nothing to move in */
    fixture_do(app, "clear-filter");
    assert_true(fixture_shows(app, "21 users; "));
    fixture_draw_all_sizes(app);
    app_free(app);
}

static void the_user_key_goes_to_all_users_and_back(void **state)
{
    (void)state;
    struct app *app = open_user("ann");
    fixture_do(app, "key 5");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USERS);
    fixture_do(app, "key 5");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USER);
    assert_true(fixture_shows(app, "ann@D  7 hours"));
    app_free(app);
}

static void the_list_of_users_is_written(void **state)
{
    char path[128], line[400] = "";
    (void)state;
    struct app *app = fixture_open(table, "iforest");
    fixture_do(app, "users");
    fixture_do(app, "sort user");
    snprintf(path, sizeof path, "%s/users.csv", directory);
    snprintf(line, sizeof line, "export %s", path);
    fixture_do(app, line);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "src_user,kind,hours_of_day,hours,flagged_hours,worst_rank,"
                              "first_seen,last_seen\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_memory_equal(line, "ann@D,person,6,7,", 17);
    assert_non_null(strstr(line, ",1,2015-01-01 08:00:00,2015-01-05 23:00:00\n"));
    fclose(file);
    unlink(path);
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_and_days_are_stepped_in_time),
        cmocka_unit_test(the_days_of_a_list_without_any),
        cmocka_unit_test(the_head_sums_up),
        cmocka_unit_test(users_are_found_by_a_part_of_their_name),
        cmocka_unit_test(the_mark_of_the_day_leaves_labels_alone),
        cmocka_unit_test(the_lane_shows_any_feature_or_score),
        cmocka_unit_test(hours_are_sorted_by_anything),
        cmocka_unit_test(a_whole_name_is_that_feature),
        cmocka_unit_test(verdicts_are_marked_and_sought),
        cmocka_unit_test(an_hour_across_users_and_back),
        cmocka_unit_test(timelines_in_the_place_of_the_lane_or_beside_it),
        cmocka_unit_test(all_users_are_listed),
        cmocka_unit_test(users_are_those_that_pass_the_filter),
        cmocka_unit_test(the_user_key_goes_to_all_users_and_back),
        cmocka_unit_test(the_list_of_users_is_written),
    };
    return cmocka_run_group_tests_name("user", tests, make_table, remove_table);
}
