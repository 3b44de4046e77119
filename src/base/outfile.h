/* outfile: a file that is either whole or not there.
 *
 * It is written beside its place under a temporary name and renamed by outfile_commit();
 * whatever happens before that, an older file of the same name stays as it was. Where the name
 * is a symbolic link of the user's own (or root's), the file that it leads to is replaced, and
 * the link stays; somebody else's link is refused.
 */
#ifndef ODDHOURS_BASE_OUTFILE_H
#define ODDHOURS_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct outfile;

/* Opens `path` for writing. "-" is standard output; that, and a path that is no regular file (a
 * device, a named pipe), is written through as it comes and never replaced. What goes to a
 * terminal is made safe on the way (text_safe(), but for newlines and tabs): names in a table
 * are not to command it. */
struct outfile *outfile_open(const char *path, struct status *status);

/* A new file under a name that the program chose, the user's alone (0600): outfile_commit()
 * fails when the name is taken by then, a link included, and when it returns true the file's
 * bytes are on the disk. */
struct outfile *outfile_open_new(const char *path, struct status *status);

/* A file that is kept in memory: for what is shown instead of written. outfile_bytes() gives
 * what was written so far (terminated, borrowed until the next call; NULL when memory ran out),
 * and outfile_abandon() ends it. */
struct outfile *outfile_memory(struct status *status);
const char *outfile_bytes(struct outfile *file, size_t *length);

/* A long file leaves the system's cache while it is written (writeback.h); this one does not.
 */
void outfile_stays_cached(struct outfile *file);

/* Appends. An error is remembered and reported by outfile_commit(), so the return value need
 * only be looked at to stop early. */
bool outfile_write(struct outfile *file, const void *bytes, size_t length);
bool outfile_printf(struct outfile *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* False, and said so, when `path` is a named pipe: opening one waits until somebody is at its
 * other end, perhaps for ever. For those who have other things to do. */
bool outfile_no_pipe(const char *path, struct status *status);

/* Whether it goes to a terminal: not the place for what is no text. */
bool outfile_is_terminal(const struct outfile *file);

/* Whether `entry`, a name in a folder, is a temporary one that outfile_open() gives to `name`:
 * what a process that was killed leaves. */
bool outfile_is_temporary(const char *entry, const char *name);

/* The file will be the user's alone (mode 0600), whatever the umask and an older file say. */
void outfile_private(struct outfile *file);

/* What should be written could not be made: the file fails with this errno. */
void outfile_fail(struct outfile *file, int error);

/* Bytes appended so far. */
size_t outfile_written(const struct outfile *file);

/* Writes over what stands at `offset` (not for standard output): for a head that is known last.
 */
void outfile_patch(struct outfile *file, size_t offset, const void *bytes, size_t length);

/* Writes what is buffered and renames; the file is freed. */
bool outfile_commit(struct outfile *take_file, struct status *status);

/* Removes what was written; the file is freed. NULL is fine. */
void outfile_abandon(struct outfile *take_file);

#endif
