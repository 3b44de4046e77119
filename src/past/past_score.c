/* The rows of one block of windows: those of an account in their order, several accounts side
 * by side. */
#include "past/past_state.h"

/* Leaves those that are to be learnt, in their order; how many. */
static size_t keep_learnt(const uint8_t *skip, uint32_t *rows, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (skip[rows[i]] == 0) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* What is wanted for one window of one account. */
struct window {
    const struct past_group *group;
    uint32_t *rows; /* (n) of the account in this window */
    size_t n;
    struct past_hour hour;
    struct past_judged judged;
};

static struct past_judging judging_of(const struct past_scoring *scoring, struct window *window)
{
    struct past *past = scoring->past;
    uint32_t user = window->group->user;
    return (struct past_judging){past_account(past, scoring->account_of[user]),
                                 &past->kinds[scoring->kinds[user]], &window->hour,
                                 &window->judged};
}

static void learn_window(const struct past_scoring *scoring, const struct window *window,
                         struct past_sums *sums)
{
    struct past *past = scoring->past;
    const struct past_rules rules = past_rules_of(past);
    uint32_t user = window->group->user;
    struct past_account *account = past_account(past, scoring->account_of[user]);
    const struct past_judged *known = scoring->judge ? &window->judged : NULL;
    past_count(rules.plan, account, &past->kinds[scoring->kinds[user]], &window->hour, known,
               &sums[scoring->kinds[user]]);
    past_learn(&rules, account, &window->hour, known);
}

/* Any number of rows of one account in one window, some of which may not be learnt. */
static void take_window(const struct past_scoring *scoring, struct window *window,
                        struct past_sums *sums)
{
    struct past *past = scoring->past;
    const struct past_rules rules = past_rules_of(past);
    const struct past_judging judging = judging_of(scoring, window);
    struct past_hour *hour = &window->hour;
    uint32_t *rows = window->rows;
    for (size_t i = 0; i < window->n && scoring->judge; i++) {
        past_record_rows(rules.plan, scoring->table, scoring->records, &rows[i], 1,
                         &hour->record);
        past_hour_after(&rules, judging.account, hour);
        past_judge(&rules, &judging, 1);
        scoring->score[rows[i]] = past_calibrated(window->judged.raw, judging.kind->at_two);
    }
    size_t learnt = past->skip != NULL ? keep_learnt(past->skip, rows, window->n) : window->n;
    if (scoring->late || learnt == 0) {
        return;
    }
    if (window->n > 1 || !scoring->judge) {
        past_record_rows(rules.plan, scoring->table, scoring->records, rows, learnt,
                         &hour->record);
        past_hour_after(&rules, judging.account, hour);
        if (scoring->judge) {
            past_judge(&rules, &judging, 1);
        }
    }
    learn_window(scoring, window, sums);
}

/* Most windows have one row: those of several accounts are taken together. */
enum { TOGETHER = 8 };

static void take_single_rows(const struct past_scoring *scoring, struct window *const *windows,
                             size_t n, struct past_sums *sums)
{
    const struct past_rules rules = past_rules_of(scoring->past);
    struct past_judging judging[TOGETHER];
    for (size_t k = 0; k < n; k++) {
        judging[k] = judging_of(scoring, windows[k]);
        past_record_rows(rules.plan, scoring->table, scoring->records, windows[k]->rows, 1,
                         &windows[k]->hour.record);
        past_hour_after(&rules, judging[k].account, &windows[k]->hour);
    }
    past_judge(&rules, judging, n);
    for (size_t k = 0; k < n; k++) {
        scoring->score[windows[k]->rows[0]] =
            past_calibrated(windows[k]->judged.raw, judging[k].kind->at_two);
        learn_window(scoring, windows[k], sums);
    }
}

/* Rows of an account are far apart: what they name is asked for early. */
static inline void look_ahead(const struct past_scoring *scoring, size_t at)
{
    enum { ROW = 64, RECORD = 32 };
    const struct table *table = scoring->table;
    if (at + ROW < scoring->n_rows) {
        uint32_t row = scoring->rows[at + ROW];
        __builtin_prefetch(&table->row_profile[row]);
        __builtin_prefetch(&table->row_time[row]);
    }
    if (at + RECORD < scoring->n_rows && scoring->records != NULL) {
        uint32_t row = scoring->rows[at + RECORD];
        __builtin_prefetch(&scoring->records[table->row_profile[row]]);
        __builtin_prefetch(&scoring->score[row], 1);
    }
}

/* An account is a dozen cache lines. */
static inline void ask_for_account(const struct past_scoring *scoring, uint32_t user)
{
    enum { LINE = 64 };
    const struct past *past = scoring->past;
    const char *account = (const char *)past_account(past, scoring->account_of[user]);
    const size_t bytes = past_account_bytes(&past->plan);
    for (size_t at = 0; at < bytes; at += LINE) {
        __builtin_prefetch(account + at, 1);
    }
}

/* Where an account's rows are gone through. */
struct cursor {
    const struct past_group *group;
    size_t at; /* of its rows */
    struct window window;
};

/* The rows of the next window; false when there is none. */
static bool next_window(const struct past_scoring *scoring, struct cursor *cursor)
{
    const struct past_group *group = cursor->group;
    const uint32_t *row_time = scoring->table->row_time;
    uint32_t *rows = scoring->rows + group->from;
    size_t i = cursor->at, end = i + 1;
    if (i >= group->n) {
        return false;
    }
    look_ahead(scoring, group->from + i);
    const struct past_moment *moment = &scoring->moment[row_time[rows[i]]];
    while (end < group->n && scoring->moment[row_time[rows[end]]].seconds <= moment->seconds) {
        end++;
    }
    cursor->at = end;
    cursor->window.group = group;
    cursor->window.rows = rows + i;
    cursor->window.n = end - i;
    cursor->window.hour.moment = moment;
    return true;
}

/* Several accounts side by side, a window of each at a time. */
void past_score_task(const struct past_scoring *scoring, size_t task, unsigned worker)
{
    struct past_sums *sums = scoring->sums + (size_t)worker * ACCOUNT_KINDS;
    const bool plain = scoring->judge && !scoring->late && scoring->past->skip == NULL;
    size_t next = scoring->task_from[task], end = scoring->task_from[task + 1], n = 0;
    struct cursor cursors[TOGETHER], *at_work[TOGETHER];
    for (size_t k = 0; k < TOGETHER; k++) {
        at_work[k] = &cursors[k];
    }
    do {
        struct window *single[TOGETHER];
        size_t n_single = 0;
        for (; n < TOGETHER && next < end; next++, n++) {
            at_work[n]->group = &scoring->groups[next];
            at_work[n]->at = 0;
            if (next + TOGETHER < end) {
                ask_for_account(scoring, scoring->groups[next + TOGETHER].user);
            }
        }
        for (size_t k = 0; k < n;) {
            struct cursor *cursor = at_work[k];
            if (!next_window(scoring, cursor)) {
                at_work[k] = at_work[--n];
                at_work[n] = cursor;
                continue;
            }
            if (plain && cursor->window.n == 1) {
                single[n_single++] = &cursor->window;
            } else {
                take_window(scoring, &cursor->window, sums);
            }
            k++;
        }
        take_single_rows(scoring, single, n_single, sums);
    } while (n > 0 || next < end);
}
