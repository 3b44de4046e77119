/* The episodes that a filter lets through. */
#include "rank/filter/filter.h"

#include <stdlib.h>

#include "base/mem.h"

/* The rows that pass and are above the threshold, by row_id. */
static uint32_t *odd_rows(const struct filter *filter, const struct filter_context *context,
                          const struct episode_cut *cut, struct parallel *parallel,
                          const struct progress *progress, size_t *n, struct status *status)
{
    const struct row_order by_row = {.key = ROW_KEY_ROW};
    const uint32_t *row_profile = cut->table->row_profile;
    struct row_set rows = {0};
    if (!filter_rows_in(filter, context, &by_row, parallel, progress, SIZE_MAX, &rows, NULL,
                        status)) {
        return NULL;
    }
    uint32_t *list = rows.kind == ROW_SET_LIST ? rows.rows : NULL;
    if (list == NULL) { /* all there are */
        list = mem_new(rows.n, sizeof *list, "episodes", status);
        if (list != NULL && row_set_get(&rows, 0, rows.n, list, status) != rows.n) {
            free(list);
            list = NULL;
        }
    }
    *n = 0;
    for (size_t i = 0; list != NULL && i < rows.n; i++) {
        if (ranking_row_score(cut->ranking, row_profile, list[i]) > cut->threshold) {
            list[(*n)++] = list[i];
        }
    }
    return list;
}

bool filter_episodes(const struct filter *filter, const struct filter_context *context,
                     const struct episode_cut *cut, struct parallel *parallel,
                     const struct progress *progress, size_t k, struct episodes *episodes,
                     struct status *status)
{
    struct row_order order = {.key = ROW_KEY_SCORE, .ranking = cut->ranking, .falling = true};
    size_t n;
    uint32_t *rows = odd_rows(filter, context, cut, parallel, progress, &n, status);
    bool good = rows != NULL && episodes_with(cut, rows, n, episodes, progress, status);
    free(rows);
    filter_order(filter, context, &order);
    return good && episodes_order(episodes, cut->table, &order, k, progress, status);
}
