/* histogram and ensemble against twins that walk all rows. */
#include "rank/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rank/ensemble.h"
#include "unit/fixture.h"
#include "unit/test.h"

struct scored {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
};

static struct scored scored_new(size_t n_rows, size_t levels, size_t unscored, uint64_t seed)
{
    struct scored s = {.table = fixture_user_hours(n_rows, 20, 5, seed)};
    s.index = fixture_index(s.table);
    s.score = fixture_scores(s.table->profiles.n, levels, unscored, seed + 1);
    s.ranking = ranking_new(s.score, &s.table->profiles, NULL, NULL);
    assert_non_null(s.ranking);
    return s;
}

static void scored_free(struct scored *s)
{
    ranking_free(s->ranking);
    free(s->score);
    row_index_free(s->index);
    table_free(s->table);
}

static size_t bin_twin(const struct histogram *histogram, double score)
{
    for (size_t i = histogram->bins; i-- > 0;) {
        double high = histogram->edges[i + 1];
        bool last = i + 1 == histogram->bins;
        if (score >= histogram->edges[i] && (score < high || (last && score == high))) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void check_histogram(const struct scored *s, const struct histogram_axis *axis)
{
    struct histogram *histogram = histogram_new(s->ranking, axis, NULL);
    assert_non_null(histogram);
    size_t rows[64] = {0}, counts[64], below = 0, above = 0, most = 0;
    uint32_t *all = calloc(s->table->n_rows, sizeof *all);
    assert_non_null(all);
    for (size_t row = 0; row < s->table->n_rows; row++) {
        double score = s->score[s->table->row_profile[row]];
        size_t bin = bin_twin(histogram, score);
        all[row] = (uint32_t)row;
        assert_int_equal(histogram_bin(histogram, score), bin);
        below += score < histogram->edges[0];
        above += score > histogram->edges[axis->bins];
        rows[bin == SIZE_MAX ? 63 : bin] += bin != SIZE_MAX;
    }
    histogram_count(histogram, s->ranking, s->table->row_profile, all, s->table->n_rows,
                    counts);
    for (size_t bin = 0; bin < axis->bins; bin++) {
        most = rows[bin] > most ? rows[bin] : most;
        assert_int_equal(histogram->rows[bin], rows[bin]);
        assert_int_equal(counts[bin], rows[bin]);
        size_t from, n = histogram_ranks(histogram, s->ranking, bin, bin, &from);
        assert_int_equal(n, rows[bin]);
        assert_int_equal(ranking_rows(s->ranking, s->index, from, n, all, NULL), n);
        for (size_t i = 0; i < n; i++) {
            double score = s->score[s->table->row_profile[all[i]]];
            assert_int_equal(histogram_bin(histogram, score), bin);
        }
    }
    assert_int_equal(histogram->most, most);
    assert_int_equal(histogram->below_rows, below);
    assert_int_equal(histogram->above_rows, above);
    free(all);
    histogram_free(histogram);
}

static void bins_hold_the_rows_they_say(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        const size_t levels[] = {0, 1, 2, 30};
        struct scored s = scored_new(1500, levels[seed % 4], seed % 3, seed);
        for (size_t bins = 1; bins <= 60; bins = bins * 3 + 1) {
            check_histogram(&s, &(struct histogram_axis){bins, false, NAN, NAN});
            check_histogram(&s, &(struct histogram_axis){bins, true, NAN, NAN});
            check_histogram(&s, &(struct histogram_axis){bins, seed % 2, 0.1, 0.4});
        }
        scored_free(&s);
    }
}

static void axes(void **state)
{
    (void)state;
    double values[] = {1, 2, 3, 4, 5}, score[] = {0, 1, 10, 100, INFINITY};
    struct table *table = fixture_table(values, 5, 1, NULL);
    struct ranking *ranking = ranking_new(score, &table->profiles, NULL, NULL);
    struct histogram_axis axis = {2, true, NAN, NAN};
    struct histogram *histogram = histogram_new(ranking, &axis, NULL);
    assert_true(histogram->edges[0] == 1 && histogram->edges[1] == 10);
    assert_true(histogram->edges[2] == 100);
    assert_int_equal(histogram->rows[0], 1);
    assert_int_equal(histogram->rows[1], 2);
    assert_int_equal(histogram->below_rows, 1); /* the zero */
    assert_int_equal(histogram->above_rows, 1); /* infinity */
    histogram_free(histogram);

    axis = (struct histogram_axis){4, false, NAN, NAN};
    histogram = histogram_new(ranking, &axis, NULL);
    assert_true(histogram->edges[0] == 0 && histogram->edges[2] == 50);
    assert_int_equal(histogram->rows[0], 3);
    assert_int_equal(histogram->below_rows, 0);
    histogram_free(histogram);

    assert_true(histogram_step(ranking, 10, true) == 100);
    assert_true(histogram_step(ranking, 10, false) == 1);
    assert_true(histogram_step(ranking, 11, false) == 10);
    assert_true(histogram_step(ranking, 0, false) == 0);
    assert_true(histogram_step(ranking, INFINITY, true) == INFINITY);
    ranking_free(ranking);
    table_free(table);
}

static void an_axis_is_never_a_point(void **state)
{
    (void)state;
    const double points[] = {0, 1, 5e-324, 1e300, 1e16};
    double values[] = {1};
    struct table *table = fixture_table(values, 1, 1, NULL);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int log = 0; log < 2; log++) {
            struct ranking *ranking = ranking_new(&points[i], &table->profiles, NULL, NULL);
            struct histogram_axis axis = {7, log != 0, NAN, NAN};
            struct histogram *histogram = histogram_new(ranking, &axis, NULL);
            assert_true(histogram->edges[0] < histogram->edges[7]);
            for (size_t edge = 0; edge < 7; edge++) {
                assert_true(histogram->edges[edge] <= histogram->edges[edge + 1]);
            }
            bool zero = log && points[i] == 0;
            assert_int_equal(histogram->below_rows, zero);
            assert_int_equal(histogram->most, !zero);
            histogram_free(histogram);
            ranking_free(ranking);
        }
    }
    double none = NAN;
    struct ranking *ranking = ranking_new(&none, &table->profiles, NULL, NULL);
    struct histogram_axis axis = {3, true, NAN, NAN};
    struct histogram *histogram = histogram_new(ranking, &axis, NULL);
    assert_int_equal(histogram->most, 0);
    histogram_free(histogram);
    ranking_free(ranking);
    table_free(table);
}

/* ---- ensemble ----------------------------------------------------------------------- */

static void the_ensemble_is_a_mean_of_decades(void **state)
{
    (void)state;
    struct scored s = scored_new(3000, 0, 4, 1);
    size_t n = s.table->profiles.n;
    double *ties = fixture_scores(n, 5, 0, 2), *few = fixture_scores(n, 0, 2, 3);
    const struct ranking *rankings[] = {s.ranking,
                                        ranking_new(ties, &s.table->profiles, NULL, NULL), NULL,
                                        ranking_new(few, &s.table->profiles, NULL, NULL)};
    struct scores scores;
    assert_true(ensemble_score(rankings, 4, n, NULL, &scores, NULL));
    assert_int_equal(scores.n, n);
    for (size_t profile = 0; profile < n; profile++) {
        double sum = 0;
        size_t members = 0;
        for (size_t i = 0; i < 4; i++) {
            double share = i == 2 ? NAN : ranking_tail_share(rankings[i], profile);
            sum += isnan(share) ? 0 : -log10(share);
            members += isnan(share) ? 0 : 1;
        }
        assert_int_equal(ensemble_members(rankings, 4, profile), members);
        assert_true(scores.score[profile] == sum / (double)members);
        assert_false(signbit(scores.score[profile]));
    }
    scores_clear(&scores);
    assert_true(ensemble_score(rankings, 1, n, NULL, &scores, NULL));
    for (size_t profile = 0; profile < n; profile++) {
        assert_true(isnan(scores.score[profile]) == isnan(s.score[profile]));
    }
    scores_clear(&scores);
    ranking_free((struct ranking *)(uintptr_t)rankings[1]);
    ranking_free((struct ranking *)(uintptr_t)rankings[3]);
    free(ties);
    free(few);
    scored_free(&s);
}

/* Tie blocks over the borders of tasks, and any number of threads. */
static void the_ensemble_of_many_profiles(void **state)
{
    (void)state;
    enum { N = 150000 };
    double *values = calloc(N, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < N; i++) {
        values[i] = (double)i;
    }
    struct table *table = fixture_table(values, N, 1, NULL);
    const size_t levels[] = {1, 3, 5000, 0};
    for (size_t i = 0; i < 4; i++) {
        struct parallel *parallel = parallel_new((unsigned)i, NULL);
        double *score = fixture_scores(N, levels[i], 9, i);
        struct ranking *ranking = ranking_new(score, &table->profiles, parallel, NULL);
        const struct ranking *rankings[] = {ranking, ranking};
        struct scores scores;
        assert_true(ensemble_score(rankings, 2, N, parallel, &scores, NULL));
        for (size_t profile = 0; profile < N; profile++) {
            double decades = -log10(ranking_tail_share(ranking, profile));
            assert_true(isnan(decades) ? isnan(scores.score[profile])
                                       : scores.score[profile] == decades);
        }
        scores_clear(&scores);
        ranking_free(ranking);
        free(score);
        parallel_free(parallel);
    }
    table_free(table);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_hold_the_rows_they_say),
        cmocka_unit_test(axes),
        cmocka_unit_test(an_axis_is_never_a_point),
        cmocka_unit_test(the_ensemble_is_a_mean_of_decades),
        cmocka_unit_test(the_ensemble_of_many_profiles),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
