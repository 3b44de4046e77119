/* finding: what a record says by the rules of a description: an event to count, something to
 * leave out and why, or something that cannot be understood and why. */
#ifndef ODDHOURS_EVENTS_FORMAT_FINDING_H
#define ODDHOURS_EVENTS_FORMAT_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "events/format/description.h"

struct zone;

/* What a reading adds to a description. */
struct finding_settings {
    const struct zone *local; /* of times without a zone; NULL: UTC */
    const struct zone *shown; /* whose clock and hours are counted by; NULL: UTC */
    int year;                 /* of times without one; 0: by `newest` */
    int64_t newest;           /* no time without a year is later: seconds since 1970 */
};

struct finding {
    enum { FOUND_EVENT, FOUND_LEFT_OUT, FOUND_REJECTED } is;
    const char *why; /* not an event: plain ASCII, lives as long as the description */
    struct span
        why_text; /* what it is about, or is itself (why is ""); lives with the record */
    int64_t time; /* by the clock of settings.shown */
    struct span user, source, destination; /* the last two may be empty: there is none */
    enum { FOUND_UNKNOWN, FOUND_SUCCESS, FOUND_FAILURE } outcome;
    uint64_t weight;
};

/* What one thread needs for one reading. */
struct finder {
    const struct log_description *description;
    struct finding_settings settings;
    struct record record;
    struct record_header header;
    struct matcher *matcher;
    bool gave_up;                  /* a pattern took too many steps */
    uint32_t member;               /* the next member of an array that is counted one by one */
    int64_t clock_of, clock_shown; /* the last times of `settings`: most events share an hour */
    char why[160];
};

bool finder_open(struct finder *finder, const struct log_description *description,
                 const struct finding_settings *settings, struct status *status);
void finder_close(struct finder *finder);

/* The line that names the columns of those that follow. False without memory. */
bool finder_header(struct finder *finder, struct span line, struct status *status);

/* Reads one line of the log (a record: see frame.h). Afterwards finder_next() gives what is in
 * it. False without memory. */
bool finder_read(struct finder *finder, struct span line, struct status *status);

/* The next finding; false when there is no more, or with a status without memory. What it
 * points to stays until the next line is read. */
bool finder_next(struct finder *finder, struct finding *finding, struct status *status);

/* The description's columns for the event found last, decoded; empty ones where there is none.
 */
bool finder_columns(struct finder *finder, struct span *columns);

/* The first value of a list of picks; false when there is none. */
bool finder_pick(struct finder *finder, const struct picks *picks, struct span *value);
bool finder_pick_one(struct finder *finder, const struct pick *pick, struct span *value);
bool finder_holds(struct finder *finder, const struct condition *condition);

/* Whether a text stands for nothing: "", "-", "?", "unknown", "null", "none", "n/a", "::" ...
 */
bool finder_missing(struct span text);

/* The time of the record by settings.shown; false with finder->why. */
bool finder_time(struct finder *finder, int64_t *time);

/* The user as it is counted; false: `*why` says why there is none ("no user"). */
bool finder_user(struct finder *finder, struct span *user, const char **why);

/* A host as it is counted; empty: none. */
struct span finder_host(struct finder *finder, const struct host_rule *rule);

#endif
