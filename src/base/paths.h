/* paths: where the program's own files belong, and paths as a person writes them.
 *
 * Follows the XDG base directory specification: $XDG_CONFIG_HOME, $XDG_DATA_HOME and
 * $XDG_CACHE_HOME, of which a relative one is ignored; else .config, .local/share and .cache in
 * $HOME. All paths given out are freed with free().
 */
#ifndef ODDHOURS_BASE_PATHS_H
#define ODDHOURS_BASE_PATHS_H

#include <stdbool.h>

#include "base/status.h"

enum paths_root { PATHS_CONFIG, PATHS_DATA, PATHS_CACHE };

/* The path of `name` in the folder "oddhours" there. NULL with STATUS_USAGE when there is no
 * home directory to begin from, or when memory is out. */
char *paths_of(enum paths_root root, const char *name, struct status *status);

/* "folder/name". NULL when memory is out. */
char *paths_join(const char *folder, const char *name, struct status *status);

/* The path that is meant: "~/x" is in the home directory, as in a shell. NULL when memory is
 * out. */
char *paths_expand(const char *path, struct status *status);

/* Makes the folders on the way to `path` that are not there, for the user alone (0700); the
 * home directory itself is never made. False with STATUS_IO when one is missing afterwards. */
bool paths_make_folders(const char *path, struct status *status);

#endif
