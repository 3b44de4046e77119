/* described: formats that are data (format/description.h) as log formats. */
#ifndef ODDHOURS_EVENTS_DESCRIBED_H
#define ODDHOURS_EVENTS_DESCRIBED_H

#include "base/status.h"
#include "events/log_format.h"

enum {
    DESCRIBED_LINE_MAX = 1 << 20, /* of a record */
    DESCRIBED_TIME = 0,           /* its fields, and then the description's columns */
    DESCRIBED_OUTCOME,
    DESCRIBED_USER,
    DESCRIBED_SOURCE,
    DESCRIBED_DESTINATION,
    DESCRIBED_FIELDS
};

/* A format from the text of its file; NULL as description_read(). log_format_release() frees
 * it. */
const struct log_format *described_new(const char *text, size_t length, const char *name,
                                       const char *title, struct status *status);

/* Several may keep a format, in any thread: each that holds it releases it. A format with a
 * scan of its own is always there. `format` may be NULL. */
const struct log_format *log_format_hold(const struct log_format *format);
void log_format_release(const struct log_format *format);

/* Runs the samples of a described format. False with a sentence that names the sample and what
 * is not as it says. */
bool described_check(const struct log_format *format, struct status *status);

#endif
