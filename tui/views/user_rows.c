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
    free(rows->daily);
    free(rows->whole);
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
    return true;
}

/* by_time comes in the order of the table, which need not be that of time. */
static bool sort_rows(struct user_query *self, const struct progress *progress)
{
    struct user_rows *rows = &self->rows;
    const struct table *table = self->run->table;
    struct status *status = &self->query.status;
    const struct row_order by_time = {.key = ROW_KEY_TIME};
    uint32_t *sorted = mem_new(rows->n, sizeof *sorted, "the rows of a user", status);
    rows->in_order = mem_new(rows->n, sizeof *rows->in_order, "the rows of a user", status);
    bool good = sorted != NULL && rows->in_order != NULL &&
                rows_sort(rows->by_time, rows->n, &self->order, table, rows->n, rows->in_order,
                          progress, status) &&
                (table->row_time == NULL || rows_sort(rows->by_time, rows->n, &by_time, table,
                                                      rows->n, sorted, progress, status));
    if (good && table->row_time != NULL) {
        free(rows->by_time);
        rows->by_time = sorted;
        return true;
    }
    free(sorted);
    return good;
}

static bool add_up(struct user_query *self)
{
    const struct table *table = self->run->table;
    struct user_rows *rows = &self->rows;
    size_t d = table->profiles.d;
    rows->total = mem_zero(d, sizeof *rows->total, "totals", &self->query.status);
    rows->most = mem_zero(d, sizeof *rows->most, "totals", &self->query.status);
    rows->whole = mem_zero(d, sizeof *rows->whole, "totals", &self->query.status);
    if (rows->total == NULL || rows->most == NULL || rows->whole == NULL) {
        return false;
    }
    for (size_t k = 0; k < d; k++) {
        rows->whole[k] = true;
    }
    for (size_t i = 0; i < rows->n; i++) {
        const double *values = table_profile(table, table->row_profile[rows->by_time[i]]);
        for (size_t k = 0; k < d; k++) {
            rows->total[k] += values[k];
            rows->most[k] = i == 0 || values[k] > rows->most[k] ? values[k] : rows->most[k];
            rows->whole[k] = rows->whole[k] && values[k] == floor(values[k]);
        }
    }
    return true;
}

static void count_flagged(struct user_query *self)
{
    struct user_rows *rows = &self->rows;
    const struct table *table = self->run->table;
    if (self->by == SIZE_MAX) {
        return;
    }
    const struct result *by = &self->run->results[self->by];
    rows->scored = true;
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->by_time[i];
        size_t rank =
            ranking_rank_of(by->ranking, self->run->by_profile, table->row_profile, row);
        rows->flagged += result_score(by, table, row) > by->scores.threshold;
        rows->best_rank = rank > 0 && (rows->best_rank == 0 || rank < rows->best_rank)
                              ? rank
                              : rows->best_rank;
    }
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

/* The first and the last day, and the rows at both ends. */
static bool find_span(struct user_query *self, int64_t *first, int64_t *last)
{
    struct user_rows *rows = &self->rows;
    int64_t day;
    int hour;
    bool found = false;
    for (size_t i = 0; i < rows->n; i++) { /* unreadable times stand last in by_time */
        if (table_row_when(self->run->table, rows->by_time[i], &day, &hour)) {
            rows->first = found ? rows->first : rows->by_time[i];
            *first = found ? *first : day;
            rows->last = rows->by_time[i];
            rows->active_days += !found || day != *last;
            *last = day;
            found = true;
        }
    }
    return found;
}

static double larger(double most, double value)
{
    return isnan(most) || value > most ? value : most;
}

/* What one row adds to the grid and to its day. */
static void add_row(struct user_query *self, uint32_t row)
{
    struct user_rows *rows = &self->rows;
    const struct table *table = self->run->table;
    size_t d = table->profiles.d;
    int64_t day;
    int hour;
    if (!table_row_when(table, row, &day, &hour)) {
        return;
    }
    size_t position = (size_t)(day - rows->first_day);
    const double *values = table_profile(table, table->row_profile[row]);
    double *cell = &rows->level[position * USER_HOURS + (size_t)hour];
    double *daily = &rows->daily[position * (d + 1)], level = level_of(self, row);
    *cell = larger(*cell, level);
    for (size_t k = 0; k < d; k++) {
        daily[k] = larger(daily[k], values[k]);
    }
    daily[d] = larger(daily[d], level);
}

static bool fill_grid(struct user_query *self)
{
    struct user_rows *rows = &self->rows;
    size_t d = self->run->table->profiles.d;
    int64_t first = 0, last = 0;
    if (!find_span(self, &first, &last) || last - first >= USER_DAYS_MAX) {
        return true;
    }
    size_t days = (size_t)(last - first) + 1;
    rows->level =
        mem_new(days * USER_HOURS, sizeof *rows->level, "a grid of hours", &self->query.status);
    rows->daily =
        mem_new(days * (d + 1), sizeof *rows->daily, "a grid of days", &self->query.status);
    if (rows->level == NULL || rows->daily == NULL) {
        return false;
    }
    rows->first_day = first;
    rows->days = days;
    for (size_t i = 0; i < days * USER_HOURS; i++) {
        rows->level[i] = NAN;
    }
    for (size_t i = 0; i < days * (d + 1); i++) {
        rows->daily[i] = NAN;
    }
    for (size_t i = 0; i < rows->n; i++) {
        add_row(self, rows->by_time[i]);
    }
    return true;
}

static void work(struct query *query, const struct progress *progress)
{
    struct user_query *self = (struct user_query *)query;
    if (find_rows(self, progress) && sort_rows(self, progress) && add_up(self)) {
        count_flagged(self);
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
                                  struct user_quantity quantity, const struct row_order *order,
                                  size_t by)
{
    struct user_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self != NULL) {
        self->query.work = work;
        self->query.free = free_query;
        self->query.slot = SLOT_USER;
        self->user = user;
        self->quantity = quantity;
        self->order = *order;
        self->by = by;
        self->run = app_session(app)->run;
    }
    return self;
}

size_t user_rows_position(const struct user_rows *rows, uint32_t row)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->by_time[i] == row) {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t user_rows_day(const struct user_rows *rows, const struct table *table, size_t from,
                     int days)
{
    int64_t today, day, wanted = 0;
    int hour, other, least = USER_HOURS;
    size_t found = SIZE_MAX, step = days > 0 ? 1 : SIZE_MAX; /* SIZE_MAX: one back */
    if (from >= rows->n || !table_row_when(table, rows->by_time[from], &today, &hour)) {
        return SIZE_MAX;
    }
    for (size_t i = from; i < rows->n; i += step) {
        if (!table_row_when(table, rows->by_time[i], &day, &other) || day == today) {
            continue;
        }
        if (found != SIZE_MAX && day != wanted) {
            break;
        }
        int apart = other > hour ? other - hour : hour - other;
        if (apart < least) {
            least = apart;
            found = i;
        }
        wanted = day;
    }
    return found;
}
