/* unit: some rows of a row group on their way into the table.
 *
 * Units are read side by side, each by a reader of its thread, into ids of their own: texts of
 * times and accounts, and feature vectors, in order of first appearance. Then, in the order of
 * the file, what a unit has that the table does not is added to it (unit_resolve()); at last
 * the unit's ids are replaced by the table's (unit_map()), side by side again. So ids do not
 * depend on the number of threads.
 *
 * Where all features of a unit are ids in dictionaries, their ids side by side are a number of
 * at most 64 bits, and a vector is looked up by it: rows repeat.
 */
#ifndef ODDHOURS_TABLE_PARQUET_UNIT_H
#define ODDHOURS_TABLE_PARQUET_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/builder.h"
#include "table/parquet/part.h"
#include "table/table.h"

/* The columns of the table: d features, and after them the time and the user if it has them. */
struct unit_columns {
    size_t d, n;              /* features, all */
    size_t time, user;        /* places, or SIZE_MAX */
    const char *const *names; /* (d) of the features */
};

/* Which rows: `n` of a row group from its row `from` on, the first of which is `row` of the
 * table, and `line` of its file (from 0). */
struct unit_place {
    const struct part *part;
    size_t group;
    uint64_t from;
    size_t n;
    size_t row;
    uint64_t line;
    const char *file; /* its name, when there are several; else NULL */
};

/* Where rows go. */
struct unit_rows {
    uint32_t *times, *users, *profiles; /* NULL: the table has none */
};

/* What a unit has found. */
struct unit;
struct unit *unit_new(const struct unit_columns *columns, struct status *status);
void unit_free(struct unit *unit);

/* What a thread reads with. */
struct unit_reader;
struct unit_reader *unit_reader_new(const struct unit_columns *columns, struct status *status);
void unit_reader_free(struct unit_reader *reader);

/* Reads the rows of `place` into `rows`, whose arrays begin with the table's row 0. The table
 * of `builder` is searched, and not changed. What went wrong is in unit_status(). */
void unit_read(struct unit *unit, struct unit_reader *reader, const struct unit_place *place,
               const struct unit_rows *rows, struct table_builder *builder,
               const struct progress *progress);
const struct status *unit_status(const struct unit *unit);

/* Adds to the table what is new, and to its report what was counted. */
bool unit_resolve(struct unit *unit, struct table_builder *builder, struct status *status);

/* Puts the table's ids in place of the unit's. */
void unit_map(const struct unit *unit, const struct unit_rows *rows);

/* Rows whose profile is DICT_NONE: rejected. */
size_t unit_rejected(const struct unit *unit);

#endif
