/* The palette: names and what may follow them are completed, what was typed comes back, what is
 * wrong is named. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "unit/test.h"

static struct app *app;
static char directory[64], filters[128];

static int open_sample(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-palette-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(filters, sizeof filters, "%s/filters.json", directory);
    app = fixture_open_filters("lanl_user_hours.csv", "iforest,lof", filters);
    fixture_do(app, "top");
    return 0;
}

static int close_sample(void **state)
{
    (void)state;
    app_free(app);
    unlink(filters);
    return rmdir(directory);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        app_key(app, (keycode)(unsigned char)*text);
    }
    fixture_wait(app);
}

/* Opens the palette, types, presses Tab: the line becomes `wanted`. */
static void assert_completed(const char *typed, const char *wanted)
{
    app_key(app, ':');
    type(typed);
    app_key(app, KEYS_TAB);
    fixture_wait(app);
    char text[LINE_EDIT_SIZE];
    memcpy(text, app->prompt.edit.text, sizeof text);
    app_key(app, KEYS_ESC);
    assert_string_equal(text, wanted);
}

/* The words offered for what is typed, with blanks between. */
static void assert_offered(const char *typed, const char *wanted)
{
    char offered[2000] = "";
    app_key(app, ':');
    type(typed);
    assert_true(app->prompt.of_words);
    for (size_t i = 0; i < app->prompt.n_choices; i++) {
        strcat(offered, i > 0 ? " " : "");
        strcat(offered, app->prompt.words[i]);
    }
    app_key(app, KEYS_ESC);
    assert_string_equal(offered, wanted);
}

static void names_of_all_kinds(void **state)
{
    (void)state;
    assert_completed("detec", "detector ");
    assert_completed("detector if", "detector iforest");
    assert_offered("detector ", "iforest lof ensemble");
    assert_completed("heat dst", "heat dst_hosts");
    assert_completed("heat ens", "heat ensemble");
    assert_completed("run tre", "run trees=");
    assert_completed("run mod", "run models=");
    assert_completed("run models=ifo", "run models=iforest ");
    assert_offered("run models=", "models=iforest models=autoencoder models=lof models=ecod");
    assert_offered("run seed=1 lof=", "lof=distinct lof=sklearn");
    assert_completed("run seed=1 lof=sk", "run seed=1 lof=sklearn ");
    assert_completed("user ANON", "user ANONYMOUS LOGON@C1065");
    assert_completed("glyphs as", "glyphs ascii");
    assert_completed("why s", "why shapley");
    assert_completed("say nothing known", "say nothing known");
}

static void terms_of_filters(void **state)
{
    (void)state;
    assert_completed("filter failed", "filter failed_events:");
    assert_completed("filter day:1 -fail_", "filter day:1 -fail_ratio:");
    assert_completed("filter lof.", "filter lof.rank:");
    assert_offered("filter day:", "day:last");
    assert_offered("filter flagged:", "flagged:any flagged:all flagged:iforest flagged:lof "
                                      "flagged:ensemble");
    assert_completed("filter sort:dst", "filter sort:dst_hosts");
    assert_completed("filter -user:ANON", "filter -user:ANONYMOUS?LOGON@C1065");
}

static void the_filter_prompt_completes(void **state)
{
    (void)state;
    fixture_do(app, "key Tab &"); /* without the pane: its lines are another test's */
    type("fail");
    fixture_do(app, "key Tab");
    assert_int_equal(app->prompt.n_choices, 2);
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "filter_choices_80x24_ascii");
    fixture_golden(app, 8, 40, GLYPHS_ASCII, "filter_choices_40x8_ascii");
    fixture_do(app, "key Down Down Tab");
    assert_string_equal(app->prompt.edit.text, "fail_ratio:");
    assert_int_equal(app->prompt.n_choices, 0);
    type(">0.5 nbhours_r");
    fixture_do(app, "key Tab"); /* the only one is taken at once */
    assert_string_equal(app->prompt.edit.text, "fail_ratio:>0.5 nbhours_ratio:");
    fixture_do(app, "key Esc");
    assert_string_equal(app->session.filter.text, "");
}

static void saved_filters_complete(void **state)
{
    (void)state;
    fixture_do(app, "filter day:0");
    fixture_do(app, "save-filter morning");
    fixture_do(app, "save-filter monday");
    assert_offered("filter @mo", "@monday @morning");
    assert_completed("filter @mor", "filter @morning");
    assert_completed("forget-filter mon", "forget-filter monday");
    fixture_do(app, "clear-filter");
}

static void files_complete(void **state)
{
    (void)state;
    char path[200], wanted[200];
    snprintf(path, sizeof path, "%s/folder", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/one.csv", directory);
    fclose(fopen(path, "w"));
    snprintf(path, sizeof path, "export %s/fo", directory);
    snprintf(wanted, sizeof wanted, "export %s/folder/", directory);
    assert_completed(path, wanted);
    snprintf(path, sizeof path, "import %s/o", directory);
    snprintf(wanted, sizeof wanted, "import %s/one.csv", directory);
    assert_completed(path, wanted);
    snprintf(path, sizeof path, "import %s/nowhere/x", directory);
    assert_completed(path, path);
    snprintf(path, sizeof path, "%s/folder", directory);
    rmdir(path);
    snprintf(path, sizeof path, "%s/one.csv", directory);
    unlink(path);
}

static void what_was_typed_comes_back(void **state)
{
    (void)state;
    fixture_do(app, "key :");
    type("k 50");
    fixture_do(app, "key Enter :");
    type("k 60");
    fixture_do(app, "key Enter : Up");
    assert_string_equal(app->prompt.edit.text, "k 60");
    fixture_do(app, "key Up Enter");
    assert_int_equal(app->session.selected.k, 50);
    fixture_do(app, "key : d Ctrl-P"); /* not a choice: what was typed */
    assert_string_equal(app->prompt.edit.text, "k 50");
    fixture_do(app, "key Esc : Down"); /* Down is the first choice, as ever */
    assert_int_equal(app->prompt.choice, 0);
    fixture_do(app, "key Esc");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    fixture_do(app, "detector ifrest");
    assert_true(
        fixture_shows(app, "'ifrest' is no detector of this run; did you mean iforest?"));
    assert_false(app_command(app, "exprot x"));
    assert_true(fixture_shows(app, "there is no 'exprot'; did you mean 'export'?"));
    fixture_do(app, "run tres=4");
    assert_true(fixture_shows(app, "did you mean"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_kinds),
        cmocka_unit_test(terms_of_filters),
        cmocka_unit_test(the_filter_prompt_completes),
        cmocka_unit_test(saved_filters_complete),
        cmocka_unit_test(files_complete),
        cmocka_unit_test(what_was_typed_comes_back),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, open_sample, close_sample);
}
