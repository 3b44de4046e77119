#include "lists/own_past.h"

#include <math.h>
#include <stdlib.h>

#include "app/app_state.h"
#include "base/mem.h"

enum { TICK_ROWS = 1 << 18 };

struct past_query {
    struct query query; /* first */
    const struct table *table;
    struct own_past past; /* the answer */
};

bool own_past_possible(const struct table *table)
{
    return table->row_user != NULL && table->row_time != NULL;
}

static bool by_user(const struct table *table, size_t row, size_t other)
{
    return table->row_user[other] == table->row_user[row];
}

static bool is_earlier(const struct table *table, size_t row, size_t other)
{
    int64_t then = table_instant(table, table->row_time[other]);
    int64_t now = table_instant(table, table->row_time[row]);
    return then != TABLE_NO_TIME && now != TABLE_NO_TIME && then < now;
}

/* Profiles of the user's earlier rows; the caller frees them. */
static bool find(struct past_query *self, const struct progress *progress, uint32_t **profiles)
{
    const struct table *table = self->table;
    struct own_past *past = &self->past;
    size_t capacity = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (row % TICK_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(&self->query.status);
        }
        if (!by_user(table, past->row, row) || !is_earlier(table, past->row, row)) {
            continue;
        }
        if (!mem_grow(profiles, &capacity, past->rows + 1, sizeof **profiles,
                      "the past of a user", &self->query.status)) {
            return false;
        }
        (*profiles)[past->rows++] = table->row_profile[row];
    }
    return true;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool summarise(struct past_query *self, const uint32_t *profiles,
                      const struct progress *progress)
{
    struct own_past *past = &self->past;
    size_t n = past->rows;
    double *values = mem_new(n, sizeof *values, "the past of a user", &self->query.status);
    for (size_t f = 0; values != NULL && f < self->table->profiles.d; f++) {
        for (size_t i = 0; i < n; i++) {
            values[i] = table_profile(self->table, profiles[i])[f];
        }
        qsort(values, n, sizeof *values, rising);
        past->median[f] = n == 0 ? NAN : (values[(n - 1) / 2] + values[n / 2]) / 2;
        past->most[f] = n == 0 ? NAN : values[n - 1];
        if (progress_cancelled(progress)) {
            status_cancelled(&self->query.status);
            break;
        }
    }
    free(values);
    return self->query.status.code == STATUS_OK;
}

static void work(struct query *query, const struct progress *progress)
{
    struct past_query *self = (struct past_query *)query;
    uint32_t *profiles = NULL;
    self->past.ready = find(self, progress, &profiles) && summarise(self, profiles, progress);
    free(profiles);
}

static void free_query(struct query *query)
{
    free(query);
}

void own_past_ask(struct app *app)
{
    const struct session *session = &app->session;
    if (!own_past_possible(session->run->table)) {
        return;
    }
    struct past_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        return; /* the pane goes without */
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_PAST;
    self->table = session->run->table;
    self->past.row = session->selected.row;
    app_query(app, app, &self->query);
}

void own_past_answer(struct app *app, struct query *query)
{
    const struct past_query *self = (const struct past_query *)query;
    const struct session *session = &app->session;
    bool now = session->has_table && self->table == session->run->table;
    if (self->past.ready && now && session->selected.has_row &&
        session->selected.row == self->past.row) {
        app->session.past = self->past;
        app->dirty = true;
    }
}
