/* Rankings of rows with a score each, against a twin that sorts and counts them all; and what
 * filters and orders make of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "rank/ranking.h"
#include "unit/fixture.h"
#include "unit/test.h"

struct item {
    float score;
    uint32_t row;
};

struct ranked {
    size_t n_rows, n;
    float *score;
    struct item *items; /* (n) those with a score, the highest first */
    struct ranking *ranking;
};

static int by_score(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return x->row < y->row ? -1 : 1;
}

/* `kinds` different scores, or as many as there are floats; one row in `gap` has none. */
static struct ranked ranked_new(size_t n_rows, size_t kinds, size_t gap, uint64_t seed,
                                unsigned threads)
{
    struct ranked r = {.n_rows = n_rows};
    r.score = calloc(n_rows + 1, sizeof *r.score);
    r.items = calloc(n_rows + 1, sizeof *r.items);
    assert_non_null(r.score);
    assert_non_null(r.items);
    for (size_t i = 0; i < n_rows; i++) {
        uint64_t bits = fixture_random(&seed);
        bool none = gap > 0 && bits % gap == 0;
        float value =
            kinds > 0 ? (float)(bits / 7 % kinds) - 2 : (float)((double)(bits >> 11) * 0x1p-40);
        r.score[i] = none ? NAN : value;
        if (!none) {
            r.items[r.n++] = (struct item){value, (uint32_t)i};
        }
    }
    qsort(r.items, r.n, sizeof *r.items, by_score);
    struct parallel *pool = parallel_new(threads, NULL);
    r.ranking = ranking_new_rows(r.score, n_rows, pool, NULL);
    parallel_free(pool);
    assert_non_null(r.ranking);
    return r;
}

static void ranked_free(struct ranked *r)
{
    ranking_free(r->ranking);
    free(r->score);
    free(r->items);
}

static void check(const struct ranked *r)
{
    const struct ranking *ranking = r->ranking;
    uint32_t *rows = calloc(r->n + 1, sizeof *rows);
    assert_non_null(rows);
    assert_int_equal(ranking->scored_rows, r->n);
    assert_int_equal(ranking_rows(ranking, NULL, 1, r->n, rows, NULL), r->n);
    size_t first = 0;
    for (size_t i = 0; i < r->n; i++) {
        assert_int_equal(rows[i], r->items[i].row);
        assert_int_equal(ranking_rank_of(ranking, NULL, NULL, rows[i]), i + 1);
        assert_int_equal(ranking_position(ranking, i + 1), i);
        first = i > 0 && r->items[i].score != r->items[i - 1].score ? i : first;
        size_t last = i + 1;
        while (last < r->n && last < i + 3 && r->items[last].score == r->items[i].score) {
            last++;
        }
        struct tie_block block = ranking_ties(ranking, rows[i]);
        assert_int_equal(block.first, first);
        assert_int_equal(block.best_rank, first + 1);
        assert_true(block.last >= last);
        assert_int_equal(ranking_above(ranking, (double)r->items[i].score), first);
        assert_int_equal(ranking_at_least(ranking, (double)r->items[i].score), block.last);
        assert_true(ranking_row_share(ranking, NULL, rows[i]) ==
                    (double)block.last / (double)r->n);
        assert_true(ranking_row_score(ranking, NULL, rows[i]) == (double)r->items[i].score);
    }
    /* From the other end ties are by row_id, too. */
    assert_int_equal(ranking_rows_rising(ranking, NULL, 1, r->n, rows, NULL), r->n);
    for (size_t i = 1; i < r->n; i++) {
        float before = r->score[rows[i - 1]], here = r->score[rows[i]];
        assert_true(before < here || (before == here && rows[i - 1] < rows[i]));
        assert_int_equal(ranking_rising_rank_of(ranking, NULL, NULL, rows[i]), i + 1);
    }
    for (size_t i = 0; i < r->n_rows; i++) {
        if (isnan(r->score[i])) {
            assert_int_equal(ranking_rank_of(ranking, NULL, NULL, i), 0);
            assert_true(isnan(ranking_row_share(ranking, NULL, i)));
        }
    }
    free(rows);
}

static void equals_a_sort_of_all_rows(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 63, 64, 1000, 4097, 70000};
    static const size_t kinds[] = {1, 3, 200, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            for (size_t gap = 0; gap <= 3 && (sizes[i] < 5000 || gap == 3); gap += 3) {
                size_t quick = sizes[i] > 5000 && kinds[j] == 1 ? 2000 : sizes[i];
                struct ranked r =
                    ranked_new(quick, kinds[j], gap, i * 100 + j * 10 + gap, 1 + (unsigned)j);
                check(&r);
                ranked_free(&r);
            }
        }
    }
}

static void nothing_scored_is_an_empty_ranking(void **state)
{
    (void)state;
    struct ranked r = ranked_new(50, 4, 1, 1, 2);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.ranking->scored_rows, 0);
    assert_true(isnan(ranking_row_share(r.ranking, NULL, 7)));
    assert_int_equal(ranking_rank_of(r.ranking, NULL, NULL, 7), 0);
    uint32_t rows[4];
    assert_int_equal(ranking_rows(r.ranking, NULL, 1, 4, rows, NULL), 0);
    ranked_free(&r);
}

static void shares_and_percentiles(void **state)
{
    (void)state;
    struct ranked r = ranked_new(3000, 40, 5, 9, 2);
    for (double score = -3; score < 40; score += 0.5) {
        size_t n = 0;
        for (size_t i = 0; i < r.n; i++) {
            n += (double)r.items[i].score >= score;
        }
        assert_true(ranking_tail_share_of(r.ranking, score) == (double)n / (double)r.n);
    }
    for (double percent = 0; percent <= 100; percent += 0.73) {
        double at = (double)(r.n - 1) * (percent / 100), t = at - floor(at);
        double a = (double)r.items[r.n - 1 - (size_t)at].score;
        double b = (size_t)at + 1 < r.n ? (double)r.items[r.n - 2 - (size_t)at].score : a;
        double expected = t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
        assert_true(ranking_percentile(r.ranking, percent) == expected);
    }
    ranked_free(&r);
}

static void any_number_of_threads_gives_one_order(void **state)
{
    (void)state;
    struct ranked one = ranked_new(200000, 0, 7, 3, 1), five = ranked_new(200000, 0, 7, 3, 5);
    assert_int_equal(one.ranking->n_scored, five.ranking->n_scored);
    assert_memory_equal(one.ranking->order, five.ranking->order,
                        one.n * sizeof *one.ranking->order);
    ranked_free(&one);
    ranked_free(&five);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_a_sort_of_all_rows),
        cmocka_unit_test(nothing_scored_is_an_empty_ranking),
        cmocka_unit_test(shares_and_percentiles),
        cmocka_unit_test(any_number_of_threads_gives_one_order),
    };
    return cmocka_run_group_tests_name("ranking of rows", tests, NULL, NULL);
}
