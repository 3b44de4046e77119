/* input: a table from whatever the user names: a table of user-hours (csv.h) or a raw log that
 * they are counted from (log_format.h), told apart by content. */
#ifndef ODDHOURS_EVENTS_INPUT_H
#define ODDHOURS_EVENTS_INPUT_H

#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "events/events_index.h"
#include "events/log_format.h"
#include "table/csv/csv.h"
#include "table/table.h"

/* What is named with --input; from INPUT_LOG on, log_formats[kind - INPUT_LOG]. */
enum input_kind {
    INPUT_AUTO,
    INPUT_TABLE,
    INPUT_LOG,
    INPUT_LAST = INPUT_LOG + LOG_FORMAT_COUNT - 1
};

/* "auto", "table", the names of the formats, NULL: the words for these. */
extern const char *const input_kinds[];

/* Reads `path` ("-": standard input). `*index` becomes the index of a raw log, which the caller
 * frees; NULL for a table. Whole hours with two events or more are counted (events_count.h).
 * Errors: those of csv_load() and events_load(). */
struct table *input_load(const char *path, enum input_kind kind,
                         const struct csv_options *options, struct events_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status);

#endif
