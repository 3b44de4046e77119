/* authlog_index: where in plain logs the lines of each window stand, and the lines behind a
 * user-hour. */
#ifndef ODDHOURS_EVENTS_AUTHLOG_INDEX_H
#define ODDHOURS_EVENTS_AUTHLOG_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "events/authline.h"
#include "events/userhours.h"

struct authlog_index;

struct authlog_index *authlog_index_new(const struct userhours_options *options,
                                        struct status *status);
void authlog_index_free(struct authlog_index *index);

/* ---- made while counting ---- */

/* Begins the next input. One that cannot be read again (.gz, a pipe) makes the index unusable.
 */
bool authlog_index_add_file(struct authlog_index *index, const char *path,
                            struct status *status);

/* Lines of a window at bytes start .. end of the newest input, with the latest time of any line
 * before them. Ranges of one window are joined. */
bool authlog_index_add_run(struct authlog_index *index, int64_t window, uint64_t start,
                           uint64_t end, int64_t latest, struct status *status);

/* ---- asked ---- */

/* True when the lines can be shown; else `why` (a literal) says why not. */
bool authlog_index_usable(const struct authlog_index *index, const char **why);

/* The lines behind a user-hour, in the order of the log. */
struct authlog_lines {
    size_t n;       /* lines that are here */
    uint64_t total; /* lines that there are */
    struct authlog_event {
        int64_t time;
        struct span field[AUTH_FIELDS]; /* as in the log */
    } * events;                         /* (n) */
    char *bytes;
};

/* The lines of `user` in the window that begins at `time`, at most `most` of them. Reads the
 * part of the log that holds the window (an hour of the LANL log, 50 MB, takes a tenth of a
 * second). NULL on failure: STATUS_INPUT when the log has changed since, or cannot be read
 * again. */
struct authlog_lines *authlog_lines(const struct authlog_index *index, int64_t time,
                                    struct span user, size_t most,
                                    const struct progress *progress, struct status *status);
void authlog_lines_free(struct authlog_lines *lines);

#endif
