#include "unit/iforest_study.h"

#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "unit/test.h"

void iforest_study_open(struct iforest_study *study, size_t n_rows)
{
    study->table = fixture_user_hours(n_rows, 20, 5, 3);
    study->scaler = scaler_fit(study->table, NULL, NULL, NULL);
    assert_non_null(study->scaler);
    study->data =
        (struct detector_data){.table = study->table, .scaler = study->scaler, .seed = 9};
    study->data.scaled = scaler_transform(study->scaler, study->table, NULL, NULL);
    assert_non_null(study->data.scaled);
}

void iforest_study_close(struct iforest_study *study)
{
    free((void *)study->data.scaled);
    scaler_free(study->scaler);
    table_free(study->table);
}

void *iforest_study_fit(const struct iforest_study *study, double trees,
                        const struct progress *progress, struct status *status)
{
    const double params[DETECTOR_PARAMS] = {trees, 0.05};
    return iforest_detector.fit(&study->data, params, progress, status);
}
