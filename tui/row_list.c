#include "row_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct filter_context row_list_context(const struct session *session,
                                       struct filter_ranking *rankings)
{
    const struct run *run = session->run;
    for (size_t i = 0; i < session_results(); i++) {
        const struct result *result = &run->results[i];
        bool ready = session->has_result[i];
        rankings[i] = (struct filter_ranking){
            .name = result->name,
            .alias = result->brief,
            .ranking = ready ? result->ranking : NULL,
            .threshold = ready ? result->scores.threshold : 0,
        };
    }
    return (struct filter_context){
        .table = run->table,
        .by_profile = run->by_profile,
        .rankings = rankings,
        .n_rankings = session_results(),
        .main_ranking = session->selected.result,
    };
}

/* ---- the query ---- */

struct list_query {
    struct query query;
    struct filter_context context;
    struct filter_ranking rankings[DETECTOR_MAX + 1];
    struct row_wish wish;
    char filter[FILTER_TEXT];
    struct row_set rows; /* the answer */
    size_t matching;
    char problem[200];
};

/* The head by rank of what passes, unless the filter itself says sort: or all rows are wanted.
 */
static bool select_rows(struct list_query *self, struct filter *filter,
                        const struct progress *progress)
{
    const struct row_wish *wish = &self->wish;
    const struct filter_context *context = &self->context;
    struct row_order order;
    struct status *status = &self->query.status;
    if (wish->all || filter_order(filter, context, &order)) {
        return filter_rows(filter, context, NULL, progress, wish->k, &self->rows,
                           &self->matching, status);
    }
    struct row_set passed = {0};
    if (!filter_rows(filter, context, NULL, progress, SIZE_MAX, &passed, &self->matching,
                     status)) {
        return false;
    }
    /* A ranking ignores what it did not score; the rest is sorted, falling, ties by row_id. */
    const struct row_order by_rank = {.key = ROW_KEY_SCORE,
                                      .ranking = context->rankings[wish->result].ranking,
                                      .falling = true};
    size_t n = passed.n < wish->k ? passed.n : wish->k;
    uint32_t *head = mem_new(n, sizeof *head, "a list of user-hours", status);
    bool good =
        head != NULL && rows_sort(passed.kind == ROW_SET_LIST ? passed.rows : NULL, passed.n,
                                  &by_rank, context->table, n, head, progress, status);
    row_set_clear(&passed);
    if (!good) {
        free(head);
        return false;
    }
    self->rows = row_set_list(head, n);
    return true;
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Puts the chosen rows into another order. */
static bool reorder(struct list_query *self, const struct progress *progress)
{
    struct status *status = &self->query.status;
    size_t n = self->rows.n;
    uint32_t *rows = mem_new(n, sizeof *rows, "a list of user-hours", status);
    uint32_t *sorted = mem_new(n, sizeof *sorted, "a list of user-hours", status);
    bool good =
        rows != NULL && sorted != NULL && row_set_get(&self->rows, 0, n, rows, status) == n;
    if (good) {
        qsort(rows, n, sizeof *rows, by_row);
        good = rows_sort(rows, n, &self->wish.order, self->context.table, n, sorted, progress,
                         status);
    }
    free(rows);
    if (!good) {
        free(sorted);
        return false;
    }
    row_set_clear(&self->rows);
    self->rows = row_set_list(sorted, n);
    return true;
}

static void list_work(struct query *query, const struct progress *progress)
{
    struct list_query *self = (struct list_query *)query;
    struct filter_error error;
    struct filter *filter = filter_parse(self->filter, &self->context, &error);
    if (filter == NULL) {
        snprintf(self->problem, sizeof self->problem, "column %zu: %.180s", error.column + 1,
                 error.text);
        return;
    }
    if (select_rows(self, filter, progress) && self->wish.sorted) {
        reorder(self, progress);
    }
    filter_free(filter);
}

static void list_free(struct query *query)
{
    struct list_query *self = (struct list_query *)query;
    row_set_clear(&self->rows);
    free(self);
}

static void ask(struct row_list *list, struct app *app, void *view, const struct row_wish *wish)
{
    struct list_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        return;
    }
    self->query.work = list_work;
    self->query.free = list_free;
    self->query.slot = wish->slot;
    self->wish = *wish;
    self->context = row_list_context(app_session(app), self->rankings);
    self->context.main_ranking = wish->result;
    snprintf(self->filter, sizeof self->filter, "%s", wish->filter);
    self->wish.filter = self->filter;
    list->ready = false;
    /* The address tells the answers of this list from older ones. */
    list->asked = (uint64_t)(uintptr_t)self;
    if (!app_query(app, view, &self->query)) {
        list->asked = 0;
    }
}

/* ---- the list ---- */

void row_list_wish(struct row_list *list, struct app *app, void *view,
                   const struct row_wish *wish)
{
    const struct run *run = app_session(app)->run;
    const struct ranking *ranking = run->results[wish->result].ranking;
    list->problem[0] = '\0';
    if (wish->filter[0] != '\0' || wish->sorted || wish->all) {
        ask(list, app, view, wish);
        return;
    }
    app_query_cancel(app, wish->slot);
    row_set_clear(&list->set);
    list->set = row_set_ranked(ranking, run->by_profile, 1, wish->k);
    list->matching = ranking->scored_rows;
    list->asked = 0;
    list->ready = true;
}

bool row_list_answer(struct row_list *list, struct query *query)
{
    if (query->work != list_work || list->asked != (uint64_t)(uintptr_t)query) {
        return false;
    }
    struct list_query *self = (struct list_query *)query;
    list->asked = 0;
    if (query->status.code == STATUS_CANCELLED) {
        return false;
    }
    if (query->status.code != STATUS_OK || self->problem[0] != '\0') {
        snprintf(list->problem, sizeof list->problem, "%.199s",
                 self->problem[0] != '\0' ? self->problem : query->status.text);
        return true;
    }
    row_set_clear(&list->set);
    list->set = self->rows;
    list->matching = self->matching;
    list->ready = true;
    memset(&self->rows, 0, sizeof self->rows);
    return true;
}

size_t row_list_at(const struct row_list *list, size_t place)
{
    uint32_t row;
    return row_set_get(&list->set, place, 1, &row, NULL) == 1 ? row : SIZE_MAX;
}

void row_list_clear(struct row_list *list)
{
    row_set_clear(&list->set);
    memset(list, 0, sizeof *list);
}
