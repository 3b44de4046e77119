/* log_reading: how the times of a log are read, beside what its format says. */
#ifndef ODDHOURS_EVENTS_LOG_READING_H
#define ODDHOURS_EVENTS_LOG_READING_H

#include "base/status.h"
#include "events/format/finding.h"
#include "events/log_format.h"

struct zone;

struct log_reading {
    struct finding_settings settings; /* `newest` is the caller's to set */
    struct zone *local, *shown;
};

/* `zone` (NULL or "": the log's own, UTC) is whose clock is counted by, and whose is meant by
 * times without a zone; `year` is of times without one (0: by `newest`). Formats with a scan of
 * their own need nothing. False for a zone that there is not. log_reading_close() in any case.
 */
bool log_reading_open(struct log_reading *reading, const struct log_format *format,
                      const char *zone, int year, struct status *status);
void log_reading_close(struct log_reading *reading);

/* Whether some time of the format has no year. */
bool log_reading_lacks_year(const struct log_format *format);

#endif
