#include "table/time_text.h"

#include <string.h>

#include "base/ascii.h"
#include "table/time_words.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

struct cursor {
    const char *at, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool at_end(const struct cursor *cursor)
{
    return cursor->at == cursor->end;
}

static char peek(const struct cursor *cursor)
{
    return at_end(cursor) ? '\0' : *cursor->at;
}

static bool take(struct cursor *cursor, char wanted)
{
    if (peek(cursor) == wanted && !at_end(cursor)) {
        cursor->at++;
        return true;
    }
    return false;
}

static bool take_blanks(struct cursor *cursor)
{
    const char *from = cursor->at;
    while (peek(cursor) == ' ' || peek(cursor) == '\t') {
        cursor->at++;
    }
    /* Between hour and AM some programs write U+202F or U+00A0. */
    while (cursor->end - cursor->at >= 2 && memcmp(cursor->at, "\xC2\xA0", 2) == 0) {
        cursor->at += 2;
    }
    while (cursor->end - cursor->at >= 3 && memcmp(cursor->at, "\xE2\x80\xAF", 3) == 0) {
        cursor->at += 3;
    }
    return cursor->at > from;
}

/* A run of `least` to `most` digits, all there are; how many, or 0. */
static int take_digits(struct cursor *cursor, int least, int most, int *value)
{
    int n = 0;
    *value = 0;
    while (n < cursor->end - cursor->at && is_digit(cursor->at[n])) {
        if (n == most) {
            return 0;
        }
        *value = *value * 10 + (cursor->at[n] - '0');
        n++;
    }
    if (n < least) {
        return 0;
    }
    cursor->at += n;
    return n;
}

/* Exactly `n` digits, whatever stands behind them. */
static bool take_fixed(struct cursor *cursor, int n, int *value)
{
    *value = 0;
    if (cursor->end - cursor->at < n) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        if (!is_digit(cursor->at[i])) {
            return false;
        }
        *value = *value * 10 + (cursor->at[i] - '0');
    }
    cursor->at += n;
    return true;
}

/* The longest run of letters; how many. */
static size_t letters(const struct cursor *cursor)
{
    size_t n = 0;
    while (n < (size_t)(cursor->end - cursor->at) && is_letter(cursor->at[n])) {
        n++;
    }
    return n;
}

static size_t word_length(const struct cursor *cursor)
{
    return time_word_length(cursor->at, (size_t)(cursor->end - cursor->at));
}

static bool take_text(struct cursor *cursor, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(cursor->end - cursor->at) < n || memcmp(cursor->at, text, n) != 0) {
        return false;
    }
    cursor->at += n;
    return true;
}

/* The number of a month by its name, with the dot of a shortened one behind it; or 0. */
static int take_month(struct cursor *cursor)
{
    size_t n = word_length(cursor);
    int month = time_word_month(cursor->at, n);
    if (month > 0) {
        cursor->at += n;
        take(cursor, '.');
    }
    return month;
}

static void skip_weekday(struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    size_t n = word_length(&ahead);
    if (!time_word_weekday(ahead.at, n)) {
        return;
    }
    ahead.at += n;
    bool sign = take(&ahead, '.'), comma = take(&ahead, ',');
    bool blank = take_blanks(&ahead);
    if (blank || sign ||
        comma) { /* "mar 3" may be Tuesday or March: a month goes with a name */
        if (time_word_month(cursor->at, n) == 0 || is_digit(peek(&ahead)) == false) {
            *cursor = ahead;
        }
    }
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_date(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Whole 400-year cycles of years that start in March, so that the leap day is a year's last. */
int64_t time_text_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t cycle = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_cycle = y - cycle * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * 146097 + day_of_cycle - 719468;
}

/* ---- counts since 1970 ---- */

/* Days of a spreadsheet, 1970 to 2100, with a fraction or without, to the nearest second. */
static bool parse_serial(int64_t days, struct cursor *fraction, struct time_text *time)
{
    enum { FIRST = 25569, LAST = 73051, MOST = 12 };
    double part = 0, weight = 1;
    for (int n = 0; is_digit(peek(fraction)) && n < MOST; n++) {
        weight /= 10;
        part += weight * (*fraction->at++ - '0');
    }
    while (is_digit(peek(fraction))) {
        fraction->at++;
    }
    if (days < FIRST || days >= LAST || !at_end(fraction)) {
        return false;
    }
    *time = (struct time_text){.kind = TIME_SERIAL,
                               .has_clock = part > 0,
                               .epoch = (days - FIRST) * DAY + (int64_t)(part * DAY + 0.5),
                               .unit = part > 0 ? "parts of days" : "days"};
    return true;
}

/* Digits, with a fraction or without, and with commas between thousands or without. The size
 * tells the unit: between 1973 and 5138 no two of them overlap. Numbers of 18 digits that would
 * be nanoseconds of 1973 and 1974, or of 1989 and 1990, are counts of 100 nanoseconds as
 * Windows (since 1601) and .NET (since the year 1) have them, of 1993 to 2044 and of 1989 to
 * 2045. */
static bool parse_epoch(struct cursor cursor, struct time_text *time)
{
    static const struct {
        const char *unit;
        int64_t below, divisor;
    } units[] = {{"seconds", INT64_C(100000000000), 1},
                 {"milliseconds", INT64_C(100000000000000), 1000},
                 {"microseconds", INT64_C(100000000000000000), 1000000},
                 {"nanoseconds", INT64_MAX, 1000000000}};
    enum { LEAST = 100000000, MOST_DIGITS = 19, TICKS = 10000000 };
    const int64_t filetime[] = {INT64_C(124000000000000000), INT64_C(140000000000000000),
                                INT64_C(11644473600)};
    const int64_t ticks[] = {INT64_C(627000000000000000), INT64_C(645000000000000000),
                             INT64_C(62135596800)};
    int64_t value = 0;
    int n = 0;
    bool grouped = cursor.end - cursor.at >= 13 && cursor.at[1] == ',' && cursor.at[5] == ',';
    while (is_digit(peek(&cursor)) || (grouped && peek(&cursor) == ',')) {
        if (take(&cursor, ',')) {
            grouped = cursor.end - cursor.at >= 3 && is_digit(cursor.at[1]) &&
                      is_digit(cursor.at[2]) &&
                      (cursor.end - cursor.at == 3 || !is_digit(cursor.at[3]));
            if (!grouped) {
                return false;
            }
            continue;
        }
        if (n++ == MOST_DIGITS || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *cursor.at - '0', &value)) {
            return false;
        }
        cursor.at++;
    }
    bool fraction = take(&cursor, '.') || (n > 0 && !grouped && take(&cursor, ','));
    if (n == 5) {
        return parse_serial(value, &cursor, time);
    }
    while (fraction && is_digit(peek(&cursor))) {
        cursor.at++;
    }
    if (n == 0 || value < LEAST || !at_end(&cursor)) {
        return false;
    }
    *time = (struct time_text){.kind = TIME_EPOCH, .has_clock = true};
    for (size_t i = 0; i < 2; i++) {
        const int64_t *known = i == 0 ? filetime : ticks;
        if (value >= known[0] && value < known[1]) {
            time->epoch = value / TICKS - known[2];
            time->unit = i == 0 ? "100 nanoseconds (of Windows)" : "100 nanoseconds (of .NET)";
            return true;
        }
    }
    size_t unit = 0;
    while (value >= units[unit].below) {
        unit++;
    }
    time->epoch = value / units[unit].divisor;
    time->unit = units[unit].unit;
    return true;
}

/* ---- dates ---- */

static bool set_date(struct time_text *time, int year, int month, int day)
{
    time->kind = TIME_CLOCK;
    time->year = year;
    time->month = month;
    time->day = day;
    return is_date(year, month, day);
}

/* Day and month in the order that only the column tells, if it is not plain from the numbers or
 * from the dots: those are written day first. */
static bool set_unordered(struct time_text *time, int first, int second, int year, char between)
{
    if (between == '.') {
        return set_date(time, year, second, first);
    }
    time->kind = TIME_UNKNOWN_ORDER;
    time->year = year;
    time->first = first;
    time->second = second;
    return is_date(year, second, first) || is_date(year, first, second);
}

/* A year of four digits, or of two as POSIX reads them: 69 to 99 are 19.., others 20... */
static bool take_year(struct cursor *cursor, int *year)
{
    int n = take_digits(cursor, 2, 4, year);
    if (n == 2) {
        *year += *year >= 69 ? 1900 : 2000;
    }
    return n == 2 || n == 4;
}

/* "1 de marzo de 2024" */
static void skip_of(struct cursor *cursor)
{
    size_t n = letters(cursor);
    if ((n == 2 && ascii_same(cursor->at, "de", 2)) ||
        (n == 3 && ascii_same(cursor->at, "del", 3))) {
        cursor->at += n;
        take_blanks(cursor);
    }
}

/* 1 Mar 2024 in Chinese, Japanese or Korean: a sign behind each number. The year is taken. */
static bool take_signed_date(struct cursor *cursor, int year, struct time_text *time)
{
    static const char *const signs[][3] = {{"\xE5\xB9\xB4", "\xE6\x9C\x88", "\xE6\x97\xA5"},
                                           {"\xEB\x85\x84", "\xEC\x9B\x94", "\xEC\x9D\xBC"}};
    int month, day;
    for (size_t i = 0; i < 2; i++) {
        struct cursor ahead = *cursor;
        if (take_text(&ahead, signs[i][0]) && (take_blanks(&ahead), true) &&
            take_digits(&ahead, 1, 2, &month) > 0 && take_text(&ahead, signs[i][1]) &&
            (take_blanks(&ahead), true) && take_digits(&ahead, 1, 2, &day) > 0 &&
            take_text(&ahead, signs[i][2])) {
            *cursor = ahead;
            return set_date(time, year, month, day);
        }
    }
    return false;
}

/* "1 Mar 2024", "1-Mar-24", "01/Mar/2024", "1st March, 2024": the day is taken already. */
static bool take_month_year(struct cursor *cursor, int day, struct time_text *time)
{
    int year;
    if (letters(cursor) == 2) { /* 1st, 2nd, 3rd, 4th */
        cursor->at += 2;
    }
    take_text(cursor, "\xC2\xBA"); /* 1o and 1er */
    take_blanks(cursor);
    if (peek(cursor) == '-' || peek(cursor) == '/' || peek(cursor) == '.') {
        cursor->at++;
    }
    take_blanks(cursor);
    skip_of(cursor);
    int month = take_month(cursor);
    if (month == 0) {
        return false;
    }
    take(cursor, ',');
    take_blanks(cursor);
    skip_of(cursor);
    if (peek(cursor) == '-' || peek(cursor) == '/') {
        cursor->at++;
    }
    return take_year(cursor, &year) && set_date(time, year, month, day);
}

/* A date that begins with digits. */
static bool take_number_date(struct cursor *cursor, struct time_text *time)
{
    struct cursor start = *cursor;
    int first, second, year;
    int n = take_digits(cursor, 1, 8, &first);
    if (n == 8) {
        return set_date(time, first / 10000, first / 100 % 100, first % 100);
    }
    char between = peek(cursor);
    if (n == 4 && (unsigned char)between >= 0x80) {
        return take_signed_date(cursor, first, time);
    }
    if (n == 4) {
        if ((between != '-' && between != '/' && between != '.') || !take(cursor, between) ||
            (take_blanks(cursor), false) || take_digits(cursor, 1, 2, &second) == 0 ||
            !take(cursor, between)) {
            return false;
        }
        int day;
        take_blanks(cursor);
        if (take_digits(cursor, 1, 2, &day) == 0) {
            return false;
        }
        if (between == '.') {
            take(cursor, between); /* 2024. 3. 1. */
        }
        return set_date(time, first, second, day);
    }
    if (n != 1 && n != 2) {
        return false;
    }
    int day = first;
    cursor->at++;
    if ((between == '-' || between == '/' || between == '.') &&
        take_digits(cursor, 1, 2, &second) > 0) {
        return take(cursor, between) && take_year(cursor, &year) &&
               set_unordered(time, first, second, year, between);
    }
    *cursor = start;
    return take_digits(cursor, 1, 2, &day) > 0 && take_month_year(cursor, day, time);
}

static bool take_clock(struct cursor *cursor, struct time_text *time);
static bool take_zone(struct cursor *cursor, struct time_text *time);

/* "Mar 1, 2024", "March 1st 2024", and with the clock before the year: "Mar  1 05:00:00 2024",
 * or clock and zone: "Mar 01 05:00:00 CET 2024". */
static bool take_name_date(struct cursor *cursor, struct time_text *time, bool *clock_taken)
{
    int day, year, month = take_month(cursor);
    if (month == 0) {
        return false;
    }
    take_blanks(cursor);
    if (take_digits(cursor, 1, 2, &day) == 0) {
        return false;
    }
    if (letters(cursor) == 2) {
        cursor->at += 2;
    }
    take(cursor, ',');
    take_blanks(cursor);
    struct cursor ahead = *cursor;
    if (take_digits(&ahead, 4, 4, &year) == 4 && peek(&ahead) != ':') {
        *cursor = ahead;
        return set_date(time, year, month, day);
    }
    *clock_taken = true;
    return take_clock(cursor, time) && take_zone(cursor, time) && (take_blanks(cursor), true) &&
           take_digits(cursor, 4, 4, &year) == 4 && set_date(time, year, month, day);
}

/* ---- clock and offset ---- */

static void skip_fraction(struct cursor *cursor)
{
    if ((peek(cursor) == '.' || peek(cursor) == ',') && cursor->end - cursor->at > 1 &&
        is_digit(cursor->at[1])) {
        cursor->at++;
        while (is_digit(peek(cursor))) {
            cursor->at++;
        }
    }
}

/* AM, pm, a.m.: 1 for the morning, 2 for the afternoon, 0 when there is none. */
static int take_half(struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    take_blanks(&ahead);
    char first = peek(&ahead);
    if (first != 'a' && first != 'A' && first != 'p' && first != 'P') {
        return 0;
    }
    ahead.at++;
    bool dots = take(&ahead, '.');
    if (dots) {
        take_blanks(&ahead); /* "a. m." */
    }
    if (!take(&ahead, 'm') && !take(&ahead, 'M')) {
        return 0;
    }
    if (dots) {
        take(&ahead, '.');
    }
    if (letters(&ahead) > 0) {
        return 0;
    }
    *cursor = ahead;
    return first == 'a' || first == 'A' ? 1 : 2;
}

/* Between hour and minute: a colon, an h, or a dot where two digits are behind it. */
static char clock_mark(const struct cursor *cursor)
{
    char mark = peek(cursor);
    if (mark != ':' && mark != '.' && mark != 'h' && mark != 'H') {
        return '\0';
    }
    return cursor->end - cursor->at > 2 && is_digit(cursor->at[1]) && is_digit(cursor->at[2])
               ? mark
               : '\0';
}

/* "5:00", "05:00:00.403", "05.00.00", "5h00", "050000", "05", "5:00 PM". */
static bool take_clock(struct cursor *cursor, struct time_text *time)
{
    int hour, minute = 0, second = 0;
    struct cursor start = *cursor;
    int n = take_digits(cursor, 1, 2, &hour);
    char mark = n > 0 ? clock_mark(cursor) : '\0';
    if (n == 0) {
        *cursor = start;
        if (!take_fixed(cursor, 2, &hour) || !take_fixed(cursor, 2, &minute)) {
            return false;
        }
        if (is_digit(peek(cursor)) && !take_fixed(cursor, 2, &second)) {
            return false;
        }
        skip_fraction(cursor);
    } else if (mark != '\0') {
        cursor->at++;
        if (take_digits(cursor, 2, 2, &minute) == 0) {
            return false;
        }
        mark = mark == '.' ? '.' : ':';
        if (take(cursor, mark) && take_digits(cursor, 2, 2, &second) == 0) {
            return false;
        }
        if (peek(cursor) == ':' && cursor->end - cursor->at > 1 && is_digit(cursor->at[1])) {
            cursor->at++; /* 05:00:00:403 */
            while (is_digit(peek(cursor))) {
                cursor->at++;
            }
        }
        skip_fraction(cursor);
    } else if (peek(cursor) == ':') {
        return false;
    }
    int half = take_half(cursor);
    if (half > 0) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (half == 2 ? 12 : 0);
    }
    time->seconds = hour * HOUR + minute * MINUTE + second;
    return hour <= 24 && minute <= 59 && second <= 60 && time->seconds <= DAY;
}

static bool take_signed_offset(struct cursor *cursor, struct time_text *time)
{
    bool west = peek(cursor) == '-';
    int hour, minute = 0;
    cursor->at++;
    int digits = take_digits(cursor, 1, 4, &hour);
    if (digits == 0 || digits == 3) {
        return false;
    }
    if (digits == 4) {
        minute = hour % 100;
        hour /= 100;
    } else if (take(cursor, ':') && take_digits(cursor, 2, 2, &minute) == 0) {
        return false;
    }
    if (hour > 23 || minute > 59) {
        return false;
    }
    time->has_offset = true;
    time->offset = (hour * HOUR + minute * MINUTE) * (west ? -1 : 1);
    return true;
}

/* Z, UTC, CET, +02:00, -0530, +02, "UTC+2", "+0200 CEST"; nothing is fine. */
static bool take_zone(struct cursor *cursor, struct time_text *time)
{
    int32_t named;
    take_blanks(cursor);
    size_t n = letters(cursor);
    if (n > 0) {
        if (!time_word_zone(cursor->at, n, &time->offset)) {
            return false;
        }
        cursor->at += n;
        time->has_offset = true;
    }
    if (peek(cursor) != '+' && peek(cursor) != '-') {
        return true;
    }
    if ((n > 0 && time->offset != 0) || !take_signed_offset(cursor, time)) {
        return false;
    }
    struct cursor ahead = *cursor;
    take_blanks(&ahead);
    n = letters(&ahead);
    if (n > 0 && time_word_zone(ahead.at, n, &named) && named == time->offset) {
        ahead.at += n;
        *cursor = ahead;
    }
    return true;
}

/* The zone, what JavaScript and Java put in brackets behind it, and the end. */
static bool take_offset(struct cursor *cursor, struct time_text *time, bool clock_taken)
{
    take_blanks(cursor);
    if (at_end(cursor)) {
        return true;
    }
    if (!clock_taken && peek(cursor) == '-') {
        return false; /* 2024-03-01-05 is an hour, not a day in a zone */
    }
    if (!take_zone(cursor, time)) {
        return false;
    }
    take_blanks(cursor);
    char open = peek(cursor);
    if (open == '(' || open == '[') {
        const char *close =
            memchr(cursor->at, open == '(' ? ')' : ']', (size_t)(cursor->end - cursor->at));
        cursor->at = close == NULL ? cursor->at : close + 1;
    }
    take_blanks(cursor);
    return at_end(cursor);
}

/* What stands between date and clock: T, blanks, a comma, "@", "at", or Apache's colon. */
static bool take_between(struct cursor *cursor)
{
    bool any = take_blanks(cursor);
    if (peek(cursor) == 'T' || peek(cursor) == 't' || peek(cursor) == ',' ||
        peek(cursor) == '@' || peek(cursor) == ':' || peek(cursor) == '_') {
        cursor->at++;
        any = true;
    } else if (letters(cursor) == 2 && ascii_same(cursor->at, "at", 2)) {
        cursor->at += 2;
    } else if (!any && peek(cursor) == '-' && cursor->end - cursor->at > 2 &&
               is_digit(cursor->at[1]) && is_digit(cursor->at[2]) &&
               (cursor->end - cursor->at == 3 || cursor->at[3] == '.')) {
        cursor->at++; /* 2024-03-01-05, 2024-03-01-05.00.00 */
        any = true;
    }
    take_blanks(cursor);
    if (take(cursor, '@')) {
        take_blanks(cursor);
    }
    return any;
}

/* YYYYMMDDHHMMSS, YYYYMMDDHHMM and YYYYMMDDHH, with nothing between: as counts they would be of
 * 1976, 2611, or of the 2030s, where hardly one in a hundred is a date as well. */
static bool parse_digits_only(struct cursor cursor, struct time_text *time)
{
    int year, month, day, hour, minute = 0, second = 0;
    size_t n = (size_t)(cursor.end - cursor.at);
    if ((n != 14 && n != 12 && n != 10) || !take_fixed(&cursor, 4, &year) ||
        !take_fixed(&cursor, 2, &month) || !take_fixed(&cursor, 2, &day) ||
        !take_fixed(&cursor, 2, &hour) || (n > 10 && !take_fixed(&cursor, 2, &minute)) ||
        (n == 14 && !take_fixed(&cursor, 2, &second))) {
        return false;
    }
    *time = (struct time_text){.seconds = hour * HOUR + minute * MINUTE + second,
                               .has_clock = true};
    return year >= 1900 && year <= 2100 && hour <= 23 && minute <= 59 && second <= 59 &&
           set_date(time, year, month, day);
}

/* What spreadsheets and programs put around: ="...", an apostrophe before, /Date(...)/. */
static struct span without_wrapping(struct span text)
{
    static const char date[] = "/Date(";
    const size_t n = sizeof date - 1;
    if (text.length > 3 && text.bytes[0] == '=' && text.bytes[1] == '"' &&
        text.bytes[text.length - 1] == '"') {
        return (struct span){text.bytes + 2, text.length - 3};
    }
    if (text.length > 1 && text.bytes[0] == '\'') {
        return (struct span){text.bytes + 1, text.length - 1};
    }
    if (text.length > n + 2 && memcmp(text.bytes, date, n) == 0 &&
        memcmp(text.bytes + text.length - 2, ")/", 2) == 0) {
        text = (struct span){text.bytes + n, text.length - n - 2};
        for (size_t i = 1; i < text.length; i++) { /* milliseconds, and how they were shown */
            if (text.bytes[i] == '+' || text.bytes[i] == '-') {
                text.length = i;
            }
        }
    }
    return text;
}

bool time_text_parse(struct span text, struct time_text *time)
{
    text = without_wrapping(text);
    struct cursor cursor = {text.bytes, text.bytes + text.length};
    while (cursor.end > cursor.at && (cursor.end[-1] == ' ' || cursor.end[-1] == '\t')) {
        cursor.end--;
    }
    take_blanks(&cursor);
    if (cursor.end - cursor.at > 2 && *cursor.at == '[' && cursor.end[-1] == ']') {
        cursor.at++;
        cursor.end--;
    }
    if (parse_digits_only(cursor, time) || parse_epoch(cursor, time)) {
        return true;
    }
    bool clock_taken = false;
    *time = (struct time_text){.kind = TIME_CLOCK};
    skip_weekday(&cursor);
    if (is_digit(peek(&cursor)) ? !take_number_date(&cursor, time)
                                : !take_name_date(&cursor, time, &clock_taken)) {
        return false;
    }
    if (!clock_taken && !at_end(&cursor)) {
        struct cursor ahead = cursor;
        if (take_between(&ahead) && is_digit(peek(&ahead))) {
            cursor = ahead;
            if (!take_clock(&cursor, time)) {
                return false;
            }
            clock_taken = true;
        }
    }
    time->has_clock = clock_taken;
    return take_offset(&cursor, time, clock_taken);
}
