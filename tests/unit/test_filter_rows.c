/* Filters over rows, against predicates written out by hand. */
#include "rank/filter/filter.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

struct setting {
    struct table *table;
    struct row_index *index;
    double *score[3];
    struct ranking *ranking[3];
    struct filter_ranking rankings[4];
    struct filter_hook hook;
    struct filter_context context;
    uint32_t *rank[3]; /* (n_rows) of iforest, lof, ensemble; 0: not scored */
};

static bool mark_thirds(void *context, const char *value, uint64_t *rows, struct status *status)
{
    const struct setting *s = context;
    if (strcmp(value, "broken") == 0) {
        return status_set(status, STATUS_IO, "the store is broken");
    }
    for (size_t row = (size_t)strtoul(value, NULL, 10); row < s->table->n_rows; row += 3) {
        rows[row / 64] |= (uint64_t)1 << (row % 64);
    }
    return true;
}

static struct setting *setting_new(size_t n_rows, uint64_t seed)
{
    static const char *const names[] = {"iforest", "lof", "ensemble", "autoencoder"};
    const size_t levels[] = {0, 5, 40};
    struct setting *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->table = fixture_user_hours(n_rows, 15, 6, seed);
    s->index = fixture_index(s->table);
    for (size_t i = 0; i < 3; i++) {
        s->score[i] = fixture_scores(s->table->profiles.n, levels[i], i == 1 ? 3 : 0, seed + i);
        s->ranking[i] = ranking_new(s->score[i], &s->table->profiles, NULL, NULL);
        s->rank[i] = calloc(n_rows, sizeof *s->rank[i]);
        uint32_t *rows = calloc(n_rows, sizeof *rows);
        assert_non_null(s->ranking[i]);
        assert_non_null(s->rank[i]);
        assert_non_null(rows);
        size_t n = ranking_rows(s->ranking[i], s->index, 1, n_rows, rows, NULL);
        for (size_t j = 0; j < n; j++) {
            s->rank[i][rows[j]] = (uint32_t)j + 1;
        }
        free(rows);
    }
    for (size_t i = 0; i < 4; i++) {
        const struct ranking *ranking = i < 3 ? s->ranking[i] : NULL;
        s->rankings[i] =
            (struct filter_ranking){names[i], NULL, ranking, i == 1 ? 0.3 : 0.2, false};
    }
    s->hook = (struct filter_hook){"third", NULL, mark_thirds, s};
    s->context = (struct filter_context){.table = s->table,
                                         .by_profile = s->index,
                                         .rankings = s->rankings,
                                         .n_rankings = 4,
                                         .main_ranking = 2,
                                         .hooks = &s->hook,
                                         .n_hooks = 1};
    return s;
}

static void setting_free(struct setting *s)
{
    for (size_t i = 0; i < 3; i++) {
        free(s->rank[i]);
        ranking_free(s->ranking[i]);
        free(s->score[i]);
    }
    row_index_free(s->index);
    table_free(s->table);
    free(s);
}

/* ---- what texts mean ---------------------------------------------------------------- */

/* What a predicate may look at. */
struct seen {
    const char *user, *dt;
    const double *x;
    uint32_t row, copies;
    int64_t day;
    int hour;
    double iforest, lof, ensemble;
    uint32_t iforest_rank, lof_rank, rank;
    const struct setting *s;
};

#define PREDICATE(name, expression)                                                            \
    static bool name(const struct seen *seen)                                                  \
    {                                                                                          \
        return expression;                                                                     \
    }

PREDICATE(everything, seen != NULL)
PREDICATE(user_1_any, strncmp(seen->user, "U1", 2) == 0)
PREDICATE(user_2_or_3, strcmp(seen->user, "U2@DOM") == 0 || strcmp(seen->user, "U3@DOM") == 0)
PREDICATE(user_not_2, strcmp(seen->user, "U2@DOM") != 0)
PREDICATE(word_4, strchr(seen->user, '4') != NULL)
PREDICATE(never, seen == NULL)
PREDICATE(hour_early, seen->hour <= 6)
PREDICATE(hour_night, seen->hour >= 22 || seen->hour <= 3)
PREDICATE(hour_some, seen->hour == 5 || seen->hour >= 20)
PREDICATE(day_2, seen->day == 2)
PREDICATE(day_last, seen->day == seen->s->table->last_day - seen->s->table->first_day)
PREDICATE(like_5_9,
          seen->s->table->row_profile[seen->row] == seen->s->table->row_profile[5] ||
              seen->s->table->row_profile[seen->row] == seen->s->table->row_profile[9])
PREDICATE(time_3, strncmp(seen->dt, "1970-01-05 03", 13) == 0)
PREDICATE(failed_1, seen->x[1] >= 1)
PREDICATE(failed_not_1, seen->x[1] != 1)
PREDICATE(failed_under_1, seen->x[1] < 1)
PREDICATE(ratio, seen->x[2] > 0 && seen->x[2] <= 0.5)
PREDICATE(copies_1, seen->copies == 1)
PREDICATE(copies_3, seen->copies <= 3 || seen->copies == 7)
PREDICATE(row_100, seen->row >= 100 && seen->row <= 163)
PREDICATE(iforest_over, seen->iforest > 0.2)
PREDICATE(iforest_p90, seen->iforest > ranking_percentile(seen->s->ranking[0], 90))
PREDICATE(lof_low, seen->lof <= 0.3)
PREDICATE(lof_mid, seen->lof >= ranking_percentile(seen->s->ranking[1], 20) &&
                       seen->lof <= ranking_percentile(seen->s->ranking[1], 60))
PREDICATE(rank_100, seen->rank >= 1 && seen->rank <= 100)
PREDICATE(rank_deep, (seen->rank >= 200 && seen->rank <= 900) || seen->rank == 7)
PREDICATE(lof_rank_not_50, seen->lof_rank >= 1 && seen->lof_rank != 50)
PREDICATE(lof_rank_over, seen->lof_rank > 300)
PREDICATE(flagged_lof, seen->lof > 0.3)
PREDICATE(flagged_any, seen->lof > 0.3 || seen->iforest > 0.2 || seen->ensemble > 0.2)
PREDICATE(flagged_all, seen->lof > 0.3 && seen->iforest > 0.2 && seen->ensemble > 0.2)
PREDICATE(third_1, seen->row % 3 == 1)
PREDICATE(third_0_2, seen->row % 3 != 1)

static const struct {
    const char *text;
    bool (*holds)(const struct seen *seen);
} terms[] = {
    {"user:U1*", user_1_any},
    {"user:U2@DOM,u3@dom", user_2_or_3},
    {"user:!=U2@DOM", user_not_2},
    {"4", word_4},
    {"nobody", never},
    {"hour:0-6", hour_early},
    {"hour:22-3", hour_night},
    {"hour:5,>=20", hour_some},
    {"day:2", day_2},
    {"day:last", day_last},
    {"day:1970-01-03", day_2},
    {"like:5,9", like_5_9},
    {"time:\"1970-01-05 03*\"", time_3},
    {"failed:>=1", failed_1},
    {"failed:!=1", failed_not_1},
    {"failed:<1", failed_under_1},
    {"fail_ratio:>0 fail_ratio:<=0.5", ratio},
    {"copies:1", copies_1},
    {"copies:<=3,7", copies_3},
    {"row:100-163", row_100},
    {"iforest:>0.2", iforest_over},
    {"iforest:>p90", iforest_p90},
    {"lof:<=0.3", lof_low},
    {"lof:p20-p60", lof_mid},
    {"rank:<=100", rank_100},
    {"rank:200-900,7", rank_deep},
    {"rank:<1", never},
    {"lof.rank:!=50", lof_rank_not_50},
    {"lof.rank:>300", lof_rank_over},
    {"flagged:lof", flagged_lof},
    {"flagged:any", flagged_any},
    {"flagged:all", flagged_all},
    {"third:1", third_1},
    {"third:0,2", third_0_2},
    {"third:!=1", third_0_2},
    {"", everything},
};
enum { TERMS = sizeof terms / sizeof *terms };

static struct seen see(const struct setting *s, uint32_t row, char user[32], char dt[32])
{
    const struct table *t = s->table;
    uint32_t profile = t->row_profile[row];
    struct span name = dict_get(t->users, t->row_user[row]);
    struct span when = dict_get(t->times, t->row_time[row]);
    snprintf(user, 32, "%.*s", (int)name.length, name.bytes);
    snprintf(dt, 32, "%.*s", (int)when.length, when.bytes);
    struct seen seen = {.user = user,
                        .dt = dt,
                        .x = table_profile(t, profile),
                        .row = row,
                        .copies = t->profiles.copies[profile],
                        .iforest = s->score[0][profile],
                        .lof = s->score[1][profile],
                        .ensemble = s->score[2][profile],
                        .iforest_rank = s->rank[0][row],
                        .lof_rank = s->rank[1][row],
                        .rank = s->rank[2][row],
                        .s = s};
    assert_true(table_row_when(t, row, &seen.day, &seen.hour));
    return seen;
}

/* Runs a text every way there is and compares with the wanted rows (n). */
static void check(const struct setting *s, const char *text, const uint32_t *wanted, size_t n)
{
    for (unsigned threads = 1; threads <= 2; threads++) {
        struct parallel *parallel = parallel_new(threads, NULL);
        struct filter_error error;
        struct filter_context context = s->context;
        context.by_profile = threads == 1 || strstr(text, "rank") ? s->index : NULL;
        struct filter *filter = filter_parse(text, &context, &error);
        if (filter == NULL) {
            fail_msg("'%s': %s", text, error.text);
        }
        size_t count, total;
        struct row_set rows;
        assert_true(filter_count(filter, &context, parallel, NULL, &count, NULL));
        if (count != n) {
            fail_msg("'%s': %zu rows, not %zu", text, count, n);
        }
        for (size_t most = 5; most != 0; most = most == 5 ? SIZE_MAX : 0) {
            assert_true(
                filter_rows(filter, &context, NULL, parallel, NULL, most, &rows, &total, NULL));
            assert_int_equal(total, n);
            assert_int_equal(rows.n, n < most ? n : most);
            uint32_t *got = calloc(rows.n + 1, sizeof *got);
            assert_non_null(got);
            assert_int_equal(row_set_get(&rows, 0, rows.n, got, NULL), rows.n);
            assert_memory_equal(got, wanted, rows.n * sizeof *got);
            free(got);
            row_set_clear(&rows);
        }
        filter_free(filter);
        parallel_free(parallel);
    }
}

static void check_terms(const struct setting *s, size_t a, bool not_a, size_t b, bool not_b)
{
    char text[200], user[32], dt[32];
    size_t n = 0;
    uint32_t *wanted = calloc(s->table->n_rows, sizeof *wanted);
    assert_non_null(wanted);
    for (uint32_t row = 0; row < s->table->n_rows; row++) {
        struct seen seen = see(s, row, user, dt);
        if (terms[a].holds(&seen) != not_a && terms[b].holds(&seen) != not_b) {
            wanted[n++] = row;
        }
    }
    snprintf(text, sizeof text, "%s%s %s%s", not_a ? "-" : "", terms[a].text, not_b ? "-" : "",
             terms[b].text);
    check(s, text, wanted, n);
    free(wanted);
}

static bool can_negate(size_t term)
{
    return terms[term].text[0] != '\0' && strchr(terms[term].text, ' ') == NULL;
}

static void each_term_alone(void **state)
{
    (void)state;
    struct setting *s = setting_new(5003, 1);
    for (size_t i = 0; i < TERMS; i++) {
        check_terms(s, i, false, TERMS - 1, false);
        if (can_negate(i)) {
            check_terms(s, i, true, TERMS - 1, false);
        }
    }
    setting_free(s);
}

static void terms_together(void **state)
{
    (void)state;
    struct setting *s = setting_new(1500, 2);
    uint64_t random = 3;
    for (size_t round = 0; round < 300; round++) {
        size_t a = fixture_below(&random, TERMS), b = fixture_below(&random, TERMS);
        check_terms(s, a, can_negate(a) && round % 3 == 0, b, can_negate(b) && round % 4 == 0);
    }
    setting_free(s);
}

static void many_chunks(void **state)
{
    (void)state;
    struct setting *s = setting_new(300001, 4);
    const size_t some[] = {0, 5, 10, 18, 22, 28, TERMS - 1};
    for (size_t i = 0; i + 1 < sizeof some / sizeof *some; i++) {
        check_terms(s, some[i], false, some[i + 1], false);
    }
    setting_free(s);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void percentiles_of_features(void **state)
{
    (void)state;
    enum { N = 2001 };
    struct setting *s = setting_new(N, 5);
    struct filter_error error;
    double totals[N];
    for (size_t row = 0; row < N; row++) {
        totals[row] = table_profile(s->table, s->table->row_profile[row])[0];
    }
    qsort(totals, N, sizeof *totals, by_value);
    struct filter *filter = filter_parse("total:>p75", &s->context, &error);
    size_t count, expected = 0;
    assert_true(filter_count(filter, &s->context, NULL, NULL, &count, NULL));
    filter_free(filter);
    while (totals[N - 1 - expected] > totals[1500]) { /* 75 % of 2000 */
        expected++;
    }
    assert_true(expected > 0);
    assert_int_equal(count, expected);
    setting_free(s);
}

/* ---- orders ------------------------------------------------------------------------- */

static void check_sort(const struct setting *s, const char *text, size_t most,
                       enum row_set_kind kind)
{
    struct filter_error error;
    struct row_order order;
    struct row_set rows, plain;
    size_t total;
    struct filter *filter = filter_parse(text, &s->context, &error);
    assert_non_null(filter);
    assert_true(filter_order(filter, &s->context, &order));
    assert_true(filter_rows(filter, &s->context, NULL, NULL, NULL, most, &rows, &total, NULL));
    assert_int_equal(rows.kind, kind);
    assert_int_equal(rows.n, total < most ? total : most);
    filter_free(filter);

    char terms_only[64];
    snprintf(terms_only, sizeof terms_only, "%.*s", (int)(strstr(text, "sort:") - text), text);
    filter = filter_parse(terms_only, &s->context, &error);
    assert_true(
        filter_rows(filter, &s->context, NULL, NULL, NULL, SIZE_MAX, &plain, NULL, NULL));
    assert_int_equal(plain.n, total);
    uint32_t *all = calloc(total + 1, sizeof *all), *sorted = calloc(total + 1, sizeof *sorted);
    uint32_t *got = calloc(total + 1, sizeof *got);
    assert_int_equal(row_set_get(&plain, 0, total, all, NULL), total);
    assert_true(rows_sort(all, total, &order, s->table, total, sorted, NULL, NULL));
    assert_int_equal(row_set_get(&rows, 0, rows.n, got, NULL), rows.n);
    assert_memory_equal(got, sorted, rows.n * sizeof *got);
    free(all);
    free(sorted);
    free(got);
    filter_free(filter);
    row_set_clear(&plain);
    row_set_clear(&rows);
}

static void sorted_lists(void **state)
{
    (void)state;
    struct setting *s = setting_new(1200, 6);
    check_sort(s, "sort:iforest", SIZE_MAX, ROW_SET_RANKED);
    check_sort(s, "sort:iforest-asc", SIZE_MAX, ROW_SET_RANKED);
    check_sort(s, "sort:rank", 10, ROW_SET_RANKED);
    check_sort(s, "sort:lof", SIZE_MAX, ROW_SET_LIST); /* some rows have no score */
    check_sort(s, "sort:row", 7, ROW_SET_FILE);
    check_sort(s, "sort:row-desc", SIZE_MAX, ROW_SET_LIST);
    check_sort(s, "sort:user", 50, ROW_SET_LIST);
    check_sort(s, "failed:>0 sort:user", SIZE_MAX, ROW_SET_LIST);
    check_sort(s, "failed:>0 sort:time-desc", 20, ROW_SET_LIST);
    check_sort(s, "copies:1 sort:total", SIZE_MAX, ROW_SET_LIST);
    check_sort(s, "rank:<=30 sort:iforest", 4, ROW_SET_LIST);
    check_sort(s, "nobody sort:lof-asc", SIZE_MAX, ROW_SET_LIST);
    setting_free(s);
}

/* ---- stopping ----------------------------------------------------------------------- */

static void filters_can_be_cancelled_and_fail(void **state)
{
    (void)state;
    struct setting *s = setting_new(1000, 7);
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    const char *const texts[] = {"hour:3", "failed:>0", "row:5", "failed:>0 sort:user"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct filter_error error;
        struct status status = {0};
        struct row_set rows;
        size_t count;
        struct filter *filter = filter_parse(texts[i], &s->context, &error);
        assert_false(filter_count(filter, &s->context, NULL, &progress, &count, &status));
        assert_int_equal(status.code, STATUS_CANCELLED);
        assert_false(
            filter_rows(filter, &s->context, NULL, NULL, &progress, 9, &rows, NULL, &status));
        filter_free(filter);
    }
    struct filter_error error;
    struct status status = {0};
    size_t count;
    struct filter *filter = filter_parse("third:broken", &s->context, &error);
    assert_false(filter_count(filter, &s->context, NULL, NULL, &count, &status));
    assert_string_equal(status.text, "the store is broken");
    filter_free(filter);
    setting_free(s);
}

/* Names are whole: who forgets the `*` finds nobody, and is told what would be found. */
static void whole_names_that_nobody_has(void **state)
{
    (void)state;
    struct setting *s = setting_new(500, 3);
    size_t ones = 0; /* U1@DOM, U10@DOM to U14@DOM */
    for (size_t row = 0; row < s->table->n_rows; row++) {
        struct span user = dict_get(s->table->users, s->table->row_user[row]);
        ones += user.length > 1 && user.bytes[1] == '1';
    }
    char wide[FILTER_HINT];
    snprintf(wide, sizeof wide, "no user is named u1; user:u1* has %zu rows", ones);
    const char *const hints[][2] = {
        {"user:u1", wide},
        {"hour:3 user:u1,u2", wide},
        {"user:U99", "no user is named U99"},
        {"user:U1@DOM row:600", ""},
        {"user:u1,U2@DOM row:600", ""},
        {"user:U99*", ""},
        {"-user:U1 row:600", ""},
        {"U99", ""},
        {"row:600", ""},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        struct filter_error error;
        char hint[FILTER_HINT];
        struct filter *filter = filter_parse(hints[i][0], &s->context, &error);
        assert_non_null(filter);
        assert_int_equal(filter_hint(filter, &s->context, NULL, NULL, hint),
                         hints[i][1][0] != '\0');
        assert_string_equal(hint, hints[i][1]);
        filter_free(filter);
    }
    setting_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_names_that_nobody_has),
        cmocka_unit_test(each_term_alone),
        cmocka_unit_test(terms_together),
        cmocka_unit_test(many_chunks),
        cmocka_unit_test(percentiles_of_features),
        cmocka_unit_test(sorted_lists),
        cmocka_unit_test(filters_can_be_cancelled_and_fail),
    };
    return cmocka_run_group_tests_name("filter rows", tests, NULL, NULL);
}
