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

/* A directory that a run writes into. */
struct artifacts_place {
    const char *directory;
    bool made; /* by us: a run that fails should remove it */
    int lock;  /* its descriptor, locked: a second run into it at the same time is refused */
};

/* Makes `directory` if it is not there, checks that it can be written, locks it, and removes
 * what a killed run has left half written: called before the work, so that a wrong path is said
 * in the first second. The lock goes with artifacts_release(), or with the process. */
bool artifacts_prepare(const char *directory, struct artifacts_place *place,
                       struct status *status);
void artifacts_release(struct artifacts_place *place);

/* What is written beside what always is. */
struct artifacts_choice {
    bool scores;      /* every score and rank of all rows, too */
    unsigned formats; /* of the tables: bit i is row_formats[i] (row_file.h) */
};

/* Writes all files; those of an earlier run that are not written again, as of another format,
 * are removed first. Progress in rows, file by file. */
bool artifacts_write(const struct run *run, const char *directory,
                     const struct artifacts_choice *choice, const struct progress *progress,
                     struct status *status);

#endif
