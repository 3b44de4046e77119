#include "lists/row_list.h"

#include <stdio.h>
#include <string.h>

#include "lists/rows_query.h"

static void ask(struct row_list *list, struct app *app, void *view,
                const struct row_list_spec *spec)
{
    struct filter_error error = {0};
    const struct row_order by_rank = {.key = ROW_KEY_SCORE,
                                      .ranking =
                                          app_session(app)->run->results[spec->result].ranking,
                                      .falling = true};
    struct rows_query *asked =
        rows_query_new(app, spec->filter, &by_rank, spec->k, spec->slot, &error);
    list->ready = false;
    list->asked = NULL;
    if (asked == NULL) {
        snprintf(list->problem, sizeof list->problem, "%.199s",
                 error.text[0] != '\0' ? error.text : "no memory for this list");
        return;
    }
    asked->reorders = spec->sorted;
    asked->reorder = spec->order;
    asked->folds = spec->folds;
    if (spec->by_episode) {
        const struct session *session = app_session(app);
        const struct result *result = &session->run->results[spec->result];
        asked->by_episode = true;
        asked->cut = (struct episode_cut){.table = session->run->table,
                                          .ranking = result->ranking,
                                          .index = session->run->by_profile,
                                          .threshold = result->scores.threshold,
                                          .gap = (int64_t)(session->gap * 3600)};
    }
    list->asked = asked;
    if (!app_query(app, view, &asked->query)) {
        list->asked = NULL;
    }
}

void row_list_show(struct row_list *list, struct app *app, void *view,
                   const struct row_list_spec *spec)
{
    const struct run *run = app_session(app)->run;
    const struct ranking *ranking = run->results[spec->result].ranking;
    list->problem[0] = '\0';
    if (spec->filter[0] != '\0' || spec->sorted || spec->folds || spec->keeps_shown ||
        spec->by_episode) {
        ask(list, app, view, spec);
        return;
    }
    app_query_cancel(app, spec->slot);
    row_set_clear(&list->set);
    list->set = row_set_ranked(ranking, run->by_profile, 1, spec->k);
    row_folds_free(list->folds);
    list->folds = NULL;
    episodes_clear(&list->episodes);
    list->matching = ranking->scored_rows;
    list->order = (struct row_order){.key = ROW_KEY_SCORE, .ranking = ranking, .falling = true};
    list->asked = NULL;
    list->ready = true;
}

bool row_list_answer(struct row_list *list, struct query *query)
{
    if (list->asked != query || query->status.code == STATUS_CANCELLED) {
        return false;
    }
    struct rows_query *asked = (struct rows_query *)query;
    list->asked = NULL;
    if (query->status.code != STATUS_OK) {
        snprintf(list->problem, sizeof list->problem, "%.199s", query->status.text);
        return true;
    }
    row_set_clear(&list->set);
    row_folds_free(list->folds);
    episodes_clear(&list->episodes);
    list->set = asked->rows;
    list->folds = asked->folded;
    list->episodes = asked->episodes;
    asked->episodes = (struct episodes){0};
    list->order = asked->order;
    list->matching = asked->total;
    asked->folded = NULL;
    list->ready = true;
    memset(&asked->rows, 0, sizeof asked->rows);
    return true;
}

size_t row_list_at(const struct row_list *list, size_t position)
{
    uint32_t row;
    return row_set_get(&list->set, position, 1, &row, NULL) == 1 ? row : SIZE_MAX;
}

size_t row_window_at(struct row_window *window, const struct row_set *set, size_t position)
{
    if (position < window->first || position - window->first >= window->n) {
        /* half of it before the position: some go through a list backwards */
        window->first = position > ROW_WINDOW / 2 ? position - ROW_WINDOW / 2 : 0;
        window->n = row_set_get(set, window->first, ROW_WINDOW, window->rows, NULL);
    }
    return position - window->first < window->n ? window->rows[position - window->first]
                                                : SIZE_MAX;
}

void row_list_clear(struct row_list *list)
{
    row_set_clear(&list->set);
    row_folds_free(list->folds);
    episodes_clear(&list->episodes);
    memset(list, 0, sizeof *list);
}
