/* Alerts a day against what they catch. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "review/metrics.h"
#include "table/timestamp.h"

enum { CANCEL_ROWS = 1 << 20 }; /* a few milliseconds */

static const size_t budgets[ALERT_BUDGETS] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

#define NO_ROW     UINT64_MAX
#define CELLS_MOST ((size_t)1 << 28) /* 2.3 GiB; the study's table has 6 million */

/* Every user's best row of every day, as block of equal scores << 32 | row: the smaller, the
 * more anomalous. */
struct days {
    size_t n, n_users;
    uint64_t *best;   /* (n, n_users) NO_ROW: no ranked row */
    bool *positive;   /* (n, n_users) with a positive row */
    uint32_t *blocks; /* (n_ids) the block of the profile, or row; UINT32_MAX: not scored */
    int64_t *of_time; /* (times) day from 0, or -1 */
};

static void days_clear(struct days *days)
{
    free(days->best);
    free(days->positive);
    free(days->blocks);
    free(days->of_time);
}

static bool days_new(struct days *days, const struct ranking *ranking,
                     const struct table *table, struct status *status)
{
    size_t n_times = dict_count(table->times);
    *days = (struct days){.n_users = dict_count(table->users)};
    days->of_time = mem_new(n_times, sizeof *days->of_time, "days", status);
    for (size_t i = 0; days->of_time != NULL && i < n_times; i++) {
        int64_t seconds = table->time_seconds[i], day = -1;
        if (seconds != TABLE_NO_TIME) {
            day = timestamp_day(seconds) - table->first_day;
        }
        days->of_time[i] = day;
        days->n = day >= (int64_t)days->n ? (size_t)day + 1 : days->n;
    }
    size_t cells;
    if (__builtin_mul_overflow(days->n, days->n_users, &cells) || cells > CELLS_MOST) {
        size_t n = days->n, n_users = days->n_users;
        days_clear(days);
        status_set(status, STATUS_INPUT,
                   "the times spread over %zu days of %zu users: too many for alerts a day", n,
                   n_users);
        return false;
    }
    days->best = mem_new(cells, sizeof *days->best, "users by day", status);
    days->positive = days->best != NULL
                         ? mem_zero(cells, sizeof *days->positive, "users by day", status)
                         : NULL;
    days->blocks = mem_new(ranking->n_ids, sizeof *days->blocks, "blocks", status);
    if (days->of_time == NULL || days->positive == NULL || days->blocks == NULL) {
        days_clear(days);
        return false;
    }
    memset(days->best, 0xff, cells * sizeof *days->best);
    memset(days->blocks, 0xff, ranking->n_ids * sizeof *days->blocks);
    uint32_t block = 0;
    for (size_t i = 0; i < ranking->n_scored; i++) {
        uint32_t id = ranking->order[i];
        block += i > 0 &&
                 ranking_score(ranking, id) != ranking_score(ranking, ranking->order[i - 1]);
        days->blocks[id] = block;
    }
    return true;
}

/* The cell of a row, or SIZE_MAX when its time cannot be read. */
static size_t cell_of(const struct days *days, const struct table *table, size_t row)
{
    int64_t day = days->of_time[table->row_time[row]];
    return day < 0 ? SIZE_MAX : (size_t)day * days->n_users + table->row_user[row];
}

static bool days_fill(struct days *days, const struct ranking *ranking,
                      const struct table *table, const struct truth *truth,
                      const struct progress *progress, struct status *status)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        if (row % CANCEL_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        uint32_t block = days->blocks[ranking_id(ranking, table->row_profile, row)];
        size_t cell = block == UINT32_MAX ? SIZE_MAX : cell_of(days, table, row);
        uint64_t key = (uint64_t)block << 32 | row;
        if (cell != SIZE_MAX && key < days->best[cell]) {
            days->best[cell] = key;
        }
    }
    for (size_t i = 0; i < truth->n_positive; i++) {
        size_t cell = cell_of(days, table, truth->positive[i]);
        if (cell != SIZE_MAX) {
            days->positive[cell] = true;
        }
    }
    return true;
}

/* The smallest budget that catches each incident and each user; SIZE_MAX: none does. */
struct caught {
    size_t *incident, *user;
};

static void lower(size_t *value, size_t to)
{
    *value = to < *value ? to : *value;
}

static int by_key(const void *a, const void *b)
{
    uint64_t one, two;
    memcpy(&one, a, sizeof one);
    memcpy(&two, b, sizeof two);
    return (one > two) - (one < two);
}

/* One day: counts it, and replaces the best rows of its positive users by their position in the
 * day's order (from 1; NO_ROW when they have no ranked row). */
static void one_day(struct days *days, size_t day, uint64_t *keys, struct alerts *alerts)
{
    uint64_t *best = days->best + day * days->n_users;
    const bool *positive = days->positive + day * days->n_users;
    size_t n = 0;
    for (size_t user = 0; user < days->n_users; user++) {
        if (best[user] != NO_ROW) {
            keys[n++] = best[user];
        }
    }
    qsort(keys, n, sizeof *keys, by_key);
    alerts->days += n > 0;
    alerts->user_days += n;
    for (size_t i = 0; i < ALERT_BUDGETS; i++) {
        alerts->at[i].alerts += n < budgets[i] ? n : budgets[i];
    }
    for (size_t user = 0; user < days->n_users; user++) {
        if (!positive[user]) {
            continue;
        }
        const uint64_t *found = bsearch(&best[user], keys, n, sizeof *keys, by_key);
        best[user] = found != NULL ? (uint64_t)(found - keys) + 1 : NO_ROW;
        alerts->positive_user_days++;
        for (size_t i = 0; i < ALERT_BUDGETS; i++) {
            alerts->at[i].user_days += best[user] <= budgets[i];
        }
    }
}

static void count_caught(const size_t *smallest, const bool *there, size_t n, size_t *all,
                         struct alerts *alerts, bool incidents)
{
    for (size_t i = 0; i < n; i++) {
        *all += there[i];
        for (size_t b = 0; there[i] && b < ALERT_BUDGETS; b++) {
            size_t hit = smallest[i] <= budgets[b];
            alerts->at[b].incidents += incidents ? hit : 0;
            alerts->at[b].users += incidents ? 0 : hit;
        }
    }
}

/* An incident is caught with the first of its user-days. */
static bool count_incidents(const struct days *days, const struct table *table,
                            const struct truth *truth, struct alerts *alerts,
                            struct status *status)
{
    size_t n = dict_count(truth->incidents);
    struct caught caught = {mem_new(n, sizeof(size_t), "incidents", status),
                            mem_new(days->n_users, sizeof(size_t), "users", status)};
    bool *incident = mem_zero(n, sizeof *incident, "incidents", status);
    bool *user = mem_zero(days->n_users, sizeof *user, "users", status);
    bool good =
        caught.incident != NULL && caught.user != NULL && incident != NULL && user != NULL;
    if (good) {
        memset(caught.incident, 0xff, n * sizeof *caught.incident);
        memset(caught.user, 0xff, days->n_users * sizeof *caught.user);
    }
    for (size_t i = 0; good && i < truth->n_positive; i++) {
        size_t cell = cell_of(days, table, truth->positive[i]);
        uint32_t whose = table->row_user[truth->positive[i]];
        uint32_t which = truth->marks[truth->positive_mark[i]].incident;
        if (cell != SIZE_MAX) {
            incident[which] = user[whose] = true;
            lower(&caught.incident[which], (size_t)days->best[cell]);
            lower(&caught.user[whose], (size_t)days->best[cell]);
        }
    }
    if (good) {
        count_caught(caught.incident, incident, n, &alerts->incidents, alerts, true);
        count_caught(caught.user, user, days->n_users, &alerts->users, alerts, false);
    }
    free(caught.incident);
    free(caught.user);
    free(incident);
    free(user);
    return good;
}

bool metrics_alerts(const struct ranking *ranking, const struct table *table,
                    const struct truth *truth, const struct progress *progress,
                    struct alerts *alerts, struct status *status)
{
    struct days days;
    *alerts = (struct alerts){0};
    if (table->row_time == NULL || table->row_user == NULL) {
        return status_set(status, STATUS_INPUT,
                          "alerts a day need the columns dt and src_user");
    }
    if (!days_new(&days, ranking, table, status)) {
        return false;
    }
    uint64_t *keys = mem_new(days.n_users, sizeof *keys, "users of a day", status);
    bool good = keys != NULL;
    if (good) {
        for (size_t i = 0; i < ALERT_BUDGETS; i++) {
            alerts->at[i].per_day = budgets[i];
        }
        good = days_fill(&days, ranking, table, truth, progress, status);
        for (size_t day = 0; good && day < days.n; day++) {
            one_day(&days, day, keys, alerts);
            good = !progress_cancelled(progress) || status_cancelled(status);
        }
        good = good && count_incidents(&days, table, truth, alerts, status);
    }
    free(keys);
    days_clear(&days);
    return good;
}
