#include "base/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum {
    DAY = 86400,
    LARGEST_FILE = 1 << 20, /* the largest of tzdata has some 3,500 bytes */
    MOST_OFFSET = 26 * 3600 /* RFC 8536, 3.2 */
};

/* When a yearly change takes place, as POSIX writes it in TZ. */
struct rule {
    enum { MONTH_WEEK_DAY, DAY_OF_YEAR, JULIAN_DAY } kind;
    int month, week, day;
    int32_t at; /* seconds after midnight, by the clock before the change */
};

struct zone {
    size_t n;         /* changes */
    int64_t *when;    /* (n) instants, ascending */
    int32_t *offset;  /* (n) from then on */
    int32_t before;   /* until the first change */
    bool has_rules;   /* after the last one: standard and daylight saving time by rules */
    int32_t standard; /* after the last one, when there are rules or no changes at all */
    int32_t daylight;
    struct rule starts, ends; /* of daylight saving time */
};

/* ---- rules, for the years behind the last change that is listed (POSIX TZ, RFC 8536 3.3) ----
 */

struct text {
    const char *at, *end;
};

static bool take(struct text *text, char wanted)
{
    if (text->at < text->end && *text->at == wanted) {
        text->at++;
        return true;
    }
    return false;
}

static bool take_number(struct text *text, int most, int *value)
{
    const char *from = text->at;
    *value = 0;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9' && *value <= most) {
        *value = *value * 10 + (*text->at++ - '0');
    }
    return text->at > from && *value <= most;
}

static bool take_name(struct text *text)
{
    const char *from = text->at;
    if (take(text, '<')) {
        while (text->at < text->end && *text->at != '>') {
            text->at++;
        }
        return take(text, '>');
    }
    while (text->at < text->end &&
           ((*text->at >= 'a' && *text->at <= 'z') || (*text->at >= 'A' && *text->at <= 'Z'))) {
        text->at++;
    }
    return text->at - from >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds; hours up to a week, as the extension of RFC 8536 allows. */
static bool take_seconds(struct text *text, int32_t *seconds)
{
    bool negative = take(text, '-');
    int hour, minute = 0, second = 0;
    if (!negative) {
        take(text, '+');
    }
    if (!take_number(text, 167, &hour) ||
        (take(text, ':') && !take_number(text, 59, &minute)) ||
        (take(text, ':') && !take_number(text, 59, &second))) {
        return false;
    }
    *seconds = (hour * 3600 + minute * 60 + second) * (negative ? -1 : 1);
    return true;
}

static bool take_rule(struct text *text, struct rule *rule)
{
    bool right;
    *rule = (struct rule){.at = 2 * 3600};
    if (take(text, 'M')) {
        right = take_number(text, 12, &rule->month) && take(text, '.') &&
                take_number(text, 5, &rule->week) && take(text, '.') &&
                take_number(text, 6, &rule->day) && rule->month > 0 && rule->week > 0;
    } else if (take(text, 'J')) {
        rule->kind = JULIAN_DAY;
        right = take_number(text, 365, &rule->day) && rule->day > 0;
    } else {
        rule->kind = DAY_OF_YEAR;
        right = take_number(text, 365, &rule->day);
    }
    return right && (!take(text, '/') || take_seconds(text, &rule->at));
}

static bool take_rules(struct zone *zone, struct text text)
{
    if (!take_name(&text) || !take_seconds(&text, &zone->standard)) {
        return false;
    }
    zone->standard = -zone->standard; /* POSIX counts westwards */
    if (text.at == text.end) {
        return true;
    }
    zone->daylight = zone->standard + 3600;
    if (!take_name(&text)) {
        return false;
    }
    if (text.at < text.end && *text.at != ',') {
        if (!take_seconds(&text, &zone->daylight)) {
            return false;
        }
        zone->daylight = -zone->daylight;
    }
    zone->has_rules = true;
    return take(&text, ',') && take_rule(&text, &zone->starts) && take(&text, ',') &&
           take_rule(&text, &zone->ends) && text.at == text.end;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of January. */
static int64_t year_start(int64_t year)
{
    int64_t y = year - 1;
    return 365 * (year - 1970) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) +
           (y / 400 - 1969 / 400);
}

/* Seconds since 1970, by the clock before the change, at which a rule holds in a year. */
static int64_t rule_clock(const struct rule *rule, int64_t year)
{
    static const int starts[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t first = year_start(year), day;
    bool leap = is_leap(year);
    if (rule->kind == MONTH_WEEK_DAY) {
        int month = rule->month - 1;
        int64_t begin = first + starts[month] + (leap && month > 1);
        int length = starts[month + 1] - starts[month] + (leap && month == 1);
        int weekday = (int)((begin % 7 + 7 + 4) % 7); /* 1970 began with a Thursday */
        int offset = (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
        day = begin + (offset < length ? offset : offset - 7);
    } else {
        day = first + rule->day - (rule->kind == JULIAN_DAY) +
              (rule->kind == JULIAN_DAY && leap && rule->day > 59);
    }
    return day * DAY + rule->at;
}

static int64_t year_of(int64_t seconds)
{
    int64_t year = 1970 + seconds / (DAY * 365 + DAY / 4);
    while (year_start(year) * DAY > seconds) {
        year--;
    }
    while (year_start(year + 1) * DAY <= seconds) {
        year++;
    }
    return year;
}

static int32_t offset_by_rules(const struct zone *zone, int64_t instant)
{
    enum { FIRST_YEAR = 1900, LAST_YEAR = 9999 };
    int64_t year = instant / (DAY * 365) > 8500 ? LAST_YEAR : year_of(instant + zone->standard);
    if (!zone->has_rules || year < FIRST_YEAR || year > LAST_YEAR) {
        return zone->standard;
    }
    int64_t starts = rule_clock(&zone->starts, year) - zone->standard;
    int64_t ends = rule_clock(&zone->ends, year) - zone->daylight;
    bool summer = starts < ends ? instant >= starts && instant < ends
                                : instant >= starts || instant < ends;
    return summer ? zone->daylight : zone->standard;
}

/* ---- the file ---- */

static uint64_t big_endian(const unsigned char *bytes, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

struct header {
    unsigned char version;
    size_t utc, standard, leaps, changes, types, letters;
};

enum { HEADER = 44, TYPE = 6 };

static bool read_header(const unsigned char *bytes, size_t length, struct header *header)
{
    if (length < HEADER || memcmp(bytes, "TZif", 4) != 0) {
        return false;
    }
    header->version = bytes[4];
    size_t *const counts[] = {&header->utc,     &header->standard, &header->leaps,
                              &header->changes, &header->types,    &header->letters};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = (size_t)big_endian(bytes + 20 + 4 * i, 4);
        if (*counts[i] > LARGEST_FILE) {
            return false;
        }
    }
    return header->types > 0;
}

static size_t body_length(const struct header *header, size_t time_size)
{
    return header->changes * (time_size + 1) + header->types * TYPE + header->letters +
           header->leaps * (time_size + 4) + header->standard + header->utc;
}

static bool read_changes(struct zone *zone, const unsigned char *body,
                         const struct header *header, struct status *status)
{
    const unsigned char *types = body + header->changes * 8;
    const unsigned char *records = types + header->changes;
    size_t n = header->changes;
    zone->when = mem_new(n, sizeof *zone->when, "a time zone", status);
    zone->offset = mem_new(n, sizeof *zone->offset, "a time zone", status);
    if (zone->when == NULL || zone->offset == NULL) {
        return false;
    }
    zone->before = (int32_t)big_endian(records, 4);
    for (size_t i = 0; i < n; i++) {
        if (types[i] >= header->types) {
            return false;
        }
        zone->when[i] = (int64_t)big_endian(body + i * 8, 8);
        zone->offset[i] = (int32_t)big_endian(records + (size_t)types[i] * TYPE, 4);
        if ((i > 0 && zone->when[i] <= zone->when[i - 1]) || zone->offset[i] > MOST_OFFSET ||
            zone->offset[i] < -MOST_OFFSET) {
            return false;
        }
    }
    zone->n = n;
    zone->standard = n > 0 ? zone->offset[n - 1] : zone->before;
    return zone->before <= MOST_OFFSET && zone->before >= -MOST_OFFSET;
}

/* Of the two blocks of a file only the second is read, with 64 bits a time; every file since
 * 2006 has it. Behind it stand the rules, between two line ends. */
static bool read_file(struct zone *zone, const unsigned char *bytes, size_t length,
                      struct status *status)
{
    struct header header;
    if (!read_header(bytes, length, &header) || header.version < '2') {
        return false;
    }
    size_t skip = HEADER + body_length(&header, 4);
    if (skip > length || !read_header(bytes + skip, length - skip, &header)) {
        return false;
    }
    const unsigned char *body = bytes + skip + HEADER;
    size_t left = length - skip - HEADER, need = body_length(&header, 8);
    if (need > left || !read_changes(zone, body, &header, status)) {
        return false;
    }
    const char *rules = (const char *)body + need;
    left -= need;
    const char *end = left > 1 && *rules == '\n' ? memchr(rules + 1, '\n', left - 1) : NULL;
    return end == NULL || end == rules + 1 || take_rules(zone, (struct text){rules + 1, end});
}

struct zone *zone_read(const void *bytes, size_t length, const char *title,
                       struct status *status)
{
    struct zone *zone = mem_zero(1, sizeof *zone, "a time zone", status);
    struct status trouble = {.code = STATUS_OK};
    if (zone != NULL && !read_file(zone, bytes, length, &trouble)) {
        if (trouble.code != STATUS_OK) {
            status_set(status, trouble.code, "%s", trouble.text);
        } else {
            status_set(status, STATUS_USAGE, "the time zone file %s is damaged", title);
        }
        zone_free(zone);
        zone = NULL;
    }
    return zone;
}

void zone_free(struct zone *zone)
{
    if (zone != NULL) {
        free(zone->when);
        free(zone->offset);
        free(zone);
    }
}

/* ---- names ---- */

/* "+02:00", "-0530", "+2", with or without UTC or GMT before it; alone these are 0. */
static bool parse_fixed(const char *name, int32_t *offset)
{
    struct text text = {name, name + strlen(name)};
    int hour, minute = 0;
    *offset = 0;
    if (strncmp(name, "UTC", 3) == 0 || strncmp(name, "GMT", 3) == 0) {
        text.at += 3;
    } else if (strcmp(name, "Z") == 0) {
        return true;
    } else if (*name != '+' && *name != '-') {
        return false;
    }
    if (text.at == text.end) {
        return true;
    }
    bool west = take(&text, '-');
    if (!west && !take(&text, '+')) {
        return false;
    }
    const char *digits = text.at;
    if (!take_number(&text, 9999, &hour)) {
        return false;
    }
    if (text.at - digits > 2) {
        minute = hour % 100;
        hour /= 100;
    } else if (take(&text, ':') && !take_number(&text, 59, &minute)) {
        return false;
    }
    *offset = (hour * 3600 + minute * 60) * (west ? -1 : 1);
    return text.at == text.end && hour <= 14 && minute <= 59 && text.at - digits <= 5;
}

static bool is_path_inside(const char *name)
{
    return *name != '\0' && *name != '/' && *name != '.' && strstr(name, "..") == NULL &&
           strlen(name) < 100;
}

static struct zone *load_file(const char *path, const char *name, struct status *status)
{
    unsigned char *bytes = NULL;
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        char shown[120];
        text_safe(shown, sizeof shown, name, strlen(name), true);
        status_set(
            status, STATUS_USAGE,
            "there is no time zone '%s': name one such as Europe/Berlin, or an offset such "
            "as +02:00 (names come with the package tzdata)",
            shown);
        return NULL;
    }
    struct zone *zone = NULL;
    bytes = mem_new(LARGEST_FILE, 1, "a time zone file", status);
    if (bytes != NULL) {
        size_t length = fread(bytes, 1, LARGEST_FILE, file);
        zone = zone_read(bytes, length, path, status);
    }
    free(bytes);
    fclose(file);
    return zone;
}

struct zone *zone_load(const char *name, struct status *status)
{
    int32_t fixed;
    if (parse_fixed(name, &fixed)) {
        struct zone *zone = mem_zero(1, sizeof *zone, "a time zone", status);
        if (zone != NULL) {
            zone->before = zone->standard = fixed;
        }
        return zone;
    }
    const char *folder = getenv("TZDIR"), *own = getenv("TZ");
    char path[512];
    if (strcmp(name, "local") == 0) {
        if (own == NULL || *own == '\0') {
            return load_file("/etc/localtime", name, status);
        }
        name = *own == ':' ? own + 1 : own;
        if (strcmp(name, "local") != 0) {
            return zone_load(name, status);
        }
    }
    if (folder == NULL || *folder == '\0') {
        folder = "/usr/share/zoneinfo";
    }
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    bool fits = length > 0 && (size_t)length < sizeof path;
    return load_file(is_path_inside(name) && fits ? path : "", name, status);
}

/* ---- asking ---- */

int32_t zone_offset(const struct zone *zone, int64_t instant)
{
    size_t low = 0, high = zone->n; /* how many changes are not after `instant` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->when[middle] <= instant) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < zone->n) {
        return low == 0 ? zone->before : zone->offset[low - 1];
    }
    return offset_by_rules(zone, instant);
}

int64_t zone_instant(const struct zone *zone, int64_t clock)
{
    int32_t early = zone_offset(zone, clock - DAY), late = zone_offset(zone, clock + DAY);
    /* The offset before a change: right of an hour that comes twice, and what is meant by one
     * that is left out. */
    int64_t instant = clock - early;
    if (zone_offset(zone, instant) == early || early == late) {
        return instant;
    }
    int64_t other = clock - late;
    return zone_offset(zone, other) == late ? other : instant;
}
