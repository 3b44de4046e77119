/* row_scores: what is asked of one score a row without an order of them: 42.9 million are
 * counted, summarised and searched in some hundredths of a second, with no memory for each.
 *
 * Scores are floats, NaN where there is none. Results do not depend on the number of threads.
 */
#ifndef ODDHOURS_RANK_ROW_SCORES_H
#define ODDHOURS_RANK_ROW_SCORES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"
#include "base/status.h"
#include "table/summary.h"

/* How many of score (n) are no NaN; are above `least`; are at least `least`. */
size_t row_scores_count(const float *score, size_t n);
size_t row_scores_above(const float *score, size_t n, double least);
size_t row_scores_at_least(const float *score, size_t n, double least);

/* Writes the scores that stand at `positions` (n_positions; below the count, in any order) when
 * those that are no NaN fall, into `found`; -0 comes out as 0. False when memory ran out. */
bool row_scores_select(const float *score, size_t n, const size_t *positions,
                       size_t n_positions, struct parallel *parallel, float *found,
                       struct status *status);

/* The highest scores, falling, -0 as 0: at most `most` of them, and of equal ones all or none.
 * `*head` (*n_head; may be NULL for none) is the caller's. False when memory ran out. */
bool row_scores_head(const float *score, size_t n, size_t most, struct parallel *parallel,
                     float **head, size_t *n_head, struct status *status);

/* Count, mean, standard deviation and quartiles, as summary_of() has them for profiles. False
 * when memory ran out. */
bool row_scores_summary(const float *score, size_t n, struct parallel *parallel,
                        struct summary *summary, struct status *status);

#endif
