/* Numbers of a filter: 10  >=1.5  2k  p99.9  0-6  -1..5, and days: last  2015-01-24 */
#include "rank/filter/filter_lexer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table/timestamp.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of the number that `text` begins with; a point before another belongs to a range. */
static size_t number_length(const char *text)
{
    size_t n = text[0] == '-' || text[0] == '+', digits = 0;
    for (; is_digit(text[n]); n++) {
        digits++;
    }
    if (text[n] == '.' && text[n + 1] != '.') {
        for (n++; is_digit(text[n]); n++) {
            digits++;
        }
    }
    if (digits == 0) {
        return 0;
    }
    if (text[n] == 'e' || text[n] == 'E') {
        size_t exponent = n + 1 + (text[n + 1] == '-' || text[n + 1] == '+');
        if (is_digit(text[exponent])) {
            for (n = exponent; is_digit(text[n]);) {
                n++;
            }
        }
    }
    return n;
}

static double suffix(const char **at)
{
    static const char letters[] = "kKmMgG";
    static const double factors[] = {1e3, 1e3, 1e6, 1e6, 1e9, 1e9};
    const char *found = **at != '\0' ? strchr(letters, **at) : NULL;
    *at += found != NULL;
    return found != NULL ? factors[found - letters] : 1;
}

/* Bytes of a date such as 2015-01-24 that `text` begins with, there being such a day or not. */
static size_t date_length(const char *text)
{
    static const char form[] = "0000-00-00";
    size_t n = 0;
    while (form[n] != '\0' && (form[n] == '0' ? is_digit(text[n]) : text[n] == form[n])) {
        n++;
    }
    return form[n] == '\0' ? n : 0;
}

/* Reads `last` or a date (length bytes) as a day of the table. NULL, or what is wrong. */
static const char *read_day(const char **at, size_t length, const struct table *table,
                            double *value)
{
    int64_t day = table->last_day;
    if (**at != 'l') {
        int64_t seconds = timestamp_parse((struct span){*at, length});
        if (seconds == TABLE_NO_TIME) {
            return "there is no such date";
        }
        day = timestamp_day(seconds);
    }
    *value = (double)(day - table->first_day);
    *at += length;
    return NULL;
}

/* Reads [p]NUMBER[k], or a day. NULL, or what is wrong, and `*at` is left where the number
 * begins. */
static const char *read_one(const char **at, enum filter_kind kind, const struct table *table,
                            double *value, bool *percent)
{
    char digits[64];
    const char *from = *at;
    if (kind == FILTER_DAY) {
        size_t named = strncmp(from, "last", 4) == 0 ? 4 : date_length(from);
        if (named > 0) {
            *percent = false;
            return read_day(at, named, table, value);
        }
    }
    *percent = *from == 'p' || *from == 'P';
    from += *percent;
    size_t length = number_length(from);
    if (length == 0) {
        return filter_takes_percent(kind)
                   ? "a number such as 10, or a percentile such as p99.9, "
                     "is expected here"
               : kind == FILTER_DAY
                   ? "a day is a number from 0 on, a date such as 2015-01-24, or last"
                   : "a number is expected here";
    }
    if (length >= sizeof digits) {
        return "this number is too long";
    }
    memcpy(digits, from, length);
    digits[length] = '\0';
    from += length;
    *value = strtod(digits, NULL);
    if (*percent && !filter_takes_percent(kind)) {
        return "percentiles are for features and scores";
    }
    if (*percent && !(*value >= 0 && *value <= 100)) {
        return "a percentile is between p0 and p100";
    }
    *value *= *percent ? 1 : suffix(&from);
    *value += 0.0; /* no -0 */
    if (kind == FILTER_DAY && *value < 0) {
        return "a day is a number from 0 on, a date such as 2015-01-24, or last";
    }
    if (!isfinite(*value)) {
        return "this number is too large";
    }
    *at = from;
    return NULL;
}

static const char *check_whole(enum filter_kind kind, double value)
{
    if (kind == FILTER_HOUR && (value < 0 || value > 23 || value != floor(value))) {
        return "an hour is a whole number from 0 to 23";
    }
    if (kind == FILTER_RANK && (value < 1 || value != floor(value))) {
        return "a rank is a whole number; 1 is the most anomalous row";
    }
    return NULL;
}

/* Reads what follows a first number: the end of a range. */
static const char *read_range(const char **at, enum filter_kind kind, const struct table *table,
                              struct filter_item *item)
{
    bool percent;
    *at += (*at)[0] == '.' ? 2 : 1;
    const char *from = *at, *reason = read_one(at, kind, table, &item->b, &percent);
    if (reason == NULL) {
        item->op = FILTER_RANGE;
        reason = percent != item->percent ? "both ends of a range must be percentiles, or none"
                 : item->b < item->a && kind != FILTER_HOUR
                     ? "the end of this range is below its start"
                     : check_whole(kind, item->b);
    }
    *at = reason != NULL ? from : *at;
    return reason;
}

static const char *read_item(const char **at, const struct lexeme *value, enum filter_kind kind,
                             const struct table *table, struct filter_item *item)
{
    item->op = value->op;
    const char *from = *at, *reason = read_one(at, kind, table, &item->a, &item->percent);
    if (reason == NULL && (reason = check_whole(kind, item->a)) != NULL) {
        *at = from;
    }
    bool range = (*at)[0] == '-' || ((*at)[0] == '.' && (*at)[1] == '.');
    if (reason == NULL && range && value->op == FILTER_EQ) {
        reason = read_range(at, kind, table, item);
    }
    if (reason == NULL && **at != '\0') {
        reason = "this does not belong to a number";
    }
    if (reason == NULL && item->percent && (item->op == FILTER_EQ || item->op == FILTER_NE)) {
        *at = from;
        reason = "write >p99.9, <p5 or p90-p99: hardly a row is just at a percentile";
    }
    return reason;
}

const char *filter_read_number(const struct lexeme *value, enum filter_kind kind,
                               const struct table *table, struct filter_item *item,
                               size_t *column)
{
    const char *at = value->text, *reason = read_item(&at, value, kind, table, item);
    *column = (size_t)(at - value->text) + value->quoted;
    return reason;
}
