/* Entries in and out of the tables. */
#include "review/store/store_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

sqlite3_stmt *store_prepare(struct store *store, const char *sql, const char *doing,
                            struct status *status)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK) {
        store_fail(store, code, doing, status);
        return NULL;
    }
    return statement;
}

static const char *const statement_sql[STORE_STATEMENTS] = {
    [SQL_DATASET] = "INSERT OR IGNORE INTO dataset (hash, features, name, bytes, rows)"
                    " VALUES (?, ?, ?, ?, ?)",
    [SQL_NUMBER] = "SELECT entry_id FROM entry WHERE uid = ?",
    [SQL_ENTRY] = "INSERT INTO entry (uid, dataset_id, reviewer, kind, verdict, note, target,"
                  " at_ms, seconds, detector, queue, role, blind, k, origin, reason, episode,"
                  " suggestion) VALUES (?1, COALESCE((SELECT dataset_id FROM entry WHERE"
                  " uid = ?8 AND ?5 <> 'reason' AND dataset_id NOT IN (SELECT dataset_id FROM "
                  "dataset WHERE"
                  " hash = ?2)), (SELECT dataset_id FROM dataset WHERE hash = ?2 AND"
                  " features = ?3)),"
                  " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    [SQL_ROW] = "INSERT INTO entry_row (entry_id, row_id, content, rank, dt, src_user,"
                " occurrence) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [SQL_VERSION] = "PRAGMA data_version",
};

sqlite3_stmt *store_ready(struct store *store, enum store_statement which, const char *doing,
                          struct status *status)
{
    if (store->statements[which] == NULL) {
        store->statements[which] = store_prepare(store, statement_sql[which], doing, status);
    } else {
        sqlite3_reset(store->statements[which]);
        sqlite3_clear_bindings(store->statements[which]);
    }
    return store->statements[which];
}

void dataset_clear(struct review_dataset *dataset)
{
    free(dataset->hash);
    free(dataset->name);
    free(dataset->features);
    *dataset = (struct review_dataset){0};
}

bool dataset_copy(struct review_dataset *to, const struct review_dataset *from,
                  struct status *status)
{
    *to = (struct review_dataset){.bytes = from->bytes, .rows = from->rows};
    to->hash = text_utf8(from->hash, strlen(from->hash), status);
    to->name = text_utf8(from->name, strlen(from->name), status);
    to->features = text_utf8(from->features, strlen(from->features), status);
    if (to->hash == NULL || to->name == NULL || to->features == NULL) {
        dataset_clear(to);
        return false;
    }
    return true;
}

void entry_list_clear(struct entry_list *list, bool entries_too)
{
    for (size_t i = 0; entries_too && i < list->n; i++) {
        entry_free(list->entries[i]);
    }
    free(list->entries);
    *list = (struct entry_list){0};
}

/* -- reading -- */

/* A copy of a text column; NULL with *good kept for SQL's NULL. */
static char *column_text(sqlite3_stmt *statement, int column, bool *good, struct status *status)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    if (text == NULL) {
        return NULL;
    }
    char *copy = text_utf8((const char *)text, strlen((const char *)text), status);
    *good = *good && copy != NULL;
    return copy;
}

static void column_uid(sqlite3_stmt *statement, int column, char uid[ENTRY_UID])
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    snprintf(uid, ENTRY_UID, "%s", text != NULL ? (const char *)text : "");
}

#define SELECT_ENTRIES                                                                         \
    "SELECT e.entry_id, e.uid, e.reviewer, e.kind, e.verdict, e.note, e.target, e.at_ms,"      \
    " e.seconds, e.detector, e.queue, e.role, e.blind, e.k, e.origin, e.reason, e.episode,"    \
    " e.suggestion, d.hash = ?1, d.features = ?2, d.rows,"                                     \
    " (SELECT count(*) FROM entry_row r WHERE r.entry_id = e.entry_id)"                        \
    " FROM entry e JOIN dataset d USING (dataset_id) WHERE e.entry_id > ?3 AND d.hash "

static const char entries_sql[] = SELECT_ENTRIES "= ?1 ORDER BY e.entry_id";
static const char line_entries_sql[] =
    STORE_LINE SELECT_ENTRIES "IN (SELECT hash FROM line) ORDER BY e.entry_id";

enum {
    COLUMN_ID,
    COLUMN_UID,
    COLUMN_REVIEWER,
    COLUMN_KIND,
    COLUMN_VERDICT,
    COLUMN_NOTE,
    COLUMN_TARGET,
    COLUMN_AT,
    COLUMN_SECONDS,
    COLUMN_DETECTOR,
    COLUMN_QUEUE,
    COLUMN_ROLE,
    COLUMN_BLIND,
    COLUMN_K,
    COLUMN_ORIGIN,
    COLUMN_REASON,
    COLUMN_EPISODE,
    COLUMN_SUGGESTION,
    COLUMN_HERE,
    COLUMN_SAME,
    COLUMN_TABLE,
    COLUMN_ROWS
};

static struct entry *read_entry(sqlite3_stmt *s, struct status *status)
{
    struct entry *entry = entry_new((size_t)sqlite3_column_int64(s, COLUMN_ROWS), status);
    if (entry == NULL) {
        return NULL;
    }
    bool good = true;
    entry->number = (uint64_t)sqlite3_column_int64(s, COLUMN_ID);
    column_uid(s, COLUMN_UID, entry->uid);
    column_uid(s, COLUMN_TARGET, entry->target);
    column_uid(s, COLUMN_ORIGIN, entry->origin);
    entry->reviewer = column_text(s, COLUMN_REVIEWER, &good, status);
    entry->note = column_text(s, COLUMN_NOTE, &good, status);
    entry->detector = column_text(s, COLUMN_DETECTOR, &good, status);
    entry->queue = column_text(s, COLUMN_QUEUE, &good, status);
    entry->reason = column_text(s, COLUMN_REASON, &good, status);
    entry->episode = column_text(s, COLUMN_EPISODE, &good, status);
    entry->suggestion = column_text(s, COLUMN_SUGGESTION, &good, status);
    const char *kind = (const char *)sqlite3_column_text(s, COLUMN_KIND);
    const char *verdict = (const char *)sqlite3_column_text(s, COLUMN_VERDICT);
    const char *role = (const char *)sqlite3_column_text(s, COLUMN_ROLE);
    entry->kind = kind != NULL ? entry_kind_parse(kind) : ENTRY_KINDS;
    entry->role = role != NULL ? entry_role_parse(role) : ENTRY_ROLES;
    entry->verdict = verdict != NULL ? verdict_parse(verdict) : VERDICT_NONE;
    entry->at_ms = sqlite3_column_int64(s, COLUMN_AT);
    if (sqlite3_column_type(s, COLUMN_SECONDS) != SQLITE_NULL) {
        entry->seconds = sqlite3_column_double(s, COLUMN_SECONDS);
    }
    entry->blind = sqlite3_column_int(s, COLUMN_BLIND) != 0;
    entry->k = (uint32_t)sqlite3_column_int64(s, COLUMN_K);
    if (!good) {
        entry_free(entry);
        return NULL;
    }
    return entry;
}

/* Fills in the rows of an entry. A number that none can be is left as one that no row has. */
static bool read_rows(struct store *store, sqlite3_stmt *s, struct entry *entry,
                      struct status *status)
{
    size_t n = 0;
    bool good = true;
    int code;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)entry->number);
    while ((code = sqlite3_step(s)) == SQLITE_ROW && n < entry->n_rows) {
        struct entry_row *row = &entry->rows[n++];
        const char *content = (const char *)sqlite3_column_text(s, 1);
        sqlite3_int64 id = sqlite3_column_int64(s, 0);
        row->row = id >= 0 && id < UINT32_MAX ? (uint32_t)id : UINT32_MAX;
        row->content = content != NULL ? strtoull(content, NULL, 16) : 0;
        row->rank = (uint32_t)sqlite3_column_int64(s, 2);
        row->dt = column_text(s, 3, &good, status);
        row->user = column_text(s, 4, &good, status);
        row->occurrence = (uint32_t)sqlite3_column_int64(s, 5);
        if (!good) {
            break;
        }
    }
    entry->n_rows = good && code == SQLITE_DONE ? n : entry->n_rows;
    sqlite3_reset(s);
    return good && (code == SQLITE_DONE || store_fail(store, code, "reading", status));
}

/* Entries that a newer or a broken program wrote are passed over, not guessed at. */
static bool readable(const struct entry *entry)
{
    bool action = entry->kind != ENTRY_UNDO && entry->kind != ENTRY_REDO;
    return entry->kind < ENTRY_KINDS && entry->role < ENTRY_ROLES && entry->reviewer != NULL &&
           (entry->kind != ENTRY_VERDICT ||
            (entry->verdict > VERDICT_NONE && entry->verdict < VERDICT_COUNT)) &&
           (entry->kind != ENTRY_NOTE || entry->note != NULL) &&
           (entry->kind != ENTRY_REASON || entry->reason != NULL) &&
           (!action || entry->n_rows > 0);
}

/* Where an entry was recorded, of each in the list. */
struct places {
    struct place_recorded *list;
    size_t capacity;
};

static bool read_all(struct store *store, sqlite3_stmt *entries, sqlite3_stmt *rows,
                     struct entry_list *list, struct places *places, struct status *status)
{
    int code;
    while ((code = sqlite3_step(entries)) == SQLITE_ROW) {
        struct entry *entry = read_entry(entries, status);
        bool here = sqlite3_column_int(entries, COLUMN_HERE) != 0;
        bool same = sqlite3_column_int(entries, COLUMN_SAME) != 0;
        if (entry == NULL || !read_rows(store, rows, entry, status) ||
            !mem_grow(&list->entries, &list->capacity, list->n + 1, sizeof *list->entries,
                      "entries", status) ||
            !mem_grow(&places->list, &places->capacity, list->n + 1, sizeof *places->list,
                      "entries", status)) {
            entry_free(entry);
            return false;
        }
        sqlite3_int64 rows_then = sqlite3_column_int64(entries, COLUMN_TABLE);
        places->list[list->n].how = here ? (same ? RECORDED_HERE : RECORDED_FEATURES)
                                         : (same ? RECORDED_EARLIER : RECORDED_UNKNOWN);
        places->list[list->n].rows = rows_then > 0 ? (uint64_t)rows_then : 0;
        list->entries[list->n++] = entry;
    }
    return code == SQLITE_DONE || store_fail(store, code, "reading", status);
}

static void keep_readable(struct entry_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (readable(list->entries[i])) {
            list->entries[kept++] = list->entries[i];
        } else {
            entry_free(list->entries[i]);
        }
    }
    list->n = kept;
}

bool store_read(struct store *store, const struct review_dataset *dataset, bool ancestors,
                const struct row_source *source, uint64_t after, struct entry_list *list,
                struct status *status)
{
    *list = (struct entry_list){0};
    struct places places = {.list = NULL};
    sqlite3_stmt *entries =
        store_prepare(store, ancestors ? line_entries_sql : entries_sql, "reading", status);
    sqlite3_stmt *rows =
        entries == NULL ? NULL
                        : store_prepare(store,
                                        "SELECT row_id, content, rank, dt, src_user, occurrence"
                                        " FROM entry_row WHERE entry_id = ? ORDER BY row_id",
                                        "reading", status);
    bool good = rows != NULL;
    if (good) {
        sqlite3_bind_text(entries, 1, dataset->hash, -1, SQLITE_STATIC);
        sqlite3_bind_text(entries, 2, dataset->features, -1, SQLITE_STATIC);
        sqlite3_bind_int64(entries, 3, (sqlite3_int64)after);
        good = read_all(store, entries, rows, list, &places, status);
    }
    sqlite3_finalize(entries);
    sqlite3_finalize(rows);
    if (good && source != NULL) {
        good = settle_rows(list->entries, places.list, list->n, source, &list->settled, status);
    }
    free(places.list);
    if (good) {
        keep_readable(list);
    } else {
        entry_list_clear(list, true);
    }
    return good;
}

/* -- writing -- */

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
    }
}

/* Runs a kept statement once; a reset ends it, so that no lock stays. */
static bool run(struct store *store, sqlite3_stmt *statement, struct status *status)
{
    int code = sqlite3_step(statement);
    bool good = code == SQLITE_DONE || store_fail(store, code, "saving in", status);
    sqlite3_reset(statement);
    return good;
}

bool store_insert_dataset(struct store *store, struct status *status)
{
    sqlite3_stmt *s = store_ready(store, SQL_DATASET, "saving in", status);
    if (s == NULL) {
        return false;
    }
    sqlite3_bind_text(s, 1, store->dataset.hash, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, store->dataset.features, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, store->dataset.name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)store->dataset.bytes);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)store->dataset.rows);
    return run(store, s, status);
}

static bool insert_row(struct store *store, const struct entry_row *row, uint64_t number,
                       struct status *status)
{
    sqlite3_stmt *s = store_ready(store, SQL_ROW, "saving in", status);
    if (s == NULL) {
        return false;
    }
    char content[17];
    snprintf(content, sizeof content, "%016" PRIx64, row->content);
    sqlite3_bind_int64(s, 1, (sqlite3_int64)number);
    sqlite3_bind_int64(s, 2, row->row);
    sqlite3_bind_text(s, 3, content, -1, SQLITE_TRANSIENT);
    if (row->rank > 0) {
        sqlite3_bind_int64(s, 4, row->rank);
    }
    if (row->dt != NULL) {
        sqlite3_bind_text(s, 5, row->dt, -1, SQLITE_STATIC);
    }
    if (row->user != NULL) {
        sqlite3_bind_text(s, 6, row->user, -1, SQLITE_STATIC);
    }
    if (row->occurrence > 0) {
        sqlite3_bind_int64(s, 7, row->occurrence);
    }
    return run(store, s, status);
}

static void bind_entry(sqlite3_stmt *s, const struct store *store, const struct entry *entry)
{
    sqlite3_bind_text(s, 1, entry->uid, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, store->dataset.hash, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, store->dataset.features, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, entry->reviewer, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, entry_kind_name(entry->kind), -1, SQLITE_STATIC);
    if (entry->kind == ENTRY_VERDICT) {
        sqlite3_bind_text(s, 6, verdict_name(entry->verdict), -1, SQLITE_STATIC);
    }
    if (entry->kind == ENTRY_NOTE) {
        sqlite3_bind_text(s, 7, entry->note, -1, SQLITE_STATIC);
    }
    bind_text(s, 8, entry->target);
    sqlite3_bind_int64(s, 9, entry->at_ms);
    if (!isnan(entry->seconds)) {
        sqlite3_bind_double(s, 10, entry->seconds);
    }
    bind_text(s, 11, entry->detector);
    bind_text(s, 12, entry->queue);
    sqlite3_bind_text(s, 13, entry_role_name(entry->role), -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 14, entry->blind);
    if (entry->k > 0) {
        sqlite3_bind_int64(s, 15, entry->k);
    }
    bind_text(s, 16, entry->origin);
    if (entry->reason != NULL) { /* an empty one removes one */
        sqlite3_bind_text(s, 17, entry->reason, -1, SQLITE_STATIC);
    }
    bind_text(s, 18, entry->episode);
    bind_text(s, 19, entry->suggestion);
}

/* The number of the entry with this uid; 0 when there is none. */
static bool number_of(struct store *store, const char *uid, uint64_t *number,
                      struct status *status)
{
    sqlite3_stmt *s = store_ready(store, SQL_NUMBER, "reading", status);
    if (s == NULL) {
        return false;
    }
    sqlite3_bind_text(s, 1, uid, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    *number = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    bool good =
        code == SQLITE_ROW || code == SQLITE_DONE || store_fail(store, code, "reading", status);
    sqlite3_reset(s);
    return good;
}

bool store_insert(struct store *store, const struct entry *entry, uint64_t *number, bool *there,
                  struct status *status)
{
    if (!number_of(store, entry->uid, number, status)) {
        return false;
    }
    *there = *number != 0;
    if (*there) {
        return true;
    }
    sqlite3_stmt *s = store_ready(store, SQL_ENTRY, "saving in", status);
    if (s == NULL) {
        return false;
    }
    bind_entry(s, store, entry);
    if (!run(store, s, status)) {
        return false;
    }
    *number = (uint64_t)sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; i < entry->n_rows; i++) {
        if (!insert_row(store, &entry->rows[i], *number, status)) {
            return false;
        }
    }
    return true;
}
