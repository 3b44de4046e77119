#include "table/table_append.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "table/profile_set.h"

static const char what[] = "an extended table";

struct appending {
    struct table *table;
    const struct table *more;
    const uint8_t *leave;
    struct status *status;
    size_t kept; /* rows of `more` */
    /* Numbers in the table of what `more` has; DICT_NONE until a row of it is appended. */
    uint32_t *time_of, *user_of, *profile_of;
    struct profile_set *set;
};

static bool is_left(const struct appending *appending, size_t row)
{
    return appending->leave != NULL && appending->leave[row] != 0;
}

static uint32_t *new_map(size_t n, struct status *status)
{
    uint32_t *map = mem_new(n, sizeof *map, what, status);
    for (size_t i = 0; map != NULL && i < n; i++) {
        map[i] = DICT_NONE;
    }
    return map;
}

static bool grow(void *array, size_t have, size_t need, size_t size, struct status *status)
{
    size_t capacity = have;
    return mem_grow(array, &capacity, need, size, what, status);
}

/* ---- times ---- */

/* Before any is added: its clock and offset beside it. */
static bool add_time(struct appending *appending, uint32_t from, struct span text)
{
    struct table *table = appending->table;
    const struct table *more = appending->more;
    size_t n = dict_count(table->times);
    uint32_t id = dict_add(table->times, text.bytes, text.length, appending->status);
    if (id == DICT_NONE) {
        return false;
    }
    appending->time_of[from] = id;
    if (id == n) {
        table->time_seconds[n] = more->time_seconds[from];
        if (table->time_offset != NULL) {
            table->time_offset[n] = more->time_offset != NULL ? more->time_offset[from] : 0;
        }
    }
    return true;
}

static bool make_room_for_times(struct appending *appending)
{
    struct table *table = appending->table;
    size_t n = dict_count(table->times), most = n + dict_count(appending->more->times);
    if (table->time_offset == NULL && appending->more->time_offset != NULL) {
        table->time_offset = mem_zero(n, sizeof *table->time_offset, what, appending->status);
        if (table->time_offset == NULL) {
            return false;
        }
    }
    return grow(&table->time_seconds, n, most, sizeof *table->time_seconds,
                appending->status) &&
           (table->time_offset == NULL ||
            grow(&table->time_offset, n, most, sizeof *table->time_offset, appending->status));
}

/* ---- rows ---- */

static bool take_row(struct appending *appending, size_t row, size_t at)
{
    struct table *table = appending->table;
    const struct table *more = appending->more;
    if (table->times != NULL) {
        uint32_t time = more->row_time[row];
        if (appending->time_of[time] == DICT_NONE &&
            !add_time(appending, time, dict_get(more->times, time))) {
            return false;
        }
        table->row_time[at] = appending->time_of[time];
    }
    if (table->users != NULL) {
        uint32_t user = more->row_user[row];
        if (appending->user_of[user] == DICT_NONE) {
            struct span name = dict_get(more->users, user);
            appending->user_of[user] =
                dict_add(table->users, name.bytes, name.length, appending->status);
        }
        table->row_user[at] = appending->user_of[user];
        if (table->row_user[at] == DICT_NONE) {
            return false;
        }
    }
    uint32_t profile = more->row_profile[row];
    if (appending->profile_of[profile] == DICT_NONE) {
        appending->profile_of[profile] =
            profile_set_add(appending->set, table_profile(more, profile), appending->status);
    }
    table->row_profile[at] = appending->profile_of[profile];
    return table->row_profile[at] != DICT_NONE;
}

static bool take_rows(struct appending *appending)
{
    struct table *table = appending->table;
    size_t n = table->n_rows, need = n + appending->kept, at = n;
    struct status *status = appending->status;
    if (need > TABLE_ROWS_MAX) {
        return status_set(status, STATUS_INPUT, "more than %zu rows: begin a new reference",
                          TABLE_ROWS_MAX);
    }
    if ((table->row_time != NULL &&
         !grow(&table->row_time, n, need, sizeof(uint32_t), status)) ||
        (table->row_user != NULL &&
         !grow(&table->row_user, n, need, sizeof(uint32_t), status)) ||
        !grow(&table->row_profile, n, need, sizeof(uint32_t), status)) {
        return false;
    }
    for (size_t row = 0; row < appending->more->n_rows; row++) {
        if (!is_left(appending, row) && !take_row(appending, row, at++)) {
            return false;
        }
    }
    table->n_rows = need;
    return true;
}

/* The set begins with the table's own, so that their ids stay. */
static bool fill_set(struct appending *appending)
{
    const struct table *table = appending->table;
    appending->set = profile_set_new(table->profiles.d, appending->status);
    bool good = appending->set != NULL;
    for (size_t p = 0; good && p < table->profiles.n; p++) {
        good = profile_set_add(appending->set, table_profile(table, p), appending->status) == p;
    }
    return good;
}

static void take_profiles(struct appending *appending)
{
    struct table *table = appending->table;
    profile_set_count(appending->set, table->row_profile, table->n_rows, 0);
    free(table->profiles.values);
    free(table->profiles.copies);
    free(table->profiles.first_row);
    size_t d = table->profiles.d;
    table->profiles = (struct profiles){.d = d};
    profile_set_take(appending->set, &table->profiles);
}

/* ---- columns beside them ---- */

static const struct table_column *find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

static bool take_columns(struct appending *appending, size_t had)
{
    struct table *table = appending->table;
    size_t kept = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        struct table_column *column = &table->columns[i];
        const struct table_column *more = find_column(appending->more, column->name);
        if (more == NULL) {
            free(column->name);
            free(column->value);
            continue;
        }
        struct table_column whole = *column;
        table->columns[kept++] = whole;
        column = &table->columns[kept - 1];
        if (!grow(&column->value, had, table->n_rows, sizeof *column->value,
                  appending->status)) {
            for (size_t rest = i + 1; rest < table->n_columns; rest++) {
                table->columns[kept++] = table->columns[rest];
            }
            table->n_columns = kept;
            return false;
        }
        for (size_t row = 0, at = had; row < appending->more->n_rows; row++) {
            if (!is_left(appending, row)) {
                column->value[at++] = more->value[row];
            }
        }
    }
    table->n_columns = kept;
    return true;
}

/* ---- what was read ---- */

static bool take_name(struct read_report *report, const char *more, struct status *status)
{
    size_t length = strlen(report->name), size = length + strlen(more) + 2;
    char *name = mem_new(size, 1, what, status);
    if (name != NULL) {
        snprintf(name, size, "%s\n%s", report->name, more);
        free(report->name);
        report->name = name;
    }
    return name != NULL;
}

static void take_hash(struct read_report *report, const char *more)
{
    char both[2 * TABLE_HASH_TEXT];
    int length = snprintf(both, sizeof both, "%s\n%s", report->hash, more);
    XXH128_hash_t hash = XXH3_128bits(both, (size_t)length);
    snprintf(report->hash, sizeof report->hash, "%016" PRIx64 "%016" PRIx64,
             (uint64_t)hash.high64, (uint64_t)hash.low64);
}

static bool take_report(struct appending *appending)
{
    struct read_report *report = &appending->table->report;
    const struct read_report *more = &appending->more->report;
    if (!take_name(report, more->name, appending->status)) {
        return false;
    }
    take_hash(report, more->hash);
    report->bytes += more->bytes;
    report->lines += more->lines;
    report->rejected += more->rejected;
    report->unread_times += more->unread_times;
    if (report->unread_time[0] == '\0') {
        snprintf(report->unread_time, sizeof report->unread_time, "%s", more->unread_time);
    }
    report->missing_time += more->missing_time;
    report->missing_user += more->missing_user;
    for (size_t i = 0; i < appending->table->profiles.d; i++) {
        report->missing[i] += more->missing[i];
        report->infinite[i] += more->infinite[i];
    }
    report->state = (struct input_state){0}; /* of no single file */
    if (report->change == INPUT_SAME) {
        report->change = more->change;
    }
    return true;
}

static bool append(struct appending *appending)
{
    struct table *table = appending->table;
    const struct table *more = appending->more;
    size_t had = table->n_rows;
    if ((table->times == NULL) != (more->times == NULL) ||
        (table->users == NULL) != (more->users == NULL) ||
        table->profiles.d != more->profiles.d) {
        return status_set(appending->status, STATUS_USAGE,
                          "one table has times or accounts, and the other has none");
    }
    for (size_t row = 0; row < more->n_rows; row++) {
        appending->kept += !is_left(appending, row);
    }
    if (table->times != NULL &&
        ((appending->time_of = new_map(dict_count(more->times), appending->status)) == NULL ||
         !make_room_for_times(appending))) {
        return false;
    }
    if (table->users != NULL &&
        (appending->user_of = new_map(dict_count(more->users), appending->status)) == NULL) {
        return false;
    }
    appending->profile_of = new_map(more->profiles.n, appending->status);
    if (appending->profile_of == NULL || !fill_set(appending) || !take_rows(appending)) {
        return false;
    }
    take_profiles(appending);
    table_find_days(table);
    return take_columns(appending, had) && take_report(appending);
}

bool table_append(struct table *table, const struct table *more, const uint8_t *leave,
                  struct status *status)
{
    struct appending appending = {
        .table = table, .more = more, .leave = leave, .status = status};
    bool good = append(&appending);
    free(appending.time_of);
    free(appending.user_of);
    free(appending.profile_of);
    profile_set_free(appending.set);
    return good;
}
