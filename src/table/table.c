#include "table/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/timestamp.h"

const char *const table_default_features[TABLE_DEFAULT_FEATURES] = {
    "total_events", "failed_events",  "fail_ratio",    "dst_hosts",
    "src_hosts",    "nbhours_events", "nbhours_ratio",
};

const char *const table_beside[TABLE_BESIDE] = {"least_visits", "mean_visits", "new_dst",
                                                "new_src", "dst_rarity"};

void table_free(struct table *table)
{
    if (table == NULL) {
        return;
    }
    free(table->row_time);
    free(table->row_user);
    free(table->row_profile);
    dict_free(table->times);
    dict_free(table->users);
    free(table->time_seconds);
    free(table->time_offset);
    free(table->profiles.values);
    free(table->profiles.copies);
    free(table->profiles.first_row);
    for (size_t i = 0; table->feature_names != NULL && i < table->profiles.d; i++) {
        free(table->feature_names[i]);
    }
    free(table->feature_names);
    for (size_t i = 0; i < table->n_columns; i++) {
        free(table->columns[i].name);
        free(table->columns[i].value);
    }
    free(table->columns);
    free(table->report.name);
    free(table->report.missing);
    free(table->report.infinite);
    free(table);
}

static bool has_name(const struct table *table, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < table->profiles.d; i++) {
        found = found || strcmp(table->feature_names[i], name) == 0;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        found = found || strcmp(table->columns[i].name, name) == 0;
    }
    return found;
}

bool table_add_column(struct table *table, const char *name, float *take_value,
                      struct status *status)
{
    size_t capacity = table->n_columns;
    struct table_column column = {.value = take_value};
    if (has_name(table, name)) {
        free(take_value);
        return status_set(status, STATUS_INPUT, "the table has two columns named %.60s", name);
    }
    column.name = mem_text(name, strlen(name), status);
    if (column.name == NULL || !mem_grow(&table->columns, &capacity, table->n_columns + 1,
                                         sizeof *table->columns, "a column", status)) {
        free(column.name);
        free(take_value);
        return false;
    }
    table->columns[table->n_columns++] = column;
    return true;
}

bool table_row_when(const struct table *table, size_t row, int64_t *day, int *hour)
{
    if (table->row_time == NULL) {
        return false;
    }
    int64_t seconds = table->time_seconds[table->row_time[row]];
    if (seconds == TABLE_NO_TIME) {
        return false;
    }
    *day = timestamp_day(seconds) - table->first_day;
    *hour = timestamp_hour_of_day(seconds);
    return true;
}

void table_find_days(struct table *table)
{
    int64_t earliest = INT64_MAX, latest = INT64_MIN;
    size_t n = table->times == NULL ? 0 : dict_count(table->times);
    for (size_t i = 0; i < n; i++) {
        int64_t seconds = table->time_seconds[i];
        if (seconds != TABLE_NO_TIME) {
            earliest = seconds < earliest ? seconds : earliest;
            latest = seconds > latest ? seconds : latest;
        }
    }
    table->has_days = earliest != INT64_MAX;
    table->first_day = earliest == INT64_MAX ? 0 : timestamp_day(earliest);
    table->last_day = earliest == INT64_MAX ? 0 : timestamp_day(latest);
}

static size_t dict_memory(const struct dict *dict)
{
    return dict == NULL ? 0 : dict_bytes(dict);
}

size_t table_bytes(const struct table *table)
{
    const struct profiles *profiles = &table->profiles;
    size_t columns = 1;
    columns += table->row_time != NULL;
    columns += table->row_user != NULL;
    size_t bytes = sizeof *table + table->n_rows * columns * sizeof(uint32_t);
    bytes += profiles->n * (profiles->d * sizeof *profiles->values + sizeof *profiles->copies +
                            sizeof *profiles->first_row);
    bytes += dict_memory(table->times) + dict_memory(table->users);
    bytes += table->times == NULL ? 0 : dict_count(table->times) * sizeof *table->time_seconds;
    bytes += profiles->d * (sizeof *table->report.missing + sizeof *table->report.infinite);
    for (size_t i = 0; i < profiles->d; i++) {
        bytes += sizeof *table->feature_names + strlen(table->feature_names[i]) + 1;
    }
    bytes += table->n_columns * table->n_rows * sizeof *table->columns->value;
    return bytes;
}
