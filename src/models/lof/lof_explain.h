/* lof_explain: the credit of each feature; see detector.explain. The neighbourhood in full is
 * in lof.h. */
#ifndef ODDHOURS_MODELS_LOF_EXPLAIN_H
#define ODDHOURS_MODELS_LOF_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"

/* The signed share of each feature in the squared distance from the neighbourhood's weighted
 * mean: shares add up to 1 without their signs; positive is above the neighbours. All 0 when
 * the profile stands in their middle. */
bool lof_explain(const void *model, const struct detector_data *data, size_t profile,
                 double *credit);

#endif
