/* The Compare view: pairs and their curves, what they share, one user-hour in full, verdicts.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reviewing/reviewing.h"
#include "tui/fixture.h"
#include "unit/test.h"
#include "views/compare_view.h"

static struct app *app;
static char store[] = "/tmp/oddhours-compare-XXXXXX";

static int open_compare(void **state)
{
    (void)state;
    int fd = mkstemp(store);
    if (fd < 0) {
        return -1;
    }
    close(fd);
    unlink(store);
    app = fixture_open_reviewed("synthetic_user_hours.csv.gz", "iforest,lof", store, "ana");
    fixture_do(app, "k 500");
    fixture_do(app, "compare");
    return 0;
}

static int close_compare(void **state)
{
    (void)state;
    app_free(app);
    return unlink(store);
}

static const struct compare_answer *found(void)
{
    return &((const struct compare_view *)app_view_state(app))->found;
}

static void pairs_come_in_order_and_all_of_them_last(void **state)
{
    (void)state;
    static const size_t a[] = {0, 0, 0, 1, 1, 2, 0}, b[] = {1, 2, 3, 2, 3, 3, 0};
    struct compare_answer one = {.n = 4};
    assert_int_equal(compare_pairs(&one), 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(compare_pair(&one, i).a, a[i]);
        assert_int_equal(compare_pair(&one, i).b, b[i]);
    }
    one.n = 2; /* all are the pair */
    assert_int_equal(compare_pairs(&one), 1);
}

static void the_curve_goes_beyond_k_and_has_it(void **state)
{
    (void)state;
    fixture_do(app, "k 73");
    bool has = false;
    for (size_t i = 0; i < found()->n_steps; i++) {
        has = has || found()->steps[i] == 73;
        assert_true(i == 0 || found()->steps[i] > found()->steps[i - 1]);
    }
    assert_true(has);
    assert_int_equal(found()->steps[found()->n_steps - 1], 730);
    fixture_do(app, "k 99000"); /* not beyond the table */
    assert_int_equal(found()->steps[found()->n_steps - 1], 100000);
    fixture_do(app, "k 500");
}

static void what_a_pair_shares_is_listed(void **state)
{
    (void)state;
    size_t common = found()->at_k.common[0][1];
    assert_true(common > 1);
    fixture_do(app, "key S-Tab"); /* from the consensus to the pairs */
    fixture_goldens(app, "compare_pairs");
    fixture_do(app, "key Enter");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_TOPK);
    assert_string_equal(app->session.filter.text, "iforest.rank:1-500 lof.rank:1-500");
    assert_true(app->session.filter.counted);
    assert_int_equal(app->session.filter.rows, common);
    fixture_do(app, "clear-filter");
    fixture_do(app, "compare");
    fixture_do(app, "key Tab");
}

static void enter_shows_the_user_hour_and_again_its_user(void **state)
{
    (void)state;
    fixture_do(app, "key Tab Down Enter"); /* the second of those that differ */
    size_t row = found()->differ[1].row;
    assert_true(app->session.selected.row == row);
    assert_true(fixture_shows(app, "total_events"));
    fixture_golden(app, 24, 80, GLYPHS_BLOCK, "compare_detail_80x24");
    fixture_golden(app, 8, 40, GLYPHS_ASCII, "compare_detail_40x8_ascii");
    fixture_do(app, "key Enter");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_USER);
    assert_true(app->session.selected.row == row);
    fixture_do(app, "key Esc");
    assert_int_equal(app_view(app)->action, ACTION_VIEW_COMPARE);
    fixture_do(app, "key Esc"); /* the detail goes, the view stays */
    assert_int_equal(app_view(app)->action, ACTION_VIEW_COMPARE);
    assert_false(fixture_shows(app, "total_events"));
    fixture_do(app, "key S-Tab");
}

static void its_user_hours_are_judged(void **state)
{
    (void)state;
    uint32_t first = found()->consensus[0], second = found()->consensus[1];
    fixture_do(app, "first");
    assert_true(fixture_shows(app, "consensus")); /* drawn: the list knows its height */
    fixture_do(app, "key t f");
    assert_int_equal(session_own_verdict(&app->session, first)->verdict, VERDICT_TP);
    assert_int_equal(session_own_verdict(&app->session, second)->verdict, VERDICT_FP);
    assert_true(fixture_shows(app, " TP "));
    fixture_do(app, "first");
    fixture_do(app, "key u");
    assert_true(app->session.selected.row == found()->consensus[2]);
    fixture_do(app, "key z z");
    assert_null(session_own_verdict(&app->session, first));
}

static void two_detectors_are_one_pair(void **state)
{
    (void)state;
    assert_false(fixture_shows(app, "s sort"));
    assert_false(fixture_shows(app, "(s"));
    fixture_do(app, "key Tab s");
    assert_string_equal(app->message, "nothing to choose here: there are only two detectors");
    fixture_do(app, "key S-Tab");
}

static void the_pair_that_differs_is_chosen(void **state)
{
    (void)state;
    struct app *own = app;
    app = fixture_open("lanl_user_hours.csv", "iforest,lof,autoencoder");
    fixture_do(app, "k 100");
    fixture_do(app, "compare");
    assert_int_equal(found()->n, 3);
    assert_true(fixture_shows(app, "s sort") && fixture_shows(app, "(s changes)"));
    fixture_do(app, "key Tab Down");
    assert_true(fixture_shows(app, "where the detectors differ most (s: another pair)"));
    double most = found()->differ[0].decades;
    double best = 0;
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        const struct compare_pair pair = compare_pair(found(), i);
        fixture_do(app, "key s");
        snprintf(name, sizeof name, "where %s and %s differ most",
                 app->session.run->results[found()->result[pair.a]].brief,
                 app->session.run->results[found()->result[pair.b]].brief);
        assert_true(fixture_shows(app, name));
        assert_true(found()->n_differ > 0);
        for (size_t k = 0; k < found()->n_differ; k++) {
            const struct disagreement *differ = &found()->differ[k];
            assert_true((differ->rare == pair.a && differ->ordinary == pair.b) ||
                        (differ->rare == pair.b && differ->ordinary == pair.a) ||
                        differ->decades == 0);
        }
        /* Told by the one that finds it rarer, whatever a third makes of it. */
        char told[64];
        snprintf(told, sizeof told, "%s: share of ",
                 app->session.run->results[found()->result[found()->differ[0].rare]].brief);
        fixture_do(app, "key Enter");
        assert_true(fixture_shows(app, told));
        fixture_do(app, "key Esc");
        best = found()->differ[0].decades > best ? found()->differ[0].decades : best;
    }
    assert_true(best == most); /* the widest of all is the widest of some pair */
    fixture_do(app, "key s");
    assert_true(fixture_shows(app, "where the detectors differ most"));
    fixture_do(app, "key Tab Tab s"); /* the pairs: all are shown */
    assert_non_null(strstr(app->message, "all pairs are shown"));
    assert_false(fixture_shows(app, "s sort"));
    app_free(app);
    app = own;
}

static void any_pane_at_any_size(void **state)
{
    (void)state;
    for (int i = 0; i < PANES; i++) {
        fixture_draw_all_sizes(app);
        fixture_do(app, "key Enter");
        if (app_view(app)->action != ACTION_VIEW_COMPARE) {
            fixture_do(app, "clear-filter");
            fixture_do(app, "compare");
        }
        fixture_draw_all_sizes(app);
        fixture_do(app, "key Tab");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_come_in_order_and_all_of_them_last),
        cmocka_unit_test(the_curve_goes_beyond_k_and_has_it),
        cmocka_unit_test(what_a_pair_shares_is_listed),
        cmocka_unit_test(enter_shows_the_user_hour_and_again_its_user),
        cmocka_unit_test(its_user_hours_are_judged),
        cmocka_unit_test(two_detectors_are_one_pair),
        cmocka_unit_test(the_pair_that_differs_is_chosen),
        cmocka_unit_test(any_pane_at_any_size),
    };
    return cmocka_run_group_tests_name("compare", tests, open_compare, close_compare);
}
