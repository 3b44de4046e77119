/* events_again: parts of a log that was counted are read again, and their events handed to a
 * sink. A part of events_index. */
#ifndef ODDHOURS_EVENTS_EVENTS_AGAIN_H
#define ODDHOURS_EVENTS_EVENTS_AGAIN_H

#include <stdbool.h>

#include "base/progress.h"
#include "events/event.h"
#include "events/events_index_internal.h"
#include "events/log_reading.h"

struct events_again {
    const struct events_index *index;
    event_sink *sink;
    void *context;
    const struct progress *progress;
    struct event_text reading; /* how lines are read: header, settings */
    struct log_reading how;
    struct event_order order; /* at the beginning of the range; for the sink to go on with */
    struct status status;     /* the sink may set it and return false, too */
};

/* False with again->status when the log cannot be read again. events_again_close() in any case.
 */
bool events_again_open(struct events_again *again, const struct events_index *index,
                       event_sink *sink, void *context, const struct progress *progress);
void events_again_close(struct events_again *again);

/* All events of a range, in the order of the log, those of other windows included. Of a packed
 * log what stands before it is read, too, with progress. False with again->status: STATUS_INPUT
 * when the file has changed since, STATUS_IO when it cannot be read. */
bool events_again_range(struct events_again *again, const struct index_range *range);

#endif
