#include "past/past_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static size_t find(const struct table *table, const char *name)
{
    for (size_t f = 0; f < table->profiles.d; f++) {
        if (strcmp(table->feature_names[f], name) == 0) {
            return f;
        }
    }
    return SIZE_MAX;
}

static bool is_count(const struct table *table, size_t f)
{
    if (ends_with(table->feature_names[f], "_ratio")) {
        return false;
    }
    for (size_t p = 0; p < table->profiles.n; p++) {
        double x = table_profile(table, p)[f];
        if (x < 0 || x != floor(x)) {
            return false;
        }
    }
    return true;
}

/* Everywhere 0 or as much as another feature. */
static bool repeats(const struct table *table, size_t f, size_t other)
{
    if (other == SIZE_MAX || other == f) {
        return false;
    }
    for (size_t p = 0; p < table->profiles.n; p++) {
        const double *x = table_profile(table, p);
        if (x[f] != 0 && x[f] != x[other]) {
            return false;
        }
    }
    return true;
}

bool past_plan_make(struct past_plan *plan, const struct table *table, struct status *status)
{
    *plan = (struct past_plan){.failed = PAST_COUNTS_MAX, .total = PAST_COUNTS_MAX};
    size_t total = find(table, "total_events");
    for (size_t f = 0; f < table->profiles.d && plan->n_counts < PAST_COUNTS_MAX; f++) {
        const char *name = table->feature_names[f];
        if (!is_count(table, f) ||
            (strcmp(name, "nbhours_events") == 0 && repeats(table, f, total))) {
            continue;
        }
        if (strcmp(name, "failed_events") == 0) {
            plan->failed = plan->n_counts;
        }
        if (f == total) {
            plan->total = plan->n_counts;
        }
        plan->largest[plan->n_counts] = strstr(name, "hosts") != NULL;
        snprintf(plan->name[plan->n_counts], PAST_NAME, "%s", name);
        plan->feature[plan->n_counts++] = f;
    }
    for (size_t i = 0; i < table->n_columns && plan->n_counts > 0; i++) {
        const char *name = table->columns[i].name;
        bool new_hosts = strcmp(name, "new_dst") == 0 || strcmp(name, "new_src") == 0;
        if (new_hosts && plan->n_counts < PAST_COUNTS_MAX) {
            plan->largest[plan->n_counts] = true; /* parts of a window name the same hosts */
            snprintf(plan->name[plan->n_counts], PAST_NAME, "%s", name);
            plan->feature[plan->n_counts++] = table->profiles.d + i;
        }
    }
    if (plan->n_counts == 0) {
        return status_set(
            status, STATUS_INPUT,
            "no own past: none of the features is a count (whole numbers of 0 and "
            "more)");
    }
    return true;
}

/* What is a count was settled by the first table: a later one may hold less to tell by. */
bool past_plan_fits(const struct past_plan *plan, const struct table *table)
{
    for (size_t i = 0; i < plan->n_counts; i++) {
        size_t f = plan->feature[i];
        if (f >= table->profiles.d + table->n_columns ||
            strncmp(plan->name[i], table_value_name(table, f), PAST_NAME - 1) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- octaves ---- */

static float octaves(double x)
{
    return x > 0 ? log2f(1 + (float)x) : 0;
}

static uint16_t code_of(float value)
{
    float code = value * PAST_OCTAVE + 0.5f;
    return code < 65535 ? (uint16_t)code : 65535;
}

/* Odds of failure in octaves, half an event added to either side. */
static float odds(double failed, double total)
{
    double good = total > failed ? total - failed : 0;
    return log2f((float)((failed + 0.5) / (good + 0.5)));
}

/* `counts` are those of the plan. */
static void record_of(const struct past_plan *plan, const double *counts,
                      struct past_record *record)
{
    memset(record, 0, sizeof *record);
    for (size_t i = 0; i < plan->n_counts; i++) {
        record->counts[i] = code_of(octaves(counts[i]));
    }
    if (plan->failed < PAST_COUNTS_MAX && counts[plan->failed] > 0) {
        double failed = counts[plan->failed];
        double total = plan->total < PAST_COUNTS_MAX ? counts[plan->total] : failed;
        record->share = code_of(odds(failed, total) + 16);
    }
}

static bool has_columns(const struct past_plan *plan, const struct table *table)
{
    return plan->feature[plan->n_counts - 1] >= table->profiles.d; /* they are the last */
}

struct making {
    const struct past_plan *plan;
    const struct table *table;
    struct past_record *records;
};

enum { PROFILES_A_TASK = 16384 };

static void make_records(void *context, size_t task, unsigned worker)
{
    const struct making *making = context;
    size_t from = task * PROFILES_A_TASK, to = from + PROFILES_A_TASK;
    (void)worker;
    for (size_t p = from; p < to && p < making->table->profiles.n; p++) {
        const double *values = table_profile(making->table, p);
        double counts[PAST_COUNTS_MAX] = {0};
        for (size_t i = 0; i < making->plan->n_counts; i++) {
            counts[i] = values[making->plan->feature[i]];
        }
        record_of(making->plan, counts, &making->records[p]);
    }
}

struct past_record *past_records_new(const struct past_plan *plan, const struct table *table,
                                     struct parallel *parallel, struct status *status)
{
    size_t n = table->profiles.n;
    if (has_columns(plan, table) || (n > 65536 && n > table->n_rows / 8)) {
        return NULL;
    }
    struct making making = {.plan = plan, .table = table};
    making.records = mem_new(n, sizeof *making.records, "counts as octaves", status);
    if (making.records != NULL) {
        parallel_run(parallel, (n + PROFILES_A_TASK - 1) / PROFILES_A_TASK, make_records,
                     &making);
    }
    return making.records;
}

void past_record_rows(const struct past_plan *plan, const struct table *table,
                      const struct past_record *records, const uint32_t *rows, size_t n,
                      struct past_record *record)
{
    if (n == 1 && records != NULL) {
        *record = records[table->row_profile[rows[0]]];
        return;
    }
    double counts[PAST_COUNTS_MAX] = {0};
    for (size_t i = 0; i < plan->n_counts; i++) {
        for (size_t k = 0; k < n; k++) {
            double x = table_value(table, rows[k], plan->feature[i]);
            if (!plan->largest[i]) {
                counts[i] += x;
            } else if (x > counts[i]) {
                counts[i] = x;
            }
        }
    }
    record_of(plan, counts, record);
}
