/* time_text: what a text says of a time, before anything is decided about it. */
#ifndef ODDHOURS_TABLE_TIME_TEXT_H
#define ODDHOURS_TABLE_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "table/dict.h"

struct time_text {
    enum time_text_kind {
        TIME_CLOCK,         /* year, month and day are known */
        TIME_UNKNOWN_ORDER, /* first and second are day and month, or month and day */
        TIME_EPOCH,         /* a count from 1970 on, or from where its unit says */
        TIME_SERIAL         /* days of a spreadsheet: any number may look like that */
    } kind;
    int year, month, day; /* of TIME_UNKNOWN_ORDER only the year */
    int first, second;    /* of TIME_UNKNOWN_ORDER: 1 to 31 each, not both above 12 */
    int32_t seconds;      /* since midnight; 86400 for 24:00 */
    bool has_clock;       /* not a day alone */
    bool has_offset;
    int32_t offset;   /* east of Greenwich */
    int64_t epoch;    /* TIME_EPOCH, TIME_SERIAL: in seconds, rounded down */
    const char *unit; /* of the number read: "seconds", "milliseconds" ... */
};

/* Understands what people and programs write: ISO 8601 in its spellings, with dashes, slashes,
 * dots or nothing between; day, month and year in either order; names of months and weekdays
 * (time_words.h); 24 hours or AM and PM, fractions of seconds (cut off); Z, UTC, GMT, CET and
 * the like and offsets behind; the ways of Excel, Kibana, Azure, Splunk, Apache, ctime, e-mail,
 * Oracle, DB2, Java, .NET; counts of seconds, milliseconds, microseconds or nanoseconds since
 * 1970, told apart by their size (1973 to 5138), and those of Windows and .NET. False when it
 * is nothing of that. */
bool time_text_parse(struct span text, struct time_text *time);

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
int64_t time_text_days(int year, int month, int day);

#endif
