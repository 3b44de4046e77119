/* snapshot_result: what one list found, as a part of a saved run: its scores with what they are
 * of, and the model if it has one. The ranking is made anew. */
#ifndef ODDHOURS_RUN_SNAPSHOT_RESULT_H
#define ODDHOURS_RUN_SNAPSHOT_RESULT_H

#include <stdbool.h>

#include "base/archive.h"
#include "base/status.h"
#include "run/run.h"

void snapshot_put_result(struct archive_out *archive, const struct result *result);

/* Fills in a result of `run`, which has its table, and makes it ready. False with a status when
 * what is there makes no sense, or it is ready already. */
bool snapshot_get_result(struct archive_in *archive, const struct run *run,
                         struct result *result, struct status *status);

#endif
