/* table: times, profiles, the builder and the index of rows. */
#include "base/parallel.h"
#include "table/builder.h"
#include "table/dict.h"
#include "table/profile_set.h"
#include "table/row_index.h"
#include "table/table.h"
#include "table/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void times_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"1970-01-01 00:00:00", 0},
        {"1970-01-01T01:02:03", 3723},
        {"1970-01-01", 0},
        {"1970-01-02 05", 86400 + 18000},
        {"1970-01-02 05:30", 86400 + 19800},
        {" 1970-02-27 23:00:00\t", 57 * 86400 + 23 * 3600},
        {"1970-01-01 00:00:01.999999", 1},
        {"1969-12-31 23:59:59", -1},
        {"1969-12-31 23:59:59.5Z", -1},
        {"2000-02-29 00:00:00", 951782400},
        {"2024-02-29", 1709164800},
        {"2026-03-01 12:00:00", 1772366400},
        {"0001-01-01", INT64_C(-62135596800)},
        {"9999-12-31 23:59:59", INT64_C(253402300799)},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01 02:00:00+02:00", 0},
        {"1969-12-31 18:30:00-0530", 0},
        {"1970-01-01 02:00:00+02", 0},
        {"", TABLE_NO_TIME},
        {"NaN", TABLE_NO_TIME},
        {"1900-02-29", TABLE_NO_TIME},
        {"2023-02-29", TABLE_NO_TIME},
        {"1970-13-01", TABLE_NO_TIME},
        {"1970-00-01", TABLE_NO_TIME},
        {"1970-04-31", TABLE_NO_TIME},
        {"0000-01-01", TABLE_NO_TIME},
        {"1970-1-1", TABLE_NO_TIME},
        {"1970-01-01 24:00:00", TABLE_NO_TIME},
        {"1970-01-01 00:60:00", TABLE_NO_TIME},
        {"1970-01-01 00:00:60", TABLE_NO_TIME},
        {"1970-01-01 00:00:00.", TABLE_NO_TIME},
        {"1970-01-01 00:00:00 x", TABLE_NO_TIME},
        {"1970-01-01x00:00:00", TABLE_NO_TIME},
        {" 1970-01-01 ", 0},
        {"1970-01-01T", TABLE_NO_TIME},
        {"86400", TABLE_NO_TIME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = timestamp_parse(span(cases[i].text));
        if (seconds != cases[i].seconds) {
            fail_msg("'%s' gives %lld", cases[i].text, (long long)seconds);
        }
    }
    assert_int_equal(timestamp_day(-1), -1);
    assert_int_equal(timestamp_day(-86400), -1);
    assert_int_equal(timestamp_day(-86401), -2);
    assert_int_equal(timestamp_day(86399), 0);
}

static void every_day_of_400_years_has_its_number(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = timestamp_parse(span("1800-01-01"));
    for (int year = 1800; year < 2200; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= days[month - 1] + (month == 2 && leap); day++) {
                char text[32];
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_int_equal(timestamp_parse(span(text)), expected);
                expected += 86400;
            }
        }
    }
}

static void profiles_are_interned(void **state)
{
    (void)state;
    struct profile_set *set = profile_set_new(3, NULL);
    for (uint32_t row = 0; row < 90000; row++) {
        double i = row % 30000;
        uint32_t id = profile_set_add(set, (double[]){i, i / 3, -i}, NULL);
        assert_int_equal(id, row % 30000);
        profile_set_count(set, &id, 1, row);
    }
    assert_int_equal(profile_set_size(set), 30000);
    assert_true(profile_set_get(set, 7)[2] == -7);
    struct profiles profiles;
    profile_set_take(set, &profiles);
    profile_set_free(set);
    for (uint32_t id = 0; id < 30000; id++) {
        assert_int_equal(profiles.copies[id], 3);
        assert_int_equal(profiles.first_row[id], id);
        assert_true(profiles.values[3 * id + 1] == id / 3.0);
    }
    free(profiles.values);
    free(profiles.copies);
    free(profiles.first_row);
    set = profile_set_new(1, NULL);
    const double five = 5, six = 6;
    assert_int_equal(profile_set_add(set, &five, NULL), 0);
    assert_int_equal(profile_set_find(set, &five, profile_set_hash(set, &five)), 0);
    assert_true(profile_set_find(set, &six, profile_set_hash(set, &six)) ==
                (uint32_t)DICT_NONE);
    profile_set_prefetch(set, profile_set_hash(set, &six));
    profile_set_free(set);
}

static void builder_makes_a_table(void **state)
{
    (void)state;
    struct status status = {0};
    const char *names[] = {"a", "b"};
    struct table_builder *builder = table_builder_new(names, 2, true, true, &status);
    assert_non_null(builder);
    const double rows[][2] = {{1, 2}, {-0.0, NAN}, {1, 2}, {INFINITY, 0}, {-INFINITY, 3}};
    const char *times[] = {"1970-01-03 01:00:00", "1970-01-02 23:00:00", "1970-01-03 01:00:00",
                           "never", "1970-01-04"};
    const char *users[] = {"U1@DOM1", "U2", "U2", "", "U1@DOM1"};
    for (int i = 0; i < 5; i++) {
        assert_true(
            table_builder_add(builder, span(times[i]), span(users[i]), rows[i], &status));
    }
    assert_int_equal(table_builder_rows(builder), 5);
    struct table *table = table_builder_finish(builder, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 5);
    assert_int_equal(table->profiles.n, 3);
    const uint32_t profile[] = {0, 1, 0, 1, 2}, copies[] = {2, 2, 1}, first[] = {0, 1, 4};
    assert_memory_equal(table->row_profile, profile, sizeof profile);
    assert_memory_equal(table->profiles.copies, copies, sizeof copies);
    assert_memory_equal(table->profiles.first_row, first, sizeof first);
    const double zeros[2] = {0, 0};
    assert_memory_equal(table_profile(table, 1), zeros, sizeof zeros); /* no -0 */
    assert_int_equal(table->report.missing[1], 1);
    assert_int_equal(table->report.missing[0], 0);
    assert_int_equal(table->report.infinite[0], 2);
    assert_int_equal(table->first_day, 1);
    assert_int_equal(table->last_day, 3);
    int64_t day;
    int hour;
    assert_true(table_row_when(table, 0, &day, &hour));
    assert_true(day == 1 && hour == 1);
    assert_true(table_row_when(table, 1, &day, &hour));
    assert_true(day == 0 && hour == 23);
    assert_false(table_row_when(table, 3, &day, &hour));
    assert_true(table->time_seconds[table->row_time[3]] == TABLE_NO_TIME);
    assert_string_equal(table->feature_names[1], "b");
    assert_true(table_bytes(table) > 5 * 12);
    table_free(table);
}

/* Times that all came with their rows are taken; else all texts are parsed. */
static void builder_takes_known_times(void **state)
{
    (void)state;
    const char *const names[] = {"a"};
    const struct span none = {"", 0};
    const double value = 1;
    for (int mixed = 0; mixed < 2; mixed++) {
        struct table_builder *builder = table_builder_new(names, 1, true, false, NULL);
        assert_true(table_builder_add_at(builder, span("noon"), 43200, none, &value, NULL));
        assert_true(table_builder_add_at(builder, span("noon"), 43200, none, &value, NULL));
        assert_true(table_builder_add_at(builder, span("next"), 90000, none, &value, NULL));
        assert_true(!mixed ||
                    table_builder_add(builder, span("1970-01-02"), none, &value, NULL));
        struct table *table = table_builder_finish(builder, NULL);
        assert_non_null(table);
        assert_int_equal(dict_count(table->times), 2 + mixed);
        assert_true(table->time_seconds[0] == (mixed ? TABLE_NO_TIME : 43200));
        assert_true(table->time_seconds[1] == (mixed ? TABLE_NO_TIME : 90000));
        assert_true(!mixed || table->time_seconds[2] == 86400);
        assert_int_equal(table->first_day, mixed ? 1 : 0);
        assert_int_equal(table->last_day, 1);
        table_free(table);
    }
}

static void builder_without_times_or_users(void **state)
{
    (void)state;
    struct status status = {0};
    struct table_builder *builder = table_builder_new(
        table_default_features, TABLE_DEFAULT_FEATURES, false, false, &status);
    const double row[TABLE_DEFAULT_FEATURES] = {0};
    struct span none = {NULL, 0};
    assert_true(table_builder_add(builder, none, none, row, &status));
    struct table *table = table_builder_finish(builder, &status);
    assert_null(table->row_time);
    assert_null(table->row_user);
    assert_null(table->times);
    assert_null(table->users);
    int64_t day;
    int hour;
    assert_false(table_row_when(table, 0, &day, &hour));
    assert_int_equal(table->first_day, 0);
    assert_int_equal(table->last_day, 0);
    assert_true(table_bytes(table) > 4);
    table_free(table);
    assert_null(table_builder_new(NULL, 0, false, false, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    assert_null(table_builder_new(NULL, TABLE_FEATURES_MAX + 1, false, false, NULL));
    table_builder_free(NULL);
    table_free(NULL);
}

static void index_groups_rows(void **state)
{
    (void)state;
    enum { ROWS = 300000 };
    uint32_t *keys = malloc(ROWS * sizeof *keys);
    for (size_t n_keys = 1; n_keys <= ROWS; n_keys *= 7) {
        for (size_t i = 0; i < ROWS; i++) {
            keys[i] = (uint32_t)(i * UINT64_C(2654435761) % n_keys);
        }
        for (unsigned threads = 1; threads <= 5; threads += 2) {
            struct parallel *pool = parallel_new(threads, NULL);
            struct row_index *index = row_index_new(keys, ROWS, n_keys, pool, NULL, NULL);
            assert_int_equal(index->n_keys, n_keys);
            assert_int_equal(index->start[0], 0);
            assert_int_equal(index->start[n_keys], ROWS);
            for (size_t key = 0; key < n_keys; key++) {
                for (uint32_t i = index->start[key]; i < index->start[key + 1]; i++) {
                    assert_true(keys[index->rows[i]] == key);
                    assert_true(i == index->start[key] || index->rows[i - 1] < index->rows[i]);
                }
            }
            row_index_free(index);
            parallel_free(pool);
        }
    }
    struct row_index *empty = row_index_new(NULL, 0, 0, NULL, NULL, NULL);
    assert_int_equal(empty->start[0], 0);
    row_index_free(empty);
    row_index_free(NULL);
    free(keys);
}

static void index_is_cancelled(void **state)
{
    (void)state;
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    struct status status = {0};
    const uint32_t keys[] = {0, 1, 0};
    assert_null(row_index_new(keys, 3, 2, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_parsed),
        cmocka_unit_test(every_day_of_400_years_has_its_number),
        cmocka_unit_test(profiles_are_interned),
        cmocka_unit_test(builder_makes_a_table),
        cmocka_unit_test(builder_takes_known_times),
        cmocka_unit_test(builder_without_times_or_users),
        cmocka_unit_test(index_groups_rows),
        cmocka_unit_test(index_is_cancelled),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
