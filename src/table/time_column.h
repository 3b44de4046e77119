/* time_column: reads the times of a table, whose spelling is decided by the whole column.
 *
 * A time is two numbers: the instant, by which rows are ordered, and what the clock showed
 * there, by which they are grouped into days and hours. They differ where a text has an offset,
 * or where a zone was named.
 */
#ifndef ODDHOURS_TABLE_TIME_COLUMN_H
#define ODDHOURS_TABLE_TIME_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/zone.h"
#include "table/dict.h"

/* What 03/04/2024 is. */
enum date_order { DATES_BY_COLUMN, DATES_DAY_FIRST, DATES_MONTH_FIRST };

struct time_options {
    enum date_order dates;
    const struct zone
        *zone; /* whose clock is shown; times without an offset are by it. NULL: the
                * clock that the text shows, taken for UTC where it names none */
    bool utc;  /* times without an offset are UTC, whatever the zone */
};

struct time_column {
    size_t n;
    int64_t *clock; /* (n) seconds since 1970-01-01 00:00 by the clock; TABLE_NO_TIME: unread */
    int32_t *offset;     /* (n) clock - instant; NULL: all 0 */
    size_t unread;       /* texts that are no time; missing ones are not among them */
    size_t first_unread; /* the first of them */
    char how[160]; /* how they were read, when that is worth saying: "dates are day/month/year,
                    * as in 23/01/2024"; empty: plain ISO */
};

/* Reads the texts of a dictionary. False with STATUS_INPUT when dates such as 03/04/2024 could
 * be two days and nothing in the column decides, or when it holds both orders; `column` names
 * it in that sentence. Frees nothing of what it was given. */
bool time_column_read(struct time_column *times, const struct dict *texts, const char *column,
                      const struct time_options *options, struct status *status);

/* Frees what it holds. */
void time_column_clear(struct time_column *times);

/* One text by itself, as a filter or a truth list has it: instant and clock of anything that
 * needs no column to be understood. False when it is no such time. */
bool time_text_read(struct span text, const struct time_options *options, int64_t *clock,
                    int32_t *offset);

#endif
