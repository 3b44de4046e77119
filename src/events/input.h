/* input: a table from whatever the user names: a table of user-hours (csv.h) or a raw log that
 * they are counted from (log_format.h), told apart by content. */
#ifndef ODDHOURS_EVENTS_INPUT_H
#define ODDHOURS_EVENTS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "events/events_index.h"
#include "events/log_format.h"
#include "table/csv/csv.h"
#include "table/table.h"

/* What an input is taken for. All zeros: what it looks like. */
enum input_kind { INPUT_AUTO, INPUT_TABLE, INPUT_LOG };

struct input_choice {
    enum input_kind kind;
    const char *format; /* INPUT_LOG: a name, or the file of a description (formats_find()) */
    int year;           /* of a log's times without one; 0: by the date of the file */
};

/* "auto", "table", "NAME", "FILE.json", NULL: for help texts. */
extern const char *const input_kinds[];

/* A hash of the description that an input is read by; 0 when it is read by none, or what it is
 * cannot be seen (a pipe). */
uint64_t input_description_hash(const char *path, const struct input_choice *choice);

/* Whether text looks like a log of some format. */
bool input_is_log(const char *bytes, size_t length);

/* Reads `path` ("-": standard input). `*index` becomes the index of a raw log, which the caller
 * frees; NULL for a table. Whole hours are counted (events_count.h), of
 * LANL's log those with two events or more.
 * Errors: those of csv_load() and events_load(). */
struct table *input_load(const char *path, const struct input_choice *choice,
                         const struct csv_options *options, struct events_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status);

#endif
