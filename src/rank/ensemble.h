/* ensemble: one score from the rankings of several detectors.
 *
 * The mean, over the detectors that scored a profile, of -log10(tail share): decades of rarity.
 * 3 says that on (geometric) average one row in a thousand scores at least as high. Ties count
 * fully, so a detector that cannot tell rows apart adds nothing. A mean of ranks would be flat
 * at the top: rank 1 and rank 1000 of 43 million would look alike.
 */
#ifndef ODDHOURS_RANK_ENSEMBLE_H
#define ODDHOURS_RANK_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "models/detector.h"
#include "rank/ranking.h"

/* Fills scores->n and score (n_profiles, allocated here, freed with scores_clear()); threshold
 * and counts are the caller's (scores_budget()). NaN where no detector scored. `rankings` (n)
 * may hold NULL for a detector that is not there. */
bool ensemble_score(const struct ranking *const *rankings, size_t n, size_t n_profiles,
                    struct parallel *parallel, struct scores *scores, struct status *status);

/* How many of the detectors scored a profile. */
size_t ensemble_members(const struct ranking *const *rankings, size_t n, size_t profile);

#endif
