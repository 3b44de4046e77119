#define _GNU_SOURCE
#include "table/csv/batch_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "table/csv/column_names.h"
#include "table/number.h"
#include "table/printable.h"
#include "table/same_bytes.h"

static const char what[] = "rows being read";

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
    batch_note_reject(batch, batch->group_line[k], reason);
}

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

enum { WORD = 64, WORDS = (TABLE_FEATURES_MAX + WORD - 1) / WORD };

struct marks {
    uint64_t missing[WORDS], infinite[WORDS]; /* a bit per feature */
    bool any;
};

/* A field in the style of its column, or the word that the user gave for missing values. */
static enum number_kind parse_field(const struct batch *batch, struct span text, size_t feature,
                                    double *value)
{
    const struct columns *columns = batch->columns;
    if (batch->letters || columns->wrapped) {
        text = batch_unquoted(batch, text);
    }
    enum number_kind kind = columns->styled ? number_parse_styled(text, columns->style[feature],
                                                                  batch->c_locale, value)
                                            : number_parse(text, batch->c_locale, value);
    if (kind == NUMBER_BAD && columns->missing != NULL) {
        struct span word = column_names_trimmed(text);
        if (word.length == strlen(columns->missing) &&
            memcmp(word.bytes, columns->missing, word.length) == 0) {
            return NUMBER_MISSING;
        }
    }
    return kind;
}

/* Parses the features of row k of the group into clean values; returns the first that is no
 * number, or d. */
static size_t parse_features(const struct batch *batch, size_t k, double *values,
                             struct marks *marks)
{
    const struct columns *columns = batch->columns;
    size_t d = columns->d;
    *marks = (struct marks){.any = false};
    for (size_t i = 0; i < d; i++) {
        double value = 0;
        enum number_kind kind =
            parse_field(batch, batch->group_fields[k][columns->feature[i]], i, &value);
        if (kind == NUMBER_BAD) {
            return i;
        }
        bool infinite = isinf(value) != 0, missing = kind == NUMBER_MISSING;
        marks->missing[i / WORD] |= (uint64_t)missing << i % WORD;
        marks->infinite[i / WORD] |= (uint64_t)infinite << i % WORD;
        marks->any = marks->any || missing || infinite;
        values[i] = infinite || value == 0 ? 0.0 : value; /* never -0 */
    }
    return d;
}

/* Neither time nor account nor any value. */
static bool is_blank_row(const struct batch *batch, size_t k)
{
    if (batch->columns->time == COLUMN_NONE && batch->columns->user == COLUMN_NONE) {
        return false; /* a row of missing values, as pandas has it */
    }
    for (size_t i = 0; i < batch->columns->n_fields; i++) {
        if (column_names_trimmed(batch->group_fields[k][i]).length > 0) {
            return false;
        }
    }
    return true;
}

static void count_marks(const uint64_t *marks, uint64_t *counts)
{
    for (size_t i = 0; i < WORDS; i++) {
        for (uint64_t left = marks[i]; left != 0; left &= left - 1) {
            counts[i * WORD + (size_t)__builtin_ctzll(left)]++;
        }
    }
}

/* Remembers how a field that is no number was written: the style of its column may be wrong. */
static bool note_odd(struct batch *batch, size_t k, size_t feature)
{
    const struct columns *columns = batch->columns;
    if (batch->odd == NULL &&
        ((batch->odd = mem_zero(columns->d, sizeof *batch->odd, what, &batch->status)) ==
             NULL ||
         (batch->sums = mem_zero(columns->d, sizeof *batch->sums, what, &batch->status)) ==
             NULL)) {
        return false;
    }
    for (size_t i = 0; i < columns->d; i++) {
        double value;
        struct span field = batch->group_fields[k][columns->feature[i]];
        if (i >= feature) {
            number_census_add(&batch->odd[i], field);
        }
        if (parse_field(batch, field, i, &value) == NUMBER_GOOD && isfinite(value)) {
            batch->sums[i].sum += value;
            batch->sums[i].n++;
        }
    }
    return true;
}

/* A profile for row k of the group, which the cache does not know. */
static bool find_profile(struct batch *batch, size_t k, bool remember, bool *accepted)
{
    const struct profile_set *set = table_builder_profiles(batch->builder);
    double values[TABLE_FEATURES_MAX];
    struct marks marks;
    size_t wrong = parse_features(batch, k, values, &marks);
    *accepted = wrong == batch->columns->d;
    if (!*accepted) {
        if (batch_skip(batch, batch->group_fields[k], batch->columns->n_fields, true)) {
            return true;
        }
        reject_number(batch, k, wrong);
        return note_odd(batch, k, wrong);
    }
    if (marks.any && is_blank_row(batch, k)) { /* ",,,,", as spreadsheets end */
        *accepted = false;
        return true;
    }
    if (marks.any) {
        count_marks(marks.missing, batch->missing);
        count_marks(marks.infinite, batch->infinite);
    }
    uint64_t hash = profile_set_hash(set, values);
    uint32_t profile = profile_set_find(set, values, hash);
    batch->row_profile[batch->n_rows] = profile;
    /* Texts with a mark are not remembered: each such row has to be counted. */
    bool memorable = remember && !marks.any;
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
        batch->last_missing = number_missing(batch->last_text);
    }
    batch->row_time[batch->n_rows] = batch->last_time;
    batch->missing_time += batch->last_missing;
    return true;
}

enum { JOINED = 160 }; /* bytes of a day and a time of day */

/* The day, a blank, and the time of day that stands in another column. */
static struct span join_time(const struct batch *batch, size_t k, struct span day, char *joined)
{
    struct span clock = batch_unquoted(batch, batch->group_fields[k][batch->columns->clock]);
    day = column_names_trimmed(day);
    clock = column_names_trimmed(clock);
    if (day.length == 0 || clock.length == 0 || day.length + clock.length + 1 > JOINED) {
        return day;
    }
    memcpy(joined, day.bytes, day.length);
    joined[day.length] = ' ';
    memcpy(joined + day.length + 1, clock.bytes, clock.length);
    return (struct span){joined, day.length + clock.length + 1};
}

/* A time that is quoted, or in two columns. Apart, as most rows have none. */
static bool find_odd_time(struct batch *batch, size_t k)
{
    char joined[JOINED];
    struct span time = batch_unquoted(batch, batch->group_fields[k][batch->columns->time]);
    if (batch->columns->clock != COLUMN_NONE) {
        time = join_time(batch, k, time, joined);
    }
    return find_time(batch, time);
}

/* Numbers alone do not tell a line of totals from a row: the field of its time does, or of its
 * account where there is no time. It begins with no digit. */
static inline bool may_be_total(const struct batch *batch, size_t k)
{
    const struct columns *columns = batch->columns;
    size_t field = columns->time != COLUMN_NONE ? columns->time : columns->user;
    if (field == COLUMN_NONE) {
        return false;
    }
    struct span text = batch->group_fields[k][field];
    if (text.length == 0 && columns->user != COLUMN_NONE) {
        text = batch->group_fields[k][columns->user];
    }
    return text.length > 0 && (unsigned char)(text.bytes[0] - '0') > 9 &&
           strchr("tTgGsSoO\xd0", text.bytes[0]) != NULL;
}

static bool note_beside(struct batch *batch, size_t k)
{
    const struct columns *columns = batch->columns;
    size_t n = columns->n_beside;
    if (!mem_grow(&batch->beside, &batch->beside_capacity, (batch->n_rows + 1) * n,
                  sizeof *batch->beside, what, &batch->status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        double value;
        struct span text = batch_unquoted(batch, batch->group_fields[k][columns->beside[i]]);
        bool good = number_parse(text, batch->c_locale, &value) == NUMBER_GOOD;
        batch->beside[batch->n_rows * n + i] = good ? (float)value : NAN;
    }
    return true;
}

bool batch_append_row(struct batch *batch, size_t k, bool remember)
{
    bool accepted = true;
    if (may_be_total(batch, k) &&
        batch_skip(batch, batch->group_fields[k], batch->columns->n_fields, false)) {
        return true;
    }
    batch->row_profile[batch->n_rows] = batch->group_profile[k];
    if (batch->group_profile[k] == DICT_NONE && !find_profile(batch, k, remember, &accepted)) {
        return false;
    }
    if (!accepted) {
        return true;
    }
    if (batch->columns->time != COLUMN_NONE) {
        bool plain =
            !batch->letters && !batch->columns->wrapped && batch->columns->clock == COLUMN_NONE;
        if (!(plain ? find_time(batch, batch->group_fields[k][batch->columns->time])
                    : find_odd_time(batch, k))) {
            return false;
        }
    }
    if (batch->columns->user != COLUMN_NONE) {
        if ((batch->group_user_unknown >> k & 1) != 0) {
            batch->missing_user += number_missing(batch->group_user[k]);
        }
        batch->row_user[batch->n_rows] = batch->group_user_id[k];
        if (batch->group_user_id[k] == DICT_NONE && !note_user(batch, k)) {
            return false;
        }
    }
    if (batch->columns->n_beside > 0 && !note_beside(batch, k)) {
        return false;
    }
    batch->n_rows++;
    return true;
}
