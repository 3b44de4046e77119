/* events_count: from raw authentication logs (log_format.h) to user-hours.
 *
 * Reads plain files, .gz and standard input ("-"), several one after the other as if they were
 * one log. docs/RAWLOG.md has the rules.
 */
#ifndef ODDHOURS_EVENTS_EVENTS_COUNT_H
#define ODDHOURS_EVENTS_EVENTS_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "events/event.h"
#include "events/left_out.h"
#include "events/userhours.h"
#include "table/table.h"

struct csv_options;
struct events_index;
struct log_format;
struct source;

struct events_input {
    const char *const *paths; /* (n) borrowed for the call */
    size_t n;
    const struct log_format *format;
    struct source *take_source; /* the first of them when it is open already; else NULL */
    struct userhours_options rules;
    const char *zone; /* whose clock is counted by (zone.h); NULL or "": the log's own, UTC */
    int year;         /* of times without one; 0: by the date of the file */
    bool strict;      /* the first rejected line is an error */

    /* When lines are further behind than rules.slack: the inputs are read again with as much
     * slack as that takes, so that all of them are counted. NULL: such lines are rejected.
     * Where the inputs cannot be read again (a pipe), the first `any_order` lines may be in any
     * order, as no window of theirs is closed before, and only later ones are rejected.
     * `restart` forgets the rows that the sink has got so far; `plan` says what happens and
     * what memory it may take, and is NULL when it is for rows_lost alone. */
    bool (*restart)(void *context, const char *plan, struct status *status);
    const bool *rows_lost; /* set by the sink when it cannot keep the rows of the first reading:
                              there is a second one in any case. NULL: it keeps them */
    uint64_t any_order;    /* 0: a good number */
    size_t chunk_bytes;    /* how the work is cut; 0: a good number. No effect on the result */
};

/* Whether the inputs can and may be read a second time. */
bool events_can_repeat(const struct events_input *input);

struct events_rejected {
    size_t path;   /* which of the inputs */
    uint64_t line; /* from 1 */
    char reason[120];
};

/* What was met. lines = counted + left out + rejected; user_hours = written + dropped. */
struct events_report {
    uint64_t bytes;             /* as read: compressed ones of a .gz */
    char hash[TABLE_HASH_TEXT]; /* of one input as source_hash(); of several, of their hashes */
    struct input_state state;   /* of one input: what it is known by (source_change()) */
    enum input_change change;   /* what happened to the inputs while they were read */
    uint64_t lines;             /* or records; blank ones not included */
    struct left_out_summary left_out;
    uint64_t counted;
    uint64_t unknown; /* counted lines whose result is neither success nor failure */
    char unknown_result[EVENT_WORD]; /* the first of them */
    uint64_t odd[EVENT_ODDITIES];    /* counted lines by each bit of event_oddity */
    int64_t behind;   /* seconds that a line was behind the latest one before, where that made a
                         second reading necessary; 0: it did not */
    uint64_t headers; /* lines of names, which are passed over */
    int year_until;   /* times have no year: none was taken to be later than in this one; 0 */
    char unit[8];     /* "line", or "record" */
    char title[80];   /* of a described format; "" */
    uint64_t rejected;
    uint64_t rejected_by[EVENT_REJECTS]; /* the same by reason */
    struct events_rejected rejects[TABLE_REJECTS_KEPT];
    size_t n_rejects;
    int64_t first_time, latest_time; /* of the counted lines, in seconds; -1: there are none */
    uint64_t user_hours, written, dropped;
    uint64_t pairs, pair_bytes; /* of account and computer, kept for novelty */
};

/* Counts the inputs and hands every row to `sink`. `report` is filled in on success. When
 * `index` is not NULL, `*index` is made on the way for events_lines(); the caller frees it.
 * Progress is in bytes of the inputs. Errors: those of source_open(); STATUS_INPUT when no line
 * could be counted, and with `strict` for a rejected line; what the sink and `restart` say. */
bool events_count(const struct events_input *input, userhours_sink *sink, void *context,
                  struct events_report *report, struct events_index **index,
                  struct parallel *parallel, const struct progress *progress,
                  struct status *status);

/* The i-th sentence on how the lines were understood, where that is not plain; false when there
 * is none. */
enum { EVENTS_NOTE = 190 };
bool events_note(const struct events_report *report, size_t i, char *text, size_t size);

/* Counts into a table. `options` are those of a table (csv.h): features must be among the
 * study's seven columns, and `strict` replaces that of the input. `index` may be NULL. */
struct table *events_load(const struct events_input *input, const struct csv_options *options,
                          struct events_index **index, struct parallel *parallel,
                          const struct progress *progress, struct status *status);

#endif
