/* Scores of rows without an order, and rankings of them: everything against the sorted ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/reference.h"
#include "rank/ranking.h"
#include "rank/row_scores.h"
#include "run/rowfile/row_ranks.h"
#include "table/summary.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { KINDS = 4 };

static float *some_scores(size_t n, size_t kind, uint64_t seed)
{
    float *score = calloc(n + 1, sizeof *score);
    assert_non_null(score);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)fixture_random(&seed);
        switch (kind) {
        case 0: score[i] = (float)(bits % 40) / 8; break;
        case 1: score[i] = (float)bits / 65536 - 20000; break;
        case 2:
            score[i] = bits % 9 == 0 ? NAN : ldexpf((float)(bits % 1000), -24) - 0.25F;
            break;
        default: score[i] = NAN; break;
        }
    }
    return score;
}

static void check_select(const float *score, size_t n, const struct ranking *sorted)
{
    enum { ASKED = 37 }; /* more than are looked for together */
    size_t positions[ASKED];
    float found[ASKED];
    for (unsigned threads = 1; threads <= 3 && sorted->n_scored > 0; threads++) {
        struct parallel *parallel = parallel_new(threads, NULL);
        for (size_t i = 0; i < ASKED; i++) {
            positions[i] = (i * 7919 + 5) % sorted->n_scored;
        }
        positions[0] = 0;
        positions[1] = sorted->n_scored - 1;
        assert_true(row_scores_select(score, n, positions, ASKED, parallel, found, NULL));
        for (size_t i = 0; i < ASKED; i++) {
            assert_true(found[i] == score[sorted->order[positions[i]]]);
        }
        parallel_free(parallel);
    }
}

static void check_summary(const float *score, size_t n)
{
    double *doubles = calloc(n + 1, sizeof *doubles);
    struct summary expected, first = {0};
    assert_non_null(doubles);
    for (size_t i = 0; i < n; i++) {
        doubles[i] = (double)score[i];
    }
    assert_true(summary_of(doubles, 1, NULL, n, &expected, NULL));
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct parallel *parallel = parallel_new(threads, NULL);
        struct summary got;
        assert_true(row_scores_summary(score, n, parallel, &got, NULL));
        assert_int_equal(got.count, expected.count);
        const double pairs[][2] = {{got.min, expected.min},
                                   {got.q25, expected.q25},
                                   {got.q50, expected.q50},
                                   {got.q75, expected.q75},
                                   {got.max, expected.max}};
        for (size_t i = 0; i < 5; i++) {
            assert_true(pairs[i][0] == pairs[i][1] ||
                        (isnan(pairs[i][0]) && isnan(pairs[i][1])));
        }
        if (expected.count > 1) {
            double scale = fabs(expected.mean) + expected.std;
            assert_true(fabs(got.mean - expected.mean) <= 1e-12 * scale);
            assert_true(fabs(got.std - expected.std) <= 1e-12 * scale);
        }
        first = threads == 1 ? got : first;
        assert_memory_equal(&got, &first, sizeof got);
        parallel_free(parallel);
    }
    free(doubles);
}

/* Everything that may be asked without an order. */
static void check_ranking(const struct ranking *ranking, const struct ranking *sorted)
{
    assert_int_equal(ranking->n_scored, sorted->n_scored);
    assert_int_equal(ranking->scored_rows, sorted->scored_rows);
    for (size_t row = 0; row < sorted->n_ids; row += 1 + sorted->n_ids / 40) {
        struct tie_block a = ranking_ties(ranking, row), b = ranking_ties(sorted, row);
        double share = ranking_tail_share(ranking, row);
        assert_true(a.first == b.first && a.last == b.last && a.rows == b.rows &&
                    a.best_rank == b.best_rank);
        assert_true(share == ranking_tail_share(sorted, row) || b.rows == 0);
        assert_int_equal(ranking_rank_of(ranking, NULL, NULL, row),
                         ranking_rank_of(sorted, NULL, NULL, row));
        assert_int_equal(ranking_rising_rank_of(ranking, NULL, NULL, row),
                         ranking_rising_rank_of(sorted, NULL, NULL, row));
    }
    for (double percent = 0; percent <= 100 && sorted->n_scored > 0; percent += 12.3) {
        double score = ranking_percentile(sorted, percent);
        assert_true(ranking_percentile(ranking, percent) == score);
        assert_int_equal(ranking_above(ranking, score), ranking_above(sorted, score));
        assert_int_equal(ranking_at_least(ranking, score), ranking_at_least(sorted, score));
    }
}

static void check_ranks(const struct ranking *ranking, const struct ranking *sorted)
{
    struct row_ranks a = {0}, b = {0};
    assert_true(row_ranks_new(&a, ranking, 64, NULL));
    assert_true(row_ranks_new(&b, sorted, 64, NULL));
    assert_memory_equal(a.all, b.all, sorted->n_ids * sizeof *a.all);
    row_ranks_clear(&a);
    row_ranks_clear(&b);
}

static void check_lists(struct ranking *ranking, const struct ranking *sorted)
{
    struct status status = {0};
    uint32_t a[50], b[50];
    size_t n = ranking_rows(sorted, NULL, 2, 50, b, NULL);
    if (n > 0) {
        assert_int_equal(ranking_rows(ranking, NULL, 2, 50, a, &status), 0);
        assert_string_equal(status.text, "the rows of this list are not sorted");
    }
    assert_true(ranking_sort(ranking, NULL, NULL));
    assert_true(ranking_sort(ranking, NULL, NULL)); /* nothing to do */
    assert_int_equal(ranking_rows(ranking, NULL, 2, 50, a, NULL), n);
    assert_memory_equal(a, b, n * sizeof *a);
}

/* The head, and what is kept of the scores for tables of other days: right above it, and a few
 * rows too many below. */
static void check_head(const float *score, size_t n, const struct ranking *sorted)
{
    const size_t mosts[] = {0, 1, 50, 1000, n};
    for (size_t m = 0; m < sizeof mosts / sizeof *mosts; m++) {
        float *head;
        size_t n_head, expected = mosts[m] < sorted->n_scored ? mosts[m] : sorted->n_scored;
        while (expected > 0 && expected < sorted->n_scored &&
               score[sorted->order[expected - 1]] == score[sorted->order[expected]]) {
            expected--;
        }
        assert_true(row_scores_head(score, n, mosts[m], NULL, &head, &n_head, NULL));
        assert_int_equal(n_head, expected);
        for (size_t i = 0; i < n_head; i++) {
            assert_true(head[i] == score[sorted->order[i]]);
        }
        struct reference *kept = reference_new_rows(score, n, head, n_head, NULL);
        assert_non_null(kept);
        assert_int_equal(kept->rows, sorted->n_scored);
        for (size_t row = 0; row < n; row += 1 + n / 60) {
            if (isnan(score[row])) {
                continue;
            }
            double value = (double)score[row];
            size_t rows = reference_rows(kept, value), right = ranking_at_least(sorted, value);
            bool among = n_head > 0 && score[row] >= head[n_head - 1];
            assert_true(among ? rows == right : rows >= right);
            assert_true(rows <= ranking_at_least(sorted, value - fabs(value) / 1900 - 1e-6));
        }
        reference_free(kept);
        free(head);
    }
}

static void unsorted_scores_say_what_sorted_ones_do(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 2, 3, 700, 65536, 150001};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            const size_t n = sizes[s];
            float *score = some_scores(n, kind, 3 * s + kind + 1);
            struct ranking *sorted = ranking_new_rows(score, n, NULL, NULL);
            struct ranking *ranking = ranking_new_unsorted(score, n, NULL);
            assert_true(sorted != NULL && ranking != NULL);
            check_select(score, n, sorted);
            check_summary(score, n);
            check_head(score, n, sorted);
            check_ranking(ranking, sorted);
            check_ranks(ranking, sorted);
            check_lists(ranking, sorted);
            ranking_free(sorted);
            ranking_free(ranking);
            free(score);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsorted_scores_say_what_sorted_ones_do)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
