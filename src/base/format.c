#include "base/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct shown dash(void)
{
    return (struct shown){"-"};
}

size_t format_digits(char *out, uint64_t count)
{
    char digits[FORMAT_DIGITS];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    for (size_t i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    return n;
}

struct shown format_grouped(uint64_t count)
{
    char digits[FORMAT_DIGITS];
    size_t length = format_digits(digits, count);
    struct shown shown;
    char *out = shown.text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return shown;
}

/* `amount` with the largest prefix that keeps it at or above 1, to three digits. The limit is
 * 999.5 because that is what rounds to 1000. */
static struct shown prefixed(double amount, const char *const *prefixes, int n, int decimals)
{
    int step = 0;
    while (amount >= 999.5 && step + 1 < n) {
        amount /= 1000;
        step++;
    }
    if (step > 0) {
        decimals = amount < 99.95 ? 1 : 0;
    }
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "%.*f%s", decimals, amount, prefixes[step]);
    return shown;
}

struct shown format_count(uint64_t n, const char *one)
{
    struct shown shown;
    struct shown number = format_grouped(n);
    snprintf(shown.text, sizeof shown.text, n == 1 ? "%.26s %s" : "%.26s %ss", number.text,
             one);
    return shown;
}

struct shown format_short(double count)
{
    static const char *const prefixes[] = {"", " k", " M", " G", " T", " P"};
    if (isnan(count)) {
        return dash();
    }
    return prefixed(count, prefixes, 6, 0);
}

struct shown format_bytes(uint64_t bytes)
{
    static const char *const prefixes[] = {" B", " kB", " MB", " GB", " TB", " PB", " EB"};
    return prefixed((double)bytes, prefixes, 7, 0);
}

struct shown format_duration(double seconds)
{
    if (!(seconds >= 0) || seconds > 1e12) {
        return dash();
    }
    uint64_t whole = (uint64_t)seconds;
    struct shown shown;
    if (whole < 3600) {
        snprintf(shown.text, sizeof shown.text, "%" PRIu64 ":%02" PRIu64, whole / 60,
                 whole % 60);
    } else {
        snprintf(shown.text, sizeof shown.text, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
                 whole / 3600, whole / 60 % 60, whole % 60);
    }
    return shown;
}

struct shown format_seconds(double seconds)
{
    if (!(seconds >= 0) || seconds >= 99.5) {
        return format_duration(seconds);
    }
    struct shown shown;
    int decimals = seconds < 0.995 ? 2 : seconds < 9.95 ? 1 : 0;
    snprintf(shown.text, sizeof shown.text, "%.*f s", decimals, seconds);
    return shown;
}

struct shown format_percent(double share)
{
    double percent = 100 * share;
    if (isnan(percent)) {
        return dash();
    }
    if (percent > 0 && percent < 1e-4) {
        return (struct shown){"<0.0001 %"};
    }
    /* Nearly all is not all: 99.97 must not read as 100. */
    int decimals = percent == 0 || percent == 100 ? 0 : 1;
    if (decimals > 0 && percent < 100) {
        double smaller = percent < 50 ? percent : 100 - percent;
        while (decimals < 4 && smaller * pow(10, decimals) < 1) {
            decimals++;
        }
    }
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "%.*f %%", decimals, percent);
    return shown;
}

/* With thousands grouped; for sizes below 1e15. */
static struct shown decimal(double value, int decimals)
{
    char digits[32];
    struct shown shown;
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    size_t whole = strcspn(digits, ".");
    struct shown grouped = format_grouped(strtoull(digits, NULL, 10));
    snprintf(shown.text, sizeof shown.text, "%s%.24s%.6s", value < 0 ? "-" : "", grouped.text,
             digits + whole);
    return shown;
}

struct shown format_score(double score)
{
    struct shown shown;
    double size = fabs(score);
    if (isnan(score)) {
        return dash();
    }
    if (score == 0) {
        return (struct shown){"0"};
    }
    if (size >= 99999.5 || size < 0.001) {
        snprintf(shown.text, sizeof shown.text, "%.2e", score);
    } else {
        int decimals = size < 9.9995 ? 4 : size < 99.9995 ? 3 : size < 999.95 ? 1 : 0;
        shown = decimal(score, decimals);
    }
    return shown;
}

struct shown format_value(double value)
{
    struct shown shown;
    if (isnan(value)) {
        return dash();
    }
    double size = fabs(value);
    if (size < 1e15 && value == floor(value)) {
        return decimal(value, 0);
    }
    if (size >= 1e15 || size < 0.0001) {
        snprintf(shown.text, sizeof shown.text, "%.*e", size < 1 ? 1 : 3, value);
        return shown;
    }
    shown = decimal(value, size < 1000 ? 4 : size < 1e6 ? 1 : 0);
    char *end = shown.text + strlen(shown.text);
    if (strchr(shown.text, '.') != NULL) {
        while (end[-1] == '0') {
            *--end = '\0';
        }
        if (end[-1] == '.') {
            *--end = '\0';
        }
    }
    return shown;
}

struct shown format_rounded(double amount)
{
    if (!(amount >= 0 && amount < 1e18)) {
        return dash();
    }
    double unit = amount < 100 ? 1 : pow(10, floor(log10(amount)) - 1);
    return format_grouped((uint64_t)(round(amount / unit) * unit));
}

struct shown format_one_in(double share)
{
    if (isnan(share) || share <= 0) {
        return dash();
    }
    if (share > 0.1) {
        return format_percent(share);
    }
    /* Two digits: the next rank would change the third. */
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "1 in %.30s", format_rounded(1 / share).text);
    return shown;
}

struct shown format_percentile(double tail_share)
{
    if (isnan(tail_share)) {
        return dash();
    }
    /* Decimals until the tail itself shows a digit, and always rounded down, so that only the
     * share 0 is p100. */
    int decimals = 0;
    while (decimals < 8 && 100 * tail_share * pow(10, decimals) < 1) {
        decimals++;
    }
    double unit = pow(10, decimals);
    double percent =
        tail_share <= 0 ? 100 : floor((100 - 100 * tail_share) * unit + 1e-6) / unit;
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "p%.*f", tail_share <= 0 ? 0 : decimals, percent);
    return shown;
}

struct shown format_when(int64_t day, int hour)
{
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "d%02" PRId64 " %02dh", day, hour);
    return shown;
}

struct civil_date format_civil(int64_t days)
{
    /* Days to civil date, Howard Hinnant's algorithm: eras of 400 years that start in March. */
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t in_era = shifted - era * 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    int64_t day = in_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    return (struct civil_date){year + era * 400 + (month <= 2), (unsigned)month & 15,
                               (unsigned)day & 31};
}

struct shown format_date(int64_t days)
{
    if (days > 100000000 || days < -100000000) {
        return dash();
    }
    struct civil_date date = format_civil(days);
    struct shown shown;
    snprintf(shown.text, sizeof shown.text, "%04d-%02u-%02u", (int)date.year, date.month,
             date.day);
    return shown;
}
