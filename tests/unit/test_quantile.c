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
        double *values = calloc(n, sizeof *values), result;
        assert_non_null(values);
        char *at = cases->cells[row * cases->n_columns + values_at];
        for (size_t i = 0; i < n; i++) {
            values[i] = strtod(at, &at);
        }
        double percent = vectors_double(cases, row, vectors_column(cases, "q"));
        assert_true(weighted_percentile(values, NULL, n, percent, &result, NULL));
        assert_same_double(result,
                           vectors_double(cases, row, vectors_column(cases, "expected")));
        free(values);
        tested++;
    }
    assert_true(tested > 20);
    vectors_free(cases);
}

static void weights_are_copies(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t round = 0; round < 50; round++) {
        double values[40], rows[40 * 9], result;
        uint32_t weights[40];
        size_t n = 1 + fixture_below(&random, 40), n_rows = 0;
        for (size_t i = 0; i < n; i++) {
            values[i] =
                fixture_below(&random, 6) == 0 ? NAN : (double)fixture_below(&random, 20) / 3;
            weights[i] = (uint32_t)(1 + fixture_below(&random, 9));
            for (uint32_t copy = 0; copy < weights[i] && !isnan(values[i]); copy++) {
                rows[n_rows++] = values[i];
            }
        }
        qsort(rows, n_rows, sizeof *rows, by_value);
        for (double percent = 0; percent <= 100; percent += 3.125) {
            assert_true(weighted_percentile(values, weights, n, percent, &result, NULL));
            assert_true(n_rows == 0 ? isnan(result)
                                    : result == percentile_twin(rows, n_rows, percent));
        }
    }
}

static void corners(void **state)
{
    (void)state;
    double result, infinite[] = {INFINITY, 1, INFINITY}, one = 5;
    assert_true(weighted_percentile(NULL, NULL, 0, 50, &result, NULL));
    assert_true(isnan(result));
    assert_true(weighted_percentile(&one, NULL, 1, 12, &result, NULL));
    assert_true(result == 5);
    assert_true(weighted_percentile(infinite, NULL, 3, 75, &result, NULL));
    assert_true(result == INFINITY); /* and not infinity minus infinity */
    assert_true(weighted_percentile(infinite, NULL, 3, -5, &result, NULL));
    assert_true(result == 1);
    assert_true(weighted_percentile(infinite, NULL, 3, 1e9, &result, NULL));
    assert_true(result == INFINITY);
    assert_true(weighted_percentile(infinite, NULL, 3, NAN, &result, NULL));
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
        assert_true(feature_percentile(order, c, percent) ==
                    percentile_twin(sorted, n, percent));
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
        cmocka_unit_test(weights_are_copies),
        cmocka_unit_test(corners),
        cmocka_unit_test(features_are_placed_among_all_rows),
    };
    return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
