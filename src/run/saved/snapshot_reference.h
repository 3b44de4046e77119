/* snapshot_reference: of a saved run that was scored by another, which one that was. */
#ifndef ODDHOURS_RUN_SNAPSHOT_REFERENCE_H
#define ODDHOURS_RUN_SNAPSHOT_REFERENCE_H

#include <stdbool.h>

#include "base/archive.h"
#include "base/status.h"
#include "run/run.h"

void snapshot_put_reference(struct archive_out *archive, const struct run_reference *reference);

/* Into run->reference, which was NULL; the path is `name`. */
bool snapshot_get_reference(struct archive_in *archive, struct run *run, const char *name,
                            struct status *status);

#endif
