#include "review/store/versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_version(const struct review_dataset *one, const struct review_dataset *other)
{
    return strcmp(base_name(one->name), base_name(other->name)) == 0 ||
           (one->rows == other->rows && strcmp(one->features, other->features) == 0);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The origins of all entries, sorted; borrowed texts. */
static const char **origins_of(const struct history *history, size_t *n, struct status *status)
{
    size_t all = history_count(history);
    const char **origins = mem_new(all, sizeof *origins, "origins", status);
    *n = 0;
    for (size_t i = 0; origins != NULL && i < all; i++) {
        const struct entry *entry = history_entry(history, i);
        if (entry->origin[0] != '\0') {
            origins[(*n)++] = entry->origin;
        }
    }
    if (origins != NULL) {
        qsort(origins, *n, sizeof *origins, by_text);
    }
    return origins;
}

static void count(struct version *version, const char *const *origins, size_t n_origins)
{
    size_t n;
    const struct judgement *list = history_judgements(version->history, &n);
    for (size_t i = 0; i < n; i++) {
        const struct entry *both[2] = {list[i].verdict, list[i].note};
        for (size_t j = 0; j < 2; j++) {
            if (both[j] != NULL) {
                const char *uid = both[j]->uid;
                version->standing++;
                version->taken +=
                    bsearch(&uid, origins, n_origins, sizeof *origins, by_text) != NULL;
            }
        }
    }
}

/* Moves the dataset of `other` into the next entry of the list. */
static bool take(struct store *store, struct store_other *other, struct versions *versions,
                 const char *const *origins, size_t n_origins, struct status *status)
{
    struct history *history = store_other_history(store, &other->dataset, status);
    if (history == NULL) {
        return false;
    }
    struct version *version = &versions->list[versions->n++];
    *version = (struct version){.dataset = other->dataset, .history = history};
    other->dataset = (struct review_dataset){.hash = NULL};
    count(version, origins, n_origins);
    return true;
}

bool versions_load(struct store *store, struct versions *versions, struct status *status)
{
    struct store_other *others = NULL;
    size_t n = 0, n_origins = 0;
    *versions = (struct versions){.n = 0};
    if (!store_others(store, &others, &n, status)) {
        return false;
    }
    const char **origins = origins_of(store_history(store), &n_origins, status);
    bool good = origins != NULL;
    for (size_t i = 0; good && i < n; i++) {
        if (versions->n == VERSIONS_MAX ||
            !is_version(store_dataset(store), &others[i].dataset)) {
            versions->others++;
        } else {
            good = take(store, &others[i], versions, origins, n_origins, status);
        }
    }
    free(origins);
    store_others_free(others, n);
    if (!good) {
        versions_free(versions);
    }
    return good;
}

void versions_free(struct versions *versions)
{
    for (size_t i = 0; i < versions->n; i++) {
        struct version *version = &versions->list[i];
        free(version->dataset.hash);
        free(version->dataset.name);
        free(version->dataset.features);
        history_free(version->history);
    }
    *versions = (struct versions){.n = 0};
}

size_t versions_pending(const struct versions *versions)
{
    size_t pending = 0;
    for (size_t i = 0; i < versions->n; i++) {
        pending += versions->list[i].taken == 0 ? versions->list[i].standing : 0;
    }
    return pending;
}

/* Whether the entry's reviewer has said something of that kind about its row already. */
static bool said_here(const struct history *here, const struct entry *entry)
{
    size_t n, low = 0, reviewer = history_reviewer_find(here, entry->reviewer);
    const struct judgement *list = history_judgements(here, &n);
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].row < entry->rows[0].row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < n && list[low].row == entry->rows[0].row; low++) {
        if (list[low].reviewer == reviewer &&
            (entry->kind == ENTRY_NOTE ? list[low].note : list[low].verdict) != NULL) {
            return true;
        }
    }
    return false;
}

bool versions_match(struct store *store, const struct table *table,
                    const struct history *history, size_t *added, size_t *lost,
                    struct status *status)
{
    struct matched matched = {0};
    *added = *lost = 0;
    if (!content_match(table, history, &matched, status)) {
        return false;
    }
    size_t kept = 0;
    for (size_t i = 0; i < matched.n; i++) {
        if (said_here(store_history(store), matched.entries[i])) {
            entry_free(matched.entries[i]);
        } else {
            matched.entries[kept++] = matched.entries[i];
        }
    }
    matched.n = kept;
    *lost = matched.unmatched;
    struct store_imported done;
    bool good = store_import(store, matched.entries, matched.n, &done, status);
    *added = done.added;
    matched_free(&matched);
    return good;
}
