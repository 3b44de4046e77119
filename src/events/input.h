/* input: a table from whatever the user names: a table of user-hours (csv.h) or a raw log that
 * they are counted from (authlog.h), told apart by content. */
#ifndef ODDHOURS_EVENTS_INPUT_H
#define ODDHOURS_EVENTS_INPUT_H

#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "events/authlog_index.h"
#include "table/csv/csv.h"
#include "table/table.h"

enum input_kind { INPUT_AUTO, INPUT_TABLE, INPUT_LANL };

/* "auto", "table", "lanl", NULL: the words for these. */
extern const char *const input_kinds[];

/* Reads `path` ("-": standard input). `*index` becomes the index of a raw log, which the caller
 * frees; NULL for a table. Whole hours with two events or more are counted (authlog.h). Errors:
 * those of csv_load() and authlog_load(). */
struct table *input_load(const char *path, enum input_kind kind,
                         const struct csv_options *options, struct authlog_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status);

#endif
