#include "past/histories.h"

#include <stdlib.h>

#include "base/mem.h"

static int by_time(const void *a, const void *b)
{
    const struct history_row *x = a, *y = b;
    if (x->seconds != y->seconds) {
        return x->seconds < y->seconds ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

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

const struct history *histories_of(const struct histories *all, uint32_t user)
{
    return all->n > 0 ? history_of(all, user) : NULL;
}

size_t history_before(const struct history *history, const struct table *table, size_t row)
{
    int64_t seconds =
        table->row_time != NULL ? table_instant(table, table->row_time[row]) : (int64_t)row;
    size_t low = 0, high = seconds != TABLE_NO_TIME ? history->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (history->at[middle].seconds < (double)seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void histories_clear(struct histories *all)
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
    if (all->n > 0) {
        qsort(all->of, all->n, sizeof *all->of, by_id);
    }
    return true;
}

static bool add_row(struct history *history, const struct table *table, uint32_t row,
                    struct status *status)
{
    int64_t seconds =
        table->row_time != NULL ? table_instant(table, table->row_time[row]) : (int64_t)row;
    if (seconds == TABLE_NO_TIME) {
        return true;
    }
    if (!mem_grow(&history->at, &history->capacity, history->n + 1, sizeof *history->at,
                  "hours of accounts", status)) {
        return false;
    }
    history->at[history->n++] = (struct history_row){(double)seconds, row};
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

bool histories_find(struct histories *all, const struct table *table,
                    const struct row_index *by_user, const uint32_t *rows, size_t n,
                    const struct progress *progress, struct status *status)
{
    if (!want_users(all, table, rows, n, status)) {
        return false;
    }
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
