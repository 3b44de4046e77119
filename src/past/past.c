#include "past/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/past_state.h"

/* ---- blocks ----
 *
 * Windows are taken in blocks: the first by itself, then those within 1, 2, 4, 8, 16 hours of
 * it, then those of each further 24. Within a block the tables of the kinds stand still; they
 * are made anew, from everything before, where a block begins. */

static double block_end(double origin, double seconds)
{
    double after = (seconds - origin) / 3600;
    if (after >= 24) {
        return origin + (floor(after / 24) + 1) * 86400;
    }
    double end = 1;
    while (end <= after) {
        end *= 2;
    }
    return origin + (end < 24 ? end : 24) * 3600;
}

/* Keeps what kinds are from `seconds` on, for explanations. */
static bool keep_block(struct past *past, double seconds, struct status *status)
{
    if (!past->options.explain) {
        return true;
    }
    if (!mem_grow(&past->blocks, &past->blocks_capacity, past->n_blocks + 1,
                  sizeof *past->blocks, "kinds of accounts", status)) {
        return false;
    }
    struct past_block *block = &past->blocks[past->n_blocks++];
    block->begins = seconds;
    memcpy(block->kinds, past->kinds, sizeof block->kinds);
    return true;
}

static bool next_block(struct past *past, double seconds, struct status *status)
{
    past_kinds_from(past->sums, past->before, &past->all, past->kinds);
    past->block_end = block_end(past->origin, seconds);
    return keep_block(past, seconds, status);
}

/* ---- all blocks ---- */

/* Groups the next block while this one is scored. */
struct round {
    struct past_scoring scoring;
    struct past_order *order;
    struct past_grouping *next;
    size_t next_from, next_to;
    size_t n_tasks;
};

static void round_task(void *context, size_t task, unsigned worker)
{
    struct round *round = context;
    if (task > 0) {
        past_score_task(&round->scoring, task - 1, worker);
    } else if (round->next_to > round->next_from) {
        past_group(round->order, round->scoring.table, round->next_from, round->next_to,
                   round->next);
    }
}

/* Tasks of about as many rows each. */
static size_t cut_tasks(const struct past_grouping *grouping, size_t *task_from)
{
    enum { ROWS_A_TASK = 4096 };
    size_t n = 0, rows = 0;
    task_from[0] = 0;
    for (size_t g = 0; g < grouping->n_groups; g++) {
        rows += grouping->groups[g].n;
        if (rows >= ROWS_A_TASK) {
            task_from[++n] = g + 1;
            rows = 0;
        }
    }
    if (task_from[n] < grouping->n_groups) {
        task_from[n + 1] = grouping->n_groups;
        n++;
    }
    return n;
}

/* The windows from `from` on that belong to one block (or, late, to none). */
static size_t windows_of_block(const struct past *past, const struct past_order *order,
                               size_t from, double end, bool late)
{
    size_t to = from + 1;
    while (to < order->n_windows &&
           (late ? order->window[to] <= past->last_window : order->window[to] < end)) {
        to++;
    }
    return to;
}

static void add_sums(struct past *past, struct past_sums *sums, unsigned threads)
{
    for (unsigned worker = 0; worker < threads; worker++) {
        for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
            past_sums_add(&past->sums[kind], &sums[worker * ACCOUNT_KINDS + (unsigned)kind]);
        }
    }
    memset(sums, 0, (size_t)threads * ACCOUNT_KINDS * sizeof *sums);
}

/* One block: windows [from, to) of the order. */
struct piece {
    size_t from, to;
    bool late, first;
};

static struct piece next_piece(const struct past *past, const struct past_order *order,
                               size_t from, double end)
{
    struct piece piece = {.from = from};
    double seconds = order->window[from];
    piece.late = past->learnt && seconds <= past->last_window;
    piece.first = !past->learnt;
    /* The first window is a piece by itself, however short windows are. */
    piece.to = piece.first ? from + 1 : windows_of_block(past, order, from, end, piece.late);
    return piece;
}

static bool score_blocks(struct past *past, struct round *round,
                         struct past_grouping grouping[2], const struct progress *progress,
                         struct parallel *parallel, struct status *status)
{
    struct past_order *order = round->order;
    struct past_scoring *scoring = &round->scoring;
    unsigned threads = parallel_threads(parallel);
    size_t n = order->n_windows, which = 0;
    if (n == 0) {
        return true;
    }
    if (!past->learnt) {
        past->origin = order->window[0];
        past->block_end = past->origin; /* the first window begins a block */
    } else if (!keep_block(past, -INFINITY, status)) {
        return false;
    }
    struct piece piece;
    bool grouped = false;
    for (size_t from = 0; from < n; from = piece.to) {
        double seconds = order->window[from];
        bool late = past->learnt && seconds <= past->last_window;
        if (!late && seconds >= past->block_end && !next_block(past, seconds, status)) {
            return false;
        }
        piece = next_piece(past, order, from, past->block_end);
        if (!grouped) {
            past_group(order, scoring->table, piece.from, piece.to, &grouping[which]);
        }
        /* What follows is known by now, but for a late one that ends inside a block. */
        round->next = &grouping[1 - which];
        round->next_from = round->next_to = piece.to;
        if (piece.to < n && !piece.late) {
            double then = order->window[piece.to];
            double then_end =
                then >= past->block_end ? block_end(past->origin, then) : past->block_end;
            round->next_to = windows_of_block(past, order, piece.to, then_end, false);
        }
        scoring->groups = grouping[which].groups;
        scoring->rows = grouping[which].rows;
        scoring->n_rows = order->first_row[piece.to] - order->first_row[piece.from];
        scoring->judge = !piece.first;
        scoring->late = piece.late;
        size_t n_tasks = cut_tasks(&grouping[which], scoring->task_from);
        parallel_run(parallel, n_tasks + 1, round_task, round);
        grouped = round->next_to > round->next_from;
        which = 1 - which;
        add_sums(past, scoring->sums, threads);
        if (piece.late) {
            past->late += order->first_row[piece.to] - order->first_row[piece.from];
        } else {
            past->last_window = order->window[piece.to - 1];
            past->learnt = true;
        }
        if (!progress_tick(progress, order->first_row[piece.to], order->first_row[n])) {
            return status_cancelled(status);
        }
    }
    return true;
}

bool past_score(struct past *past, const struct table *table, const uint8_t *kinds,
                float *score, struct parallel *parallel, const struct progress *progress,
                struct status *status)
{
    if (!past_plan_fits(&past->plan, table)) {
        return status_set(status, STATUS_INPUT,
                          "the own pasts are of other features than this table has");
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        score[row] = NAN;
    }
    past->late = 0;
    struct past_order order = {0};
    struct past_grouping grouping[2] = {{0}};
    struct round round = {.order = &order};
    struct past_scoring *scoring = &round.scoring;
    unsigned threads = parallel_threads(parallel);
    struct past_record *records = NULL;
    struct status problem = {0};
    *scoring =
        (struct past_scoring){.past = past, .table = table, .kinds = kinds, .score = score};
    bool good = past_take_accounts(past, table, kinds, status) &&
                past_order_make(&order, table, past_rules_of(past).half_life, status);
    if (good) {
        records = past_records_new(&past->plan, table, parallel, &problem);
        good = problem.code == STATUS_OK;
        if (!good) {
            *status = problem;
        }
    }
    size_t most =
        good ? past_order_most(&order, past->learnt ? past->last_window : -INFINITY) : 0;
    good = good && past_grouping_make(&grouping[0], most, dict_count(table->users), status) &&
           past_grouping_make(&grouping[1], most, dict_count(table->users), status);
    if (good) {
        scoring->records = records;
        scoring->account_of = past->account_of;
        scoring->moment = order.moment;
        scoring->sums = mem_zero((size_t)threads * ACCOUNT_KINDS, sizeof *scoring->sums,
                                 "sums by kind", status);
        scoring->task_from =
            mem_new(most / 4096 + 3, sizeof *scoring->task_from, "tasks", status);
        good = scoring->sums != NULL && scoring->task_from != NULL &&
               score_blocks(past, &round, grouping, progress, parallel, status);
    }
    free(scoring->sums);
    free(scoring->task_from);
    free(records);
    past_grouping_clear(&grouping[0]);
    past_grouping_clear(&grouping[1]);
    past_order_clear(&order);
    return good;
}
