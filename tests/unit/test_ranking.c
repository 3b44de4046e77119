/* order, merge and ranking against twins that sort all rows. */
#include "rank/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rank/merge.h"
#include "rank/order.h"
#include "rank/ties.h"
#include "unit/fixture.h"
#include "unit/test.h"

/* ---- order -------------------------------------------------------------------------- */

struct item {
    double value;
    uint32_t id;
};

static int by_rising_value(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return x->id < y->id ? -1 : 1;
}

static int by_falling_value(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return x->id < y->id ? -1 : 1;
}

static void check_order(const double *values, size_t stride, size_t n, bool falling)
{
    struct item *items = calloc(n + 1, sizeof *items);
    uint32_t *order = calloc(n + 1, sizeof *order);
    assert_non_null(items);
    assert_non_null(order);
    size_t left = 0, ordered = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i * stride])) {
            items[left++] = (struct item){values[i * stride], (uint32_t)i};
        }
    }
    qsort(items, left, sizeof *items, falling ? by_falling_value : by_rising_value);
    assert_true(order_doubles(values, stride, n, falling, order, &ordered, NULL));
    assert_int_equal(ordered, left);
    for (size_t i = 0; i < left; i++) {
        assert_int_equal(order[i], items[i].id);
    }
    free(items);
    free(order);
}

/* Bits that differ high, low, everywhere, or not at all. */
static double odd_value(uint64_t *random, size_t kind)
{
    static const double special[] = {0.0,    -0.0,    INFINITY, -INFINITY, NAN,
                                     5e-324, -5e-324, 1.0,      -1.0,      1e308};
    uint64_t bits = fixture_random(random);
    double value;
    switch (kind) {
    case 0: return special[bits % 10];
    case 1: return 0.5 + ldexp((double)(bits % 1000), -52); /* equal upper halves */
    case 2: return (double)(bits % 50);
    case 3: return 0.25;
    default: memcpy(&value, &bits, sizeof value); return value;
    }
}

static void doubles_of_every_kind_are_sorted(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 23, 24, 25, 300, 4096, 4097, 20000};
    uint64_t random = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t kind = 0; kind < 6; kind++) {
            double *values = calloc(sizes[s] + 1, 3 * sizeof *values);
            assert_non_null(values);
            for (size_t i = 0; i < 3 * sizes[s]; i++) {
                values[i] = odd_value(&random, kind == 5 ? random % 5 : kind);
            }
            check_order(values, 1, sizes[s], true);
            check_order(values + 2, 3, sizes[s], false);
            free(values);
        }
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void numbers_are_sorted(void **state)
{
    (void)state;
    enum { N = 10000 };
    static uint32_t keys[N], twin[N], spare[N];
    uint64_t random = 2;
    for (size_t n = 0; n <= N; n = n * 3 + 1) {
        for (unsigned shift = 32; shift <= 60; shift += 7) {
            for (size_t i = 0; i < n; i++) {
                keys[i] = twin[i] = (uint32_t)(fixture_random(&random) >> shift);
            }
            qsort(twin, n, sizeof *twin, by_number);
            order_u32(keys, spare, n);
            assert_memory_equal(keys, twin, n * sizeof *keys);
        }
    }
}

/* ---- ranking ------------------------------------------------------------------------ */

struct ranked {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
    struct item *rows; /* the twin: all scored rows in order */
    size_t n;
};

static struct ranked ranked_new(size_t n_rows, size_t levels, size_t unscored, uint64_t seed)
{
    struct ranked r = {.table = fixture_user_hours(n_rows, 20, 5, seed)};
    r.index = fixture_index(r.table);
    r.score = fixture_scores(r.table->profiles.n, levels, unscored, seed + 1);
    r.ranking = ranking_new(r.score, &r.table->profiles, NULL, NULL);
    assert_non_null(r.ranking);
    r.rows = calloc(n_rows + 1, sizeof *r.rows);
    assert_non_null(r.rows);
    for (size_t row = 0; row < n_rows; row++) {
        double score = r.score[r.table->row_profile[row]];
        if (!isnan(score)) {
            r.rows[r.n++] = (struct item){score, (uint32_t)row};
        }
    }
    qsort(r.rows, r.n, sizeof *r.rows, by_falling_value);
    return r;
}

static void ranked_free(struct ranked *r)
{
    free(r->rows);
    ranking_free(r->ranking);
    free(r->score);
    row_index_free(r->index);
    table_free(r->table);
}

static void check_profiles(const struct ranked *r)
{
    const struct ranking *ranking = r->ranking;
    assert_int_equal(ranking->scored_rows, r->n);
    assert_int_equal(ranking_rows_above(ranking, ranking->n_scored), r->n);
    for (size_t profile = 0; profile < r->table->profiles.n; profile++) {
        double score = r->score[profile];
        struct tie_block block = ranking_ties(ranking, profile);
        if (isnan(score)) {
            assert_false(ranking_within(ranking, profile, ranking->n_scored));
            assert_int_equal(block.rows, 0);
            assert_true(isnan(ranking_tail_share(ranking, profile)));
            continue;
        }
        assert_true(ranking_within(ranking, profile, block.last));
        assert_false(ranking_within(ranking, profile, block.first));
        size_t above = 0, tied = 0;
        for (size_t i = 0; i < r->n; i++) {
            above += r->rows[i].value > score;
            tied += r->rows[i].value == score;
        }
        assert_int_equal(block.best_rank, above + 1);
        assert_int_equal(block.rows, tied);
        assert_true(ranking_tail_share(ranking, profile) ==
                    (double)(above + tied) / (double)r->n);
        assert_int_equal(ranking_rows_above(ranking, ranking_above(ranking, score)), above);
    }
}

static void check_rows(const struct ranked *r, size_t from, size_t count)
{
    uint32_t *rows = calloc(count + 1, sizeof *rows);
    assert_non_null(rows);
    size_t expected = from > r->n ? 0 : r->n - from + 1 < count ? r->n - from + 1 : count;
    assert_int_equal(ranking_rows(r->ranking, r->index, from, count, rows, NULL), expected);
    for (size_t i = 0; i < expected; i++) {
        assert_int_equal(rows[i], r->rows[from - 1 + i].id);
    }
    free(rows);
}

static void equals_a_sort_of_all_rows(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (size_t round = 0; round < 12; round++) {
        const size_t levels[] = {0, 1, 3, 40};
        size_t n = 1 + fixture_below(&random, 3000);
        struct ranked r = ranked_new(n, levels[round % 4], round % 3 == 0 ? 4 : 0, round);
        check_profiles(&r);
        check_rows(&r, 1, r.n);
        check_rows(&r, 1, r.n + 10);
        check_rows(&r, r.n + 1, 5);
        for (int i = 0; i < 100 && r.n > 0; i++) {
            check_rows(&r, 1 + fixture_below(&random, r.n), fixture_below(&random, 60));
        }
        for (size_t i = 0; i < r.n; i += 1 + i / 9) {
            assert_int_equal(
                ranking_rank_of(r.ranking, r.index, r.table->row_profile, r.rows[i].id), i + 1);
            size_t position = ranking_position(r.ranking, i + 1);
            assert_true(r.score[r.ranking->order[position]] == r.rows[i].value);
            assert_true(ranking_rows_above(r.ranking, position) < i + 1);
        }
        ranked_free(&r);
    }
}

static void deep_parts_of_a_large_tie_block(void **state)
{
    (void)state;
    struct ranked r = ranked_new(200000, 2, 0, 5);
    const size_t counts[] = {1, 50, 1000, 5000, 70000};
    uint64_t random = 6;
    for (size_t i = 0; i < 60; i++) {
        check_rows(&r, 1 + fixture_below(&random, r.n), counts[i % 5]);
    }
    check_rows(&r, r.n, 1);
    check_rows(&r, r.n - 10, 100);
    ranked_free(&r);
}

/* Ranks are the same whether tied rows have been counted beforehand or not. */
static void ranks_in_giant_tie_blocks(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (size_t levels = 1; levels <= 3; levels++) {
        struct ranked r = ranked_new(200000, levels, levels == 3 ? 4 : 0, 10 + levels);
        ranking_index_ties(r.ranking, r.index, NULL);
        assert_non_null(r.ranking->ties);
        for (size_t i = 0; i < 3000; i++) {
            size_t position = i < 2 ? i * (r.n - 1) : fixture_below(&random, r.n);
            uint32_t row = r.rows[position].id;
            assert_int_equal(ranking_rank_of(r.ranking, r.index, r.table->row_profile, row),
                             position + 1);
            struct tie_block block = ranking_ties(r.ranking, r.table->row_profile[row]);
            size_t below = r.n + 1 - block.best_rank - block.rows;
            assert_int_equal(
                ranking_rising_rank_of(r.ranking, r.index, r.table->row_profile, row),
                below + 1 + (position + 1 - block.best_rank));
        }
        ranked_free(&r);
    }
    struct ranked small = ranked_new(300, 2, 0, 9);
    ranking_index_ties(small.ranking, small.index, NULL);
    assert_null(small.ranking->ties);
    ranked_free(&small);
}

static void a_cancelled_count_of_ties_leaves_the_ranks_right(void **state)
{
    (void)state;
    struct ranked r = ranked_new(60000, 1, 0, 12);
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    ranking_index_ties(r.ranking, r.index, &progress);
    assert_null(r.ranking->ties);
    assert_int_equal(
        ranking_rank_of(r.ranking, r.index, r.table->row_profile, r.rows[12345].id), 12346);
    ranked_free(&r);
}

static void rows_without_a_score_have_no_rank(void **state)
{
    (void)state;
    struct ranked r = ranked_new(100, 0, 1, 7);
    uint32_t row;
    assert_int_equal(r.ranking->n_scored, 0);
    assert_int_equal(ranking_rows(r.ranking, r.index, 1, 1, &row, NULL), 0);
    assert_int_equal(ranking_rank_of(r.ranking, r.index, r.table->row_profile, 3), 0);
    assert_true(isnan(ranking_tail_share_of(r.ranking, 1)));
    assert_true(isnan(ranking_percentile(r.ranking, 50)));
    ranked_free(&r);
}

static void shares_and_percentiles_of_any_score(void **state)
{
    (void)state;
    struct ranked r = ranked_new(2000, 9, 5, 8);
    assert_true(ranking_tail_share_of(r.ranking, -1) == 1);
    assert_true(ranking_tail_share_of(r.ranking, 1e9) == 0);
    assert_true(isnan(ranking_tail_share_of(r.ranking, NAN)));
    for (double percent = 0; percent <= 100; percent += 0.37) {
        double at = (double)(r.n - 1) * (percent / 100), t = at - floor(at);
        double a = r.rows[r.n - 1 - (size_t)at].value;
        double b = (size_t)at + 1 < r.n ? r.rows[r.n - 2 - (size_t)at].value : a;
        double expected = t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
        assert_true(ranking_percentile(r.ranking, percent) == expected);
    }
    ranked_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_of_every_kind_are_sorted),
        cmocka_unit_test(numbers_are_sorted),
        cmocka_unit_test(equals_a_sort_of_all_rows),
        cmocka_unit_test(deep_parts_of_a_large_tie_block),
        cmocka_unit_test(ranks_in_giant_tie_blocks),
        cmocka_unit_test(a_cancelled_count_of_ties_leaves_the_ranks_right),
        cmocka_unit_test(rows_without_a_score_have_no_rank),
        cmocka_unit_test(shares_and_percentiles_of_any_score),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
