#include "review/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Indices of actions in the order they would be taken back. */
struct stack {
    size_t n, capacity;
    size_t *index;
};

struct reviewer {
    char *name;
    struct stack done, undone;
};

struct history {
    size_t n, capacity;
    struct entry **entries; /* (n) */
    size_t state_capacity;
    struct entry_state {
        uint32_t reviewer;
        bool stands;
    } * states; /* (n) */
    size_t n_reviewers, reviewer_capacity;
    struct reviewer *reviewers;
    size_t n_judgements, judgement_capacity;
    struct judgement *judgements;
};

struct history *history_new(struct status *status)
{
    return mem_zero(1, sizeof(struct history), "a review's history", status);
}

static void forget_reviewers(struct history *h)
{
    for (size_t i = 0; i < h->n_reviewers; i++) {
        free(h->reviewers[i].name);
        free(h->reviewers[i].done.index);
        free(h->reviewers[i].undone.index);
    }
    h->n_reviewers = 0;
}

void history_free(struct history *h)
{
    if (h == NULL) {
        return;
    }
    for (size_t i = 0; i < h->n; i++) {
        entry_free(h->entries[i]);
    }
    forget_reviewers(h);
    free(h->entries);
    free(h->states);
    free(h->reviewers);
    free(h->judgements);
    free(h);
}

static bool is_action(const struct entry *entry)
{
    return entry->kind == ENTRY_VERDICT || entry->kind == ENTRY_NOTE;
}

static bool push(struct stack *stack, size_t index, struct status *status)
{
    if (!mem_grow(&stack->index, &stack->capacity, stack->n + 1, sizeof *stack->index,
                  "the undo list", status)) {
        return false;
    }
    stack->index[stack->n++] = index;
    return true;
}

/* Takes the action with this uid out, wherever it is (nearly always on top). */
static bool take(struct history *h, struct stack *stack, const char *uid, size_t *index)
{
    for (size_t i = stack->n; i-- > 0;) {
        if (strcmp(h->entries[stack->index[i]]->uid, uid) == 0) {
            *index = stack->index[i];
            memmove(stack->index + i, stack->index + i + 1,
                    (stack->n - i - 1) * sizeof *stack->index);
            stack->n--;
            return true;
        }
    }
    return false;
}

size_t history_reviewer_find(const struct history *h, const char *name)
{
    for (size_t i = 0; i < h->n_reviewers; i++) {
        if (strcmp(h->reviewers[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool reviewer_of(struct history *h, const char *name, uint32_t *reviewer,
                        struct status *status)
{
    size_t found = history_reviewer_find(h, name);
    if (found == SIZE_MAX) {
        found = h->n_reviewers;
        if (!mem_grow(&h->reviewers, &h->reviewer_capacity, found + 1, sizeof *h->reviewers,
                      "reviewers", status)) {
            return false;
        }
        h->reviewers[found] = (struct reviewer){.name = mem_text(name, strlen(name), status)};
        if (h->reviewers[found].name == NULL) {
            return false;
        }
        h->n_reviewers++;
    }
    *reviewer = (uint32_t)found;
    return true;
}

/* Brings entry `i` into the stacks of its reviewer. */
static bool replay(struct history *h, size_t i, struct status *status)
{
    struct entry *entry = h->entries[i];
    struct entry_state *state = &h->states[i];
    if (!reviewer_of(h, entry->reviewer, &state->reviewer, status)) {
        return false;
    }
    struct reviewer *reviewer = &h->reviewers[state->reviewer];
    size_t target;
    state->stands = is_action(entry);
    if (state->stands) {
        reviewer->undone.n = 0;
        return push(&reviewer->done, i, status);
    }
    if (entry->kind == ENTRY_UNDO && take(h, &reviewer->done, entry->target, &target)) {
        h->states[target].stands = false;
        return push(&reviewer->undone, target, status);
    }
    if (entry->kind == ENTRY_REDO && take(h, &reviewer->undone, entry->target, &target)) {
        h->states[target].stands = true;
        return push(&reviewer->done, target, status);
    }
    return true; /* it names nothing that can be undone: without effect */
}

static void judge(struct judgement *judgement, const struct entry *entry)
{
    if (entry->kind == ENTRY_NOTE) {
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

struct place {
    uint32_t row, reviewer;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct place *one = a, *two = b;
    if (one->row != two->row) {
        return one->row < two->row ? -1 : 1;
    }
    if (one->reviewer != two->reviewer) {
        return one->reviewer < two->reviewer ? -1 : 1;
    }
    return (one->index > two->index) - (one->index < two->index);
}

/* All judgements anew, from the actions that stand. */
static bool judge_all(struct history *h, struct status *status)
{
    size_t n = 0, used = 0;
    for (size_t i = 0; i < h->n; i++) {
        n += h->states[i].stands ? h->entries[i]->n_rows : 0;
    }
    struct place *places = mem_new(n, sizeof *places, "verdicts", status);
    if (places == NULL || !mem_grow(&h->judgements, &h->judgement_capacity, n,
                                    sizeof *h->judgements, "verdicts", status)) {
        free(places);
        return false;
    }
    for (size_t i = 0; i < h->n; i++) {
        for (size_t j = 0; h->states[i].stands && j < h->entries[i]->n_rows; j++) {
            places[used++] =
                (struct place){h->entries[i]->rows[j].row, h->states[i].reviewer, i};
        }
    }
    qsort(places, n, sizeof *places, by_place);
    h->n_judgements = 0;
    for (size_t i = 0; i < n;) {
        struct judgement judgement = {.row = places[i].row, .reviewer = places[i].reviewer};
        for (; i < n && places[i].row == judgement.row &&
               places[i].reviewer == judgement.reviewer;
             i++) {
            judge(&judgement, h->entries[places[i].index]);
        }
        if (!empty(&judgement)) {
            h->judgements[h->n_judgements++] = judgement;
        }
    }
    free(places);
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

/* One more action on a few rows: the usual case, without sorting all again. */
static bool judge_rows(struct history *h, size_t index, struct status *status)
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
        struct judgement *place = h->judgements + at;
        bool found = at < h->n_judgements && place->row == row && place->reviewer == reviewer;
        struct judgement changed =
            found ? *place : (struct judgement){.row = row, .reviewer = reviewer};
        judge(&changed, entry);
        size_t after = h->n_judgements - at - (found ? 1 : 0);
        if (!found && !empty(&changed)) {
            memmove(place + 1, place, after * sizeof *place);
            h->n_judgements++;
        } else if (found && empty(&changed)) {
            memmove(place, place + 1, after * sizeof *place);
            h->n_judgements--;
            continue;
        } else if (!found) {
            continue;
        }
        *place = changed;
    }
    return true;
}

static bool replay_all(struct history *h, struct status *status)
{
    forget_reviewers(h);
    for (size_t i = 0; i < h->n; i++) {
        if (!replay(h, i, status)) {
            return false;
        }
    }
    return judge_all(h, status);
}

bool history_add(struct history *h, struct entry **take_entries, size_t n,
                 struct status *status)
{
    enum { FEW = 64 };
    if (n == 0) {
        return true;
    }
    if (!mem_grow(&h->entries, &h->capacity, h->n + n, sizeof *h->entries, "entries", status) ||
        !mem_grow(&h->states, &h->state_capacity, h->n + n, sizeof *h->states, "entries",
                  status)) {
        goto failed;
    }
    size_t before = h->n;
    memcpy(h->entries + h->n, take_entries, n * sizeof *take_entries);
    h->n += n;
    bool good = true;
    for (size_t i = before; good && i < h->n; i++) {
        good = replay(h, i, status);
    }
    if (good && n == 1 && is_action(take_entries[0]) && take_entries[0]->n_rows <= FEW) {
        good = judge_rows(h, before, status);
    } else if (good) {
        good = judge_all(h, status);
    }
    if (good) {
        return true;
    }
    h->n = before;
    replay_all(
        h, NULL); /* short of memory again: what is judged is incomplete, no entry is lost */
failed:
    for (size_t i = 0; i < n; i++) {
        entry_free(take_entries[i]);
    }
    return false;
}

void history_saved(struct history *h, size_t index, uint64_t number)
{
    h->entries[index]->number = number;
}

struct numbered {
    uint64_t number;
    size_t before; /* the order so far: keeps unsaved entries in theirs */
    struct entry *entry;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *one = a, *two = b;
    uint64_t x = one->number - 1, y = two->number - 1; /* 0, unsaved, is the largest */
    if (x != y) {
        return x < y ? -1 : 1;
    }
    return (one->before > two->before) - (one->before < two->before);
}

bool history_reorder(struct history *h, struct status *status)
{
    struct numbered *list = mem_new(h->n, sizeof *list, "entries", status);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < h->n; i++) {
        list[i] = (struct numbered){h->entries[i]->number, i, h->entries[i]};
    }
    qsort(list, h->n, sizeof *list, by_number);
    for (size_t i = 0; i < h->n; i++) {
        h->entries[i] = list[i].entry;
    }
    free(list);
    return replay_all(h, status);
}

size_t history_count(const struct history *h)
{
    return h->n;
}

const struct entry *history_entry(const struct history *h, size_t index)
{
    return h->entries[index];
}

struct entry *history_find(struct history *h, const char *uid)
{
    for (size_t i = h->n; i-- > 0;) {
        if (strcmp(h->entries[i]->uid, uid) == 0) {
            return h->entries[i];
        }
    }
    return NULL;
}

size_t history_unsaved(const struct history *h)
{
    size_t n = 0;
    for (size_t i = h->n; i-- > 0 && h->entries[i]->number == 0;) {
        n++;
    }
    return n;
}

bool history_stands(const struct history *h, size_t index)
{
    return h->states[index].stands;
}

size_t history_reviewers(const struct history *h)
{
    return h->n_reviewers;
}

const char *history_reviewer(const struct history *h, size_t reviewer)
{
    return h->reviewers[reviewer].name;
}

static const struct entry *top(const struct history *h, const char *name, bool undone)
{
    size_t found = history_reviewer_find(h, name);
    if (found == SIZE_MAX) {
        return NULL;
    }
    const struct stack *stack =
        undone ? &h->reviewers[found].undone : &h->reviewers[found].done;
    return stack->n > 0 ? h->entries[stack->index[stack->n - 1]] : NULL;
}

const struct entry *history_undoable(const struct history *h, const char *reviewer)
{
    return top(h, reviewer, false);
}

const struct entry *history_redoable(const struct history *h, const char *reviewer)
{
    return top(h, reviewer, true);
}

const struct judgement *history_judgements(const struct history *h, size_t *n)
{
    *n = h->n_judgements;
    return h->judgements;
}
