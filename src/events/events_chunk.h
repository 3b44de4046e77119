/* events_chunk: the user-hours of one stretch of a log, counted by one thread.
 *
 * Accounts and computers are named in place (spans of the text), so the text must stay until
 * the chunk's counts have been added to the whole (userhours_add); those that a described
 * format has put together are copied. A chunk is used again and again.
 */
#ifndef ODDHOURS_EVENTS_EVENTS_CHUNK_H
#define ODDHOURS_EVENTS_EVENTS_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "events/event.h"
#include "events/host_set.h"
#include "events/left_out.h"
#include "events/userhours.h"
#include "table/table.h"

enum { USERHOURS_PARTS = 8 }; /* groups are merged in parts, by their hash */

/* One account in one window (and block). */
struct user_group {
    uint64_t hash;
    int64_t window; /* time / options.window, rounded down */
    uint64_t block;
    const char *user;
    uint32_t user_length;
    uint32_t next; /* the next group of the same part, by index; GROUP_NONE ends */
    uint64_t events, failed, night;
    struct host_set dst_hosts, src_hosts; /* ids of the chunk's own list of computers */
};

enum { GROUP_NONE = UINT32_MAX };

static inline unsigned user_group_part(const struct user_group *group)
{
    return (unsigned)(group->hash >> 61);
}

/* Where lines of one window stand. */
struct events_range {
    int64_t window;
    uint64_t start, end; /* offsets in the chunk */
    int64_t latest;      /* the latest time of any line before it */
};

struct events_chunk_reject {
    uint64_t line; /* in the chunk, from 0 */
    enum event_reject why;
    int64_t time, latest; /* EVENT_LATE: of the line, and the latest before it as far as the
                             chunk knows: the reason is written when all is known */
    char reason[sizeof((struct reject *)0)->reason];
};

/* What is known of the time of the line before: most lines have the same. */
struct events_clock {
    int64_t time, window;
    bool night;
};

struct group_slot;
struct host_slot;
struct log_format;

struct events_chunk {
    /* what to count: set before each use */
    const struct log_format *format;
    const struct userhours_options *options;
    struct event_text text;
    uint64_t first_line; /* number of lines before, for blocks */
    int64_t latest;      /* the latest time of the lines before, or INT64_MIN */
    bool want_ranges;

    /* what came out */
    uint64_t physical_lines;         /* blank ones included */
    uint64_t counted;                /* lines */
    uint64_t unknown;                /* of these, with a result that says nothing */
    char unknown_result[EVENT_WORD]; /* the first of those */
    uint64_t odd[EVENT_ODDITIES];    /* counted lines by each bit of event_oddity */
    uint64_t headers;
    struct left_out left_out;
    uint64_t rejected[EVENT_REJECTS];
    struct events_chunk_reject rejects[TABLE_REJECTS_KEPT]; /* the first of them */
    size_t n_rejects;
    struct event_order order; /* the latest time of a line, `latest` included */
    int64_t behind;           /* most seconds that a late line is behind what the chunk knows */
    int64_t earliest_late;    /* earliest time of a late line; INT64_MAX: none */
    int64_t earliest_kept;    /* earliest time of a counted line; INT64_MAX: none */
    size_t n_groups;
    struct user_group *groups;
    uint32_t part_first[USERHOURS_PARTS]; /* index of the first group of a part, GROUP_NONE */
    size_t n_hosts;
    struct span *hosts;
    size_t n_ranges;
    struct events_range *ranges;
    struct status status; /* STATUS_OK unless counting failed */

    /* scratch */
    struct events_clock clock;
    size_t group_capacity, host_capacity, range_capacity;
    size_t n_group_slots, n_host_slots;
    struct group_slot *group_slots;
    struct host_slot *host_slots;
    struct arena arena; /* large host sets, copied names */
};

/* Zeroed is a new chunk. */
void events_chunk_free(struct events_chunk *chunk);

/* Counts the lines of the text; chunk->status says whether that went well. Results of an
 * earlier use are forgotten. */
void events_chunk_count(struct events_chunk *chunk);

/* Physical lines of a text (newlines). */
uint64_t events_count_lines(const char *bytes, size_t length);

#endif
