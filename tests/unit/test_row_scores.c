/* Rankings of rows. order_floats against a plain sort; everything else against the ranking of
 * profiles over a table in which every row is a profile of its own: there both must agree. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rank/disagree.h"
#include "rank/filter/filter.h"
#include "rank/histogram.h"
#include "rank/order.h"
#include "rank/overlap.h"
#include "rank/subset.h"
#include "rank/users.h"
#include "review/evaluation.h"
#include "review/metrics.h"
#include "run/rowfile/row_ranks.h"
#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/test.h"

/* ---- order_floats ------------------------------------------------------------------- */

struct item {
    float value;
    uint32_t row;
};

static int by_falling_value(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static void check_order(const float *values, size_t n)
{
    struct item *items = calloc(n + 1, sizeof *items);
    uint32_t *order = calloc(n + 1, sizeof *order);
    assert_non_null(items);
    assert_non_null(order);
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            items[left++] = (struct item){values[i], (uint32_t)i};
        }
    }
    qsort(items, left, sizeof *items, by_falling_value);
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct parallel *parallel = parallel_new(threads, NULL);
        size_t ordered = SIZE_MAX;
        memset(order, 0xff, n * sizeof *order);
        assert_true(order_floats(values, n, parallel, order, &ordered, NULL));
        assert_int_equal(ordered, left);
        for (size_t i = 0; i < left; i++) {
            if (order[i] != items[i].row) {
                fail_msg("%zu of %zu: row %u, not %u", i, n, order[i], items[i].row);
            }
        }
        parallel_free(parallel);
    }
    free(items);
    free(order);
}

enum { KINDS = 6 };

static float odd_value(uint64_t *random, size_t kind)
{
    static const float special[] = {0.0F,   -0.0F,   INFINITY, -INFINITY, NAN,
                                    1e-45F, -1e-45F, 1.0F,     -1.0F,     3e38F};
    uint32_t bits = (uint32_t)fixture_random(random);
    float value;
    switch (kind) {
    case 0: return special[bits % 10];
    case 1: return 0.5F + ldexpf((float)(bits % 1000), -24); /* equal upper halves */
    case 2: return (float)(bits % 50);
    case 3: return 0.25F;
    case 4: return bits % 4 != 0 ? 1.0F : 1.0F + ldexpf((float)(bits % 90), -20); /* a pile */
    default: memcpy(&value, &bits, sizeof value); return value;
    }
}

static void floats_of_every_kind_are_sorted(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 31, 32, 33, 300, 8191, 8192, 8193, 70000, 140001};
    uint64_t random = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            float *values = calloc(sizes[s] + 1, sizeof *values);
            assert_non_null(values);
            for (size_t i = 0; i < sizes[s]; i++) {
                values[i] = odd_value(&random, kind);
            }
            check_order(values, sizes[s]);
            free(values);
        }
    }
}

/* More rows with the same upper half than are sorted beside others. */
static void a_giant_bucket_is_sorted(void **state)
{
    (void)state;
    enum { N = 1300000 };
    float *values = calloc(N, sizeof *values);
    assert_non_null(values);
    uint64_t random = 9;
    for (size_t i = 0; i < N; i++) {
        values[i] = i % 50 == 0 ? odd_value(&random, 5) : odd_value(&random, 1);
    }
    check_order(values, N);
    free(values);
}

/* ---- rankings ----------------------------------------------------------------------- */

enum { LISTS = 3 };

struct twins {
    struct table *table; /* every row has a profile of its own: the same number */
    struct row_index *index;
    float *row_score[LISTS];
    double *score[LISTS]; /* the same numbers */
    struct ranking *rows[LISTS], *profiles[LISTS];
};

static struct table *rows_of_their_own(size_t n, uint64_t *random)
{
    static const char *const names[] = {"number", "small"};
    struct table_builder *builder = table_builder_new(names, 2, true, true, NULL);
    assert_non_null(builder);
    for (size_t i = 0; i < n; i++) {
        char dt[40], user[16];
        const double x[] = {(double)i, (double)fixture_below(random, 4)};
        snprintf(dt, sizeof dt, "2015-01-%02zu %02zu:00:00", 1 + fixture_below(random, 9),
                 fixture_below(random, 24));
        snprintf(user, sizeof user, "U%zu", fixture_below(random, 30));
        assert_true(table_builder_add(builder, (struct span){dt, strlen(dt)},
                                      (struct span){user, strlen(user)}, x, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    assert_int_equal(table->profiles.n, n);
    return table;
}

static struct twins twins_new(size_t n, uint64_t seed)
{
    const size_t levels[] = {0, 5, 60};
    uint64_t random = seed;
    struct twins t = {.table = rows_of_their_own(n, &random)};
    t.index = fixture_index(t.table);
    for (size_t i = 0; i < LISTS; i++) {
        double *score = fixture_scores(n, levels[(i + seed) % 3], i == 1 ? 4 : 0, seed * 7 + i);
        t.row_score[i] = calloc(n, sizeof *t.row_score[i]);
        assert_non_null(t.row_score[i]);
        for (size_t row = 0; row < n; row++) {
            t.row_score[i][row] = (float)score[row];
            score[row] = (double)t.row_score[i][row];
        }
        t.score[i] = score;
        t.rows[i] = ranking_new_rows(t.row_score[i], n, NULL, NULL);
        t.profiles[i] = ranking_new(score, &t.table->profiles, NULL, NULL);
        assert_non_null(t.rows[i]);
        assert_non_null(t.profiles[i]);
    }
    return t;
}

static void twins_free(struct twins *t)
{
    for (size_t i = 0; i < LISTS; i++) {
        ranking_free(t->rows[i]);
        ranking_free(t->profiles[i]);
        free(t->row_score[i]);
        free(t->score[i]);
    }
    row_index_free(t->index);
    table_free(t->table);
}

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_ranking(const struct twins *t, size_t list)
{
    const struct ranking *rows = t->rows[list], *twin = t->profiles[list];
    const uint32_t *row_profile = t->table->row_profile;
    size_t n = t->table->n_rows;
    assert_int_equal(rows->scored_rows, twin->scored_rows);
    for (size_t row = 0; row < n; row++) {
        assert_true(same_double(ranking_row_score(rows, row_profile, row),
                                ranking_row_score(twin, row_profile, row)));
        assert_true(same_double(ranking_row_share(rows, row_profile, row),
                                ranking_row_share(twin, row_profile, row)));
        assert_int_equal(ranking_rank_of(rows, t->index, row_profile, row),
                         ranking_rank_of(twin, t->index, row_profile, row));
        assert_int_equal(ranking_rising_rank_of(rows, t->index, row_profile, row),
                         ranking_rising_rank_of(twin, t->index, row_profile, row));
        struct tie_block a = ranking_ties(rows, row), b = ranking_ties(twin, row);
        assert_true(a.first == b.first && a.last == b.last && a.rows == b.rows &&
                    a.best_rank == b.best_rank);
    }
    for (double percent = 0; percent <= 100; percent += 1.7) {
        double score = ranking_percentile(rows, percent);
        assert_true(same_double(score, ranking_percentile(twin, percent)));
        assert_true(same_double(ranking_tail_share_of(rows, score),
                                ranking_tail_share_of(twin, score)));
        assert_int_equal(ranking_above(rows, score), ranking_above(twin, score));
        assert_int_equal(ranking_at_least(rows, score), ranking_at_least(twin, score));
    }
}

static void check_lists(const struct twins *t, size_t list, uint64_t *random)
{
    size_t n = t->table->n_rows;
    uint32_t *a = calloc(2 * n + 20, sizeof *a), *b = a + n + 10;
    assert_non_null(a);
    for (int i = 0; i < 60; i++) {
        size_t from = 1 + fixture_below(random, n + 2);
        size_t count = i % 2 == 0 ? fixture_below(random, 40) : n;
        for (int rising = 0; rising < 2; rising++) {
            size_t (*get)(const struct ranking *, const struct row_index *, size_t, size_t,
                          uint32_t *, struct status *) =
                rising != 0 ? ranking_rows_rising : ranking_rows;
            size_t got = get(t->rows[list], t->index, from, count, a, NULL);
            assert_int_equal(got, get(t->profiles[list], t->index, from, count, b, NULL));
            assert_memory_equal(a, b, got * sizeof *a);
        }
    }
    free(a);
}

static void ranks_shares_and_lists_agree(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (uint64_t seed = 1; seed <= 9; seed++) {
        struct twins t = twins_new(1 + fixture_below(&random, 900), seed);
        for (size_t i = 0; i < LISTS; i++) {
            check_ranking(&t, i);
            check_lists(&t, i, &random);
        }
        twins_free(&t);
    }
}

/* ---- histogram, subset -------------------------------------------------------------- */

/* Every row whose number is 1 more than a multiple of `step` is left out. */
static struct row_set some_rows(const struct twins *t, size_t step)
{
    uint32_t *rows = calloc(t->table->n_rows, sizeof *rows);
    assert_non_null(rows);
    size_t n = 0;
    for (uint32_t row = 0; row < t->table->n_rows; row++) {
        if (row % step != 1) {
            rows[n++] = row;
        }
    }
    return row_set_list(rows, n);
}

static void check_bins(const struct twins *t, size_t list, bool log)
{
    const struct histogram_axis axis = {.bins = 24, .log = log, .low = NAN, .high = NAN};
    struct histogram *a = histogram_new(t->rows[list], &axis, NULL);
    struct histogram *b = histogram_new(t->profiles[list], &axis, NULL);
    struct row_set set = some_rows(t, 3);
    const uint32_t *row_profile = t->table->row_profile;
    struct subset *x = subset_new(t->rows[list], &set, row_profile, NULL, NULL);
    struct subset *y = subset_new(t->profiles[list], &set, row_profile, NULL, NULL);
    size_t counts[2][24];
    assert_true(a != NULL && b != NULL && x != NULL && y != NULL);
    assert_memory_equal(a->rows, b->rows, a->bins * sizeof *a->rows);
    assert_true(a->below_rows == b->below_rows && a->above_rows == b->above_rows);
    histogram_count(a, t->rows[list], row_profile, set.rows, set.n, counts[0]);
    histogram_count(b, t->profiles[list], row_profile, set.rows, set.n, counts[1]);
    assert_memory_equal(counts[0], counts[1], sizeof counts[0]);
    assert_int_equal(subset_scored(x), subset_scored(y));
    for (size_t i = 0; i < a->bins; i++) {
        assert_int_equal(subset_bins(x, a, i, i), counts[0][i]);
        assert_int_equal(subset_bins(x, a, 0, i), subset_bins(y, b, 0, i));
        assert_int_equal(subset_above(x, t->rows[list], a->edges[i]),
                         subset_above(y, t->profiles[list], a->edges[i]));
    }
    for (int up = 0; up < 2; up++) {
        assert_true(same_double(histogram_step(t->rows[list], a->edges[9], up != 0),
                                histogram_step(t->profiles[list], b->edges[9], up != 0)));
    }
    subset_free(x);
    subset_free(y);
    row_set_clear(&set);
    histogram_free(a);
    histogram_free(b);
}

static void bins_and_their_parts_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct twins t = twins_new(700, seed);
        for (size_t i = 0; i < LISTS; i++) {
            check_bins(&t, i, false);
            check_bins(&t, i, true);
        }
        twins_free(&t);
    }
}

/* ---- order and filter --------------------------------------------------------------- */

static void check_sorted(const struct twins *t, const uint32_t *rows, size_t n, size_t most,
                         struct row_order order, struct row_order twin)
{
    uint32_t *a = calloc(2 * n + 2, sizeof *a), *b = a + n + 1;
    assert_non_null(a);
    assert_true(rows_sort(rows, n, &order, t->table, most, a, NULL, NULL));
    assert_true(rows_sort(rows, n, &twin, t->table, most, b, NULL, NULL));
    assert_memory_equal(a, b, (most < n ? most : n) * sizeof *a);
    free(a);
}

/* The column holds what the list scores: sorted by it is sorted by the list. */
static void add_column(struct twins *t, const char *name, size_t list)
{
    size_t n = t->table->n_rows;
    float *value = calloc(n, sizeof *value);
    assert_non_null(value);
    memcpy(value, t->row_score[list], n * sizeof *value);
    assert_true(table_add_column(t->table, name, value, NULL));
}

static void rows_sorted_by_scores_and_columns_agree(void **state)
{
    (void)state;
    const uint32_t few[] = {3, 8, 9, 500, 698};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct twins t = twins_new(700, seed);
        add_column(&t, "beside", 1);
        struct row_set half = some_rows(&t, 2);
        for (size_t i = 0; i < 2 * LISTS + 2; i++) {
            size_t list = i < 2 * LISTS ? i / 2 : 1;
            const struct row_order twin = {
                .key = ROW_KEY_SCORE, .ranking = t.profiles[list], .falling = i % 2 != 0};
            const struct row_order order =
                i < 2 * LISTS
                    ? (struct row_order){.key = ROW_KEY_SCORE,
                                         .ranking = t.rows[list],
                                         .falling = i % 2 != 0}
                    : (struct row_order){.key = ROW_KEY_COLUMN, .falling = i % 2 != 0};
            check_sorted(&t, NULL, 700, 700, order, twin);
            check_sorted(&t, NULL, 700, 20, order, twin);
            check_sorted(&t, half.rows, half.n, 1000, order, twin);
            check_sorted(&t, half.rows, half.n, 30, order, twin);
            check_sorted(&t, few, 5, 5, order, twin);
            check_sorted(&t, few, 5, 2, order, twin);
            check_sorted(&t, few, 0, 5, order, twin);
        }
        row_set_clear(&half);
        twins_free(&t);
    }
}

static const char *const texts[] = {
    "",
    "own:>0.5",
    "-own:>0.5",
    "own:>p90",
    "own:p20-p60 small:1",
    "own:<=0.3 user:U1*",
    "own:!=0.5",
    "own.rank:<=100",
    "-own.rank:<=100",
    "own.rank:7,30-200 hour:0-6",
    "rank:10-400",
    "rank:<1",
    "flagged:own",
    "-flagged:own",
    "flagged:own,lof",
    "flagged:any",
    "flagged:all",
    "-flagged:any own:>0.2",
    "sort:own",
    "sort:own-asc",
    "sort:own.rank small:>=2",
    "sort:own-asc flagged:own",
    "own.rank:<=50 lof.rank:<=300 sort:lof",
};

/* Once with the ranking of rows, once with its twin; the other is of profiles both times. */
static struct row_set filtered(const struct twins *t, const struct ranking *own,
                               const char *text, bool apart, struct parallel *parallel,
                               const struct row_order *otherwise, size_t most, size_t *total)
{
    const struct filter_ranking rankings[] = {{"lof", "LOF", t->profiles[2], 0.4, false},
                                              {"own", "OWN", own, 0.3, apart}};
    const struct filter_context context = {.table = t->table,
                                           .by_profile = t->index,
                                           .rankings = rankings,
                                           .n_rankings = 2,
                                           .main_ranking = 1};
    struct filter_error error;
    struct filter *filter = filter_parse(text, &context, &error);
    struct row_set rows;
    size_t count;
    if (filter == NULL) {
        fail_msg("'%s': %s", text, error.text);
    }
    assert_true(filter_count(filter, &context, parallel, NULL, &count, NULL));
    assert_true(
        filter_rows(filter, &context, otherwise, parallel, NULL, most, &rows, total, NULL));
    assert_int_equal(count, *total);
    filter_free(filter);
    return rows;
}

static void check_same(struct row_set *a, struct row_set *b, const char *what)
{
    uint32_t *x = calloc(a->n + 1, sizeof *x), *y = calloc(b->n + 1, sizeof *y);
    assert_true(x != NULL && y != NULL);
    if (a->n != b->n) {
        fail_msg("'%s': %zu rows, not %zu", what, a->n, b->n);
    }
    assert_int_equal(row_set_get(a, 0, a->n, x, NULL), a->n);
    assert_int_equal(row_set_get(b, 0, b->n, y, NULL), b->n);
    if (memcmp(x, y, a->n * sizeof *x) != 0) {
        fail_msg("'%s': other rows, or another order", what);
    }
    free(x);
    free(y);
    row_set_clear(a);
    row_set_clear(b);
}

static void filters_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct twins t = twins_new(1501, seed);
        for (unsigned threads = 1; threads <= 2; threads++) {
            struct parallel *parallel = parallel_new(threads, NULL);
            for (size_t i = 0; i < 4 * sizeof texts / sizeof *texts; i++) {
                const char *text = texts[i / 4];
                size_t most = i % 2 == 0 ? SIZE_MAX : 12, total[2];
                struct row_order order[2] = {
                    {.key = ROW_KEY_SCORE, .ranking = t.rows[0], .falling = true},
                    {.key = ROW_KEY_SCORE, .ranking = t.profiles[0], .falling = true}};
                bool ordered = i % 4 > 1;
                struct row_set a = filtered(&t, t.rows[0], text, false, parallel,
                                            ordered ? &order[0] : NULL, most, &total[0]);
                struct row_set b = filtered(&t, t.profiles[0], text, false, parallel,
                                            ordered ? &order[1] : NULL, most, &total[1]);
                assert_int_equal(total[0], total[1]);
                check_same(&a, &b, text);
            }
            parallel_free(parallel);
        }
        twins_free(&t);
    }
}

/* "any" and "all" mean the lists that are not apart; a list that is must be named. */
static void a_list_apart_joins_when_it_is_named(void **state)
{
    (void)state;
    struct twins t = twins_new(900, 4);
    size_t total;
    const char *const pairs[][2] = {{"flagged:any", "flagged:lof"},
                                    {"flagged:all", "flagged:lof"},
                                    {"flagged:own,any", "flagged:own,lof"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct row_set a =
            filtered(&t, t.rows[0], pairs[i][0], true, NULL, NULL, SIZE_MAX, &total);
        struct row_set b =
            filtered(&t, t.rows[0], pairs[i][1], true, NULL, NULL, SIZE_MAX, &total);
        assert_true(total > 0 && total < 900);
        check_same(&a, &b, pairs[i][0]);
    }
    twins_free(&t);
}

static void columns_are_filtered_as_scores_are(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"beside:>0.5", "own:>0.5"},         {"-beside:>0.5", "-own:>0.5"},
        {"beside:>p90", "own:>p90"},         {"beside:p20-p60 small:1", "own:p20-p60 small:1"},
        {"beside:!=0.5", "own:!=0.5"},       {"sort:beside", "sort:own"},
        {"sort:beside-asc", "sort:own-asc"}, {"bes:<=0.3 user:U1*", "own:<=0.3 user:U1*"},
    };
    struct twins t = twins_new(1501, 2);
    add_column(&t, "beside", 1);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t total;
        struct row_set a =
            filtered(&t, t.rows[1], pairs[i][0], false, NULL, NULL, SIZE_MAX, &total);
        struct row_set b =
            filtered(&t, t.rows[1], pairs[i][1], false, NULL, NULL, SIZE_MAX, &total);
        check_same(&a, &b, pairs[i][0]);
    }
    twins_free(&t);
}

static void a_column_needs_a_name_of_its_own(void **state)
{
    (void)state;
    struct twins t = twins_new(10, 1);
    struct status status = {0};
    add_column(&t, "beside", 0);
    size_t bytes = table_bytes(t.table);
    assert_false(table_add_column(t.table, "beside", calloc(10, sizeof(float)), &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_false(table_add_column(t.table, "small", calloc(10, sizeof(float)), &status));
    assert_int_equal(t.table->n_columns, 1);
    assert_int_equal(table_bytes(t.table), bytes);
    twins_free(&t);
}

/* ---- overlap ------------------------------------------------------------------------ */

/* Rows and profiles beside each other, in every combination. */
static void overlaps_agree_in_every_mixture(void **state)
{
    (void)state;
    const size_t ks[] = {0, 1, 2, 17, 300, 699, 700, 5000};
    struct twins t = twins_new(700, 3);
    for (unsigned mixture = 1; mixture < 1u << LISTS; mixture++) {
        const struct ranking *mixed[LISTS], *twin[LISTS];
        for (size_t i = 0; i < LISTS; i++) {
            twin[i] = t.profiles[i];
            mixed[i] = (mixture >> i & 1) != 0 ? t.rows[i] : t.profiles[i];
        }
        for (size_t k = 0; k < sizeof ks / sizeof *ks; k++) {
            struct overlap a, b;
            struct head x[LISTS], y[LISTS];
            struct disagreement differ[2][100];
            size_t n[2];
            assert_true(overlap_at(&a, mixed, LISTS, t.index, ks[k], NULL));
            assert_true(overlap_at(&b, twin, LISTS, t.index, ks[k], NULL));
            assert_memory_equal(&a, &b, sizeof a);
            for (size_t i = 0; i < LISTS; i++) {
                assert_true(head_new(&x[i], mixed[i], t.index, ks[k], NULL));
                assert_true(head_new(&y[i], twin[i], t.index, ks[k], NULL));
            }
            for (size_t least = 1; least <= LISTS; least++) {
                uint32_t *p = heads_rows(x, LISTS, least, t.index, &n[0], NULL);
                uint32_t *q = heads_rows(y, LISTS, least, t.index, &n[1], NULL);
                assert_true(p != NULL && q != NULL);
                assert_int_equal(n[0], n[1]);
                assert_memory_equal(p, q, n[0] * sizeof *p);
                free(p);
                free(q);
            }
            memset(differ, 0, sizeof differ);
            assert_true(disagreements(mixed, LISTS, t.index, t.table->row_profile, ks[k],
                                      differ[0], 100, &n[0], NULL));
            assert_true(disagreements(twin, LISTS, t.index, t.table->row_profile, ks[k],
                                      differ[1], 100, &n[1], NULL));
            assert_int_equal(n[0], n[1]);
            for (size_t i = 0; i < n[0]; i++) {
                assert_int_equal(differ[0][i].row, differ[1][i].row);
                assert_int_equal(differ[0][i].rare, differ[1][i].rare);
                assert_int_equal(differ[0][i].ordinary, differ[1][i].ordinary);
                assert_true(differ[0][i].decades == differ[1][i].decades);
            }
        }
    }
    twins_free(&t);
}

/* ---- users, reviews, files ---------------------------------------------------------- */

static void sums_of_users_agree(void **state)
{
    (void)state;
    struct twins t = twins_new(900, 5);
    struct row_set set = some_rows(&t, 5);
    for (size_t i = 0; i < LISTS; i++) {
        struct user_sums a, b;
        const struct user_scores of[] = {
            {.ranking = t.rows[i], .index = t.index, .threshold = 0.4},
            {.ranking = t.profiles[i], .index = t.index, .threshold = 0.4}};
        assert_true(user_sums_make(&a, &set, t.table, &of[0], NULL, NULL));
        assert_true(user_sums_make(&b, &set, t.table, &of[1], NULL, NULL));
        assert_int_equal(a.n, b.n);
        for (size_t user = 0; user < a.n; user++) {
            assert_int_equal(a.of[user].flagged, b.of[user].flagged);
            assert_int_equal(a.of[user].worst_rank, b.of[user].worst_rank);
        }
        user_sums_clear(&a);
        user_sums_clear(&b);
    }
    row_set_clear(&set);
    twins_free(&t);
}

static void judge(struct history *history, uint32_t row, enum verdict verdict)
{
    struct entry *entry = entry_new(1, NULL);
    assert_non_null(entry);
    assert_true(entry_identify(entry, NULL));
    entry->kind = ENTRY_VERDICT;
    entry->verdict = verdict;
    entry->reviewer = strdup("ana");
    entry->rows[0].row = row;
    assert_true(history_add(history, &entry, 1, NULL));
}

static void precision_agrees(void **state)
{
    (void)state;
    struct twins t = twins_new(900, 6);
    struct history *history = history_new(NULL);
    uint64_t random = 8;
    for (int i = 0; i < 300; i++) {
        judge(history, (uint32_t)fixture_below(&random, 900),
              (enum verdict)(1 + fixture_below(&random, 3)));
    }
    struct verdict_set *verdicts = verdict_set_new(history, HISTORY_EVERYONE, NULL);
    const struct evaluation_data data = {t.table, t.index, verdicts};
    const size_t ks[] = {1, 7, 50, 400, 2000};
    for (size_t i = 0; i < LISTS * 5; i++) {
        struct evaluation a, b;
        assert_true(evaluation_new(&data, t.rows[i % LISTS], ks[i / LISTS], &a, NULL));
        assert_true(evaluation_new(&data, t.profiles[i % LISTS], ks[i / LISTS], &b, NULL));
        assert_int_equal(a.k, b.k);
        assert_memory_equal(a.rows, b.rows, a.k * sizeof *a.rows);
        assert_memory_equal(a.tie, b.tie, a.k * sizeof *a.tie);
        assert_memory_equal(a.low, b.low, a.k * sizeof *a.low);
        assert_memory_equal(a.high, b.high, a.k * sizeof *a.high);
        assert_memory_equal(&a.list.beyond, &b.list.beyond, sizeof a.list.beyond);
        assert_true(same_double(a.at.reviewed, b.at.reviewed));
        evaluation_clear(&a);
        evaluation_clear(&b);
    }
    const struct queue_spec spec = {.kind = QUEUE_POOLED, .k = 60, .controls = 9, .seed = 3};
    const struct ranking *mixed[] = {t.profiles[0], t.rows[1], t.rows[2]};
    const struct ranking *twin[] = {t.profiles[0], t.profiles[1], t.profiles[2]};
    struct queue *p = queue_new(&spec, mixed, LISTS, t.index, 900, NULL);
    struct queue *q = queue_new(&spec, twin, LISTS, t.index, 900, NULL);
    assert_true(p != NULL && q != NULL);
    assert_int_equal(p->n, q->n);
    assert_memory_equal(p->items, q->items, p->n * sizeof *p->items);
    queue_free(p);
    queue_free(q);
    verdict_set_free(verdicts);
    history_free(history);
    twins_free(&t);
}

static void truth_agrees(void **state)
{
    (void)state;
    struct twins t = twins_new(900, 7);
    char text[4000] = "row_id\n";
    for (size_t row = 0; row < 900; row += 13) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%zu\n", row);
    }
    struct truth *truth = truth_parse(text, strlen(text), t.table, NULL);
    assert_non_null(truth);
    assert_int_equal(truth->n_positive, 70);
    for (size_t i = 0; i < LISTS; i++) {
        size_t n[2], missed[2];
        struct block *a = metrics_blocks(t.rows[i], t.table, truth, &n[0], &missed[0], NULL);
        struct block *b =
            metrics_blocks(t.profiles[i], t.table, truth, &n[1], &missed[1], NULL);
        struct alerts x, y;
        assert_true(a != NULL && b != NULL);
        assert_true(n[0] == n[1] && missed[0] == missed[1]);
        assert_memory_equal(a, b, n[0] * sizeof *a);
        assert_true(metrics_alerts(t.rows[i], t.table, truth, NULL, &x, NULL));
        assert_true(metrics_alerts(t.profiles[i], t.table, truth, NULL, &y, NULL));
        assert_memory_equal(&x, &y, sizeof x);
        free(a);
        free(b);
    }
    truth_free(truth);
    twins_free(&t);
}

static void ranks_in_file_order_agree(void **state)
{
    (void)state;
    struct twins t = twins_new(900, 8);
    for (size_t i = 0; i < LISTS; i++) {
        struct row_ranks a = {0}, b = {0};
        assert_true(row_ranks_new(&a, t.rows[i], 250, NULL));
        assert_true(row_ranks_new(&b, t.profiles[i], 250, NULL));
        for (size_t from = 0; from < 900; from += 250) {
            size_t n = 900 - from < 250 ? 900 - from : 250;
            row_ranks_fill(&a, t.table->row_profile, from, n);
            row_ranks_fill(&b, t.table->row_profile, from, n);
            assert_memory_equal(a.of_row, b.of_row, n * sizeof *a.of_row);
        }
        row_ranks_clear(&a);
        row_ranks_clear(&b);
    }
    twins_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_of_every_kind_are_sorted),
        cmocka_unit_test(a_giant_bucket_is_sorted),
        cmocka_unit_test(ranks_shares_and_lists_agree),
        cmocka_unit_test(bins_and_their_parts_agree),
        cmocka_unit_test(rows_sorted_by_scores_and_columns_agree),
        cmocka_unit_test(filters_agree),
        cmocka_unit_test(a_list_apart_joins_when_it_is_named),
        cmocka_unit_test(columns_are_filtered_as_scores_are),
        cmocka_unit_test(a_column_needs_a_name_of_its_own),
        cmocka_unit_test(overlaps_agree_in_every_mixture),
        cmocka_unit_test(sums_of_users_agree),
        cmocka_unit_test(precision_agrees),
        cmocka_unit_test(truth_agrees),
        cmocka_unit_test(ranks_in_file_order_agree),
    };
    return cmocka_run_group_tests_name("row_scores", tests, NULL, NULL);
}
