/* event: what one line of a log says, and whether it counts.
 *
 * WORDS. A log's text comes in *batches* (events_reader), is counted in *chunks*, one by one
 * thread (events_chunk), and put together in *parts*, one for some of the accounts
 * (userhours_part). The lines of one window stand in a *range* of a file (events_index). A
 * *block* is what the study counted on its own (docs/RAWLOG.md).
 */
#ifndef ODDHOURS_EVENTS_EVENT_H
#define ODDHOURS_EVENTS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

enum {
    EVENT_LINE_MAX = 1 << 16, /* a longer line is rejected */
    EVENT_WORD = 28,          /* of a result that is shown */
    EVENT_PADDING = 64        /* readable bytes behind a text that is scanned */
};

/* The year 9999 ends here; later times cannot be written as a date. */
#define EVENT_TIME_MAX INT64_C(253402300799)

/* Why a line is left out. */
enum event_reject {
    EVENT_FINE,
    EVENT_BLANK,  /* nothing but blanks: no line at all, not counted */
    EVENT_HEADER, /* the names of the columns: no line either */
    EVENT_FEW_FIELDS,
    EVENT_MANY_FIELDS,
    EVENT_BAD_TIME,   /* not a time, or before 1970 */
    EVENT_FAR_TIME,   /* beyond the year 9999 */
    EVENT_NO_USER,    /* the account is empty */
    EVENT_NO_HOST,    /* the source or the destination is empty */
    EVENT_LONG,       /* longer than EVENT_LINE_MAX */
    EVENT_CUT,        /* the last line of a file, without its end */
    EVENT_UNREADABLE, /* not understood, as event.why says */
    EVENT_LEFT_OUT,   /* understood, and no login to count, as event.why says: not rejected */
    EVENT_LATE,       /* out of order by more than the slack */
    EVENT_REJECTS
};

enum event_outcome { EVENT_UNKNOWN, EVENT_SUCCESS, EVENT_FAILURE };

/* How a line that counts is not as the format has it, as bits. */
enum event_oddity {
    EVENT_DRESSED = 1, /* blanks or quotes around fields */
    EVENT_COUNTER = 2, /* a counter before them */
    EVENT_BEHIND = 4,  /* more columns behind them */
    EVENT_ODDITIES = 3
};

/* A line as a format's scan hands it over; all spans stand in the text. */
struct event {
    struct span line;         /* without its end */
    uint64_t number;          /* of the line in the text, from 0 */
    enum event_reject reject; /* EVENT_FINE: what follows is there. Never EVENT_LATE */
    int64_t time;             /* seconds since 1970, 0 to EVENT_TIME_MAX */
    struct span user;         /* none of the three is empty; of each, EVENT_PADDING bytes can */
    struct span source, destination; /* be read */
    enum event_outcome outcome;
    struct span result; /* that this is of, where it is EVENT_UNKNOWN; may be empty */
    uint8_t oddity;
    uint32_t part;     /* of the events that the line holds, from 0 */
    const char *why;   /* EVENT_UNREADABLE, EVENT_LEFT_OUT: plain ASCII; */
    struct span about; /* and what it is about, any bytes, or nothing */
    uint64_t weight;   /* how many it stands for: 1 unless the log says otherwise */
};

/* Takes one line; false ends the scan. */
typedef bool event_sink(void *context, const struct event *event);

struct log_format;
struct finding_settings;

/* Whole lines. */
struct event_text {
    const char *bytes; /* ends with a newline; EVENT_PADDING bytes behind it can be read */
    size_t length;
    bool cut; /* the last line had no end of its own */
    const struct log_format *format;
    struct span header;                      /* the line that names the columns; or nothing */
    const struct finding_settings *settings; /* of a described format (finding.h) */
    struct status *status;                   /* where a scan says that memory ran out */
};

/* Which lines count when a log is out of order: those that are not further behind the latest
 * time of any line before them than the slack. */
struct event_order {
    int64_t latest; /* INT64_MIN: no line yet */
    int64_t slack;  /* seconds, not negative */
};

/* Whether a line with this time counts, which is noted. */
static inline bool event_in_order(struct event_order *order, int64_t time)
{
    if (time >= order->latest) {
        order->latest = time;
        return true;
    }
    return time >= order->latest - order->slack;
}

#endif
