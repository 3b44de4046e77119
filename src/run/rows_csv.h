/* rows_csv: some rows of a run as CSV, with everything a list shows: rank in the list, row_id,
 * time, user, features, copies, and every detector's score and rank. */
#ifndef ODDHOURS_RUN_ROWS_CSV_H
#define ODDHOURS_RUN_ROWS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* Writes rows (n) in the order given to `path` ("-": standard output), with a header. Empty
 * fields where a detector did not score the row. The run was made with params.index. */
bool rows_csv_write(const struct run *run, const uint32_t *rows, size_t n, const char *path,
                    const struct progress *progress, struct status *status);

#endif
