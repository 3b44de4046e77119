/* What the files of history share. */
#ifndef ODDHOURS_REVIEW_HISTORY_INTERNAL_H
#define ODDHOURS_REVIEW_HISTORY_INTERNAL_H

#include "review/history.h"

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

/* All judgements anew, from the actions that stand. */
bool history_judge_all(struct history *history, struct status *status);

/* One more action, the last entry, on a few rows: the usual case, without sorting all again. */
bool history_judge_rows(struct history *history, size_t index, struct status *status);

#endif
