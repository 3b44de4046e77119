#include "review/store/lineage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "review/store/store_internal.h"

static const char *const kinds[LINEAGE_KINDS] = {"reference", "log"};

/* Opens the file, which is made when `create`. NULL with *none when there is no file. */
static sqlite3_stmt *prepared(struct store *store, bool create, const char *sql, bool *none,
                              struct status *status)
{
    store_be_patient(store);
    bool good = store_connect(store, create, status);
    *none = good && store->db == NULL;
    if (!good || *none) {
        return NULL;
    }
    return store_prepare(store, sql, create ? "saving in" : "reading", status);
}

/* Steps a writing statement and frees it. */
static bool write_once(struct store *store, sqlite3_stmt *statement, struct status *status)
{
    int code = sqlite3_step(statement);
    bool good = code == SQLITE_DONE || store_fail(store, code, "saving in", status);
    sqlite3_finalize(statement);
    return good;
}

bool store_lineage_add(struct store *store, const char *parent, enum lineage_kind kind,
                       struct status *status)
{
    if (!store->attached || strcmp(parent, store->dataset.hash) == 0) {
        return status_set(status, STATUS_USAGE, "a table does not grow from itself");
    }
    bool none = false;
    /* One statement, so that no other program records the opposite in between. */
    sqlite3_stmt *s = prepared(
        store, true,
        "WITH RECURSIVE up (hash) AS (SELECT ?2 UNION SELECT l.parent_hash FROM lineage l"
        " JOIN up ON l.dataset_hash = up.hash) INSERT OR IGNORE INTO lineage"
        " (dataset_hash, parent_hash, kind, at_ms) SELECT ?1, ?2, ?3, ?4 WHERE"
        " ?1 NOT IN (SELECT hash FROM up)",
        &none, status);
    if (s == NULL) {
        return false;
    }
    sqlite3_bind_text(s, 1, store->dataset.hash, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, parent, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, kinds[kind], -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, store->now_ms(store->context));
    if (!write_once(store, s, status)) {
        return false;
    }
    struct lineage *list;
    size_t n, i = 0;
    if (!store_lineage(store, &list, &n, status)) {
        return false;
    }
    while (i < n && strcmp(list[i].parent, parent) != 0) {
        i++;
    }
    store_lineage_free(list, n);
    store->current = false;
    return i < n || status_set(status, STATUS_INPUT,
                               "that table grows from this one, so this one does not from it");
}

void store_lineage_free(struct lineage *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(list[i].parent);
    }
    free(list);
}

bool store_lineage(struct store *store, struct lineage **list, size_t *n, struct status *status)
{
    bool none = false;
    *list = NULL;
    *n = 0;
    sqlite3_stmt *s =
        prepared(store, false,
                 "WITH RECURSIVE up (hash, kind, at_ms, steps) AS ("
                 " SELECT parent_hash, kind, at_ms, 1 FROM lineage WHERE dataset_hash = ?1"
                 " UNION SELECT l.parent_hash, l.kind, l.at_ms, up.steps + 1 FROM lineage l"
                 " JOIN up ON l.dataset_hash = up.hash WHERE up.steps < 1000)"
                 " SELECT hash, kind, at_ms, min(steps) AS steps FROM up GROUP BY hash"
                 " ORDER BY steps, hash",
                 &none, status);
    if (s == NULL) {
        return none;
    }
    size_t capacity = 0;
    bool good = true;
    int code = SQLITE_DONE;
    sqlite3_bind_text(s, 1, store->attached ? store->dataset.hash : "", -1, SQLITE_STATIC);
    while (good && (code = sqlite3_step(s)) == SQLITE_ROW) {
        good = mem_grow(list, &capacity, *n + 1, sizeof **list, "ancestors", status);
        if (good) {
            const char *hash = (const char *)sqlite3_column_text(s, 0);
            const char *kind = (const char *)sqlite3_column_text(s, 1);
            bool log = kind != NULL && strcmp(kind, kinds[LINEAGE_LOG]) == 0;
            struct lineage *one = &(*list)[*n];
            *one = (struct lineage){.kind = log ? LINEAGE_LOG : LINEAGE_REFERENCE,
                                    .at_ms = sqlite3_column_int64(s, 2),
                                    .steps = (size_t)sqlite3_column_int64(s, 3)};
            one->parent = text_utf8(hash, strlen(hash), status);
            good = one->parent != NULL;
            *n += good;
        }
    }
    sqlite3_finalize(s);
    good = good && (code == SQLITE_DONE || store_fail(store, code, "reading", status));
    if (!good) {
        store_lineage_free(*list, *n);
        *list = NULL;
        *n = 0;
    }
    return good;
}

/* -- last look -- */

bool store_look(struct store *store, const char *reviewer, const char *reference,
                int64_t *at_ms, struct status *status)
{
    bool none = false;
    *at_ms = INT64_MIN;
    sqlite3_stmt *s =
        prepared(store, false, "SELECT at_ms FROM look WHERE reviewer = ? AND reference = ?",
                 &none, status);
    if (s == NULL) {
        return false;
    }
    sqlite3_bind_text(s, 1, reviewer, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, reference, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        *at_ms = sqlite3_column_int64(s, 0);
    } else if (code != SQLITE_DONE) {
        store_fail(store, code, "reading", status);
    }
    sqlite3_finalize(s);
    return code == SQLITE_ROW;
}

bool store_look_now(struct store *store, const char *reference, struct status *status)
{
    bool none = false;
    sqlite3_stmt *s = prepared(store, true,
                               "INSERT INTO look (reviewer, reference, at_ms) VALUES (?, ?, ?)"
                               " ON CONFLICT (reviewer, reference) DO UPDATE SET"
                               " at_ms = max(at_ms, excluded.at_ms)",
                               &none, status);
    if (s == NULL) {
        return false;
    }
    sqlite3_bind_text(s, 1, store->reviewer, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, reference, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, store->now_ms(store->context));
    return write_once(store, s, status);
}
