/* lof_remarks: the neighbourhood of a profile in words; detector.remarks. */
#ifndef ODDHOURS_MODELS_LOF_REMARKS_H
#define ODDHOURS_MODELS_LOF_REMARKS_H

#include "models/detector.h"

void lof_remarks(const void *model, const struct detector_data *data, size_t profile,
                 void (*line)(void *context, const char *key, const char *text), void *context);

#endif
