#include "table/describe.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "table/duplicate_keys.h"
#include "table/timestamp.h"

static void describe_times(const struct table *table, struct description *description)
{
    for (size_t i = 0; i < description->times; i++) {
        int64_t seconds = table->time_seconds[i];
        if (seconds == TABLE_NO_TIME) {
            continue;
        }
        if (!description->has_dates || seconds < description->first_time) {
            description->first_time = seconds;
        }
        if (!description->has_dates || seconds > description->last_time) {
            description->last_time = seconds;
        }
        description->has_dates = true;
    }
    if (description->has_dates) {
        description->days =
            timestamp_day(description->last_time) - timestamp_day(description->first_time) + 1;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        description->unreadable_times +=
            table->time_seconds[table->row_time[row]] == TABLE_NO_TIME;
    }
}

static void describe_counts(const struct table *table, struct description *description)
{
    description->rows = table->n_rows;
    description->rejected = table->report.rejected;
    description->features = table->profiles.d;
    description->profiles = table->profiles.n;
    description->bytes = table_bytes(table);
    description->has_times = table->times != NULL;
    description->has_users = table->users != NULL;
    description->has_pairs = description->has_times && description->has_users;
    description->times = description->has_times ? dict_count(table->times) : 0;
    description->users = description->has_users ? dict_count(table->users) : 0;
    description->columns = table->profiles.d;
    description->columns += description->has_times;
    description->columns += description->has_users;
    for (size_t i = 0; i < table->profiles.d; i++) {
        description->cleaned += table->report.missing[i] + table->report.infinite[i];
    }
    if (description->has_times) {
        describe_times(table, description);
    }
}

struct column_work {
    const struct table *table;
    struct description *description;
    const struct progress *progress;
    atomic_size_t done;
    struct status *statuses; /* (d) */
};

static void column_task(void *context, size_t feature, unsigned worker)
{
    (void)worker;
    struct column_work *work = context;
    const struct profiles *profiles = &work->table->profiles;
    if (progress_cancelled(work->progress)) {
        return;
    }
    summary_of(profiles->values + feature, profiles->d, profiles->copies, profiles->n,
               &work->description->feature[feature], &work->statuses[feature]);
    progress_tick(work->progress, atomic_fetch_add(&work->done, 1) + 1, profiles->d + 1);
}

static bool describe_columns(const struct table *table, struct parallel *parallel,
                             const struct progress *progress, struct description *description,
                             struct status *status)
{
    size_t d = table->profiles.d;
    struct column_work work = {
        .table = table, .description = description, .progress = progress};
    work.statuses = mem_zero(d, sizeof *work.statuses, "columns", status);
    description->feature = mem_zero(d, sizeof *description->feature, "columns", status);
    if (work.statuses == NULL || description->feature == NULL) {
        free(work.statuses);
        return false;
    }
    parallel_run(parallel, d, column_task, &work);
    bool done = !progress_cancelled(progress) || status_cancelled(status);
    for (size_t i = 0; i < d && done; i++) {
        if (work.statuses[i].code != STATUS_OK) {
            done = status_set(status, work.statuses[i].code, "%s", work.statuses[i].text);
        }
    }
    free(work.statuses);
    return done;
}

struct description *describe_table(const struct table *table, struct parallel *parallel,
                                   const struct progress *progress, struct status *status)
{
    struct description *description = mem_zero(1, sizeof *description, "a description", status);
    if (description == NULL) {
        return NULL;
    }
    describe_counts(table, description);
    struct duplicate_keys duplicates = {0, 0};
    if ((description->has_pairs &&
         !duplicate_keys_count(table, parallel, progress, &duplicates, status)) ||
        !describe_columns(table, parallel, progress, description, status)) {
        describe_free(description);
        return NULL;
    }
    description->duplicated_rows = duplicates.rows;
    description->duplicated_pairs = duplicates.pairs;
    return description;
}

void describe_free(struct description *description)
{
    if (description != NULL) {
        free(description->feature);
        free(description);
    }
}

static double share(const struct table *table, uint64_t count)
{
    return table->n_rows > 0 ? (double)count / (double)table->n_rows : 0;
}

double describe_missing_feature(const struct table *table, size_t feature)
{
    return share(table, table->report.missing[feature]);
}

double describe_missing_time(const struct table *table)
{
    return share(table, table->report.missing_time);
}

double describe_missing_user(const struct table *table)
{
    return share(table, table->report.missing_user);
}
