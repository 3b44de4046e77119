/* Lists of episodes: one line that unfolds, one verdict for all its user-hours, kept across a
 * kill. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rank/row_folds.h"
#include "tui/fixture.h"
#include "tui/review_place.h"
#include "unit/store_fixture.h"
#include "unit/test.h"

static const char table_name[] = "synthetic_user_hours.csv.gz";

/* ---- lines ---- */

static void the_line_of_an_episode_stays_above_its_rows(void **state)
{
    struct episode of[] = {{.best = 7, .from = 0, .n = 3},
                           {.best = 4, .from = 3, .n = 1},
                           {.best = 2, .from = 4, .n = 2}};
    uint32_t rows[] = {5, 7, 9, 4, 1, 2};
    const struct episodes episodes = {.n = 3, .of = of, .rows = rows, .n_rows = 6};
    struct row_folds *folds = row_folds_of_episodes(&episodes, NULL);
    static const size_t folded[] = {1, 3, 5}; /* positions of the best rows */
    static const size_t unfolded[] = {1, 0, 1, 2, 3, 5};
    (void)state;
    assert_non_null(folds);
    assert_int_equal(row_folds_lines(folds), 3);
    for (size_t i = 0; i < 3; i++) {
        struct row_line line = row_folds_at(folds, i);
        assert_int_equal(line.position, folded[i]);
        assert_int_equal(line.rows, of[i].n);
        assert_true(line.head && line.folded == (of[i].n > 1) && line.whole == (of[i].n > 1));
    }
    row_folds_open(folds, 0, true);
    row_folds_open(folds, 1, true); /* of one row: there is nothing to unfold */
    assert_int_equal(row_folds_lines(folds), 6);
    for (size_t i = 0; i < 6; i++) {
        struct row_line line = row_folds_at(folds, i);
        assert_int_equal(line.position, unfolded[i]);
        assert_true(line.whole == (i == 0 || i == 5));
        assert_true(line.head == (i == 0 || i >= 4));
    }
    for (size_t position = 0; position < 3; position++) {
        assert_int_equal(row_folds_line(folds, position), position + 1);
    }
    assert_int_equal(row_folds_line(folds, 4), 5);
    row_folds_free(folds);
}

/* ---- the list ---- */

struct screen {
    char store[64];
    struct app *app;
};

static struct screen screen_new(void)
{
    struct screen place;
    snprintf(place.store, sizeof place.store, "/tmp/oddhours-episodes-%d.db", (int)getpid());
    unlink(place.store);
    place.app = fixture_open_reviewed(table_name, "iforest,lof", place.store, "ann");
    fixture_do(place.app, "top");
    fixture_do(place.app, "by episode");
    return place;
}

static void screen_clear(struct screen *place)
{
    app_free(place->app);
    unlink(place->store);
}

static void sizes(struct app *app, const char *name)
{
    static const struct {
        int rows, cols;
    } sizes[] = {{24, 80}, {40, 120}, {60, 200}};
    for (size_t i = 0; i < 3; i++) {
        char full[64];
        snprintf(full, sizeof full, "%s_%dx%d", name, sizes[i].cols, sizes[i].rows);
        fixture_golden(app, sizes[i].rows, sizes[i].cols, GLYPHS_BLOCK, full);
    }
}

static void a_list_of_episodes_unfolds_and_is_judged(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    sizes(app, "episodes");
    fixture_do(app, "key j Enter");
    assert_true(fixture_shows(app, "C15598$@DOM1   d34 15h-17h"));
    fixture_do(app, "key t");
    fixture_wait(app);
    assert_true(fixture_shows(app, "true positive, an episode of 2 user-hours, C15598$@DOM1"));
    assert_answer(place.store, "SELECT count(*) FROM entry", "1");
    assert_answer(place.store, "SELECT count(*) FROM entry_row", "2");
    assert_answer(place.store, "SELECT episode FROM entry", "ensemble gap=2h");
    /* One of its rows by itself: a true positive stays one. */
    fixture_do(app, "key k");
    assert_true(fixture_shows(app, "TP"));
    fixture_do(app, "key f");
    fixture_wait(app);
    sizes(app, "episodes_judged");
    fixture_do(app, "key z z");
    fixture_wait(app);
    assert_true(fixture_shows(app, "taken back, an episode of 2 user-hours"));
    assert_false(fixture_shows(app, "TP"));
    fixture_do(app, "key Z");
    fixture_wait(app);
    assert_answer(place.store, "SELECT count(*) FROM verdicts WHERE verdict = 'tp'", "2");
    screen_clear(&place);
}

static void rows_and_episodes_are_a_key_apart(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    assert_true(fixture_shows(app, "top 100 episodes"));
    fixture_do(app, "key B");
    assert_true(fixture_shows(app, "top 100 of 100,000"));
    fixture_do(app, "key B");
    assert_true(fixture_shows(app, "top 100 episodes"));
    fixture_do(app, "fold");
    assert_true(fixture_shows(app, "fold is for lists by row"));
    /* Of a filter that nothing passes, too: a sanitizer tells. */
    fixture_do(app, "filter total_events:>99999999");
    fixture_wait(app);
    assert_true(fixture_shows(app, "no user-hour"));
    fixture_do(app, "filter");
    /* A gap of its own cuts otherwise; a larger one gives fewer lines for more rows. */
    fixture_do(app, "by episode 12");
    assert_true(fixture_shows(app, "at most 12 hours apart"));
    assert_false(fixture_shows(app, "141 of"));
    fixture_do(app, "by hour");
    assert_true(fixture_shows(app, "by wants row or episode"));
    fixture_do(app, "by episode 0");
    assert_true(fixture_shows(app, "gap"));
    /* A filter lists the episodes that have one of its rows. */
    fixture_do(app, "by episode 2");
    fixture_do(app, "filter user:U12682@DOM1 hour:16");
    assert_true(fixture_shows(app, "d13 15h-16h"));
    fixture_do(app, "filter user:nobody");
    assert_true(fixture_shows(app, "passes the filter"));
    fixture_draw_all_sizes(app);
    screen_clear(&place);
}

static void orders_detectors_and_ks_of_episodes(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    fixture_do(app, "k 5");
    assert_true(fixture_shows(app, "top 5 episodes"));
    fixture_do(app, "sort when");
    assert_true(fixture_shows(app, "by time, earliest first"));
    fixture_do(app, "detector lof");
    assert_true(fixture_shows(app, "5 episodes"));
    /* The second hour of an episode: it is unfolded to be shown. */
    fixture_do(app, "detector ensemble");
    fixture_do(app, "row 57851");
    fixture_wait(app);
    assert_true(fixture_shows(app, "C15598$@DOM1  d34 17h"));
    fixture_draw_all_sizes(app);
    screen_clear(&place);
}

static void an_export_has_a_line_for_each(void **state)
{
    struct screen place = screen_new();
    char path[64], line[128], first[4096] = "", second[4096] = "";
    (void)state;
    snprintf(path, sizeof path, "/tmp/oddhours-episodes-%d.csv", (int)getpid());
    unlink(path);
    fixture_do(place.app, "key t");
    fixture_wait(place.app);
    snprintf(line, sizeof line, "export %s", path);
    fixture_do(place.app, line);
    fixture_wait(place.app);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(first, sizeof first, file));
    assert_non_null(fgets(second, sizeof second, file));
    fclose(file);
    assert_memory_equal(first, "episode,row_id,dt,", 18);
    assert_non_null(strstr(first, ",episode_begin,episode_end,episode_hours,"));
    assert_non_null(
        strstr(second, ",1970-02-05 02:00:00,1970-02-05 03:00:00,2,2,58513 58573,tp"));
    unlink(path);
    screen_clear(&place);
}

/* ---- on the Why page ---- */

static void the_why_page_takes_verdicts_and_goes_on(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    fixture_do(app, "why");
    assert_true(fixture_shows(app, "C10836$@DOM1"));
    assert_true(fixture_shows(app, "t true-positive"));
    size_t first = app->session.selected.row;
    fixture_do(app, "key t");
    fixture_wait(app);
    /* All of the episode, and the page is of the next. */
    assert_answer(place.store, "SELECT count(*) FROM verdicts WHERE verdict = 'tp'", "2");
    assert_true(app->page != NULL && app->page->row != first);
    assert_true(fixture_shows(app, "C15598$@DOM1"));
    fixture_do(app, "note looks odd");
    fixture_do(app, "key z z");
    fixture_wait(app);
    assert_answer(place.store, "SELECT count(*) FROM verdicts", "0");
    fixture_do(app, "back");
    assert_true(app->page == NULL);
    /* By row, in a queue, and where the view has no such cursor. */
    fixture_do(app, "by row");
    fixture_do(app, "review");
    fixture_do(app, "why");
    fixture_do(app, "key f");
    fixture_wait(app);
    assert_answer(place.store, "SELECT count(*) FROM entry WHERE queue LIKE 'pooled%'", "1");
    fixture_do(app, "log");
    fixture_do(app, "why");
    fixture_do(app, "key o");
    fixture_wait(app);
    assert_answer(place.store, "SELECT count(*) FROM verdicts WHERE verdict = 'undecided'",
                  "1");
    screen_clear(&place);
}

static void reasons_and_later_are_kept(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    fixture_do(app, "key f");
    fixture_wait(app);
    fixture_do(app, "key r"); /* of the verdict that the cursor has just left */
    assert_true(fixture_shows(app, "1 backup  2 scanner"));
    fixture_do(app, "key 2 Enter");
    fixture_wait(app);
    assert_true(fixture_shows(app, "saved: reason scanner"));
    assert_answer(place.store, "SELECT DISTINCT reason FROM verdicts", "scanner");
    assert_answer(place.store, "SELECT count(*) FROM verdicts", "2"); /* of the episode */
    fixture_do(app, "key k");
    fixture_do(app, "reason night shift");
    fixture_wait(app);
    assert_answer(place.store, "SELECT DISTINCT reason FROM verdicts", "night shift");
    fixture_do(app, "key j j");
    fixture_do(app, "reason none");
    assert_true(fixture_shows(app, "give this user-hour a verdict first"));
    /* Later is no verdict: the next open one is another, and numbers leave it open. */
    fixture_do(app, "key d");
    fixture_wait(app);
    assert_true(fixture_shows(app, "saved: later"));
    assert_answer(place.store, "SELECT count(*) FROM verdicts WHERE verdict = 'later'", "1");
    fixture_do(app, "filter verdict:later");
    assert_true(fixture_shows(app, "1 episode"));
    screen_clear(&place);
}

/* ---- queues ---- */

static void a_queue_of_episodes_is_judged_one_by_one(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    (void)state;
    fixture_do(app, "k 5");
    fixture_do(app, "review");
    assert_true(fixture_shows(app, "P@5 ep."));
    sizes(app, "episodes_review");
    fixture_do(app, "key t f");
    fixture_wait(app);
    assert_answer(place.store, "SELECT count(*) FROM entry", "2");
    assert_answer(place.store, "SELECT count(*) > 2 FROM entry_row", "1");
    assert_answer(place.store, "SELECT DISTINCT queue FROM entry",
                  "pooled iforest,lof k=5 episodes gap=2");
    assert_answer(place.store, "SELECT DISTINCT episode FROM entry", "iforest,lof gap=2h");
    fixture_do(app, "key z");
    fixture_wait(app);
    assert_true(fixture_shows(app, "false positive taken back"));
    fixture_do(app, "key B");
    assert_true(fixture_shows(app, "P@5 "));
    assert_false(fixture_shows(app, "ep."));
    /* The label makes the same queue again. */
    fixture_do(app, "queue pooled iforest,lof k=5 episodes gap=2");
    assert_true(fixture_shows(app, "P@5 ep."));
    fixture_draw_all_sizes(app);
    screen_clear(&place);
}

/* Blind: begin, end and how many hours; nothing tells which of them was the worst. */
static void a_blind_queue_tells_no_hour_from_the_others(void **state)
{
    struct screen place = screen_new();
    struct app *app = place.app;
    char path[64], line[128], text[8192];
    (void)state;
    fixture_do(app, "k 5");
    fixture_do(app, "blind 7");
    fixture_do(app, "first");
    size_t several = 0;
    for (int i = 0; i < 8; i++) {
        several +=
            fixture_shows(app, "── 2 user-hours") || fixture_shows(app, "── 3 user-hours");
        assert_false(fixture_shows(app, "best rank"));
        assert_false(fixture_shows(app, "P@5"));
        fixture_do(app, "down");
    }
    assert_true(several > 0);
    snprintf(path, sizeof path, "/tmp/oddhours-blind-%d.csv", (int)getpid());
    unlink(path);
    snprintf(line, sizeof line, "export %s", path);
    fixture_do(app, line);
    fixture_wait(app);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    unlink(path);
    assert_non_null(strstr(text, "episode_rows,episode_row_ids"));
    assert_null(strstr(text, "rank"));
    assert_null(strstr(text, "iforest"));
    screen_clear(&place);
}

/* ---- kept ---- */

static struct vt *start(const struct review_place *place)
{
    char path[4200];
    const char *sources = getenv("ODDHOURS_SRCDIR");
    snprintf(path, sizeof path, "%s/data/%s", sources == NULL ? ".." : sources, table_name);
    const char *const argv[] = {
        place->program, "--no-cache", "--no-config", "--models",   "iforest", "--trees", "20",
        "--by-episode", "--reviews",  place->store,  "--reviewer", "ann",     path,      NULL};
    struct vt *vt = vt_start(argv, 24, 80, NULL);
    vt_wait_text(vt, VT_ANY, "finished in");
    vt_keys(vt, "4");
    vt_wait_text(vt, VT_ANY, "episodes");
    vt_wait_text(vt, VT_ANY, "d19 10h-d20 18h");
    return vt;
}

static void a_verdict_on_an_episode_survives_a_kill(void **state)
{
    struct review_place *place = review_place_new(true);
    (void)state;
    struct vt *vt = start(place);
    vt_keys(vt, "\r");
    vt_wait_text(vt, VT_ANY, "d19 11h"); /* its second hour */
    vt_keys(vt, "f");
    vt_wait_text(vt, VT_ANY, "saved: false positive, an episode of 33 user-hours");
    vt_signal(vt, SIGKILL);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGKILL);
    vt_free(vt);
    assert_answer(place->store, "PRAGMA integrity_check", "ok");
    assert_answer(place->store, "SELECT count(*) FROM verdicts WHERE verdict = 'fp'", "33");
    vt = start(place);
    vt_wait_text(vt, VT_ANY, "FP");
    vt_wait_text(vt, VT_ANY, "33/33");
    vt_keys(vt, "z");
    vt_wait_text(vt, VT_ANY, "taken back, an episode of 33 user-hours");
    vt_wait_gone(vt, "33/33");
    vt_signal(vt, SIGKILL);
    assert_int_equal(vt_wait_exit(vt), 128 + SIGKILL);
    vt_free(vt);
    assert_answer(place->store, "SELECT count(*) FROM verdicts WHERE verdict = 'fp'", "0");
    assert_answer(place->store, "SELECT count(*) FROM entry", "2");
    review_place_free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_of_an_episode_stays_above_its_rows),
        cmocka_unit_test(a_list_of_episodes_unfolds_and_is_judged),
        cmocka_unit_test(rows_and_episodes_are_a_key_apart),
        cmocka_unit_test(orders_detectors_and_ks_of_episodes),
        cmocka_unit_test(an_export_has_a_line_for_each),
        cmocka_unit_test(the_why_page_takes_verdicts_and_goes_on),
        cmocka_unit_test(reasons_and_later_are_kept),
        cmocka_unit_test(a_queue_of_episodes_is_judged_one_by_one),
        cmocka_unit_test(a_blind_queue_tells_no_hour_from_the_others),
        cmocka_unit_test(a_verdict_on_an_episode_survives_a_kill),
    };
    return cmocka_run_group_tests_name("episodes on the screen", tests, NULL, NULL);
}
