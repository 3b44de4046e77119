/* authchunk: the user-hours of one stretch of a log, counted by one thread.
 *
 * Accounts and computers are named in place (spans of the text), so the text must stay until
 * the chunk's counts have been added to the whole (userhours_add). A chunk is used again and
 * again.
 */
#ifndef ODDHOURS_EVENTS_AUTHCHUNK_H
#define ODDHOURS_EVENTS_AUTHCHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "events/authline.h"
#include "events/host_set.h"
#include "table/table.h"
#include "events/userhours.h"

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

/* Lines of one window that stand together. */
struct auth_run {
    int64_t window;
    uint64_t start, end; /* offsets in the chunk */
    int64_t latest;      /* the latest time of any line before it */
};

struct auth_chunk_reject {
    uint64_t line; /* in the chunk, from 0 */
    enum auth_reject why;
    int64_t time, latest; /* AUTH_LATE: of the line, and the latest before it as far as the
                             chunk knows: the reason is written when all is known */
    char reason[sizeof((struct reject *)0)->reason];
};

struct auth_chunk {
    /* what to count: set before each use */
    const struct userhours_options *options;
    const char *bytes; /* ends with a newline, AUTH_PADDING bytes behind it can be read */
    size_t length;
    uint64_t first_line; /* number of lines before, for blocks */
    int64_t latest;      /* the latest time of the lines before, or INT64_MIN */
    bool cut;            /* the last line had no end of its own */
    bool want_runs;

    /* what came out */
    uint64_t physical_lines; /* blank ones included */
    uint64_t counted;
    uint64_t rejected[AUTH_REJECTS];
    struct auth_chunk_reject rejects[TABLE_REJECTS_KEPT]; /* the first of them */
    size_t n_rejects;
    int64_t latest_seen;   /* latest time of a line, `latest` included */
    int64_t earliest_kept; /* earliest time of a counted line; INT64_MAX: none */
    size_t n_groups;
    struct user_group *groups;
    uint32_t part_first[USERHOURS_PARTS]; /* index of the first group of a part, GROUP_NONE */
    size_t n_hosts;
    struct span *hosts;
    size_t n_runs;
    struct auth_run *runs;
    struct status status; /* STATUS_OK unless counting failed */

    /* scratch */
    size_t group_capacity, host_capacity, run_capacity;
    size_t n_group_slots, n_host_slots;
    struct group_slot *group_slots;
    struct host_slot *host_slots;
    struct arena arena; /* large host sets */
};

/* Zeroed is a new chunk. */
void auth_chunk_free(struct auth_chunk *chunk);

/* Counts the lines of the text; chunk->status says whether that went well. Results of an
 * earlier use are forgotten. */
void auth_chunk_count(struct auth_chunk *chunk);

/* Physical lines of a text (newlines). */
uint64_t auth_count_lines(const char *bytes, size_t length);

#endif
