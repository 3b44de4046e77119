/* The history in memory and the file, brought together in both directions. */
#include "review/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* -- reading what the file has -- */

/* Takes the entries of `list` that the history does not have; one of its own that waited turns
 * out to be saved. The list is consumed. */
static bool merge(struct store *store, struct entry_list *list, bool *changed,
                  struct status *status)
{
    size_t fresh = 0;
    bool waiting = store_unsaved(store) > 0;
    for (size_t i = 0; i < list->n; i++) {
        struct entry *entry = list->entries[i];
        struct entry *known = waiting ? history_find(store->history, entry->uid) : NULL;
        store->last = entry->number > store->last ? entry->number : store->last;
        store->latest_ms = entry->at_ms > store->latest_ms ? entry->at_ms : store->latest_ms;
        if (known != NULL) {
            known->number = entry->number;
            entry_free(entry);
        } else {
            list->entries[fresh++] = entry;
        }
    }
    store->mismatches += list->settled.lost;
    store->moved += list->settled.moved;
    store->inherited += list->settled.inherited;
    *changed = *changed || list->n > 0;
    bool good = history_add(store->history, list->entries, fresh, status);
    bool reorder = waiting && list->n > 0;
    list->n = 0;
    entry_list_clear(list, false);
    return good && (!reorder || history_reorder(store->history, status));
}

bool store_read_news(struct store *store, bool *changed, struct status *status)
{
    struct entry_list list;
    return store_read(store, &store->dataset, true, &store->source, store->last, &list,
                      status) &&
           merge(store, &list, changed, status);
}

/* A file was opened (again): its history, and after it what this process wrote and the file
 * does not have, to be saved once more. */
static bool read_anew(struct store *store, struct status *status)
{
    struct history *old = store->history, *fresh = history_new(status);
    struct entry_list list;
    bool changed = false, good = fresh != NULL;
    if (!good || !store_read(store, &store->dataset, true, &store->source, 0, &list, status)) {
        history_free(fresh);
        return false;
    }
    store->history = fresh;
    store->last = 0;
    store->mismatches = store->moved = store->inherited = 0;
    good = merge(store, &list, &changed, status);
    for (size_t i = 0; good && i < history_count(old); i++) {
        const struct entry *entry = history_entry(old, i);
        if (!entry->own || history_find(fresh, entry->uid) != NULL) {
            continue;
        }
        struct entry *copy = entry_copy(entry, status);
        good = copy != NULL;
        if (good) {
            copy->number = 0;
            good = history_add(fresh, &copy, 1, status);
        }
    }
    if (!good) { /* nothing is lost: the old history stays, and all is read again next time */
        store->history = old;
        history_free(fresh);
        store_disconnect(store);
        return false;
    }
    history_free(old);
    return true;
}

static bool data_version(struct store *store, int *version, struct status *status)
{
    sqlite3_stmt *s = store_ready(store, SQL_VERSION, "reading", status);
    if (s == NULL) {
        return false;
    }
    int code = sqlite3_step(s);
    *version = sqlite3_column_int(s, 0);
    bool good = code == SQLITE_ROW || store_fail(store, code, "reading", status);
    sqlite3_reset(s);
    return good;
}

/* Opens the file when it is not, and reads what others wrote. */
bool store_catch_up(struct store *store, bool create, bool *changed, struct status *status)
{
    if (!store_connect(store, create, status)) {
        return false;
    }
    if (store->db == NULL) {
        return true; /* no file yet */
    }
    int version;
    if (!data_version(store, &version, status)) {
        return false;
    }
    if (!store->current) {
        *changed = true;
        if (!read_anew(store, status)) {
            return false;
        }
    } else if (version != store->version && !store_read_news(store, changed, status)) {
        return false;
    }
    store->version = version;
    store->current = true;
    return true;
}

/* -- writing what waits -- */

/* Inserts the entries [first, first + n) of the history in the open transaction and commits it.
 */
static bool commit(struct store *store, size_t first, size_t n, struct status *status)
{
    uint64_t *numbers = mem_new(n, sizeof *numbers, "entries", status);
    bool good = numbers != NULL && store_insert_dataset(store, status);
    for (size_t i = 0; good && i < n; i++) {
        bool there; /* saved by an attempt that seemed to fail: the uid is this entry's own */
        good = store_insert(store, history_entry(store->history, first + i), &numbers[i],
                            &there, status);
    }
    good = good && store_exec(store, "COMMIT", "saving in", status);
    if (good && store_moved(store)) {
        good = status_set(status, STATUS_IO, "saving in %s: the file was deleted or replaced",
                          store->path);
    }
    for (size_t i = 0; good && i < n; i++) {
        history_saved(store->history, first + i, numbers[i]);
        store->last = numbers[i] > store->last ? numbers[i] : store->last;
    }
    free(numbers);
    return good;
}

/* Saves what waits, in one transaction, after whatever others wrote in the meantime. While
 * saving fails only the first few are tried, so that an attempt stays cheap. */
static bool save_waiting(struct store *store, bool *changed, struct status *status)
{
    enum { PROBE = 16 };
    if (!store_exec(store, "BEGIN IMMEDIATE", "saving in", status)) {
        return false;
    }
    bool good = store_read_news(store, changed, status);
    size_t waiting = store_unsaved(store), first = history_count(store->history) - waiting;
    size_t n = store->failing && waiting > PROBE ? PROBE : waiting;
    good = good && commit(store, first, n, status);
    if (!good) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    store->failing = !good;
    return good;
}

/* Adds to a failure how much waits, so that the sentence says nothing is lost. */
static bool keep(const struct store *store, struct status *status)
{
    size_t waiting = store_unsaved(store);
    if (status != NULL && waiting > 0 && status->code != STATUS_CANCELLED) {
        size_t length = strlen(status->text);
        snprintf(status->text + length, sizeof status->text - length,
                 "; %zu %s in memory and will be tried again", waiting,
                 waiting == 1 ? "entry is kept" : "entries are kept");
    }
    return false;
}

/* Saves what waits, opening or making the file when need be. A file that goes away in between
 * is followed once more. */
bool store_flush(struct store *store, bool *changed, struct status *status)
{
    bool followed = false;
    while (store_unsaved(store) > 0) {
        struct status failure = {0};
        if (store_catch_up(store, true, changed, &failure) &&
            (store_unsaved(store) == 0 || save_waiting(store, changed, &failure))) {
            continue;
        }
        if (followed || store->db == NULL || !store_moved(store)) {
            if (status != NULL) {
                *status = failure;
            }
            store->failing = true;
            return keep(store, status);
        }
        followed = true;
    }
    return true;
}
