/* Review on the screen: verdicts are marked, counted, saved, taken back and found again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reviewing/reviewing.h"
#include "tui/fixture.h"
#include "unit/test.h"

static char directory[64], store[96];

static int make_place(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/oddhours-review-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(store, sizeof store, "%s/reviews.db", directory);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    unlink(store);
    return rmdir(directory); /* fails when a journal or a rescue file was left */
}

static struct app *open_as(const char *reviewer)
{
    struct app *app =
        fixture_open_reviewed("lanl_user_hours.csv", "iforest,lof", store, reviewer);
    fixture_do(app, "top");
    return app;
}

static enum verdict own(const struct app *app, size_t rank)
{
    const struct run *run = app->session.run;
    uint32_t row;
    const struct ranking *ranking = run_ensemble(run)->ranking;
    assert_int_equal(ranking_rows(ranking, run->by_profile, rank, 1, &row, NULL), 1);
    const struct verdict_row *found = session_own_verdict(&app->session, row);
    return found == NULL ? VERDICT_NONE : found->verdict;
}

static void verdicts_are_marked_and_the_cursor_goes_on(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "key t f o");
    assert_int_equal(own(app, 1), VERDICT_TP);
    assert_int_equal(own(app, 2), VERDICT_FP);
    assert_int_equal(own(app, 3), VERDICT_UNDECIDED);
    assert_int_equal(own(app, 4), VERDICT_NONE);
    assert_int_equal(review_unsaved(app->review), 0);
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "topk_verdicts_80x24");
    app_free(app);
}

static void they_are_there_the_next_time(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "key t f");
    app_free(app);
    app = open_as("ana");
    assert_int_equal(own(app, 1), VERDICT_TP);
    assert_int_equal(own(app, 2), VERDICT_FP);
    app_free(app);
    app = open_as("ben"); /* others' verdicts are not one's own, but count */
    assert_int_equal(own(app, 1), VERDICT_NONE);
    assert_true(fixture_shows(app, "(TP)"));
    app_free(app);
}

static void what_was_said_is_taken_back_and_said_again(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "key t f z");
    assert_int_equal(own(app, 2), VERDICT_NONE);
    fixture_do(app, "key z");
    assert_int_equal(own(app, 1), VERDICT_NONE);
    app_free(app);
    app = open_as("ana"); /* undo is kept, too, and so is what can be said again */
    assert_int_equal(own(app, 1), VERDICT_NONE);
    fixture_do(app, "key Z");
    assert_int_equal(own(app, 1), VERDICT_TP);
    fixture_do(app, "key Z");
    assert_int_equal(own(app, 2), VERDICT_FP);
    app_free(app);
}

static void filters_know_verdicts(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "key t f t o");
    fixture_do(app, "filter verdict:tp");
    assert_int_equal(app->session.filter.rows, 2);
    fixture_do(app, "filter verdict:none");
    assert_int_equal(app->session.filter.rows, app->session.run->table->n_rows - 4);
    fixture_do(app, "clear-filter");
    fixture_do(app, "first");
    fixture_do(app, "note seen before, harmless");
    fixture_do(app, "filter note:harmless");
    assert_int_equal(app->session.filter.rows, 1);
    app_free(app);
}

static void the_review_view(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "k 10");
    fixture_do(app, "review");
    fixture_goldens(app, "review_new");
    fixture_do(app, "key t f t o");
    fixture_goldens(app, "review");
    fixture_do(app, "key L"); /* Clopper-Pearson for Wilson */
    fixture_golden(app, 24, 100, GLYPHS_BLOCK, "review_exact_100x24");
    fixture_draw_all_sizes(app);
    fixture_do(app, "controls 3");
    fixture_do(app, "repeats 2");
    assert_true(fixture_shows(app, "3 of the bulk as controls"));
    fixture_do(app, "controls many");
    assert_non_null(strstr(app->message, "whole number"));
    fixture_do(app, "controls 0");
    fixture_do(app, "repeats 0");
    fixture_do(app, "blind 7");
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "review_blind_80x24_ascii");
    app_free(app);
}

static struct app *open_synthetic(void)
{
    struct app *app =
        fixture_open_reviewed("synthetic_user_hours.csv.gz", "iforest,lof", store, "demo");
    char line[1200];
    snprintf(line, sizeof line, "import %s/data/synthetic_review.json",
             getenv("ODDHOURS_SRCDIR"));
    fixture_do(app, line); /* in any view */
    fixture_do(app, "review");
    return app;
}

static void the_curve_of_the_detector_in_view(void **state)
{
    (void)state;
    struct app *app = open_synthetic();
    fixture_do(app, "k 50");
    fixture_do(app, "key Tab");
    fixture_goldens(app, "review_curve");
    fixture_golden(app, 24, 80, GLYPHS_BRAILLE, "review_curve_80x24_braille");
    fixture_golden(app, 43, 132, GLYPHS_BLOCK, "review_curve_132x43");
    fixture_draw_all_sizes(app);
    assert_true(fixture_shows(app, "P@k of ENS"));
    fixture_do(app, "key ]");
    assert_true(fixture_shows(app, "P@k of IF"));
    fixture_do(app, "key [ [");
    assert_true(fixture_shows(app, "P@k of LOF"));
    fixture_do(app, "key Tab");
    assert_false(fixture_shows(app, "P@k of LOF"));
    app_free(app);
}

static void every_kind_of_queue_is_started_by_its_words(void **state)
{
    (void)state;
    struct app *app = open_synthetic();
    fixture_do(app, "queue top iforest k=30");
    assert_true(fixture_shows(app, "Top of IF by rank: "));
    assert_true(fixture_shows(app, "30 user-hours"));
    assert_int_equal(app->session.selected.result, 0);
    fixture_do(app, "queue pooled k=50");
    assert_true(fixture_shows(app, "Pooled of IF, LOF by best rank: "));
    assert_true(fixture_shows(app, "100 slots, 96 distinct"));
    fixture_do(app, "queue stratified k=1000 each=30 seed=7");
    assert_true(fixture_shows(app, "1,000 ranks in 3 strata, 90 drawn"));
    assert_true(fixture_shows(app, "by strata"));
    fixture_do(app, "queue stratified k=200 each=10 seed=7");
    fixture_do(app, "key t t t t t t t t t f f f f f f f");
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "review_strata_80x24_ascii");
    fixture_do(app, "queue");
    assert_non_null(strstr(app->message, "strata iforest k=200 seed=7 strata=50:10,200:10"));
    char label[600]; /* what a verdict records starts the same queue again */
    snprintf(label, sizeof label, "queue %s", app->message);
    fixture_do(app, "queue pooled");
    fixture_do(app, label);
    assert_true(fixture_shows(app, "200 ranks in 2 strata, 20 drawn"));
    fixture_do(app, "queue top k=20 controls=4 repeats=3 blind seed=5");
    assert_true(fixture_shows(app, "4 of the bulk as controls; 3 shown twice"));
    fixture_do(app, "queue top open controls=0 repeats=0");
    assert_false(fixture_shows(app, "blind"));
    fixture_do(app, "queue sideways");
    assert_non_null(strstr(app->message, "'sideways' says nothing about a queue"));
    app_free(app);
}

static void a_repeat_is_judged_without_the_first_verdict(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "review");
    fixture_do(app, "queue top k=6 repeats=3 seed=3 blind");
    for (int i = 0; i < 9; i++) {
        assert_false(fixture_shows(app, " 0 left"));
        fixture_do(app, "key t");
    }
    assert_true(fixture_shows(app, " 0 left"));
    const struct history *history = review_history(app->review);
    const struct agreement self = history_self_agreement(history, 0);
    assert_int_equal(self.n, 3);
    for (size_t i = 0; i < history_count(history); i++) {
        assert_true(history_entry(history, i)->blind);
        assert_int_equal(history_entry(history, i)->rows[0].rank, 0);
    }
    fixture_do(app, "key z"); /* the last place is open again, and the cursor there */
    assert_true(fixture_shows(app, " 1 left"));
    fixture_do(app, "key f");
    assert_true(fixture_shows(app, " 0 left"));
    fixture_do(app, "key w"); /* reasons name detectors */
    assert_non_null(strstr(app->message, "blind"));
    fixture_do(app, "key p");
    assert_non_null(strstr(app->message, "blind"));
    assert_null(app->page);
    app_free(app);
}

/* A copy of the sample without its last line: another version of the file. */
static void copy_shorter(const char *to)
{
    char from[4096], line[512], ahead[512];
    snprintf(from, sizeof from, "%s/data/lanl_user_hours.csv", getenv("ODDHOURS_SRCDIR"));
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    assert_true(in != NULL && out != NULL);
    assert_non_null(fgets(line, sizeof line, in));
    while (fgets(ahead, sizeof ahead, in) != NULL) {
        fputs(line, out);
        memcpy(line, ahead, sizeof line);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void verdicts_of_another_version(void **state)
{
    (void)state;
    char path[160];
    struct app *app = open_as("ana");
    fixture_do(app, "key t f o");
    app_free(app);
    snprintf(path, sizeof path, "%s/lanl_user_hours.csv", directory);
    copy_shorter(path);
    app = fixture_open_reviewed(path, "iforest,lof", store, "ben");
    fixture_do(app, "review");
    assert_non_null(strstr(app->message, "another version of this file"));
    assert_true(fixture_shows(app, "3 verdicts of another version of this file"));
    assert_int_equal(review_counting(app->review)->n, 0); /* they count nowhere */
    fixture_do(app, "versions");
    fixture_golden(app, 24, 80, GLYPHS_ASCII, "review_versions_80x24_ascii");
    fixture_do(app, "key Esc");
    fixture_do(app, "match 2");
    assert_non_null(strstr(app->message, "1 to 1"));
    fixture_do(app, "match 0"); /* not all of them */
    assert_non_null(strstr(app->message, "1 to 1"));
    fixture_do(app, "match");
    assert_non_null(strstr(app->message, "saved: 3 taken over by content"));
    assert_int_equal(review_counting(app->review)->n, 3);
    assert_false(fixture_shows(app, "another version"));
    app_free(app);
    unlink(path);
}

static void undo_takes_the_cursor_back(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    fixture_do(app, "review");
    size_t first = app->session.selected.row;
    fixture_do(app, "key t f o");
    fixture_do(app, "key z z z");
    assert_int_equal(app->session.selected.row, first);
    fixture_do(app, "key f"); /* the same place gets another verdict */
    const struct verdict_row *found = session_own_verdict(&app->session, first);
    assert_non_null(found);
    assert_int_equal(found->verdict, VERDICT_FP);
    app_free(app);
}

static size_t judged_alike(const struct app *app, uint32_t profile, enum verdict verdict)
{
    const struct run *run = app->session.run;
    size_t n = 0;
    for (size_t row = 0; row < run->table->n_rows; row++) {
        const struct verdict_row *found = session_own_verdict(&app->session, row);
        bool same = run->table->row_profile[row] == profile;
        assert_true(same || found == NULL);
        n += same && found != NULL && found->verdict == verdict;
    }
    return n;
}

/* Only a dialog with the number, and only `y`, judges more than one user-hour. */
static void identical_ones_after_a_dialog(void **state)
{
    (void)state;
    struct app *app = open_as("ana");
    const struct table *table = app->session.run->table;
    fixture_do(app, "k 5000");
    fixture_do(app, "key G");
    size_t row = app->session.selected.row;
    uint32_t profile = table->row_profile[row];
    size_t n = table->profiles.copies[profile];
    assert_true(n > 20);
    fixture_do(app, "key a");
    assert_int_equal(app->prompt.kind, PROMPT_NONE);
    assert_non_null(strstr(app->message, "a verdict first"));
    fixture_do(app, "key f");
    char wanted[128];
    static const char *const refusals[] = {"key n", "key a", "key Enter", "key Esc", "key f"};
    snprintf(wanted, sizeof wanted,
             "One verdict, false positive, for all %zu identical user-hours?", n);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        fixture_do(app, "key a");
        assert_int_equal(app->prompt.kind, PROMPT_CONFIRM);
        assert_true(fixture_shows(app, wanted));
        fixture_do(app, refusals[i]);
        assert_int_equal(judged_alike(app, profile, VERDICT_FP), 1);
        assert_int_equal(history_count(review_history(app->review)), 1);
    }
    fixture_do(app, "key a y");
    assert_int_equal(judged_alike(app, profile, VERDICT_FP), n);
    snprintf(wanted, sizeof wanted, "saved: false positive, %zu user-hours", n);
    assert_string_equal(app->message, wanted);
    assert_int_equal(history_count(review_history(app->review)), 2); /* one, not n */
    fixture_do(app, "key z"); /* and is taken back as one; what was said before stands */
    assert_int_equal(judged_alike(app, profile, VERDICT_FP), 1);
    assert_int_equal(app->session.selected.row, row);
    snprintf(wanted, sizeof wanted, "saved: false positive taken back, %zu user-hours", n);
    assert_string_equal(app->message, wanted);
    fixture_do(app, "key Z");
    assert_int_equal(judged_alike(app, profile, VERDICT_FP), n);
    fixture_do(app, "key z z");
    assert_int_equal(judged_alike(app, profile, VERDICT_FP), 0);
    assert_non_null(strstr(app->message, "saved: false positive taken back, "));
    app_free(app);
}

/* Out of one store by a key, into an empty one of somebody else: the same verdicts and notes.
 */
static void a_review_goes_by_file(void **state)
{
    (void)state;
    static const char *const names[] = {"review.json", "review.csv"};
    for (size_t i = 0; i < 2; i++) {
        char file[128], line[200];
        snprintf(file, sizeof file, "%s/%s", directory, names[i]);
        struct app *app = open_as("ana");
        fixture_do(app, "key t f o z");
        fixture_do(app, "note said, \"so\"");
        snprintf(line, sizeof line, "export-review %s", file);
        fixture_do(app, line);
        assert_non_null(strstr(app->message, "the review is in "));
        app_free(app);
        unlink(store);
        app = open_as("ben");
        snprintf(line, sizeof line, "import %s", file);
        fixture_do(app, line);
        assert_string_equal(app->message, "saved: 5 entries taken in, 0 left out");
        fixture_do(app, line); /* again: nothing is added */
        assert_string_equal(app->message, "saved: 0 entries taken in, 0 left out");
        assert_int_equal(own(app, 1), VERDICT_NONE); /* they are ana's */
        assert_int_equal(review_counting(app->review)->n, 3);
        assert_true(fixture_shows(app, "(TP)"));
        fixture_do(app, "filter note:so");
        assert_int_equal(app->session.filter.rows, 1);
        app_free(app);
        unlink(file);
        unlink(store);
    }
}

/* Two verdicts of one uid, of which the store can hold one: the screen shows what it holds. */
static void of_two_entries_of_one_uid_the_second_is_refused(void **state)
{
    (void)state;
    char line[1200];
    snprintf(line, sizeof line, "import %s/tests/fuzz/corpus_review/repeated_uid.json",
             getenv("ODDHOURS_SRCDIR"));
    struct app *app = open_as("demo");
    fixture_do(app, line);
    assert_string_equal(app->message, "saved: 1 entry taken in, 0 left out; 1 refused: another "
                                      "entry has its uid");
    for (int i = 0; i < 2; i++) { /* and after opening it again */
        const struct verdict_row *first = session_own_verdict(&app->session, 2723);
        assert_true(first != NULL && first->verdict == VERDICT_TP);
        assert_null(session_own_verdict(&app->session, 2888));
        app_free(app);
        app = open_as("demo");
    }
    app_free(app);
    unlink(store);
}

static void an_exported_review_comes_in(void **state)
{
    (void)state;
    struct app *app =
        fixture_open_reviewed("synthetic_user_hours.csv.gz", "iforest", store, "ana");
    char line[1200];
    snprintf(line, sizeof line, "import %s/data/synthetic_review.json",
             getenv("ODDHOURS_SRCDIR"));
    fixture_do(app, "review");
    fixture_do(app, line);
    assert_true(fixture_shows(app, "reviewed"));
    const struct verdict_set *counting = review_counting(app->review);
    assert_non_null(counting);
    assert_true(counting->n > 20);
    fixture_do(app, "k 20");
    fixture_do(app, "numbers");
    fixture_golden(app, 40, 120, GLYPHS_ASCII, "review_numbers_120x40_ascii");
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(verdicts_are_marked_and_the_cursor_goes_on, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(they_are_there_the_next_time, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_was_said_is_taken_back_and_said_again, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(filters_know_verdicts, make_place, remove_place),
        cmocka_unit_test_setup_teardown(the_review_view, make_place, remove_place),
        cmocka_unit_test_setup_teardown(the_curve_of_the_detector_in_view, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(every_kind_of_queue_is_started_by_its_words, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_repeat_is_judged_without_the_first_verdict,
                                        make_place, remove_place),
        cmocka_unit_test_setup_teardown(verdicts_of_another_version, make_place, remove_place),
        cmocka_unit_test_setup_teardown(undo_takes_the_cursor_back, make_place, remove_place),
        cmocka_unit_test_setup_teardown(identical_ones_after_a_dialog, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_review_goes_by_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(of_two_entries_of_one_uid_the_second_is_refused,
                                        make_place, remove_place),
        cmocka_unit_test_setup_teardown(an_exported_review_comes_in, make_place, remove_place),
    };
    return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
