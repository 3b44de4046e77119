/* subset against a twin that walks the list. */
#include "rank/subset.h"

#include <math.h>
#include <stdlib.h>

#include "unit/fixture.h"
#include "unit/test.h"

enum { ROWS = 150000 };

struct setting {
    struct table *table;
    double *score;
    struct ranking *ranking;
    struct row_set set;
};

static int setup(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->table = fixture_user_hours(ROWS, 20, 5, 1);
    s->score = fixture_scores(s->table->profiles.n, 40, 7, 2); /* ties, some without a score */
    s->ranking = ranking_new(s->score, &s->table->profiles, NULL, NULL);
    assert_non_null(s->ranking);
    uint32_t *rows = calloc(ROWS, sizeof *rows);
    assert_non_null(rows);
    size_t n = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        if (row % 3 != 1) { /* more than one chunk of them */
            rows[n++] = row;
        }
    }
    s->set = row_set_list(rows, n);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct setting *s = *state;
    row_set_clear(&s->set);
    ranking_free(s->ranking);
    free(s->score);
    table_free(s->table);
    free(s);
    return 0;
}

static double score_of(const struct setting *s, size_t i)
{
    return s->score[s->table->row_profile[s->set.rows[i]]];
}

static void counts_are_those_of_the_list(void **state)
{
    const struct setting *s = *state;
    struct subset *subset = subset_new(s->ranking, &s->set, s->table->row_profile, NULL, NULL);
    assert_non_null(subset);
    size_t scored = 0;
    for (size_t i = 0; i < s->set.n; i++) {
        scored += isnan(score_of(s, i)) ? 0 : 1;
    }
    assert_true(scored < s->set.n);
    assert_int_equal(subset_scored(subset), scored);
    for (int k = 0; k <= 10; k++) {
        double score = k / 10.0 * s->score[s->ranking->order[0]];
        size_t above = 0;
        for (size_t i = 0; i < s->set.n; i++) {
            above += score_of(s, i) > score ? 1 : 0;
        }
        assert_int_equal(subset_above(subset, s->ranking, score), above);
    }
    assert_int_equal(subset_above(subset, s->ranking, INFINITY), 0);
    assert_int_equal(subset_above(subset, s->ranking, -INFINITY), scored);
    subset_free(subset);
}

static void bins_are_those_of_the_histogram(void **state)
{
    const struct setting *s = *state;
    struct subset *subset = subset_new(s->ranking, &s->set, s->table->row_profile, NULL, NULL);
    assert_non_null(subset);
    for (int log = 0; log < 2; log++) {
        const struct histogram_axis axis = {.bins = 24, .log = log, .low = NAN, .high = NAN};
        struct histogram *histogram = histogram_new(s->ranking, &axis, NULL);
        size_t counts[24], sum = 0;
        assert_non_null(histogram);
        histogram_count(histogram, s->ranking, s->table->row_profile, s->set.rows, s->set.n,
                        counts);
        for (size_t i = 0; i < histogram->bins; i++) {
            assert_int_equal(subset_bins(subset, histogram, i, i), counts[i]);
            assert_true(counts[i] <= histogram->rows[i]);
            sum += counts[i];
        }
        assert_true(sum > 0);
        assert_int_equal(subset_bins(subset, histogram, 0, histogram->bins - 1), sum);
        histogram_free(histogram);
    }
    subset_free(subset);
}

static void all_rows_in_file_order_will_do(void **state)
{
    const struct setting *s = *state;
    struct row_set all = row_set_file(ROWS), none = {0};
    struct subset *subset = subset_new(s->ranking, &all, s->table->row_profile, NULL, NULL);
    assert_non_null(subset);
    assert_int_equal(subset_scored(subset), s->ranking->scored_rows);
    subset_free(subset);
    subset = subset_new(s->ranking, &none, s->table->row_profile, NULL, NULL);
    assert_non_null(subset);
    assert_int_equal(subset_scored(subset), 0);
    subset_free(subset);
}

static void a_cancel_is_seen(void **state)
{
    const struct setting *s = *state;
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    assert_null(subset_new(s->ranking, &s->set, s->table->row_profile, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_the_list),
        cmocka_unit_test(bins_are_those_of_the_histogram),
        cmocka_unit_test(all_rows_in_file_order_will_do),
        cmocka_unit_test(a_cancel_is_seen),
    };
    return cmocka_run_group_tests_name("subset", tests, setup, teardown);
}
