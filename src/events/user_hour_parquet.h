/* user_hour_parquet: user-hours as a Parquet table, with the columns of user_hour_text.h. */
#ifndef ODDHOURS_EVENTS_USER_HOUR_PARQUET_H
#define ODDHOURS_EVENTS_USER_HOUR_PARQUET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outfile.h"
#include "base/status.h"
#include "events/userhours.h"
#include "table/parquet/parquet_append.h"

/* A table without rows, ended by parquet_append_end(); `file` is borrowed. `novelty`: its rows
 * have that, in five columns more. NULL when memory ran out. */
struct parquet_append *user_hour_parquet_new(struct outfile *file, bool novelty,
                                             struct status *status);

/* Adds a row, `dt` given. */
bool user_hour_parquet_put(struct parquet_append *table, const struct user_hour *row,
                           const char *dt, size_t dt_length, struct status *status);

#endif
