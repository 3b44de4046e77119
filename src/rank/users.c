#define _GNU_SOURCE
#include "rank/users.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/timestamp.h"

enum { CHUNK = 1 << 14 };

/* One user so far. Of the worst row the score is kept, as ranks cost more than scores. */
struct tally {
    double worst;
    uint32_t worst_row;
    uint32_t rows, flagged;
    uint32_t first, last;
    uint32_t clock;
};

static void add_time(struct tally *tally, const struct table *table, uint32_t time)
{
    int64_t instant = time == tally->last ? TABLE_NO_TIME : table_instant(table, time);
    if (instant == TABLE_NO_TIME) {
        return;
    }
    if (tally->first == DICT_NONE || instant < table_instant(table, tally->first)) {
        tally->first = time;
    }
    if (tally->last == DICT_NONE || instant > table_instant(table, tally->last)) {
        tally->last = time;
    }
}

/* The scores are fetched ahead, without anything that waits for them: they lie all over. */
static void add_scores(struct tally *tallies, const uint32_t *rows, size_t n,
                       const struct table *table, const struct user_scores *scores)
{
    enum { AHEAD = 64 };
    double own[AHEAD];
    const struct ranking *ranking = scores->ranking;
    for (size_t at = 0; at < n; at += AHEAD) {
        size_t count = n - at < AHEAD ? n - at : AHEAD;
        for (size_t i = 0; i < count; i++) {
            own[i] = ranking_row_score(ranking, table->row_profile, rows[at + i]);
        }
        for (size_t i = 0; i < count; i++) {
            uint32_t row = rows[at + i];
            struct tally *tally = &tallies[table->row_user[row]];
            tally->flagged += own[i] > scores->threshold; /* NaN compares false */
            if (own[i] >= tally->worst && (own[i] > tally->worst || row < tally->worst_row)) {
                tally->worst = own[i];
                tally->worst_row = row;
            }
        }
    }
}

static void add_chunk(struct tally *tallies, const uint32_t *rows, size_t n,
                      const struct table *table, const uint32_t *clock,
                      const struct user_scores *scores)
{
    for (size_t i = 0; i < n; i++) {
        struct tally *tally = &tallies[table->row_user[rows[i]]];
        tally->rows++;
        if (table->row_time != NULL) {
            tally->clock |= clock[table->row_time[rows[i]]];
            add_time(tally, table, table->row_time[rows[i]]);
        }
    }
    if (scores->ranking != NULL) {
        add_scores(tallies, rows, n, table, scores);
    }
}

/* The hour of the day of each time, as a bit; NULL with a status when memory ran out. */
static uint32_t *clock_bits(const struct table *table, struct status *status)
{
    size_t n = table->times != NULL ? dict_count(table->times) : 0;
    uint32_t *clock = mem_new(n, sizeof *clock, "sums of users", status);
    for (size_t i = 0; clock != NULL && i < n; i++) {
        int64_t seconds = table->time_seconds[i];
        clock[i] = seconds == TABLE_NO_TIME ? 0 : (uint32_t)1 << timestamp_hour_of_day(seconds);
    }
    return clock;
}

static bool add_all(struct tally *tallies, const struct row_set *rows,
                    const struct table *table, const struct user_scores *scores,
                    const struct progress *progress, struct status *status)
{
    uint32_t *chunk = mem_new(CHUNK, sizeof *chunk, "sums of users", status);
    uint32_t *clock = clock_bits(table, status);
    bool good = chunk != NULL && clock != NULL;
    for (size_t at = 0; good && at < rows->n; at += CHUNK) {
        size_t n = rows->n - at < CHUNK ? rows->n - at : CHUNK;
        if (progress_cancelled(progress)) {
            good = status_cancelled(status);
        } else if (row_set_get(rows, at, n, chunk, status) != n) {
            good = false;
        } else {
            add_chunk(tallies, chunk, n, table, clock, scores);
        }
    }
    free(clock);
    free(chunk);
    return good;
}

/* Keeps the users that have rows, and finds their ranks. */
static bool gather(struct user_sums *sums, const struct tally *tallies, size_t n_users,
                   const struct table *table, const struct user_scores *scores,
                   const struct progress *progress, struct status *status)
{
    for (size_t i = 0; i < n_users; i++) {
        sums->n += tallies[i].rows > 0;
    }
    sums->of = mem_new(sums->n, sizeof *sums->of, "sums of users", status);
    if (sums->of == NULL) {
        return false;
    }
    struct user_sum *sum = sums->of;
    for (size_t i = 0; i < n_users; i++) {
        const struct tally *tally = &tallies[i];
        if (tally->rows == 0) {
            continue;
        }
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        *sum++ = (struct user_sum){
            .user = (uint32_t)i,
            .rows = tally->rows,
            .flagged = tally->flagged,
            .first = tally->first,
            .last = tally->last,
            .clock = tally->clock,
            .kind = scores->accounts != NULL ? scores->accounts->kind[i] : ACCOUNT_KINDS,
            .worst_rank = tally->worst_row == UINT32_MAX
                              ? 0
                              : ranking_rank_of(scores->ranking, scores->index,
                                                table->row_profile, tally->worst_row),
        };
    }
    return true;
}

bool user_sums_make(struct user_sums *sums, const struct row_set *rows,
                    const struct table *table, const struct user_scores *scores,
                    const struct progress *progress, struct status *status)
{
    size_t n_users = dict_count(table->users);
    struct tally *tallies = mem_new(n_users, sizeof *tallies, "sums of users", status);
    memset(sums, 0, sizeof *sums);
    if (tallies == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_users; i++) {
        tallies[i] = (struct tally){
            .worst = -INFINITY, .worst_row = UINT32_MAX, .first = DICT_NONE, .last = DICT_NONE};
    }
    bool good = add_all(tallies, rows, table, scores, progress, status) &&
                gather(sums, tallies, n_users, table, scores, progress, status);
    free(tallies);
    if (!good) {
        user_sums_clear(sums);
    }
    return good;
}

void user_sums_clear(struct user_sums *sums)
{
    free(sums->of);
    memset(sums, 0, sizeof *sums);
}

int user_sum_clock(const struct user_sum *sum)
{
    return __builtin_popcount(sum->clock);
}

/* ---- order ---- */

struct order {
    const struct table *table;
    enum user_key key;
    bool falling;
};

const char *user_key_name(enum user_key key)
{
    static const char *const names[USER_KEYS] = {"flagged", "rank", "hours", "first",
                                                 "last",    "user", "kind",  "clock"};
    return names[key];
}

bool user_key_falls(enum user_key key)
{
    return key == USER_KEY_FLAGGED || key == USER_KEY_ROWS || key == USER_KEY_LAST ||
           key == USER_KEY_CLOCK;
}

static int compare_names(const struct dict *users, uint32_t a, uint32_t b)
{
    struct span x = dict_get(users, a), y = dict_get(users, b);
    size_t least = x.length < y.length ? x.length : y.length;
    int order = least == 0 ? 0 : memcmp(x.bytes, y.bytes, least);
    return order != 0 ? order : (x.length > y.length) - (x.length < y.length);
}

/* What is sorted by; INT64_MAX when the user has none. Ranks and counts are below 2^32. */
static int64_t value_of(const struct user_sum *sum, const struct order *order)
{
    uint32_t time = order->key == USER_KEY_FIRST ? sum->first : sum->last;
    switch (order->key) {
    case USER_KEY_FLAGGED: return sum->flagged;
    case USER_KEY_ROWS: return sum->rows;
    case USER_KEY_KIND: return sum->kind;
    case USER_KEY_CLOCK: return user_sum_clock(sum);
    case USER_KEY_RANK: return sum->worst_rank == 0 ? INT64_MAX : (int64_t)sum->worst_rank;
    default: return time == DICT_NONE ? INT64_MAX : table_instant(order->table, time);
    }
}

static int compare_keys(const struct user_sum *a, const struct user_sum *b,
                        const struct order *order)
{
    if (order->key == USER_KEY_NAME) {
        int names = compare_names(order->table->users, a->user, b->user);
        return order->falling ? -names : names;
    }
    int64_t x = value_of(a, order), y = value_of(b, order);
    bool flip = order->falling && x != INT64_MAX && y != INT64_MAX;
    return flip ? (x < y) - (x > y) : (x > y) - (x < y);
}

static int compare(const void *a, const void *b, void *context)
{
    const struct order *order = context;
    const struct order then[] = {{order->table, USER_KEY_FLAGGED, true},
                                 {order->table, USER_KEY_RANK, false},
                                 {order->table, USER_KEY_NAME, false}};
    int found = compare_keys(a, b, order);
    for (size_t i = 0; found == 0 && i < sizeof then / sizeof then[0]; i++) {
        found = compare_keys(a, b, &then[i]);
    }
    return found;
}

void user_sums_sort(struct user_sums *sums, const struct table *table, enum user_key key,
                    bool reversed)
{
    struct order order = {table, key, user_key_falls(key) != reversed};
    if (sums->n > 1) {
        qsort_r(sums->of, sums->n, sizeof *sums->of, compare, &order);
    }
}
