/* time_text and time_column: times as people write them, decided by the whole column. */
#include "table/time_column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/table.h"
#include "table/time_text.h"
#include "unit/test.h"

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* 2024-03-01 05:06:07 UTC is 1709269567, and the clock of each of these says so. */
static void many_spellings_of_one_clock(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int offset; /* hours that it names */
    } times[] = {
        {"2024-03-01 05:06:07", 0},
        {"2024-03-01T05:06:07", 0},
        {"2024-03-01T05:06:07Z", 0},
        {"2024-03-01t05:06:07z", 0},
        {"2024-03-01T05:06:07.403", 0},
        {"2024-03-01T05:06:07,403Z", 0},
        {"2024-03-01T05:06:07.4031234Z", 0},
        {"2024-03-01T05:06:07+02:00", 2},
        {"2024-03-01T05:06:07-0500", -5},
        {"2024-03-01 05:06:07 +0200", 2},
        {"2024-03-01 05:06:07+02", 2},
        {"2024-03-01 05:06:07 UTC", 0},
        {"2024-03-01 05:06:07.403 UTC", 0},
        {"2024-03-01 05:06:07 GMT+2", 2},
        {"20240301T050607Z", 0},
        {"20240301T050607", 0},
        {"20240301050607", 0},
        {"20240301 05:06:07", 0},
        {"2024/03/01 5:06:07.403", 0},
        {"2024.03.01 05:06:07", 0},
        {"2024-3-1 5:06:07", 0},
        {"01.03.2024 05:06:07", 0},
        {"1.3.2024, 5:06:07", 0},
        {"1.3.24 05:06:07", 0},
        {"Mar 1, 2024 @ 05:06:07.000", 0},
        {"March 1st 2024, 05:06:07.000", 0},
        {"Mar 1, 2024 5:06:07 AM", 0},
        {"1 Mar 2024 05:06:07", 0},
        {"01-Mar-2024 05:06:07", 0},
        {"01-Mar-24 5:06:07 am", 0},
        {"01/Mar/2024:05:06:07 +0100", 1},
        {"[01/Mar/2024:05:06:07 +0100]", 1},
        {"Fri Mar  1 05:06:07 2024", 0},
        {"Fri, 01 Mar 2024 05:06:07 GMT", 0},
        {"Fri, 1 Mar 2024 05:06:07 -0800", -8},
        {"Friday, March 1, 2024 5:06:07 AM", 0},
        {"Fri Mar 01 2024 05:06:07 GMT+0100 (Central European Standard Time)", 1},
        {"  2024-03-01 05:06:07\t", 0},
        {"2024-03-01 5:06:07\xE2\x80\xAF"
         "AM",
         0},
        {"2024-03-01_05:06:07", 0},
        {"Fri Mar 01 05:06:07 CET 2024", 1},
        {"Fri Mar 01 05:06:07 +0100 2024", 1},
        {"Fri Mar 1 05:06:07 2024 -0800", -8},
        {"2024-03-01 05:06:07 +0000 UTC", 0},
        {"2024-03-01 05:06:07 +0100 CET", 1},
        {"2024-03-01 05:06:07 EST", -5},
        {"2024-03-01T05:06:07+01:00[Europe/Paris]", 1},
        {"01-MAR-24 05.06.07.000000 AM", 0},
        {"01-MAR-2024 05:06:07", 0},
        {"01MAR2024:05:06:07", 0},
        {"2024-03-01-05.06.07.000000", 0},
        {"01/Mar/2024 05.06.07", 0},
        {"3/1/2024, 5:06:07.000 AM", -100}, /* day or month: the column decides */
        {"1. M\xC3\xA4rz 2024 05:06:07", 0},
        {"Fr, 01.03.2024 05:06:07", 0},
        {"Freitag, 1. M\xC3\x84RZ 2024 05:06:07", 0},
        {"vendredi 1 mars 2024 05:06:07", 0},
        {"1er mars 2024 05:06:07", 0},
        {"1 de marzo de 2024 05:06:07", 0},
        {"viernes, 1 de marzo de 2024 5:06:07 a. m.", 0},
        {"1 de mar\xC3\xA7o de 2024 05:06:07", 0},
        {"mar. 1, 2024 05:06:07", 0},
        {"2024\xE5\xB9\xB4"
         "3\xE6\x9C\x88"
         "1\xE6\x97\xA5 05:06:07",
         0},
        {"2024. 3. 1. 05:06:07", 0},
        {"=\"2024-03-01 05:06:07\"", 0},
        {"'2024-03-01 05:06:07", 0},
        {"2024-03-01 at 05:06:07", 0},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const struct time_options options = {DATES_BY_COLUMN, NULL, false};
        int64_t clock = 0;
        int32_t offset = 0;
        if (times[i].offset == -100) {
            assert_false(time_text_read(span(times[i].text), &options, &clock, &offset));
            continue;
        }
        if (!time_text_read(span(times[i].text), &options, &clock, &offset) ||
            clock != 1709269567 || offset != times[i].offset * 3600) {
            fail_msg("'%s': clock %lld, offset %d", times[i].text, (long long)clock, offset);
        }
    }
}

static void counts_tell_their_unit_by_their_size(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1709269567",         "1709269567.403",        "1709269567000",
        "1709269567403.5",    "1709269567403123",      "1709269567403123456",
        "1709269567,403",     "1,709,269,567",         "133537431670000000",
        "638448663670000000", "/Date(1709269567403)/", "/Date(1709269567403+0100)/"};
    static const char *const units[] = {"seconds",
                                        "seconds",
                                        "milliseconds",
                                        "milliseconds",
                                        "microseconds",
                                        "nanoseconds",
                                        "seconds",
                                        "seconds",
                                        "100 nanoseconds (of Windows)",
                                        "100 nanoseconds (of .NET)",
                                        "milliseconds",
                                        "milliseconds"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct time_text time;
        assert_true(time_text_parse(span(texts[i]), &time));
        assert_int_equal(time.kind, TIME_EPOCH);
        assert_int_equal(time.epoch, 1709269567);
        assert_string_equal(time.unit, units[i]);
    }
}

static void what_is_no_time_is_not_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "yesterday",
                                        "12",
                                        "2024-13-01",
                                        "2024-02-30",
                                        "2023-02-29",
                                        "2024-03-01 25:00",
                                        "2024-03-01 05:60",
                                        "2024-03-01 13:00 PM",
                                        "2024-03-01 0:30 AM",
                                        "32/01/2024",
                                        "13/13/2024",
                                        "0/1/2024",
                                        "2024-03",
                                        "Mar 2024",
                                        "Foo 1, 2024",
                                        "2024-03-01 05:06:07 IST",
                                        "2024-03-01 05:06:07 x",
                                        "2024-03-01 05:06:07+25:00",
                                        "99999999999999999999",
                                        "2024-03-01T",
                                        "1/2/3/2024",
                                        "2024-03-01 24:01"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct time_text time;
        if (time_text_parse(span(texts[i]), &time)) {
            fail_msg("'%s' was taken for a time", texts[i]);
        }
    }
}

/* Hours without minutes, and with nothing between. */
static void hours_are_no_offsets(void **state)
{
    (void)state;
    static const char *const texts[] = {"2024030105",       "2024-03-01 05",  "2024-03-01T05",
                                        "2024-03-01-05",    "2024-03-01T05Z", "202403010500",
                                        "01.03.2024 05h00", "2024/03/01 5.00"};
    const struct time_options options = {DATES_BY_COLUMN, NULL, false};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t clock = 0;
        int32_t offset = 0;
        if (!time_text_read(span(texts[i]), &options, &clock, &offset) ||
            clock != 1709251200 + 5 * 3600 || offset != 0) {
            fail_msg("'%s': clock %lld, offset %d", texts[i], (long long)clock, offset);
        }
    }
}

static void midnight_has_two_names(void **state)
{
    (void)state;
    const struct time_options options = {DATES_BY_COLUMN, NULL, false};
    int64_t late, early;
    int32_t offset;
    assert_true(time_text_read(span("2024-02-29 24:00"), &options, &late, &offset));
    assert_true(time_text_read(span("2024-03-01 12:00 AM"), &options, &early, &offset));
    assert_int_equal(late, early);
    assert_int_equal(early, 1709251200);
}

/* ---- columns ---- */

static struct dict *dict_of(const char *const *texts, size_t n)
{
    struct dict *dict = dict_new(NULL);
    assert_non_null(dict);
    for (size_t i = 0; i < n; i++) {
        assert_int_not_equal(dict_add(dict, texts[i], strlen(texts[i]), NULL), DICT_NONE);
    }
    return dict;
}

#define READ(times, status, dates, zone, ...)                                                  \
    read_column(times, status, dates, zone, (const char *const[]){__VA_ARGS__},                \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static bool read_column(struct time_column *times, struct status *status, enum date_order dates,
                        const struct zone *zone, const char *const *texts, size_t n)
{
    struct dict *dict = dict_of(texts, n);
    const struct time_options options = {dates, zone, false};
    *status = (struct status){.code = STATUS_OK};
    bool right = time_column_read(times, dict, "dt", &options, status);
    dict_free(dict);
    return right;
}

enum { FIRST_OF_MARCH = 19783, THIRD_OF_JANUARY = 19725 };

static void one_line_decides_for_the_column(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    assert_true(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "03/01/2024 00:00", "03/14/2024 00:00"));
    assert_int_equal(times.clock[0], (int64_t)FIRST_OF_MARCH * 86400);
    assert_non_null(strstr(times.how, "month/day/year, as 03/14/2024 00:00 shows"));
    time_column_clear(&times);
    assert_true(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "03/01/2024 00:00", "14/01/2024 00:00"));
    assert_int_equal(times.clock[0], (int64_t)THIRD_OF_JANUARY * 86400);
    assert_non_null(strstr(times.how, "day/month/year"));
    time_column_clear(&times);
}

static void what_nothing_decides_is_refused(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    assert_false(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "03/04/2024 05:00", "03/04/2024 06:00"));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "--dates=dmy"));
    assert_false(READ(&times, &status, DATES_BY_COLUMN, NULL, "01/02/2024", "02/02/2024"));
    assert_false(READ(&times, &status, DATES_BY_COLUMN, NULL, "13/02/2024", "02/13/2024"));
    assert_non_null(strstr(status.text, "both 13/02/2024 and 02/13/2024"));
    assert_true(READ(&times, &status, DATES_DAY_FIRST, NULL, "03/01/2024"));
    assert_int_equal(times.clock[0], (int64_t)THIRD_OF_JANUARY * 86400);
    time_column_clear(&times);
    assert_true(READ(&times, &status, DATES_MONTH_FIRST, NULL, "03/01/2024", "13/01/2024"));
    assert_int_equal(times.clock[0], (int64_t)FIRST_OF_MARCH * 86400);
    assert_int_equal(times.clock[1], TABLE_NO_TIME);
    assert_int_equal(times.unread, 1);
    assert_int_equal(times.first_unread, 1);
    time_column_clear(&times);
    /* One day that is the same in both orders needs no decision. */
    assert_true(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "03/03/2024 01:00", "03/03/2024 02:00"));
    time_column_clear(&times);
}

static void days_that_follow_each_other_decide(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    assert_true(READ(&times, &status, DATES_BY_COLUMN, NULL, "03/01/2024 00:00",
                     "03/02/2024 00:00", "03/03/2024 00:00"));
    assert_int_equal(times.clock[2], (int64_t)(FIRST_OF_MARCH + 2) * 86400);
    assert_non_null(strstr(times.how, "--dates=dmy"));
    time_column_clear(&times);
    assert_true(READ(&times, &status, DATES_BY_COLUMN, NULL, "01/03/2024 00:00",
                     "02/03/2024 00:00", "03/03/2024 00:00"));
    assert_int_equal(times.clock[2], (int64_t)(FIRST_OF_MARCH + 2) * 86400);
    time_column_clear(&times);
    /* The first of three months in a row, or three days of January: months may be meant. */
    assert_false(READ(&times, &status, DATES_BY_COLUMN, NULL, "01/02/2024", "01/03/2024"));
}

/* 45352.25 is six in the morning of the first of March, if the column has only such numbers. */
static void days_of_a_spreadsheet_need_a_column(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    const struct time_options options = {DATES_BY_COLUMN, NULL, false};
    int64_t clock;
    int32_t offset;
    assert_false(time_text_read(span("45352.25"), &options, &clock, &offset));
    assert_true(READ(&times, &status, DATES_BY_COLUMN, NULL, "45352", "45352.25", "",
                     "45352.0416666667"));
    assert_int_equal(times.clock[0], (int64_t)FIRST_OF_MARCH * 86400);
    assert_int_equal(times.clock[1], (int64_t)FIRST_OF_MARCH * 86400 + 6 * 3600);
    assert_int_equal(times.clock[3], (int64_t)FIRST_OF_MARCH * 86400 + 3600);
    assert_int_equal(times.unread, 0);
    assert_non_null(strstr(times.how, "spreadsheets"));
    time_column_clear(&times);
    assert_true(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "2024-03-01 05:00:00", "45352.25"));
    assert_int_equal(times.unread, 1);
    time_column_clear(&times);
    assert_true(READ(&times, &status, DATES_BY_COLUMN, NULL, "45352", "45353"));
    assert_int_equal(times.unread, 2);
    time_column_clear(&times);
}

static void what_cannot_be_read_is_counted(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    assert_true(
        READ(&times, &status, DATES_BY_COLUMN, NULL, "2024-03-01", "", "soon", "NaN", "later"));
    assert_int_equal(times.unread, 2);
    assert_int_equal(times.first_unread, 2);
    assert_int_equal(times.clock[1], TABLE_NO_TIME);
    assert_null(times.offset);
    assert_string_equal(times.how, "");
    time_column_clear(&times);
}

static void clocks_are_those_of_the_file_or_of_the_zone(void **state)
{
    (void)state;
    struct time_column times;
    struct status status;
    assert_true(READ(&times, &status, DATES_BY_COLUMN, NULL, "2024-03-01T00:00:00+02:00"));
    assert_int_equal(times.clock[0], 1709251200);
    assert_int_equal(times.offset[0], 7200);
    time_column_clear(&times);
    struct zone *zone = zone_load("-05:00", &status);
    assert_non_null(zone);
    assert_true(READ(&times, &status, DATES_BY_COLUMN, zone, "2024-03-01T00:00:00+02:00",
                     "2024-03-01T00:00:00", "1709251200"));
    assert_int_equal(times.clock[0],
                     1709251200 - 7 * 3600);      /* shown by the clock of the zone */
    assert_int_equal(times.clock[1], 1709251200); /* that clock already */
    assert_int_equal(times.clock[2], 1709251200 - 5 * 3600);
    assert_int_equal(times.clock[0] - times.offset[0], 1709251200 - 2 * 3600);
    assert_int_equal(times.clock[1] - times.offset[1], 1709251200 + 5 * 3600);
    assert_int_equal(times.clock[2] - times.offset[2], 1709251200);
    time_column_clear(&times);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_spellings_of_one_clock),
        cmocka_unit_test(counts_tell_their_unit_by_their_size),
        cmocka_unit_test(what_is_no_time_is_not_read),
        cmocka_unit_test(hours_are_no_offsets),
        cmocka_unit_test(days_of_a_spreadsheet_need_a_column),
        cmocka_unit_test(midnight_has_two_names),
        cmocka_unit_test(one_line_decides_for_the_column),
        cmocka_unit_test(what_nothing_decides_is_refused),
        cmocka_unit_test(days_that_follow_each_other_decide),
        cmocka_unit_test(what_cannot_be_read_is_counted),
        cmocka_unit_test(clocks_are_those_of_the_file_or_of_the_zone),
    };
    return cmocka_run_group_tests_name("time_column", tests, NULL, NULL);
}
