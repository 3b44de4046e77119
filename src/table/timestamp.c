#include "table/timestamp.h"

#include <stdbool.h>

#include "table/table.h"

struct cursor {
    const char *at, *end;
};

static bool take_char(struct cursor *cursor, char wanted)
{
    if (cursor->at < cursor->end && *cursor->at == wanted) {
        cursor->at++;
        return true;
    }
    return false;
}

static bool take_digits(struct cursor *cursor, int digits, int least, int most, int *value)
{
    if (cursor->end - cursor->at < digits) {
        return false;
    }
    *value = 0;
    for (int i = 0; i < digits; i++) {
        unsigned digit = (unsigned char)cursor->at[i] - (unsigned)'0';
        if (digit > 9) {
            return false;
        }
        *value = *value * 10 + (int)digit;
    }
    cursor->at += digits;
    return *value >= least && *value <= most;
}

/* Days since 1970 of a Gregorian date: whole 400-year cycles of years that start in March, so
 * that the leap day is a year's last. */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t cycle = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_cycle = y - cycle * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * 146097 + day_of_cycle - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct cursor *cursor, int64_t *days)
{
    int year, month, day;
    if (!take_digits(cursor, 4, 1, 9999, &year) || !take_char(cursor, '-') ||
        !take_digits(cursor, 2, 1, 12, &month) || !take_char(cursor, '-') ||
        !take_digits(cursor, 2, 1, days_in_month(year, month), &day)) {
        return false;
    }
    *days = days_from_date(year, month, day);
    return true;
}

static bool take_clock(struct cursor *cursor, int64_t *seconds)
{
    int hour, minute = 0, second = 0;
    if (!take_digits(cursor, 2, 0, 23, &hour)) {
        return false;
    }
    if (take_char(cursor, ':')) {
        if (!take_digits(cursor, 2, 0, 59, &minute)) {
            return false;
        }
        if (take_char(cursor, ':')) {
            int digit;
            if (!take_digits(cursor, 2, 0, 59, &second)) {
                return false;
            }
            if (take_char(cursor, '.')) {
                if (!take_digits(cursor, 1, 0, 9, &digit)) {
                    return false;
                }
                while (take_digits(cursor, 1, 0, 9, &digit)) {
                }
            }
        }
    }
    *seconds = hour * TIMESTAMP_HOUR + minute * 60 + second;
    return true;
}

/* "Z", "+02:00", "-0530", "+02" or nothing. */
static bool take_offset(struct cursor *cursor, int64_t *seconds)
{
    *seconds = 0;
    if (take_char(cursor, 'Z')) {
        return true;
    }
    bool west = take_char(cursor, '-');
    if (!west && !take_char(cursor, '+')) {
        return true;
    }
    int hour, minute = 0;
    if (!take_digits(cursor, 2, 0, 23, &hour)) {
        return false;
    }
    if ((take_char(cursor, ':') || cursor->at < cursor->end) &&
        !take_digits(cursor, 2, 0, 59, &minute)) {
        return false;
    }
    *seconds = (hour * TIMESTAMP_HOUR + minute * 60) * (west ? -1 : 1);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

int64_t timestamp_parse(struct span text)
{
    struct cursor cursor = {text.bytes, text.bytes + text.length};
    while (cursor.at < cursor.end && is_blank(*cursor.at)) {
        cursor.at++;
    }
    while (cursor.at < cursor.end && is_blank(cursor.end[-1])) {
        cursor.end--;
    }
    int64_t days, clock = 0, offset = 0;
    if (!take_date(&cursor, &days)) {
        return TABLE_NO_TIME;
    }
    if (cursor.at < cursor.end) {
        if (!(take_char(&cursor, ' ') || take_char(&cursor, 'T')) ||
            !take_clock(&cursor, &clock) || !take_offset(&cursor, &offset)) {
            return TABLE_NO_TIME;
        }
    }
    return cursor.at == cursor.end ? days * TIMESTAMP_DAY + clock - offset : TABLE_NO_TIME;
}

int64_t timestamp_day(int64_t seconds)
{
    return seconds / TIMESTAMP_DAY - (seconds % TIMESTAMP_DAY < 0);
}

int64_t timestamp_hour(int64_t seconds)
{
    return seconds / TIMESTAMP_HOUR - (seconds % TIMESTAMP_HOUR < 0);
}

int timestamp_hour_of_day(int64_t seconds)
{
    return (int)(timestamp_hour(seconds) - timestamp_day(seconds) * 24);
}
