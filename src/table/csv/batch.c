#define _GNU_SOURCE
#include "table/csv/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "table/csv/batch_internal.h"
#include "table/csv/column_names.h"
#include "table/number.h"

/* DESIGN. Lines are gathered in groups, because to find a user or a profile among many is
 * mostly waiting for memory, and a group waits once. A row whose profile is known by the text
 * of its features (cache) needs no number parsed. Rows are made in batch_row.c and go into the
 * table in batch_resolve.c. */

static const char what[] = "rows being read";

struct batch *batch_new(const struct columns *columns, struct table_builder *builder,
                        const struct batch_caches *caches, struct status *status)
{
    struct batch *batch = mem_zero(1, sizeof *batch, what, status);
    if (batch == NULL) {
        return NULL;
    }
    batch->columns = columns;
    batch->builder = builder;
    batch->caches = *caches;
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
    free(batch->odd);
    free(batch->sums);
    free(batch->beside);
    free(batch);
}

void batch_begin(struct batch *batch, bool stable, bool letters)
{
    batch->stable = stable;
    batch->letters = letters;
    dict_clear(batch->times);
    batch->last_time = DICT_NONE;
    batch->n_group = batch->n_rows = batch->n_rejects = 0;
    batch->n_users = batch->n_profiles = batch->n_texts = 0;
    batch->known = 0;
    batch->rejected = batch->missing_time = batch->missing_user = 0;
    batch->skipped = (struct read_skipped){0};
    free(batch->odd);
    free(batch->sums);
    batch->odd = NULL;
    batch->sums = NULL;
    memset(batch->missing, 0, sizeof batch->missing);
    memset(batch->infinite, 0, sizeof batch->infinite);
    batch->status.code = STATUS_OK;
}

struct span batch_unquoted(const struct batch *batch, struct span text)
{
    if (batch->columns->wrapped) {
        text = column_names_unwrapped(text);
    }
    if (!batch->letters) {
        return text;
    }
    if (text.length > 0 && text.bytes[0] == '"') {
        text.bytes++;
        text.length--;
    }
    text.length -= text.length > 0 && text.bytes[text.length - 1] == '"';
    return text;
}

void batch_note_reject(struct batch *batch, uint64_t line, const char *reason)
{
    if (batch->n_rejects < TABLE_REJECTS_KEPT) {
        struct reject *kept = &batch->rejects[batch->n_rejects++];
        kept->line = line;
        snprintf(kept->reason, sizeof kept->reason, "%s", reason);
    }
    batch->rejected++;
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

/* The ids of the group's users: most are in the cache, the others are searched in the table. */
static void find_users(struct batch *batch, const struct dict *users)
{
    size_t n = batch->n_group, n_left = 0;
    struct span texts[DICT_GROUP];
    uint64_t hashes[DICT_GROUP];
    uint32_t ids[DICT_GROUP];
    for (size_t k = 0; k < n; k++) {
        batch->group_user[k] = batch->group_fields[k][batch->columns->user];
        if (batch->letters || batch->columns->wrapped) {
            batch->group_user[k] = batch_unquoted(batch, batch->group_user[k]);
        }
    }
    text_cache_find_group(batch->caches.users, batch->group_user, n, batch->group_user_id);
    batch->group_user_unknown = 0;
    for (size_t k = 0; k < n; k++) {
        if (batch->group_user_id[k] == DICT_NONE) {
            batch->group_user_unknown |= UINT64_C(1) << k;
            batch->group_user_hash[k] = dict_hash(batch->group_user[k]);
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
    }
    text_cache_find_group(batch->caches.features, batch->group_text, n, batch->group_profile);
    for (size_t k = 0; k < n; k++) {
        batch->known += batch->group_profile[k] != DICT_NONE;
    }
}

/* Looks up what the group has, and makes rows of it. */
static bool end_group(struct batch *batch)
{
    size_t n = batch->n_group;
    const struct dict *users = table_builder_users(batch->builder);
    bool remember = batch->columns->adjacent && text_cache_pays(batch->caches.features);
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
        if (!batch_append_row(batch, k, remember)) {
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

static bool is_total(struct span text)
{
    static const char *const words[] = {"total",          "totals",
                                        "grand total",    "sum",
                                        "subtotal",       "gesamt",
                                        "summe",          "totaal",
                                        "totale",         "итого",
                                        "gesamtergebnis", "gesamtsumme",
                                        "total general",  "total g\xC3\xA9n\xC3\xA9ral",
                                        "somme",          "suma",
                                        "totalt",         "overall total",
                                        "sub total"};
    while (text.length > 0 &&
           (text.bytes[text.length - 1] == ':' || text.bytes[text.length - 1] == ' ')) {
        text.length--;
    }
    for (size_t i = 0; text.length >= 3 && i < sizeof words / sizeof *words; i++) {
        if (text.length == strlen(words[i]) && ascii_same(text.bytes, words[i], text.length)) {
            return true;
        }
    }
    return false;
}

static bool has_only(struct span text, const char *signs)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '\0' || strchr(signs, text.bytes[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* The rule below a header, or around a table, as sqlcmd, psql, mysql and Markdown draw it. */
static bool is_rule(const struct span *fields, size_t n_fields)
{
    size_t longest = 0;
    for (size_t i = 0; i < n_fields; i++) {
        if (!has_only(fields[i], "-=+:| \t")) {
            return false;
        }
        longest = fields[i].length > longest ? fields[i].length : longest;
    }
    return longest >= 3;
}

/* "(24 rows affected)", "24 rows in set (0.01 sec)", "24 records exported." */
static bool is_count_of_rows(struct span text)
{
    size_t i = text.length > 0 && text.bytes[0] == '(', from = i;
    while (i < text.length && ((text.bytes[i] >= '0' && text.bytes[i] <= '9') ||
                               text.bytes[i] == ',' || text.bytes[i] == '.')) {
        i++;
    }
    if (i == from || i == text.length || text.bytes[i] != ' ') {
        return false;
    }
    text.bytes += i + 1;
    text.length -= i + 1;
    return (text.length >= 3 && ascii_same(text.bytes, "row", 3)) ||
           (text.length >= 6 && ascii_same(text.bytes, "record", 6));
}

/* What programs and people write between the rows and around them. */
static bool is_remark(const struct span *fields, size_t n_fields)
{
    struct span first = column_names_trimmed(fields[0]);
    if (first.length > 0 && first.bytes[0] == '#' && !number_missing(first)) {
        return true;
    }
    if (n_fields == 1 && first.length > 0) {
        bool nothing = true; /* what editors and file systems leave at the end: NUL, Ctrl-Z */
        for (size_t i = 0; i < first.length; i++) {
            nothing = nothing && (first.bytes[i] == '\0' || first.bytes[i] == '\x1A');
        }
        bool sql = first.length > 2 &&
                   (memcmp(first.bytes, "-- ", 3) == 0 || memcmp(first.bytes, "// ", 3) == 0);
        if (nothing || sql || is_count_of_rows(first)) {
            return true;
        }
    }
    return is_rule(fields, n_fields);
}

/* The account tells a line of totals only where there is no time to it. */
static bool is_line_of_totals(const struct columns *columns, const struct span *fields,
                              size_t n_fields)
{
    size_t time = columns->time, user = columns->user;
    bool has_time = time != COLUMN_NONE && time < n_fields;
    if (is_total(column_names_trimmed(fields[0])) || (has_time && is_total(fields[time]))) {
        return true;
    }
    return (!has_time || column_names_trimmed(fields[time]).length == 0) &&
           user != COLUMN_NONE && user < n_fields && is_total(fields[user]);
}

bool batch_skip(struct batch *batch, const struct span *fields, size_t n_fields, bool comments)
{
    const struct columns *columns = batch->columns;
    if (comments && is_remark(fields, n_fields)) {
        batch->skipped.comments++;
        return true;
    }
    bool header = n_fields >= columns->n_fields;
    for (size_t i = 0; i < columns->d && header; i++) {
        struct span name = {columns->names[i], strlen(columns->names[i])};
        header = column_names_alike(column_names_unwrapped(fields[columns->feature[i]]), name);
    }
    bool total = is_line_of_totals(columns, fields, n_fields);
    batch->skipped.headers += header;
    batch->skipped.totals += !header && total;
    return header || total;
}

/* One field more, with nothing in it, is what a delimiter at the end of the line leaves. */
static bool has_spare_field(const struct batch *batch, const struct line *line)
{
    size_t n = batch->columns->n_fields;
    return line->n_fields == n + 1 && line->fields[n].length == 0;
}

static bool reject_field_count(struct batch *batch, const struct line *line)
{
    char reason[80] = "";
    if (batch_skip(batch, line->fields,
                   line->n_fields < batch->columns->n_fields ? line->n_fields
                                                             : batch->columns->n_fields,
                   true)) {
        return end_group(batch);
    }
    if (batch->n_rejects < TABLE_REJECTS_KEPT) { /* nobody will see the others */
        snprintf(reason, sizeof reason, "%zu field%s instead of %zu", line->n_fields,
                 line->n_fields == 1 ? "" : "s", batch->columns->n_fields);
    }
    return batch_reject(batch, line->number, reason);
}

bool batch_line(void *context, const struct line *line)
{
    struct batch *batch = context;
    if (line->n_fields == 1 && is_blank(line->fields[0])) {
        return end_group(batch); /* a blank line, too, uses up room for fields */
    }
    if (line->n_fields != batch->columns->n_fields && !has_spare_field(batch, line)) {
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
    batch_note_reject(batch, line, reason);
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

const float *batch_beside(const struct batch *batch)
{
    return batch->beside;
}

const struct number_census *batch_odd(const struct batch *batch)
{
    return batch->odd;
}

const struct reject_sum *batch_reject_sums(const struct batch *batch)
{
    return batch->sums;
}
