/* saved: where finished runs are kept, and when one may be shown instead of running again.
 *
 * `oddhours run` keeps its run as run.odd in DIR. The explorer keeps runs in
 * $XDG_CACHE_HOME/oddhours (~/.cache/oddhours), the oldest going first when they take more than
 * SAVED_CACHE_BYTES. A run is known by the hash of all bytes of its input and by its
 * parameters; so that a file need not be read to be known, its device, inode, size and time
 * stand for the hash once that has been seen.
 */
#ifndef ODDHOURS_RUN_SAVED_H
#define ODDHOURS_RUN_SAVED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "run/run.h"

#define SAVED_CACHE_BYTES (UINT64_C(4) << 30)

/* The path of run.odd when `input` is a directory that `oddhours run` has finished, for free();
 * NULL when it is no directory, and NULL with STATUS_INPUT when it is another. */
char *saved_in_directory(const char *input, struct status *status);

/* The path of a run that the user names, its directory or the file itself, for free(); NULL as
 * saved_in_directory(). */
char *saved_run_named(const char *name, struct status *status);

/* The path of a run in the cache with this input and these parameters, for free(); NULL when
 * there is none. May read the whole input (only when a run of a file of its size is kept). */
char *saved_in_cache(const struct run_params *params);

/* Keeps a run that has ended well in the cache. A failure is a status, and no harm. */
bool saved_keep(const struct run *run, struct status *status);

#endif
