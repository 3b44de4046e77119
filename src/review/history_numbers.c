/* What follows from the judgements: what counts for a row, agreement, frozen copies. */
#include "review/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What counts among the judgements [from, to) of one row. */
static enum verdict combine(const struct judgement *list, size_t from, size_t to,
                            size_t reviewer, bool *disputed)
{
    bool tp = false, fp = false, undecided = false;
    for (size_t i = from; i < to; i++) {
        if (list[i].verdict == NULL ||
            (reviewer != HISTORY_EVERYONE && list[i].reviewer != reviewer)) {
            continue;
        }
        tp = tp || list[i].verdict->verdict == VERDICT_TP;
        fp = fp || list[i].verdict->verdict == VERDICT_FP;
        undecided = undecided || list[i].verdict->verdict == VERDICT_UNDECIDED;
    }
    if (disputed != NULL) {
        *disputed = tp && fp;
    }
    if (tp != fp) {
        return tp ? VERDICT_TP : VERDICT_FP;
    }
    return tp || undecided ? VERDICT_UNDECIDED : VERDICT_NONE;
}

static size_t row_end(const struct judgement *list, size_t n, size_t from)
{
    size_t end = from;
    while (end < n && list[end].row == list[from].row) {
        end++;
    }
    return end;
}

enum verdict history_verdict(const struct history *history, uint32_t row, size_t reviewer,
                             bool *disputed)
{
    size_t n, low = 0;
    const struct judgement *list = history_judgements(history, &n);
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].row < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low < n && list[low].row == row ? row_end(list, n, low) : low;
    return combine(list, low, end, reviewer, disputed);
}

static size_t category(const struct entry *entry)
{
    return (size_t)entry->verdict - VERDICT_TP;
}

struct agreement history_agreement(const struct history *history, size_t one, size_t two)
{
    size_t counts[AGREEMENT_CATEGORIES][AGREEMENT_CATEGORIES] = {{0}}, n;
    const struct judgement *list = history_judgements(history, &n);
    for (size_t i = 0, end; i < n; i = end) {
        const struct entry *a = NULL, *b = NULL;
        end = row_end(list, n, i);
        for (size_t j = i; j < end; j++) {
            a = list[j].reviewer == one ? list[j].verdict : a;
            b = list[j].reviewer == two ? list[j].verdict : b;
        }
        if (a != NULL && b != NULL) {
            counts[category(a)][category(b)]++;
        }
    }
    return agreement_kappa(counts, 0.95);
}

struct agreement history_self_agreement(const struct history *history, size_t reviewer)
{
    size_t counts[AGREEMENT_CATEGORIES][AGREEMENT_CATEGORIES] = {{0}}, n;
    const struct judgement *list = history_judgements(history, &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i].reviewer == reviewer && list[i].verdict != NULL && list[i].repeat != NULL) {
            counts[category(list[i].verdict)][category(list[i].repeat)]++;
        }
    }
    return agreement_kappa(counts, 0.95);
}

/* Fills one row of a set from the judgements [from, to). */
static bool freeze(const struct judgement *list, size_t from, size_t to, size_t reviewer,
                   struct verdict_row *row, struct status *status)
{
    const struct entry *note = NULL;
    *row = (struct verdict_row){.row = list[from].row};
    row->verdict = (unsigned char)combine(list, from, to, reviewer, &row->disputed);
    for (size_t i = from; i < to; i++) {
        if (reviewer != HISTORY_EVERYONE && list[i].reviewer != reviewer) {
            continue;
        }
        const struct entry *own[] = {list[i].verdict, list[i].note, list[i].repeat};
        for (size_t j = 0; j < 3; j++) {
            row->unsaved = row->unsaved || (own[j] != NULL && own[j]->number == 0);
        }
        row->repeat = (unsigned char)(own[2] != NULL ? own[2]->verdict : row->repeat);
        if (own[1] != NULL && (note == NULL || own[1]->number - 1 > note->number - 1)) {
            note = own[1];
        }
    }
    if (note != NULL) {
        row->note = mem_text(note->note, strlen(note->note), status);
    }
    return note == NULL || row->note != NULL;
}

struct verdict_set *verdict_set_new(const struct history *history, size_t reviewer,
                                    struct status *status)
{
    size_t n;
    const struct judgement *list = history_judgements(history, &n);
    struct verdict_set *set = mem_zero(1, sizeof *set, "verdicts", status);
    if (set == NULL ||
        (set->rows = mem_new(n, sizeof *set->rows, "verdicts", status)) == NULL) {
        free(set);
        return NULL;
    }
    for (size_t i = 0, end; i < n; i = end) {
        struct verdict_row *row = &set->rows[set->n];
        end = row_end(list, n, i);
        if (!freeze(list, i, end, reviewer, row, status)) {
            verdict_set_free(set);
            return NULL;
        }
        set->n +=
            row->verdict != VERDICT_NONE || row->repeat != VERDICT_NONE || row->note != NULL;
    }
    return set;
}

void verdict_set_free(struct verdict_set *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->n; i++) {
        free(set->rows[i].note);
    }
    free(set->rows);
    free(set);
}

const struct verdict_row *verdict_set_find(const struct verdict_set *set, uint32_t row)
{
    size_t low = 0, high = set != NULL ? set->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->rows[middle].row < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return set != NULL && low < set->n && set->rows[low].row == row ? &set->rows[low] : NULL;
}
