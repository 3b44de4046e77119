/* reason: the feature that a detector holds most against a row, in microseconds, for lists. */
#ifndef ODDHOURS_EXPLAIN_REASON_H
#define ODDHOURS_EXPLAIN_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"

/* `*feature`: the one with the largest credit that speaks for an anomaly. False, and it is left
 * alone, when the detector did not score the profile or nothing speaks against it. */
bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, size_t *feature);

#endif
