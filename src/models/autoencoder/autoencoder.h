/* autoencoder: the detector. Its score is the mean squared error with which a small network
 * gives a scaled profile back.
 *
 * d - 16 - max(2, d / 2) - 16 - d, ReLU, MSE, Adam, mini-batches: torch's numbers for a seed
 * (docs/PARITY.md says how near). Trained on rows, which count as often as they are there.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_H
#define ODDHOURS_MODELS_AUTOENCODER_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"

extern const struct detector autoencoder_detector;

/* What follows takes the model of autoencoder_detector and may be called by several threads at
 * once. */

/* Mean squared error of each finished epoch: (*n), borrowed from the model. */
const double *autoencoder_losses(const void *model, size_t *n);

/* What the network makes of a profile, in original units, into values (d). */
void autoencoder_reconstruct(const void *model, const struct detector_data *data,
                             size_t profile, double *values);

/* One feature of a profile: how far the network missed it, and how that compares. */
struct autoencoder_miss {
    double reconstructed; /* in original units */
    double square;        /* squared error in scaled space; their mean is the score */
    double credit;        /* its share of the sum; adds up to 1 */
    double below;         /* share of rows that it misses less in this feature, those within
                             0.2 % not counted: 0.999 is "larger than in 99.9 % of rows" */
};

/* All features of a profile, into miss (d). Takes microseconds. */
void autoencoder_misses(const void *model, const struct detector_data *data, size_t profile,
                        struct autoencoder_miss *miss);

enum { AUTOENCODER_SHAPLEY_MAX = 12 };

/* Exact Shapley values of the mean squared error, into value (d), with features outside a
 * coalition at their mean (0 in scaled space): they add up to the profile's error minus
 * `*base`, the error of the row that is the mean in everything. Passes 2^d rows through the
 * network. False with a status when d is above AUTOENCODER_SHAPLEY_MAX or memory is out.
 * Lundberg and Lee 2017, the interventional form with the mean as background. */
bool autoencoder_shapley(const void *model, const struct detector_data *data, size_t profile,
                         double *value, double *base, struct status *status);

#endif
