#include "review/store/store_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"

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
    store->waits = options->waits;
    store->looks_only = options->read_only;
    store->context = options->context;
    atomic_init(&store->last_patience, INFINITY);
    store_be_patient(store);
    store->latest_ms = INT64_MIN;
    store->path = options->path != NULL && options->path[0] != '\0'
                      ? mem_text(options->path, strlen(options->path), status)
                      : store_default_path(status);
    store->reviewer = reviewer != NULL && reviewer[0] != '\0'
                          ? text_utf8(reviewer, strlen(reviewer), status)
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

int64_t store_now_ms(const struct store *store)
{
    return store->now_ms(store->context);
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

size_t store_found_again(const struct store *store)
{
    return store->moved;
}

size_t store_inherited(const struct store *store)
{
    return store->inherited;
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

/* -- the review -- */

bool store_poll(struct store *store, bool *changed, struct status *status)
{
    bool dummy = false;
    changed = changed != NULL ? changed : &dummy;
    *changed = false;
    if (!store->attached) {
        return true;
    }
    store_be_patient(store);
    size_t waiting = store_unsaved(store);
    bool good = waiting > 0 ? store_flush(store, changed, status)
                            : store_catch_up(store, false, changed, status);
    *changed = *changed || waiting != store_unsaved(store);
    return good;
}

bool store_attach(struct store *store, const struct review_dataset *dataset,
                  const struct row_source *source, struct status *status)
{
    struct review_dataset copy;
    bool changed = false;
    store_be_patient(store);
    /* Whatever becomes of the entries that wait, the old table is let go of, since it may be
     * freed: the same file read again has the same rows, another file's are not to be asked. */
    if (store->attached) {
        bool same = strcmp(store->dataset.hash, dataset->hash) == 0;
        store->source = same ? *source : (struct row_source){0};
    }
    if (store->attached && !store_flush(store, &changed, status)) {
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
    return store_catch_up(store, false, &changed, status);
}

/* Adds an entry of this reviewer, now, and saves it. */
static bool record(struct store *store, struct entry *take_entry, struct status *status)
{
    struct entry *entry = take_entry;
    bool changed = false;
    store_be_patient(store);
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
    return history_add(store->history, &entry, 1, status) &&
           store_flush(store, &changed, status);
}

static char *optional_text(const char *text, bool *good, struct status *status)
{
    char *copy = text != NULL ? text_utf8(text, strlen(text), status) : NULL;
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
    if (store->source.describe == NULL) {
        status_set(status, STATUS_IO,
                   "the review of the earlier file is not saved yet; this one comes after it");
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
        entry->reason = optional_text(context->reason, &good, status);
        entry->episode = optional_text(context->episode, &good, status);
        entry->suggestion = optional_text(context->suggestion, &good, status);
    }
    for (size_t i = 0; good && i < n_rows; i++) {
        entry->rows[i].row = rows[i];
        entry->rows[i].rank = context->rank != NULL ? context->rank[i] : 0;
        good = store->source.describe(store->source.table, rows[i], &entry->rows[i], status);
    }
    good =
        good && (store->source.occurrences == NULL ||
                 store->source.occurrences(store->source.table, entry->rows, n_rows, status));
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
    struct verdict_context plain = *context;
    plain.reason = plain.episode = plain.suggestion = NULL;
    struct entry *entry = action(store, &row, 1, &plain, status);
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

/* One's own verdict that stands on a row; NULL: none. */
static const struct entry *own_verdict(const struct store *store, uint32_t row)
{
    size_t n, reviewer = history_reviewer_find(store->history, store->reviewer);
    const struct judgement *list = history_judgements(store->history, &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i].row == row && list[i].reviewer == reviewer) {
            return list[i].verdict;
        }
    }
    return NULL;
}

bool store_reason(struct store *store, uint32_t row, const char *reason, struct status *status)
{
    const struct entry *verdict = own_verdict(store, row);
    if (verdict == NULL) {
        return status_set(status, STATUS_USAGE, "a reason wants a verdict: give that first");
    }
    struct entry *entry = entry_copy(verdict, status); /* its rows */
    if (entry == NULL) {
        return false;
    }
    bool good = true;
    free(entry->reason);
    free(entry->episode);
    free(entry->suggestion);
    free(entry->reviewer);
    entry->episode = entry->suggestion = entry->reviewer = NULL;
    entry->reason = optional_text(reason, &good, status);
    if (!good) {
        entry_free(entry);
        return false;
    }
    entry->kind = ENTRY_REASON;
    entry->verdict = VERDICT_NONE;
    entry->number = 0;
    entry->seconds = NAN;
    memcpy(entry->target, verdict->uid, ENTRY_UID);
    entry->origin[0] = '\0';
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
    store_be_patient(store);
    bool changed = false, saved = store->attached ? store_flush(store, &changed, status) : true;
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
