#include "review/store_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

static int64_t system_clock(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct store *store_new(const struct store_options *options, struct status *status)
{
    struct store *store = mem_zero(1, sizeof *store, "the review store", status);
    if (store == NULL) {
        return NULL;
    }
    const char *reviewer = options->reviewer;
    store->busy_ms = options->busy_ms > 0 ? options->busy_ms : 1000;
    store->now_ms = options->now_ms != NULL ? options->now_ms : system_clock;
    store->context = options->context;
    store->latest_ms = INT64_MIN;
    store->path = options->path != NULL ? mem_text(options->path, strlen(options->path), status)
                                        : store_default_path(status);
    store->reviewer = reviewer != NULL && reviewer[0] != '\0'
                          ? entry_text(reviewer, strlen(reviewer), status)
                          : store_default_reviewer(status);
    store->history = history_new(status);
    if (store->path == NULL || store->reviewer == NULL || store->history == NULL) {
        store_free(store, NULL);
        return NULL;
    }
    return store;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

const char *store_reviewer(const struct store *store)
{
    return store->reviewer;
}

const struct review_dataset *store_dataset(const struct store *store)
{
    return &store->dataset;
}

const struct history *store_history(const struct store *store)
{
    return store->history;
}

size_t store_mismatches(const struct store *store)
{
    return store->mismatches;
}

size_t store_unsaved(const struct store *store)
{
    return store->history != NULL ? history_unsaved(store->history) : 0;
}

bool store_notice(struct store *store, char *text, size_t size)
{
    bool any = store->notice[0] != '\0';
    snprintf(text, size, "%s", store->notice);
    store->notice[0] = '\0';
    return any;
}

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
    store->mismatches += list->mismatches;
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
    return store_read(store, &store->dataset, &store->source, store->last, &list, status) &&
           merge(store, &list, changed, status);
}

/* A file was opened (again): its history, and after it what this process wrote and the file
 * does not have, to be saved once more. */
static bool read_anew(struct store *store, struct status *status)
{
    struct history *old = store->history, *fresh = history_new(status);
    struct entry_list list;
    bool changed = false, good = fresh != NULL;
    if (!good || !store_read(store, &store->dataset, &store->source, 0, &list, status)) {
        history_free(fresh);
        return false;
    }
    store->history = fresh;
    store->last = 0;
    store->mismatches = 0;
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
static bool catch_up(struct store *store, bool create, bool *changed, struct status *status)
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
        good =
            store_insert(store, history_entry(store->history, first + i), &numbers[i], status);
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
static bool flush(struct store *store, bool *changed, struct status *status)
{
    bool followed = false;
    while (store_unsaved(store) > 0) {
        struct status failure = {0};
        if (catch_up(store, true, changed, &failure) &&
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

bool store_poll(struct store *store, bool *changed, struct status *status)
{
    bool dummy = false;
    changed = changed != NULL ? changed : &dummy;
    *changed = false;
    if (!store->attached) {
        return true;
    }
    size_t waiting = store_unsaved(store);
    bool good =
        waiting > 0 ? flush(store, changed, status) : catch_up(store, false, changed, status);
    *changed = *changed || waiting != store_unsaved(store);
    return good;
}

bool store_attach(struct store *store, const struct review_dataset *dataset,
                  const struct row_source *source, struct status *status)
{
    struct review_dataset copy;
    bool changed = false;
    if (store->attached && !flush(store, &changed, status)) {
        return false;
    }
    struct history *fresh = history_new(status);
    if (fresh == NULL || !dataset_copy(&copy, dataset, status)) {
        history_free(fresh);
        return false;
    }
    dataset_clear(&store->dataset);
    history_free(store->history);
    store->dataset = copy;
    store->history = fresh;
    store->source = *source;
    store->attached = true;
    store->last = 0;
    store->current = false;
    return catch_up(store, false, &changed, status);
}

/* Adds an entry of this reviewer, now, and saves it. */
static bool record(struct store *store, struct entry *take_entry, struct status *status)
{
    struct entry *entry = take_entry;
    bool changed = false;
    entry->own = true;
    entry->reviewer = mem_text(store->reviewer, strlen(store->reviewer), status);
    entry->at_ms = store->now_ms(store->context);
    if (entry->reviewer == NULL || !entry_identify(entry, status)) {
        entry_free(entry);
        return false;
    }
    bool back = entry->at_ms + 1000 < store->latest_ms; /* a second of skew says nothing */
    if (back && !store->clock_said) {
        snprintf(
            store->notice, sizeof store->notice,
            "the clock is %.0f s behind the latest entry: times may be wrong, the order of "
            "verdicts is not",
            (double)(store->latest_ms - entry->at_ms) / 1000);
    }
    store->clock_said = back;
    store->latest_ms = entry->at_ms > store->latest_ms ? entry->at_ms : store->latest_ms;
    return history_add(store->history, &entry, 1, status) && flush(store, &changed, status);
}

static char *optional_text(const char *text, bool *good, struct status *status)
{
    char *copy = text != NULL ? entry_text(text, strlen(text), status) : NULL;
    *good = *good && (text == NULL || copy != NULL);
    return copy;
}

/* An action on rows, without its verdict or note. */
static struct entry *action(struct store *store, const uint32_t *rows, size_t n_rows,
                            const struct verdict_context *context, struct status *status)
{
    if (!store->attached) {
        status_set(status, STATUS_USAGE, "no table is open to be judged");
        return NULL;
    }
    struct entry *entry = entry_new(n_rows, status);
    bool good = entry != NULL;
    if (good) {
        entry->seconds = context->seconds;
        entry->role = context->role;
        entry->blind = context->blind;
        entry->k = context->k;
        entry->detector = optional_text(context->detector, &good, status);
        entry->queue = optional_text(context->queue, &good, status);
    }
    for (size_t i = 0; good && i < n_rows; i++) {
        entry->rows[i].row = rows[i];
        entry->rows[i].rank = context->rank != NULL ? context->rank[i] : 0;
        good = store->source.describe(store->source.table, rows[i], &entry->rows[i], status);
    }
    if (!good) {
        entry_free(entry);
        return NULL;
    }
    return entry;
}

bool store_verdict(struct store *store, const uint32_t *rows, size_t n_rows,
                   enum verdict verdict, const struct verdict_context *context,
                   struct status *status)
{
    struct entry *entry = action(store, rows, n_rows, context, status);
    if (entry == NULL) {
        return false;
    }
    entry->kind = ENTRY_VERDICT;
    entry->verdict = verdict;
    return record(store, entry, status);
}

bool store_note(struct store *store, uint32_t row, const char *note,
                const struct verdict_context *context, struct status *status)
{
    struct entry *entry = action(store, &row, 1, context, status);
    bool good = entry != NULL;
    if (good) {
        entry->kind = ENTRY_NOTE;
        entry->note = optional_text(note, &good, status);
    }
    if (!good) {
        entry_free(entry);
        return false;
    }
    return record(store, entry, status);
}

/* An undo or redo of `target`, which may be NULL. */
static bool reverse(struct store *store, enum entry_kind kind, const struct entry *target,
                    const struct entry **done, struct status *status)
{
    char uid[ENTRY_UID];
    *done = NULL;
    if (target == NULL) {
        return true;
    }
    memcpy(uid, target->uid, sizeof uid);
    struct entry *entry = entry_new(0, status);
    if (entry == NULL) {
        return false;
    }
    entry->kind = kind;
    memcpy(entry->target, uid, sizeof uid);
    bool saved = record(store, entry, status);
    *done = history_find(store->history, uid);
    return saved;
}

bool store_undo(struct store *store, const struct entry **done, struct status *status)
{
    return reverse(store, ENTRY_UNDO, history_undoable(store->history, store->reviewer), done,
                   status);
}

bool store_redo(struct store *store, const struct entry **done, struct status *status)
{
    return reverse(store, ENTRY_REDO, history_redoable(store->history, store->reviewer), done,
                   status);
}

bool store_free(struct store *store, struct status *status)
{
    if (store == NULL) {
        return true;
    }
    bool changed = false, saved = store->attached ? flush(store, &changed, status) : true;
    if (store->db != NULL) {
        store_disconnect(store);
    }
    history_free(store->history);
    dataset_clear(&store->dataset);
    free(store->path);
    free(store->reviewer);
    free(store);
    return saved;
}
