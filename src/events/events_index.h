/* events_index: where in logs the lines of each window stand, and the lines behind a
 * user-hour. It is kept with a saved run. */
#ifndef ODDHOURS_EVENTS_EVENTS_INDEX_H
#define ODDHOURS_EVENTS_EVENTS_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/progress.h"
#include "base/status.h"
#include "events/event.h"
#include "events/userhours.h"

struct events_index;
struct log_format;

/* Holds the format. */
struct events_index *events_index_new(const struct log_format *format,
                                      const struct userhours_options *options,
                                      struct status *status);
void events_index_free(struct events_index *index);

const struct log_format *events_index_format(const struct events_index *index);

/* ---- made while counting ---- */

/* Begins the next input. One that cannot be read again (a pipe) makes the index unusable. */
bool events_index_add_file(struct events_index *index, const char *path, struct status *status);

/* The line that names the columns of those from `offset` of the newest input on. */
bool events_index_add_header(struct events_index *index, uint64_t offset, struct span line,
                             struct status *status);

/* How times are read: as those of struct events_input. */
bool events_index_set_reading(struct events_index *index, const char *zone, int year,
                              struct status *status);

/* Lines of a window at bytes start .. end of the newest input, with the latest time of any line
 * before them. Ranges of one window are joined. */
bool events_index_add_range(struct events_index *index, int64_t window, uint64_t start,
                            uint64_t end, int64_t latest, struct status *status);

/* ---- kept ---- */

void events_index_put(const struct events_index *index, struct archive_out *archive);

/* What events_index_put() put, checked. NULL with a status, STATUS_INPUT when it makes no
 * sense. Whether the log is still as it was is seen when lines are asked for. */
struct events_index *events_index_get(struct archive_in *archive,
                                      const struct log_format *format, struct status *status);

/* The log is at `path` now, with the same bytes: the caller knows. Nothing changes when `path`
 * is no such file, or when the index is of several files. */
bool events_index_moved(struct events_index *index, const char *path, struct status *status);

/* ---- asked ---- */

/* True when the lines can be shown; else `why` (it stays as long as the index) says why not. */
bool events_index_usable(const struct events_index *index, const char **why);

/* The lines behind a user-hour, in the order of the log. */
struct events_lines {
    const struct log_format *format; /* held */
    size_t n;                        /* lines that are here */
    uint64_t total;                  /* lines that there are */
    struct events_line {
        int64_t time;
        enum event_outcome outcome;
        struct span *field; /* (format->n_fields) */
    } * lines;              /* (n) */
    struct span *fields;
    char *bytes;
    struct arena room; /* fields that do not stand in the bytes */
};

/* The lines of `user` in the window that begins at `time`, at most `most` of them. Reads the
 * part of the log that holds the window (an hour of the LANL log, 50 MB, takes a tenth of a
 * second); of a packed log, an event log and UTF-16 all that stands before it, too, with
 * progress. NULL on failure: STATUS_INPUT when the log has changed since, STATUS_IO when it
 * cannot be read again. */
struct events_lines *events_lines(const struct events_index *index, int64_t time,
                                  struct span user, size_t most,
                                  const struct progress *progress, struct status *status);
void events_lines_free(struct events_lines *lines);

#endif
