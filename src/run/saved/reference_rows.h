/* reference_rows: which rows of a table are rows of its reference run. A part of
 * reference_run. */
#ifndef ODDHOURS_RUN_REFERENCE_ROWS_H
#define ODDHOURS_RUN_REFERENCE_ROWS_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* Of the rows that are not behind its end: those that it has, too, with the same texts and
 * values (of several equal ones the first is the first), and its scores of rows for them, into
 * run->reference. Reads its table. */
bool reference_rows_find(struct run *run, const struct progress *progress,
                         struct status *status);

#endif
