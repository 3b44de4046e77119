#include "run/rowfile/row_ranks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"

enum { AHEAD = 16 };

/* Every row has its own: all of them at once. */
static bool of_rows(struct row_ranks *ranks, const struct ranking *ranking,
                    struct status *status)
{
    size_t n = ranking->n_ids, scored = ranking->n_scored;
    uint32_t *made = NULL; /* an order only for this */
    ranks->all = mem_zero(n, sizeof *ranks->all, "ranks", status);
    ranks->of_row = ranks->all;
    if (ranks->all != NULL && ranking->order == NULL) {
        made = mem_new(n, sizeof *made, "ranks", status);
        if (made == NULL || !order_floats(ranking->row_score, n, NULL, made, &scored, status)) {
            free(made);
            return false;
        }
    }
    const uint32_t *order = made != NULL ? made : ranking->order;
    for (size_t i = 0; ranks->all != NULL && i < scored; i++) {
        if (i + AHEAD < scored) {
            __builtin_prefetch(&ranks->all[order[i + AHEAD]], 1);
        }
        ranks->all[order[i]] = (uint32_t)i + 1;
    }
    free(made);
    return ranks->all != NULL;
}

bool row_ranks_new(struct row_ranks *ranks, const struct ranking *ranking, size_t round,
                   struct status *status)
{
    size_t n = ranking->n_ids;
    if (ranking->row_score != NULL) {
        return of_rows(ranks, ranking, status);
    }
    ranks->next = mem_new(n, sizeof *ranks->next, "ranks", status);
    ranks->block = mem_new(n, sizeof *ranks->block, "ranks", status);
    ranks->of_row = mem_new(round, sizeof *ranks->of_row, "ranks", status);
    if (ranks->next == NULL || ranks->block == NULL || ranks->of_row == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        ranks->block[i] = UINT32_MAX;
    }
    uint32_t first = 0;
    for (uint32_t i = 0; i < ranking->n_scored; i++) {
        if (ranking->score[ranking->order[i]] != ranking->score[ranking->order[first]]) {
            first = i;
        }
        ranks->block[ranking->order[i]] = first;
        if (first == i) {
            ranks->next[i] = (uint32_t)ranking_rows_above(ranking, i) + 1;
        }
    }
    return true;
}

void row_ranks_clear(struct row_ranks *ranks)
{
    free(ranks->next);
    free(ranks->block);
    free(ranks->all != NULL ? ranks->all : ranks->of_row);
    memset(ranks, 0, sizeof *ranks);
}

void row_ranks_fill(struct row_ranks *ranks, const uint32_t *row_profile, size_t from, size_t n)
{
    if (ranks->all != NULL) {
        ranks->of_row = ranks->all + from;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t block = ranks->block[row_profile[from + i]];
        ranks->of_row[i] = block == UINT32_MAX ? 0 : ranks->next[block]++;
    }
}
