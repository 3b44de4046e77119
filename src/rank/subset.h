/* subset: where some of the rows, such as a filtered list, stand in a ranking: how many of them
 * are above a score or between two, at once for any score. */
#ifndef ODDHOURS_RANK_SUBSET_H
#define ODDHOURS_RANK_SUBSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "rank/histogram.h"
#include "rank/ranking.h"
#include "rank/rows.h"

struct subset {
    size_t n_scored; /* as in the ranking */
    uint32_t *above; /* (n_scored + 1) of these rows, those of order[0 .. i-1] */
    /* Where rows have the scores, instead of that: those of these rows that have one. */
    const struct ranking *ranking; /* borrowed */
    size_t n;
    float *score; /* (n) falling */
};

/* Counts; 4 bytes a scored profile, or, where rows have the scores, a row of the list.
 * `row_profile` is the table's. Progress in rows. NULL when cancelled or when memory ran out.
 */
struct subset *subset_new(const struct ranking *ranking, const struct row_set *rows,
                          const uint32_t *row_profile, const struct progress *progress,
                          struct status *status);
void subset_free(struct subset *subset);

/* Those of the rows that have a score, and those with a score strictly above `score`. */
size_t subset_scored(const struct subset *subset);
size_t subset_above(const struct subset *subset, const struct ranking *ranking, double score);

/* Those in the bins [first, last] of a histogram of the same ranking. */
size_t subset_bins(const struct subset *subset, const struct histogram *histogram, size_t first,
                   size_t last);

#endif
