/* merge: the rows of several profiles as one list by row_id, any part of it. */
#ifndef ODDHOURS_RANK_MERGE_H
#define ODDHOURS_RANK_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/row_index.h"

/* The profiles to merge: (n) ids, rising, and so by rising first row; `index` is the table's
 * row_profile index. */
struct merge {
    const struct row_index *index;
    const uint32_t *profiles;
    size_t n;
};

/* Writes the rows at positions [from, from + count) of the merged list into rows (count). The
 * list has at least from + count rows. Cost: the first few rows of a list need only the
 * profiles they belong to, whatever n is; deep parts need some thirty searches in each profile.
 */
bool merge_rows(const struct merge *merge, size_t from, size_t count, uint32_t *rows,
                struct status *status);

/* How many rows of the merged list are below `row`. */
size_t merge_rank(const struct merge *merge, uint32_t row);

#endif
