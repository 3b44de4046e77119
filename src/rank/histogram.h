/* histogram: how many rows have a score in each bin, and which they are.
 *
 * Counted from the sorted ranking by bisection of the edges, so 42.9 million rows take
 * microseconds. A bin is a range of ranks: its rows come from ranking_rows().
 */
#ifndef ODDHOURS_RANK_HISTOGRAM_H
#define ODDHOURS_RANK_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/ranking.h"

struct histogram_axis {
    size_t bins;      /* at least 1 */
    bool log;         /* bins of equal width in log10(score); else in the score */
    double low, high; /* NaN: from the scores, finite (and positive, on a log axis) */
};

struct histogram {
    size_t bins;
    bool log;
    double *edges; /* (bins + 1) rising; bin i is [edges[i], edges[i + 1]), the last closed */
    size_t *positions; /* (bins + 1) bin i holds positions [positions[i + 1], positions[i]) of
                          the ranking's order */
    size_t *rows;      /* (bins) */
    size_t most;       /* the largest of rows */
    size_t below_rows; /* rows under the first edge: on a log axis those that score 0 */
    size_t above_rows; /* rows over the last edge */
};

/* NULL when memory ran out. A ranking without scores gives empty bins from 0 (log: 1) to 1
 * (10). */
struct histogram *histogram_new(const struct ranking *ranking,
                                const struct histogram_axis *axis, struct status *status);
void histogram_free(struct histogram *histogram);

/* The bin a score falls into; SIZE_MAX when it lies outside or is NaN. */
size_t histogram_bin(const struct histogram *histogram, double score);

/* The ranks of the rows of bins [first, last]: `*from` is the best (1 is the top), and the
 * number of rows is returned, for ranking_rows(). */
size_t histogram_ranks(const struct histogram *histogram, const struct ranking *ranking,
                       size_t first, size_t last, size_t *from);

/* Counts only the given rows (n), such as a filtered list, into counts (bins). */
void histogram_count(const struct histogram *histogram, const struct ranking *ranking,
                     const uint32_t *row_profile, const uint32_t *rows, size_t n,
                     size_t *counts);

/* Where a threshold line may stand next: the nearest score above or below `score` that some row
 * has; `score` itself when there is none. */
double histogram_step(const struct ranking *ranking, double score, bool up);

#endif
