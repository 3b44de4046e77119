/* autoencoder_remarks: what the autoencoder has to say of a profile; detector.remarks. */
#ifndef ODDHOURS_MODELS_AUTOENCODER_REMARKS_H
#define ODDHOURS_MODELS_AUTOENCODER_REMARKS_H

#include "models/detector.h"

void autoencoder_remarks(const void *model, const struct detector_data *data, size_t profile,
                         void (*line)(void *context, const char *key, const char *text),
                         void *context);

#endif
