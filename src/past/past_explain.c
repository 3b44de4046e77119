/* Why a row has its score: its account's windows are gone through once more, with the kinds as
 * they were then, and its values are compared with the earlier ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/histories.h"
#include "past/past_sentence.h"
#include "past/past_state.h"

/* The rows of one account, by window, then by row_id. */
struct replay {
    const struct past *past;
    const struct table *table;
    struct past_moment *moment; /* (n) of each row */
    uint32_t *rows;             /* (n) */
    size_t n;
    struct past_account *account; /* as it was before the window at position `at` */
    size_t at;
    struct past_judged judged; /* of the row asked about */
    float score;
};

/* Rows that were not learnt are left out, but for `wanted`, which is judged. */
static bool take_history(struct replay *replay, const struct history *history, size_t wanted,
                         struct status *status)
{
    const uint8_t *skip = replay->past->skip;
    double half_life = past_rules_of(replay->past).half_life;
    replay->rows = mem_new(history->n, sizeof *replay->rows, "hours of an account", status);
    replay->moment = mem_new(history->n, sizeof *replay->moment, "hours of an account", status);
    if (replay->rows == NULL || replay->moment == NULL) {
        return false;
    }
    for (size_t i = 0; i < history->n; i++) {
        uint32_t row = history->at[i].row;
        if (skip == NULL || skip[row] == 0 || row == wanted) {
            replay->rows[replay->n] = row;
            replay->moment[replay->n++] =
                past_moment_of(replay->table, replay->table->row_time[row], half_life);
        }
    }
    return true;
}

static const struct past_kind *kind_at(const struct past *past, double seconds, uint8_t kind)
{
    size_t block = 0;
    while (block + 1 < past->n_blocks && past->blocks[block + 1].begins <= seconds) {
        block++;
    }
    return &past->blocks[block].kinds[kind];
}

/* Goes on through the windows up to that of `row`, at position `end` of the rows, and judges
 * it. */
static void go_through(struct replay *replay, uint8_t kind_id, size_t row, size_t end)
{
    const struct past *past = replay->past;
    const struct past_rules rules = past_rules_of(past);
    for (size_t i = replay->at, to; i < replay->n; i = to) {
        const struct past_moment *moment = &replay->moment[i];
        for (to = i + 1; to < replay->n && replay->moment[to].seconds == moment->seconds;
             to++) {
        }
        bool late = past->start != NULL && moment->seconds <= past->start_window;
        bool judge = past->start != NULL || moment->seconds > past->origin;
        const struct past_kind *kind = kind_at(past, moment->seconds, kind_id);
        struct past_hour hour = {.moment = moment};
        struct past_judged judged;
        if (i == end) {
            replay->at = i;
            uint32_t one = (uint32_t)row;
            past_record_rows(rules.plan, replay->table, NULL, &one, 1, &hour.record);
            past_hour_after(&rules, replay->account, &hour);
            if (judge) {
                const struct past_judging asked = {replay->account, kind, &hour,
                                                   &replay->judged};
                past_judge(&rules, &asked, 1);
                replay->score = past_calibrated(replay->judged.raw, kind->at_two);
            }
            return;
        }
        if (late) {
            continue;
        }
        past_record_rows(rules.plan, replay->table, NULL, replay->rows + i, to - i,
                         &hour.record);
        past_hour_after(&rules, replay->account, &hour);
        if (judge) {
            const struct past_judging asked = {replay->account, kind, &hour, &judged};
            past_judge(&rules, &asked, 1);
        }
        past_learn(&rules, replay->account, &hour, judge ? &judged : NULL);
    }
}

static int by_odd(const void *a, const void *b)
{
    const struct past_reason *x = a, *y = b;
    if (x->odd != y->odd) {
        return x->odd > y->odd ? -1 : 1;
    }
    return (x->part > y->part) - (x->part < y->part);
}

/* The parts that speak for the row, the oddest first, and what each has of the score. */
static void list_reasons(const struct replay *replay, struct past_why *why)
{
    const struct past_plan *plan = &replay->past->plan;
    for (size_t part = 0; part < PAST_PARTS; part++) {
        bool slow = part >= PAST_PART_SLOW && part < PAST_PART_SHARE;
        size_t count = slow ? part - PAST_PART_SLOW : part;
        bool of_count = slow || part < PAST_COUNTS_MAX;
        if ((double)replay->judged.odd[part] <= PAST_ORDINARY ||
            (of_count && count >= plan->n_counts)) {
            continue;
        }
        why->reasons[why->n_reasons++] = (struct past_reason){
            .part = slow       ? PAST_PART_SLOW
                    : of_count ? PAST_PART_COUNT
                               : (enum past_part)part,
            .feature = of_count ? plan->feature[count] : SIZE_MAX,
            .odd = (double)replay->judged.odd[part],
            .usual = NAN,
            .most = NAN,
        };
    }
    qsort(why->reasons, why->n_reasons, sizeof *why->reasons, by_odd);
    double all = 0;
    for (size_t i = 0; i < why->n_reasons; i++) {
        struct past_reason *reason = &why->reasons[i];
        reason->credit = (reason->odd - PAST_ORDINARY) * (i == 0 ? 1 : PAST_OTHERS);
        all += reason->credit;
    }
    for (size_t i = 0; i < why->n_reasons; i++) {
        why->reasons[i].credit /= all;
    }
}

/* A row that is asked for, and its position in the answer. */
struct asked {
    uint32_t user, row;
    double seconds; /* -INFINITY: not readable */
    size_t position;
};

/* By account, then by time: each account is gone through once. */
static int by_account(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    if (x->user != y->user) {
        return x->user < y->user ? -1 : 1;
    }
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

static bool explain(struct replay *replay, uint8_t kind, const struct asked *asked,
                    struct past_why *why, struct status *status)
{
    size_t end = replay->at;
    while (replay->moment[end].seconds < asked->seconds) {
        end++;
    }
    replay->score = NAN;
    go_through(replay, kind, asked->row, end);
    why->score = replay->score;
    if (!isnan(why->score)) {
        list_reasons(replay, why);
    }
    const struct past_earlier earlier = {.table = replay->table,
                                         .plan = &replay->past->plan,
                                         .rows = replay->rows,
                                         .moment = replay->moment,
                                         .n = end,
                                         .row = asked->row,
                                         .now = replay->moment[end]};
    return past_compare(&earlier, why, status);
}

/* The rows of one account, in the order of time. */
static bool explain_account(const struct past *past, const struct table *table,
                            const uint8_t *kinds, const struct history *history,
                            const struct asked *asked, size_t n, struct past_why *why,
                            const struct progress *progress, struct status *status)
{
    size_t bytes = past_account_bytes(&past->plan);
    struct replay replay = {.past = past, .table = table};
    replay.account = mem_zero(1, bytes, "own past", status);
    bool good = replay.account != NULL && take_history(&replay, history, asked->row, status);
    size_t id = good && past->start != NULL ? past->account_of[asked->user] : SIZE_MAX;
    if (good && past->start != NULL && id < past->n_start) {
        memcpy(replay.account, past->start + id * bytes, bytes);
    }
    for (size_t i = 0; i < n && good; i++) {
        why[asked[i].position] = (struct past_why){.score = NAN};
        if (progress_cancelled(progress)) {
            good = status_cancelled(status);
        } else if (asked[i].seconds > -INFINITY) {
            good = explain(&replay, kinds[asked->user], &asked[i], &why[asked[i].position],
                           status);
        }
    }
    free(replay.account);
    free(replay.rows);
    free(replay.moment);
    return good;
}

bool past_explain_rows(const struct past *past, const struct table *table, const uint8_t *kinds,
                       const struct row_index *by_user, const uint32_t *rows, size_t n,
                       struct past_why *why, const struct progress *progress,
                       struct status *status)
{
    struct histories all = {0};
    if (past->n_blocks == 0) {
        return status_set(status, STATUS_USAGE, "own pasts were not kept for explanations");
    }
    struct asked *asked = mem_new(n, sizeof *asked, "rows to explain", status);
    bool good =
        asked != NULL && histories_find(&all, table, by_user, rows, n, progress, status);
    for (size_t i = 0; i < n && good; i++) {
        int64_t seconds = table_instant(table, table->row_time[rows[i]]);
        asked[i] =
            (struct asked){.user = table->row_user[rows[i]],
                           .row = rows[i],
                           .seconds = seconds != TABLE_NO_TIME ? (double)seconds : -INFINITY,

                           .position = i};
    }
    if (good && n > 0) {
        qsort(asked, n, sizeof *asked, by_account);
    }
    for (size_t i = 0, to; i < n && good; i = to) {
        /* Where some rows were not learnt, each is judged by a past without the others. */
        for (to = i + 1; to < n && asked[to].user == asked[i].user && past->skip == NULL;
             to++) {
        }
        good = explain_account(past, table, kinds, histories_of(&all, asked[i].user), asked + i,
                               to - i, why, progress, status);
    }
    histories_clear(&all);
    free(asked);
    return good;
}

bool past_explain(const struct past *past, const struct table *table, const uint8_t *kinds,
                  const struct row_index *by_user, size_t row, struct past_why *why,
                  struct status *status)
{
    const uint32_t one = (uint32_t)row;
    return past_explain_rows(past, table, kinds, by_user, &one, 1, why, NULL, status);
}
