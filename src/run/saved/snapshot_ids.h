/* snapshot_ids: the ids of rows in a saved run, in as few bytes as they need.
 *
 * Rows are cut into chunks. A chunk is its least id and how many bytes the differences to it
 * take, then the differences. Times of neighbouring rows are close, so they take one byte; the
 * profiles and users of the study's table take three of four.
 */
#ifndef ODDHOURS_RUN_SNAPSHOT_IDS_H
#define ODDHOURS_RUN_SNAPSHOT_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/parallel.h"

/* Puts `n` ids. Errors are kept for archive_commit(). */
void snapshot_put_ids(struct archive_out *archive, const char tag[static 5],
                      const uint32_t *ids, size_t n);

/* The next `n` ids for free(), each below `limit`; NULL with a status when what is there is
 * something else. */
uint32_t *snapshot_get_ids(struct archive_in *archive, const char tag[static 5], size_t n,
                           size_t limit, struct parallel *parallel, struct status *status);

#endif
