/* The views off-screen: golden screens, every size, and a hostile table. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void run_view(void **state)
{
    (void)state;
    fixture_do(app, "run");
    fixture_goldens(app, "run");
}

static void data_view(void **state)
{
    (void)state;
    fixture_do(app, "data");
    fixture_goldens(app, "data");
    fixture_do(app, "key Tab PgDn j");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "data_rows_80x24");
    fixture_golden(app, 8, 40, GLYPHS_BLOCK, "data_rows_40x8");
    fixture_do(app, "key Tab");
}

static void topk_view(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("lanl_user_hours.csv", "iforest,autoencoder,lof");
    fixture_do(ranked, "top");
    fixture_goldens(ranked, "topk");
    fixture_do(ranked, "detector iforest");
    fixture_do(ranked, "sort dst_hosts");
    fixture_golden(ranked, 40, 160, GLYPHS_BLOCK, "topk_sorted_160x40");
    fixture_do(ranked, "search U66");
    app_free(ranked);
}

static void check_header(struct app *ranked, int cols, const char *wanted)
{
    char line[512];
    struct canvas *canvas = canvas_new(24, cols, ranked->glyphs, NULL);
    assert_non_null(canvas);
    fixture_wait(ranked);
    app_draw(ranked, canvas);
    canvas_row(canvas, 0, line, sizeof line);
    line[strlen(wanted)] = '\0';
    assert_string_equal(line, wanted);
    canvas_free(canvas);
}

/* As much as there is room for: memory, program and way go first, then the row. */
static void crumbs_lead_to_the_row(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    fixture_do(ranked, "glyphs ascii");
    fixture_do(ranked, "detector iforest");
    static const struct {
        int cols;
        const char *top, *user;
    } wanted[] = {
        {160,
         " oddhours synthetic_user_hours.csv.gz > 4 Top-K > Isolation Forest > "
         "C10836$@DOM1 d35 03h ",
         " oddhours synthetic_user_hours.csv.gz > 4 Top-K > Isolation Forest > 5 User > "
         "C10836$@DOM1 > d35 03h "},
        {100,
         " synthetic_user_hours.csv.gz > 4 Top-K > Isolation Forest > C10836$@DOM1 d35 03h ",
         " synthetic_user_hours.csv.gz > 4 Top-K > 5 User > C10836$@DOM1 > d35 03h "},
        {72, " 4 Top-K > Isolation Forest > C10836$@DOM1 d35 03h ",
         " 5 User > C10836$@DOM1 > d35 03h "},
        {40, " 4 Top-K > Isolation Forest  100 k rows", " 5 User > C10836$@DOM1 "},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        fixture_do(ranked, "top");
        check_header(ranked, wanted[i].cols, wanted[i].top);
        fixture_do(ranked, "key Enter");
        check_header(ranked, wanted[i].cols, wanted[i].user);
    }
    app_free(ranked);
}

static void user_view(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest");
    fixture_do(ranked, "user");
    fixture_goldens(ranked, "users");
    fixture_do(ranked, "top");
    fixture_do(ranked, "open");
    fixture_goldens(ranked, "user");
    fixture_do(ranked, "key Tab Right");
    fixture_golden(ranked, 40, 120, GLYPHS_BLOCK, "user_detail_120x40");
    app_free(ranked);
}

static void scores_view(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    fixture_do(ranked, "scores");
    fixture_do(ranked, "detector iforest");
    fixture_goldens(ranked, "scores");
    fixture_do(ranked, "key Right Right Tab");
    fixture_golden(ranked, 24, 80, GLYPHS_BRAILLE, "scores_two_80x24_braille");
    fixture_do(ranked, "key Tab Left Left Left Enter");
    fixture_golden(ranked, 24, 80, GLYPHS_ASCII, "scores_rows_80x24_ascii");
    fixture_do(ranked, "clear-filter");
    fixture_do(ranked, "scores");
    fixture_do(ranked, "key Down Right Right Enter");
    fixture_golden(ranked, 24, 80, GLYPHS_ASCII, "scores_bin_80x24_ascii");
    app_free(ranked);
}

static void compare_view(void **state)
{
    (void)state;
    struct app *ranked = fixture_open("synthetic_user_hours.csv.gz", "iforest,lof");
    fixture_do(ranked, "k 500");
    fixture_do(ranked, "compare");
    fixture_goldens(ranked, "compare");
    fixture_do(ranked, "key Tab Down");
    fixture_golden(ranked, 24, 80, GLYPHS_ASCII, "compare_differ_80x24_ascii");
    fixture_do(ranked, "key Tab");
    fixture_golden(ranked, 24, 80, GLYPHS_ASCII, "compare_means_80x24_ascii");
    app_free(ranked);
    ranked = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(ranked, "compare");
    fixture_golden(ranked, 24, 80, GLYPHS_ASCII, "compare_alone_80x24_ascii");
    app_free(ranked);
}

static void the_log_behind_a_user_hour(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-lines-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/auth.txt", directory);
    FILE *log = fopen(path, "w");
    assert_non_null(log);
    for (int i = 0; i < 8; i++) {
        fprintf(log, "%d,U1@D,U1@D,C1,C%d,Kerberos,Network,LogOn,%s\n", 10 * i, 37 * i,
                i == 3 ? "Fail" : "Success");
        fprintf(log, "%d,U2@D,U2@D,C9,C9,?,?,LogOff,Success\n", 10 * i + 1);
    }
    fclose(log);
    struct app *raw = fixture_open(path, "iforest");
    fixture_do(raw, "top");
    fixture_do(raw, "search U1@D");
    fixture_do(raw, "open");
    fixture_do(raw, "key Enter");
    fixture_golden(raw, 24, 80, GLYPHS_ASCII, "lines_80x24_ascii");
    app_free(raw);
    unlink(path);
    rmdir(directory);
    raw = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_do(raw, "top");
    fixture_do(raw, "lines");
    assert_non_null(strstr(raw->message, "only a raw log"));
    fixture_do(raw, "why");
    fixture_golden(raw, 24, 80, GLYPHS_ASCII, "why_80x24_ascii");
    app_free(raw);
}

/* What stands in a file, up to a size. */
static void read_all(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void lines_name_the_other_user_are_counted_and_written(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-lines-XXXXXX", path[64], csv[64], line[128], text[8192];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/auth.txt", directory);
    snprintf(csv, sizeof csv, "%s/lines.csv", directory);
    FILE *log = fopen(path, "w");
    assert_non_null(log);
    for (int i = 0; i < 30; i++) {
        fprintf(log, "%d,U1@D,%s,C1,C%d,NTLM,Network,LogOn,Success\n", 10 * i,
                i == 2 ? "ADMIN@D" : "U1@D", i);
        fprintf(log, "%d,U2@D,U2@D,C9,C9,?,?,LogOff,Success\n", 10 * i + 1);
    }
    fclose(log);
    struct app *raw = fixture_open(path, "iforest");
    fixture_do(raw, "top");
    assert_true(fixture_shows(raw, "b lines"));
    fixture_do(raw, "search U1@D");
    fixture_do(raw, "open");
    assert_true(fixture_shows(raw, "b lines"));
    fixture_do(raw, "key b");
    assert_true(fixture_shows(raw, "30 lines; "));
    assert_true(fixture_shows(raw, "LogOn  -> ADMIN@D"));
    assert_false(fixture_shows(raw, "-> U1@D"));
    assert_true(fixture_shows(raw, " of 30"));
    assert_true(fixture_shows(raw, "e export"));
    fixture_do(raw, "last");
    assert_true(fixture_shows(raw, "-30 of 30"));
    snprintf(line, sizeof line, "export %s", csv);
    fixture_do(raw, line);
    read_all(csv, text, sizeof text);
    assert_non_null(strstr(text,
                           "time,src_user,dst_user,src_comp,dst_comp,auth_type,logon_type,"
                           "orientation,result\n0,U1@D,U1@D,C1,C0,NTLM,Network,LogOn,"
                           "Success\n"));
    assert_non_null(strstr(text, "\n20,U1@D,ADMIN@D,C1,C2,"));
    assert_null(strstr(text, "U2@D"));
    fixture_do(raw, "help"); /* a page without a list */
    assert_false(fixture_shows(raw, "e export"));
    fixture_do(raw, "key e");
    assert_non_null(strstr(raw->message, "a page is no list"));
    app_free(raw);
    unlink(path);
    unlink(csv);
    rmdir(directory);
}

static void log_view(void **state)
{
    (void)state;
    fixture_do(app, "log");
    fixture_goldens(app, "log");
    fixture_do(app, "search ensemble");
    assert_true(fixture_shows(app, "Ensemble"));
    fixture_do(app, "search no-such-text");
    assert_true(app->has_message);
    assert_true(fixture_shows(app, "is nowhere here"));
}

static void help_is_made_from_the_actions(void **state)
{
    (void)state;
    fixture_do(app, "log");
    fixture_do(app, "help");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "help_80x24");
    fixture_golden(app, 8, 40, GLYPHS_ASCII, "help_40x8_ascii");
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        bool found = false;
        for (size_t line = 0; line < app->page->n; line++) {
            const char *name = action_info((enum action)i)->name;
            size_t length = strlen(name);
            const char *text = app->page->lines[line].text;
            found = found || (strncmp(text, name, length) == 0 && text[length] == ' ');
        }
        assert_true(found);
    }
    fixture_do(app, "key / S c r e e n Enter");
    fixture_do(app, "key Esc");
    assert_null(app->page);
}

static void the_palette_shows_what_could_be_meant(void **state)
{
    (void)state;
    fixture_do(app, "run");
    fixture_do(app, "key : s c");
    fixture_goldens(app, "palette");
    fixture_do(app, "key Esc");
    assert_false(app_command(app, "scroes"));
    assert_true(fixture_shows(app, "did you mean 'scores'?"));
}

static void esc_goes_back_and_q_closes(void **state)
{
    (void)state;
    fixture_do(app, "run");
    fixture_do(app, "key 2");
    fixture_do(app, "key i");
    assert_non_null(app->page);
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "card_80x24");
    fixture_do(app, "key q");
    assert_null(app->page);
    assert_int_equal(app_view(app)->action, ACTION_VIEW_DATA);
    fixture_do(app, "key Esc"); /* never quits */
    assert_false(app->quit);
    fixture_do(app, "key q");
    assert_true(app->quit);
    app->quit = false;
}

static void a_filter_counts_while_it_is_typed(void **state)
{
    (void)state;
    fixture_do(app, "data");
    fixture_do(app, "key & f a i l e d : > 0");
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "filter_live_80x24");
    assert_string_equal(app->session.filter.text, ""); /* not before Enter */
    fixture_do(app, "key Enter");
    assert_string_equal(app->session.filter.text, "failed:>0");
    assert_true(app->session.filter.counted);
    assert_int_equal(app->session.filter.rows, 46);
    assert_true(fixture_shows(app, "& 46 of 3.0 k rows"));
    assert_true(fixture_shows(app, "only failed_events:>0"));
    fixture_do(app, "key & Ctrl-U u s r : x");
    assert_true(fixture_shows(app, "column 1: "));
    assert_true(fixture_shows(app, "did you mean user?"));
    fixture_do(app, "key Enter");
    assert_string_equal(app->session.filter.text,
                        "failed:>0"); /* a wrong one changes nothing, */
    assert_int_equal(app->prompt.kind, PROMPT_FILTER);
    assert_string_equal(app->prompt.edit.text, "usr:x"); /* and is there to be mended */
    fixture_do(app, "key Esc : q u x Enter");
    assert_int_equal(app->prompt.kind, PROMPT_COMMAND);
    assert_true(fixture_shows(app, "qux"));
    fixture_do(app, "key Esc");
    assert_int_equal(app->prompt.kind, PROMPT_NONE);
    fixture_do(app, "filter user:U*");
    assert_string_equal(app->session.filter.text, "user:U*");
    fixture_do(app, "clear-filter");
    assert_string_equal(app->session.filter.text, "");
    assert_true(fixture_shows(app, "2,967 rows"));
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

static void any_size_will_do(void **state)
{
    (void)state;
    static const char *const lines[] = {"run",  "data",     "key Tab", "log",      "help",
                                        "back", "run-card", "back",    "command s"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        fixture_do(app, lines[i]);
        fixture_draw_all_sizes(app);
    }
    fixture_do(app, "key Esc");
}

static void a_hostile_table_shows_as_marks(void **state)
{
    (void)state;
    static const char *const names[] = {"\033[2J\033]0;title\007",
                                        "\xe2\x80\xae"
                                        "gnp.exe",
                                        "\xff\xfe\xc3",
                                        "\xe6\x9d\xb1\xe4\xba\xac",
                                        "e\xcc\x81\xcc\x82\xcc\x83",
                                        "\xc2\x9b"
                                        "31m",
                                        "a\tb",
                                        "\xe2\x80\x8b\xef\xbb\xbf"};
    char path[] = "/tmp/oddhours-hostile-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    fprintf(file, "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
                  "nbhours_events,nbhours_ratio\n");
    for (int i = 0; i < 200; i++) {
        fprintf(file, "\"2015-01-%02d 0%d:00:00%s\",\"%s\",%d,0,0,1,%d,0,0\n", 1 + i % 28,
                i % 10, i % 50 == 0 ? "\033[31m" : "", names[i % 8], i, i % 5);
    }
    fprintf(file, "x\033[31m,y\n"); /* a line that is left out, and reported */
    assert_int_equal(fclose(file), 0);
    struct app *hostile = fixture_open(path, "iforest,lof");
    unlink(path);
    for (size_t i = 0; views[i] != NULL; i++) {
        app_do(hostile, views[i]->action, "");
        fixture_draw_all_sizes(hostile);
    }
    fixture_do(hostile, "data");
    assert_true(fixture_shows(hostile, "\xc2\xb7[2J"));
    app_free(hostile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_view),
        cmocka_unit_test(data_view),
        cmocka_unit_test(topk_view),
        cmocka_unit_test(crumbs_lead_to_the_row),
        cmocka_unit_test(user_view),
        cmocka_unit_test(scores_view),
        cmocka_unit_test(compare_view),
        cmocka_unit_test(the_log_behind_a_user_hour),
        cmocka_unit_test(lines_name_the_other_user_are_counted_and_written),
        cmocka_unit_test(log_view),
        cmocka_unit_test(help_is_made_from_the_actions),
        cmocka_unit_test(the_palette_shows_what_could_be_meant),
        cmocka_unit_test(esc_goes_back_and_q_closes),
        cmocka_unit_test(a_filter_counts_while_it_is_typed),
        cmocka_unit_test(the_first_is_selected_when_a_filter_drops_the_selected_one),
        cmocka_unit_test(an_hour_across_users_is_whole_and_leads_back),
        cmocka_unit_test(another_detector_keeps_the_user),
        cmocka_unit_test(keys_mean_the_user_hour_under_the_cursor),
        cmocka_unit_test(identical_user_hours_are_listed_and_lead_back),
        cmocka_unit_test(k_and_detector_are_chosen_by_key_and_name),
        cmocka_unit_test(any_size_will_do),
        cmocka_unit_test(a_hostile_table_shows_as_marks),
    };
    return cmocka_run_group_tests_name("views", tests, open_sample, close_sample);
}
