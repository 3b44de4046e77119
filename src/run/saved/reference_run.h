/* reference_run: a finished run scores the table of another.
 *
 * Its scaler, models, thresholds, scales ("1 in N"), own pasts and account kinds are read from
 * its run.odd without its table, which takes a second for 42.9 million rows. Only when rows of
 * the new table are not behind its end, its table is read, too: those that are its own, by
 * content and occurrence, get its scores.
 */
#ifndef ODDHOURS_RUN_REFERENCE_RUN_H
#define ODDHOURS_RUN_REFERENCE_RUN_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* Reads run->params.reference, a directory that `oddhours run` has finished, into `run`, which
 * has its threads and no table yet: run->reference, the scaler, models and scales of the
 * results; run->params get its choices and, unless said, its features and kinds. False with a
 * status: STATUS_USAGE when other choices were asked for, STATUS_INPUT when it is no such run,
 * or was scored by a reference itself. */
bool reference_run_load(struct run *run, struct status *status);

/* When run->table and the accounts are there: checks the features, gives known accounts their
 * kinds, and counts who is new and what is not behind its end. False with a status
 * (STATUS_USAGE: other features). */
bool reference_run_settle(struct run *run, const struct progress *progress,
                          struct status *status);

/* How far run->table has moved from the reference: run->reference->shifts, where it says how
 * its features are spread. False when memory ran out. */
bool reference_run_compare(struct run *run, struct status *status);

#endif
