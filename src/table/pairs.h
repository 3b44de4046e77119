/* pairs: rows that share time and user with another row. (time, user) is not a key of
 * user-hours: a name such as "ANONYMOUS LOGON" stands for many accounts, and feature tables
 * repeat lines. */
#ifndef ODDHOURS_TABLE_PAIRS_H
#define ODDHOURS_TABLE_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

struct pairs {
    uint64_t rows;  /* that share their pair */
    uint64_t pairs; /* that more than one row has */
};

/* For a table with times and users. Memory: 8 bytes a user; 8 bytes a row, too, when the rows
 * of some time do not stand together. Only the cancel flag of `progress` is used. */
bool pairs_count(const struct table *table, struct parallel *parallel,
                 const struct progress *progress, struct pairs *pairs, struct status *status);

#endif
