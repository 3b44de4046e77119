/* A list that scores rows, not profiles, on all the screens: it takes the place of one result
 * of a run that is shown, and is filtered, sorted, exported, compared and judged as a detector
 * is. And a column beside the profiles, likewise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/fixture.h"
#include "tui/planted.h"
#include "unit/test.h"
#include "views/compare_view.h"

static const struct result *planted(const struct app *app)
{
    return run_result_find(app->run, "planted");
}

/* The screen with that list in the place of the ensemble, in view. */
static struct app *open_with_list(const char *reviews)
{
    struct app *app = reviews == NULL ? fixture_open("lanl_user_hours.csv", "iforest")
                                      : fixture_open_reviewed("lanl_user_hours.csv", "iforest",
                                                              reviews, "ana");
    struct result made = {0};
    struct status status = {0};
    size_t place = (size_t)(run_ensemble(app->run) - app->run->results);
    fixture_wait(app);
    fixture_do(app, "detector ensemble");
    assert_true(planted_make(app->run, &made, &status));
    app_replace_result(app, place, &made);
    fixture_wait(app);
    fixture_wait(app);
    assert_string_equal(app->run->results[place].name, "planted");
    assert_true(app->session.has_result[place]);
    return app;
}

struct row {
    float score;
    uint32_t row;
};

static int by_score(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* The rows that have a score, as the list must have them; returns how many. */
static size_t expect(const struct app *app, struct row **rows)
{
    size_t n = 0, n_rows = app->run->table->n_rows;
    *rows = calloc(n_rows, sizeof **rows);
    assert_non_null(*rows);
    for (size_t i = 0; i < n_rows; i++) {
        if (!isnan(planted_score(i))) {
            (*rows)[n++] = (struct row){planted_score(i), (uint32_t)i};
        }
    }
    qsort(*rows, n, sizeof **rows, by_score);
    return n;
}

static size_t shown_rows(struct app *app, const char *filter)
{
    char line[200];
    snprintf(line, sizeof line, "filter %s", filter);
    fixture_do(app, line);
    fixture_wait(app);
    assert_true(app->session.filter.counted);
    return app->session.filter.rows;
}

static void it_is_listed_filtered_and_sorted(void **state)
{
    (void)state;
    struct app *app = open_with_list(NULL);
    struct row *rows;
    size_t n = expect(app, &rows), above = 0, low = 0;
    fixture_do(app, "top");
    assert_true(fixture_shows(app, "Planted rows"));
    const struct ranking *ranking = planted(app)->ranking;
    assert_int_equal(ranking->scored_rows, n);
    for (size_t i = 0; i < n; i++) {
        above += rows[i].score > 100;
        low += rows[i].score < 1;
    }
    assert_int_equal(planted(app)->scores.flagged_rows, above);
    assert_int_equal(shown_rows(app, "planted:>100"), above);
    assert_int_equal(shown_rows(app, "planted:<1"), low);
    assert_int_equal(shown_rows(app, "flagged:planted"), above);
    assert_int_equal(shown_rows(app, "planted.rank:1-25"), 25);
    fixture_do(app, "clear-filter");
    fixture_do(app, "first");
    assert_int_equal(app->session.selected.row, rows[0].row);
    for (size_t i = 1; i < 12; i++) {
        fixture_do(app, "down");
        assert_int_equal(app->session.selected.row, rows[i].row);
        assert_int_equal(ranking_rank_of(ranking, app->run->by_profile,
                                         app->run->table->row_profile, rows[i].row),
                         i + 1);
    }
    fixture_do(app, "filter sort:planted-asc");
    fixture_wait(app);
    fixture_do(app, "first");
    assert_true(planted_score(app->session.selected.row) == rows[n - 1].score);
    free(rows);
    app_free(app);
}

static void every_view_draws_it(void **state)
{
    (void)state;
    struct app *app = open_with_list(NULL);
    static const char *const lines[] = {
        "run",     "data",  "scores", "beside",
        "axis",    "top",   "open",   "why",
        "back",    "users", "open",   "heat",
        "compare", "pane",  "pane",   "pane",
        "compare", "log",   "top",    "columns rank user planted planted.rank iforest why"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fixture_do(app, lines[i]);
        fixture_draw_all_sizes(app);
    }
    assert_true(fixture_shows(app, "PLAN"));
    app_free(app);
}

/* Lists that are no detectors are compared when they are named. */
static void it_is_compared_when_it_is_named(void **state)
{
    (void)state;
    struct app *app = open_with_list(NULL);
    struct row *rows;
    size_t n = expect(app, &rows), common = 0;
    fixture_do(app, "k 300");
    fixture_do(app, "compare");
    assert_true(fixture_shows(app, "two detectors are needed to compare"));
    fixture_do(app, "compare iforest,plantet");
    assert_true(fixture_shows(app, "'plantet' is no detector of this run"));
    assert_true(fixture_shows(app, "did you mean planted?"));
    fixture_do(app, "compare iforest");
    assert_true(fixture_shows(app, "name two lists or more"));
    fixture_do(app, "compare iforest,planted");
    fixture_wait(app);
    const struct compare_view *view = app_view_state(app);
    assert_true(view->ready && view->found.n == 2 && n > 300);
    const struct result *forest = run_result_find(app->run, "iforest");
    for (size_t i = 0; i < 300; i++) {
        common += ranking_rank_of(forest->ranking, app->run->by_profile,
                                  app->run->table->row_profile, rows[i].row) <= 300
                      ? 1
                      : 0;
    }
    assert_true(common > 0);
    assert_int_equal(view->found.at_k.common[0][1], common);
    assert_int_equal(view->found.n_consensus, common);
    fixture_draw_all_sizes(app);
    fixture_do(app, "compare detectors");
    assert_true(fixture_shows(app, "two detectors are needed to compare"));
    free(rows);
    app_free(app);
}

static void it_is_exported_in_its_order(void **state)
{
    (void)state;
    char path[] = "/tmp/oddhours-row-list-XXXXXX", line[200], *text = calloc(1, 1 << 20);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_non_null(text);
    struct app *app = open_with_list(NULL);
    struct row *rows;
    size_t n = expect(app, &rows);
    fixture_do(app, "top");
    fixture_do(app, "k 30");
    snprintf(line, sizeof line, "export %s.csv", path);
    fixture_do(app, line);
    fixture_wait(app);
    snprintf(line, sizeof line, "%s.csv", path);
    FILE *file = fopen(line, "r");
    assert_non_null(file);
    size_t at = 0;
    assert_non_null(fgets(text, 1 << 20, file));
    assert_non_null(strstr(text, ",planted,planted_rank"));
    while (fgets(text, 1 << 20, file) != NULL) {
        unsigned long rank, row;
        assert_int_equal(sscanf(text, "%lu,%lu", &rank, &row), 2);
        assert_true(at < n);
        assert_int_equal(rank, at + 1);
        assert_int_equal(row, rows[at++].row);
    }
    assert_int_equal(at, 30);
    fclose(file);
    unlink(line);
    unlink(path);
    free(rows);
    free(text);
    app_free(app);
}

static void it_is_judged(void **state)
{
    (void)state;
    char folder[] = "/tmp/oddhours-row-list-XXXXXX", store[100];
    assert_non_null(mkdtemp(folder));
    snprintf(store, sizeof store, "%s/reviews.db", folder);
    struct app *app = open_with_list(store);
    fixture_do(app, "top");
    fixture_do(app, "k 10");
    for (int i = 0; i < 4; i++) {
        fixture_do(app, i % 2 == 0 ? "true-positive" : "false-positive");
        fixture_wait(app);
    }
    fixture_do(app, "review");
    fixture_draw_all_sizes(app);
    fixture_do(app, "queue top planted");
    fixture_wait(app);
    fixture_draw_all_sizes(app);
    fixture_do(app, "detector planted");
    fixture_do(app, "numbers");
    fixture_wait(app);
    assert_non_null(app->page);
    bool named = fixture_shows(app, "PLAN");
    for (int i = 0; i < 40 && !named; i++) {
        fixture_do(app, "page-down");
        named = fixture_shows(app, "PLAN");
    }
    assert_true(named); /* its Precision@K is among the numbers */
    fixture_draw_all_sizes(app);
    app_free(app);
    unlink(store);
    rmdir(folder);
}

static void a_column_beside_the_profiles(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    struct status status = {0};
    size_t n = app->run->table->n_rows, large = 0;
    float *values = malloc(n * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++) {
        values[i] = i % 5 == 0 ? NAN : (float)(i % 97);
        large += i % 5 != 0 && i % 97 > 90;
    }
    fixture_wait(app);
    assert_true(table_add_column(app->run->table, "new_hosts", values, &status));
    fixture_do(app, "top");
    assert_int_equal(shown_rows(app, "new_hosts:>90"), large);
    fixture_do(app, "filter sort:new_hosts");
    fixture_wait(app);
    fixture_do(app, "columns rank user new_hosts");
    fixture_do(app, "first");
    assert_true(fixture_shows(app, "96"));
    assert_true(values[app->session.selected.row] == 96);
    fixture_draw_all_sizes(app);
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_listed_filtered_and_sorted),
        cmocka_unit_test(every_view_draws_it),
        cmocka_unit_test(it_is_compared_when_it_is_named),
        cmocka_unit_test(it_is_exported_in_its_order),
        cmocka_unit_test(it_is_judged),
        cmocka_unit_test(a_column_beside_the_profiles),
    };
    return cmocka_run_group_tests_name("row list", tests, NULL, NULL);
}
