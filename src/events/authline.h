/* authline: one line of a LANL authentication log.
 *
 *     time,source user,destination user,source computer,destination computer,
 *     authentication type,logon type,orientation,result
 *
 * Nine fields without header or quotes; a field may hold any bytes but comma and newline, and
 * "?" is a value like any other. The time is a whole number of seconds since the log began.
 */
#ifndef ODDHOURS_EVENTS_AUTHLINE_H
#define ODDHOURS_EVENTS_AUTHLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/dict.h"

enum auth_field {
    AUTH_TIME,
    AUTH_SRC_USER,
    AUTH_DST_USER,
    AUTH_SRC_HOST,
    AUTH_DST_HOST,
    AUTH_TYPE,
    AUTH_LOGON_TYPE,
    AUTH_ORIENTATION,
    AUTH_RESULT,
    AUTH_FIELDS
};

enum {
    AUTH_LINE_MAX = 1 << 16, /* a longer line is rejected */
    AUTH_PADDING = 64        /* readable bytes behind a text that is scanned */
};

/* The year 9999 ends here; later times cannot be written as a date. */
#define AUTH_TIME_MAX INT64_C(253402300799)

/* Why a line is left out. */
enum auth_reject {
    AUTH_FINE,
    AUTH_BLANK, /* nothing but blanks: no line at all, not counted */
    AUTH_FEW_FIELDS,
    AUTH_MANY_FIELDS,
    AUTH_BAD_TIME, /* not a whole number, or negative */
    AUTH_FAR_TIME, /* beyond the year 9999 */
    AUTH_NO_USER,  /* the source user is empty */
    AUTH_NO_HOST,  /* one of the two computers is empty */
    AUTH_LONG,     /* longer than AUTH_LINE_MAX */
    AUTH_CUT,      /* the last line of a file, without its end */
    AUTH_LATE,     /* out of order by more than the slack */
    AUTH_REJECTS
};

/* A line in place: field f is bytes start[f] .. start[f + 1] - 2. */
struct auth_line {
    const char *bytes;
    size_t length;                   /* without the end of the line */
    unsigned n_fields;               /* as found */
    uint32_t start[AUTH_FIELDS + 1]; /* only as far as there are fields */
};

/* Walks over the lines of a text that ends with a newline and is followed by AUTH_PADDING
 * readable bytes. */
struct auth_scan {
    const char *at, *end;
    const char *block; /* 64 bytes whose separators not yet passed are in mask */
    uint64_t mask;
};

struct auth_scan auth_scan_over(const char *bytes, size_t length);

/* The next line; false at the end. */
bool auth_scan_next(struct auth_scan *scan, struct auth_line *line);

static inline struct span auth_line_field(const struct auth_line *line, enum auth_field field)
{
    return (struct span){line->bytes + line->start[field],
                         line->start[field + 1] - line->start[field] - 1};
}

/* Whether a line can be counted, and its time. Everything but AUTH_CUT and AUTH_LATE. */
enum auth_reject auth_line_check(const struct auth_line *line, int64_t *time);

/* True for the result "Fail" in any case. */
bool auth_line_failed(const struct auth_line *line);

/* Says in plain ASCII what is wrong with a line (NULL for AUTH_LATE); `late` is by how many
 * seconds it is out of order. */
void auth_line_reason(char *reason, size_t size, enum auth_reject reject,
                      const struct auth_line *line, int64_t late);

/* True when a text (the first bytes of a file) reads like such a log: most of its first lines
 * have nine fields, a whole number first and Success or Fail last. */
bool authlog_recognise(const char *bytes, size_t length);

#endif
