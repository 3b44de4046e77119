/* lanl: one line of a LANL authentication log, for lanl.c and what tests it.
 *
 *     time,source user,destination user,source computer,destination computer,
 *     authentication type,logon type,orientation,result
 *
 * Nine fields without header or quotes; a field may hold any bytes but comma and newline, and
 * "?" is a value like any other. The time is a whole number of seconds since the log began.
 * What other programs make of such a line (lanl_odd.c) is understood as well: blanks and quotes
 * around fields, a counter before the nine, columns behind them where the ninth is a result.
 */
#ifndef ODDHOURS_EVENTS_LANL_H
#define ODDHOURS_EVENTS_LANL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events/event.h"
#include "events/log_format.h"

enum lanl_field {
    LANL_TIME,
    LANL_SRC_USER,
    LANL_DST_USER,
    LANL_SRC_HOST,
    LANL_DST_HOST,
    LANL_TYPE,
    LANL_LOGON_TYPE,
    LANL_ORIENTATION,
    LANL_RESULT,
    LANL_FIELDS
};

/* A line in place: field f is bytes start[f] .. start[f + 1] - 2. */
struct lanl_line {
    const char *bytes;
    size_t length;                   /* without the end of the line */
    unsigned n_fields;               /* as found */
    uint32_t start[LANL_FIELDS + 1]; /* only as far as there are fields */
};

/* Walks over the lines of a text that ends with a newline and is followed by EVENT_PADDING
 * readable bytes. */
struct lanl_scan {
    const char *at, *end;
    const char *looked_at; /* 64 bytes whose separators not yet passed are in mask */
    uint64_t mask;
};

struct lanl_scan lanl_scan_over(const char *bytes, size_t length);

/* The next line; false at the end. */
bool lanl_scan_next(struct lanl_scan *scan, struct lanl_line *line);

static inline struct span lanl_line_field(const struct lanl_line *line, enum lanl_field field)
{
    return (struct span){line->bytes + line->start[field],
                         line->start[field + 1] - line->start[field] - 1};
}

/* A line that is not plain. */
enum { LANL_ROOM = LANL_FIELDS + 4 }; /* of more fields nothing is known */
struct lanl_odd {
    size_t n; /* fields as found */
    struct span field[LANL_FIELDS];
    uint8_t oddity;
};

/* Splits a line in whatever way makes nine fields of it: EVENT_FINE, EVENT_HEADER,
 * EVENT_FEW_FIELDS or EVENT_MANY_FIELDS; then `field` has the first ones. */
enum event_reject lanl_read_odd(struct span line, struct lanl_odd *odd);

/* What a result says, in any case and spelling: success, successful, succeeded; fail, failed,
 * failure. */
enum event_outcome lanl_outcome(struct span result);

/* Whether a plain line can be counted, and its time. Everything but EVENT_CUT and EVENT_LATE.
 */
enum event_reject lanl_line_check(const struct lanl_line *line, int64_t *time);

#endif
