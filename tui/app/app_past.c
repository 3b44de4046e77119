/* What the user of the selected row did before, for the detail pane: found by the queries
 * thread, which walks the table's users; no index is kept for it. */
#include "app/app_state.h"

#include <stdlib.h>

#include "base/mem.h"
#include "explain/user_past.h"

struct past_query {
    struct query query; /* first */
    const struct table *table;
    struct session_past past; /* the answer */
};

static void work(struct query *query, const struct progress *progress)
{
    struct past_query *self = (struct past_query *)query;
    struct user_past found = {.median = self->past.median, .most = self->past.most};
    self->past.ready = user_past_find(self->table, NULL, self->past.row, NULL, progress, &found,
                                      &query->status);
    self->past.rows = found.rows;
}

static void free_query(struct query *query)
{
    free(query);
}

void app_past_ask(struct app *app)
{
    const struct session *session = &app->session;
    if (!user_past_possible(session->run->table)) {
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

void app_past_answer(struct app *app, struct query *query)
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
