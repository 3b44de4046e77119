#include "table/builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/profile_set.h"
#include "table/timestamp.h"

struct table_builder {
    struct table *table;
    struct profile_set *set;
    size_t time_capacity, user_capacity, profile_capacity;
};

static bool copy_names(struct table *table, const char *const *features, size_t d,
                       struct status *status)
{
    table->feature_names = mem_zero(d, sizeof *table->feature_names, "column names", status);
    if (table->feature_names == NULL) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        table->feature_names[i] = mem_text(features[i], strlen(features[i]), status);
        if (table->feature_names[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool prepare(struct table_builder *builder, const char *const *features, size_t d,
                    bool has_time, bool has_user, struct status *status)
{
    struct table *table = mem_zero(1, sizeof *table, "a table", status);
    if (table == NULL) {
        return false;
    }
    builder->table = table;
    table->profiles.d = d;
    if (!copy_names(table, features, d, status)) {
        return false;
    }
    table->report.missing = mem_zero(d, sizeof *table->report.missing, "counts", status);
    table->report.infinite = mem_zero(d, sizeof *table->report.infinite, "counts", status);
    builder->set = profile_set_new(d, status);
    if (table->report.missing == NULL || table->report.infinite == NULL ||
        builder->set == NULL) {
        return false;
    }
    if (has_time && (table->times = dict_new(status)) == NULL) {
        return false;
    }
    return !has_user || (table->users = dict_new(status)) != NULL;
}

struct table_builder *table_builder_new(const char *const *features, size_t d, bool has_time,
                                        bool has_user, struct status *status)
{
    if (d < 1 || d > TABLE_FEATURES_MAX) {
        status_set(status, STATUS_USAGE, "%zu features: a table has 1 to %d", d,
                   TABLE_FEATURES_MAX);
        return NULL;
    }
    struct table_builder *builder = mem_zero(1, sizeof *builder, "a table", status);
    if (builder != NULL && !prepare(builder, features, d, has_time, has_user, status)) {
        table_builder_free(builder);
        builder = NULL;
    }
    return builder;
}

void table_builder_free(struct table_builder *builder)
{
    if (builder != NULL) {
        table_free(builder->table);
        profile_set_free(builder->set);
        free(builder);
    }
}

struct read_report *table_builder_report(struct table_builder *builder)
{
    return &builder->table->report;
}

uint32_t table_builder_time(struct table_builder *builder, struct span dt,
                            struct status *status)
{
    return dict_add(builder->table->times, dt.bytes, dt.length, status);
}

uint32_t table_builder_user(struct table_builder *builder, struct span user,
                            struct status *status)
{
    return dict_add(builder->table->users, user.bytes, user.length, status);
}

uint32_t table_builder_profile(struct table_builder *builder, const double *values,
                               struct status *status)
{
    return profile_set_add(builder->set, values, status);
}

/* Makes room in one of the three columns and says where its next row goes. */
static bool reserve_column(uint32_t **column, size_t *capacity, size_t have, size_t n,
                           uint32_t **next, struct status *status)
{
    if (!mem_grow(column, capacity, have + n, sizeof **column, "rows", status)) {
        return false;
    }
    *next = *column + have;
    return true;
}

bool table_builder_reserve(struct table_builder *builder, size_t n, struct row_space *space,
                           struct status *status)
{
    struct table *table = builder->table;
    size_t have = table->n_rows;
    *space = (struct row_space){0};
    if (n > TABLE_ROWS_MAX - have) {
        return status_set(status, STATUS_INPUT, "more than %zu rows: split the table",
                          TABLE_ROWS_MAX);
    }
    return (table->times == NULL || reserve_column(&table->row_time, &builder->time_capacity,
                                                   have, n, &space->time, status)) &&
           (table->users == NULL || reserve_column(&table->row_user, &builder->user_capacity,
                                                   have, n, &space->user, status)) &&
           reserve_column(&table->row_profile, &builder->profile_capacity, have, n,
                          &space->profile, status);
}

void table_builder_commit(struct table_builder *builder, size_t n)
{
    struct table *table = builder->table;
    const uint32_t *profile = table->row_profile + table->n_rows;
    for (size_t i = 0; i < n; i++) {
        profile_set_count(builder->set, profile[i], (uint32_t)(table->n_rows + i));
    }
    table->n_rows += n;
}

size_t table_builder_rows(const struct table_builder *builder)
{
    return builder->table->n_rows;
}

static void clean(struct read_report *report, const double *values, size_t d, double *cleaned)
{
    for (size_t i = 0; i < d; i++) {
        report->missing[i] += isnan(values[i]) != 0;
        report->infinite[i] += isinf(values[i]) != 0;
        cleaned[i] = isfinite(values[i]) && values[i] != 0 ? values[i] : 0.0;
    }
}

bool table_builder_add(struct table_builder *builder, struct span dt, struct span user,
                       const double *values, struct status *status)
{
    struct table *table = builder->table;
    struct row_space space;
    double cleaned[TABLE_FEATURES_MAX];
    if (!table_builder_reserve(builder, 1, &space, status)) {
        return false;
    }
    if (table->times != NULL) {
        *space.time = table_builder_time(builder, dt, status);
        if (*space.time == DICT_NONE) {
            return false;
        }
    }
    if (table->users != NULL) {
        *space.user = table_builder_user(builder, user, status);
        if (*space.user == DICT_NONE) {
            return false;
        }
    }
    clean(&table->report, values, table->profiles.d, cleaned);
    *space.profile = table_builder_profile(builder, cleaned, status);
    if (*space.profile == DICT_NONE) {
        return false;
    }
    table_builder_commit(builder, 1);
    return true;
}

static bool parse_times(struct table *table, struct status *status)
{
    size_t n = dict_count(table->times);
    table->time_seconds = mem_new(n, sizeof *table->time_seconds, "times", status);
    if (table->time_seconds == NULL) {
        return false;
    }
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        int64_t seconds = timestamp_parse(dict_get(table->times, (uint32_t)i));
        table->time_seconds[i] = seconds;
        if (seconds != TABLE_NO_TIME && seconds < earliest) {
            earliest = seconds;
        }
    }
    table->first_day = earliest == INT64_MAX ? 0 : timestamp_day(earliest);
    return true;
}

struct table *table_builder_finish(struct table_builder *take_builder, struct status *status)
{
    struct table *table = take_builder->table;
    profile_set_take(take_builder->set, &table->profiles);
    mem_trim(&table->row_time, &take_builder->time_capacity, table->n_rows,
             sizeof *table->row_time);
    mem_trim(&table->row_user, &take_builder->user_capacity, table->n_rows,
             sizeof *table->row_user);
    mem_trim(&table->row_profile, &take_builder->profile_capacity, table->n_rows,
             sizeof *table->row_profile);
    if (table->users != NULL) {
        dict_trim(table->users);
    }
    if (table->times != NULL) {
        dict_trim(table->times);
        if (!parse_times(table, status)) {
            table_builder_free(take_builder);
            return NULL;
        }
    }
    take_builder->table = NULL;
    table_builder_free(take_builder);
    return table;
}
