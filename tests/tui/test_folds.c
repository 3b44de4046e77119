/* Identical rows of a list under one line, against groups found by comparing all rows. */
#include "rank/row_folds.h"

#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

/* The groups of a list, found by comparing each row with all before it. */
static void check_folds(const struct row_folds *folds, const uint32_t *rows, size_t n,
                        const struct table *table, const uint32_t *second)
{
    size_t groups = 0, lines = 0;
    assert_int_equal(folds->n_rows, n);
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (table->row_profile[rows[j]] != table->row_profile[rows[i]] ||
               (second != NULL && second[rows[j]] != second[rows[i]])) {
            j++;
        }
        groups += j == i;
        assert_int_equal(folds->group[i], j == i ? groups - 1 : folds->group[j]);
    }
    assert_int_equal(folds->n, groups);
    for (size_t group = 0; group < groups; group++) {
        for (size_t k = folds->first[group]; k < folds->first[group + 1]; k++, lines++) {
            assert_int_equal(folds->group[folds->members[k]], group);
            assert_true(k == folds->first[group] || folds->members[k] > folds->members[k - 1]);
        }
    }
    assert_int_equal(lines, n);
}

/* Every line shows a position, and every position has its line. */
static void check_lines(const struct row_folds *folds)
{
    size_t line = 0;
    for (size_t group = 0; group < folds->n; group++) {
        size_t rows = folds->first[group + 1] - folds->first[group];
        for (size_t k = 0; k < rows; k++) {
            size_t position = folds->members[folds->first[group] + k];
            assert_int_equal(row_folds_line(folds, position), line);
            if (k == 0 || folds->open[group]) {
                struct row_line what = row_folds_at(folds, line);
                assert_int_equal(what.position, position);
                assert_int_equal(what.group, group);
                assert_int_equal(what.rows, rows);
                assert_true(what.head == (k == 0));
                assert_true(what.folded == (rows > 1 && !folds->open[group]));
            }
            line += folds->open[group] || k + 1 == rows;
        }
    }
    assert_int_equal(row_folds_lines(folds), line);
}

static void identical_rows_fold_where_their_first_one_stands(void **state)
{
    (void)state;
    enum { N = 3000 };
    static const enum row_key keys[] = {ROW_KEY_SCORE, ROW_KEY_USER, ROW_KEY_TIME};
    struct table *table = fixture_user_hours(N, 6, 2, 3);
    const uint32_t *second[] = {NULL, table->row_user, table->row_time};
    uint64_t random = 4;
    for (size_t k = 0; k < 3; k++) {
        const struct row_order order = {.key = keys[k]};
        uint32_t *rows = calloc(N, sizeof *rows);
        assert_non_null(rows);
        for (size_t i = 0; i < N; i++) {
            rows[i] = (uint32_t)i;
        }
        for (size_t i = N - 1; i > 0; i--) {
            size_t j = fixture_below(&random, i + 1);
            uint32_t row = rows[i];
            rows[i] = rows[j];
            rows[j] = row;
        }
        struct row_set set = row_set_list(rows, N);
        struct row_folds *folds = row_folds_new(&set, table, &order, NULL, NULL);
        assert_non_null(folds);
        check_folds(folds, rows, N, table, second[k]);
        check_lines(folds);
        for (size_t i = 0; i < 20; i++) {
            row_folds_open(folds, fixture_below(&random, folds->n), i % 3 != 0);
            check_lines(folds);
        }
        row_folds_free(folds);
        row_set_clear(&set);
    }
    table_free(table);
}

static void odd_lists_fold(void **state)
{
    (void)state;
    struct table *table = fixture_user_hours(50, 3, 1, 5);
    const struct row_order by_row = {.key = ROW_KEY_ROW};
    struct row_set none = row_set_file(0), all = row_set_file(50);
    struct row_set many = row_set_file((size_t)ROW_FOLDS_MOST + 1);
    struct status status = {0};
    atomic_bool cancel = true;
    const struct progress cancelled = {.cancel = &cancel};
    struct row_folds *folds = row_folds_new(&none, table, &by_row, NULL, &status);
    assert_non_null(folds);
    assert_int_equal(row_folds_lines(folds), 0);
    row_folds_free(folds);
    folds =
        row_folds_new(&all, table, &by_row, NULL, &status); /* each is a position of its own */
    assert_int_equal(row_folds_lines(folds), 50);
    row_folds_free(folds);
    assert_null(row_folds_new(&many, table, &by_row, NULL, &status));
    assert_non_null(strstr(status.text, "5,000,000"));
    assert_null(row_folds_new(&all, table, &by_row, &cancelled, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identical_rows_fold_where_their_first_one_stands),
        cmocka_unit_test(odd_lists_fold),
    };
    return cmocka_run_group_tests_name("folds", tests, NULL, NULL);
}
