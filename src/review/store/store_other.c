/* Other datasets in the file, and entries that come from elsewhere. */
#include "review/store/store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void store_others_free(struct store_other *others, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        dataset_clear(&others[i].dataset);
    }
    free(others);
}

static bool read_other(sqlite3_stmt *s, struct store_other *other, struct status *status)
{
    const struct review_dataset borrowed = {
        .hash = (char *)(uintptr_t)sqlite3_column_text(s, 0),
        .name = (char *)(uintptr_t)sqlite3_column_text(s, 1),
        .features = (char *)(uintptr_t)sqlite3_column_text(s, 2),
        .bytes = (uint64_t)sqlite3_column_int64(s, 3),
        .rows = (uint64_t)sqlite3_column_int64(s, 4),
    };
    other->entries = (size_t)sqlite3_column_int64(s, 5);
    return dataset_copy(&other->dataset, &borrowed, status);
}

bool store_others(struct store *store, struct store_other **others, size_t *n,
                  struct status *status)
{
    *others = NULL;
    *n = 0;
    store_be_patient(store);
    if (!store_connect(store, false, status)) {
        return false;
    }
    sqlite3_stmt *s =
        store->db == NULL
            ? NULL
            : store_prepare(store,
                            "SELECT hash, name, features, bytes, rows, (SELECT count(*) FROM"
                            " entry e WHERE e.dataset_id = d.dataset_id) AS entries"
                            " FROM dataset d WHERE hash <> ?1 AND entries > 0 ORDER BY"
                            " name <> ?2, rows <> ?3, features <> ?4, dataset_id DESC",
                            "reading", status);
    if (s == NULL) {
        return store->db == NULL;
    }
    sqlite3_bind_text(s, 1, store->dataset.hash, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, store->dataset.name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)store->dataset.rows);
    sqlite3_bind_text(s, 4, store->dataset.features, -1, SQLITE_STATIC);
    size_t capacity = 0;
    bool good = true;
    int code = SQLITE_DONE;
    while (good && (code = sqlite3_step(s)) == SQLITE_ROW) {
        good = mem_grow(others, &capacity, *n + 1, sizeof **others, "datasets", status) &&
               read_other(s, *others + *n, status);
        *n += good;
    }
    sqlite3_finalize(s);
    if (good && code != SQLITE_DONE) {
        good = store_fail(store, code, "reading", status);
    }
    if (!good) {
        store_others_free(*others, *n);
        *others = NULL;
        *n = 0;
    }
    return good;
}

struct history *store_other_history(struct store *store, const struct review_dataset *dataset,
                                    struct status *status)
{
    struct entry_list list = {0};
    struct history *history = history_new(status);
    store_be_patient(store);
    bool good = history != NULL && store_connect(store, false, status);
    if (good && store->db != NULL) {
        good = store_read(store, dataset, NULL, 0, &list, status) &&
               history_add(history, list.entries, list.n, status);
        entry_list_clear(&list, false);
    }
    if (!good) {
        history_free(history);
        return NULL;
    }
    return history;
}

/* Whether the history has this entry, or one that was made from the same. */
static bool known(const struct history *history, const struct entry *entry)
{
    for (size_t i = 0; i < history_count(history); i++) {
        const struct entry *other = history_entry(history, i);
        if (strcmp(other->uid, entry->uid) == 0 ||
            (entry->origin[0] != '\0' && strcmp(other->origin, entry->origin) == 0)) {
            return true;
        }
    }
    return false;
}

/* Copies of the entries that the history does not have; their number, or SIZE_MAX. */
static size_t copy_unknown(const struct history *history, struct entry *const *entries,
                           size_t n, struct entry **copies, struct status *status)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (known(history, entries[i])) {
            continue;
        }
        copies[used] = entry_copy(entries[i], status);
        if (copies[used] == NULL) {
            while (used > 0) {
                entry_free(copies[--used]);
            }
            return SIZE_MAX;
        }
        copies[used]->own = true;
        used++;
    }
    return used;
}

/* All in one transaction: numbers the copies. */
static bool insert_all(struct store *store, struct entry **copies, size_t n,
                       struct status *status)
{
    bool changed = false;
    bool good = store_exec(store, "BEGIN IMMEDIATE", "saving in", status) &&
                store_read_news(store, &changed, status) && store_insert_dataset(store, status);
    for (size_t i = 0; good && i < n; i++) {
        good = store_insert(store, copies[i], &copies[i]->number, status);
    }
    good = good && store_exec(store, "COMMIT", "saving in", status);
    if (!good) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return good;
}

bool store_import(struct store *store, struct entry *const *entries, size_t n, size_t *added,
                  struct status *status)
{
    *added = 0;
    for (size_t i = 0; i < n; i++) {
        if (!entry_check(entries[i], status)) {
            return false;
        }
    }
    struct entry **copies = mem_new(n, sizeof(struct entry *), "an import", status);
    if (copies == NULL || !store_poll(store, NULL, status) ||
        !store_connect(store, true, status)) {
        free(copies);
        return false;
    }
    size_t used = copy_unknown(store->history, entries, n, copies, status);
    bool good = used != SIZE_MAX;
    if (good && !insert_all(store, copies, used, status)) {
        for (size_t i = 0; i < used; i++) {
            entry_free(copies[i]);
        }
        good = false;
    }
    if (good) {
        for (size_t i = 0; i < used; i++) {
            store->last = copies[i]->number > store->last ? copies[i]->number : store->last;
        }
        *added = used;
        good = history_add(store->history, copies, used, status);
    }
    free(copies);
    return good;
}
