/* quantile: numpy's numbers, and twins that expand all rows. */
#include "rank/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* numpy.percentile of (n) sorted values. */
static double percentile_twin(const double *sorted, size_t n, double percent)
{
    double at = (double)(n - 1) * (percent / 100.0);
    if (at >= (double)(n - 1)) {
        return sorted[n - 1];
    }
    size_t i = (size_t)floor(at);
    double t = at - floor(at), a = sorted[i], b = sorted[i + 1], d = b - a;
    return t >= 0.5 ? b - d * (1 - t) : a + d * t;
}

static void check_percentile(const double *values, size_t n, double percent, double expected)
{
    struct table *table = fixture_table(values, n, 1, NULL);
    struct feature_order *order = feature_order_new(&table->profiles, NULL, NULL);
    double result;
    assert_non_null(order);
    assert_same_double(feature_percentile(order, 0, percent), expected);
    assert_true(profiles_percentile(&table->profiles, 0, percent, &result, NULL));
    assert_same_double(result, expected);
    feature_order_free(order);
    table_free(table);
}

static void equals_numpy(void **state)
{
    (void)state;
    struct vectors *cases = vectors_csv("rng/percentile.csv");
    size_t values_at = vectors_column(cases, "values"), tested = 0;
    for (size_t row = 0; row < cases->n_rows; row++) {
        if (strcmp(vectors_text(cases, row, vectors_column(cases, "dtype")), "f8") != 0) {
            continue;
        }
        size_t n = (size_t)vectors_int(cases, row, vectors_column(cases, "n"));
        double *values = calloc(n, sizeof *values);
        assert_non_null(values);
        char *at = cases->cells[row * cases->n_columns + values_at];
        for (size_t i = 0; i < n; i++) {
            values[i] = strtod(at, &at);
        }
        check_percentile(values, n, vectors_double(cases, row, vectors_column(cases, "q")),
                         vectors_double(cases, row, vectors_column(cases, "expected")));
        free(values);
        tested++;
    }
    assert_true(tested > 20);
    vectors_free(cases);
}

static double sorted_value(const void *context, size_t position)
{
    return ((const double *)context)[position];
}

static void corners(void **state)
{
    (void)state;
    const double values[] = {1, INFINITY, INFINITY};
    assert_true(isnan(quantile_linear(sorted_value, values, 0, 50)));
    assert_true(isnan(quantile_linear(sorted_value, values, 3, NAN)));
    assert_true(quantile_linear(sorted_value, values, 1, 12) == 1);
    assert_true(quantile_linear(sorted_value, values, 3, -5) == 1);
    assert_true(quantile_linear(sorted_value, values, 3, 1e9) == INFINITY);
    /* and not infinity minus infinity */
    assert_true(quantile_linear(sorted_value, values, 3, 75) == INFINITY);
    double result;
    const struct profiles none = {.d = 1};
    assert_true(profiles_percentile(&none, 0, 50, &result, NULL));
    assert_true(isnan(result));
}

static void check_feature(const struct table *table, const struct feature_order *order,
                          size_t c)
{
    size_t n = table->n_rows;
    double *sorted = calloc(n, sizeof *sorted);
    assert_non_null(sorted);
    for (size_t row = 0; row < n; row++) {
        sorted[row] = table_profile(table, table->row_profile[row])[c];
    }
    qsort(sorted, n, sizeof *sorted, by_value);
    for (double value = -1; value < 30; value += 0.25) {
        size_t below = 0;
        while (below < n && sorted[below] < value) {
            below++;
        }
        assert_int_equal(feature_rows_below(order, c, value), below);
        assert_int_equal(feature_rows_at_least(order, c, value), n - below);
        assert_true(feature_percentile_of(order, c, value) == 100 * (double)below / (double)n);
    }
    for (double percent = 0; percent <= 100; percent += 0.7) {
        double expected = percentile_twin(sorted, n, percent), result;
        assert_true(feature_percentile(order, c, percent) == expected);
        assert_true(profiles_percentile(&table->profiles, c, percent, &result, NULL));
        assert_true(result == expected);
    }
    free(sorted);
}

static void features_are_placed_among_all_rows(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 2; threads++) {
        struct parallel *parallel = parallel_new(threads, NULL);
        struct table *table = fixture_user_hours(5000, 10, 3, 9);
        struct feature_order *order = feature_order_new(&table->profiles, parallel, NULL);
        assert_non_null(order);
        assert_int_equal(order->n_rows, 5000);
        for (size_t c = 0; c < table->profiles.d; c++) {
            check_feature(table, order, c);
        }
        feature_order_free(order);
        table_free(table);
        parallel_free(parallel);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_numpy),
        cmocka_unit_test(corners),
        cmocka_unit_test(features_are_placed_among_all_rows),
    };
    return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
