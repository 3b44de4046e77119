/* row_index: from a profile (or a user) to its rows, built when first needed. */
#ifndef ODDHOURS_TABLE_ROW_INDEX_H
#define ODDHOURS_TABLE_ROW_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"

/* Rows grouped by a key: the rows of key k are rows[start[k]] .. rows[start[k + 1] - 1],
 * ascending. */
struct row_index {
    size_t n_keys;
    uint32_t *start; /* (n_keys + 1) */
    uint32_t *rows;  /* (n_rows) */
};

/* `keys` (n_rows) is row_profile or row_user of a table, each below n_keys. NULL on failure. */
struct row_index *row_index_new(const uint32_t *keys, size_t n_rows, size_t n_keys,
                                struct parallel *parallel, const struct progress *progress,
                                struct status *status);
void row_index_free(struct row_index *index);

#endif
