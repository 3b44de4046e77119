/* builder: makes a table row by row. The readers use it, and so do tests.
 *
 *     struct table_builder *builder = table_builder_new(names, d, true, true, &status);
 *     table_builder_add(builder, dt, user, values, &status);    // once a row, in file order
 *     struct table *table = table_builder_finish(builder, &status);
 */
#ifndef ODDHOURS_TABLE_BUILDER_H
#define ODDHOURS_TABLE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/table.h"

struct table_builder;

/* `features` (d) are copied; d is 1 to TABLE_FEATURES_MAX. Without times or users the table has
 * none. NULL on failure. */
struct table_builder *table_builder_new(const char *const *features, size_t d, bool has_time,
                                        bool has_user, struct status *status);
void table_builder_free(struct table_builder *builder);

/* Appends a row. Values (d) that are NaN or infinite become 0 and are counted in the report; -0
 * becomes 0. `dt` and `user` are ignored when the table has none. */
bool table_builder_add(struct table_builder *builder, struct span dt, struct span user,
                       const double *values, struct status *status);

/* The report of the table to be: a reader fills in name, bytes, hash and rejects. `lines` and
 * `rejected` are kept by it, too: table_builder_add() does not touch them. */
struct read_report *table_builder_report(struct table_builder *builder);

/* The same in parts, for readers that work on many rows at once: ids of a time, a user and a
 * vector of clean values (d), DICT_NONE when memory ran out; then rows by their ids. */
uint32_t table_builder_time(struct table_builder *builder, struct span dt,
                            struct status *status);
uint32_t table_builder_user(struct table_builder *builder, struct span user,
                            struct status *status);
uint32_t table_builder_profile(struct table_builder *builder, const double *values,
                               struct status *status);

/* Where `n` more rows are to be written: arrays of ids, NULL where the table has none. They are
 * part of the table after table_builder_commit(). */
struct row_space {
    uint32_t *time, *user, *profile; /* (n) */
};
bool table_builder_reserve(struct table_builder *builder, size_t n, struct row_space *space,
                           struct status *status);
void table_builder_commit(struct table_builder *builder, size_t n);

size_t table_builder_rows(const struct table_builder *builder);

/* The finished table: times are parsed, the first day found, spare memory given back. NULL on
 * failure; the builder is gone in any case. */
struct table *table_builder_finish(struct table_builder *take_builder, struct status *status);

#endif
