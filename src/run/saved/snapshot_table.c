#include "run/saved/snapshot_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/saved/snapshot_ids.h"
#include "table/timestamp.h"

/* ---- putting ---- */

enum { LEFT_OUT = 5 }; /* counts of what is neither row nor rejected */

static void put_dict(struct archive_out *archive, const struct dict *dict)
{
    size_t n = dict != NULL ? dict_count(dict) : 0;
    archive_put_count(archive, "dict", dict != NULL ? n : UINT64_MAX);
    for (size_t i = 0; i < n; i++) {
        struct span span = dict_get(dict, (uint32_t)i);
        archive_put(archive, "word", span.bytes, 1, span.length);
    }
}

static void put_report(struct archive_out *archive, const struct read_report *report, size_t d)
{
    archive_put_text(archive, "name", report->name);
    archive_put_text(archive, "hash", report->hash);
    const uint64_t counts[] = {report->bytes,        report->lines,        report->rejected,
                               report->missing_time, report->missing_user, report->n_rejects};
    archive_put(archive, "read", counts, sizeof *counts, 6);
    for (size_t i = 0; i < report->n_rejects; i++) {
        archive_put_count(archive, "line", report->rejects[i].line);
        archive_put_text(archive, "why ", report->rejects[i].reason);
    }
    archive_put_count(archive, "note", report->n_notes);
    for (size_t i = 0; i < report->n_notes; i++) {
        archive_put_text(archive, "note", report->notes[i]);
    }
    const uint64_t left_out[] = {report->skipped.before, report->skipped.comments,
                                 report->skipped.headers, report->skipped.totals,
                                 report->unread_times};
    archive_put(archive, "skip", left_out, sizeof *left_out, LEFT_OUT);
    archive_put_text(archive, "when", report->unread_time);
    archive_put_text(archive, "how ", report->reject_note);
    archive_put(archive, "miss", report->missing, sizeof *report->missing, d);
    archive_put(archive, "inf ", report->infinite, sizeof *report->infinite, d);
}

void snapshot_put_table(struct archive_out *archive, const struct table *table)
{
    const struct profiles *profiles = &table->profiles;
    size_t n = profiles->n, d = profiles->d;
    archive_put_count(archive, "rows", table->n_rows);
    archive_put_count(archive, "prof", n);
    archive_put_count(archive, "feat", d);
    for (size_t i = 0; i < d; i++) {
        archive_put_text(archive, "col ", table->feature_names[i]);
    }
    put_report(archive, &table->report, d);
    put_dict(archive, table->times);
    put_dict(archive, table->users);
    size_t n_times = table->times != NULL ? dict_count(table->times) : 0;
    archive_put(archive, "secs", table->time_seconds, sizeof *table->time_seconds, n_times);
    if (table->time_offset != NULL) {
        archive_put(archive, "offs", table->time_offset, sizeof *table->time_offset, n_times);
    }
    archive_put(archive, "day0", &table->first_day, sizeof table->first_day, 1);
    archive_put(archive, "vals", profiles->values, sizeof *profiles->values, n * d);
    archive_put(archive, "copy", profiles->copies, sizeof *profiles->copies, n);
    snapshot_put_ids(archive, "frst", profiles->first_row, n);
    snapshot_put_ids(archive, "rowp", table->row_profile, table->n_rows);
    if (table->row_time != NULL) {
        snapshot_put_ids(archive, "rowt", table->row_time, table->n_rows);
    }
    if (table->row_user != NULL) {
        snapshot_put_ids(archive, "rowu", table->row_user, table->n_rows);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        archive_put_text(archive, "side", table->columns[i].name);
        archive_put(archive, "sval", table->columns[i].value, sizeof *table->columns[i].value,
                    table->n_rows);
    }
}

/* ---- getting ---- */

static bool senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the saved run does not make sense");
}

/* `*dict` stays NULL when the table has no such column. */
static bool get_dict(struct archive_in *archive, struct dict **dict, struct status *status)
{
    uint64_t n;
    if (!archive_get_count(archive, "dict", &n, status)) {
        return false;
    }
    if (n == UINT64_MAX) {
        return true;
    }
    *dict = dict_new(status);
    for (uint64_t i = 0; *dict != NULL && i < n; i++) {
        size_t length;
        const char *bytes = archive_get(archive, "word", 1, &length, status);
        if (bytes == NULL) {
            return false;
        }
        uint32_t id = dict_add(*dict, bytes, length, status);
        if (id != i) {
            return id == DICT_NONE ? false : senseless(status);
        }
    }
    return *dict != NULL;
}

static bool get_text(struct archive_in *archive, const char tag[static 5], char *text,
                     size_t size, struct status *status)
{
    size_t length;
    const char *bytes = archive_get(archive, tag, 1, &length, status);
    if (bytes == NULL) {
        return false;
    }
    if (length >= size) {
        return senseless(status);
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    return true;
}

static bool get_report(struct archive_in *archive, struct read_report *report, size_t d,
                       struct status *status)
{
    uint64_t counts[6];
    report->name = archive_get_text(archive, "name", status);
    if (report->name == NULL ||
        !get_text(archive, "hash", report->hash, sizeof report->hash, status) ||
        !archive_get_into(archive, "read", counts, sizeof *counts, 6, status)) {
        return false;
    }
    report->bytes = counts[0];
    report->lines = counts[1];
    report->rejected = counts[2];
    report->missing_time = counts[3];
    report->missing_user = counts[4];
    if (counts[5] > TABLE_REJECTS_KEPT) {
        return senseless(status);
    }
    report->n_rejects = counts[5];
    for (size_t i = 0; i < report->n_rejects; i++) {
        struct reject *reject = &report->rejects[i];
        if (!archive_get_count(archive, "line", &reject->line, status) ||
            !get_text(archive, "why ", reject->reason, sizeof reject->reason, status)) {
            return false;
        }
    }
    uint64_t notes, left_out[LEFT_OUT];
    if (!archive_get_count(archive, "note", &notes, status) || notes > READ_NOTES) {
        return senseless(status);
    }
    for (report->n_notes = 0; report->n_notes < notes; report->n_notes++) {
        if (!get_text(archive, "note", report->notes[report->n_notes], READ_NOTE, status)) {
            return false;
        }
    }
    if (!archive_get_into(archive, "skip", left_out, sizeof *left_out, LEFT_OUT, status) ||
        !get_text(archive, "when", report->unread_time, sizeof report->unread_time, status) ||
        !get_text(archive, "how ", report->reject_note, sizeof report->reject_note, status)) {
        return false;
    }
    report->skipped = (struct read_skipped){left_out[0], left_out[1], left_out[2], left_out[3]};
    report->unread_times = left_out[4];
    report->missing = mem_zero(d, sizeof *report->missing, "a report", status);
    report->infinite = mem_zero(d, sizeof *report->infinite, "a report", status);
    return report->missing != NULL && report->infinite != NULL &&
           archive_get_into(archive, "miss", report->missing, sizeof *report->missing, d,
                            status) &&
           archive_get_into(archive, "inf ", report->infinite, sizeof *report->infinite, d,
                            status);
}

/* A copy of an array that must have `n` elements. */
static void *get_array(struct archive_in *archive, const char tag[static 5], size_t size,
                       size_t n, struct status *status)
{
    size_t count;
    void *array = archive_get_copy(archive, tag, size, &count, status);
    if (array != NULL && count != n) {
        free(array);
        senseless(status);
        return NULL;
    }
    return array;
}

/* Of the years 1 to 9999, or near them: differences of such days do not overflow. */
static bool is_possible(int64_t day)
{
    const int64_t most = INT64_C(10000) * 366;
    return day > -most && day < most;
}

static bool get_profiles(struct archive_in *archive, struct table *table, size_t n,
                         struct parallel *parallel, struct status *status)
{
    struct profiles *profiles = &table->profiles;
    size_t cells, rows = 0;
    if (__builtin_mul_overflow(n, profiles->d, &cells)) {
        return senseless(status);
    }
    profiles->n = n;
    profiles->values = get_array(archive, "vals", sizeof *profiles->values, cells, status);
    if (profiles->values == NULL) {
        return false;
    }
    for (size_t i = 0; i < cells; i++) {
        if (!isfinite(profiles->values[i])) {
            return senseless(status);
        }
    }
    profiles->copies = get_array(archive, "copy", sizeof *profiles->copies, n, status);
    profiles->first_row =
        profiles->copies != NULL
            ? snapshot_get_ids(archive, "frst", n, table->n_rows, parallel, status)
            : NULL;
    for (size_t i = 0; profiles->first_row != NULL && i < n; i++) {
        rows += profiles->copies[i];
    }
    return profiles->first_row != NULL && (rows == table->n_rows || senseless(status));
}

static bool get_rows(struct archive_in *archive, struct table *table, struct parallel *parallel,
                     struct status *status)
{
    size_t n = table->n_rows;
    table->row_profile =
        snapshot_get_ids(archive, "rowp", n, table->profiles.n, parallel, status);
    if (table->row_profile == NULL) {
        return false;
    }
    if (table->times != NULL) {
        table->row_time =
            snapshot_get_ids(archive, "rowt", n, dict_count(table->times), parallel, status);
        if (table->row_time == NULL) {
            return false;
        }
    }
    if (table->users != NULL) {
        table->row_user =
            snapshot_get_ids(archive, "rowu", n, dict_count(table->users), parallel, status);
        if (table->row_user == NULL) {
            return false;
        }
    }
    return true;
}

/* Columns that are no features. */
static bool get_beside(struct archive_in *archive, struct table *table, struct status *status)
{
    while (archive_next_is(archive, "side")) {
        char *name = archive_get_text(archive, "side", status);
        float *value = name == NULL
                           ? NULL
                           : get_array(archive, "sval", sizeof *value, table->n_rows, status);
        bool good = value != NULL && table_add_column(table, name, value, status);
        free(name);
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool get_columns(struct archive_in *archive, struct table *table, size_t d,
                        struct status *status)
{
    table->profiles.d = d;
    table->feature_names = mem_zero(d, sizeof *table->feature_names, "column names", status);
    if (table->feature_names == NULL) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        table->feature_names[i] = archive_get_text(archive, "col ", status);
        if (table->feature_names[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool get_all(struct archive_in *archive, struct table *table, struct parallel *parallel,
                    struct status *status)
{
    uint64_t rows, n, d;
    if (!archive_get_count(archive, "rows", &rows, status) ||
        !archive_get_count(archive, "prof", &n, status) ||
        !archive_get_count(archive, "feat", &d, status)) {
        return false;
    }
    if (rows == 0 || rows > TABLE_ROWS_MAX || n == 0 || n > rows || d == 0 ||
        d > TABLE_FEATURES_MAX) {
        return senseless(status);
    }
    table->n_rows = rows;
    if (!get_columns(archive, table, d, status) ||
        !get_report(archive, &table->report, d, status) ||
        !get_dict(archive, &table->times, status) ||
        !get_dict(archive, &table->users, status)) {
        return false;
    }
    size_t n_times = table->times != NULL ? dict_count(table->times) : 0;
    table->time_seconds =
        get_array(archive, "secs", sizeof *table->time_seconds, n_times, status);
    if (table->time_seconds == NULL) {
        return false;
    }
    if (archive_next_is(archive, "offs")) {
        table->time_offset =
            get_array(archive, "offs", sizeof *table->time_offset, n_times, status);
        if (table->time_offset == NULL) {
            return false;
        }
    }
    table_find_days(table); /* the last one; the first is kept in the archive */
    if (!archive_get_into(archive, "day0", &table->first_day, sizeof table->first_day, 1,
                          status)) {
        return false;
    }
    bool possible = is_possible(table->first_day);
    for (size_t i = 0; i < n_times; i++) {
        int64_t seconds = table->time_seconds[i];
        possible =
            possible && (seconds == TABLE_NO_TIME || is_possible(timestamp_day(seconds)));
    }
    return (possible || senseless(status)) &&
           get_profiles(archive, table, n, parallel, status) &&
           get_rows(archive, table, parallel, status) && get_beside(archive, table, status);
}

struct table *snapshot_get_table(struct archive_in *archive, struct parallel *parallel,
                                 struct status *status)
{
    struct table *table = mem_zero(1, sizeof *table, "a table", status);
    if (table != NULL && !get_all(archive, table, parallel, status)) {
        table_free(table);
        return NULL;
    }
    return table;
}
