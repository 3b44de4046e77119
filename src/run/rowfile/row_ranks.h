/* row_ranks: the ranks of rows in file order, round by round. Rows of one tie block (equal
 * scores) are numbered in file order. */
#ifndef ODDHOURS_RUN_ROW_RANKS_H
#define ODDHOURS_RUN_ROW_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/ranking.h"

struct row_ranks {
    uint32_t
        *next; /* (n_profiles) at the first position of a tie block: rank of its next row */
    uint32_t *block;  /* (n_profiles) profile -> first position of its tie block */
    uint32_t *of_row; /* (round) */
    uint32_t *all;    /* (n_rows) where rows have the scores; NULL else */
};

/* For rounds of at most `round` rows; starts as all zeros. */
bool row_ranks_new(struct row_ranks *ranks, const struct ranking *ranking, size_t round,
                   struct status *status);
void row_ranks_clear(struct row_ranks *ranks);

/* Ranks from 1 of rows `from` to `from + n - 1` into of_row; 0: not scored. Rounds come one
 * after the other from row 0 on. */
void row_ranks_fill(struct row_ranks *ranks, const uint32_t *row_profile, size_t from,
                    size_t n);

#endif
