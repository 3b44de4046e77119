/* artifacts: the files of a finished run (DESIGN.md, section 4), as the notebook writes them.
 *
 * run.json of an earlier run is removed first and the new one written last; every file is
 * written beside its place and renamed. So a directory with run.json is one finished run, and a
 * file that exists is whole.
 */
#ifndef ODDHOURS_RUN_ARTIFACTS_H
#define ODDHOURS_RUN_ARTIFACTS_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* Makes `directory` if it is not there (*made: then a run that fails should remove it), and
 * checks that it can be written: called before the work, so that a wrong path is said in the
 * first second. */
bool artifacts_prepare(const char *directory, bool *made, struct status *status);

/* Writes all files; `scores`: scores.csv, too. Progress in files. */
bool artifacts_write(const struct run *run, const char *directory, bool scores,
                     const struct progress *progress, struct status *status);

#endif
