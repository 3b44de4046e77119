/* disagree: the rows that one detector finds rare and another finds ordinary. */
#ifndef ODDHOURS_RANK_DISAGREE_H
#define ODDHOURS_RANK_DISAGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/overlap.h"
#include "rank/ranking.h"
#include "table/row_index.h"

/* Rarity is -log10(tail share), decades, as in the ensemble: ties count fully. */
struct disagreement {
    uint32_t row;
    uint8_t rare, ordinary; /* which ranking finds it rarest, and which most ordinary */
    double decades;         /* between the two: 3 is "a thousand times rarer" */
};

/* Of the rows that are among the K first of some ranking and scored by at least two of the n
 * (at most OVERLAP_MAX), those with the largest difference between their rankings, falling,
 * ties by row_id, into list (at most `most`); `*count` is how many. `index` and `row_profile`
 * are the table's. */
bool disagreements(const struct ranking *const *rankings, size_t n,
                   const struct row_index *index, const uint32_t *row_profile, size_t k,
                   struct disagreement *list, size_t most, size_t *count,
                   struct status *status);

#endif
