#include "explain/reason.h"

#include <math.h>

bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, struct reason *reason)
{
    double credit[TABLE_FEATURES_MAX], positive = 0;
    size_t d = data->table->profiles.d, best = 0;
    if (detector->explain == NULL || !detector->explain(model, data, profile, credit)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        credit[i] = detector->credit_sided ? fabs(credit[i]) : credit[i];
        positive += credit[i] > 0 ? credit[i] : 0;
        best = credit[i] > credit[best] ? i : best;
    }
    if (!(credit[best] > 0)) {
        return false;
    }
    *reason = (struct reason){.feature = best, .share = credit[best] / positive};
    return true;
}
