/* The episodes that a filter lets through. */
#include "rank/filter/filter.h"

#include <stdlib.h>

#include "base/mem.h"

bool filter_episodes(const struct filter *filter, const struct filter_context *context,
                     const struct episode_cut *cut, struct parallel *parallel,
                     const struct progress *progress, size_t k, struct episodes *episodes,
                     size_t *matching, struct status *status)
{
    const struct row_order by_rank = {
        .key = ROW_KEY_SCORE, .ranking = cut->ranking, .falling = true};
    struct row_order order = by_rank;
    struct row_set rows = {0};
    size_t most = episodes_odd_rows(cut); /* the odd rows that pass stand before all others */
    if (!filter_rows_in(filter, context, &by_rank, parallel, progress, most, &rows, matching,
                        status)) {
        return false;
    }
    uint32_t *list = mem_new(rows.n, sizeof *list, "episodes", status);
    bool good = list != NULL && row_set_get(&rows, 0, rows.n, list, status) == rows.n &&
                episodes_with(cut, list, rows.n, episodes, progress, status);
    filter_order(filter, context, &order);
    good = good && episodes_order(episodes, cut->table, &order, k, progress, status);
    row_set_clear(&rows);
    free(list);
    return good;
}
