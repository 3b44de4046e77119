/* ties: how many rows of a giant tie block come before a row.
 *
 * A block of half a million profiles is half a million lists of rows; to search them all takes
 * some 20 milliseconds a row. So the rows of each such block are counted once at every 2^shift
 * rows of the table, and a rank is the count at the last such mark and the few rows behind it.
 * At most 8 bytes for each profile in such a block.
 */
#ifndef ODDHOURS_RANK_TIES_H
#define ODDHOURS_RANK_TIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "rank/ranking.h"
#include "table/row_index.h"

struct ties;

enum { TIES_PROFILES = 512 }; /* blocks of fewer are searched as quickly */

/* Counts, in one walk over the rows of giant blocks. `*made` is NULL when there are none. False
 * when cancelled or out of memory. */
bool ties_new(const struct ranking *ranking, const struct row_index *index, struct ties **made,
              const struct progress *progress, struct status *status);
void ties_free(struct ties *ties);

/* How many rows of `block` have an id below `row`; false when the block is not a giant. */
bool ties_rank(const struct ties *ties, const struct ranking *ranking,
               const struct tie_block *block, const uint32_t *row_profile, size_t row,
               size_t *rank);

#endif
