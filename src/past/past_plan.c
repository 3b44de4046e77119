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
        if (f >= table->profiles.d ||
            strncmp(plan->name[i], table->feature_names[f], PAST_NAME - 1) != 0) {
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

void past_record_of(const struct past_plan *plan, const double *values,
                    struct past_record *record)
{
    memset(record, 0, sizeof *record);
    for (size_t i = 0; i < plan->n_counts; i++) {
        record->counts[i] = code_of(octaves(values[plan->feature[i]]));
    }
    if (plan->failed < PAST_COUNTS_MAX && values[plan->feature[plan->failed]] > 0) {
        double failed = values[plan->feature[plan->failed]];
        double total =
            plan->total < PAST_COUNTS_MAX ? values[plan->feature[plan->total]] : failed;
        record->share = code_of(odds(failed, total) + 16);
    }
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
        past_record_of(making->plan, table_profile(making->table, p), &making->records[p]);
    }
}

struct past_record *past_records_new(const struct past_plan *plan, const struct table *table,
                                     struct parallel *parallel, struct status *status)
{
    size_t n = table->profiles.n;
    if (n > 65536 && n > table->n_rows / 8) {
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

static void merge_values(const struct past_plan *plan, const struct table *table,
                         const uint32_t *rows, size_t n, struct past_record *record)
{
    double values[TABLE_FEATURES_MAX] = {0};
    for (size_t i = 0; i < plan->n_counts; i++) {
        size_t f = plan->feature[i];
        for (size_t k = 0; k < n; k++) {
            double x = table_profile(table, table->row_profile[rows[k]])[f];
            if (!plan->largest[i]) {
                values[f] += x;
            } else if (x > values[f]) {
                values[f] = x;
            }
        }
    }
    past_record_of(plan, values, record);
}

void past_record_rows(const struct past_plan *plan, const struct table *table,
                      const struct past_record *records, const uint32_t *rows, size_t n,
                      struct past_record *record)
{
    uint32_t profile = table->row_profile[rows[0]];
    if (n > 1) {
        merge_values(plan, table, rows, n, record);
    } else if (records != NULL) {
        *record = records[profile];
    } else {
        past_record_of(plan, table_profile(table, profile), record);
    }
}
