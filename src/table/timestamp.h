/* timestamp: reads the time of a user-hour. */
#ifndef ODDHOURS_TABLE_TIMESTAMP_H
#define ODDHOURS_TABLE_TIMESTAMP_H

#include <stdint.h>

#include "table/dict.h"

enum { TIMESTAMP_DAY = 86400, TIMESTAMP_HOUR = 3600 };

/* Seconds since 1970 UTC of "YYYY-MM-DD", "YYYY-MM-DD HH:MM[:SS[.fraction]]" (or with a T),
 * which may end in Z or an offset such as +02:00; blanks around are ignored, a fraction is cut
 * off. Years 1 to 9999 of the Gregorian calendar. TABLE_NO_TIME when it is no such time. */
int64_t timestamp_parse(struct span text);

/* Days and hours since 1970 of a time: rounded down, before 1970 too. And its hour of the day,
 * 0 to 23. */
int64_t timestamp_day(int64_t seconds);
int64_t timestamp_hour(int64_t seconds);
int timestamp_hour_of_day(int64_t seconds);

#endif
