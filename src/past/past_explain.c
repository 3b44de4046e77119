/* Why a row has its score: its account's windows are gone through once more, with the kinds as
 * they were then, and its values are compared with the earlier ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/past_sentence.h"
#include "past/past_state.h"

/* The rows of one account, by window, then by row_id. */
struct replay {
    const struct past *past;
    const struct table *table;
    struct past_moment *moment; /* (n) of each row */
    uint32_t *rows;             /* (n) */
    size_t n;
    struct past_account *account;
    struct past_judged judged; /* of the row asked about */
    float score;
};

struct at {
    double seconds;
    uint32_t row;
};

static int by_time(const void *a, const void *b)
{
    const struct at *x = a, *y = b;
    if (x->seconds != y->seconds) {
        return x->seconds < y->seconds ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* The rows of some accounts, found in one walk over the table. */
struct history {
    uint32_t user;
    struct at *at; /* (n) by window, then by row_id */
    size_t n, capacity;
};

struct histories {
    size_t n;
    struct history *of; /* (n) by user */
    uint64_t *wanted;   /* a bit for each user of the table */
};

static int by_user(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = ((const struct history *)b)->user;
    return (x > y) - (x < y);
}

static int by_id(const void *a, const void *b)
{
    const struct history *x = a, *y = b;
    return (x->user > y->user) - (x->user < y->user);
}

static struct history *history_of(const struct histories *all, uint32_t user)
{
    return bsearch(&user, all->of, all->n, sizeof *all->of, by_user);
}

static void histories_clear(struct histories *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->of[i].at);
    }
    free(all->of);
    free(all->wanted);
}

static bool want_users(struct histories *all, const struct table *table, const uint32_t *rows,
                       size_t n, struct status *status)
{
    all->of = mem_zero(n, sizeof *all->of, "hours of accounts", status);
    all->wanted = mem_zero(dict_count(table->users) / 64 + 1, sizeof *all->wanted,
                           "hours of accounts", status);
    if (all->of == NULL || all->wanted == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t user = table->row_user[rows[i]];
        uint64_t *word = &all->wanted[user / 64], bit = UINT64_C(1) << user % 64;
        if ((*word & bit) == 0) {
            *word |= bit;
            all->of[all->n++].user = user;
        }
    }
    qsort(all->of, all->n, sizeof *all->of, by_id);
    return true;
}

static bool add_row(struct history *history, const struct table *table, uint32_t row,
                    struct status *status)
{
    int64_t seconds = table_instant(table, table->row_time[row]);
    if (seconds == TABLE_NO_TIME) {
        return true;
    }
    if (!mem_grow(&history->at, &history->capacity, history->n + 1, sizeof *history->at,
                  "hours of accounts", status)) {
        return false;
    }
    history->at[history->n++] = (struct at){(double)seconds, row};
    return true;
}

static bool walk(struct histories *all, const struct table *table,
                 const struct progress *progress, struct status *status)
{
    enum { LOOK = 1 << 16 };
    for (size_t row = 0; row < table->n_rows; row++) {
        uint32_t user = table->row_user[row];
        if (row % LOOK == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if ((all->wanted[user / 64] >> user % 64 & 1) != 0 &&
            !add_row(history_of(all, user), table, (uint32_t)row, status)) {
            return false;
        }
    }
    return true;
}

static bool look_up(struct histories *all, const struct table *table,
                    const struct row_index *by_user, struct status *status)
{
    for (size_t i = 0; i < all->n; i++) {
        const uint32_t user = all->of[i].user;
        for (uint32_t k = by_user->start[user]; k < by_user->start[user + 1]; k++) {
            if (!add_row(&all->of[i], table, by_user->rows[k], status)) {
                return false;
            }
        }
    }
    return true;
}

static bool gather(struct histories *all, const struct table *table,
                   const struct row_index *by_user, const struct progress *progress,
                   struct status *status)
{
    if (!(by_user != NULL ? look_up(all, table, by_user, status)
                          : walk(all, table, progress, status))) {
        return false;
    }
    for (size_t i = 0; i < all->n; i++) {
        if (all->of[i].n > 0) {
            qsort(all->of[i].at, all->of[i].n, sizeof *all->of[i].at, by_time);
        }
    }
    return true;
}

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

/* Goes through the windows up to that of `row`, at position `end` of the rows, and judges it.
 */
static void go_through(struct replay *replay, uint8_t kind_id, size_t row, size_t end)
{
    const struct past *past = replay->past;
    const struct past_rules rules = past_rules_of(past);
    for (size_t i = 0, to; i < replay->n; i = to) {
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
            uint32_t one = (uint32_t)row;
            past_record_rows(rules.plan, replay->table, NULL, &one, 1, &hour.record);
            past_hour_after(&rules, replay->account, &hour);
            if (judge) {
                past_judge(&rules, replay->account, kind, &hour, &replay->judged);
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
            past_judge(&rules, replay->account, kind, &hour, &judged);
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
        bool slow = part >= PAST_PART_SLOW && part < PAST_PART_HOUR;
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

static bool explain(const struct past *past, const struct table *table, const uint8_t *kinds,
                    const struct history *history, size_t row, struct past_why *why,
                    struct status *status)
{
    uint32_t user = table->row_user[row];
    int64_t seconds = table_instant(table, table->row_time[row]);
    size_t bytes = past_account_bytes(&past->plan);
    size_t id = past->start != NULL ? past->account_of[user] : 0;
    struct replay replay = {.past = past, .table = table, .score = NAN};
    *why = (struct past_why){.score = NAN};
    replay.account = mem_zero(1, bytes, "own past", status);
    bool good = replay.account != NULL && take_history(&replay, history, row, status);
    if (good && seconds != TABLE_NO_TIME) {
        if (past->start != NULL && id < past->n_start) {
            memcpy(replay.account, past->start + id * bytes, bytes);
        }
        size_t end = 0;
        while (replay.moment[end].seconds < (double)seconds) {
            end++;
        }
        go_through(&replay, kinds[user], row, end);
        why->score = replay.score;
        if (!isnan(why->score)) {
            list_reasons(&replay, why);
        }
        const struct past_earlier earlier = {.table = table,
                                             .plan = &past->plan,
                                             .rows = replay.rows,
                                             .moment = replay.moment,
                                             .n = end,
                                             .row = (uint32_t)row,
                                             .now = replay.moment[end]};
        good = past_compare(&earlier, why, status);
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
    bool good = want_users(&all, table, rows, n, status) &&
                gather(&all, table, by_user, progress, status);
    for (size_t i = 0; i < n && good; i++) {
        good = progress_cancelled(progress)
                   ? status_cancelled(status)
                   : explain(past, table, kinds, history_of(&all, table->row_user[rows[i]]),
                             rows[i], &why[i], status);
    }
    histories_clear(&all);
    return good;
}

bool past_explain(const struct past *past, const struct table *table, const uint8_t *kinds,
                  const struct row_index *by_user, size_t row, struct past_why *why,
                  struct status *status)
{
    const uint32_t one = (uint32_t)row;
    return past_explain_rows(past, table, kinds, by_user, &one, 1, why, NULL, status);
}
