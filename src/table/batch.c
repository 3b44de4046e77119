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
#include "table/same_bytes.h"

/* DESIGN. Lines are gathered in groups, because to find a user or a profile among many is
 * mostly waiting for memory, and a group waits once (dict_find_group). A row whose profile is
 * known by the text of its features (memo) needs no number parsed. */

/* A user, or a vector of features, that the table did not have while the batch was parsed. */
struct fresh {
    uint32_t row;
    uint64_t hash;
    size_t text;   /* offset in texts */
    size_t length; /* of the text */
};

struct batch {
    const struct columns *columns;
    struct table_builder *builder;
    struct batch_memos memos;
    locale_t c_locale;
    bool stable;

    /* the group that is being gathered */
    size_t n_group;
    uint64_t group_line[DICT_GROUP];
    const struct span *group_fields[DICT_GROUP]; /* of its lines */
    struct span group_user[DICT_GROUP];
    struct span group_text[DICT_GROUP]; /* all features, when they stand side by side */
    uint32_t group_user_id[DICT_GROUP], group_profile[DICT_GROUP];
    uint64_t group_user_hash[DICT_GROUP], group_hash[DICT_GROUP];

    size_t n_rows, rows_capacity[3];
    uint32_t *row_time;    /* (n_rows) ids in times */
    uint32_t *row_user;    /* (n_rows) ids in the table, also after batch_resolve() */
    uint32_t *row_profile; /* (n_rows) the same */
    struct dict *times;    /* of this batch */
    uint32_t last_time;
    struct span last_text; /* of last_time */
    uint32_t *time_map;    /* ids in times to ids in the table */
    size_t time_map_capacity;

    struct fresh *users, *profiles; /* in row order */
    size_t n_users, users_capacity, n_profiles, profiles_capacity;
    double *values; /* (n_profiles, d) */
    size_t values_capacity;
    char *texts; /* of fresh users and features */
    size_t n_texts, texts_capacity;
    size_t known; /* rows that the memo knew */

    uint64_t rejected;
    struct reject rejects[TABLE_REJECTS_KEPT];
    size_t n_rejects;
    uint64_t missing_time, missing_user;
    uint64_t missing[TABLE_FEATURES_MAX], infinite[TABLE_FEATURES_MAX];
    struct status status;
};

static const char what[] = "rows being read";

struct batch *batch_new(const struct columns *columns, struct table_builder *builder,
                        const struct batch_memos *memos, struct status *status)
{
    struct batch *batch = mem_zero(1, sizeof *batch, what, status);
    if (batch == NULL) {
        return NULL;
    }
    batch->columns = columns;
    batch->builder = builder;
    batch->memos = *memos;
    batch->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (batch->c_locale == (locale_t)0) {
        status_nomem(status, sizeof *batch, what);
    }
    batch->times = dict_new(status);
    if (batch->c_locale == (locale_t)0 || batch->times == NULL) {
        batch_free(batch);
        return NULL;
    }
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
    free(batch->row_profile);
    dict_free(batch->times);
    free(batch->time_map);
    free(batch->users);
    free(batch->profiles);
    free(batch->values);
    free(batch->texts);
    free(batch);
}

void batch_begin(struct batch *batch, bool stable)
{
    batch->stable = stable;
    dict_clear(batch->times);
    batch->last_time = DICT_NONE;
    batch->n_group = batch->n_rows = batch->n_rejects = 0;
    batch->n_users = batch->n_profiles = batch->n_texts = 0;
    batch->known = 0;
    batch->rejected = batch->missing_time = batch->missing_user = 0;
    memset(batch->missing, 0, sizeof batch->missing);
    memset(batch->infinite, 0, sizeof batch->infinite);
    batch->status.code = STATUS_OK;
}

/* ---- rejected lines
 * -------------------------------------------------------------------------- */

static void reject(struct batch *batch, uint64_t line, const char *reason)
{
    if (batch->n_rejects < TABLE_REJECTS_KEPT) {
        struct reject *kept = &batch->rejects[batch->n_rejects++];
        kept->line = line;
        snprintf(kept->reason, sizeof kept->reason, "%s", reason);
    }
    batch->rejected++;
}

static void reject_number(struct batch *batch, size_t k, size_t feature)
{
    char reason[sizeof batch->rejects->reason] = "", name[40], shown[48];
    if (batch->n_rejects < TABLE_REJECTS_KEPT) {
        const char *title = batch->columns->names[feature];
        struct span field = batch->group_fields[k][batch->columns->feature[feature]];
        snprintf(reason, sizeof reason, "%s is no number: '%s'",
                 printable(name, sizeof name, (struct span){title, strlen(title)}),
                 printable(shown, sizeof shown, field));
    }
    reject(batch, batch->group_line[k], reason);
}

/* ---- a group of lines
 * ------------------------------------------------------------------------ */

/* Keeps the bytes of a text beyond the life of its line. */
static bool keep_text(struct batch *batch, struct span text, struct fresh *fresh)
{
    if (!mem_grow(&batch->texts, &batch->texts_capacity, batch->n_texts + text.length, 1, what,
                  &batch->status)) {
        return false;
    }
    fresh->text = batch->n_texts;
    fresh->length = text.length;
    if (text.length > 0) {
        memcpy(batch->texts + batch->n_texts, text.bytes, text.length);
    }
    batch->n_texts += text.length;
    return true;
}

static bool note_user(struct batch *batch, size_t k)
{
    if (!mem_grow(&batch->users, &batch->users_capacity, batch->n_users + 1,
                  sizeof *batch->users, what, &batch->status)) {
        return false;
    }
    struct fresh *fresh = &batch->users[batch->n_users++];
    fresh->row = (uint32_t)batch->n_rows;
    fresh->hash = batch->group_user_hash[k];
    return keep_text(batch, batch->group_user[k], fresh);
}

/* Notes a vector; with a text to be remembered when `text` has bytes. */
static bool note_profile(struct batch *batch, const double *values, struct span text,
                         uint64_t hash)
{
    size_t n = batch->n_profiles, bytes = batch->columns->d * sizeof *values;
    if (!mem_grow(&batch->profiles, &batch->profiles_capacity, n + 1, sizeof *batch->profiles,
                  what, &batch->status) ||
        !mem_grow(&batch->values, &batch->values_capacity, n + 1, bytes, what,
                  &batch->status)) {
        return false;
    }
    memcpy(batch->values + n * batch->columns->d, values, bytes);
    struct fresh *fresh = &batch->profiles[batch->n_profiles++];
    fresh->row = (uint32_t)batch->n_rows;
    fresh->hash = hash;
    return keep_text(batch, text, fresh);
}

struct marks {
    uint64_t missing, infinite; /* a bit per feature */
};

/* Parses the features of row k of the group into clean values; returns the first that is no
 * number, or d. */
static size_t parse_features(const struct batch *batch, size_t k, double *values,
                             struct marks *marks)
{
    const struct columns *columns = batch->columns;
    size_t d = columns->d;
    *marks = (struct marks){0, 0};
    for (size_t i = 0; i < d; i++) {
        double value = 0;
        enum number_kind kind =
            number_parse(batch->group_fields[k][columns->feature[i]], batch->c_locale, &value);
        if (kind == NUMBER_BAD) {
            return i;
        }
        bool infinite = isinf(value) != 0;
        marks->missing |= (uint64_t)(kind == NUMBER_MISSING) << i;
        marks->infinite |= (uint64_t)infinite << i;
        values[i] = infinite || value == 0 ? 0.0 : value; /* never -0 */
    }
    return d;
}

static void count_marks(uint64_t marks, uint64_t *counts)
{
    for (; marks != 0; marks &= marks - 1) {
        counts[__builtin_ctzll(marks)]++;
    }
}

/* A profile for row k of the group, which the memo does not know. */
static bool find_profile(struct batch *batch, size_t k, bool remember, bool *accepted)
{
    const struct profile_set *set = table_builder_profiles(batch->builder);
    double values[TABLE_FEATURES_MAX];
    struct marks marks;
    size_t wrong = parse_features(batch, k, values, &marks);
    *accepted = wrong == batch->columns->d;
    if (!*accepted) {
        reject_number(batch, k, wrong);
        return true;
    }
    count_marks(marks.missing, batch->missing);
    count_marks(marks.infinite, batch->infinite);
    uint64_t hash = profile_set_hash(set, values);
    uint32_t profile = profile_set_find(set, values, hash);
    batch->row_profile[batch->n_rows] = profile;
    /* Texts with a mark are not remembered: each such row has to be counted. */
    bool memorable = remember && marks.missing == 0 && marks.infinite == 0;
    struct span text = memorable ? batch->group_text[k] : (struct span){NULL, 0};
    return (profile != DICT_NONE && !memorable) || note_profile(batch, values, text, hash);
}

static inline bool find_time(struct batch *batch, struct span text)
{
    struct span last = batch->last_text; /* a line mostly has the time of the line before */
    if (batch->last_time == DICT_NONE || last.length != text.length ||
        !same_bytes(last.bytes, text.bytes, text.length)) {
        batch->last_time = dict_add(batch->times, text.bytes, text.length, &batch->status);
        if (batch->last_time == DICT_NONE) {
            return false;
        }
        batch->last_text = dict_get(batch->times, batch->last_time);
    }
    batch->row_time[batch->n_rows] = batch->last_time;
    return true;
}

static bool grow_rows(struct batch *batch)
{
    size_t need = batch->n_rows + batch->n_group;
    uint32_t **columns[] = {&batch->row_time, &batch->row_user, &batch->row_profile};
    for (size_t i = 0; i < 3; i++) {
        if (!mem_grow(columns[i], &batch->rows_capacity[i], need, sizeof(uint32_t), what,
                      &batch->status)) {
            return false;
        }
    }
    return true;
}

static bool append_row(struct batch *batch, size_t k, bool remember)
{
    bool accepted = true;
    batch->row_profile[batch->n_rows] = batch->group_profile[k];
    if (batch->group_profile[k] == DICT_NONE && !find_profile(batch, k, remember, &accepted)) {
        return false;
    }
    if (!accepted) {
        return true;
    }
    if (batch->columns->time != COLUMN_NONE) {
        struct span dt = batch->group_fields[k][batch->columns->time];
        batch->missing_time += number_missing(dt);
        if (!find_time(batch, dt)) {
            return false;
        }
    }
    if (batch->columns->user != COLUMN_NONE) {
        batch->missing_user += number_missing(batch->group_user[k]);
        batch->row_user[batch->n_rows] = batch->group_user_id[k];
        if (batch->group_user_id[k] == DICT_NONE && !note_user(batch, k)) {
            return false;
        }
    }
    batch->n_rows++;
    return true;
}

/* The ids of the group's users: most are in the memo, the others are searched in the table. */
static void find_users(struct batch *batch, const struct dict *users)
{
    size_t n = batch->n_group, n_left = 0;
    struct span texts[DICT_GROUP];
    uint64_t hashes[DICT_GROUP];
    uint32_t ids[DICT_GROUP];
    for (size_t k = 0; k < n; k++) {
        batch->group_user[k] = batch->group_fields[k][batch->columns->user];
        batch->group_user_hash[k] = dict_hash(batch->group_user[k]);
    }
    memo_find_group(batch->memos.users, batch->group_user, batch->group_user_hash, n,
                    batch->group_user_id);
    for (size_t k = 0; k < n; k++) {
        if (batch->group_user_id[k] == DICT_NONE) {
            texts[n_left] = batch->group_user[k];
            hashes[n_left++] = batch->group_user_hash[k];
        }
    }
    dict_find_group(users, texts, hashes, n_left, ids);
    for (size_t k = n; n_left > 0; k--) {
        if (batch->group_user_id[k - 1] == DICT_NONE) {
            batch->group_user_id[k - 1] = ids[--n_left];
        }
    }
}

/* The profiles of the group's features, as far as their texts are known. */
static void find_features(struct batch *batch)
{
    size_t n = batch->n_group, d = batch->columns->d;
    for (size_t k = 0; k < n; k++) {
        const struct span *first = batch->group_fields[k] + batch->columns->first;
        const struct span *last = first + d - 1;
        size_t length = (size_t)(last->bytes + last->length - first->bytes);
        batch->group_text[k] = (struct span){first->bytes, length};
        batch->group_hash[k] = dict_hash(batch->group_text[k]);
    }
    memo_find_group(batch->memos.features, batch->group_text, batch->group_hash, n,
                    batch->group_profile);
    for (size_t k = 0; k < n; k++) {
        batch->known += batch->group_profile[k] != DICT_NONE;
    }
}

/* Looks up what the group has, and makes rows of it. */
static bool end_group(struct batch *batch)
{
    size_t n = batch->n_group;
    const struct dict *users = table_builder_users(batch->builder);
    bool remember = batch->columns->adjacent && memo_pays(batch->memos.features);
    if (!grow_rows(batch)) {
        return false;
    }
    if (users != NULL) {
        find_users(batch, users);
    }
    if (remember) {
        find_features(batch);
    } else {
        memset(batch->group_profile, 0xff, n * sizeof *batch->group_profile);
    }
    for (size_t k = 0; k < n; k++) {
        if (!append_row(batch, k, remember)) {
            return false;
        }
    }
    batch->n_group = 0;
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

static bool reject_field_count(struct batch *batch, const struct line *line)
{
    char reason[80];
    snprintf(reason, sizeof reason, "%zu field%s instead of %zu", line->n_fields,
             line->n_fields == 1 ? "" : "s", batch->columns->n_fields);
    return batch_reject(batch, line->number, reason);
}

bool batch_line(void *context, const struct line *line)
{
    struct batch *batch = context;
    if (line->n_fields == 1 && is_blank(line->fields[0])) {
        return end_group(batch); /* a blank line, too, uses up room for fields */
    }
    if (line->n_fields != batch->columns->n_fields) {
        return reject_field_count(batch, line);
    }
    size_t k = batch->n_group++;
    batch->group_line[k] = line->number;
    batch->group_fields[k] = line->fields;
    return (batch->stable && batch->n_group < DICT_GROUP) || end_group(batch);
}

bool batch_reject(struct batch *batch, uint64_t line, const char *reason)
{
    bool flushed = end_group(batch); /* rejects are in line order */
    reject(batch, line, reason);
    return flushed;
}

bool batch_end(struct batch *batch)
{
    return end_group(batch);
}

const struct status *batch_status(const struct batch *batch)
{
    return &batch->status;
}

size_t batch_rows(const struct batch *batch)
{
    return batch->n_rows;
}

/* ---- into the table
 * -------------------------------------------------------------------------- */

enum { AHEAD = 12 }; /* how far ahead memory is asked for */

static bool resolve_times(struct batch *batch, struct status *status)
{
    size_t n = dict_count(batch->times);
    if (!mem_grow(&batch->time_map, &batch->time_map_capacity, n, sizeof *batch->time_map, what,
                  status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        batch->time_map[i] =
            table_builder_time(batch->builder, dict_get(batch->times, (uint32_t)i), status);
        if (batch->time_map[i] == DICT_NONE) {
            return false;
        }
    }
    return true;
}

static struct span fresh_text(const struct batch *batch, const struct fresh *fresh)
{
    return (struct span){fresh->length > 0 ? batch->texts + fresh->text : "", fresh->length};
}

static bool resolve_users(struct batch *batch, struct status *status)
{
    struct dict *users = table_builder_users(batch->builder);
    for (size_t i = 0; i < batch->n_users; i++) {
        const struct fresh *fresh = &batch->users[i];
        if (i + AHEAD < batch->n_users) {
            dict_prefetch(users, fresh[AHEAD].hash);
        }
        uint32_t id = dict_add_hashed(users, fresh_text(batch, fresh), fresh->hash, status);
        if (id == DICT_NONE) {
            return false;
        }
        batch->row_user[fresh->row] = id;
        if (!memo_add(batch->memos.users, fresh_text(batch, fresh), fresh->hash, id, status)) {
            return false;
        }
    }
    return true;
}

static bool resolve_profiles(struct batch *batch, struct status *status)
{
    struct profile_set *set = table_builder_profiles(batch->builder);
    for (size_t i = 0; i < batch->n_profiles; i++) {
        const struct fresh *fresh = &batch->profiles[i];
        if (i + AHEAD < batch->n_profiles) {
            profile_set_prefetch(set, fresh[AHEAD].hash);
        }
        uint32_t id = profile_set_add_hashed(set, batch->values + i * batch->columns->d,
                                             fresh->hash, status);
        if (id == DICT_NONE) {
            return false;
        }
        batch->row_profile[fresh->row] = id;
        struct span text = fresh_text(batch, fresh);
        if (text.length > 0 &&
            !memo_add(batch->memos.features, text, dict_hash(text), id, status)) {
            return false;
        }
    }
    memo_judge(batch->memos.features, batch->n_rows, batch->known);
    return true;
}

static void resolve_report(const struct batch *batch, uint64_t first_line)
{
    struct read_report *report = table_builder_report(batch->builder);
    for (size_t i = 0; i < batch->n_rejects && report->n_rejects < TABLE_REJECTS_KEPT; i++) {
        struct reject *kept = &report->rejects[report->n_rejects++];
        *kept = batch->rejects[i];
        kept->line += first_line + 1;
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

bool batch_resolve(struct batch *batch, uint64_t first_line, struct status *status)
{
    if ((batch->columns->time != COLUMN_NONE && !resolve_times(batch, status)) ||
        !resolve_users(batch, status) || !resolve_profiles(batch, status)) {
        return false;
    }
    resolve_report(batch, first_line);
    return true;
}

void batch_append(struct batch *batch)
{
    if (batch->columns->time != COLUMN_NONE) {
        for (size_t row = 0; row < batch->n_rows; row++) {
            batch->row_time[row] = batch->time_map[batch->row_time[row]];
        }
    }
    table_builder_append(batch->builder, batch->n_rows, batch->row_time, batch->row_user,
                         batch->row_profile);
}
