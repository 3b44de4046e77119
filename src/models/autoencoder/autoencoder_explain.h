/* autoencoder_explain: the detector's breakdown of one profile; the rest is in autoencoder.h.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_EXPLAIN_H
#define ODDHOURS_MODELS_AUTOENCODER_EXPLAIN_H

#include "models/detector.h"

/* detector.explain: the share of each feature in the squared error; the shares add up to 1
 * (equal ones when there is no error at all). */
bool autoencoder_explain(const void *model, const struct detector_data *data, size_t profile,
                         double *credit);

#endif
