/* The windows of a table in time order, and the rows of some of them by account. */
#include "past/past_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The window of each time; UINT32_MAX: not readable. */
static uint32_t *number_windows(struct past_order *order, size_t n_times, struct status *status)
{
    uint32_t *number = mem_new(n_times, sizeof *number, "windows", status);
    if (number == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n_times; i++) {
        number[i] = UINT32_MAX;
        if (!isnan(order->moment[i].seconds)) {
            const double *at = bsearch(&order->moment[i].seconds, order->window,
                                       order->n_windows, sizeof *order->window, rising);
            number[i] = (uint32_t)(at - order->window);
        }
    }
    return number;
}

static bool find_windows(struct past_order *order, const struct table *table, double half_life,
                         struct status *status)
{
    size_t n = dict_count(table->times), readable = 0;
    order->moment = mem_new(n, sizeof *order->moment, "windows", status);
    order->window = mem_new(n, sizeof *order->window, "windows", status);
    order->first_row = mem_zero(n + 2, sizeof *order->first_row, "windows", status);
    if (order->moment == NULL || order->window == NULL || order->first_row == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        order->moment[i] = past_moment_of(table, (uint32_t)i, half_life);
        if (!isnan(order->moment[i].seconds)) {
            order->window[readable++] = order->moment[i].seconds;
        }
    }
    qsort(order->window, readable, sizeof *order->window, rising);
    for (size_t i = 0; i < readable; i++) {
        if (i == 0 || order->window[i] != order->window[order->n_windows - 1]) {
            order->window[order->n_windows++] = order->window[i];
        }
    }
    return true;
}

/* Counts rows by window; true when the table is in that order and every row has one. */
static bool count_rows(struct past_order *order, const struct table *table,
                       const uint32_t *number)
{
    size_t *count = order->first_row + 1;
    uint32_t last = 0;
    bool in_order = true;
    for (size_t row = 0; row < table->n_rows; row++) {
        uint32_t window = number[table->row_time[row]];
        if (window == UINT32_MAX) {
            in_order = false;
            continue;
        }
        in_order = in_order && window >= last;
        last = window;
        count[window]++;
    }
    return in_order;
}

bool past_order_make(struct past_order *order, const struct table *table, double half_life,
                     struct status *status)
{
    if (!find_windows(order, table, half_life, status)) {
        return false;
    }
    uint32_t *number = number_windows(order, dict_count(table->times), status);
    if (number == NULL) {
        return false;
    }
    bool in_order = count_rows(order, table, number);
    for (size_t i = 0; i < order->n_windows; i++) {
        order->first_row[i + 1] += order->first_row[i];
    }
    if (in_order) {
        free(number);
        return true;
    }
    order->rows = mem_new(order->first_row[order->n_windows], sizeof *order->rows,
                          "rows by window", status);
    size_t *next = mem_new(order->n_windows + 1, sizeof *next, "windows", status);
    if (order->rows != NULL && next != NULL) {
        memcpy(next, order->first_row, (order->n_windows + 1) * sizeof *next);
        for (size_t row = 0; row < table->n_rows; row++) {
            uint32_t window = number[table->row_time[row]];
            if (window != UINT32_MAX) {
                order->rows[next[window]++] = (uint32_t)row;
            }
        }
    }
    bool good = order->rows != NULL && next != NULL;
    free(next);
    free(number);
    return good;
}

void past_order_clear(struct past_order *order)
{
    free(order->window);
    free(order->first_row);
    free(order->rows);
    free(order->moment);
}

size_t past_order_most(const struct past_order *order, double last)
{
    size_t most = 0, from = 0;
    for (size_t to = 0; to < order->n_windows; to++) {
        while (order->window[from] < order->window[to] - 86400) {
            from++;
        }
        size_t rows = order->first_row[to + 1] - order->first_row[from];
        if (order->window[to] <= last && order->first_row[to + 1] > most) {
            most = order->first_row[to + 1];
        }
        most = rows > most ? rows : most;
    }
    return most;
}

bool past_grouping_make(struct past_grouping *grouping, size_t most, size_t n_users,
                        struct status *status)
{
    size_t groups = most < n_users ? most : n_users;
    grouping->n_users = n_users;
    grouping->rows = mem_new(most, sizeof *grouping->rows, "rows by account", status);
    grouping->groups = mem_new(groups, sizeof *grouping->groups, "rows by account", status);
    grouping->count = mem_zero(n_users, sizeof *grouping->count, "rows by account", status);
    return grouping->rows != NULL && grouping->groups != NULL && grouping->count != NULL;
}

void past_grouping_clear(struct past_grouping *grouping)
{
    free(grouping->rows);
    free(grouping->groups);
    free(grouping->count);
}

void past_group(const struct past_order *order, const struct table *table, size_t from,
                size_t to, struct past_grouping *grouping)
{
    size_t first = order->first_row[from], end = order->first_row[to];
    uint32_t *count = grouping->count;
    grouping->n_groups = 0;
    for (size_t i = first; i < end; i++) {
        uint32_t user = table->row_user[order->rows != NULL ? order->rows[i] : i];
        count[user]++;
    }
    uint32_t at = 0;
    for (size_t user = 0; user < grouping->n_users; user++) {
        if (count[user] > 0) {
            grouping->groups[grouping->n_groups++] =
                (struct past_group){(uint32_t)user, at, count[user]};
            at += count[user];
            count[user] = at - count[user];
        }
    }
    for (size_t i = first; i < end; i++) {
        size_t row = order->rows != NULL ? order->rows[i] : i;
        grouping->rows[count[table->row_user[row]]++] = (uint32_t)row;
    }
    for (size_t g = 0; g < grouping->n_groups; g++) {
        count[grouping->groups[g].user] = 0;
    }
}
