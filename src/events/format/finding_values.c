/* Times, accounts and hosts of a record. */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/format.h"
#include "base/zone.h"
#include "events/format/finding.h"
#include "table/printable.h"
#include "table/time_text.h"

enum { DAY = 86400 };
static const int64_t LAST_SECOND = INT64_C(253402300799); /* of the year 9999 */

/* ---- times ---- */

/* A time as it was found: a clock that may have no zone, or an instant. */
struct found_time {
    int64_t seconds;
    bool instant;
};

static bool digits(const char *at, size_t n, int *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        *value = *value * 10 + (at[i] - '0');
    }
    return true;
}

static bool is_date(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap);
}

/* "2024-03-11T05:11:15" with T or a blank, then perhaps a fraction, then nothing, Z or an
 * offset: what most logs have, read without further ado. */
static bool read_iso(struct span text, struct found_time *time)
{
    const char *at = text.bytes;
    int year, month, day, hour, minute, second, high, low;
    if (text.length < 19 || at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') ||
        at[13] != ':' || at[16] != ':' || !digits(at, 4, &year) || !digits(at + 5, 2, &month) ||
        !digits(at + 8, 2, &day) || !digits(at + 11, 2, &hour) ||
        !digits(at + 14, 2, &minute) || !digits(at + 17, 2, &second) ||
        !is_date(year, month, day) || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    size_t i = 19;
    if (i < text.length && (at[i] == '.' || at[i] == ',')) {
        i++;
        while (i < text.length && at[i] >= '0' && at[i] <= '9') {
            i++;
        }
    }
    time->seconds = time_text_days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    time->instant = false;
    if (i == text.length) {
        return true;
    }
    time->instant = true;
    if (at[i] == 'Z' && i + 1 == text.length) {
        return true;
    }
    if ((at[i] != '+' && at[i] != '-') || text.length - i < 5 || text.length - i > 6 ||
        !digits(at + i + 1, 2, &high) || !digits(at + text.length - 2, 2, &low) || high > 18 ||
        low > 59 || (text.length - i == 6 && at[i + 3] != ':')) {
        return false;
    }
    int offset = high * 3600 + low * 60;
    time->seconds -= at[i] == '-' ? -offset : offset;
    return true;
}

static bool read_written(struct finder *finder, struct span text, struct found_time *time)
{
    struct time_text read;
    if (read_iso(text, time)) {
        return true;
    }
    if (!time_text_parse(text, &read)) {
        return false;
    }
    if (read.kind == TIME_UNKNOWN_ORDER) {
        snprintf(finder->why, sizeof finder->why,
                 "a date with day and month in an order that only 'as' can say");
        return false;
    }
    if (read.kind == TIME_EPOCH) {
        *time = (struct found_time){read.epoch, true};
        return true;
    }
    time->seconds = time_text_days(read.year, read.month, read.day) * DAY + read.seconds -
                    (read.has_offset ? read.offset : 0);
    time->instant = read.has_offset;
    return true;
}

/* A whole number, what is behind its point cut off; in units of which `per` are a second. */
static bool read_epoch(struct span text, int64_t per, struct found_time *time)
{
    int64_t value = 0;
    size_t i = 0;
    for (; i < text.length && text.bytes[i] != '.'; i++) {
        unsigned digit = (unsigned)(unsigned char)text.bytes[i] - '0';
        if (digit > 9 || value > INT64_MAX / 10 - 9) {
            return false;
        }
        value = value * 10 + digit;
    }
    for (size_t k = i + 1; k < text.length; k++) {
        if (text.bytes[k] < '0' || text.bytes[k] > '9') {
            return false;
        }
    }
    *time = (struct found_time){value / per, true};
    return i > 0;
}

static int month_of(const char *at, size_t length)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; length >= 3 && i < 12; i++) {
        if (ascii_same(names + 3 * i, at, 3)) {
            return i + 1;
        }
    }
    return 0;
}

static int year_of(int64_t seconds)
{
    return (int)format_civil(seconds / DAY).year;
}

/* The year of a date that has none: the one that was named, else the latest in which it is not
 * later than the newest time there can be (with a day for other zones). */
static bool find_year(struct finder *finder, int month, int day, int *year)
{
    const struct finding_settings *settings = &finder->settings;
    *year = settings->year;
    if (*year == 0) {
        *year = year_of(settings->newest + DAY);
        if (time_text_days(*year, month, 1) * DAY + (day - 1) * DAY > settings->newest + DAY) {
            --*year;
        }
    }
    if (!is_date(*year, month, day)) {
        snprintf(finder->why, sizeof finder->why,
                 "there is no such day (month %d, day %d) in %d: see --year", month, day,
                 *year);
        return false;
    }
    return true;
}

/* "Mar 11 07:04:41", "Mar  1 07:04:41.123". */
static bool read_syslog(struct finder *finder, struct span text, struct found_time *time)
{
    const char *at = text.bytes, *end = at + text.length;
    int month = month_of(at, text.length), day = 0, hour, minute, second, year;
    at += 3;
    while (month > 0 && at < end && *at == ' ') {
        at++;
    }
    while (month > 0 && at < end && *at >= '0' && *at <= '9' && day < 100) {
        day = day * 10 + (*at++ - '0');
    }
    while (at < end && *at == ' ') {
        at++;
    }
    if (month == 0 || end - at < 8 || at[2] != ':' || at[5] != ':' || !digits(at, 2, &hour) ||
        !digits(at + 3, 2, &minute) || !digits(at + 6, 2, &second) || hour > 23 ||
        minute > 59 || second > 60 || day < 1 || day > 31) {
        return false;
    }
    if (!find_year(finder, month, day, &year)) {
        return false;
    }
    *time = (struct found_time){
        time_text_days(year, month, day) * DAY + hour * 3600 + minute * 60 + second, false};
    return true;
}

/* The parts of a time in a form. */
struct parts {
    int year, month, day, hour, minute, second, offset;
    bool afternoon, half, has_offset;
};

static bool number(const char **at, const char *end, size_t most, int *value)
{
    size_t n = 0;
    *value = 0;
    while (*at < end && n < most && **at >= '0' && **at <= '9') {
        *value = *value * 10 + (*(*at)++ - '0');
        n++;
    }
    return n > 0;
}

static bool read_offset(const char **at, const char *end, struct parts *parts)
{
    int hours, minutes = 0;
    parts->has_offset = true;
    if (*at < end && **at == 'Z') {
        ++*at;
        return true;
    }
    if (*at == end || (**at != '+' && **at != '-')) {
        return false;
    }
    bool west = *(*at)++ == '-';
    if (!number(at, end, 2, &hours)) {
        return false;
    }
    if (*at < end && **at == ':') {
        ++*at;
    }
    number(at, end, 2, &minutes);
    parts->offset = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return hours <= 18 && minutes < 60;
}

static void skip_word(const char **at, const char *end)
{
    while (*at < end && ascii_lower(**at) >= 'a' && ascii_lower(**at) <= 'z') {
        ++*at;
    }
}

/* One letter behind a percent sign. */
static bool read_letter(char letter, const char **at, const char *end, struct parts *parts)
{
    int value;
    while (*at < end && **at == ' ' && letter != 'p') {
        ++*at;
    }
    switch (letter) {
    case 'Y': return number(at, end, 4, &parts->year);
    case 'y':
        if (!number(at, end, 2, &parts->year)) {
            return false;
        }
        parts->year += parts->year < 69 ? 2000 : 1900;
        return true;
    case 'm': return number(at, end, 2, &parts->month);
    case 'd':
    case 'e': return number(at, end, 2, &parts->day);
    case 'H': return number(at, end, 2, &parts->hour);
    case 'I': parts->half = true; return number(at, end, 2, &parts->hour);
    case 'M': return number(at, end, 2, &parts->minute);
    case 'S': return number(at, end, 2, &parts->second);
    case 'f': return number(at, end, 9, &value);
    case 'z': return read_offset(at, end, parts);
    case 'b':
    case 'B':
        parts->month = month_of(*at, (size_t)(end - *at));
        skip_word(at, end);
        return true;
    case 'a':
    case 'A':
    case 'Z': skip_word(at, end); return true;
    case 'p':
        if (end - *at < 2) {
            return false;
        }
        parts->afternoon = ascii_lower(**at) == 'p';
        *at += 2;
        return true;
    default: return false;
    }
}

static bool read_form(struct finder *finder, struct span form, struct span text,
                      struct found_time *time)
{
    struct parts parts = {0};
    const char *at = text.bytes, *end = at + text.length;
    for (size_t i = 0; i < form.length; i++) {
        char c = form.bytes[i];
        if (c == '%' && i + 1 < form.length) {
            if (!read_letter(form.bytes[++i], &at, end, &parts)) {
                return false;
            }
        } else if (c == ' ') {
            while (at < end && *at == ' ') {
                at++;
            }
        } else if (at == end || *at++ != c) {
            return false;
        }
    }
    if (parts.half) {
        parts.hour = parts.hour % 12 + (parts.afternoon ? 12 : 0);
    }
    if (at != end || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
        return false;
    }
    if (parts.year == 0 ? !find_year(finder, parts.month, parts.day, &parts.year)
                        : !is_date(parts.year, parts.month, parts.day)) {
        return false;
    }
    *time = (struct found_time){time_text_days(parts.year, parts.month, parts.day) * DAY +
                                    parts.hour * 3600 + parts.minute * 60 + parts.second -
                                    parts.offset,
                                parts.has_offset};
    return true;
}

static bool read_time(struct finder *finder, const struct time_pick *pick, struct span text,
                      struct found_time *time)
{
    switch (pick->as) {
    case TIME_AS_WRITTEN: return read_written(finder, text, time);
    case TIME_AS_SECONDS: return read_epoch(text, 1, time);
    case TIME_AS_MILLISECONDS: return read_epoch(text, 1000, time);
    case TIME_AS_MICROSECONDS: return read_epoch(text, 1000000, time);
    case TIME_AS_NANOSECONDS: return read_epoch(text, 1000000000, time);
    case TIME_AS_SYSLOG: return read_syslog(finder, text, time);
    case TIME_AS_FORM: return read_form(finder, pick->form, text, time);
    }
    return false;
}

/* An instant as the clock that is counted by shows it. */
static int64_t shown(struct finder *finder, const struct found_time *time)
{
    const struct finding_settings *settings = &finder->settings;
    int64_t instant = time->seconds;
    if (!time->instant && settings->local != NULL) {
        instant = zone_instant(settings->local, time->seconds);
    }
    return settings->shown == NULL ? instant : instant + zone_offset(settings->shown, instant);
}

bool finder_time(struct finder *finder, int64_t *time)
{
    const struct log_description *description = finder->description;
    struct span text = {"", 0}, last = {NULL, 0};
    finder->why[0] = '\0';
    for (size_t i = 0; i < description->n_times; i++) {
        const struct time_pick *pick = &description->times[i];
        struct found_time found;
        if (!finder_pick_one(finder, &pick->of, &text)) {
            continue;
        }
        last = text;
        if (!read_time(finder, pick, text, &found)) {
            continue;
        }
        *time = shown(finder, &found);
        if (*time >= 0 && *time <= LAST_SECOND) {
            return true;
        }
        snprintf(finder->why, sizeof finder->why, "its time is not between 1970 and 9999");
        return false;
    }
    char shown_text[48];
    if (last.bytes == NULL) {
        snprintf(finder->why, sizeof finder->why, "it has no time");
    } else if (finder->why[0] == '\0') {
        printable(shown_text, sizeof shown_text, last);
        snprintf(finder->why, sizeof finder->why, "the time '%s' cannot be read", shown_text);
    }
    return false;
}

/* ---- hosts ---- */

static bool is_address(struct span text)
{
    bool digit = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == ':') {
            return true;
        }
        if (c != '.' && (c < '0' || c > '9')) {
            return false;
        }
        digit = digit || c != '.';
    }
    return digit;
}

static bool begins(struct span text, const char *with)
{
    size_t length = strlen(with);
    return text.length >= length && ascii_same(text.bytes, with, length);
}

static struct span lower(struct finder *finder, struct span text)
{
    char *room = record_room(&finder->record, text.length);
    for (size_t i = 0; room != NULL && i < text.length; i++) {
        room[i] = ascii_lower(text.bytes[i]);
    }
    return room != NULL ? (struct span){room, text.length} : (struct span){"", 0};
}

static struct span trimmed(struct span text)
{
    while (text.length > 0 && (unsigned char)text.bytes[0] <= ' ') {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (unsigned char)text.bytes[text.length - 1] <= ' ') {
        text.length--;
    }
    return text;
}

static struct span plain_host(struct finder *finder, struct span text, bool whole)
{
    text = trimmed(text);
    while (text.length > 0 && text.bytes[0] == '\\') {
        text.bytes++;
        text.length--;
    }
    if (begins(text, "::ffff:")) {
        struct span inside = {text.bytes + 7, text.length - 7};
        if (memchr(inside.bytes, ':', inside.length) == NULL && is_address(inside)) {
            text = inside;
        }
    }
    const char *dot = whole || is_address(text) ? NULL : memchr(text.bytes, '.', text.length);
    if (dot != NULL && dot > text.bytes) {
        text.length = (size_t)(dot - text.bytes);
    }
    return finder_missing(text) ? (struct span){"", 0} : lower(finder, text);
}

static bool is_loopback(struct span host)
{
    return (host.length == 3 && memcmp(host.bytes, "::1", 3) == 0) || begins(host, "127.") ||
           (host.length == 9 && begins(host, "localhost"));
}

/* A name as it is, in memory of the record. */
static struct span plain_name(struct finder *finder, struct span text)
{
    text = trimmed(text);
    char *room = record_room(&finder->record, text.length);
    if (room == NULL) {
        return (struct span){"", 0};
    }
    memcpy(room, text.bytes, text.length);
    return (struct span){room, text.length};
}

struct span finder_host(struct finder *finder, const struct host_rule *rule)
{
    struct span text, host = {"", 0};
    size_t i = 0;
    while (i < rule->of.n && !finder_pick_one(finder, &rule->of.list[i], &text)) {
        i++;
    }
    if (i == rule->of.n) {
        return host;
    }
    if (rule->name || rule->of.list[i].name) {
        return plain_name(finder, text);
    }
    host = plain_host(finder, text, rule->whole);
    if (is_loopback(host) && finder_pick(finder, &finder->description->loopback, &text)) {
        host = plain_host(finder, text, rule->whole);
    }
    return host;
}

/* ---- accounts ---- */

struct account {
    struct span name, domain;
};

/* "domain\name" and "name@domain". */
static void split(const struct user_rule *rule, struct account *account)
{
    struct span name = account->name;
    for (size_t i = 0; i < rule->split.length; i++) {
        const char by = rule->split.bytes[i];
        const char *at = by == '\\' ? memchr(name.bytes, by, name.length) : NULL;
        for (size_t k = name.length; by != '\\' && k > 1 && at == NULL; k--) {
            at = name.bytes[k - 1] == by ? name.bytes + k - 1 : NULL;
        }
        if (at == NULL) {
            continue;
        }
        struct span before = {name.bytes, (size_t)(at - name.bytes)};
        struct span behind = {at + 1, name.length - before.length - 1};
        account->name = by == '\\' ? behind : before;
        account->domain = by == '\\' ? before : behind;
        return;
    }
}

static bool ends(struct span text, struct span with)
{
    return with.length > 0 && text.length >= with.length &&
           memcmp(text.bytes + text.length - with.length, with.bytes, with.length) == 0;
}

/* The account in the form of `show`; without a domain it is the name alone. */
static bool write_account(struct finder *finder, const struct account *account,
                          struct span *user)
{
    static const char domain[] = "{domain}", name[] = "{name}";
    const struct user_rule *rule = &finder->description->user;
    struct span show = account->domain.length > 0 ? rule->show : (struct span){name, 6};
    size_t longest = account->name.length + account->domain.length, n = 0;
    char *room = record_room(&finder->record, show.length + (show.length / 6 + 1) * longest);
    if (room == NULL) {
        return false;
    }
    for (size_t i = 0; i < show.length;) {
        const struct span left = {show.bytes + i, show.length - i};
        const struct span *put = begins(left, domain) ? &account->domain
                                 : begins(left, name) ? &account->name
                                                      : NULL;
        if (put == NULL) {
            room[n++] = show.bytes[i++];
            continue;
        }
        memcpy(room + n, put->bytes, put->length);
        n += put->length;
        i += put == &account->domain ? sizeof domain - 1 : sizeof name - 1;
    }
    for (size_t i = 0; !rule->keep_case && i < n; i++) {
        room[i] = ascii_lower(room[i]);
    }
    *user = (struct span){room, n};
    return n > 0;
}

bool finder_user(struct finder *finder, struct span *user, const char **why)
{
    const struct user_rule *rule = &finder->description->user;
    struct account account = {{"", 0}, {"", 0}};
    *why = "no user";
    if (!finder_pick(finder, &rule->name, &account.name)) {
        return false;
    }
    account.name = trimmed(account.name);
    split(rule, &account);
    if (finder_missing(account.name)) {
        return false;
    }
    if (ends(account.name, rule->machines)) {
        *why = "machine account";
        return false;
    }
    for (size_t i = 0; i < rule->built_in.n; i++) {
        if (regex_match(rule->built_in.list[i], finder->matcher, account.name) == REGEX_YES) {
            *why = "built-in account";
            return false;
        }
    }
    if (account.domain.length == 0 || finder_missing(account.domain)) {
        finder_pick(finder, &rule->domain, &account.domain);
    }
    const char *dot =
        rule->whole_domain ? NULL : memchr(account.domain.bytes, '.', account.domain.length);
    if (dot != NULL && dot > account.domain.bytes) {
        account.domain.length = (size_t)(dot - account.domain.bytes);
    }
    return write_account(finder, &account, user);
}
