/* autoencoder_saved: a fitted autoencoder in a saved run; detector.save and detector.load. */
#ifndef ODDHOURS_MODELS_AUTOENCODER_SAVED_H
#define ODDHOURS_MODELS_AUTOENCODER_SAVED_H

#include "models/detector.h"

void autoencoder_save(const void *model, struct archive_out *archive);

/* Computes on the path that the model was trained on. Freed as a fitted one. */
void *autoencoder_load(struct archive_in *archive, size_t d, struct parallel *parallel,
                       struct status *status);

#endif
