/* events_hosts: the computers of a user-hour, from the log it was counted from: what the
 * account did with each in that hour, since when it knows it, and how many accounts use it. */
#ifndef ODDHOURS_EVENTS_EVENTS_HOSTS_H
#define ODDHOURS_EVENTS_EVENTS_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "events/events_index.h"

struct events_host {
    struct span name;
    bool source;     /* else a destination */
    uint64_t events; /* of the user-hour, weights counted */
    uint64_t failed;
    int64_t first;     /* time of the account's first event with it in the log */
    uint64_t accounts; /* that have an event with it, this one included */
};

struct events_hosts {
    size_t n_sources, n_destinations; /* of the user-hour, those left out included */
    size_t n;
    struct events_host
        *hosts;            /* (n) destinations, then sources; most events first, then by name */
    bool whole;            /* false: first and accounts were not looked for */
    struct dict *names[2]; /* what the names stand in */
};

enum { EVENTS_HOSTS_MOST = 500 }; /* of either kind that are kept */

/* The hosts of `user` in the window that begins at `time`. With `whole` all of the log is read
 * again, with progress: as long as counting it on one thread. NULL on failure, as
 * events_lines(). */
struct events_hosts *events_hosts(const struct events_index *index, int64_t time,
                                  struct span user, bool whole, const struct progress *progress,
                                  struct status *status);

/* "destinations web2, db1 and 4 more; source 192.0.2.9": those that the account has met no
 * earlier than `hour`; "" when there are none, or it was not looked for. */
void events_hosts_say_new(const struct events_hosts *hosts, int64_t hour, char *text,
                          size_t size);
void events_hosts_free(struct events_hosts *hosts);

#endif
