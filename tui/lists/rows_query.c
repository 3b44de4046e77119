#include "lists/rows_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string.h>

#include "base/mem.h"

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Puts the rows that were chosen by one order (the head of a ranking) into another. */
static bool reorder(struct rows_query *asked, const struct progress *progress)
{
    struct status *status = &asked->query.status;
    size_t n = asked->rows.n;
    uint32_t *rows = mem_new(n, sizeof *rows, "a list of user-hours", status);
    uint32_t *sorted = mem_new(n, sizeof *sorted, "a list of user-hours", status);
    bool good =
        rows != NULL && sorted != NULL && row_set_get(&asked->rows, 0, n, rows, status) == n;
    if (good) {
        qsort(rows, n, sizeof *rows, by_row);
        good = rows_sort(rows, n, &asked->reorder, asked->context.table, n, sorted, progress,
                         status);
    }
    free(rows);
    if (!good) {
        free(sorted);
        return false;
    }
    row_set_clear(&asked->rows);
    asked->rows = row_set_list(sorted, n);
    return true;
}

/* The episodes of the list, each under a line; its rows are those of the answer. */
static bool find_episodes(struct rows_query *asked, const struct progress *progress)
{
    struct status *status = &asked->query.status;
    struct episode_cut *cut = &asked->cut;
    struct episodes *episodes = &asked->episodes;
    cut->gap = episodes_gap(cut->table, cut->gap, status);
    if (cut->gap < 0) {
        return false;
    }
    bool found = asked->text[0] == '\0'
                     ? episodes_head(cut, asked->most, false, episodes, progress, status)
                     : filter_episodes(asked->filter, &asked->context, cut, asked->parallel,
                                       progress, asked->most, episodes, status);
    if (found && asked->reorders) {
        found = episodes_order(episodes, cut->table, &asked->reorder, asked->most, progress,
                               status);
        asked->order = asked->reorder;
    }
    uint32_t *rows = NULL;
    if (found) {
        rows = mem_new(episodes->n_rows, sizeof *rows, "a list of user-hours", status);
        asked->folded = row_folds_of_episodes(episodes, status);
    }
    if (rows == NULL || asked->folded == NULL) {
        free(rows);
        return false;
    }
    if (episodes->n_rows > 0) { /* else there may be no array */
        memcpy(rows, episodes->rows, episodes->n_rows * sizeof *rows);
    }
    asked->rows = row_set_list(rows, episodes->n_rows);
    asked->total = episodes_odd_rows(cut);
    return true;
}

static void work(struct query *query, const struct progress *progress)
{
    struct rows_query *asked = (struct rows_query *)query;
    if (asked->most == 0) {
        bool counted = filter_count(asked->filter, &asked->context, asked->parallel, progress,
                                    &asked->total, &query->status);
        if (counted && asked->total == 0) {
            filter_hint(asked->filter, &asked->context, asked->parallel, progress, asked->hint);
        }
    } else if (asked->by_episode) {
        if (find_episodes(asked, progress) && asked->then != NULL) {
            asked->then(asked, progress);
        }
    } else {
        bool found =
            filter_rows(asked->filter, &asked->context, &asked->order, asked->parallel,
                        progress, asked->most, &asked->rows, &asked->total, &query->status);
        if (found && asked->reorders) {
            found = reorder(asked, progress);
            asked->order = asked->reorder;
        }
        if (found && asked->folds) {
            asked->folded = row_folds_new(&asked->rows, asked->context.table, &asked->order,
                                          progress, &query->status);
        }
        if (found && asked->then != NULL) {
            asked->then(asked, progress);
        }
    }
}

static void free_query(struct query *query)
{
    struct rows_query *asked = (struct rows_query *)query;
    filter_free(asked->filter);
    row_set_clear(&asked->rows);
    if (asked->made != NULL) {
        asked->unmake(asked->made);
    }
    row_folds_free(asked->folded);
    episodes_clear(&asked->episodes);
    free(asked);
}

struct rows_query *rows_query_new(const struct app *app, const char *text,
                                  const struct row_order *order, size_t most, unsigned slot,
                                  struct filter_error *error)
{
    if (!app_session(app)->has_table) {
        return NULL;
    }
    struct rows_query *asked = mem_zero(1, sizeof *asked, "a query", NULL);
    if (asked == NULL) {
        return NULL;
    }
    asked->query.work = work;
    asked->query.free = free_query;
    asked->query.slot = slot;
    asked->parallel = app_query_threads(app);
    asked->most = most;
    snprintf(asked->text, sizeof asked->text, "%s", text);
    app_filter_context(app, &asked->context, asked->rankings);
    asked->context.rankings = asked->rankings;
    asked->filter = filter_parse(asked->text, &asked->context, error);
    if (asked->filter == NULL) {
        free(asked);
        return NULL;
    }
    if (!filter_order(asked->filter, &asked->context, &asked->order)) {
        asked->order = order != NULL ? *order : (struct row_order){.key = ROW_KEY_ROW};
    }
    return asked;
}
