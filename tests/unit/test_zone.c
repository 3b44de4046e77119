#define _GNU_SOURCE
/* zone: offsets from the system's zone files, against the C library's localtime(). */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "unit/test.h"

static struct zone *load(const char *name)
{
    struct status status = {.code = STATUS_OK};
    struct zone *zone = zone_load(name, &status);
    if (zone == NULL) {
        fail_msg("%s: %s", name, status.text);
    }
    return zone;
}

static void offsets_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t offset;
    } zones[] = {{"UTC", 0},        {"Z", 0},          {"GMT", 0},
                 {"+02:00", 7200},  {"-0530", -19800}, {"UTC+2", 7200},
                 {"UTC-3", -10800}, {"+14", 50400},    {"+5:45", 20700}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct zone *zone = load(zones[i].name);
        assert_int_equal(zone_offset(zone, 1709251200), zones[i].offset);
        assert_int_equal(zone_instant(zone, 1709251200), 1709251200 - zones[i].offset);
        zone_free(zone);
    }
}

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",        "Nowhere/City", "../../etc/passwd", "/etc/passwd", "+", "+99", "+02:60",
        "+02:00x", "UTC2",         "Europe",           "\x1b[31m"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct status status = {.code = STATUS_OK};
        struct zone *zone = zone_load(names[i], &status);
        if (zone != NULL) {
            fail_msg("'%s' was taken for a zone", names[i]);
        }
        assert_int_equal(status.code, STATUS_USAGE);
        assert_null(strchr(status.text, '\x1b'));
    }
}

/* Every third hour and some seconds, so that each change is met from both sides. */
static void offsets_are_those_of_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin",  "America/New_York",  "Australia/Lord_Howe",
        "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca",
        "Pacific/Apia",   "Asia/Tehran",       "Europe/Dublin"};
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        skip(); /* no zone files on this machine */
    }
    unsetenv("TZDIR");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone *zone = load(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t at = -2000000000; at < INT64_C(8000000000); at += 10801 * 7) {
            struct tm tm;
            time_t when = (time_t)at;
            localtime_r(&when, &tm);
            if (zone_offset(zone, at) != tm.tm_gmtoff) {
                fail_msg("%s at %lld: %d, the C library has %ld", names[i], (long long)at,
                         zone_offset(zone, at), tm.tm_gmtoff);
            }
        }
        zone_free(zone);
    }
    unsetenv("TZ");
    tzset();
}

static void a_clock_names_an_instant(void **state)
{
    (void)state;
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        skip();
    }
    struct zone *zone = load("Europe/Berlin");
    /* 31 March 2024: 02:00 is 03:00. 27 October 2024: 03:00 is 02:00 again. 2050 by the rules.
     */
    static const struct {
        int64_t clock, instant;
    } times[] = {
        {1711846799, 1711843199}, /* 2024-03-31 00:59:59 */
        {1711850399, 1711846799}, /* 01:59:59, the last second of winter */
        {1711852200, 1711848600}, /* 02:30, which is left out: by the offset before */
        {1711854000, 1711846800}, /* 03:00, the first of summer */
        {1729994400, 1729987200}, /* 2024-10-27 02:00, the first of two */
        {1729996200, 1729989000}, /* 02:30 */
        {1729998000, 1729994400}, /* 03:00, winter */
        {2540851200, 2540844000}, /* 2050-07-08 00:00 */
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_int_equal(zone_instant(zone, times[i].clock), times[i].instant);
    }
    zone_free(zone);
}

static size_t read_zone_file(const char *name, unsigned char *bytes, size_t size)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        return 0;
    }
    size_t length = fread(bytes, 1, size, file);
    fclose(file);
    return length;
}

/* Cut anywhere or with one byte changed, a file is refused or read, never more. */
static void damaged_files_are_refused(void **state)
{
    (void)state;
    static unsigned char bytes[8192];
    size_t length = read_zone_file("/usr/share/zoneinfo/America/New_York", bytes, sizeof bytes);
    if (length == 0) {
        skip();
    }
    size_t refused = 0;
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *copy = malloc(cut + 1);
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        struct zone *zone = zone_read(copy, cut, "cut", NULL);
        refused += zone == NULL;
        if (zone != NULL) {
            zone_offset(zone, 1709251200);
            zone_free(zone);
        }
        free(copy);
    }
    assert_true(refused > length / 2);
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 0xff;
        struct zone *zone = zone_read(bytes, length, "changed", NULL);
        if (zone != NULL) {
            zone_offset(zone, INT64_C(5000000000));
            zone_instant(zone, 1709251200);
            zone_free(zone);
        }
        bytes[i] ^= 0xff;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_numbers),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(offsets_are_those_of_the_c_library),
        cmocka_unit_test(a_clock_names_an_instant),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
