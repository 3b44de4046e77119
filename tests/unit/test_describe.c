/* describe: summaries against a sort, pairs against a plain count, and a table as a whole. */
#include "table/builder.h"
#include "table/describe.h"
#include "table/duplicate_keys.h"
#include "table/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quartile(const double *sorted, size_t n, double share)
{
    double place = (double)(n - 1) * share;
    size_t low = (size_t)place;
    double high = sorted[low + 1 < n ? low + 1 : low];
    return sorted[low] + (high - sorted[low]) * (place - (double)low);
}

static void assert_near(double got, double expected)
{
    double scale = fabs(expected) > 1 ? fabs(expected) : 1;
    if (!(fabs(got - expected) <= 1e-12 * scale)) {
        fail_msg("%.17g instead of %.17g", got, expected);
    }
}

static void summaries_equal_those_of_a_sort(void **state)
{
    (void)state;
    enum { N = 300, STRIDE = 3, MOST = 5 };
    uint64_t seed = 7;
    for (size_t n = 1; n <= N; n += n / 8 + 1) {
        double values[N * STRIDE], rows[N * MOST];
        uint32_t copies[N];
        size_t n_rows = 0;
        for (size_t i = 0; i < n; i++) {
            double value = (double)(fixture_random(&seed) % 41) - 20;
            value *= fixture_random(&seed) % 3 == 0 ? 1e-3
                     : fixture_random(&seed) % 2    ? 1
                                                    : 1e5;
            values[i * STRIDE] = value;
            copies[i] = 1 + (uint32_t)(fixture_random(&seed) % MOST);
            for (uint32_t c = 0; c < copies[i]; c++) {
                rows[n_rows++] = value;
            }
        }
        double mean = 0, squares = 0;
        for (size_t i = 0; i < n_rows; i++) {
            mean += rows[i] / (double)n_rows;
        }
        for (size_t i = 0; i < n_rows; i++) {
            squares += (rows[i] - mean) * (rows[i] - mean);
        }
        qsort(rows, n_rows, sizeof *rows, ascending);
        struct summary summary;
        assert_true(summary_of(values, STRIDE, copies, n, &summary, NULL));
        assert_int_equal(summary.count, n_rows);
        assert_near(summary.mean, mean);
        if (n_rows > 1) {
            assert_near(summary.std, sqrt(squares / (double)(n_rows - 1)));
        } else {
            assert_true(isnan(summary.std));
        }
        assert_true(summary.min == rows[0] && summary.max == rows[n_rows - 1]);
        assert_near(summary.q25, quartile(rows, n_rows, 0.25));
        assert_near(summary.q50, quartile(rows, n_rows, 0.5));
        assert_near(summary.q75, quartile(rows, n_rows, 0.75));
    }
}

static void summaries_of_odd_columns(void **state)
{
    (void)state;
    struct summary summary;
    const double none[] = {NAN, NAN};
    assert_true(summary_of(none, 1, NULL, 2, &summary, NULL));
    assert_int_equal(summary.count, 0);
    assert_true(isnan(summary.mean) && isnan(summary.min) && isnan(summary.q50));
    assert_true(summary_of(NULL, 1, NULL, 0, &summary, NULL));
    assert_int_equal(summary.count, 0);
    const double some[] = {NAN, 4, NAN, -2, 1};
    assert_true(summary_of(some, 1, NULL, 5, &summary, NULL));
    assert_int_equal(summary.count, 3);
    assert_true(summary.mean == 1 && summary.std == 3);
    assert_true(summary.min == -2 && summary.q25 == -0.5 && summary.q50 == 1);
    assert_true(summary.q75 == 2.5 && summary.max == 4);
    const double large[] = {1e8 + 1, 1e8 + 2, 1e8 + 3}; /* squares would cancel */
    assert_true(
        summary_of(large, 1, (uint32_t[]){1000000, 1000000, 1000000}, 3, &summary, NULL));
    assert_near(summary.std, sqrt(2e6 / (3e6 - 1)));
    const double wide[] = {-1e308, 1e308, 1e308};
    assert_true(summary_of(wide, 1, NULL, 3, &summary, NULL));
    assert_near(summary.mean / 1e307, 10.0 / 3);
    assert_true(isfinite(summary.std));
}

static struct table *random_table(size_t n_rows, size_t n_times, size_t n_users, bool sorted)
{
    static const char *const names[] = {"a", "b"};
    struct table_builder *builder = table_builder_new(names, 2, true, true, NULL);
    uint64_t seed = n_rows + n_users;
    for (size_t row = 0; row < n_rows; row++) {
        char dt[80], user[32];
        size_t hour = sorted ? row * n_times / n_rows : fixture_random(&seed) % n_times;
        sprintf(dt, "1970-01-%02zu %02zu:00:00", 1 + hour / 24, hour % 24);
        sprintf(user, "U%zu", (size_t)(fixture_random(&seed) % n_users));
        double values[] = {(double)(fixture_random(&seed) % 10), NAN};
        struct span time = {dt, strlen(dt)}, name = {user, strlen(user)};
        assert_true(table_builder_add(builder, time, name, values, NULL));
    }
    return table_builder_finish(builder, NULL);
}

static void pairs_are_counted(void **state)
{
    (void)state;
    for (int sorted = 0; sorted < 2; sorted++) {
        for (size_t n_users = 1; n_users < 3000; n_users *= 5) {
            enum { TIMES = 50 };
            struct table *table = random_table(5000, TIMES, n_users, sorted);
            uint32_t *counts = calloc(TIMES * n_users, sizeof *counts);
            size_t users = dict_count(table->users);
            for (size_t row = 0; row < table->n_rows; row++) {
                counts[table->row_time[row] * users + table->row_user[row]]++;
            }
            struct duplicate_keys expected = {0, 0}, pairs;
            for (size_t i = 0; i < TIMES * n_users; i++) {
                expected.pairs += counts[i] > 1;
                expected.rows += counts[i] > 1 ? counts[i] : 0;
            }
            assert_true(duplicate_keys_count(table, NULL, NULL, &pairs, NULL));
            assert_int_equal(pairs.rows, expected.rows);
            assert_int_equal(pairs.pairs, expected.pairs);
            free(counts);
            table_free(table);
        }
    }
}

static void tables_are_described(void **state)
{
    (void)state;
    struct table *table = random_table(1000, 30, 7, true);
    struct description *description = describe_table(table, NULL, NULL, NULL);
    assert_non_null(description);
    assert_int_equal(description->rows, 1000);
    assert_int_equal(description->columns, 4);
    assert_int_equal(description->features, 2);
    assert_int_equal(description->profiles, 10);
    assert_int_equal(description->users, 7);
    assert_int_equal(description->times, 30);
    assert_int_equal(description->cleaned, 1000);
    assert_true(describe_missing_feature(table, 1) == 1.0);
    assert_true(describe_missing_feature(table, 0) == 0.0);
    assert_true(describe_missing_time(table) == 0.0 && describe_missing_user(table) == 0.0);
    assert_true(description->has_dates && description->first_time == 0);
    assert_int_equal(description->last_time, 29 * 3600);
    assert_int_equal(description->days, 2);
    assert_int_equal(description->unreadable_times, 0);
    assert_true(description->duplicated_rows > 900);
    assert_int_equal(description->feature[0].count, 1000);
    assert_true(description->feature[0].max == 9 && description->feature[1].max == 0);
    describe_free(description);
    table_free(table);
}

static void tables_without_times_are_described(void **state)
{
    (void)state;
    static const char *const names[] = {"a"};
    struct table_builder *builder = table_builder_new(names, 1, false, true, NULL);
    const struct span user = {"U", 1};
    for (int i = 0; i < 5; i++) {
        assert_true(table_builder_add(builder, user, user, (double[]){i}, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    struct description *description = describe_table(table, NULL, NULL, NULL);
    assert_false(description->has_times || description->has_dates || description->has_pairs);
    assert_int_equal(description->columns, 2);
    assert_int_equal(description->duplicated_rows, 0);
    assert_true(description->feature[0].q50 == 2);
    describe_free(description);
    describe_free(NULL);
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    assert_null(describe_table(table, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries_equal_those_of_a_sort),
        cmocka_unit_test(summaries_of_odd_columns),
        cmocka_unit_test(pairs_are_counted),
        cmocka_unit_test(tables_are_described),
        cmocka_unit_test(tables_without_times_are_described),
    };
    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
