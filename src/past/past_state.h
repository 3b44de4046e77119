/* past_state: everything learnt, and the rows of a table in the order of learning. A part of
 * past. */
#ifndef ODDHOURS_PAST_STATE_H
#define ODDHOURS_PAST_STATE_H

#include "past/past_internal.h"
#include "past/past_plan.h"
#include "table/dict.h"

/* What kinds were from a time on: for explanations. */
struct past_block {
    double begins;
    struct past_kind kinds[ACCOUNT_KINDS];
};

struct past {
    struct past_options options;
    struct past_plan plan;
    float before[PAST_EDGES]; /* decades where nothing was seen yet */
    struct past_near near;
    /* -- learnt -- */
    bool learnt;
    double origin, last_window; /* seconds of the first and last window */
    double block_end;           /* the tables of kinds hold until here */
    struct past_kind kinds[ACCOUNT_KINDS];
    struct past_sums sums[ACCOUNT_KINDS];
    struct past_sums all; /* scratch of past_kinds_from() */
    struct dict *names;
    size_t n_accounts;
    unsigned char *accounts; /* (n_accounts) of past_account_bytes() each */
    uint8_t *account_kind;   /* (n_accounts) */
    /* -- of the last table -- */
    const uint8_t *skip;  /* (rows) not to be learnt; NULL: all are */
    uint32_t *account_of; /* (users) */
    size_t late;
    unsigned char *start; /* accounts as they were before it; NULL: nothing was learnt */
    size_t n_start;
    double start_window; /* last_window then; with start */
    struct past_block *blocks;
    size_t n_blocks, blocks_capacity;
};

static inline struct past_account *past_account(const struct past *past, size_t account)
{
    return (struct past_account *)(void *)(past->accounts +
                                           account * past_account_bytes(&past->plan));
}

static inline struct past_rules past_rules_of(const struct past *past)
{
    return (struct past_rules){&past->plan, past->options.half_life_days * 86400, &past->near};
}

void past_sums_add(struct past_sums *to, const struct past_sums *from);

/* Makes room for the accounts of a table, and keeps what explanations start from. */
bool past_take_accounts(struct past *past, const struct table *table, const uint8_t *kinds,
                        struct status *status);

/* The windows of a table, rising, and their rows. */
struct past_order {
    size_t n_windows;
    double *window;    /* (n_windows) seconds */
    size_t *first_row; /* (n_windows + 1) positions in rows */
    uint32_t *rows; /* by window; NULL when the table is in that order, and all are readable */
    struct past_moment *moment; /* (times) */
};

bool past_order_make(struct past_order *order, const struct table *table, double half_life,
                     struct status *status);
void past_order_clear(struct past_order *order);

/* The most rows of windows within a day, or at or before `last`. */
size_t past_order_most(const struct past_order *order, double last);

/* Rows by account: of some windows, each account's in rising order of windows. */
struct past_group {
    uint32_t user, from, n; /* rows [from, from + n) */
};

struct past_grouping {
    size_t n_groups;
    struct past_group *groups;
    uint32_t *rows;
    uint32_t *count; /* (users) scratch, all 0 between calls */
    size_t n_users;
};

bool past_grouping_make(struct past_grouping *grouping, size_t most, size_t n_users,
                        struct status *status);
void past_grouping_clear(struct past_grouping *grouping);
void past_group(const struct past_order *order, const struct table *table, size_t from,
                size_t to, struct past_grouping *grouping);

/* Scoring a block of windows: tasks of some accounts each. */
struct past_scoring {
    struct past *past;
    const struct table *table;
    const uint8_t *kinds;
    const struct past_record *records;
    const uint32_t *account_of;       /* account of each user */
    const struct past_moment *moment; /* (times) */
    float *score;
    const struct past_group *groups; /* of this block */
    uint32_t *rows;
    size_t n_rows;
    size_t *task_from;      /* groups of each task */
    struct past_sums *sums; /* (threads, ACCOUNT_KINDS) */
    bool judge;             /* false in the first window */
    bool late;              /* before what was learnt: not to be learnt */
};

void past_score_task(const struct past_scoring *scoring, size_t task, unsigned worker);

#endif
