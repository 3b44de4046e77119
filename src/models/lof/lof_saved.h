/* lof_saved: a fitted LOF in a saved run; see detector.save and detector.load. */
#ifndef ODDHOURS_MODELS_LOF_SAVED_H
#define ODDHOURS_MODELS_LOF_SAVED_H

#include "base/archive.h"
#include "models/detector.h"

void lof_save(const void *model, struct archive_out *archive);

/* The trees are built anew. */
void *lof_load(struct archive_in *archive, size_t d, struct parallel *parallel,
               struct status *status);

#endif
