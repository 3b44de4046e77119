#include "explain/reason.h"

/* Where both sides speak for an anomaly, being above one's neighbours comes first unless it is
 * next to nothing beside being below: counts have a floor, and an incident is more of
 * something. Planted incidents are named right more often that way. */
enum { LACK = 50 };

bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, size_t *feature)
{
    double credit[TABLE_FEATURES_MAX], weight_of_best = 0;
    if (detector->explain == NULL || !detector->explain(model, data, profile, credit)) {
        return false;
    }
    for (size_t i = 0; i < data->table->profiles.d; i++) {
        const double lack = detector->credit_sided && credit[i] < 0 ? -credit[i] : 0;
        const double weight = lack > 0 ? lack / LACK : credit[i];
        if (weight > weight_of_best) {
            weight_of_best = weight;
            *feature = i;
        }
    }
    return weight_of_best > 0;
}
