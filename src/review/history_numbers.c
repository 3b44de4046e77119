/* What follows from the judgements: what counts for a row, agreement, frozen copies. */
#include "review/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What counts among the judgements [from, to) of one row. */
static enum verdict combine(const struct judgement *list, size_t from, size_t to,
                            size_t reviewer, bool *disputed)
{
    bool tp = false, fp = false, undecided = false, later = false;
    for (size_t i = from; i < to; i++) {
        if (list[i].verdict == NULL ||
            (reviewer != HISTORY_EVERYONE && list[i].reviewer != reviewer)) {
            continue;
        }
        tp = tp || list[i].verdict->verdict == VERDICT_TP;
        fp = fp || list[i].verdict->verdict == VERDICT_FP;
        undecided = undecided || list[i].verdict->verdict == VERDICT_UNDECIDED;
        later = later || list[i].verdict->verdict == VERDICT_LATER;
    }
    if (disputed != NULL) {
        *disputed = tp && fp;
    }
    if (tp != fp) {
        return tp ? VERDICT_TP : VERDICT_FP;
    }
    if (tp || undecided) {
        return VERDICT_UNDECIDED;
    }
    return later ? VERDICT_LATER : VERDICT_NONE;
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

/* A verdict that can agree or not. */
static bool judged(const struct entry *entry)
{
    return entry != NULL && verdict_judges(entry->verdict);
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
        if (judged(a) && judged(b)) {
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
        if (list[i].reviewer == reviewer && judged(list[i].verdict) && judged(list[i].repeat)) {
            counts[category(list[i].verdict)][category(list[i].repeat)]++;
        }
    }
    return agreement_kappa(counts, 0.95);
}

static const struct entry *judgement_reason_entry(const struct judgement *judgement)
{
    const struct entry *verdict = judgement->verdict, *reason = judgement->reason;
    bool of_it = verdict != NULL && reason != NULL && strcmp(reason->target, verdict->uid) == 0;
    return of_it ? reason : NULL;
}

const char *judgement_reason(const struct judgement *judgement)
{
    const struct entry *later = judgement_reason_entry(judgement);
    const struct entry *said = later != NULL ? later : judgement->verdict;
    const char *reason = said != NULL ? said->reason : NULL;
    return reason != NULL && reason[0] != '\0' ? reason : NULL;
}

/* Fills one row of a set from the judgements [from, to). */
static bool freeze(const struct judgement *list, size_t from, size_t to, size_t reviewer,
                   struct verdict_row *row, struct status *status)
{
    const struct entry *note = NULL;
    const char *reason = NULL;
    *row = (struct verdict_row){.row = list[from].row};
    row->verdict = (unsigned char)combine(list, from, to, reviewer, &row->disputed);
    for (size_t i = from; i < to; i++) {
        if (reviewer != HISTORY_EVERYONE && list[i].reviewer != reviewer) {
            continue;
        }
        const struct entry *own[] = {list[i].verdict, list[i].note, list[i].repeat,
                                     judgement_reason_entry(&list[i])};
        for (size_t j = 0; j < 4; j++) {
            row->unsaved = row->unsaved || (own[j] != NULL && own[j]->number == 0);
        }
        row->repeat = (unsigned char)(own[2] != NULL ? own[2]->verdict : row->repeat);
        if (own[1] != NULL && (note == NULL || own[1]->number - 1 > note->number - 1)) {
            note = own[1];
        }
    }
    for (size_t i = from; i < to && reason == NULL; i++) { /* of who decided what counts */
        bool counts = list[i].verdict != NULL && list[i].verdict->verdict == row->verdict;
        if (counts && (reviewer == HISTORY_EVERYONE || list[i].reviewer == reviewer)) {
            reason = judgement_reason(&list[i]);
        }
    }
    if (note != NULL) {
        row->note = mem_text(note->note, strlen(note->note), status);
    }
    if (reason != NULL) {
        row->reason = mem_text(reason, strlen(reason), status);
    }
    return (note == NULL || row->note != NULL) && (reason == NULL || row->reason != NULL);
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
            set->n++; /* what it holds so far */
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
        free(set->rows[i].reason);
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

enum verdict verdict_set_of_rows(const struct verdict_set *set, const uint32_t *rows, size_t n,
                                 size_t *judged)
{
    struct tally tally = {0};
    size_t later = 0;
    for (size_t i = 0; i < n; i++) {
        const struct verdict_row *found = verdict_set_find(set, rows[i]);
        enum verdict verdict = found != NULL ? (enum verdict)found->verdict : VERDICT_NONE;
        tally_add(&tally, verdict);
        later += verdict == VERDICT_LATER;
    }
    if (judged != NULL) {
        *judged = n - tally.unreviewed;
    }
    return tally.tp > 0            ? VERDICT_TP
           : tally.fp == n         ? VERDICT_FP
           : tally.unreviewed == 0 ? VERDICT_UNDECIDED
           : later == n            ? VERDICT_LATER
                                   : VERDICT_NONE;
}
