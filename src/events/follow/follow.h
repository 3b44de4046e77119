/* follow: counts the windows of a log as they close, and loses none.
 *
 * A directory holds what is known: `windows.csv`, the user-hours of all closed windows, to
 * which is only ever appended; the lines of the open ones (`open.N`); and `state.json`, which
 * says how much of these counts and how far each file of the log was read. It is replaced as a
 * whole: whenever the process is killed, the next one goes on from there, and no line is
 * counted twice.
 *
 * A window closes when a line is later than its end by the slack, or, when the log is quiet,
 * when the wall's clock is. Lines that come for a closed window are counted as late, and left
 * out. The user-hours are those that counting the whole log at once gives, without novelty:
 * where the format counts that, its columns are empty.
 */
#ifndef ODDHOURS_EVENTS_FOLLOW_H
#define ODDHOURS_EVENTS_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/status.h"

struct follow_options {
    const char *log; /* a file, or a folder into which files are rotated */
    const char
        *directory;     /* where the state is; NULL: one for this log in the data directory */
    const char *format; /* a name or the file of a description; NULL: what it looks like */
    int year;           /* of times that have none; 0: this one */
    const char *zone;   /* NULL: the log's own, UTC */
    int64_t slack;      /* seconds */
};

enum { FOLLOW_SLACK = 300 };

struct follow_counts {
    uint64_t rows;  /* of windows.csv */
    uint64_t told;  /* of these, those that follow_tell() has said are told */
    uint64_t lines; /* that count */
    uint64_t late;  /* that came for a closed window */
    uint64_t left_out, rejected;
    int64_t latest; /* time of the latest line; INT64_MIN: none yet */
    int64_t closed; /* all windows before this have closed; INT64_MIN: none has */
};

struct follow;

/* Takes up the state, or begins one. NULL with a status: STATUS_USAGE when another process
 * follows with this directory, or it is that of another log. */
struct follow *follow_open(const struct follow_options *options, struct status *status);
void follow_close(struct follow *follow);

/* One look at the log; `*more` when there is more to be read at once. `now` is the wall's
 * clock, seconds since 1970. False with a status; what was not kept comes again with the next
 * look. */
bool follow_look(struct follow *follow, int64_t now, struct parallel *parallel, bool *more,
                 struct status *status);

struct follow_counts follow_counts(const struct follow *follow);
const char *follow_windows(const struct follow *follow); /* path of windows.csv */
const char *follow_log(const struct follow *follow);     /* the log's whole path */
/* 32 hexadecimal digits that stay while windows.csv grows: those of the log's path. */
const char *follow_identity(const struct follow *follow);

/* All rows so far have been told of, and need not be once more. */
bool follow_tell(struct follow *follow, struct status *status);

#endif
