/* reason: the feature that a detector holds most against a row, in microseconds, for lists. */
#ifndef ODDHOURS_EXPLAIN_REASON_H
#define ODDHOURS_EXPLAIN_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"

struct reason {
    size_t feature; /* with the largest credit that speaks for an anomaly */
    double share;   /* of all such credits, 0 to 1 */
};

/* False when the detector did not score the profile, or nothing speaks against it. */
bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, struct reason *reason);

#endif
