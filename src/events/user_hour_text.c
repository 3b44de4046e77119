#include "events/user_hour_text.h"

#include <stdio.h>
#include <string.h>

#include "base/double_text.h"

const char user_hour_header[] = "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,"
                                "src_hosts,nbhours_events,nbhours_ratio\n";

size_t user_hour_dt(int64_t time, char text[USER_HOUR_DT])
{
    /* Days to year, month and day: H. Hinnant, "chrono-compatible low-level date algorithms",
     * civil_from_days, for days from 1970 on. */
    int64_t days = time / 86400 + 719468;
    unsigned second = (unsigned)(time % 86400);
    unsigned era_day = (unsigned)(days % 146097);
    unsigned era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    unsigned year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    unsigned shifted = (5 * year_day + 2) / 153; /* months from March */
    unsigned day = year_day - (153 * shifted + 2) / 5 + 1;
    unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
    unsigned year = era_year + (unsigned)(days / 146097) * 400 + (month <= 2);
    int length = snprintf(text, USER_HOUR_DT, "%04u-%02u-%02u %02u:%02u:%02u", year % 10000,
                          month, day, second / 3600, second / 60 % 60, second % 60);
    return (size_t)length;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0) {
        *at++ = digits[--n];
    }
    *at++ = ',';
    return at;
}

static char *put_name(char *at, struct span name)
{
    bool quote = false;
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        quote = quote || byte == '"' || byte == ',' || byte == '\r' || byte == '\n';
    }
    if (!quote) {
        memcpy(at, name.bytes, name.length);
        return at + name.length;
    }
    *at++ = '"';
    for (size_t i = 0; i < name.length; i++) {
        if (name.bytes[i] == '"') {
            *at++ = '"';
        }
        *at++ = name.bytes[i];
    }
    *at++ = '"';
    return at;
}

size_t user_hour_line(const struct user_hour *row, const char *dt, size_t dt_length, char *out)
{
    char *at = out;
    memcpy(at, dt, dt_length);
    at += dt_length;
    *at++ = ',';
    at = put_name(at, row->user);
    *at++ = ',';
    at = put_number(at, row->events);
    at = put_number(at, row->failed);
    at += double_text_ratio(row->failed, row->events, at);
    *at++ = ',';
    at = put_number(at, row->dst_hosts);
    at = put_number(at, row->src_hosts);
    at = put_number(at, row->night);
    at += double_text_ratio(row->night, row->events, at);
    *at++ = '\n';
    return (size_t)(at - out);
}
