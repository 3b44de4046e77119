/* A review as JSON. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/text.h"
#include "review/exchange/exchange_internal.h"

/* -- out: a line an entry, so that a text tool can work on it -- */

static void put_string(struct outfile *file, const char *text)
{
    quote_json(file, text, strlen(text));
}

/* ,"key":"text" unless it says nothing. */
static void put_optional(struct outfile *file, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        outfile_printf(file, ",\"%s\":", key);
        put_string(file, text);
    }
}

static void put_rows(struct outfile *file, const struct entry *entry)
{
    outfile_printf(file, ",\"rows\":[");
    for (size_t i = 0; i < entry->n_rows; i++) {
        const struct entry_row *row = &entry->rows[i];
        outfile_printf(file, "%s{\"row_id\":%" PRIu32 ",\"content\":\"%016" PRIx64 "\"",
                       i > 0 ? "," : "", row->row, row->content);
        if (row->occurrence > 0) {
            outfile_printf(file, ",\"occurrence\":%" PRIu32, row->occurrence);
        }
        if (row->rank > 0) {
            outfile_printf(file, ",\"rank\":%" PRIu32, row->rank);
        }
        put_optional(file, "dt", row->dt);
        put_optional(file, "src_user", row->user);
        outfile_printf(file, "}");
    }
    outfile_printf(file, "]");
}

static void put_entry(struct outfile *file, const struct entry *entry)
{
    outfile_printf(file, "{\"uid\":\"%s\",\"kind\":\"%s\",\"reviewer\":", entry->uid,
                   entry_kind_name(entry->kind));
    put_string(file, entry->reviewer);
    outfile_printf(file, ",\"at_ms\":%" PRId64, entry->at_ms);
    if (entry->kind == ENTRY_VERDICT) {
        outfile_printf(file, ",\"verdict\":\"%s\"", verdict_name(entry->verdict));
    }
    if (entry->note != NULL) {
        outfile_printf(file, ",\"note\":");
        put_string(file, entry->note);
    }
    if (entry->reason != NULL) {
        outfile_printf(file, ",\"reason\":");
        put_string(file, entry->reason);
    }
    put_optional(file, "episode", entry->episode);
    put_optional(file, "suggestion", entry->suggestion);
    put_optional(file, "target", entry->target);
    put_optional(file, "origin", entry->origin);
    if (isfinite(entry->seconds)) {
        char text[DOUBLE_TEXT];
        double_text_write(entry->seconds, text);
        outfile_printf(file, ",\"seconds\":%s", text);
    }
    put_optional(file, "detector", entry->detector);
    put_optional(file, "queue", entry->queue);
    outfile_printf(file, ",\"role\":\"%s\",\"blind\":%s", entry_role_name(entry->role),
                   entry->blind ? "true" : "false");
    if (entry->k > 0) {
        outfile_printf(file, ",\"k\":%" PRIu32, entry->k);
    }
    if (entry->n_rows > 0) {
        put_rows(file, entry);
    }
    outfile_printf(file, "}");
}

/* Whether an entry says what a reader of version 1 would refuse, or lose without a word. */
static bool is_of_version_2(const struct entry *entry)
{
    return entry->kind == ENTRY_REASON || entry->verdict == VERDICT_LATER ||
           entry->reason != NULL || entry->episode != NULL || entry->suggestion != NULL;
}

bool exchange_put_json(struct outfile *file, const struct history *history,
                       const struct review_dataset *dataset, size_t first,
                       struct status *status)
{
    int version = 1;
    (void)status;
    for (size_t i = first; i < history_count(history); i++) {
        version = is_of_version_2(history_entry(history, i)) ? 2 : version;
    }
    outfile_printf(
        file,
        "{\"format\":\"oddhours-review\",\"version\":%d,\n\"dataset\":{\"hash\":", version);
    put_string(file, dataset->hash);
    outfile_printf(file, ",\"name\":");
    put_string(file, dataset->name);
    outfile_printf(file, ",\"features\":");
    put_string(file, dataset->features);
    outfile_printf(file, ",\"bytes\":%" PRIu64 ",\"rows\":%" PRIu64 "},\n\"entries\":[",
                   dataset->bytes, dataset->rows);
    for (size_t i = first; i < history_count(history); i++) {
        outfile_printf(file, "%s\n", i > first ? "," : "");
        put_entry(file, history_entry(history, i));
    }
    outfile_printf(file, "\n]}\n");
    return true; /* outfile_commit() reports what failed */
}

/* -- in -- */

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* A copy of a text; absent is NULL. */
static char *copy_of(const cJSON *object, const char *key, bool *good, struct status *status)
{
    const char *text = text_of(object, key);
    char *copy = text != NULL ? text_utf8(text, strlen(text), status) : NULL;
    *good = *good && (text == NULL || copy != NULL);
    return copy;
}

/* A copy of a text; absent and empty are NULL. */
static char *words_of(const cJSON *object, const char *key, bool *good, struct status *status)
{
    const char *text = text_of(object, key);
    return text != NULL && text[0] != '\0' ? copy_of(object, key, good, status) : NULL;
}

/* A whole number in 0 .. most; absent is 0. */
static uint64_t count_of(const cJSON *object, const char *key, double most, bool *good)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (item == NULL) {
        return 0;
    }
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    bool fits = value >= 0 && value <= most && value == floor(value);
    *good = *good && fits;
    return fits ? (uint64_t)value : 0;
}

static void uid_of(const cJSON *object, const char *key, char uid[ENTRY_UID], bool *good)
{
    const char *text = text_of(object, key);
    *good = (text == NULL || exchange_uid(text, strlen(text), uid)) && *good;
}

static bool get_row(const cJSON *item, struct entry_row *row, struct status *status)
{
    const char *content = text_of(item, "content");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "row_id");
    bool good = id != NULL && content != NULL && exchange_content(content, &row->content);
    row->row = (uint32_t)count_of(item, "row_id", UINT32_MAX - 1.0, &good);
    row->rank = (uint32_t)count_of(item, "rank", UINT32_MAX, &good);
    row->occurrence = (uint32_t)count_of(item, "occurrence", UINT32_MAX, &good);
    if (!good) {
        return status_set(
            status, STATUS_INPUT,
            "a row of the review has no valid row_id, rank, occurrence or content");
    }
    row->dt = copy_of(item, "dt", &good, status);
    row->user = copy_of(item, "src_user", &good, status);
    return good;
}

static bool get_texts(const cJSON *item, struct entry *entry, struct status *status)
{
    bool good = true;
    entry->reviewer = copy_of(item, "reviewer", &good, status);
    entry->note = copy_of(item, "note", &good, status);
    entry->detector = copy_of(item, "detector", &good, status);
    entry->queue = copy_of(item, "queue", &good, status);
    entry->reason = copy_of(item, "reason", &good, status);
    if (entry->kind != ENTRY_REASON && entry->reason != NULL && entry->reason[0] == '\0') {
        free(entry->reason);
        entry->reason = NULL;
    }
    entry->episode = words_of(item, "episode", &good, status);
    entry->suggestion = words_of(item, "suggestion", &good, status);
    return good;
}

static bool get_values(const cJSON *item, struct entry *entry, struct status *status)
{
    const char *kind = text_of(item, "kind"), *role = text_of(item, "role");
    const char *verdict = text_of(item, "verdict");
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(item, "seconds");
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(item, "at_ms");
    bool good =
        kind != NULL && cJSON_IsNumber(at) && fabs(at->valuedouble) <= (double)EXCHANGE_MOST;
    entry->kind = kind != NULL ? entry_kind_parse(kind) : ENTRY_KINDS;
    entry->role = role != NULL ? entry_role_parse(role) : ROLE_LIST;
    entry->verdict = verdict != NULL ? verdict_parse(verdict) : VERDICT_NONE;
    entry->at_ms = good ? (int64_t)at->valuedouble : 0;
    entry->seconds = cJSON_IsNumber(seconds) ? seconds->valuedouble : NAN;
    entry->blind = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "blind"));
    entry->k = (uint32_t)count_of(item, "k", UINT32_MAX, &good);
    uid_of(item, "uid", entry->uid, &good);
    uid_of(item, "target", entry->target, &good);
    uid_of(item, "origin", entry->origin, &good);
    return (good && entry->kind < ENTRY_KINDS && entry->role < ENTRY_ROLES) ||
           status_set(status, STATUS_INPUT,
                      "entry %.32s of the review has no valid uid, target, origin, kind, role, "
                      "at_ms or k",
                      entry->uid);
}

static struct entry *get_entry(const cJSON *item, struct status *status)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(item, "rows"), *row;
    struct entry *entry = entry_new((size_t)cJSON_GetArraySize(rows), status);
    bool good =
        entry != NULL && get_values(item, entry, status) && get_texts(item, entry, status);
    size_t i = 0;
    for (row = rows != NULL ? rows->child : NULL; good && row != NULL; row = row->next) {
        good = get_row(row, &entry->rows[i++], status);
    }
    if (!good) {
        entry_free(entry);
        return NULL;
    }
    return entry;
}

static bool get_dataset(const cJSON *item, struct review_dataset *dataset,
                        struct status *status)
{
    bool good = item != NULL;
    dataset->hash = copy_of(item, "hash", &good, status);
    dataset->name = copy_of(item, "name", &good, status);
    dataset->features = copy_of(item, "features", &good, status);
    dataset->bytes = count_of(item, "bytes", (double)EXCHANGE_MOST, &good);
    dataset->rows = count_of(item, "rows", (double)EXCHANGE_MOST, &good);
    return good || status_set(status, STATUS_INPUT, "the review does not describe its dataset");
}

bool exchange_get_json(const char *bytes, size_t length, struct exchange *exchange,
                       struct status *status)
{
    cJSON *root = cJSON_ParseWithLength(bytes, length);
    const char *format = text_of(root, "format");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(root, "entries");
    bool good = format != NULL && strcmp(format, "oddhours-review") == 0 &&
                cJSON_IsNumber(version) && cJSON_IsArray(entries);
    if (!good) {
        status_set(status, STATUS_INPUT, "this JSON is no review of oddhours");
    } else if (version->valuedouble != 1 && version->valuedouble != 2) {
        good =
            status_set(status, STATUS_INPUT,
                       "the review is of version %g and this oddhours knows versions 1 and 2",
                       version->valuedouble);
    }
    good = good && get_dataset(cJSON_GetObjectItemCaseSensitive(root, "dataset"),
                               &exchange->dataset, status);
    for (const cJSON *item = good ? entries->child : NULL; good && item != NULL;
         item = item->next) {
        struct entry *entry = get_entry(item, status);
        good = entry != NULL && exchange_add(exchange, entry, status);
    }
    cJSON_Delete(root);
    return good;
}
