#include "past/past_sentence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"

void past_noun(const char *feature, char *text, size_t size)
{
    static const char *const nouns[][2] = {{"total_events", "events"},
                                           {"failed_events", "failures"},
                                           {"dst_hosts", "destination hosts"},
                                           {"src_hosts", "source hosts"},
                                           {"nbhours_events", "events at night"},
                                           {"new_dst", "new destination hosts"},
                                           {"new_src", "new source hosts"}};
    const char *noun = feature;
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        noun = strcmp(feature, nouns[i][0]) == 0 ? nouns[i][1] : noun;
    }
    size_t length = strlen(noun) < size ? strlen(noun) : size - 1;
    for (size_t i = 0; i < length; i++) {
        text[i] = noun[i] == '_' ? ' ' : noun[i];
    }
    text[length] = '\0';
}

static double merged(const struct past_earlier *earlier, size_t count, size_t from, size_t to)
{
    const struct table *table = earlier->table;
    double sum = 0;
    for (size_t i = from; i < to; i++) {
        double x = table_value(table, earlier->rows[i], earlier->plan->feature[count]);
        if (!earlier->plan->largest[count]) {
            sum += x;
        } else if (x > sum) {
            sum = x;
        }
    }
    return sum;
}

static size_t window_end(const struct past_earlier *earlier, size_t from)
{
    size_t to = from + 1;
    while (to < earlier->n && earlier->moment[to].seconds == earlier->moment[from].seconds) {
        to++;
    }
    return to;
}

static double share_of(double failed, double total)
{
    return total > 0 ? failed / total : 0;
}

static size_t count_of(const struct past_plan *plan, size_t feature)
{
    size_t count = 0;
    while (plan->feature[count] != feature) {
        count++;
    }
    return count;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Value, median, maximum and how often as high, from the values of earlier windows. */
static void summarise(struct past_reason *reason, double value, double *values, size_t n)
{
    reason->value = value;
    reason->as_high = 0;
    for (size_t i = 0; i < n; i++) {
        reason->as_high += values[i] >= value;
    }
    qsort(values, n, sizeof *values, rising);
    if (n > 0) {
        reason->most = values[n - 1];
        reason->usual = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    }
}

/* Of a count that stays high: the hours of the last day, this one too, that are above the usual
 * value of the time before. As a reason: value so many hours, most of how many; usual the
 * value.
 */
static void summarise_slow(const struct past_earlier *earlier, size_t count, double value,
                           struct past_reason *reason, double *values)
{
    double from = earlier->now.seconds - 86400 + 1;
    size_t n = 0, n_before = 0, high = 1, hours = 1;
    for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
        values[n++] = merged(earlier, count, i, window_end(earlier, i));
        n_before += earlier->moment[i].seconds < from;
    }
    double usual = 0;
    if (n_before > 0) {
        double *before = values + n; /* a copy to sort */
        memcpy(before, values, n_before * sizeof *before);
        qsort(before, n_before, sizeof *before, rising);
        usual = before[n_before * 3 / 4];
    }
    for (size_t i = n_before; i < n; i++) {
        high += values[i] > usual;
        hours++;
    }
    (void)value;
    reason->value = (double)high;
    reason->most = (double)hours;
    reason->usual = usual;
    reason->as_high = 0;
}

static void summarise_habit(const struct past_earlier *earlier, bool hour,
                            struct past_reason *reason)
{
    const struct past_moment now = earlier->now;
    reason->value = hour ? now.hour : now.day;
    reason->as_high = 0;
    for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
        int off = (earlier->moment[i].hour - now.hour + 24) % 24;
        bool same = hour ? off <= 1 || off == 23 : earlier->moment[i].day == now.day;
        reason->as_high += same;
    }
}

static double value_now(const struct past_earlier *earlier, size_t feature)
{
    return table_value(earlier->table, earlier->row, feature);
}

static void fill_reason(const struct past_earlier *earlier, struct past_reason *reason,
                        double *values)
{
    const struct past_plan *plan = earlier->plan;
    size_t n = 0;
    if (reason->part == PAST_PART_HOUR || reason->part == PAST_PART_DAY) {
        summarise_habit(earlier, reason->part == PAST_PART_HOUR, reason);
    } else if (reason->part == PAST_PART_SILENCE) {
        double last = NAN;
        for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
            if (i > 0) {
                values[n++] = (earlier->moment[i].seconds - last) / 3600;
            }
            last = earlier->moment[i].seconds;
        }
        summarise(reason, (earlier->now.seconds - last) / 3600, values, n);
    } else if (reason->part == PAST_PART_SHARE) {
        for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
            size_t to = window_end(earlier, i);
            double failed = merged(earlier, plan->failed, i, to);
            values[n++] = plan->total < PAST_COUNTS_MAX
                              ? share_of(failed, merged(earlier, plan->total, i, to))
                              : failed > 0;
        }
        double failed = value_now(earlier, plan->feature[plan->failed]);
        summarise(reason,
                  plan->total < PAST_COUNTS_MAX
                      ? share_of(failed, value_now(earlier, plan->feature[plan->total]))
                      : 1,
                  values, n);
    } else {
        size_t count = count_of(plan, reason->feature);
        if (reason->part == PAST_PART_SLOW) {
            summarise_slow(earlier, count, value_now(earlier, reason->feature), reason, values);
            return;
        }
        for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
            values[n++] = merged(earlier, count, i, window_end(earlier, i));
        }
        summarise(reason, value_now(earlier, reason->feature), values, n);
    }
}

static void say_count(const struct past_why *why, const struct past_reason *reason,
                      const char *noun, const char *hours, char *text, size_t size)
{
    if (why->windows == 0) {
        snprintf(text, size, "%s %s in its first hour", format_value(reason->value).text, noun);
    } else if (reason->as_high == 0) {
        snprintf(text, size, "%s %s; never more than %s in %s earlier %s",
                 format_value(reason->value).text, noun, format_value(reason->most).text,
                 format_grouped(why->windows).text, hours);
    } else {
        snprintf(text, size, "%s %s; usually %s, as many in %s of %s earlier %s",
                 format_value(reason->value).text, noun, format_value(reason->usual).text,
                 format_grouped(reason->as_high).text, format_grouped(why->windows).text,
                 hours);
    }
}

static void say(const struct past_earlier *earlier, struct past_why *why, const char *hours)
{
    static const char *const days[7] = {"Thursday", "Friday",  "Saturday", "Sunday",
                                        "Monday",   "Tuesday", "Wednesday"};
    const struct past_reason *reason = &why->reasons[0];
    char noun[60] = "", *text = why->sentence;
    size_t size = sizeof why->sentence;
    if (reason->feature != SIZE_MAX) {
        past_noun(table_value_name(earlier->table, reason->feature), noun, sizeof noun);
    }
    switch (reason->part) {
    case PAST_PART_SHARE:
        snprintf(text, size, "%s of its events failed; usually %s",
                 format_percent(reason->value).text,
                 isnan(reason->usual) ? "unknown" : format_percent(reason->usual).text);
        break;
    case PAST_PART_SILENCE:
        snprintf(text, size, "nothing for %s hours before; never more than %s",
                 format_value(reason->value).text,
                 isnan(reason->most) ? "that" : format_value(reason->most).text);
        break;
    case PAST_PART_SLOW:
        snprintf(text, size, "%s above the usual %s in %s of the last %s active %s", noun,
                 format_value(reason->usual).text, format_value(reason->value).text,
                 format_value(reason->most).text, hours);
        break;
    case PAST_PART_HOUR:
        snprintf(text, size, "active at %02dh; %s of %s earlier %s within an hour of that",
                 (int)reason->value, format_grouped(reason->as_high).text,
                 format_grouped(why->windows).text, hours);
        break;
    case PAST_PART_DAY:
        snprintf(text, size, "active on a %s; %s of %s earlier %s on that day",
                 days[(int)reason->value], format_grouped(reason->as_high).text,
                 format_grouped(why->windows).text, hours);
        break;
    default: say_count(why, reason, noun, hours, text, size); break;
    }
}

bool past_compare(const struct past_earlier *earlier, struct past_why *why,
                  struct status *status)
{
    double *values = mem_new(2 * earlier->n + 1, sizeof *values, "an own past", status);
    if (values == NULL) {
        return false;
    }
    const struct table *table = earlier->table;
    bool daily = true;
    for (size_t i = 0; i < earlier->n; i = window_end(earlier, i)) {
        why->windows++;
        int64_t clock = table->time_seconds[table->row_time[earlier->rows[i]]];
        daily = daily && clock % 86400 == 0;
    }
    for (size_t i = 0; i < why->n_reasons; i++) {
        fill_reason(earlier, &why->reasons[i], values);
    }
    if (why->n_reasons > 0) {
        bool many = why->windows != 1 || why->reasons[0].part == PAST_PART_SLOW;
        say(earlier, why,
            daily && why->windows > 2 ? many ? "days" : "day"
            : many                    ? "hours"
                                      : "hour");
    }
    free(values);
    return true;
}
