/* iforest_study: a small table, scaled, for the tests of the forest. */
#ifndef ODDHOURS_TESTS_IFOREST_STUDY_H
#define ODDHOURS_TESTS_IFOREST_STUDY_H

#include <stddef.h>

#include "models/iforest/iforest.h"
#include "table/scaler.h"

enum { IFOREST_STUDY_D = 7 };

struct iforest_study {
    struct table *table;
    struct scaler *scaler;
    struct detector_data data;
};

void iforest_study_open(struct iforest_study *study, size_t n_rows);
void iforest_study_close(struct iforest_study *study);
void *iforest_study_fit(const struct iforest_study *study, double trees,
                        const struct progress *progress, struct status *status);

#endif
