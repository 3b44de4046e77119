/* duplicate_keys: rows that share time and user with another row. (time, user) is not a key of
 * user-hours: a name such as "ANONYMOUS LOGON" stands for many accounts, and feature tables
 * repeat lines. */
#ifndef ODDHOURS_TABLE_DUPLICATE_KEYS_H
#define ODDHOURS_TABLE_DUPLICATE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

struct duplicate_keys {
    uint64_t rows;  /* that share their pair */
    uint64_t pairs; /* that more than one row has */
};

/* For a table with times and users. Memory: 8 bytes a user; 8 bytes a row, too, when the rows
 * of some time do not stand together. Only the cancel flag of `progress` is used. */
bool duplicate_keys_count(const struct table *table, struct parallel *parallel,
                          const struct progress *progress, struct duplicate_keys *duplicates,
                          struct status *status);

#endif
