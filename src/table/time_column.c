#include "table/time_column.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/number.h"
#include "table/printable.h"
#include "table/table.h"
#include "table/time_text.h"
#include "table/timestamp.h"

/* What a column holds, before anything is decided. */
struct census {
    size_t unordered, day_first,
        month_first; /* dates like 03/04/2024; 23/04, 03/24 among them */
    size_t first_unordered, a_day_first, a_month_first; /* an example of each */
    size_t epochs, offsets, naive;
    size_t serials, clocks; /* days of a spreadsheet; with a part of a day */
    const char *unit;       /* of the epochs; NULL: none yet, or several */
    bool units_differ;
};

static void count(struct census *census, const struct time_text *time, size_t i)
{
    if (time->kind == TIME_SERIAL) {
        census->serials++;
        census->clocks += time->epoch % TIMESTAMP_DAY != 0;
        return;
    }
    if (time->kind == TIME_EPOCH) {
        census->units_differ = census->units_differ ||
                               (census->unit != NULL && strcmp(census->unit, time->unit) != 0);
        census->unit = time->unit;
        census->epochs++;
        return;
    }
    census->offsets += time->has_offset;
    census->naive += !time->has_offset;
    if (time->kind == TIME_UNKNOWN_ORDER) {
        if (census->unordered++ == 0) {
            census->first_unordered = i;
        }
        if (time->first > 12 && census->day_first++ == 0) {
            census->a_day_first = i;
        }
        if (time->second > 12 && census->month_first++ == 0) {
            census->a_month_first = i;
        }
    }
}

/* Gives a date its order; false when there is no such day then. */
static bool set_order(struct time_text *time, bool day_first)
{
    if (time->kind == TIME_UNKNOWN_ORDER) {
        time->day = day_first ? time->first : time->second;
        time->month = day_first ? time->second : time->first;
        int64_t days = time_text_days(time->year, time->month > 12 ? 1 : time->month, 1);
        int64_t next = time->month >= 12 ? time_text_days(time->year + 1, 1, 1)
                                         : time_text_days(time->year, time->month + 1, 1);
        if (time->month > 12 || time->month < 1 || time->day < 1 || time->day > next - days) {
            return false;
        }
        time->kind = TIME_CLOCK;
    }
    return true;
}

static bool resolve(const struct time_text *time, const struct time_options *options,
                    int64_t *clock, int32_t *offset)
{
    const struct zone *zone = options->zone;
    if (time->kind == TIME_EPOCH) {
        *offset = zone != NULL ? zone_offset(zone, time->epoch) : 0;
        *clock = time->epoch + *offset;
        return true;
    }
    /* A spreadsheet has the clock of whoever made it. */
    *clock = time->kind == TIME_SERIAL
                 ? time->epoch
                 : time_text_days(time->year, time->month, time->day) * TIMESTAMP_DAY +
                       time->seconds;
    *offset = time->offset;
    if (zone != NULL) {
        bool known = time->has_offset || options->utc;
        int64_t instant = known ? *clock - time->offset : zone_instant(zone, *clock);
        *offset = zone_offset(zone, instant);
        *clock = known ? instant + *offset : *clock;
    }
    return true;
}

/* ---- the order of day and month ---- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct density {
    size_t distinct;
    int64_t span;
};

/* How closely days follow each other when dates are read in one order. */
static struct density density_of(int64_t *days, size_t n)
{
    struct density density = {0, 0};
    qsort(days, n, sizeof *days, by_number);
    for (size_t i = 0; i < n; i++) {
        density.distinct += i == 0 || days[i] != days[i - 1];
    }
    density.span = n > 0 ? days[n - 1] - days[0] + 1 : 0;
    return density;
}

/* A table of consecutive days, read in the wrong order, is a table of days a month apart. That
 * is taken for a decision only when one reading leaves hardly a gap and the other hardly
 * anything. */
static bool decide_by_gaps(const struct dict *texts, size_t unordered, bool *day_first,
                           bool *decided, struct status *status)
{
    enum { LEAST_DAYS = 3 };
    int64_t *days = mem_new(2 * unordered, sizeof *days, "dates", status);
    struct time_text time;
    size_t n = 0;
    if (days == NULL) {
        return false;
    }
    for (size_t i = 0; i < dict_count(texts) && n < unordered; i++) {
        if (time_text_parse(dict_get(texts, (uint32_t)i), &time) &&
            time.kind == TIME_UNKNOWN_ORDER) {
            days[n] = time_text_days(time.year, time.second, time.first);
            days[unordered + n] = time_text_days(time.year, time.first, time.second);
            n++;
        }
    }
    struct density day = density_of(days, n), month = density_of(days + unordered, n);
    bool same = day.distinct == 1 && month.distinct == 1 && days[0] == days[unordered];
    free(days);
    bool day_close = day.distinct >= LEAST_DAYS && (int64_t)day.distinct * 2 >= day.span;
    bool month_close =
        month.distinct >= LEAST_DAYS && (int64_t)month.distinct * 2 >= month.span;
    bool day_far = (int64_t)day.distinct * 10 < day.span;
    bool month_far = (int64_t)month.distinct * 10 < month.span;
    *day_first = same || (day_close && month_far);
    *decided = same || (day_close && month_far) || (month_close && day_far);
    return true;
}

static const char *shown(char *room, size_t size, const struct dict *texts, size_t i)
{
    return printable(room, size, dict_get(texts, (uint32_t)i));
}

static bool decide_order(const struct census *census, const struct dict *texts,
                         const char *column, const struct time_options *options,
                         bool *day_first, char *how, size_t size, struct status *status)
{
    static const char *const orders[] = {"month/day/year", "day/month/year"};
    char text[48], other[48];
    *day_first = options->dates == DATES_DAY_FIRST;
    if (census->unordered == 0) {
        return true;
    }
    if (options->dates != DATES_BY_COLUMN) {
        snprintf(how, size, "dates are read as %s, as asked", orders[*day_first]);
        return true;
    }
    if (census->day_first > 0 && census->month_first > 0) {
        return status_set(status, STATUS_INPUT,
                          "column %s has both %s and %s: day and month stand in two orders; "
                          "--dates=dmy or --dates=mdy reads the lines of one of them",
                          column, shown(text, sizeof text, texts, census->a_day_first),
                          shown(other, sizeof other, texts, census->a_month_first));
    }
    if (census->day_first > 0 || census->month_first > 0) {
        *day_first = census->day_first > 0;
        size_t example = *day_first ? census->a_day_first : census->a_month_first;
        snprintf(how, size, "dates are %s, as %s shows", orders[*day_first],
                 shown(text, sizeof text, texts, example));
        return true;
    }
    bool decided;
    if (!decide_by_gaps(texts, census->unordered, day_first, &decided, status)) {
        return false;
    }
    if (!decided) {
        return status_set(
            status, STATUS_INPUT,
            "column %s: %s can be two days, and no line says which: name the order "
            "with --dates=dmy or --dates=mdy",
            column, shown(text, sizeof text, texts, census->first_unordered));
    }
    snprintf(how, size,
             "dates are taken for %s, since days follow each other then (else: --dates=%s)",
             orders[*day_first], *day_first ? "mdy" : "dmy");
    return true;
}

/* ---- the column ---- */

/* Numbers such as 45352.25 are times where the column has nothing else, and parts of days. */
static bool are_serials(const struct census *census)
{
    return census->clocks > 0 && census->epochs + census->offsets + census->naive == 0;
}

static void say_epochs(const struct census *census, char *how, size_t size)
{
    if (are_serials(census)) {
        snprintf(how, size, "times are days since 1899-12-30, as spreadsheets count them");
    }
    if (census->epochs > 0 && how[0] == '\0') {
        snprintf(how, size, "times are counts of %s%s",
                 census->units_differ ? "several units" : census->unit,
                 census->units_differ || census->unit[strlen(census->unit) - 1] != ')'
                     ? " since 1970"
                     : "");
    }
}

static void say_offsets(const struct census *census, const struct time_options *options,
                        char *how, size_t size)
{
    if (how[0] != '\0' || options->zone != NULL || census->offsets == 0) {
        return;
    }
    snprintf(
        how, size, "%s",
        census->naive > 0
            ? "some times have an offset from UTC and some have none: those are taken for UTC"
            : "clocks are shown as the file has them, and ordered by their offsets from UTC");
}

static bool make_room(struct time_column *times, size_t n, struct status *status)
{
    times->n = n;
    times->clock = mem_new(n, sizeof *times->clock, "times", status);
    times->offset = mem_new(n, sizeof *times->offset, "times", status);
    return times->clock != NULL && times->offset != NULL;
}

static void read_one(struct time_column *times, struct span text, size_t i,
                     const struct time_options *options, bool day_first, bool serials,
                     bool *any_offset)
{
    struct time_text time;
    times->clock[i] = TABLE_NO_TIME;
    times->offset[i] = 0;
    if (number_missing(text)) {
        return;
    }
    if (time_text_parse(text, &time) && (time.kind != TIME_SERIAL || serials) &&
        set_order(&time, day_first) &&
        resolve(&time, options, &times->clock[i], &times->offset[i])) {
        *any_offset = *any_offset || times->offset[i] != 0;
    } else if (times->unread++ == 0) {
        times->first_unread = i;
    }
}

bool time_column_read(struct time_column *times, const struct dict *texts, const char *column,
                      const struct time_options *options, struct status *status)
{
    size_t n = dict_count(texts);
    struct census census = {0};
    struct time_text time;
    bool day_first, any_offset = false;
    *times = (struct time_column){0};
    if (!make_room(times, n, status)) {
        time_column_clear(times);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (time_text_parse(dict_get(texts, (uint32_t)i), &time)) {
            count(&census, &time, i);
        }
    }
    if (!decide_order(&census, texts, column, options, &day_first, times->how,
                      sizeof times->how, status)) {
        time_column_clear(times);
        return false;
    }
    say_epochs(&census, times->how, sizeof times->how);
    say_offsets(&census, options, times->how, sizeof times->how);
    for (size_t i = 0; i < n; i++) {
        read_one(times, dict_get(texts, (uint32_t)i), i, options, day_first,
                 are_serials(&census), &any_offset);
    }
    if (!any_offset) {
        free(times->offset);
        times->offset = NULL;
    }
    return true;
}

void time_column_clear(struct time_column *times)
{
    free(times->clock);
    free(times->offset);
    *times = (struct time_column){0};
}

bool time_text_read(struct span text, const struct time_options *options, int64_t *clock,
                    int32_t *offset)
{
    struct time_text time;
    return time_text_parse(text, &time) && time.kind != TIME_SERIAL &&
           (time.kind != TIME_UNKNOWN_ORDER || (time.first > 12) != (time.second > 12) ||
            options->dates != DATES_BY_COLUMN) &&
           set_order(&time, options->dates == DATES_BY_COLUMN
                                ? time.first > 12
                                : options->dates == DATES_DAY_FIRST) &&
           resolve(&time, options, clock, offset);
}
