#include "explain/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"
#include "table/timestamp.h"

enum { AROUND = 10, DAYS_MAX = 200000 };

/* ---- kinds of days ---- */

struct days {
    size_t n;
    int64_t first;
    double *rows; /* (n) */
};

static bool count_days(struct days *days, const struct why_context *context,
                       struct status *status)
{
    const struct table *table = context->table;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < context->n_times; i++) {
        if (table->time_seconds[i] != TABLE_NO_TIME) {
            int64_t day = timestamp_day(table->time_seconds[i]);
            first = day < first ? day : first;
            last = day > last ? day : last;
        }
    }
    if (first > last || last - first >= DAYS_MAX) {
        return true;
    }
    days->n = (size_t)(last - first) + 1;
    days->first = first;
    days->rows = mem_zero(days->n, sizeof *days->rows, "the volume of days", status);
    if (days->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < context->n_times; i++) {
        if (table->time_seconds[i] != TABLE_NO_TIME) {
            days->rows[timestamp_day(table->time_seconds[i]) - first] +=
                context->time_start[i + 1] - context->time_start[i];
        }
    }
    return true;
}

static bool is_quiet(const struct days *days, size_t day)
{
    double around[2 * AROUND + 1];
    size_t n = 0;
    size_t from = day > AROUND ? day - AROUND : 0;
    for (size_t i = from; i < days->n && i <= day + AROUND; i++) {
        if (days->rows[i] > 0) {
            around[n++] = days->rows[i];
        }
    }
    return days->rows[day] < QUIET_SHARE * percentile_median(around, n);
}

static void classify(struct why_context *context, const struct days *days)
{
    const struct table *table = context->table;
    for (size_t i = 0; i < context->n_times; i++) {
        context->time_class[i] = CONTEXT_NO_CLASS;
        int64_t seconds = table->time_seconds[i];
        if (seconds == TABLE_NO_TIME || days->n == 0) {
            continue;
        }
        bool quiet = is_quiet(days, (size_t)(timestamp_day(seconds) - days->first));
        context->time_class[i] = (uint8_t)(timestamp_hour_of_day(seconds) + (quiet ? 24 : 0));
        context->class_rows[context->time_class[i]] +=
            context->time_start[i + 1] - context->time_start[i];
    }
}

/* Where each time begins in rows that are in the order of their times (which are numbered by
 * first appearance): no list of rows is needed then, which at 42.9 million rows is 172 MB.
 * False when they are not. */
static bool find_ranges(const struct table *table, size_t n_times, uint32_t *start)
{
    size_t next = 0; /* the first time that has not begun */
    for (size_t row = 0; row < table->n_rows; row++) {
        size_t time = table->row_time[row];
        if (time + 1 < next) {
            return false;
        }
        while (next <= time) {
            start[next++] = (uint32_t)row;
        }
    }
    while (next <= n_times) {
        start[next++] = (uint32_t)table->n_rows;
    }
    return true;
}

/* time_start, and by_time where it is needed. */
static bool list_times(struct why_context *context, struct parallel *parallel,
                       const struct progress *progress, struct status *status)
{
    const struct table *table = context->table;
    size_t n = context->n_times;
    context->time_start = mem_new(n + 1, sizeof *context->time_start, "rows by time", status);
    if (context->time_start == NULL) {
        return false;
    }
    if (find_ranges(table, n, context->time_start)) {
        return true;
    }
    context->by_time =
        row_index_new(table->row_time, table->n_rows, n, parallel, progress, status);
    if (context->by_time == NULL) {
        return false;
    }
    memcpy(context->time_start, context->by_time->start, (n + 1) * sizeof *context->time_start);
    return true;
}

static bool index_times(struct why_context *context, struct parallel *parallel,
                        const struct progress *progress, struct status *status)
{
    const struct table *table = context->table;
    struct days days = {0};
    if (table->times == NULL) {
        return true;
    }
    context->n_times = dict_count(table->times);
    context->time_class =
        mem_zero(context->n_times, sizeof *context->time_class, "kinds of hours", status);
    if (context->time_class == NULL || !list_times(context, parallel, progress, status) ||
        !count_days(&days, context, status)) {
        return false;
    }
    classify(context, &days);
    free(days.rows);
    return true;
}

struct why_context *context_new(const struct table *table, struct parallel *parallel,
                                const struct progress *progress, struct status *status)
{
    struct why_context *context = mem_zero(1, sizeof *context, "a context", status);
    if (context == NULL) {
        return NULL;
    }
    context->table = table;
    bool good = true;
    if (table->users != NULL) {
        context->by_user = row_index_new(table->row_user, table->n_rows,
                                         dict_count(table->users), parallel, progress, status);
        good = context->by_user != NULL;
    }
    if (!good || !index_times(context, parallel, progress, status)) {
        context_free(context);
        return NULL;
    }
    return context;
}

void context_free(struct why_context *context)
{
    if (context != NULL) {
        row_index_free(context->by_user);
        free(context->time_start);
        row_index_free(context->by_time);
        for (size_t i = 0; i < 2 * 24; i++) {
            feature_order_free(context->class_order[i]);
        }
        free(context->time_class);
        free(context);
    }
}

/* ---- rows of the same class ---- */

/* How many rows of a class each profile has: (profiles.n). */
static uint32_t *count_profiles(const struct why_context *context, uint8_t class,
                                size_t *n_profiles, struct status *status)
{
    const struct table *table = context->table;
    uint32_t *count = mem_zero(table->profiles.n, sizeof *count, "the rows of an hour", status);
    *n_profiles = 0;
    for (size_t i = 0; count != NULL && i < context->n_times; i++) {
        if (context->time_class[i] != class) {
            continue;
        }
        for (uint32_t k = context->time_start[i]; k < context->time_start[i + 1]; k++) {
            uint32_t row = context->by_time != NULL ? context->by_time->rows[k] : k;
            uint32_t profile = table->row_profile[row];
            *n_profiles += count[profile]++ == 0;
        }
    }
    return count;
}

/* The profiles of a class as if it were a table of its own. */
static struct feature_order *order_class(const struct why_context *context, uint8_t class,
                                         struct status *status)
{
    const struct profiles *all = &context->table->profiles;
    struct profiles some = {.d = all->d};
    size_t n;
    uint32_t *count = count_profiles(context, class, &n, status);
    struct feature_order *order = NULL;
    if (count != NULL) {
        some.values = mem_new(n, all->d * sizeof *some.values, "the rows of an hour", status);
        some.copies = mem_new(n, sizeof *some.copies, "the rows of an hour", status);
    }
    if (some.values != NULL && some.copies != NULL) {
        for (size_t p = 0; p < all->n; p++) {
            if (count[p] > 0) {
                memcpy(some.values + some.n * all->d, all->values + p * all->d,
                       all->d * sizeof *some.values);
                some.copies[some.n++] = count[p];
            }
        }
        order = feature_order_new(&some, NULL, status);
    }
    free(some.values);
    free(some.copies);
    free(count);
    return order;
}

bool context_class(struct why_context *context, size_t row, size_t *rows, size_t *at_least,
                   bool *quiet, int *hour, struct status *status)
{
    const struct table *table = context->table;
    if (context->n_times == 0) {
        return false;
    }
    uint8_t class = context->time_class[table->row_time[row]];
    if (class == CONTEXT_NO_CLASS) {
        return false;
    }
    if (context->class_order[class] == NULL) {
        context->class_order[class] = order_class(context, class, status);
    }
    if (context->class_order[class] == NULL) {
        return false;
    }
    *rows = context->class_rows[class];
    *quiet = class >= 24;
    *hour = class % 24;
    const double *own = table_profile(table, table->row_profile[row]);
    for (size_t f = 0; f < table->profiles.d; f++) {
        at_least[f] = feature_rows_at_least(context->class_order[class], f, own[f]);
    }
    return true;
}
