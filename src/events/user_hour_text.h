/* user_hour_text: a user-hour as a line of the table, as pandas writes it. */
#ifndef ODDHOURS_EVENTS_USER_HOUR_TEXT_H
#define ODDHOURS_EVENTS_USER_HOUR_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "events/userhours.h"

enum {
    USER_HOUR_DT = 24,   /* "1970-01-01 00:00:00" and the zero byte */
    USER_HOUR_NOVELTY = 20, /* bytes of a value of novelty */
    USER_HOUR_REST = 384 /* a line is not longer than this and twice the name */
};

/* dt,src_user,total_events,... and the newline. */
extern const char user_hour_header[];
extern const char user_hour_header_novelty[]; /* of rows that have it */

/* Seconds (0 to EVENT_TIME_MAX) as a date and time from 1970 on; returns the length. */
size_t user_hour_dt(int64_t time, char text[USER_HOUR_DT]);

/* The line of a row, `dt` given, with its newline; `out` has room for USER_HOUR_REST bytes and
 * twice the name. A name is quoted where CSV wants it. Returns the length. */
size_t user_hour_line(const struct user_hour *row, const char *dt, size_t dt_length, char *out);

#endif
