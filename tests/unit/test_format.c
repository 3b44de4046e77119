/* format: numbers as people read them. */
#include "base/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "unit/test.h"

#define SHOWS(call, wanted) assert_string_equal((call).text, wanted)

static void counts(void **state)
{
    (void)state;
    SHOWS(format_grouped(0), "0");
    SHOWS(format_grouped(999), "999");
    SHOWS(format_grouped(1000), "1,000");
    SHOWS(format_grouped(42866142), "42,866,142");
    SHOWS(format_count(0, "row"), "0 rows");
    SHOWS(format_count(1, "true positive"), "1 true positive");
    SHOWS(format_count(2967, "user-hour"), "2,967 user-hours");
    SHOWS(format_count(UINT64_MAX, "row"), "18,446,744,073,709,551,615 rows");
    SHOWS(format_grouped(UINT64_MAX), "18,446,744,073,709,551,615");
    SHOWS(format_short(0), "0");
    SHOWS(format_short(999), "999");
    SHOWS(format_short(999.6), "1.0 k");
    SHOWS(format_short(58123), "58.1 k");
    SHOWS(format_short(42866142), "42.9 M");
    SHOWS(format_short(999949), "1.0 M");
    SHOWS(format_short(412000), "412 k");
    SHOWS(format_bytes(512), "512 B");
    SHOWS(format_bytes(3100000000u), "3.1 GB");
    SHOWS(format_bytes(UINT64_MAX), "18.4 EB");
}

static void times(void **state)
{
    (void)state;
    SHOWS(format_duration(0), "0:00");
    SHOWS(format_duration(41.9), "0:41");
    SHOWS(format_duration(3599), "59:59");
    SHOWS(format_duration(3723), "1:02:03");
    SHOWS(format_duration(-1), "-");
    SHOWS(format_duration(NAN), "-");
    SHOWS(format_duration(INFINITY), "-");
    SHOWS(format_seconds(0.042), "0.04 s");
    SHOWS(format_seconds(3.14), "3.1 s");
    SHOWS(format_seconds(41.2), "41 s");
    SHOWS(format_seconds(100), "1:40");
    SHOWS(format_when(23, 3), "d23 03h");
    SHOWS(format_when(123, 23), "d123 23h");
    SHOWS(format_date(0), "1970-01-01");
    SHOWS(format_date(16436), "2015-01-01");
    SHOWS(format_date(11016), "2000-02-29");
    SHOWS(format_date(-1), "1969-12-31");
}

static void shares(void **state)
{
    (void)state;
    SHOWS(format_percent(0), "0 %");
    SHOWS(format_percent(1), "100 %");
    SHOWS(format_percent(0.861), "86.1 %");
    SHOWS(format_percent(0.99997), "99.997 %");
    SHOWS(format_percent(0.000023), "0.002 %");
    SHOWS(format_percent(1e-9), "<0.0001 %");
    SHOWS(format_percent(NAN), "-");
    SHOWS(format_one_in(1 / 42123.0), "1 in 42,000");
    SHOWS(format_one_in(1 / 42866142.0), "1 in 43,000,000");
    SHOWS(format_one_in(1 / 12.0), "1 in 12");
    SHOWS(format_one_in(0.352), "35.2 %");
    SHOWS(format_one_in(NAN), "-");
    SHOWS(format_percentile(0.0002), "p99.98");
    SHOWS(format_percentile(0.5), "p50");
    SHOWS(format_percentile(0.05), "p95");
    SHOWS(format_percentile(1 / 42866142.0), "p99.999997");
    SHOWS(format_percentile(1), "p0");
}

static void scores_and_values(void **state)
{
    (void)state;
    SHOWS(format_score(0), "0");
    SHOWS(format_score(0.73123), "0.7312");
    SHOWS(format_score(521), "521.0");
    SHOWS(format_score(0.000495), "4.95e-04");
    SHOWS(format_score(7.7e9), "7.70e+09");
    SHOWS(format_score(12.3456), "12.346");
    SHOWS(format_score(9.99999), "10.000");
    SHOWS(format_score(NAN), "-");
    SHOWS(format_value(2751), "2,751");
    SHOWS(format_rounded(4677), "4,700");
    SHOWS(format_rounded(1), "1");
    SHOWS(format_rounded(99.6), "100");
    SHOWS(format_rounded(1049), "1,000");
    SHOWS(format_rounded(NAN), "-");
    SHOWS(format_score(-1234.4), "-1,234");
    SHOWS(format_score(99999.4), "99,999");
    SHOWS(format_score(999.96), "1,000");
    SHOWS(format_value(1619.5), "1,619.5");
    SHOWS(format_value(-1619.04), "-1,619");
    SHOWS(format_value(2345678.5), "2,345,678");
    SHOWS(format_value(999.99999), "1,000");
    SHOWS(format_value(0.00041271), "0.0004");
    SHOWS(format_value(0.000012), "1.2e-05");
    SHOWS(format_value(-3), "-3");
    SHOWS(format_value(0.5), "0.5");
    SHOWS(format_value(0.123456), "0.1235");
    SHOWS(format_value(1e20), "1.000e+20");
    SHOWS(format_value(-999999999999999.5), "-1,000,000,000,000,000");
    SHOWS(format_value(0), "0");
    SHOWS(format_value(NAN), "-");
}

/* Every day of 800 years around 1970, and far ones, against the C library. */
static void days_are_civil_dates(void **state)
{
    (void)state;
    for (int64_t day = -146097; day <= 100000000; day += day < 146097 ? 1 : 999983) {
        time_t seconds = (time_t)day * 86400;
        struct tm utc;
        assert_non_null(gmtime_r(&seconds, &utc));
        struct civil_date date = format_civil(day);
        assert_int_equal(date.year, utc.tm_year + 1900);
        assert_int_equal(date.month, utc.tm_mon + 1);
        assert_int_equal(date.day, utc.tm_mday);
    }
}

static void digits_are_those_of_printf(void **state)
{
    (void)state;
    for (uint64_t count = UINT64_MAX;; count /= 3) {
        char wanted[24], got[24] = "";
        snprintf(wanted, sizeof wanted, "%" PRIu64, count);
        assert_int_equal(format_digits(got, count), strlen(wanted));
        assert_string_equal(got, wanted);
        if (count == 0) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_civil_dates),
        cmocka_unit_test(digits_are_those_of_printf),
        cmocka_unit_test(counts),
        cmocka_unit_test(times),
        cmocka_unit_test(shares),
        cmocka_unit_test(scores_and_values),
    };
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
