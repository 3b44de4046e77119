/* snapshot_table: the table's part of a saved run. */
#ifndef ODDHOURS_RUN_SNAPSHOT_TABLE_H
#define ODDHOURS_RUN_SNAPSHOT_TABLE_H

#include "base/archive.h"
#include "base/parallel.h"
#include "table/table.h"

void snapshot_put_table(struct archive_out *archive, const struct table *table);

/* A table for table_free(), or NULL with a status. */
struct table *snapshot_get_table(struct archive_in *archive, struct parallel *parallel,
                                 struct status *status);

#endif
