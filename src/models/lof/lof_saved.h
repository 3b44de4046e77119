/* lof_saved: a fitted LOF in a saved run; see detector.save and detector.load. */
#ifndef ODDHOURS_MODELS_LOF_SAVED_H
#define ODDHOURS_MODELS_LOF_SAVED_H

#include "base/archive.h"
#include "models/detector.h"

void lof_save(const void *model, struct archive_out *archive);

/* Coordinates come from the table's scaled profiles, and the trees are built anew. */
void *lof_load(const struct detector_data *data, struct archive_in *archive,
               struct status *status);

#endif
