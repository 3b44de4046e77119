#define _GNU_SOURCE
#include "table/batch.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/number.h"
#include "table/printable.h"

/* DESIGN. The features of a row are a short text that repeats, so the text as a whole is looked
 * up first and its numbers are parsed only when it is new: an *entry* is such a text with its
 * values. When texts hardly repeat, looking them up is given up for some batches and every row
 * has an entry of its own. Either way merging makes profiles of the values, so the result is
 * the same. */

struct entry {
    uint64_t missing, infinite; /* a bit per feature */
    bool bad;                   /* some feature is no number */
};

struct batch {
    const struct columns *columns;
    locale_t c_locale;
    size_t n_rows, time_capacity, user_capacity, entry_capacity;
    uint32_t *row_time, *row_user, *row_entry; /* (n_rows) */
    struct dict *times, *users;                /* NULL without such a column */
    struct dict *texts; /* feature texts; ids are entries when looking up */
    size_t n_entries, values_capacity, entries_capacity;
    double *values;        /* (n_entries, d) */
    struct entry *entries; /* (n_entries) */
    bool looks_up;
    unsigned rest; /* batches until looking up is tried again */
    uint32_t last_time;
    uint32_t *map; /* scratch of batch_merge(): local to global ids */
    size_t map_capacity;

    uint64_t rejected;
    struct reject rejects[TABLE_REJECTS_KEPT];
    size_t n_rejects;
    uint64_t missing_time, missing_user;
    uint64_t missing[TABLE_FEATURES_MAX], infinite[TABLE_FEATURES_MAX];
    struct status status;
};

static const char what[] = "rows being read";

enum { REST = 15 };

struct batch *batch_new(const struct columns *columns, struct status *status)
{
    struct batch *batch = mem_zero(1, sizeof *batch, what, status);
    if (batch == NULL) {
        return NULL;
    }
    batch->columns = columns;
    batch->looks_up = columns->adjacent;
    batch->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (batch->c_locale == (locale_t)0) {
        status_nomem(status, sizeof *batch, what);
        batch_free(batch);
        return NULL;
    }
    if ((columns->time != COLUMN_NONE && (batch->times = dict_new(status)) == NULL) ||
        (columns->user != COLUMN_NONE && (batch->users = dict_new(status)) == NULL) ||
        (batch->texts = dict_new(status)) == NULL) {
        batch_free(batch);
        return NULL;
    }
    batch_clear(batch);
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL) {
        return;
    }
    if (batch->c_locale != (locale_t)0) {
        freelocale(batch->c_locale);
    }
    free(batch->row_time);
    free(batch->row_user);
    free(batch->row_entry);
    dict_free(batch->times);
    dict_free(batch->users);
    dict_free(batch->texts);
    free(batch->values);
    free(batch->entries);
    free(batch->map);
    free(batch);
}

/* Looking up pays while a text comes back at least every third time. */
static void decide_looking_up(struct batch *batch)
{
    if (!batch->columns->adjacent) {
        batch->looks_up = false;
    } else if (batch->looks_up && batch->n_entries > batch->n_rows / 3 * 2 &&
               batch->n_rows > 1000) {
        batch->looks_up = false;
        batch->rest = REST;
    } else if (!batch->looks_up) {
        batch->looks_up = batch->rest-- <= 1;
    }
}

void batch_clear(struct batch *batch)
{
    decide_looking_up(batch);
    if (batch->times != NULL) {
        dict_clear(batch->times);
    }
    if (batch->users != NULL) {
        dict_clear(batch->users);
    }
    dict_clear(batch->texts);
    batch->n_rows = batch->n_entries = batch->n_rejects = 0;
    batch->rejected = batch->missing_time = batch->missing_user = 0;
    memset(batch->missing, 0, sizeof batch->missing);
    memset(batch->infinite, 0, sizeof batch->infinite);
    batch->last_time = DICT_NONE;
    batch->status.code = STATUS_OK;
}

void batch_reject(struct batch *batch, uint64_t line, const char *reason)
{
    if (batch->n_rejects < TABLE_REJECTS_KEPT) {
        struct reject *reject = &batch->rejects[batch->n_rejects++];
        reject->line = line;
        snprintf(reject->reason, sizeof reject->reason, "%s", reason);
    }
    batch->rejected++;
}

static void reject_field_count(struct batch *batch, const struct line *line)
{
    char reason[80];
    snprintf(reason, sizeof reason, "%zu field%s instead of %zu", line->n_fields,
             line->n_fields == 1 ? "" : "s", batch->columns->n_fields);
    batch_reject(batch, line->number, reason);
}

static void reject_number(struct batch *batch, const struct line *line)
{
    const struct columns *columns = batch->columns;
    char reason[sizeof batch->rejects->reason] = "", name[40], shown[48];
    for (size_t i = 0; i < columns->d && batch->n_rejects < TABLE_REJECTS_KEPT; i++) {
        struct span field = line->fields[columns->feature[i]];
        double value;
        if (number_parse(field, batch->c_locale, &value) == NUMBER_BAD) {
            struct span title = {columns->names[i], strlen(columns->names[i])};
            snprintf(reason, sizeof reason, "%s is no number: '%s'",
                     printable(name, sizeof name, title),
                     printable(shown, sizeof shown, field));
            break;
        }
    }
    batch_reject(batch, line->number, reason);
}

/* Parses the features of a row as entry n_entries. */
static bool parse_entry(struct batch *batch, const struct line *line)
{
    const struct columns *columns = batch->columns;
    size_t n = batch->n_entries;
    if (!mem_grow(&batch->values, &batch->values_capacity, n + 1,
                  columns->d * sizeof *batch->values, what, &batch->status) ||
        !mem_grow(&batch->entries, &batch->entries_capacity, n + 1, sizeof *batch->entries,
                  what, &batch->status)) {
        return false;
    }
    struct entry entry = {0};
    double *values = batch->values + n * columns->d;
    for (size_t i = 0; i < columns->d; i++) {
        double value = 0;
        enum number_kind kind =
            number_parse(line->fields[columns->feature[i]], batch->c_locale, &value);
        entry.bad = entry.bad || kind == NUMBER_BAD;
        entry.missing |= (uint64_t)(kind == NUMBER_MISSING) << i;
        bool infinite = kind == NUMBER_GOOD && isinf(value);
        entry.infinite |= (uint64_t)infinite << i;
        values[i] = kind != NUMBER_GOOD || infinite || value == 0 ? 0.0 : value; /* never -0 */
    }
    batch->entries[n] = entry;
    batch->n_entries++;
    return true;
}

/* The entry of a row, or DICT_NONE without memory. */
static uint32_t find_entry(struct batch *batch, const struct line *line)
{
    const struct columns *columns = batch->columns;
    if (!batch->looks_up) {
        return parse_entry(batch, line) ? (uint32_t)batch->n_entries - 1 : (uint32_t)DICT_NONE;
    }
    struct span first = line->fields[columns->first];
    struct span last = line->fields[columns->first + columns->d - 1];
    size_t length = (size_t)(last.bytes + last.length - first.bytes);
    uint32_t id = dict_add(batch->texts, first.bytes, length, &batch->status);
    if (id != DICT_NONE && id == batch->n_entries && !parse_entry(batch, line)) {
        return DICT_NONE;
    }
    return id;
}

static uint32_t find_time(struct batch *batch, struct span text)
{
    if (batch->last_time != DICT_NONE) { /* a line mostly has the time of the line before */
        struct span last = dict_get(batch->times, batch->last_time);
        if (last.length == text.length && memcmp(last.bytes, text.bytes, text.length) == 0) {
            return batch->last_time;
        }
    }
    batch->last_time = dict_add(batch->times, text.bytes, text.length, &batch->status);
    return batch->last_time;
}

static void count_marks(uint64_t marks, uint64_t *counts)
{
    for (; marks != 0; marks &= marks - 1) {
        counts[__builtin_ctzll(marks)]++;
    }
}

static bool grow_rows(struct batch *batch)
{
    size_t need = batch->n_rows + 1;
    if (need <= batch->entry_capacity) {
        return true;
    }
    return mem_grow(&batch->row_time, &batch->time_capacity, need, sizeof *batch->row_time,
                    what, &batch->status) &&
           mem_grow(&batch->row_user, &batch->user_capacity, need, sizeof *batch->row_user,
                    what, &batch->status) &&
           mem_grow(&batch->row_entry, &batch->entry_capacity, need, sizeof *batch->row_entry,
                    what, &batch->status);
}

static bool append_row(struct batch *batch, const struct line *line, uint32_t entry)
{
    const struct columns *columns = batch->columns;
    size_t row = batch->n_rows;
    if (!grow_rows(batch)) {
        return false;
    }
    if (batch->times != NULL) {
        struct span dt = line->fields[columns->time];
        batch->missing_time += number_missing(dt);
        batch->row_time[row] = find_time(batch, dt);
        if (batch->row_time[row] == DICT_NONE) {
            return false;
        }
    }
    if (batch->users != NULL) {
        struct span user = line->fields[columns->user];
        batch->missing_user += number_missing(user);
        batch->row_user[row] = dict_add(batch->users, user.bytes, user.length, &batch->status);
        if (batch->row_user[row] == DICT_NONE) {
            return false;
        }
    }
    batch->row_entry[row] = entry;
    count_marks(batch->entries[entry].missing, batch->missing);
    count_marks(batch->entries[entry].infinite, batch->infinite);
    batch->n_rows++;
    return true;
}

static bool is_blank(struct span text)
{
    size_t i = 0;
    while (i < text.length && (text.bytes[i] == ' ' || text.bytes[i] == '\t')) {
        i++;
    }
    return i > 0 && i == text.length;
}

bool batch_line(void *context, const struct line *line)
{
    struct batch *batch = context;
    if (line->n_fields == 1 && is_blank(line->fields[0])) {
        return true;
    }
    if (line->n_fields != batch->columns->n_fields) {
        reject_field_count(batch, line);
        return true;
    }
    uint32_t entry = find_entry(batch, line);
    if (entry == DICT_NONE) {
        return false;
    }
    if (batch->entries[entry].bad) {
        reject_number(batch, line);
        return true;
    }
    return append_row(batch, line, entry);
}

const struct status *batch_status(const struct batch *batch)
{
    return &batch->status;
}

size_t batch_rows(const struct batch *batch)
{
    return batch->n_rows;
}

uint64_t batch_rejected(const struct batch *batch)
{
    return batch->rejected;
}

typedef uint32_t find_global(struct table_builder *builder, const struct batch *batch,
                             uint32_t local, struct status *status);

static uint32_t global_time(struct table_builder *builder, const struct batch *batch,
                            uint32_t local, struct status *status)
{
    return table_builder_time(builder, dict_get(batch->times, local), status);
}

static uint32_t global_user(struct table_builder *builder, const struct batch *batch,
                            uint32_t local, struct status *status)
{
    return table_builder_user(builder, dict_get(batch->users, local), status);
}

static uint32_t global_profile(struct table_builder *builder, const struct batch *batch,
                               uint32_t local, struct status *status)
{
    return table_builder_profile(builder, batch->values + local * batch->columns->d, status);
}

/* Writes the global ids of a column's first `n` rows; a local id is looked up when it is met
 * first, so that global ids, too, are in order of first appearance. */
static bool map_column(struct batch *batch, const uint32_t *local, size_t n, size_t n_local,
                       find_global *global, struct table_builder *builder, uint32_t *out,
                       struct status *status)
{
    if (!mem_grow(&batch->map, &batch->map_capacity, n_local, sizeof *batch->map, what,
                  status)) {
        return false;
    }
    if (n_local > 0) {
        memset(batch->map, 0xff, n_local * sizeof *batch->map);
    }
    for (size_t row = 0; row < n; row++) {
        uint32_t id = batch->map[local[row]];
        if (id == DICT_NONE) {
            id = global(builder, batch, local[row], status);
            if (id == DICT_NONE) {
                return false;
            }
            batch->map[local[row]] = id;
        }
        out[row] = id;
    }
    return true;
}

static void merge_report(const struct batch *batch, struct read_report *report,
                         uint64_t first_line)
{
    for (size_t i = 0; i < batch->n_rejects && report->n_rejects < TABLE_REJECTS_KEPT; i++) {
        struct reject *reject = &report->rejects[report->n_rejects++];
        *reject = batch->rejects[i];
        reject->line += first_line + 1;
    }
    report->rejected += batch->rejected;
    report->lines += batch->rejected + batch->n_rows;
    report->missing_time += batch->missing_time;
    report->missing_user += batch->missing_user;
    for (size_t i = 0; i < batch->columns->d; i++) {
        report->missing[i] += batch->missing[i];
        report->infinite[i] += batch->infinite[i];
    }
}

bool batch_merge(struct batch *batch, struct table_builder *builder, uint64_t first_line,
                 size_t most, struct status *status)
{
    size_t n = batch->n_rows < most ? batch->n_rows : most;
    struct row_space space;
    if (!table_builder_reserve(builder, n, &space, status) ||
        (batch->times != NULL &&
         !map_column(batch, batch->row_time, n, dict_count(batch->times), global_time, builder,
                     space.time, status)) ||
        (batch->users != NULL &&
         !map_column(batch, batch->row_user, n, dict_count(batch->users), global_user, builder,
                     space.user, status)) ||
        !map_column(batch, batch->row_entry, n, batch->n_entries, global_profile, builder,
                    space.profile, status)) {
        return false;
    }
    table_builder_commit(builder, n);
    merge_report(batch, table_builder_report(builder), first_line);
    return true;
}
