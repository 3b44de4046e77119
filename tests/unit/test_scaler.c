/* scaler: scikit-learn's bits, threads, cancelling, and values that cannot be scaled. */
#include "table/scaler.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

enum { D = TABLE_DEFAULT_FEATURES };

/* ---- vectors
 * ----------------------------------------------------------------------------------- */

static FILE *open_vector(const char *set, const char *file)
{
    char path[1024], line[1024];
    snprintf(path, sizeof path, "%s/tests/parity/vectors/iforest/%s/%s",
             getenv("ODDHOURS_SRCDIR"), set, file);
    FILE *opened = fopen(path, "r");
    if (opened == NULL) {
        fail_msg("cannot open %s", path);
        return NULL;
    }
    assert_non_null(fgets(line, sizeof line, opened)); /* the header */
    return opened;
}

/* The numbers of the next line after `skip` fields; false at the end. */
static bool next_numbers(FILE *file, size_t skip, double *values, size_t n)
{
    char line[1024];
    if (fgets(line, sizeof line, file) == NULL) {
        return false;
    }
    char *at = line;
    for (size_t i = 0; i < skip; i++) {
        at = strchr(at, ',');
        assert_non_null(at);
        at++;
    }
    for (size_t i = 0; i < n; i++) {
        char *end;
        values[i] = strtod(at, &end);
        assert_ptr_not_equal(end, at);
        at = end + (*end == ',');
    }
    return true;
}

/* The notebook's table of one set: from input.csv. */
static struct table *table_from_input(const char *set)
{
    FILE *file = open_vector(set, "input.csv");
    double *values = calloc(5000, D * sizeof *values);
    size_t n = 0;
    assert_non_null(values);
    while (next_numbers(file, 2, values + n * D, D)) {
        n++;
    }
    fclose(file);
    struct table *table = fixture_table(values, n, D, NULL);
    free(values);
    return table;
}

static uint64_t mix(uint64_t seed, uint64_t i, uint64_t c)
{
    uint64_t state = seed + (i * 8 + c) * 0x9E3779B97F4A7C15u;
    return fixture_random(&state);
}

/* The table that the vectors' README gives as a formula. */
static struct table *table_from_formula(size_t n, uint64_t seed)
{
    double *values = calloc(n, D * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++) {
        uint64_t u[8];
        for (uint64_t c = 0; c < 8; c++) {
            u[c] = mix(seed, i, c);
        }
        uint64_t a = u[0] % 1000;
        uint64_t total = 2 + (a < 600 ? u[1] % 10 : a < 950 ? u[1] % 60 : u[1] % 2000);
        uint64_t failed = u[2] % 25 == 0 ? u[3] % (total + 1) : 0;
        uint64_t dst = 1 + (u[4] % 20 == 0 ? u[5] % 40 : u[5] % 4);
        uint64_t src = 1 + (u[4] % 31 == 0 ? u[6] % 100 : u[6] % 5);
        uint64_t nb = u[7] % 4 == 0 ? total : u[7] % 50 == 1 ? u[7] / 64 % (total + 1) : 0;
        double *x = values + i * D;
        x[0] = (double)total;
        x[1] = (double)failed;
        x[2] = (double)failed / (double)total;
        x[3] = (double)(dst < total ? dst : total);
        x[4] = (double)(src < total ? src : total);
        x[5] = (double)nb;
        x[6] = (double)nb / (double)total;
    }
    struct table *table = fixture_table(values, n, D, NULL);
    free(values);
    return table;
}

static void compare_with_vectors(const char *set, struct table *table)
{
    struct parallel *parallel = parallel_new(2, NULL);
    struct status status = {0};
    struct scaler *scaler = scaler_fit(table, parallel, NULL, &status);
    assert_non_null(scaler);
    FILE *file = open_vector(set, "scaler.csv");
    for (size_t c = 0; c < D; c++) {
        double expected[3];
        assert_true(next_numbers(file, 1, expected, 3));
        if (scaler->mean[c] != expected[0] || scaler->var[c] != expected[1] ||
            scaler->scale[c] != expected[2]) {
            fail_msg("%s column %zu: mean %a var %a scale %a, not %a %a %a", set, c,
                     scaler->mean[c], scaler->var[c], scaler->scale[c], expected[0],
                     expected[1], expected[2]);
        }
    }
    fclose(file);
    float *scaled = scaler_transform(scaler, table, parallel, &status);
    assert_non_null(scaled);
    file = open_vector(set, "scaled.csv");
    double expected[1 + D];
    size_t rows = 0;
    while (next_numbers(file, 0, expected, 1 + D)) {
        size_t profile = table->row_profile[(size_t)expected[0]];
        for (size_t c = 0; c < D; c++) {
            assert_true(scaler_apply(scaler, c, table_profile(table, profile)[c]) ==
                        expected[1 + c]);
            assert_true(scaled[profile * D + c] == (float)expected[1 + c]);
        }
        rows++;
    }
    fclose(file);
    assert_true(rows >= 50);
    free(scaled);
    scaler_free(scaler);
    parallel_free(parallel);
    fixture_free(table);
}

static void equals_scikit_learn(void **state)
{
    (void)state;
    const char *const sets[] = {"n50",       "n200_const", "n258_reservoir", "n300_allconst",
                                "n1000_dup", "n900_heavy", "n3898_y_stop"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        compare_with_vectors(sets[i], table_from_input(sets[i]));
    }
}

static void equals_scikit_learn_over_several_blocks(void **state)
{
    (void)state;
    compare_with_vectors("n30000_tracking_formula", table_from_formula(30000, 20250101));
}

/* ---- a twin that follows the text of the definition
 * --------------------------------------------- */

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
        fixture_free(table);
        free(values);
        free(column);
    }
}

/* ---- corners
 * --------------------------------------------------------------------------------- */

static void constant_columns_have_scale_one(void **state)
{
    (void)state;
    double values[3000];
    for (size_t i = 0; i < 1000; i++) {
        values[3 * i] = 0.1;                        /* constant; its mean is rounded */
        values[3 * i + 1] = 0;                      /* zero */
        values[3 * i + 2] = 1e15 + (double)(i % 2) * 0.125; /* drowned by its mean */
    }
    struct table *table = fixture_table(values, 1000, 3, NULL);
    struct scaler *scaler = scaler_fit(table, NULL, NULL, NULL);
    assert_non_null(scaler);
    for (size_t c = 0; c < 3; c++) {
        assert_true(scaler->scale[c] == 1);
    }
    scaler_free(scaler);
    fixture_free(table);
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
    fixture_free(table);

    double far[] = {1e60, 1e60 * (1 + 5e-16)}; /* nearly constant: scale 1, far from the mean */
    table = fixture_table(far, 2, 1, NULL);
    struct scaler *scaler = scaler_fit(table, NULL, NULL, &status);
    assert_non_null(scaler);
    assert_null(scaler_transform(scaler, table, NULL, &status));
    assert_non_null(strstr(status.text, "column f0"));
    scaler_free(scaler);
    fixture_free(table);
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
    fixture_free(table);
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
    fixture_free(table);
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
