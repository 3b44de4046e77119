/* table_append: the rows of a second table behind those of a first, as if both had been one. */
#ifndef ODDHOURS_TABLE_TABLE_APPEND_H
#define ODDHOURS_TABLE_TABLE_APPEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "table/table.h"

/* Appends the rows of `more`, which has the same features, but for those whose number is not
 * zero in `leave` (more->n_rows; NULL: all). Ids stay in the order of first appearance, so that
 * the table is the one that both texts, one behind the other, would have given. Counts of what
 * was read are added, names joined with a newline, the hash is of both hashes. A time that both
 * have is read as in the first; columns beside the features stay where both have them.
 * STATUS_USAGE when only one has times or users. After a failure the table can only be freed.
 */
bool table_append(struct table *table, const struct table *more, const uint8_t *leave,
                  struct status *status);

#endif
