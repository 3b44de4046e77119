/* scaler: scikit-learn's bits, threads, cancelling, and values that cannot be scaled. */
#include "table/scaler.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parity/vectors.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { D = TABLE_DEFAULT_FEATURES };

/* ---- vectors ------------------------------------------------------------------------ */

static struct vectors *open_vector(const char *set, const char *file)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", set, file);
    return vectors_csv(path);
}

/* The notebook's table of one set: from input.csv. */
static struct table *table_from_input(const char *set)
{
    struct vectors *input = open_vector(set, "input.csv");
    double *values = vectors_doubles(input, vectors_column(input, "total_events"), D);
    struct table *table = fixture_table(values, input->n_rows, D, table_default_features);
    free(values);
    vectors_free(input);
    return table;
}

/* The table that the vectors' README gives as a formula. */
static struct table *table_from_formula(size_t n, uint64_t seed)
{
    double *values = vectors_formula(n, seed);
    struct table *table = fixture_table(values, n, D, table_default_features);
    free(values);
    return table;
}

static void compare_scaler(const struct scaler *scaler, const char *set)
{
    struct vectors *expected = open_vector(set, "scaler.csv");
    assert_int_equal(expected->n_rows, D);
    for (size_t c = 0; c < D; c++) {
        assert_same_double(scaler->mean[c], vectors_double(expected, c, 1));
        assert_same_double(scaler->var[c], vectors_double(expected, c, 2));
        assert_same_double(scaler->scale[c], vectors_double(expected, c, 3));
    }
    vectors_free(expected);
}

static void compare_scaled(const struct scaler *scaler, const struct table *table,
                           const float *scaled, const char *set)
{
    struct vectors *expected = open_vector(set, "scaled.csv");
    assert_true(expected->n_rows >= 50);
    for (size_t i = 0; i < expected->n_rows; i++) {
        size_t profile = table->row_profile[vectors_int(expected, i, 0)];
        for (size_t c = 0; c < D; c++) {
            double value = vectors_double(expected, i, 1 + c);
            assert_same_double(scaler_apply(scaler, c, table_profile(table, profile)[c]),
                               value);
            assert_same_float(scaled[profile * D + c], (float)value);
        }
    }
    vectors_free(expected);
}

static void compare_x32(const struct table *table, const float *scaled, const char *set)
{
    struct vectors *expected = open_vector(set, "x32.csv");
    size_t column = vectors_column(expected, "total_events");
    assert_int_equal(expected->n_rows, table->n_rows);
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t c = 0; c < D; c++) {
            assert_same_float(scaled[table->row_profile[row] * D + c],
                              vectors_float(expected, row, column + c));
        }
    }
    vectors_free(expected);
}

static void compare_with_vectors(const char *set, struct table *table)
{
    struct parallel *parallel = parallel_new(2, NULL);
    struct scaler *scaler = scaler_fit(table, parallel, NULL, NULL);
    assert_non_null(scaler);
    compare_scaler(scaler, set);
    float *scaled = scaler_transform(scaler, table, parallel, NULL);
    assert_non_null(scaled);
    if (strncmp(set, "lof/", 4) == 0) {
        compare_x32(table, scaled, set);
    } else {
        compare_scaled(scaler, table, scaled, set);
    }
    free(scaled);
    scaler_free(scaler);
    parallel_free(parallel);
    table_free(table);
}

static void equals_scikit_learn(void **state)
{
    (void)state;
    const char *const sets[] = {
        "iforest/n50",           "iforest/n200_const", "iforest/n258_reservoir",
        "iforest/n300_allconst", "iforest/n1000_dup",  "iforest/n900_heavy",
        "iforest/n3898_y_stop",  "lof/n600",           "lof/n1200_dup",
        "lof/n800_heavy"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        compare_with_vectors(sets[i], table_from_input(sets[i]));
    }
}

static void equals_scikit_learn_over_several_blocks(void **state)
{
    (void)state;
    compare_with_vectors("iforest/n30000_tracking_formula",
                         table_from_formula(30000, 20250101));
}

/* ---- a twin that follows the text of the definition --------------------------------- */

static double pairwise(const double *a, size_t n)
{
    if (n < 8) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += a[i];
        }
        return sum;
    }
    if (n <= 128) {
        double r[8];
        memcpy(r, a, sizeof r);
        size_t i = 8;
        for (; i < n - n % 8; i += 8) {
            for (size_t j = 0; j < 8; j++) {
                r[j] += a[i + j];
            }
        }
        double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        for (; i < n; i++) {
            sum += a[i];
        }
        return sum;
    }
    size_t h = n / 2;
    h -= h % 8;
    return pairwise(a, h) + pairwise(a + h, n - h);
}

static double blocked(const double *a, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i += 8192) {
        total += pairwise(a + i, n - i < 8192 ? n - i : 8192);
    }
    return total;
}

static void check_column(const struct scaler *scaler, size_t c, double *column, size_t n)
{
    double *squares = calloc(n, sizeof *squares);
    assert_non_null(squares);
    double rows = (double)n, mean = blocked(column, n) / rows;
    for (size_t i = 0; i < n; i++) {
        column[i] -= mean;
        squares[i] = column[i] * column[i];
    }
    double sum = blocked(column, n);
    double var = (blocked(squares, n) - sum * sum / rows) / rows;
    assert_true(scaler->mean[c] == mean);
    assert_true(scaler->var[c] == var);
    assert_true(scaler->scale[c] == sqrt(var));
    free(squares);
}

static void any_size_and_width_with_any_threads(void **state)
{
    (void)state;
    const size_t sizes[] = {2,   7,    8,    9,    127,  128,  129,
                            136, 1000, 8191, 8192, 8193, 8300, 300001};
    const size_t widths[] = {1, 3, 7, 8, 64};
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i], d = widths[i % 5];
        double *values = calloc(n, d * sizeof *values);
        double *column = calloc(n, sizeof *column);
        assert_non_null(values);
        assert_non_null(column);
        for (size_t j = 0; j < n * d; j++) {
            values[j] = ldexp((double)(fixture_random(&random) >> 11), (int)(j % 40) - 60);
        }
        struct table *table = fixture_table(values, n, d, NULL);
        for (unsigned threads = 1; threads <= 3; threads++) {
            struct parallel *parallel = parallel_new(threads, NULL);
            struct scaler *scaler = scaler_fit(table, parallel, NULL, NULL);
            assert_non_null(scaler);
            for (size_t c = 0; c < d; c += 1 + c * 5) {
                for (size_t row = 0; row < n; row++) {
                    column[row] = values[row * d + c];
                }
                check_column(scaler, c, column, n);
            }
            scaler_free(scaler);
            parallel_free(parallel);
        }
        table_free(table);
        free(values);
        free(column);
    }
}

/* ---- corners ------------------------------------------------------------------------ */

static void constant_columns_have_scale_one(void **state)
{
    (void)state;
    double values[3000];
    for (size_t i = 0; i < 1000; i++) {
        values[3 * i] = 0.1;                                /* constant; its mean is rounded */
        values[3 * i + 1] = 0;                              /* zero */
        values[3 * i + 2] = 1e15 + (double)(i % 2) * 0.125; /* drowned by its mean */
    }
    struct table *table = fixture_table(values, 1000, 3, NULL);
    struct scaler *scaler = scaler_fit(table, NULL, NULL, NULL);
    assert_non_null(scaler);
    for (size_t c = 0; c < 3; c++) {
        assert_true(scaler->scale[c] == 1);
    }
    scaler_free(scaler);
    table_free(table);
}

static void values_too_large_are_refused(void **state)
{
    (void)state;
    double huge[] = {1, 1e308, 2, 1.5e308, 3, -1e308};
    const char *const names[] = {"small", "huge"};
    struct table *table = fixture_table(huge, 3, 2, names);
    struct status status = {0};
    assert_null(scaler_fit(table, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "column huge"));
    table_free(table);

    double far[] = {1e60, 1e60 * (1 + 5e-16)}; /* nearly constant: scale 1, far from the mean */
    table = fixture_table(far, 2, 1, NULL);
    struct scaler *scaler = scaler_fit(table, NULL, NULL, &status);
    assert_non_null(scaler);
    assert_null(scaler_transform(scaler, table, NULL, &status));
    assert_non_null(strstr(status.text, "column f0"));
    scaler_free(scaler);
    table_free(table);
}

static void one_row(void **state)
{
    (void)state;
    double row[] = {3, 0};
    struct table *table = fixture_table(row, 1, 2, NULL);
    struct scaler *scaler = scaler_fit(table, NULL, NULL, NULL);
    assert_non_null(scaler);
    assert_true(scaler->mean[0] == 3 && scaler->var[0] == 0 && scaler->scale[0] == 1);
    scaler_free(scaler);
    table->n_rows = 0;
    struct status status = {0};
    assert_null(scaler_fit(table, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    table_free(table);
}

struct watch {
    atomic_uint_fast64_t most, total;
    atomic_bool cancel;
    uint64_t cancel_at;
};

static void watch_report(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    uint64_t most = atomic_load(&watch->most);
    while (done > most && !atomic_compare_exchange_weak(&watch->most, &most, done)) {
    }
    atomic_store(&watch->total, total);
    if (done >= watch->cancel_at) {
        atomic_store(&watch->cancel, true);
    }
}

static void reports_and_can_be_cancelled(void **state)
{
    (void)state;
    struct table *table = table_from_formula(300000, 1);
    for (uint64_t cancel_at = 0; cancel_at <= 800000; cancel_at += 400000) {
        struct watch watch = {.cancel_at = cancel_at};
        struct progress progress = {&watch.cancel, watch_report, NULL, &watch};
        struct status status = {0};
        struct scaler *scaler = scaler_fit(table, NULL, &progress, &status);
        assert_int_equal(atomic_load(&watch.total), 600000);
        if (cancel_at > 600000) {
            assert_non_null(scaler);
            assert_int_equal(atomic_load(&watch.most), 600000);
        } else {
            assert_null(scaler);
            assert_int_equal(status.code, STATUS_CANCELLED);
        }
        scaler_free(scaler);
    }
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_scikit_learn),
        cmocka_unit_test(equals_scikit_learn_over_several_blocks),
        cmocka_unit_test(any_size_and_width_with_any_threads),
        cmocka_unit_test(constant_columns_have_scale_one),
        cmocka_unit_test(values_too_large_are_refused),
        cmocka_unit_test(one_row),
        cmocka_unit_test(reports_and_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("scaler", tests, NULL, NULL);
}
