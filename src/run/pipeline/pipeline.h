/* pipeline: the stages in order. The same code behind the screen and behind `oddhours run`. */
#ifndef ODDHOURS_RUN_PIPELINE_H
#define ODDHOURS_RUN_PIPELINE_H

#include "base/progress.h"
#include "run/listener.h"
#include "run/run.h"

/* Runs all stages of `run`. A cancelled or failed stage ends the run; what was finished stays
 * valid. Returns run->status.code == STATUS_OK. `listener` may be NULL. */
bool pipeline_run(struct run *run, const struct pipeline_listener *listener,
                  const struct progress *progress);

#endif
