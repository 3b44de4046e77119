#include "rank/row_folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"

enum { WINDOW = 1 << 14, FIRST_SLOTS = 1 << 10 };

/* ---- groups by their key: a table of open addressing ---- */

struct groups {
    uint64_t *key; /* by group */
    size_t n, key_capacity;
    uint32_t *slot; /* (slots) group + 1, or 0 */
    size_t slots;   /* a power of two, at least twice n */
};

static size_t slot_of(const struct groups *groups, uint64_t key)
{
    uint64_t mixed = key * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(mixed ^ mixed >> 32) & (groups->slots - 1);
    while (groups->slot[at] != 0 && groups->key[groups->slot[at] - 1] != key) {
        at = (at + 1) & (groups->slots - 1);
    }
    return at;
}

static bool widen(struct groups *groups, struct status *status)
{
    size_t slots = groups->slots > 0 ? 2 * groups->slots : FIRST_SLOTS;
    uint32_t *slot = mem_zero(slots, sizeof *slot, "folding a list", status);
    if (slot == NULL) {
        return false;
    }
    free(groups->slot);
    groups->slot = slot;
    groups->slots = slots;
    for (size_t i = 0; i < groups->n; i++) {
        slot[slot_of(groups, groups->key[i])] = (uint32_t)i + 1;
    }
    return true;
}

/* The group with this key, made if it is new; UINT32_MAX when memory ran out. */
static uint32_t group_of(struct groups *groups, uint64_t key, struct status *status)
{
    if (2 * (groups->n + 1) > groups->slots && !widen(groups, status)) {
        return UINT32_MAX;
    }
    size_t at = slot_of(groups, key);
    if (groups->slot[at] == 0) {
        if (!mem_grow(&groups->key, &groups->key_capacity, groups->n + 1, sizeof *groups->key,
                      "folding a list", status)) {
            return UINT32_MAX;
        }
        groups->key[groups->n++] = key;
        groups->slot[at] = (uint32_t)groups->n;
    }
    return groups->slot[at] - 1;
}

/* ---- making ---- */

/* What must be equal besides the profile, by row; NULL: nothing. */
static const uint32_t *second_key(const struct table *table, const struct row_order *order)
{
    switch (order->key) {
    case ROW_KEY_USER:
    case ROW_KEY_KIND:
    case ROW_KEY_OWNER:
    case ROW_KEY_LABEL: return table->row_user;
    case ROW_KEY_TIME: return table->row_time;
    default: return NULL;
    }
}

static bool assign(struct row_folds *folds, struct groups *groups, const struct row_set *rows,
                   const struct table *table, const struct row_order *order,
                   const struct progress *progress, struct status *status)
{
    const uint32_t *second = second_key(table, order);
    uint32_t *window = mem_new(WINDOW, sizeof *window, "folding a list", status);
    bool good = window != NULL;
    for (size_t at = 0; good && at < rows->n;) {
        size_t n = row_set_get(rows, at, WINDOW, window, status);
        good = n > 0;
        for (size_t i = 0; i < n && good; i++) {
            uint32_t row = window[i];
            uint64_t key = order->key == ROW_KEY_ROW ? row : table->row_profile[row];
            key |= second != NULL ? (uint64_t)second[row] << 32 : 0;
            folds->group[at + i] = group_of(groups, key, status);
            good = folds->group[at + i] != UINT32_MAX;
        }
        at += n;
        if (good && !progress_tick(progress, at, rows->n)) {
            good = status_cancelled(status);
        }
    }
    free(window);
    return good;
}

static void count_lines(struct row_folds *folds)
{
    uint32_t line = 0;
    for (size_t i = 0; i < folds->n; i++) {
        folds->line[i] = line;
        uint32_t rows = folds->first[i + 1] - folds->first[i];
        line += !folds->open[i] || rows < 2 ? 1 : rows + (folds->head != NULL);
    }
    folds->line[folds->n] = line;
}

/* Sorts positions by group: a counting sort, so they rise in each. */
static bool gather(struct row_folds *folds, struct status *status)
{
    const char *what = "folding a list";
    folds->first = mem_zero(folds->n + 2, sizeof *folds->first, what, status);
    folds->members = mem_new(folds->n_rows, sizeof *folds->members, what, status);
    folds->open = mem_zero(folds->n, sizeof *folds->open, what, status);
    folds->line = mem_new(folds->n + 1, sizeof *folds->line, what, status);
    if (folds->first == NULL || folds->members == NULL || folds->open == NULL ||
        folds->line == NULL) {
        return false;
    }
    /* One position further on: the sort moves each start to the next group's. */
    for (size_t i = 0; i < folds->n_rows; i++) {
        folds->first[folds->group[i] + 2]++;
    }
    for (size_t i = 2; i <= folds->n; i++) {
        folds->first[i] += folds->first[i - 1];
    }
    for (size_t i = 0; i < folds->n_rows; i++) {
        folds->members[folds->first[folds->group[i] + 1]++] = (uint32_t)i;
    }
    count_lines(folds);
    return true;
}

struct row_folds *row_folds_new(const struct row_set *rows, const struct table *table,
                                const struct row_order *order, const struct progress *progress,
                                struct status *status)
{
    struct groups groups = {0};
    if (rows->n > ROW_FOLDS_MOST) {
        status_set(status, STATUS_USAGE, "at most %s user-hours can be folded",
                   format_grouped(ROW_FOLDS_MOST).text);
        return NULL;
    }
    struct row_folds *folds = mem_zero(1, sizeof *folds, "folding a list", status);
    if (folds == NULL) {
        return NULL;
    }
    folds->n_rows = rows->n;
    folds->group = mem_new(rows->n, sizeof *folds->group, "folding a list", status);
    bool good =
        folds->group != NULL && assign(folds, &groups, rows, table, order, progress, status);
    folds->n = groups.n;
    free(groups.key);
    free(groups.slot);
    if (!good || !gather(folds, status)) {
        row_folds_free(folds);
        return NULL;
    }
    return folds;
}

struct row_folds *row_folds_of_episodes(const struct episodes *episodes, struct status *status)
{
    const char *what = "folding a list";
    struct row_folds *folds = mem_zero(1, sizeof *folds, what, status);
    if (folds == NULL) {
        return NULL;
    }
    folds->n_rows = episodes->n_rows;
    folds->n = episodes->n;
    folds->first = mem_new(folds->n + 1, sizeof *folds->first, what, status);
    folds->members = mem_new(folds->n_rows, sizeof *folds->members, what, status);
    folds->group = mem_new(folds->n_rows, sizeof *folds->group, what, status);
    folds->head = mem_new(folds->n, sizeof *folds->head, what, status);
    folds->open = mem_zero(folds->n, sizeof *folds->open, what, status);
    folds->line = mem_new(folds->n + 1, sizeof *folds->line, what, status);
    if (folds->first == NULL || folds->members == NULL || folds->group == NULL ||
        folds->head == NULL || folds->open == NULL || folds->line == NULL) {
        row_folds_free(folds);
        return NULL;
    }
    for (size_t i = 0; i < folds->n; i++) {
        const struct episode *one = &episodes->of[i];
        folds->first[i] = one->from;
        for (uint32_t at = one->from; at < one->from + one->n; at++) {
            folds->members[at] = at;
            folds->group[at] = (uint32_t)i;
            folds->head[i] = episodes->rows[at] == one->best ? at : folds->head[i];
        }
    }
    folds->first[folds->n] = (uint32_t)folds->n_rows;
    count_lines(folds);
    return folds;
}

void row_folds_free(struct row_folds *folds)
{
    if (folds != NULL) {
        free(folds->head);
        free(folds->first);
        free(folds->members);
        free(folds->group);
        free(folds->open);
        free(folds->line);
        free(folds);
    }
}

/* ---- asking ---- */

size_t row_folds_lines(const struct row_folds *folds)
{
    return folds->line[folds->n];
}

struct row_line row_folds_at(const struct row_folds *folds, size_t line)
{
    size_t low = 0, high = folds->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (folds->line[middle] <= line) {
            low = middle;
        } else {
            high = middle;
        }
    }
    size_t member = line - folds->line[low];
    size_t rows = folds->first[low + 1] - folds->first[low];
    struct row_line found = {.group = low,
                             .rows = rows,
                             .head = member == 0,
                             .folded = rows > 1 && !folds->open[low]};
    found.whole = folds->head != NULL && found.head && rows > 1;
    member -= folds->head != NULL && member > 0;
    found.position =
        found.whole ? folds->head[low] : folds->members[folds->first[low] + member];
    return found;
}

size_t row_folds_line(const struct row_folds *folds, size_t position)
{
    size_t group = folds->group[position];
    size_t low = folds->first[group], high = folds->first[group + 1];
    if (!folds->open[group] || high - low < 2) {
        return folds->line[group];
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (folds->members[middle] <= position) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return folds->line[group] + (low - folds->first[group]) + (folds->head != NULL);
}

void row_folds_open(struct row_folds *folds, size_t group, bool open)
{
    folds->open[group] = open;
    count_lines(folds);
}
