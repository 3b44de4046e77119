/* table_append: two tables become the one that both texts would have given. */
#include "table/builder.h"
#include "table/table_append.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

enum { D = 2, ROWS = 60 };

/* Row i of a text in which times, users and vectors come again. */
static void add(struct table_builder *builder, unsigned i)
{
    struct status status = {0};
    char dt[32], user[16];
    const double values[D] = {i * 7 % 5, i % 11 == 0 ? (double)NAN : i % 3};
    int dt_length = snprintf(dt, sizeof dt, "2026-01-01 %02u:00:00%s", i / 6 % 24,
                             i < ROWS / 2 ? "" : "+02:00");
    int length = snprintf(user, sizeof user, "U%u", i * i % 13);
    assert_true(table_builder_add(builder, (struct span){dt, (size_t)dt_length},
                                  (struct span){user, (size_t)length}, values, &status));
}

static struct table *make(unsigned from, unsigned to, const uint8_t *leave)
{
    static const char *const names[D] = {"a", "b"};
    struct status status = {0};
    struct table_builder *builder = table_builder_new(names, D, true, true, &status);
    assert_non_null(builder);
    for (unsigned i = from; i < to; i++) {
        if (leave == NULL || leave[i - from] == 0) {
            add(builder, i);
        }
    }
    struct read_report *report = table_builder_report(builder);
    report->name = strdup("one.csv");
    report->lines = to - from;
    return table_builder_finish(builder, &status);
}

static void assert_same_dict(const struct dict *a, const struct dict *b)
{
    assert_int_equal(dict_count(a), dict_count(b));
    for (uint32_t i = 0; i < dict_count(a); i++) {
        struct span x = dict_get(a, i), y = dict_get(b, i);
        assert_int_equal(x.length, y.length);
        assert_memory_equal(x.bytes, y.bytes, x.length);
    }
}

static void assert_same_table(const struct table *a, const struct table *b)
{
    size_t bytes = a->n_rows * sizeof(uint32_t), n_times = dict_count(a->times);
    assert_int_equal(a->n_rows, b->n_rows);
    assert_same_dict(a->times, b->times);
    assert_same_dict(a->users, b->users);
    assert_memory_equal(a->row_time, b->row_time, bytes);
    assert_memory_equal(a->row_user, b->row_user, bytes);
    assert_memory_equal(a->row_profile, b->row_profile, bytes);
    assert_int_equal(a->profiles.n, b->profiles.n);
    assert_memory_equal(a->profiles.values, b->profiles.values,
                        a->profiles.n * D * sizeof(double));
    assert_memory_equal(a->profiles.copies, b->profiles.copies,
                        a->profiles.n * sizeof(uint32_t));
    assert_memory_equal(a->profiles.first_row, b->profiles.first_row,
                        a->profiles.n * sizeof(uint32_t));
    for (uint32_t i = 0; i < n_times; i++) {
        assert_true(table_instant(a, i) == table_instant(b, i));
    }
    assert_true(a->first_day == b->first_day && a->last_day == b->last_day);
    assert_memory_equal(a->report.missing, b->report.missing, D * sizeof(uint64_t));
}

static void two_are_as_one(void **state)
{
    (void)state;
    for (unsigned cut = 1; cut < ROWS; cut += 7) {
        struct status status = {0};
        struct table *whole = make(0, ROWS, NULL), *first = make(0, cut, NULL),
                     *more = make(cut, ROWS, NULL);
        assert_true(table_append(first, more, NULL, &status));
        assert_same_table(first, whole);
        assert_string_equal(first->report.name, "one.csv\none.csv");
        assert_int_equal(first->report.lines, ROWS);
        table_free(whole);
        table_free(first);
        table_free(more);
    }
}

static void rows_are_left_out(void **state)
{
    (void)state;
    enum { CUT = 20 };
    uint8_t leave[ROWS - CUT] = {[0] = 1, [3] = 1, [4] = 1, [ROWS - CUT - 1] = 1};
    uint8_t of_whole[ROWS] = {0};
    memcpy(of_whole + CUT, leave, sizeof leave);
    struct status status = {0};
    struct table *whole = make(0, ROWS, of_whole), *first = make(0, CUT, NULL),
                 *more = make(CUT, ROWS, NULL);
    assert_true(table_append(first, more, leave, &status));
    whole->report.missing[1] = first->report.missing[1]; /* of what was read, not kept */
    assert_same_table(first, whole);
    table_free(whole);
    table_free(first);
    table_free(more);
}

static float *column_of(size_t n, float from)
{
    float *value = calloc(n, sizeof *value);
    for (size_t i = 0; i < n; i++) {
        value[i] = from + (float)i;
    }
    return value;
}

static void columns_of_both_stay(void **state)
{
    (void)state;
    struct status status = {0};
    struct table *first = make(0, 10, NULL), *more = make(10, ROWS, NULL);
    assert_true(table_add_column(first, "only here", column_of(10, 0), &status));
    assert_true(table_add_column(first, "both", column_of(10, 0), &status));
    assert_true(table_add_column(more, "both", column_of(ROWS - 10, 10), &status));
    assert_true(table_append(first, more, NULL, &status));
    assert_int_equal(first->n_columns, 1);
    assert_string_equal(first->columns[0].name, "both");
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(first->columns[0].value[i] == (float)i);
    }
    table_free(first);
    table_free(more);
}

static void other_shapes_are_refused(void **state)
{
    (void)state;
    static const char *const names[D] = {"a", "b"};
    struct status status = {0};
    struct table *first = make(0, 10, NULL);
    struct table_builder *builder = table_builder_new(names, D, true, false, &status);
    add(builder, 3);
    struct table *more = table_builder_finish(builder, &status);
    assert_false(table_append(first, more, NULL, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    table_free(first);
    table_free(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_are_as_one),
        cmocka_unit_test(rows_are_left_out),
        cmocka_unit_test(columns_of_both_stay),
        cmocka_unit_test(other_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
