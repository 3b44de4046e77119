/* lof_health: what duplicates do to the notebook's formula, for a model in distinct form. */
#ifndef ODDHOURS_MODELS_LOF_HEALTH_H
#define ODDHOURS_MODELS_LOF_HEALTH_H

#include <stdbool.h>

#include "models/lof/lof_model.h"

/* Sets above_least and above_most of a model in distinct form whose lists are still there: how
 * many sampled rows would score above 1e6 in sklearn form. The two are equal unless the sample
 * is very large. Leaves them unknown (and returns true) when nothing is piled up, or when it
 * would take too long. The lists are used up. */
bool lof_health_count(struct lof_model *model, const struct detector_data *data,
                      const struct progress *progress, struct status *status);

#endif
