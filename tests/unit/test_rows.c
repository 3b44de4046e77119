/* rows, row_order and glob against twins. */
#include "rank/rows.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/glob.h"
#include "rank/row_order.h"
#include "table/builder.h"
#include "unit/fixture.h"
#include "unit/test.h"

/* ---- glob --------------------------------------------------------------------------- */

static bool matches(const char *pattern, bool inside, const char *text)
{
    struct glob glob = glob_make(pattern, inside);
    return glob_match(&glob, (struct span){text, strlen(text)});
}

static void patterns(void **state)
{
    (void)state;
    assert_true(matches("U66*", false, "U66@DOM"));
    assert_false(matches("U66", false, "U66@DOM"));
    assert_true(matches("u66@dom", false, "U66@DOM"));
    assert_false(matches("u66@Dom", false, "U66@DOM"));
    assert_true(matches("*", false, ""));
    assert_false(matches("?", false, ""));
    assert_true(matches("", false, ""));
    assert_false(matches("", false, "a"));
    assert_true(matches("", true, "a"));
    assert_true(matches("a*b*c", false, "aXXbbYbc"));
    assert_false(matches("a*b*c", false, "aXXbbYb"));
    assert_true(matches("?b?", false, "abc"));
    assert_true(matches("?", false, "\xc3\xa4"));
    assert_true(matches("??", false, "\xc3\xa4\xff"));
    assert_true(matches("66", true, "U66@DOM"));
    assert_true(matches("u?6", true, "xxU66@DOM"));
    assert_true(matches("6*D", true, "U66@DOM"));
    assert_false(matches("6*X", true, "U66@DOM"));
    assert_true(matches("DOM", true, "U66@DOM"));
    assert_false(matches("DOMINION", true, "DOM"));
    const struct glob zero = glob_make("a*b", false);
    assert_true(glob_match(&zero, (struct span){"a\0b", 3}));
    /* no blow-up: many stars, no match */
    char text[4000];
    memset(text, 'a', sizeof text);
    const struct glob stars = glob_make("*a*a*a*a*a*a*a*a*a*b", false);
    assert_false(glob_match(&stars, (struct span){text, sizeof text}));
}

static bool glob_twin(const char *p, const char *t)
{
    if (*p == '*') {
        return glob_twin(p + 1, t) || (*t != '\0' && glob_twin(p, t + 1));
    }
    return *p == '\0' ? *t == '\0'
                      : *t != '\0' && (*p == '?' || *p == *t) && glob_twin(p + 1, t + 1);
}

static void random_patterns(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t round = 0; round < 50000; round++) {
        char pattern[12] = {0}, text[12] = {0}, inside[16];
        for (size_t i = fixture_below(&random, 9); i-- > 0;) {
            pattern[i] = "abb*?*"[fixture_below(&random, 6)];
        }
        for (size_t i = fixture_below(&random, 11); i-- > 0;) {
            text[i] = "ab"[fixture_below(&random, 2)];
        }
        assert_int_equal(matches(pattern, false, text), glob_twin(pattern, text));
        snprintf(inside, sizeof inside, "*%s*", pattern);
        assert_int_equal(matches(pattern, true, text), glob_twin(inside, text));
    }
}

/* ---- row_order ---------------------------------------------------------------------- */

struct sorter {
    struct table *table;
    struct row_order order;
};

static int compare_spans(struct span a, struct span b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.bytes, b.bytes, n);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Which of two rows comes first, as the order's description has it. */
static int compare_rows(const struct sorter *s, uint32_t a, uint32_t b)
{
    const struct table *t = s->table;
    uint32_t p = t->row_profile[a], q = t->row_profile[b];
    double x = 0, y = 0;
    bool last_a = false, last_b = false; /* whichever the direction */
    int order = 0;
    switch (s->order.key) {
    case ROW_KEY_ROW: order = (a > b) - (a < b); break;
    case ROW_KEY_USER:
        order = compare_spans(dict_get(t->users, t->row_user[a]),
                              dict_get(t->users, t->row_user[b]));
        break;
    case ROW_KEY_KIND:
        x = s->order.accounts->kind[t->row_user[a]];
        y = s->order.accounts->kind[t->row_user[b]];
        break;
    case ROW_KEY_OWNER:
        order = strcmp(accounts_owner(s->order.accounts, t->row_user[a]),
                       accounts_owner(s->order.accounts, t->row_user[b]));
        break;
    case ROW_KEY_LABEL:
        order = strcmp(accounts_label(s->order.accounts, t->row_user[a]),
                       accounts_label(s->order.accounts, t->row_user[b]));
        break;
    case ROW_KEY_TIME:
        x = (double)t->time_seconds[t->row_time[a]];
        y = (double)t->time_seconds[t->row_time[b]];
        last_a = t->time_seconds[t->row_time[a]] == TABLE_NO_TIME;
        last_b = t->time_seconds[t->row_time[b]] == TABLE_NO_TIME;
        order = (x > y) - (x < y);
        if (last_a && last_b) {
            return compare_spans(dict_get(t->times, t->row_time[a]),
                                 dict_get(t->times, t->row_time[b]));
        }
        break;
    case ROW_KEY_COPIES: x = t->profiles.copies[p], y = t->profiles.copies[q]; break;
    case ROW_KEY_FEATURE:
        x = table_profile(t, p)[s->order.index], y = table_profile(t, q)[s->order.index];
        break;
    case ROW_KEY_COLUMN:
        x = (double)t->columns[s->order.index].value[a];
        y = (double)t->columns[s->order.index].value[b];
        last_a = isnan(x);
        last_b = isnan(y);
        break;
    case ROW_KEY_SCORE:
        x = s->order.ranking->score[p], y = s->order.ranking->score[q];
        last_a = isnan(x);
        last_b = isnan(y);
        break;
    }
    if (last_a != last_b) {
        return last_a ? 1 : -1;
    }
    order = order != 0 ? order : (x > y) - (x < y);
    return s->order.falling ? -order : order;
}

/* Kinds, and owners and labels that several share and some lack. */
static struct accounts some_accounts(size_t n)
{
    static char *const texts[] = {NULL, "Bob", "Ann", "VIP", "Ann Lee"};
    struct accounts accounts = {.n = n,
                                .kind = calloc(n, 1),
                                .owner = calloc(n, sizeof(char *)),
                                .label = calloc(n, sizeof(char *))};
    assert_non_null(accounts.kind);
    assert_non_null(accounts.owner);
    assert_non_null(accounts.label);
    for (size_t i = 0; i < n; i++) {
        accounts.kind[i] = (uint8_t)(i * 7 % ACCOUNT_KINDS);
        accounts.owner[i] = texts[i % 5];
        accounts.label[i] = texts[i * 3 % 4];
    }
    return accounts;
}

static void free_accounts(struct accounts *accounts)
{
    free(accounts->kind);
    free(accounts->owner);
    free(accounts->label);
}

static void check_sorted(struct sorter *s, const uint32_t *rows, size_t n, size_t most)
{
    uint32_t *sorted = calloc(n + 1, sizeof *sorted);
    uint32_t *twin = calloc(n + 1, sizeof *twin);
    assert_non_null(sorted);
    assert_non_null(twin);
    assert_true(rows_sort(rows, n, &s->order, s->table, most, sorted, NULL, NULL));
    for (size_t i = 0; i < n; i++) { /* stable insertion */
        uint32_t row = rows != NULL ? rows[i] : (uint32_t)i;
        size_t j = i;
        for (; j > 0 && compare_rows(s, twin[j - 1], row) > 0; j--) {
            twin[j] = twin[j - 1];
        }
        twin[j] = row;
    }
    assert_memory_equal(sorted, twin, (n < most ? n : most) * sizeof *sorted);
    free(sorted);
    free(twin);
}

static struct table *table_with_odd_times(size_t n)
{
    struct table_builder *builder =
        table_builder_new(table_default_features, TABLE_DEFAULT_FEATURES, true, true, NULL);
    uint64_t random = 4;
    static const char *const times[] = {
        "1970-01-02 03:00:00", "1970-01-01",          "yesterday", "",
        "1970-01-02T03:00",    "1969-12-31 23:00:00", "noon"};
    static const char *const users[] = {"b", "a", "", "ab", "B", "\xff", "a\x01"};
    for (size_t i = 0; i < n; i++) {
        double x[TABLE_DEFAULT_FEATURES] = {(double)fixture_below(&random, 4),
                                            (double)fixture_below(&random, 9)};
        const char *dt = times[fixture_below(&random, 7)];
        const char *user = users[fixture_below(&random, 7)];
        assert_true(table_builder_add(builder, (struct span){dt, strlen(dt)},
                                      (struct span){user, strlen(user)}, x, NULL));
    }
    return table_builder_finish(builder, NULL);
}

static void sorted_by_anything(void **state)
{
    (void)state;
    struct sorter s = {.table = table_with_odd_times(700)};
    double *score = fixture_scores(s.table->profiles.n, 7, 4, 5);
    struct ranking *ranking = ranking_new(score, &s.table->profiles, NULL, NULL);
    const uint32_t few[] = {3, 8, 9, 500, 699};
    uint32_t half[350];
    for (size_t i = 0; i < 350; i++) {
        half[i] = (uint32_t)(2 * i);
    }
    struct accounts accounts = some_accounts(dict_count(s.table->users));
    for (int key = ROW_KEY_ROW; key <= ROW_KEY_SCORE; key++) {
        for (int falling = 0; falling < 2; falling++) {
            s.order = (struct row_order){.key = (enum row_key)key,
                                         .index = 1,
                                         .ranking = ranking,
                                         .accounts = &accounts,
                                         .falling = falling != 0};
            check_sorted(&s, NULL, 700, 700);
            check_sorted(&s, NULL, 700, 20);
            check_sorted(&s, half, 350, 1000);
            check_sorted(&s, few, 5, 5);
            check_sorted(&s, few, 0, 5);
        }
    }
    free_accounts(&accounts);
    ranking_free(ranking);
    free(score);
    table_free(s.table);
}

static void few_rows_of_many_profiles(void **state)
{
    (void)state;
    double *values = fixture_scores(20000, 0, 0, 6);
    struct sorter s = {.table = fixture_table(values, 20000, 1, NULL),
                       .order = {.key = ROW_KEY_FEATURE, .falling = true}};
    uint32_t rows[300];
    for (size_t i = 0; i < 300; i++) {
        rows[i] = (uint32_t)(i * 60);
    }
    check_sorted(&s, rows, 300, 300);
    check_sorted(&s, rows, 300, 7);
    table_free(s.table);
    free(values);
}

static void sorting_can_fail(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3};
    uint32_t sorted[3];
    struct status status = {0};
    struct table *table = fixture_table(values, 3, 1, NULL);
    struct row_order order = {.key = ROW_KEY_USER};
    assert_false(rows_sort(NULL, 3, &order, table, 3, sorted, NULL, &status));
    assert_string_equal(status.text, "the table has no users to sort by");
    order.key = ROW_KEY_TIME;
    assert_false(rows_sort(NULL, 3, &order, table, 3, sorted, NULL, &status));
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    order.key = ROW_KEY_FEATURE;
    assert_false(rows_sort(NULL, 3, &order, table, 3, sorted, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    table_free(table);
}

/* ---- rows --------------------------------------------------------------------------- */

/* Reads a set in windows of odd sizes, and finds each row again. */
static void check_set(const struct row_set *set, const uint32_t *row_profile,
                      const uint32_t *expected, size_t n)
{
    uint32_t window[37];
    assert_int_equal(set->n, n);
    for (size_t at = 0; at <= n; at += 31) {
        size_t got = row_set_get(set, at, 37, window, NULL);
        assert_int_equal(got, n - at < 37 ? n - at : 37);
        assert_memory_equal(window, expected + at, got * sizeof *window);
    }
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(row_set_find(set, row_profile, expected[i], (i * 7) % (n + 2)), i);
    }
}

static void sets_without_a_list(void **state)
{
    (void)state;
    enum { N = 900 };
    struct table *table = fixture_user_hours(N, 5, 3, 7);
    struct row_index *index = fixture_index(table);
    uint32_t expected[N];
    for (size_t levels = 0; levels < 12; levels += 5) {
        double *score = fixture_scores(table->profiles.n, levels, 6, levels);
        struct ranking *ranking = ranking_new(score, &table->profiles, NULL, NULL);
        struct sorter s = {table, {.key = ROW_KEY_SCORE, .ranking = ranking, .falling = true}};
        size_t n = ranking->scored_rows;
        assert_true(rows_sort(NULL, N, &s.order, table, n, expected, NULL, NULL));
        struct row_set set = row_set_ranked(ranking, index, 1, SIZE_MAX);
        check_set(&set, table->row_profile, expected, n);
        set = row_set_ranked(ranking, index, 11, 200);
        check_set(&set, table->row_profile, expected + 10, 200);
        assert_int_equal(row_set_find(&set, table->row_profile, expected[9], 0), SIZE_MAX);
        assert_int_equal(row_set_find(&set, table->row_profile, expected[210], 0), SIZE_MAX);
        set = row_set_ranked(ranking, index, n + 1, 5);
        assert_int_equal(set.n, 0);
        s.order.falling = false;
        assert_true(rows_sort(NULL, N, &s.order, table, n, expected, NULL, NULL));
        set = row_set_rising(ranking, index);
        check_set(&set, table->row_profile, expected, n);
        for (size_t row = 0; row < N; row++) {
            if (isnan(score[table->row_profile[row]])) {
                assert_int_equal(row_set_find(&set, table->row_profile, (uint32_t)row, 0),
                                 SIZE_MAX);
            }
        }
        row_set_clear(&set);
        ranking_free(ranking);
        free(score);
    }
    for (size_t i = 0; i < N; i++) {
        expected[i] = (uint32_t)i;
    }
    struct row_set set = row_set_file(N);
    check_set(&set, table->row_profile, expected, N);
    assert_int_equal(row_set_find(&set, table->row_profile, N, 0), SIZE_MAX);
    row_index_free(index);
    table_free(table);
}

static void lists(void **state)
{
    (void)state;
    uint32_t *rows = calloc(100, sizeof *rows), expected[100];
    assert_non_null(rows);
    for (size_t i = 0; i < 100; i++) {
        rows[i] = expected[i] = (uint32_t)((i * 37) % 101);
    }
    struct row_set set = row_set_list(rows, 100);
    check_set(&set, NULL, expected, 100);
    assert_int_equal(row_set_find(&set, NULL, 5000, 50), SIZE_MAX);
    row_set_clear(&set);
    assert_int_equal(set.n, 0);
    assert_null(set.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(random_patterns),
        cmocka_unit_test(sorted_by_anything),
        cmocka_unit_test(few_rows_of_many_profiles),
        cmocka_unit_test(sorting_can_fail),
        cmocka_unit_test(sets_without_a_list),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
