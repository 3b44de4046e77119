#include "review/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "review/history_internal.h"

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
    return entry->kind != ENTRY_UNDO && entry->kind != ENTRY_REDO;
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

static bool replay_all(struct history *h, struct status *status)
{
    forget_reviewers(h);
    for (size_t i = 0; i < h->n; i++) {
        if (!replay(h, i, status)) {
            return false;
        }
    }
    return history_judge_all(h, status);
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
        good = history_judge_rows(h, before, status);
    } else if (good) {
        good = history_judge_all(h, status);
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
