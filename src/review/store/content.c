#include "review/store/content.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/text.h"

uint64_t content_combine(uint64_t time, uint64_t user, uint64_t values)
{
    const uint64_t parts[3] = {time, user, values};
    return XXH3_64bits(parts, sizeof parts);
}

static uint64_t text_hash(const struct dict *dict, const uint32_t *ids, size_t row)
{
    if (dict == NULL || ids == NULL) {
        return 0;
    }
    struct span text = dict_get(dict, ids[row]);
    return XXH3_64bits(text.bytes, text.length);
}

uint64_t content_profile(const struct table *table, size_t profile)
{
    return XXH3_64bits(table_profile(table, profile), table->profiles.d * sizeof(double));
}

uint64_t content_hash(const struct table *table, size_t row)
{
    return content_combine(text_hash(table->times, table->row_time, row),
                           text_hash(table->users, table->row_user, row),
                           content_profile(table, table->row_profile[row]));
}

/* -- the store's view of a table -- */

static char *row_text(const struct dict *dict, const uint32_t *ids, size_t row,
                      struct status *status)
{
    struct span text = dict_get(dict, ids[row]);
    return text_utf8(text.bytes, text.length, status);
}

static bool describe(const void *source, uint32_t row, struct entry_row *to,
                     struct status *status)
{
    const struct table *table = source;
    if (row >= table->n_rows) {
        return status_set(status, STATUS_USAGE, "there is no row %u", row);
    }
    to->content = content_hash(table, row);
    if (table->row_time != NULL) {
        to->dt = row_text(table->times, table->row_time, row, status);
    }
    if (table->row_user != NULL) {
        to->user = row_text(table->users, table->row_user, row, status);
    }
    return (table->row_time == NULL || to->dt != NULL) &&
           (table->row_user == NULL || to->user != NULL);
}

static bool same_text(const struct dict *dict, const uint32_t *ids, size_t row,
                      const char *text)
{
    if (dict == NULL || ids == NULL || text == NULL) {
        return (dict == NULL || ids == NULL) == (text == NULL);
    }
    char *own = row_text(dict, ids, row, NULL);
    bool same = own != NULL && strcmp(own, text) == 0;
    free(own);
    return same;
}

/* With other features a row may still be the same row: then its time and user must be. */
static bool accepts(const void *source, const struct entry_row *row, bool same_features)
{
    const struct table *table = source;
    if (row->row >= table->n_rows) {
        return false;
    }
    if (same_features) {
        return row->content == content_hash(table, row->row);
    }
    return same_text(table->times, table->row_time, row->row, row->dt) &&
           same_text(table->users, table->row_user, row->row, row->user);
}

struct row_source content_source(const struct table *table)
{
    return (struct row_source){.table = table,
                               .describe = describe,
                               .accepts = accepts,
                               .occurrences = content_occurrences,
                               .find = content_find,
                               .find_earlier = content_find_earlier};
}

void content_dataset_free(struct review_dataset *dataset)
{
    free(dataset->hash);
    free(dataset->name);
    free(dataset->features);
    *dataset = (struct review_dataset){0};
}

bool content_dataset(const struct table *table, struct review_dataset *dataset,
                     struct status *status)
{
    const struct read_report *report = &table->report;
    const char *name = report->name != NULL ? report->name : "-";
    size_t size = 1;
    for (size_t i = 0; i < table->profiles.d; i++) {
        size += strlen(table->feature_names[i]) + 1;
    }
    *dataset = (struct review_dataset){.bytes = report->bytes, .rows = table->n_rows};
    dataset->hash = mem_text(report->hash, strlen(report->hash), status);
    dataset->name = mem_text(name, strlen(name), status);
    dataset->features = mem_zero(size, 1, "column names", status);
    if (dataset->hash == NULL || dataset->name == NULL || dataset->features == NULL) {
        content_dataset_free(dataset);
        return false;
    }
    char *to = dataset->features;
    for (size_t i = 0; i < table->profiles.d; i++) {
        size_t length = strlen(table->feature_names[i]);
        if (i > 0) {
            *to++ = ',';
        }
        memcpy(to, table->feature_names[i], length);
        to += length;
    }
    return true;
}

/* -- another version of the file -- */

static const struct entry_row *row_of(const struct entry *entry, uint32_t row)
{
    size_t low = 0, high = entry->n_rows;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (entry->rows[middle].row <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &entry->rows[low];
}

/* What is looked for: the distinct judged rows, in order. */
static struct row_wanted *wanted_rows(const struct judgement *list, size_t n, size_t *n_wanted,
                                      struct status *status)
{
    struct row_wanted *wanted = mem_new(n, sizeof *wanted, "rows to find", status);
    *n_wanted = 0;
    for (size_t i = 0; wanted != NULL && i < n; i++) {
        const struct entry *entry = list[i].verdict != NULL ? list[i].verdict : list[i].note;
        if (entry == NULL || (*n_wanted > 0 && wanted[*n_wanted - 1].row == list[i].row)) {
            continue;
        }
        const struct entry_row *row = row_of(entry, list[i].row);
        wanted[(*n_wanted)++] = (struct row_wanted){
            .content = row->content, .row = list[i].row, .occurrence = row->occurrence};
    }
    return wanted;
}

static int by_row(const void *a, const void *b)
{
    const struct row_wanted *one = a, *two = b;
    return (one->row > two->row) - (one->row < two->row);
}

/* Where a row of the other version is here; UINT32_MAX when it is not. */
static uint32_t found_at(const struct row_wanted *wanted, size_t n, uint64_t content,
                         uint32_t row)
{
    const struct row_wanted key = {.row = row};
    const struct row_wanted *found = bsearch(&key, wanted, n, sizeof key, by_row);
    return found != NULL && found->content == content ? found->found : UINT32_MAX;
}

/* A copy of `entry` for the one row `row` of this table. */
static struct entry *adopt(const struct table *table, const struct entry *entry, uint32_t row,
                           const char *reason, struct status *status)
{
    struct entry *copy = entry_new(1, status);
    if (copy == NULL) {
        return NULL;
    }
    copy->kind = entry->kind;
    copy->verdict = entry->verdict;
    copy->at_ms = entry->at_ms;
    copy->seconds = entry->seconds;
    copy->role = entry->role;
    copy->blind = entry->blind;
    copy->rows[0].row = row;
    copy->rows[0].occurrence = 0;
    memcpy(copy->origin, entry->uid, ENTRY_UID);
    copy->reviewer = mem_text(entry->reviewer, strlen(entry->reviewer), status);
    if (entry->note != NULL) {
        copy->note = mem_text(entry->note, strlen(entry->note), status);
    }
    if (reason != NULL && entry->kind == ENTRY_VERDICT) {
        copy->reason = mem_text(reason, strlen(reason), status);
    }
    if (copy->reviewer == NULL || (entry->note != NULL && copy->note == NULL) ||
        (reason != NULL && entry->kind == ENTRY_VERDICT && copy->reason == NULL) ||
        !describe(table, row, &copy->rows[0], status) || !entry_identify(copy, status)) {
        entry_free(copy);
        return NULL;
    }
    return copy;
}

bool content_match(const struct table *table, const struct history *history,
                   struct matched *matched, struct status *status)
{
    size_t n, n_wanted;
    const struct judgement *list = history_judgements(history, &n);
    struct row_wanted *wanted = wanted_rows(list, n, &n_wanted, status);
    *matched = (struct matched){0};
    bool good = wanted != NULL && content_find(table, wanted, n_wanted, status);
    if (good) {
        matched->entries = mem_new(2 * n, sizeof(struct entry *), "matched verdicts", status);
        good = matched->entries != NULL;
    }
    for (size_t i = 0; good && i < n; i++) {
        const struct entry *both[2] = {list[i].verdict, list[i].note};
        for (size_t j = 0; good && j < 2; j++) {
            uint32_t row = both[j] == NULL
                               ? UINT32_MAX
                               : found_at(wanted, n_wanted,
                                          row_of(both[j], list[i].row)->content, list[i].row);
            if (row == UINT32_MAX) {
                matched->unmatched += both[j] != NULL;
                continue;
            }
            struct entry *entry =
                adopt(table, both[j], row, judgement_reason(&list[i]), status);
            good = entry != NULL;
            if (good) {
                matched->entries[matched->n++] = entry;
            }
        }
    }
    free(wanted);
    if (!good) {
        matched_free(matched);
    }
    return good;
}

void matched_free(struct matched *matched)
{
    for (size_t i = 0; i < matched->n; i++) {
        entry_free(matched->entries[i]);
    }
    free(matched->entries);
    *matched = (struct matched){0};
}
