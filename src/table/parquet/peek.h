/* peek: what stands in the first rows of a Parquet file, as a few lines of text, by which the
 * columns of times and numbers are found (columns.h) as they are in a text file. */
#ifndef ODDHOURS_TABLE_PARQUET_PEEK_H
#define ODDHOURS_TABLE_PARQUET_PEEK_H

#include "base/status.h"
#include "table/csv/layout.h"
#include "table/parquet/part.h"

/* Looks at the columns `names` (n) of part_names(). A column that cannot be read is one of
 * texts. False without memory only. `layout` holds what peek_clear() frees. */
bool peek(struct layout *layout, const struct part *part, const struct span *names, size_t n,
          struct status *status);
void peek_clear(struct layout *layout);

#endif
