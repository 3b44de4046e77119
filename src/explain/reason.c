#include "explain/reason.h"

#include <math.h>

/* Where both sides speak for an anomaly, being above one's neighbours comes first unless it is
 * next to nothing beside being below: counts have a floor, and an incident is more of
 * something. Planted incidents are named right more often that way. */
enum { LACK = 50 };

bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, struct reason *reason)
{
    double credit[TABLE_FEATURES_MAX], sum = 0, weight_of_best = 0;
    if (detector->explain == NULL || !detector->explain(model, data, profile, credit)) {
        return false;
    }
    for (size_t i = 0; i < data->table->profiles.d; i++) {
        const double lack = detector->credit_sided && credit[i] < 0 ? -credit[i] : 0;
        const double weight = lack > 0 ? lack / LACK : credit[i];
        sum += lack > 0 ? lack : fmax(credit[i], 0);
        if (weight > weight_of_best) {
            weight_of_best = weight;
            *reason = (struct reason){.feature = i, .share = fabs(credit[i])};
        }
    }
    if (!(weight_of_best > 0)) {
        return false;
    }
    reason->share /= sum;
    return true;
}
