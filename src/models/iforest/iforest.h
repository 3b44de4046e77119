/* iforest: Isolation Forest (Liu, Ting and Zhou 2008) as scikit-learn 1.2.1 computes it, bit
 * for bit: the same draws, trees, scores and labels for the same seed.
 *
 * The anomaly score is 2^(-depth/c), between 0 and 1: minus scikit-learn's score_samples. The
 * notebook's iso_score is decision_function = threshold - score.
 */
#ifndef ODDHOURS_MODELS_IFOREST_H
#define ODDHOURS_MODELS_IFOREST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "models/detector.h"

extern const struct detector iforest_detector;

/* What the forest knows of a row's path lengths, all in levels of depth, a mean over trees. */
struct iforest_depths {
    double mean; /* of the training rows */
    double own;  /* of this profile: mean - own is the sum of its credits */
};
void iforest_depths(const void *model, const struct detector_data *data, size_t profile,
                    struct iforest_depths *depths);

/* phi (d): exact Shapley values of (mean depth - depth of `profile`), in levels of depth. The
 * game: a feature outside the coalition follows both branches, weighted by the training rows in
 * each (the "path-dependent" game of Lundberg et al. 2018). Any d; some milliseconds. The sum
 * equals that of explain()'s credits but for rounding. May be called by several threads. */
void iforest_shapley(const void *model, const struct detector_data *data, size_t profile,
                     double *phi);

#endif
