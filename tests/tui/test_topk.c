/* The Top-K view: its detail pane and columns, identical rows under one line, jumps and sorts.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reviewing/reviewing.h"
#include "lists/row_columns.h"
#include "tui/fixture.h"
#include "unit/test.h"

/* ---- the detail pane ---- */

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The past of the selected row, as a walk over the table finds it. */
static void check_past(const struct app *shown)
{
    const struct session_past *past = &shown->session.past;
    const struct table *table = shown->session.run->table;
    size_t row = shown->session.selected.row, n = 0;
    double *values = calloc(table->n_rows, sizeof *values);
    assert_non_null(values);
    assert_true(past->ready);
    assert_int_equal(past->row, row);
    for (size_t f = 0; f < table->profiles.d; f++) {
        n = 0;
        for (size_t other = 0; other < table->n_rows; other++) {
            if (table->row_user[other] == table->row_user[row] &&
                table->time_seconds[table->row_time[other]] <
                    table->time_seconds[table->row_time[row]]) {
                values[n++] = table_profile(table, table->row_profile[other])[f];
            }
        }
        assert_int_equal(past->rows, n);
        qsort(values, n, sizeof *values, rising);
        if (n > 0) {
            assert_true(past->most[f] == values[n - 1]);
            assert_true(past->median[f] == (values[(n - 1) / 2] + values[n / 2]) / 2);
        }
    }
    free(values);
}

static void the_detail_says_what_its_numbers_are(void **state)
{
    (void)state;
    struct app *rich = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    fixture_do(rich, "top");
    for (int i = 0; i < 8; i++) {
        check_past(rich);
        fixture_do(rich, "key j");
    }
    fixture_goldens(rich, "topk_detail");
    fixture_golden(rich, 43, 132, GLYPHS_BLOCK, "topk_detail_132x43");
    fixture_golden(rich, 70, 250, GLYPHS_BLOCK, "topk_detail_250x70");
    fixture_golden(rich, 8, 40, GLYPHS_BLOCK, "topk_detail_list_40x8");
    fixture_do(rich, "key Tab"); /* no room for both: they take turns */
    fixture_golden(rich, 8, 40, GLYPHS_BLOCK, "topk_detail_alone_40x8");
    fixture_golden(rich, 8, 40, GLYPHS_ASCII, "topk_detail_alone_40x8_ascii");
    fixture_draw_all_sizes(rich);
    app_free(rich);
}

/* One feature is all but all of it: its share fits beside the bar, and the others are nothing.
 */
static void the_largest_share_fits(void **state)
{
    (void)state;
    char path[] = "/tmp/oddhours-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(file);
    fprintf(file, "total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
                  "nbhours_ratio\n");
    for (int i = 0; i < 360; i++) {
        fprintf(file, "%d,0,0,%d,1,0,0\n", i == 100 ? 1000000 : 5 + i % 11,
                i == 100      ? 2
                : i % 40 == 0 ? 5
                              : 1 + i % 3);
    }
    assert_int_equal(fclose(file), 0);
    struct app *one = fixture_open(path, "lof");
    fixture_do(one, "top");
    fixture_do(one, "filter row:100");
    assert_int_equal(one->session.selected.row, 100);
    double credit[TABLE_FEATURES_MAX];
    const struct run *run = one->session.run;
    const struct result *lof = run_result_find(run, "lof");
    const struct detector_data data = run_detector_data(run);
    assert_true(lof->detector->explain(lof->model->fitted, &data, run->table->row_profile[100],
                                       credit));
    assert_true(credit[0] > 0.9999 && credit[0] < 1);
    assert_true(fixture_shows(one, "  100 %"));
    assert_false(fixture_shows(one, "99.9"));
    app_free(one);
    unlink(path);
}

/* ---- the view ---- */

static struct app *app;

static int open_sample(void **state)
{
    (void)state;
    app = fixture_open("lanl_user_hours.csv", "iforest,lof");
    fixture_do(app, "detector iforest");
    fixture_do(app, "top");
    return 0;
}

static int close_sample(void **state)
{
    (void)state;
    app_free(app);
    return 0;
}

static struct row_columns parse(const char *text)
{
    struct row_columns columns = {0};
    char problem[240] = "";
    if (!row_columns_parse(text, &app->session, &columns, problem, sizeof problem)) {
        fail_msg("%s: %s", text, problem);
    }
    return columns;
}

static void names_of_columns_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *whole;
    } right[] = {
        {"", ROW_COLUMNS_DEFAULT},
        {"default", ROW_COLUMNS_DEFAULT},
        {"rank,user  why", "rank user why"},
        {"failed dst src", "failed_events dst_hosts src_hosts"},
        {"fail_", "fail_ratio"},
        {"ifor lof.r ensemble", "iforest lof.rank ensemble"},
        {"rank rank user rank", "rank user"},
        {"row default", "row " ROW_COLUMNS_DEFAULT},
        {"scores features", "scores features"},
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        char text[200];
        struct row_columns columns = parse(right[i].text);
        row_columns_format(&columns, &app->session, text, sizeof text);
        assert_string_equal(text, right[i].whole);
    }
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"rank usr", "there is no column 'usr'; did you mean user?"},
        {"nbhours", "'nbhours' could be 2 columns, such as nbhours_events"},
        {"autoencoder", "there is no column 'autoencoder'"}, /* not of this run */
        {"zzz", "there is no column 'zzz'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct row_columns columns;
        char problem[240] = "";
        assert_false(
            row_columns_parse(wrong[i].text, &app->session, &columns, problem, sizeof problem));
        assert_string_equal(problem, wrong[i].says);
    }
}

static void groups_of_columns_become_their_members(void **state)
{
    (void)state;
    struct row_columns shown, columns = parse("rank ranks iforest scores features failed");
    char text[300];
    row_columns_expand(&columns, &app->session, &shown);
    row_columns_format(&shown, &app->session, text, sizeof text);
    assert_string_equal(text, "rank lof.rank ensemble.rank iforest lof ensemble total_events "
                              "failed_events fail_ratio dst_hosts src_hosts nbhours_events "
                              "nbhours_ratio");
}

static void columns_are_chosen_and_scrolled(void **state)
{
    (void)state;
    fixture_do(app, "columns rank user score lof features row time");
    fixture_do(app, "top");
    fixture_goldens(app, "topk_columns");
    fixture_do(app, "key l l l l");
    fixture_goldens(app, "topk_scrolled");
    fixture_do(app, "key l l l l l l l l l l l l l l l h"); /* the end is the end */
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "topk_scrolled_end_80x24");
    fixture_do(app, "key h h h h h h h h h h h h h h h");
    fixture_draw_all_sizes(app);
    fixture_do(app, "log"); /* from any view */
    fixture_do(app, "columns usr");
    assert_true(fixture_shows(app, "did you mean user?"));
    assert_string_equal(app->settings.columns,
                        "rank user score lof features row time"); /* as they were */
    fixture_do(app, "columns default");
    assert_string_equal(app->settings.columns, "default");
    fixture_do(app, "top");
}

static void settings_may_name_what_a_table_has_not(void **state)
{
    (void)state;
    snprintf(app->settings.columns, sizeof app->settings.columns, "rank colour");
    fixture_do(app, "k 101");
    assert_non_null(strstr(app->message, "no column 'colour'"));
    assert_true(fixture_shows(app, "why"));
    fixture_do(app, "k 100"); /* said once */
    assert_false(app->has_message);
    fixture_do(app, "columns default");
}

static void the_palette_completes_columns(void **state)
{
    (void)state;
    fixture_do(app, "columns");
    assert_string_equal(app->prompt.edit.text, "columns " ROW_COLUMNS_DEFAULT);
    fixture_do(app, "key Ctrl-U c o l u m n s Space r a n k Space d s Tab");
    assert_string_equal(app->prompt.edit.text, "columns rank dst_hosts ");
    fixture_do(app, "key s");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "topk_words_80x24");
    fixture_do(app, "key Down Down Enter"); /* score, scores, src_hosts: the second */
    assert_string_equal(app->settings.columns, "rank dst_hosts scores");
    fixture_do(app, "columns default");
    fixture_do(app, "key : s o r t Space t o Tab Enter");
    assert_true(fixture_shows(app, "by total_events, largest first"));
    fixture_do(app, "sort rank");
}

static size_t cursor_row(void)
{
    assert_true(app->session.selected.has_row);
    return app->session.selected.row;
}

static size_t ranked(size_t rank)
{
    const struct run *run = app->session.run;
    uint32_t row;
    assert_int_equal(
        ranking_rows(run->results[0].ranking, run->by_profile, rank, 1, &row, NULL), 1);
    return row;
}

static void a_list_is_folded_and_unfolded(void **state)
{
    (void)state;
    fixture_do(app, "k 1000");
    fixture_do(app, "rank 306");
    size_t row = cursor_row();
    fixture_do(app, "key x");
    assert_int_equal(cursor_row(), row); /* or the one that stands for it, were it another */
    fixture_goldens(app, "topk_folded");
    fixture_do(app, "key X");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "topk_unfolded_80x24");
    fixture_do(app, "key X x");
    assert_true(fixture_shows(app, "top 1,000 of 2,967"));
    assert_int_equal(cursor_row(), row);
    fixture_do(app, "key X");
    assert_true(fixture_shows(app, "fold puts identical user-hours under one line"));
    fixture_do(app, "k 100");
}

static void enter_unfolds_before_it_opens(void **state)
{
    (void)state;
    fixture_do(app, "k 1000");
    fixture_do(app, "key x");
    fixture_do(app, "sort copies");
    size_t row = cursor_row();
    fixture_do(app, "key Enter");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_TOPK);
    fixture_do(app, "key j"); /* its next twin, by row_id */
    assert_true(cursor_row() > row);
    assert_int_equal(app->session.run->table->row_profile[cursor_row()],
                     app->session.run->table->row_profile[row]);
    fixture_do(app, "key Enter");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USER);
    fixture_do(app, "key Esc");
    fixture_do(app, "sort user"); /* now only those of one user */
    assert_true(fixture_shows(app, "by user, A to Z"));
    fixture_do(app, "sort rank");
    fixture_do(app, "key x");
    fixture_do(app, "k 100");
}

static void jumps_find_their_row_or_say_why_not(void **state)
{
    (void)state;
    fixture_do(app, "rank 57");
    assert_int_equal(cursor_row(), ranked(57));
    fixture_do(app, "rank 150"); /* beyond K */
    assert_int_equal(cursor_row(), ranked(150));
    assert_int_equal(app->session.selected.k, 150);
    assert_true(app->has_message && strstr(app->message, "K is now 150") != NULL);
    fixture_do(app, "sort dst_hosts");
    fixture_do(app, "rank 3"); /* wherever it is in this order */
    assert_int_equal(cursor_row(), ranked(3));
    fixture_do(app, "sort rank");
    size_t row = ranked(9);
    char line[64];
    snprintf(line, sizeof line, "row %zu", row);
    fixture_do(app, line);
    assert_int_equal(cursor_row(), row);
    fixture_do(app, "filter user:U66@*");
    fixture_do(app, "row 0");
    assert_non_null(strstr(app->message, "row 0 does not pass the filter"));
    fixture_do(app, "filter row:>=0");
    snprintf(line, sizeof line, "row %zu", ranked(2967));
    fixture_do(app, line);
    assert_non_null(strstr(app->message, "is not among the first 150"));
    fixture_do(app, "clear-filter");
    fixture_do(app, "rank 0");
    assert_non_null(strstr(app->message, "from 1 to 2,967"));
    fixture_do(app, "row 2967");
    assert_non_null(strstr(app->message, "from 0 to 2,966"));
    fixture_do(app, "row -1");
    assert_non_null(strstr(app->message, "from 0 to 2,966"));
    fixture_do(app, "k 100");
}

static void an_hour_is_named(void **state)
{
    (void)state;
    static const char *const same[] = {"hour d00 00h", "hour 0 0", "hour 1970-01-01 00",
                                       "hour 1970-01-01 00:00:00"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        fixture_do(app, "clear-filter");
        fixture_do(app, same[i]);
        assert_true(fixture_shows(app, "all 2,967 with"));
    }
    fixture_do(app, "hour d00 01h");
    assert_true(fixture_shows(app, "no user-hour with a score passes the filter"));
    fixture_do(app, "hour d0 24h");
    assert_false(strncmp(app->session.filter.text, "day:", 4) == 0 &&
                 strstr(app->session.filter.text, "24") != NULL);
    fixture_do(app, "hour \"");
    assert_non_null(strstr(app->message, "d23 03h"));
    fixture_do(app, "clear-filter");
}

static void rows_that_lof_has_not_seen(void **state)
{
    (void)state;
    struct app *sampled = fixture_open("lanl_user_hours.csv", "iforest,lof");
    fixture_do(sampled, "run lof=sklearn lof-sample=500 lof-scope=sample");
    fixture_do(sampled, "detector lof");
    fixture_do(sampled, "top");
    const struct result *lof = session_result(&sampled->session);
    const struct table *table = sampled->session.run->table;
    size_t row = 0;
    while (lof->scores.score[table->row_profile[row]] ==
           lof->scores.score[table->row_profile[row]]) {
        row++;
    }
    char line[40];
    snprintf(line, sizeof line, "row %zu", row);
    fixture_do(sampled, line);
    assert_non_null(strstr(sampled->message, "is not scored by Local Outlier Factor"));
    app_free(sampled);
}

static void search_unfolds_what_it_finds(void **state)
{
    (void)state;
    fixture_do(app, "k 2967");
    fixture_do(app, "key x");
    fixture_do(app, "first");
    const struct table *table = app->session.run->table;
    for (int i = 0; i < 30; i++) {
        fixture_do(app, i == 0 ? "search @DOM1" : "next");
        struct span user = dict_get(table->users, table->row_user[cursor_row()]);
        assert_non_null(memmem(user.bytes, user.length, "@DOM1", 5));
    }
    fixture_do(app, "search nobody-of-this-name");
    assert_non_null(strstr(app->message, "is nowhere in this list"));
    fixture_do(app, "key x");
    fixture_do(app, "k 100");
}

static void verdicts_are_of_one_row_and_counted_on_its_line(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-topk-XXXXXX", store[64];
    assert_non_null(mkdtemp(directory));
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    struct app *judged = fixture_open_reviewed("lanl_user_hours.csv", "iforest", store, "ana");
    fixture_do(judged, "top");
    fixture_do(judged, "k 1000");
    fixture_do(judged, "fold");
    fixture_do(judged, "sort copies");
    size_t row = judged->session.selected.row;
    fixture_do(judged, "key t f"); /* the first row of each of two lines */
    assert_int_equal(session_own_verdict(&judged->session, row)->verdict, VERDICT_TP);
    size_t n = 0, rows = judged->session.run->table->n_rows;
    for (size_t i = 0; i < rows; i++) {
        n += session_own_verdict(&judged->session, i) != NULL;
    }
    assert_int_equal(n, 2);
    fixture_golden(judged, 24, 80, GLYPHS_BLOCK, "topk_folded_verdicts_80x24");
    app_free(judged);
    unlink(store);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_detail_says_what_its_numbers_are),
        cmocka_unit_test(the_largest_share_fits),
        cmocka_unit_test(names_of_columns_are_found),
        cmocka_unit_test(groups_of_columns_become_their_members),
        cmocka_unit_test(columns_are_chosen_and_scrolled),
        cmocka_unit_test(settings_may_name_what_a_table_has_not),
        cmocka_unit_test(the_palette_completes_columns),
        cmocka_unit_test(a_list_is_folded_and_unfolded),
        cmocka_unit_test(enter_unfolds_before_it_opens),
        cmocka_unit_test(jumps_find_their_row_or_say_why_not),
        cmocka_unit_test(an_hour_is_named),
        cmocka_unit_test(rows_that_lof_has_not_seen),
        cmocka_unit_test(search_unfolds_what_it_finds),
        cmocka_unit_test(verdicts_are_of_one_row_and_counted_on_its_line),
    };
    return cmocka_run_group_tests_name("topk", tests, open_sample, close_sample);
}
