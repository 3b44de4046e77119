/* overlap and disagree against twins that walk all rows. */
#include "rank/overlap.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rank/disagree.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { N = 3 };

struct trio {
    struct table *table;
    struct row_index *index;
    double *score[N];
    const struct ranking *ranking[N];
    struct ranking *owned[N];
    uint8_t *in; /* (n_rows) bit i: in the head of ranking i */
};

static struct trio trio_new(size_t n_rows, uint64_t seed)
{
    const size_t levels[] = {0, 4, 60};
    struct trio t = {.table = fixture_user_hours(n_rows, 20, 5, seed)};
    t.index = fixture_index(t.table);
    for (size_t i = 0; i < N; i++) {
        t.score[i] = fixture_scores(t.table->profiles.n, levels[(i + seed) % 3], i == 1 ? 3 : 0,
                                    seed * 10 + i);
        t.owned[i] = ranking_new(t.score[i], &t.table->profiles, NULL, NULL);
        assert_non_null(t.owned[i]);
        t.ranking[i] = t.owned[i];
    }
    t.in = calloc(n_rows, 1);
    assert_non_null(t.in);
    return t;
}

static void trio_free(struct trio *t)
{
    for (size_t i = 0; i < N; i++) {
        ranking_free(t->owned[i]);
        free(t->score[i]);
    }
    free(t->in);
    row_index_free(t->index);
    table_free(t->table);
}

/* The heads by listing them. */
static void mark_heads(struct trio *t, size_t k)
{
    uint32_t *rows = calloc(k + 1, sizeof *rows);
    assert_non_null(rows);
    memset(t->in, 0, t->table->n_rows);
    for (size_t i = 0; i < N; i++) {
        size_t n = ranking_rows(t->ranking[i], t->index, 1, k, rows, NULL);
        for (size_t j = 0; j < n; j++) {
            t->in[rows[j]] |= (uint8_t)(1u << i);
        }
    }
    free(rows);
}

static size_t count_bits(const struct trio *t, unsigned mask, size_t least)
{
    size_t count = 0;
    for (size_t row = 0; row < t->table->n_rows; row++) {
        count += (size_t)__builtin_popcount(t->in[row] & mask) >= least;
    }
    return count;
}

static void check_overlap(struct trio *t, size_t k)
{
    struct overlap overlap;
    mark_heads(t, k);
    assert_true(overlap_at(&overlap, t->ranking, N, t->index, k, NULL));
    for (unsigned a = 0; a < N; a++) {
        struct head head;
        assert_true(head_new(&head, t->ranking[a], t->index, k, NULL));
        for (size_t row = 0; row < t->table->n_rows; row++) {
            assert_int_equal(head_holds(&head, t->table->row_profile[row], row),
                             t->in[row] >> a & 1);
        }
        for (unsigned b = 0; b < N; b++) {
            unsigned mask = 1u << a | 1u << b;
            size_t common = count_bits(t, mask, a == b ? 1 : 2);
            size_t any = count_bits(t, mask, 1);
            assert_int_equal(overlap.common[a][b], common);
            double jaccard = overlap_jaccard(&overlap, a, b);
            assert_true(any == 0 ? isnan(jaccard) : jaccard == (double)common / (double)any);
        }
        assert_int_equal(overlap.rows[a], count_bits(t, 1u << a, 1));
    }
    assert_int_equal(overlap.in_all, count_bits(t, 7, N));
    assert_int_equal(overlap.in_any, count_bits(t, 7, 1));
    if (overlap.in_any > 0) {
        assert_true(overlap_jaccard_all(&overlap) ==
                    (double)overlap.in_all / (double)overlap.in_any);
    }
}

static void check_lists(struct trio *t, size_t k)
{
    struct head heads[N];
    mark_heads(t, k);
    for (size_t i = 0; i < N; i++) {
        assert_true(head_new(&heads[i], t->ranking[i], t->index, k, NULL));
    }
    for (size_t least = 1; least <= N; least++) {
        size_t count, at = 0;
        uint32_t *rows = heads_rows(heads, N, least, t->index, &count, NULL);
        assert_non_null(rows);
        assert_int_equal(count, count_bits(t, 7, least));
        for (size_t row = 0; row < t->table->n_rows; row++) {
            if ((size_t)__builtin_popcount(t->in[row]) >= least) {
                assert_int_equal(rows[at++], row);
            }
        }
        free(rows);
    }
    for (size_t least = 0; least <= N + 1; least += N + 1) {
        size_t count = 1;
        uint32_t *rows = heads_rows(heads, N, least, t->index, &count, NULL);
        assert_non_null(rows);
        assert_int_equal(count, 0);
        free(rows);
    }
}

static void equals_a_walk_over_all_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct trio t = trio_new(800, seed);
        for (size_t k = 0; k < 1000; k = k * 2 + 1) {
            check_overlap(&t, k);
            check_lists(&t, k);
        }
        trio_free(&t);
    }
}

static void steps_and_curves(void **state)
{
    (void)state;
    size_t ks[64];
    const size_t expected[] = {1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 120};
    assert_int_equal(overlap_steps(120, ks, 64), 12);
    assert_memory_equal(ks, expected, sizeof expected);
    assert_int_equal(overlap_steps(10, ks, 64), 6);
    assert_int_equal(overlap_steps(1, ks, 64), 1);
    assert_int_equal(overlap_steps(0, ks, 64), 0);
    size_t n = overlap_steps(SIZE_MAX, ks, 64);
    assert_int_equal(n, 64);
    assert_true(ks[n - 1] == SIZE_MAX);
    assert_true(overlap_steps(42866142, ks, 64) < 64);

    struct trio t = trio_new(500, 3);
    static struct overlap points[64];
    struct overlap one;
    atomic_bool cancel = false;
    struct progress progress = {.cancel = &cancel};
    n = overlap_steps(500, ks, 64);
    assert_true(overlap_curve(points, t.ranking, N, t.index, ks, n, &progress, NULL));
    for (size_t i = 0; i < n; i++) {
        assert_true(overlap_at(&one, t.ranking, N, t.index, ks[i], NULL));
        assert_int_equal(points[i].k, ks[i]);
        assert_int_equal(points[i].in_all, one.in_all);
        assert_int_equal(points[i].common[0][2], one.common[0][2]);
    }
    struct status status = {0};
    atomic_store(&cancel, true);
    assert_false(overlap_curve(points, t.ranking, N, t.index, ks, n, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_false(overlap_at(&one, t.ranking, OVERLAP_MAX + 1, t.index, 1, &status));
    trio_free(&t);
}

static void means(void **state)
{
    (void)state;
    double values[] = {1, 10, 1, 10, 1, 10, 5, 2}, mean[2];
    struct table *table = fixture_table(values, 4, 2, NULL);
    table_mean(table, mean);
    assert_true(mean[0] == 2 && mean[1] == 8);
    const uint32_t rows[] = {0, 3};
    rows_mean(table, rows, 2, mean);
    assert_true(mean[0] == 3 && mean[1] == 6);
    rows_mean(table, rows, 0, mean);
    assert_true(isnan(mean[0]));
    table_free(table);
}

/* ---- disagree ----------------------------------------------------------------------- */

static int by_decades(const void *a, const void *b)
{
    const struct disagreement *x = a, *y = b;
    if (x->decades != y->decades) {
        return x->decades > y->decades ? -1 : 1;
    }
    return x->row < y->row ? -1 : 1;
}

/* All rows of the heads with their differences, sorted. */
static size_t disagree_twin(struct trio *t, size_t k, struct disagreement *list)
{
    size_t n = 0;
    mark_heads(t, k);
    for (size_t row = 0; row < t->table->n_rows; row++) {
        struct disagreement one = {.row = (uint32_t)row};
        double most = -1, least = 1e9;
        size_t members = 0;
        for (uint8_t i = 0; i < N; i++) {
            double share = ranking_tail_share(t->ranking[i], t->table->row_profile[row]);
            double decades = -log10(share);
            one.rare = decades > most ? i : one.rare;
            one.ordinary = decades < least ? i : one.ordinary;
            most = decades > most ? decades : most;
            least = decades < least ? decades : least;
            members += isnan(share) ? 0 : 1;
        }
        one.decades = most - least;
        if (t->in[row] != 0 && members >= 2) {
            list[n++] = one;
        }
    }
    qsort(list, n, sizeof *list, by_decades);
    return n;
}

static void the_largest_disagreements_come_first(void **state)
{
    (void)state;
    struct disagreement *twin = calloc(900, sizeof *twin), *list = calloc(900, sizeof *list);
    assert_non_null(twin);
    assert_non_null(list);
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct trio t = trio_new(900, seed);
        for (size_t k = 1; k < 1000; k *= 3) {
            size_t all = disagree_twin(&t, k, twin), count;
            for (size_t most = 0; most <= 900; most = most * 5 + 1) {
                assert_true(disagreements(t.ranking, N, t.index, t.table->row_profile, k, list,
                                          most, &count, NULL));
                assert_int_equal(count, all < most ? all : most);
                for (size_t i = 0; i < count; i++) {
                    assert_int_equal(list[i].row, twin[i].row);
                    assert_true(list[i].decades == twin[i].decades);
                    assert_int_equal(list[i].rare, twin[i].rare);
                    assert_int_equal(list[i].ordinary, twin[i].ordinary);
                }
            }
        }
        trio_free(&t);
    }
    free(twin);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_a_walk_over_all_rows),
        cmocka_unit_test(steps_and_curves),
        cmocka_unit_test(means),
        cmocka_unit_test(the_largest_disagreements_come_first),
    };
    return cmocka_run_group_tests_name("overlap", tests, NULL, NULL);
}
