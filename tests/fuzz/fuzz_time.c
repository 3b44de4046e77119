/* fuzz_time: times as texts and as columns, and zone files.
 *
 * The first byte of an input says how: the order of dates (2 bits), whether times are UTC, and
 * the zone (3 bits), or, with the highest bit, that the rest is a zone file. Else the rest is
 * the texts of a column, a line each. What is wrong ends in abort().
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "events/user_hour_text.h"
#include "fuzz/fuzz.h"
#include "table/number.h"
#include "table/table.h"
#include "table/time_column.h"
#include "table/time_text.h"
#include "table/timestamp.h"

static void check(bool good)
{
    if (!good) {
        abort();
    }
}

/* The years 1 to 9999, and a day on both sides for zones. */
#define LEAST_CLOCK (INT64_C(-62135596800) - TIMESTAMP_DAY)
#define MOST_CLOCK  (INT64_C(253402300799) + TIMESTAMP_DAY)

static bool is_clock(int64_t clock)
{
    return clock >= LEAST_CLOCK && clock <= MOST_CLOCK;
}

/* ---- one text ---- */

static void parts_make_sense(const struct time_text *time)
{
    check(time->offset > -TIMESTAMP_DAY && time->offset < TIMESTAMP_DAY);
    check(time->has_offset || time->offset == 0);
    check(time->seconds >= 0 && time->seconds <= TIMESTAMP_DAY);
    switch (time->kind) {
    case TIME_CLOCK:
        check(time->year >= 1 && time->year <= 9999 && time->month >= 1 && time->month <= 12);
        check(time->day >= 1 && time->day <= 31);
        break;
    case TIME_UNKNOWN_ORDER:
        check(time->first >= 1 && time->first <= 31 && time->second >= 1 && time->second <= 31);
        check(time->first <= 12 || time->second <= 12);
        break;
    case TIME_EPOCH: check(time->unit != NULL && is_clock(time->epoch)); break;
    case TIME_SERIAL: check(is_clock(time->epoch)); break;
    }
}

/* A clock as ISO 8601 writes it is read as that clock. */
static void iso_is_read_back(int64_t clock)
{
    static const struct time_options plain = {.zone = NULL};
    char text[USER_HOUR_DT];
    int64_t again;
    int32_t offset;
    if (clock >= 0 && clock < MOST_CLOCK - TIMESTAMP_DAY) {
        struct span span = {text, user_hour_dt(clock, text)};
        check(timestamp_parse(span) == clock);
        check(time_text_read(span, &plain, &again, &offset) && again == clock && offset == 0);
    }
}

static void one_text(struct span text, const struct time_options *options)
{
    static const struct time_options plain = {.zone = NULL};
    struct time_text time;
    int64_t clock, plain_clock, iso = timestamp_parse(text);
    int32_t offset, plain_offset;
    bool parsed = time_text_parse(text, &time);
    bool read = time_text_read(text, options, &clock, &offset);
    bool read_plainly = time_text_read(text, &plain, &plain_clock, &plain_offset);
    if (parsed) {
        parts_make_sense(&time);
    }
    check(parsed || (!read && !read_plainly));
    if (read) {
        check(is_clock(clock) && offset > -2 * TIMESTAMP_DAY && offset < 2 * TIMESTAMP_DAY);
        iso_is_read_back(clock);
    }
    check(iso == TABLE_NO_TIME || (read_plainly && plain_clock - plain_offset == iso));
    if (read && read_plainly && time.kind == TIME_CLOCK && time.has_offset) {
        check(clock - offset == plain_clock - plain_offset); /* a zone shows the same instant */
    }
}

/* ---- a column ---- */

static struct dict *column_of(const char *bytes, size_t length)
{
    struct dict *texts = dict_new(NULL);
    check(texts != NULL);
    const char *end = bytes + length;
    while (bytes < end) {
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t line = (size_t)((stop != NULL ? stop : end) - bytes);
        check(dict_add(texts, bytes, line, NULL) != DICT_NONE);
        bytes += line + 1;
    }
    return texts;
}

static void one_column(const struct dict *texts, const struct time_options *options)
{
    struct time_column times, again;
    struct status status = {0}, other = {0};
    bool read = time_column_read(&times, texts, "dt", options, &status);
    check(time_column_read(&again, texts, "dt", options, &other) == read);
    check(strcmp(status.text, other.text) == 0);
    if (!read) {
        check(status.code == STATUS_INPUT && options->dates == DATES_BY_COLUMN);
        return;
    }
    size_t n = dict_count(texts), unread = 0;
    check(times.n == n && memcmp(times.clock, again.clock, n * sizeof *times.clock) == 0);
    check(strcmp(times.how, again.how) == 0);
    for (size_t i = 0; i < n; i++) {
        struct span text = dict_get(texts, (uint32_t)i);
        int64_t clock;
        int32_t offset, has = times.offset != NULL ? times.offset[i] : 0;
        if (times.clock[i] == TABLE_NO_TIME) {
            check(unread > 0 || number_missing(text) || times.first_unread == i);
            unread += !number_missing(text);
            check(has == 0);
        } else {
            check(is_clock(times.clock[i]));
            if (time_text_read(text, options, &clock, &offset)) {
                check(clock == times.clock[i] && offset == has);
            }
        }
    }
    check(unread == times.unread);
    time_column_clear(&times);
    time_column_clear(&again);
}

/* ---- a zone file ---- */

static void one_zone(const char *bytes, size_t length)
{
    struct status status = {0};
    struct zone *zone = zone_read(bytes, length, "fuzz", &status);
    check(zone != NULL || status.code == STATUS_USAGE);
    for (int64_t at = LEAST_CLOCK; zone != NULL && at <= MOST_CLOCK; at += 77777777 * 11) {
        int32_t offset = zone_offset(zone, at);
        check(offset > -2 * TIMESTAMP_DAY && offset < 2 * TIMESTAMP_DAY);
        int64_t instant = zone_instant(zone, at);
        check(instant - at > -2 * TIMESTAMP_DAY && instant - at < 2 * TIMESTAMP_DAY);
        /* The clock of an instant leads back to it, or to the other of two that show it. */
        int64_t back = zone_instant(zone, at + offset);
        check(back + zone_offset(zone, back) == at + offset);
    }
    zone_free(zone);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const zones[8] = {NULL,     NULL,  "UTC", "+02:00",
                                         "-11:45", "+14", NULL,  "Europe/Berlin"};
    if (size == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    if ((data[0] & 0x80) != 0) {
        one_zone(text, size - 1);
        return 0;
    }
    const char *name = zones[data[0] >> 3 & 7];
    struct zone *zone = name != NULL ? zone_load(name, NULL) : NULL;
    const struct time_options options = {
        .dates = (enum date_order)((data[0] & 3) % 3), .utc = (data[0] & 4) != 0, .zone = zone};
    struct dict *texts = column_of(text, size - 1);
    for (size_t i = 0; i < dict_count(texts); i++) {
        /* By itself, so that a sanitizer sees what is read beyond it. */
        struct span span = dict_get(texts, (uint32_t)i);
        char *alone = malloc(span.length > 0 ? span.length : 1);
        check(alone != NULL);
        memcpy(alone, span.bytes, span.length);
        one_text((struct span){alone, span.length}, &options);
        free(alone);
    }
    one_column(texts, &options);
    dict_free(texts);
    zone_free(zone);
    return 0;
}
