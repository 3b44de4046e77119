#include "table/builder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/number.h"
#include "table/printable.h"

struct table_builder {
    struct table *table;
    struct profile_set *set;
    size_t time_capacity, user_capacity, profile_capacity;
    int64_t *seconds; /* (n_seconds) of the first times, given with their rows */
    size_t n_seconds, seconds_capacity;
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
        free(builder->seconds);
        free(builder);
    }
}

struct read_report *table_builder_report(struct table_builder *builder)
{
    return &builder->table->report;
}

struct dict *table_builder_users(struct table_builder *builder)
{
    return builder->table->users;
}

struct profile_set *table_builder_profiles(struct table_builder *builder)
{
    return builder->set;
}

uint32_t table_builder_time(struct table_builder *builder, struct span dt,
                            struct status *status)
{
    return dict_add(builder->table->times, dt.bytes, dt.length, status);
}

static bool grow_column(uint32_t **column, size_t *capacity, size_t need, struct status *status)
{
    return mem_grow(column, capacity, need, sizeof **column, "rows", status);
}

bool table_builder_reserve(struct table_builder *builder, size_t n, struct status *status)
{
    struct table *table = builder->table;
    if (n > TABLE_ROWS_MAX - table->n_rows) {
        return status_set(status, STATUS_INPUT, "more than %zu rows: split the table",
                          TABLE_ROWS_MAX);
    }
    size_t need = table->n_rows + n;
    return (table->times == NULL ||
            grow_column(&table->row_time, &builder->time_capacity, need, status)) &&
           (table->users == NULL ||
            grow_column(&table->row_user, &builder->user_capacity, need, status)) &&
           grow_column(&table->row_profile, &builder->profile_capacity, need, status);
}

void table_builder_append(struct table_builder *builder, size_t n, const uint32_t *times,
                          const uint32_t *users, const uint32_t *profiles)
{
    struct table *table = builder->table;
    size_t have = table->n_rows, bytes = n * sizeof *profiles;
    if (n == 0) {
        return;
    }
    if (table->times != NULL) {
        memcpy(table->row_time + have, times, bytes);
    }
    if (table->users != NULL) {
        memcpy(table->row_user + have, users, bytes);
    }
    memcpy(table->row_profile + have, profiles, bytes);
    profile_set_count(builder->set, profiles, n, (uint32_t)have);
    table->n_rows += n;
}

bool table_builder_extend(struct table_builder *builder, size_t n,
                          struct table_builder_rows *rows, struct status *status)
{
    struct table *table = builder->table;
    const size_t have = table->n_rows;
    if (!table_builder_reserve(builder, n, status)) {
        return false;
    }
    *rows = (struct table_builder_rows){
        table->times == NULL ? NULL : table->row_time + have,
        table->users == NULL ? NULL : table->row_user + have, table->row_profile + have};
    table->n_rows += n;
    return true;
}

void table_builder_drop_rows(struct table_builder *builder)
{
    struct table *table = builder->table;
    size_t kept = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (table->row_profile[row] != DICT_NONE) {
            if (table->times != NULL) {
                table->row_time[kept] = table->row_time[row];
            }
            if (table->users != NULL) {
                table->row_user[kept] = table->row_user[row];
            }
            table->row_profile[kept++] = table->row_profile[row];
        }
    }
    table->n_rows = kept;
    profile_set_uncount(builder->set);
    profile_set_count(builder->set, table->row_profile, kept, 0);
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

/* A row whose time has an id. */
static bool add_row(struct table_builder *builder, uint32_t time_id, struct span user,
                    const double *values, struct status *status)
{
    struct table *table = builder->table;
    uint32_t user_id = 0, profile;
    double cleaned[TABLE_FEATURES_MAX];
    if (table->users != NULL) {
        user_id = dict_add(table->users, user.bytes, user.length, status);
    }
    clean(&table->report, values, table->profiles.d, cleaned);
    profile = profile_set_add(builder->set, cleaned, status);
    if (time_id == DICT_NONE || user_id == DICT_NONE || profile == DICT_NONE) {
        return false;
    }
    table_builder_append(builder, 1, &time_id, &user_id, &profile);
    return true;
}

bool table_builder_add(struct table_builder *builder, struct span dt, struct span user,
                       const double *values, struct status *status)
{
    uint32_t id = 0;
    if (!table_builder_reserve(builder, 1, status)) {
        return false;
    }
    if (builder->table->times != NULL) {
        id = table_builder_time(builder, dt, status);
    }
    return add_row(builder, id, user, values, status);
}

bool table_builder_add_at(struct table_builder *builder, struct span dt, int64_t seconds,
                          struct span user, const double *values, struct status *status)
{
    uint32_t id = 0;
    if (!table_builder_reserve(builder, 1, status)) {
        return false;
    }
    if (builder->table->times != NULL) {
        id = table_builder_time(builder, dt, status);
        if (id == builder->n_seconds) { /* a new one, and all before it were given, too */
            if (!mem_grow(&builder->seconds, &builder->seconds_capacity, id + (size_t)1,
                          sizeof *builder->seconds, "times", status)) {
                return false;
            }
            builder->seconds[builder->n_seconds++] = seconds;
        }
    }
    return add_row(builder, id, user, values, status);
}

struct table *table_builder_preview(const struct table_builder *builder, size_t most,
                                    struct status *status)
{
    const struct table *table = builder->table;
    const struct span none = {"", 0};
    struct table_builder *copy =
        table_builder_new((const char *const *)table->feature_names, table->profiles.d,
                          table->times != NULL, table->users != NULL, status);
    if (copy == NULL) {
        return NULL;
    }
    for (size_t row = 0; row < table->n_rows && row < most; row++) {
        struct span dt =
            table->times == NULL ? none : dict_get(table->times, table->row_time[row]);
        struct span user =
            table->users == NULL ? none : dict_get(table->users, table->row_user[row]);
        if (!table_builder_add(copy, dt, user,
                               profile_set_get(builder->set, table->row_profile[row]),
                               status)) {
            table_builder_free(copy);
            return NULL;
        }
    }
    return table_builder_finish(copy, status);
}

/* Rows whose time is there and cannot be read. */
static uint64_t count_unread(const struct table *table)
{
    uint64_t n = 0;
    size_t n_times = dict_count(table->times);
    unsigned char *unread = mem_zero(n_times, 1, "times", NULL);
    for (size_t i = 0; unread != NULL && i < n_times; i++) {
        unread[i] = table->time_seconds[i] == TABLE_NO_TIME &&
                    !number_missing(dict_get(table->times, (uint32_t)i));
    }
    for (size_t row = 0; unread != NULL && row < table->n_rows; row++) {
        n += unread[table->row_time[row]];
    }
    free(unread);
    return n;
}

static bool parse_times(struct table *table, const char *column,
                        const struct time_options *options, struct status *status)
{
    struct time_column times;
    struct read_report *report = &table->report;
    if (!time_column_read(&times, table->times, column, options, status)) {
        return false;
    }
    table->time_seconds = times.clock;
    table->time_offset = times.offset;
    if (times.how[0] != '\0' && report->n_notes < READ_NOTES) {
        snprintf(report->notes[report->n_notes++], READ_NOTE, "%s", times.how);
    }
    if (times.unread > 0) {
        report->unread_times = count_unread(table);
        printable(report->unread_time, sizeof report->unread_time,
                  dict_get(table->times, (uint32_t)times.first_unread));
    }
    return true;
}

/* Takes the times that were given with the rows, or parses their texts. */
static bool find_times(struct table_builder *builder, const char *column,
                       const struct time_options *options, struct status *status)
{
    struct table *table = builder->table;
    size_t n = dict_count(table->times);
    if (n > 0 && builder->n_seconds == n) {
        mem_trim(&builder->seconds, &builder->seconds_capacity, n, sizeof *builder->seconds);
        table->time_seconds = builder->seconds;
        builder->seconds = NULL;
    } else if (!parse_times(table, column, options, status)) {
        return false;
    }
    table_find_days(table);
    return true;
}

struct table *table_builder_finish(struct table_builder *take_builder, struct status *status)
{
    const struct time_options plain = {DATES_BY_COLUMN, NULL, false};
    return table_builder_finish_with(take_builder, "dt", &plain, status);
}

struct table *table_builder_finish_with(struct table_builder *take_builder, const char *column,
                                        const struct time_options *options,
                                        struct status *status)
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
        if (!find_times(take_builder, column, options, status)) {
            table_builder_free(take_builder);
            return NULL;
        }
    }
    take_builder->table = NULL;
    table_builder_free(take_builder);
    return table;
}
