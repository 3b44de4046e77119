/* tail: the lines that come to a log while it is rotated.
 *
 * A log is a file with what it is renamed to (LOG.1, LOG-20261201 ...), or a folder into which
 * files are put. A file is known by device and inode, and by a hash of its first bytes: so a
 * renamed one goes on where it was read to, a copy that was made before the log was emptied
 * (copytruncate) goes on where the log was read to, and a file that is shorter than that, or
 * begins otherwise, begins anew. Where each was read to is the caller's to keep: who starts
 * again with the same places misses nothing and reads nothing twice.
 *
 * Compressed files are passed over: a rotation that compresses should leave the youngest as it
 * is for a while (delaycompress).
 */
#ifndef ODDHOURS_EVENTS_TAIL_H
#define ODDHOURS_EVENTS_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* How far a file was read. */
struct tail_place {
    uint64_t device, inode;
    uint64_t offset;
    uint64_t head_length; /* first bytes that `head` is the XXH3 64 of; at most offset */
    uint64_t head;
};

struct tail_places {
    size_t n, capacity;
    struct tail_place *list;
};

/* Whole lines, and 64 bytes behind them that can be read. */
struct tail_text {
    char *bytes;
    size_t length, capacity;
    bool begins; /* with the first line of a file; another file does not begin within it */
};

struct tail;

/* `path` need not be there yet, but for its folder. NULL on failure. */
struct tail *tail_new(const char *path, struct status *status);
void tail_free(struct tail *tail);

/* Where all files were read to; the caller may fill them in before the first tail_read(). With
 * none a log begins with the file of its name, whose earlier rotations are passed over; a
 * folder begins with all that is there. */
struct tail_places *tail_places(struct tail *tail);

/* Adds what has come to `text`, whole lines, up to some `most` bytes: `*more` when there is
 * more already. A last line without an end waits for it, unless its file is none that is
 * written any more. `now`: seconds since 1970. False with a status when memory ran out or the
 * folder cannot be read; a file that cannot be is passed over until it can. */
bool tail_read(struct tail *tail, struct tail_text *text, size_t most, int64_t now, bool *more,
               struct status *status);

#endif
