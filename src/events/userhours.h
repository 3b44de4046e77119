/* userhours: what a user-hour is, and how user-hours are counted from parts of a log.
 *
 * A user-hour is what one account did in one window (an hour, as a rule): its events, how many
 * failed, how many fell into the night, and how many distinct computers were on either side.
 * The rules are the study's (docs/RAWLOG.md); counts of distinct computers are exact.
 *
 * A log is cut into chunks (events_chunk) that are counted on their own, in parallel; this is
 * where their counts are put together, in the order of the log. A window is handed on, sorted
 * by user name, and forgotten as soon as no further line can fall into it: memory grows with
 * the accounts and computers of the open windows, not with the log.
 */
#ifndef ODDHOURS_EVENTS_USERHOURS_H
#define ODDHOURS_EVENTS_USERHOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/status.h"
#include "events/novelty.h"
#include "table/dict.h"

struct events_chunk;

struct userhours_options {
    int64_t window;      /* seconds: 3600 */
    int64_t slack;       /* seconds that a line may be behind the latest one: 300 */
    uint64_t block;      /* 0: whole windows; else lines after which all are counted anew */
    uint64_t min_events; /* rows with fewer are dropped: 2 */
    uint32_t night;      /* bit h is set when hour of day h is night: 0 to 6 */
    bool novelty;        /* rows say what is new for their accounts */
};

enum { USERHOURS_WINDOW_MAX = 366 * 86400 };

/* The study's rules, with whole hours. */
struct userhours_options userhours_defaults(void);

/* The hours of day first .. last (0 to 23; past midnight when last is before first). */
uint32_t userhours_night(int first, int last);

struct user_hour {
    int64_t time; /* where the window begins, in seconds */
    uint64_t block;
    struct span user; /* borrowed for the call */
    uint64_t events, failed, night;
    uint32_t dst_hosts, src_hosts;
    const struct novelty_values *novelty; /* NULL: not asked for */
};

/* Takes one row; rows come ordered by window, then block, then user name, bytewise. False with
 * a status stops the counting. */
typedef bool userhours_sink(void *context, const struct user_hour *row, struct status *status);

struct userhours;

/* `options` are copied. NULL on failure; STATUS_USAGE when they make no sense. */
struct userhours *userhours_new(const struct userhours_options *options, userhours_sink *sink,
                                void *context, struct status *status);
void userhours_free(struct userhours *counter);

/* Adds the counts of `n` chunks that follow each other in the log; the latest time of any line
 * so far is `latest`. Windows that cannot change any more go to the sink. */
bool userhours_add(struct userhours *counter, struct events_chunk *const *chunks, size_t n,
                   int64_t latest, struct parallel *parallel, struct status *status);

/* Changes how far lines may be behind from now on; not to more. */
void userhours_set_slack(struct userhours *counter, int64_t slack);

/* The log has ended: hands on what is left. */
bool userhours_finish(struct userhours *counter, struct status *status);

/* Pairs of account and computer that novelty keeps, and bytes that it takes; 0 without. */
size_t userhours_pairs(const struct userhours *counter, size_t *bytes);

/* Rows handed on, and rows dropped as too few events. */
uint64_t userhours_written(const struct userhours *counter);
uint64_t userhours_dropped(const struct userhours *counter);

#endif
