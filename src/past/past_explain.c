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

static bool gather(struct replay *replay, uint32_t user, struct status *status)
{
    const struct table *table = replay->table;
    double half_life = past_rules_of(replay->past).half_life;
    size_t n = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        n += table->row_user[row] == user;
    }
    struct at *found = mem_new(n, sizeof *found, "hours of an account", status);
    replay->rows = mem_new(n, sizeof *replay->rows, "hours of an account", status);
    replay->moment = mem_new(n, sizeof *replay->moment, "hours of an account", status);
    if (found == NULL || replay->rows == NULL || replay->moment == NULL) {
        free(found);
        return false;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        int64_t seconds = table->time_seconds[table->row_time[row]];
        if (table->row_user[row] == user && seconds != TABLE_NO_TIME) {
            found[replay->n++] = (struct at){(double)seconds, (uint32_t)row};
        }
    }
    qsort(found, replay->n, sizeof *found, by_time);
    for (size_t i = 0; i < replay->n; i++) {
        replay->rows[i] = found[i].row;
        replay->moment[i] = past_moment_of(found[i].seconds, half_life);
    }
    free(found);
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

/* Goes through the windows up to that of `row`, at place `end` of the rows, and judges it. */
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

bool past_explain(const struct past *past, const struct table *table, const uint8_t *kinds,
                  size_t row, struct past_why *why, struct status *status)
{
    *why = (struct past_why){.score = NAN};
    if (past->n_blocks == 0) {
        return status_set(status, STATUS_USAGE, "own pasts were not kept for explanations");
    }
    uint32_t user = table->row_user[row];
    int64_t seconds = table->time_seconds[table->row_time[row]];
    size_t bytes = past_account_bytes(&past->plan), id = past->account_of[user];
    struct replay replay = {.past = past, .table = table, .score = NAN};
    replay.account = mem_zero(1, bytes, "own past", status);
    bool good = replay.account != NULL && gather(&replay, user, status);
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
                                             .seconds = (double)seconds};
        good = past_compare(&earlier, why, status);
    }
    free(replay.account);
    free(replay.rows);
    free(replay.moment);
    return good;
}
