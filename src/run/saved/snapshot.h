/* snapshot: a finished run in one file (run.odd), so that opening it again takes a second.
 *
 * Holds the table, the scaler, and every detector's scores and model; what is cheap (the scaled
 * profiles, the rankings, the index of rows) is made anew. base/archive checks the file's hash;
 * here every count and id is checked besides, so that a file which passes the hash but does not
 * make sense is refused, too.
 */
#ifndef ODDHOURS_RUN_SNAPSHOT_H
#define ODDHOURS_RUN_SNAPSHOT_H

#include <stdbool.h>

#include "base/archive.h"
#include "base/progress.h"
#include "base/status.h"
#include "run/listener.h"
#include "run/run.h"

/* Opens a saved run of this version, whose hash is right, for archive_close(). NULL with a
 * status: STATUS_INPUT and who made it, when it is of another version. */
struct archive_in *snapshot_open(const char *path, struct status *status);

/* Writes `run`, which must have ended well or been cancelled with results, to `path`. */
bool snapshot_save(const struct run *run, const char *path, struct status *status);

/* Fills `run` (fresh from run_new(), its threads not yet started) from `path` and announces
 * what is there, as pipeline_run() does. `run->params` become those of the saved run, but for
 * the input's name, threads and index. False with a status (STATUS_INPUT: not a saved run,
 * damaged, of another version); `run` then holds nothing. */
bool snapshot_load(struct run *run, const char *path, const struct pipeline_listener *listener,
                   const struct progress *progress, struct status *status);

#endif
