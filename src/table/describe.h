/* describe: what a table is like: its size, what is missing, the columns' describe(), users and
 * hours, duplicated pairs. For `oddhours describe`, the Data view and the run card. */
#ifndef ODDHOURS_TABLE_DESCRIBE_H
#define ODDHOURS_TABLE_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/summary.h"
#include "table/table.h"

struct description {
    uint64_t rows, rejected; /* accepted lines, and lines left out */
    size_t columns;          /* that are used: features, dt and src_user */
    size_t features;         /* d */
    size_t profiles;         /* distinct feature vectors */
    uint64_t bytes;          /* memory of the table */
    struct summary *feature; /* (d) */
    uint64_t cleaned;        /* feature values that were missing or infinite, now 0 */

    bool has_times, has_users;     /* the columns are there */
    size_t times, users;           /* distinct texts; missing ones are one of them */
    bool has_dates;                /* some time is readable; then: */
    int64_t first_time, last_time; /* seconds since 1970 UTC */
    int64_t days;                  /* from the first to the last, both counted */
    uint64_t unreadable_times;     /* rows whose time is not readable */

    bool has_pairs;            /* with times and users; then: */
    uint64_t duplicated_rows;  /* rows that share time and user with another row */
    uint64_t duplicated_pairs; /* (time, user) pairs that more than one row has */
};

/* Progress is in columns. NULL on failure or when cancelled. */
struct description *describe_table(const struct table *table, struct parallel *parallel,
                                   const struct progress *progress, struct status *status);
void describe_free(struct description *description);

/* Share of rows whose value in a column was missing (feature: 0 to d - 1). */
double describe_missing_feature(const struct table *table, size_t feature);
double describe_missing_time(const struct table *table);
double describe_missing_user(const struct table *table);

#endif
