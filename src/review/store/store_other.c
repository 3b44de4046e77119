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
                            STORE_LINE
                            "SELECT hash, name, features, bytes, rows, (SELECT count(*) FROM"
                            " entry e WHERE e.dataset_id = d.dataset_id) AS entries"
                            " FROM dataset d WHERE hash NOT IN (SELECT hash FROM line)"
                            " AND entries > 0 ORDER BY"
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
        good = store_read(store, dataset, false, NULL, 0, &list, status) &&
               history_add(history, list.entries, list.n, status);
        entry_list_clear(&list, false);
    }
    if (!good) {
        history_free(history);
        return NULL;
    }
    return history;
}

/* The uids and origins of a history, to be looked up. */
struct name {
    const char *uid;
    const struct entry *entry; /* whose uid it is; NULL: it is an origin */
};

static int by_uid(const void *a, const void *b)
{
    const struct name *one = a, *two = b;
    int order = strcmp(one->uid, two->uid);
    return order != 0 ? order : (two->entry != NULL) - (one->entry != NULL);
}

static struct name *names_of(const struct history *history, size_t *n, struct status *status)
{
    size_t all = history_count(history);
    struct name *names = mem_new(2 * all, sizeof *names, "an import", status);
    *n = 0;
    for (size_t i = 0; names != NULL && i < all; i++) {
        const struct entry *entry = history_entry(history, i);
        names[(*n)++] = (struct name){entry->uid, entry};
        if (entry->origin[0] != '\0') {
            names[(*n)++] = (struct name){entry->origin, NULL};
        }
    }
    if (*n > 1) {
        qsort(names, *n, sizeof *names, by_uid);
    }
    return names;
}

/* The first of this name: an entry before an origin. */
static const struct name *find_name(const struct name *names, size_t n, const char *uid)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names[middle].uid, uid) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && strcmp(names[low].uid, uid) == 0 ? &names[low] : NULL;
}

enum standing { IS_NEW, IS_KNOWN, IS_REFUSED };

/* Whether there is this entry, one that was made from the same, or another of its uid. */
static enum standing standing_of(const struct name *names, size_t n, const struct entry *entry)
{
    const struct name *same = find_name(names, n, entry->uid);
    if (same != NULL && same->entry != NULL) {
        return entry_same(same->entry, entry) ? IS_KNOWN : IS_REFUSED;
    }
    return entry->origin[0] != '\0' && find_name(names, n, entry->origin) != NULL ? IS_KNOWN
                                                                                  : IS_NEW;
}

/* Copies of the entries that the history does not have; their number, or SIZE_MAX. */
static size_t copy_unknown(const struct history *history, struct entry *const *entries,
                           size_t n, struct entry **copies, struct store_imported *done,
                           struct status *status)
{
    size_t used = 0, n_names = 0;
    struct name *names = names_of(history, &n_names, status);
    bool good = names != NULL;
    for (size_t i = 0; good && i < n; i++) {
        enum standing standing = standing_of(names, n_names, entries[i]);
        done->known += standing == IS_KNOWN;
        done->refused += standing == IS_REFUSED;
        if (standing == IS_NEW) {
            copies[used] = entry_copy(entries[i], status);
            good = copies[used] != NULL;
            if (good) {
                copies[used++]->own = true;
            }
        }
    }
    free(names);
    while (!good && used > 0) {
        entry_free(copies[--used]);
    }
    return good ? used : SIZE_MAX;
}

/* All in one transaction, whose history is as the file is: numbers the copies. One whose uid
 * is in the file meanwhile keeps the number 0. */
static bool insert_all(struct store *store, struct entry **copies, size_t n,
                       struct store_imported *done, struct status *status)
{
    bool changed = false;
    bool good = store_exec(store, "BEGIN IMMEDIATE", "saving in", status) &&
                store_read_news(store, &changed, status) && store_insert_dataset(store, status);
    for (size_t i = 0; good && i < n; i++) {
        bool there = false;
        good = store_insert(store, copies[i], &copies[i]->number, &there, status);
        if (good && there) {
            const struct entry *same = history_find(store->history, copies[i]->uid);
            bool known = same != NULL && entry_same(same, copies[i]);
            done->known += known;
            done->refused += !known;
            copies[i]->number = 0;
        }
    }
    good = good && store_exec(store, "COMMIT", "saving in", status);
    if (!good) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return good;
}

/* Those that were inserted; the others are freed. */
static size_t keep_inserted(struct entry **copies, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (copies[i]->number != 0) {
            copies[kept++] = copies[i];
        } else {
            entry_free(copies[i]);
        }
    }
    return kept;
}

bool store_import(struct store *store, struct entry *const *entries, size_t n,
                  struct store_imported *done, struct status *status)
{
    *done = (struct store_imported){.added = 0};
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
    size_t used = copy_unknown(store->history, entries, n, copies, done, status);
    bool good = used != SIZE_MAX;
    if (good && !insert_all(store, copies, used, done, status)) {
        for (size_t i = 0; i < used; i++) {
            entry_free(copies[i]);
        }
        good = false;
    }
    if (good) {
        used = keep_inserted(copies, used);
        for (size_t i = 0; i < used; i++) {
            store->last = copies[i]->number > store->last ? copies[i]->number : store->last;
        }
        done->added = used;
        good = history_add(store->history, copies, used, status);
    }
    free(copies);
    return good;
}
