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
    assert_true(fixture_shows(app, "& 46 of 2,967 rows"));
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

/* Lines left out and times that cannot be read are said wherever rows are shown. */
static void losses_are_said_on_every_screen(void **state)
{
    (void)state;
    static const char *const shown[] = {"run", "top", "data", "log"};
    static const int sizes[][2] = {{24, 80}, {40, 120}, {60, 200}};
    struct app *lossy = fixture_open("../tests/cases/63-losses.csv", "iforest,lof");
    for (size_t i = 0; i < 4; i++) {
        fixture_do(lossy, shown[i]);
        for (size_t k = 0; k < 3; k++) {
            char name[64];
            snprintf(name, sizeof name, "losses_%s_%dx%d", shown[i], sizes[k][1], sizes[k][0]);
            fixture_golden(lossy, sizes[k][0], sizes[k][1], GLYPHS_BLOCK, name);
        }
    }
    app_free(lossy);
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
        cmocka_unit_test(log_view),
        cmocka_unit_test(help_is_made_from_the_actions),
        cmocka_unit_test(the_palette_shows_what_could_be_meant),
        cmocka_unit_test(esc_goes_back_and_q_closes),
        cmocka_unit_test(a_filter_counts_while_it_is_typed),
        cmocka_unit_test(any_size_will_do),
        cmocka_unit_test(a_hostile_table_shows_as_marks),
        cmocka_unit_test(losses_are_said_on_every_screen),
    };
    return cmocka_run_group_tests_name("views", tests, open_sample, close_sample);
}
