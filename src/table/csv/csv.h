/* csv: from a CSV file to a table. The only file that includes libcsv. */
#ifndef ODDHOURS_TABLE_CSV_H
#define ODDHOURS_TABLE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

struct source;
struct reading;

struct csv_options {
    const char *const *features; /* (n_features) column names; NULL: the study's seven */
    size_t n_features;
    const struct reading *reading; /* how it is written; NULL: found by looking */
    bool strict;                   /* the first rejected line is an error */
    /* Called once, from the reading thread, as soon as the first rows are there (at the latest
     * after the first chunk): a small table of its own with the first rows (about a thousand at
     * most), which the callee owns and frees with table_free(). May be NULL. */
    void (*preview)(void *context, struct table *take_preview);
    void *context;
};

/* Reads `path` ("-": standard input; .gz by its content). Progress in bytes of the input.
 * Memory: 12 bytes a row, the profiles, and buffers of a few MiB. Errors: STATUS_INPUT (not
 * such a table: missing columns, empty, directory, binary, no data rows; with `strict` a
 * rejected line), STATUS_IO, STATUS_NOMEM, STATUS_CANCELLED. */
struct table *csv_load(const char *path, const struct csv_options *options,
                       struct parallel *parallel, const struct progress *progress,
                       struct status *status);

/* The same from an input that is open already; `name` is what the report calls it. */
struct table *csv_load_source(struct source *take_source, const char *name,
                              const struct csv_options *options, struct parallel *parallel,
                              const struct progress *progress, struct status *status);

#endif
