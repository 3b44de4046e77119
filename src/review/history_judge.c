/* From actions to judgements: what each reviewer left of each row. */
#include "review/history_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void judge(struct judgement *judgement, const struct entry *entry)
{
    if (entry->kind == ENTRY_REASON) {
        judgement->reason = entry;
    } else if (entry->kind == ENTRY_NOTE) {
        judgement->note = entry->note[0] != '\0' ? entry : NULL;
    } else if (entry->role == ROLE_REPEAT) {
        judgement->repeat = entry;
    } else {
        judgement->verdict = entry;
    }
}

static bool empty(const struct judgement *judgement)
{
    return judgement->verdict == NULL && judgement->repeat == NULL && judgement->note == NULL;
}

struct judged_row {
    uint32_t row, reviewer;
    size_t index;
};

static int by_row_and_reviewer(const void *a, const void *b)
{
    const struct judged_row *one = a, *two = b;
    if (one->row != two->row) {
        return one->row < two->row ? -1 : 1;
    }
    if (one->reviewer != two->reviewer) {
        return one->reviewer < two->reviewer ? -1 : 1;
    }
    return (one->index > two->index) - (one->index < two->index);
}

bool history_judge_all(struct history *h, struct status *status)
{
    size_t n = 0, used = 0;
    for (size_t i = 0; i < h->n; i++) {
        n += h->states[i].stands ? h->entries[i]->n_rows : 0;
    }
    struct judged_row *judged = mem_new(n, sizeof *judged, "verdicts", status);
    if (judged == NULL || !mem_grow(&h->judgements, &h->judgement_capacity, n,
                                    sizeof *h->judgements, "verdicts", status)) {
        free(judged);
        return false;
    }
    for (size_t i = 0; i < h->n; i++) {
        for (size_t j = 0; h->states[i].stands && j < h->entries[i]->n_rows; j++) {
            judged[used++] =
                (struct judged_row){h->entries[i]->rows[j].row, h->states[i].reviewer, i};
        }
    }
    qsort(judged, n, sizeof *judged, by_row_and_reviewer);
    h->n_judgements = 0;
    for (size_t i = 0; i < n;) {
        struct judgement judgement = {.row = judged[i].row, .reviewer = judged[i].reviewer};
        for (; i < n && judged[i].row == judgement.row &&
               judged[i].reviewer == judgement.reviewer;
             i++) {
            judge(&judgement, h->entries[judged[i].index]);
        }
        if (!empty(&judgement)) {
            h->judgements[h->n_judgements++] = judgement;
        }
    }
    free(judged);
    return true;
}

/* The first judgement that is not before (row, reviewer). */
static size_t judgement_at(const struct history *h, uint32_t row, uint32_t reviewer)
{
    size_t low = 0, high = h->n_judgements;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct judgement *j = &h->judgements[middle];
        if (j->row < row || (j->row == row && j->reviewer < reviewer)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool history_judge_rows(struct history *h, size_t index, struct status *status)
{
    const struct entry *entry = h->entries[index];
    uint32_t reviewer = h->states[index].reviewer;
    if (!mem_grow(&h->judgements, &h->judgement_capacity, h->n_judgements + entry->n_rows,
                  sizeof *h->judgements, "verdicts", status)) {
        return false;
    }
    for (size_t i = 0; i < entry->n_rows; i++) {
        uint32_t row = entry->rows[i].row;
        size_t at = judgement_at(h, row, reviewer);
        struct judgement *old = h->judgements + at;
        bool found = at < h->n_judgements && old->row == row && old->reviewer == reviewer;
        struct judgement changed =
            found ? *old : (struct judgement){.row = row, .reviewer = reviewer};
        judge(&changed, entry);
        size_t after = h->n_judgements - at - (found ? 1 : 0);
        if (!found && !empty(&changed)) {
            memmove(old + 1, old, after * sizeof *old);
            h->n_judgements++;
        } else if (found && empty(&changed)) {
            memmove(old, old + 1, after * sizeof *old);
            h->n_judgements--;
            continue;
        } else if (!found) {
            continue;
        }
        *old = changed;
    }
    return true;
}
