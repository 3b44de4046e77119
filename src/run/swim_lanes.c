#include "run/swim_lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    SLICES_MOST = 8192,  /* of an account */
    A_DAY = 4,           /* slices of six hours */
    CHECK_ROWS = 1 << 20 /* between looks at the cancel flag */
};

/* Lanes of the accounts: 255 for those without one. */
static uint8_t *lane_of_users(const struct swim_lanes *lanes, size_t n_users,
                              struct status *status)
{
    uint8_t *lane = mem_new(n_users, 1, "lanes", status);
    if (lane != NULL) {
        memset(lane, UINT8_MAX, n_users);
        for (size_t i = 0; i < lanes->n; i++) {
            lane[lanes->user[i]] = (uint8_t)i;
        }
    }
    return lane;
}

static bool has_seconds(const struct table *table, uint32_t time)
{
    return table->time_seconds[time] != TABLE_NO_TIME;
}

static int64_t day_of(const struct table *table, uint32_t time)
{
    int64_t seconds = table->time_seconds[time];
    return seconds / 86400 - (seconds % 86400 < 0);
}

/* The days of the table, and into how many slices they are cut. */
static bool lay_days(struct swim_lanes *lanes, const struct table *table)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (uint32_t time = 0; time < dict_count(table->times); time++) {
        if (has_seconds(table, time)) {
            int64_t day = day_of(table, time);
            first = day < first ? day : first;
            last = day > last ? day : last;
        }
    }
    if (first > last || last - first >= SLICES_MOST) {
        return false;
    }
    lanes->first_day = first;
    lanes->days = (size_t)(last - first + 1);
    lanes->a_day = lanes->days * A_DAY <= SLICES_MOST ? A_DAY : 1;
    return true;
}

size_t swim_lanes_slice(const struct swim_lanes *lanes, const struct table *table,
                        uint32_t time)
{
    if (!has_seconds(table, time)) {
        return SIZE_MAX;
    }
    int64_t day = day_of(table, time), second = table->time_seconds[time] - day * 86400;
    return (size_t)(day - lanes->first_day) * lanes->a_day +
           (size_t)second * lanes->a_day / 86400;
}

/* The highest score of each slice, and the flagged rows of each day. */
static bool walk_rows(struct swim_lanes *lanes, const struct run *run,
                      const struct result *result, const uint8_t *lane,
                      const struct progress *progress, struct status *status)
{
    const struct table *table = run->table;
    const size_t slices = lanes->days * lanes->a_day;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (row % CHECK_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        uint32_t time = table->row_time[row];
        uint8_t which = lane[table->row_user[row]];
        double score = result_score(result, table, row);
        if (isnan(score) || !has_seconds(table, time)) {
            continue;
        }
        size_t slice = swim_lanes_slice(lanes, table, time);
        lanes->flagged[slice / lanes->a_day] += score > result->scores.threshold;
        if (which != UINT8_MAX) {
            float *level = &lanes->level[which * slices + slice];
            *level = isnan(*level) || (float)score > *level ? (float)score : *level;
        }
    }
    return true;
}

/* From scores to shares, by decades. */
static void make_levels(struct swim_lanes *lanes, const struct ranking *ranking)
{
    const size_t n = lanes->n * lanes->days * lanes->a_day;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(lanes->level[i])) {
            double share = ranking_tail_share_of(ranking, (double)lanes->level[i]);
            double level = share > 0 ? -log10(share) / LANES_DECADES : 1;
            lanes->level[i] = (float)(level > 1 ? 1 : level);
        }
    }
    for (size_t day = 0; day < lanes->days; day++) {
        lanes->most = fmax(lanes->most, lanes->flagged[day]);
    }
}

void swim_lanes_accounts(struct swim_lanes *lanes, const struct table *table,
                         const uint32_t *rows, size_t n)
{
    lanes->n = 0;
    for (size_t i = 0; table->row_user != NULL && i < n && lanes->n < LANES_MOST; i++) {
        uint32_t user = table->row_user[rows[i]];
        bool there = false;
        for (size_t k = 0; k < lanes->n; k++) {
            there = there || lanes->user[k] == user;
        }
        if (!there) {
            lanes->user[lanes->n++] = user;
        }
    }
}

bool swim_lanes_find(struct swim_lanes *lanes, const struct run *run,
                     const struct result *result, const struct progress *progress,
                     struct status *status)
{
    const struct table *table = run->table;
    if (lanes->n == 0 || table->users == NULL || table->times == NULL || !table->has_days ||
        !lay_days(lanes, table)) {
        return false; /* there is nothing to draw */
    }
    size_t n = lanes->n * lanes->days * lanes->a_day;
    uint8_t *lane = lane_of_users(lanes, dict_count(table->users), status);
    lanes->level = mem_new(n, sizeof *lanes->level, "lanes", status);
    lanes->flagged = mem_zero(lanes->days, sizeof *lanes->flagged, "lanes", status);
    bool good = lane != NULL && lanes->level != NULL && lanes->flagged != NULL;
    for (size_t i = 0; good && i < n; i++) {
        lanes->level[i] = NAN;
    }
    good = good && walk_rows(lanes, run, result, lane, progress, status);
    if (good) {
        make_levels(lanes, result->ranking);
    }
    free(lane);
    return good;
}

void swim_lanes_clear(struct swim_lanes *lanes)
{
    free(lanes->level);
    free(lanes->flagged);
    *lanes = (struct swim_lanes){0};
}
