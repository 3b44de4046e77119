#include "views/user_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { TICK_ROWS = 1 << 20 };

void user_rows_clear(struct user_rows *rows)
{
    free(rows->by_time);
    free(rows->in_order);
    free(rows->level);
    free(rows->total);
    free(rows->most);
    memset(rows, 0, sizeof *rows);
}

static bool find_rows(struct user_query *self, const struct progress *progress)
{
    const struct table *table = self->run->table;
    struct user_rows *rows = &self->rows;
    size_t capacity = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (row % TICK_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(&self->query.status);
        }
        if (table->row_user[row] != self->user) {
            continue;
        }
        if (!mem_grow(&rows->by_time, &capacity, rows->n + 1, sizeof *rows->by_time,
                      "the rows of a user", &self->query.status)) {
            return false;
        }
        rows->by_time[rows->n++] = (uint32_t)row;
    }
    rows->in_order =
        mem_new(rows->n, sizeof *rows->in_order, "the rows of a user", &self->query.status);
    return rows->in_order != NULL &&
           rows_sort(rows->by_time, rows->n, &self->order, table, rows->n, rows->in_order,
                     progress, &self->query.status);
}

static bool add_up(struct user_query *self)
{
    const struct table *table = self->run->table;
    struct user_rows *rows = &self->rows;
    size_t d = table->profiles.d;
    rows->total = mem_zero(d, sizeof *rows->total, "totals", &self->query.status);
    rows->most = mem_zero(d, sizeof *rows->most, "totals", &self->query.status);
    if (rows->total == NULL || rows->most == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows->n; i++) {
        const double *values = table_profile(table, table->row_profile[rows->by_time[i]]);
        for (size_t k = 0; k < d; k++) {
            rows->total[k] += values[k];
            rows->most[k] = i == 0 || values[k] > rows->most[k] ? values[k] : rows->most[k];
        }
    }
    return true;
}

/* How hot a row is, 0 to 1: the decades of its tail share out of those that are possible, or
 * the logarithm of a feature out of the user's largest. */
static double level_of(const struct user_query *self, uint32_t row)
{
    const struct run *run = self->run;
    uint32_t profile = run->table->row_profile[row];
    size_t i = self->quantity.index;
    if (self->quantity.feature) {
        double most = log1p(fabs(self->rows.most[i]));
        double value = table_profile(run->table, profile)[i];
        return most > 0 && value > 0 ? fmin(1, log1p(value) / most) : 0;
    }
    double share = ranking_tail_share(run->results[i].ranking, profile);
    double decades = log10((double)run->table->n_rows);
    return isnan(share) || decades <= 0 ? 0 : fmin(1, -log10(share) / decades);
}

static bool fill_grid(struct user_query *self)
{
    struct user_rows *rows = &self->rows;
    const struct table *table = self->run->table;
    int64_t first = INT64_MAX, last = INT64_MIN, day;
    int hour;
    for (size_t i = 0; i < rows->n; i++) {
        if (table_row_when(table, rows->by_time[i], &day, &hour)) {
            first = day < first ? day : first;
            last = day > last ? day : last;
        }
    }
    if (first > last || last - first >= USER_DAYS_MAX) {
        return true;
    }
    size_t days = (size_t)(last - first) + 1;
    rows->level =
        mem_new(days * USER_HOURS, sizeof *rows->level, "a grid of hours", &self->query.status);
    if (rows->level == NULL) {
        return false;
    }
    rows->first_day = first;
    rows->days = days;
    for (size_t i = 0; i < days * USER_HOURS; i++) {
        rows->level[i] = NAN;
    }
    for (size_t i = 0; i < rows->n; i++) {
        if (table_row_when(table, rows->by_time[i], &day, &hour)) {
            double *cell = &rows->level[(size_t)(day - first) * USER_HOURS + (size_t)hour];
            double level = level_of(self, rows->by_time[i]);
            *cell = isnan(*cell) || level > *cell ? level : *cell;
        }
    }
    return true;
}

static void work(struct query *query, const struct progress *progress)
{
    struct user_query *self = (struct user_query *)query;
    if (find_rows(self, progress) && add_up(self)) {
        fill_grid(self);
    }
}

static void free_query(struct query *query)
{
    struct user_query *self = (struct user_query *)query;
    user_rows_clear(&self->rows);
    free(self);
}

struct user_query *user_query_new(const struct app *app, uint32_t user,
                                  struct user_quantity quantity, const struct row_order *order)
{
    struct user_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self != NULL) {
        self->query.work = work;
        self->query.free = free_query;
        self->query.slot = SLOT_USER;
        self->user = user;
        self->quantity = quantity;
        self->order = *order;
        self->run = app_session(app)->run;
    }
    return self;
}
