/* What is refused, or cannot be shown, says so: in every view before anything is read, on a
 * table without users and times, without a place for reviews, and for wrong arguments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "tui/odd_table.h"
#include "unit/test.h"

enum { STEPS = 4 };

static char directory[64], table[96], bare[96], store[96];

static int make_tables(void **state)
{
    (void)state;
    if (!odd_table_place(directory, sizeof directory)) {
        return -1;
    }
    snprintf(table, sizeof table, "%s/table.csv", directory);
    snprintf(bare, sizeof bare, "%s/bare.csv", directory);
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    return odd_table_write(table, false) && odd_table_write(bare, true) ? 0 : -1;
}

static int remove_tables(void **state)
{
    (void)state;
    unlink(table);
    unlink(bare);
    unlink(store);
    return rmdir(directory);
}

/* After `before`, `line` says `says` on the line above the footer or in the view. */
struct refusal {
    const char *before[STEPS];
    const char *line, *says;
};

static void check(struct app *app, const struct refusal *refusal)
{
    for (size_t i = 0; i < STEPS && refusal->before[i] != NULL; i++) {
        fixture_do(app, refusal->before[i]);
    }
    fixture_do(app, refusal->line);
    if (!fixture_shows(app, refusal->says)) {
        fail_msg("'%s' does not say: %s; but: %s", refusal->line, refusal->says,
                 app->has_message ? app->message : "nothing");
    }
    while (app->prompt.kind != PROMPT_NONE || app->page != NULL) {
        fixture_do(app, "key Esc");
    }
    if (app->session.filter.text[0] != '\0') {
        fixture_do(app, "clear-filter");
    }
}

/* ---- nothing is read yet ---- */

static void before_anything_is_read(void **state)
{
    static const struct {
        const char *view, *says;
    } views_say[] = {{"run", "starting"},
                     {"data", "nothing has been read yet"},
                     {"scores", "the table is not there yet"},
                     {"top", "has no scores yet"},
                     {"user", "the table is not there yet"},
                     {"users", "the table is not there yet"},
                     {"compare", "two detectors are needed to compare"},
                     {"review", "the queue is being made"},
                     {"log", "8 Log"}};
    struct run_params params;
    struct status status = {0};
    (void)state;
    run_params_init(&params);
    free(params.input);
    params.input = strdup(table);
    const struct app_options options = {
        .params = &params, .frozen = true, .review = {.on = true, .path = store}};
    struct app *app = app_new(&options, &status);
    assert_non_null(app);
    for (size_t i = 0; i < sizeof views_say / sizeof views_say[0]; i++) {
        assert_true(app_command(app, views_say[i].view));
        assert_true(fixture_shows_now(app, views_say[i].says));
    }
    /* Whatever is asked for in whatever view: it is answered, or nothing happens. */
    for (size_t i = 0; i < sizeof views_say / sizeof views_say[0]; i++) {
        for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
            static const char *const arguments[] = {"", "5", "nothing known"};
            const struct action_info *info = action_info((enum action)action);
            for (size_t k = 0; k < 3 && strstr(info->argument, "FILE") == NULL; k++) {
                app_command(app, views_say[i].view);
                app_do(app, (enum action)action, arguments[k]);
                assert_true(fixture_shows_now(app, ""));
                prompt_close(&app->prompt);
            }
        }
    }
    app_free(app);
    run_params_clear(&params);
}

/* ---- a table of features alone ---- */

static void without_users_and_times(void **state)
{
    static const struct refusal refusals[] = {
        {{"top"}, "user", "this table has no src_user column: no user"},
        {{"top"}, "users", "this table has no src_user column: no users to list"},
        {{"top"}, "hour", "this table has no dt column: no hours to show"},
        {{"top"}, "hour d1 3", "this table has no dt column: no hours to show"},
        {{"top"}, "sort user", "this list cannot be sorted by user"},
        {{"top"}, "sort time", "this list cannot be sorted by time"},
        {{"top"}, "filter user:ann", "column 1: this table has no users"},
        {{"top"}, "filter hour:3", "column 1: this table has no times"},
        {{"top"}, "lines", "only a raw log has lines"},
        {{"top"}, "row 7", "row 7"},
    };
    struct app *app = fixture_open(bare, "iforest,lof");
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        check(app, &refusals[i]);
    }
    app_free(app);
}

static void without_a_place_for_reviews(void **state)
{
    static const struct refusal refusals[] = {
        {{"top"}, "true-positive", "there is no place for reviews; --reviews FILE names one"},
        {{"top"}, "note x", "there is no place for reviews"},
        {{"top"}, "undo", "there is no place for reviews"},
        {{"top"}, "export-review x.json", "there is no place for reviews"},
        {{"top"}, "import x.json", "there is no place for reviews"},
        {{"top"}, "versions", "there is no place for reviews"},
        {{"top"}, "numbers", "there is no place for verdicts"},
        {{NULL}, "review", "no place for reviews: --reviews FILE names one"},
        {{"top"}, "save-filter x", "there is no home directory to keep filters in"},
    };
    struct app *app = fixture_open(table, "iforest,lof");
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        check(app, &refusals[i]);
    }
    app_free(app);
}

static void wrong_arguments(void **state)
{
    static const struct refusal refusals[] = {
        {{"top"}, "undo", "there is nothing to take back"},
        {{"top"}, "redo", "there is nothing to do again"},
        {{"top"}, "next", "nothing to search for yet"},
        {{"top"}, "row x", "row is a whole number from 0 to 359"},
        {{"data"}, "row 360", "row is a whole number from 0 to 359"},
        {{"top"}, "rank 0", "rank is a whole number from 1 to 360"},
        {{"top"}, "rank 361", "rank is a whole number from 1 to 360"},
        {{"top"}, "k 0", "k wants a whole number above 0"},
        {{"top"}, "k -1", "k wants a whole number above 0"},
        {{"top"}, "detector forest", "'forest' is no detector of this run"},
        {{"top"}, "detector autoencoder", "'autoencoder' is no detector of this run"},
        {{"top"}, "hour d99 03h", "there is no day d99: the table ends with d"},
        {{"top"}, "key : s e t Enter", "there is no 'set': config shows the settings"},
        {{"top"}, "hour d1 25", "an hour is a day and an hour, d23 03h, or how dt begins"},
        {{"top"}, "hour \"*", "an hour is a day and an hour"},
        {{"top"}, "sort verdict", "lists are not sorted by verdict; & verdict:tp picks by it"},
        {{"top"}, "sort why", "this list cannot be sorted by why"},
        {{"top"}, "sort nobody", "there is no column 'nobody'"},
        {{"top"}, "users nobody", "'users' stands alone, without 'nobody'"},
        {{"top"}, "columns nobody", "there is no column 'nobody'"},
        {{"scores"}, "beside nobody", "'nobody' is no detector of this run"},
        {{"scores"}, "threshold nobody", "a threshold is a score such as"},
        {{"scores"}, "threshold 101%", "5% or 20/day, not '101%'"},
        {{"user ann"},
         "heat nobody",
         "there is no feature and no detector with scores 'nobody'"},
        {{"user ann"}, "user nobody", "there is no user 'nobody'"},
        {{"user ann"}, "sort nobody", "sort by rank, time or a feature, not 'nobody'"},
        {{"users"},
         "sort nobody",
         "sort by flagged, rank, hours, first, last, user, kind or clock"},
        {{"top"}, "filter usr:ann", "did you mean user"},
        {{"top"}, "alike", "give this user-hour a verdict first"},
        {{"top", "rank 1", "filter row:100", "key t"},
         "key k a",
         "no other user-hour looks like this one"},
        {{"top"}, "import", "this wants the name of a file, .json or .csv"},
        {{"top"}, "export-review", "this wants the name of a file, .json or .csv"},
        {{"top"},
         "export-review /dev/null/x.json",
         "/dev/null/x.json: cannot be written: Not a directory"},
        {{"top"}, "import /dev/null/x.json", "cannot open '/dev/null/x.json': Not a directory"},
        {{"top"}, "match x", "no verdicts of another version"},
        {{"review"}, "sort foo", "a queue is not sorted by a column: sort alone goes to the n"},
        {{"review"}, "queue nobody", "'nobody' says nothing about a queue: top, pooled"},
        {{"review"}, "queue top nobody", "'nobody' says nothing about a queue: top, pooled"},
        {{"review"}, "blind x", "blind wants a whole number"},
        {{"review"}, "controls x", "controls wants a whole number of at most 100,000"},
        {{"review"}, "repeats x", "repeats wants a whole number of at most 100,000"},
        {{"top"}, "glyphs x", "glyphs are block, braille, ascii or auto, not 'x'"},
        {{"top"}, "color x", "color is auto, always or never, not 'x'"},
        {{"top"}, "mouse x", "mouse is on or off, not 'x'"},
        {{"top"}, "config /dev/null/x", "/dev/null/x: cannot be written: Not a directory"},
        {{"top"}, "screenshot", "screenshot wants the name of a file"},
        {{"top"}, "screenshot /dev/null/x", "/dev/null/x: cannot be written: Not a directory"},
        {{"top"},
         "export /dev/null/x.csv",
         "/dev/null/x.csv: cannot be written: Not a directory"},
        {{"top"},
         "run trees=0",
         "trees: '0' is not a whole number of at least 1 and at most 100000"},
        {{"top"}, "run tree=3", "did you mean 'trees'?"},
        {{"top"}, "run wwwwwwww=3", "there is no parameter 'wwwwwwww'"},
        {{"top"}, "run trees", "parameters are written NAME=VALUE"},
        {{"top"}, "run models=", "models: name at least one detector"},
        {{"top"}, "run features=a,a", "features: 'a' is named twice"},
        {{"top"}, "run features=a,,b", "features: an empty name in the list"},
        {{"top"}, "run features=", "features: name at least one column"},
        {{"log"}, "fold", "'fold' does nothing here"},
        {{"filter row:200", "top", "key t"}, "key u", "all others of this list have a verdict"},
        {{"review", "blind"},
         "why",
         "'why' would show what a blind review hides; :blind ends it"},
        {{"review"}, "numbers", "'numbers' would show what a blind review hides"},
    };
    struct app *app = fixture_open_reviewed(table, "iforest,lof", store, "ana");
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        check(app, &refusals[i]);
    }
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_anything_is_read),
        cmocka_unit_test(without_users_and_times),
        cmocka_unit_test(without_a_place_for_reviews),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests_name("refusals", tests, make_tables, remove_tables);
}
