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
#include "table/profile_set.h"
#include "table/table.h"
#include "table/time_column.h"

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

/* The same for a reader that knows the time itself: `seconds` since 1970 for the text `dt`, the
 * same each time. When all rows come so, no text is parsed; else all are. */
bool table_builder_add_at(struct table_builder *builder, struct span dt, int64_t seconds,
                          struct span user, const double *values, struct status *status);

/* The report of the table to be: a reader fills in name, bytes, hash and rejects. `lines` and
 * `rejected` are kept by it, too: table_builder_add() does not touch them. */
struct read_report *table_builder_report(struct table_builder *builder);

/* The same in parts, for readers that work on many rows at once. First the ids: what the table
 * knows of users and feature vectors, to be searched and added to (NULL without users), and the
 * id of a time. Then, after room was made for them, rows by their ids; arrays that the table
 * does not have are ignored. */
struct dict *table_builder_users(struct table_builder *builder);
struct profile_set *table_builder_profiles(struct table_builder *builder);
uint32_t table_builder_time(struct table_builder *builder, struct span dt,
                            struct status *status);
bool table_builder_reserve(struct table_builder *builder, size_t n, struct status *status);
void table_builder_append(struct table_builder *builder, size_t n, const uint32_t *times,
                          const uint32_t *users, const uint32_t *profiles);

/* For a reader that knows how many rows come and fills them in where they belong: room for `n`
 * rows behind those that are there, which count as rows from now on. The arrays (n) are NULL
 * where the table has none. Copies are counted by the caller (profile_set_add_copies()). */
struct table_builder_rows {
    uint32_t *times, *users, *profiles;
};
bool table_builder_extend(struct table_builder *builder, size_t n,
                          struct table_builder_rows *rows, struct status *status);

/* Takes out the rows whose profile is DICT_NONE, and counts copies anew. */
void table_builder_drop_rows(struct table_builder *builder);

/* A table of its own with the first rows, at most `most`. NULL on failure. */
struct table *table_builder_preview(const struct table_builder *builder, size_t most,
                                    struct status *status);

size_t table_builder_rows(const struct table_builder *builder);

/* The finished table: times are parsed, the first day found, spare memory given back. NULL on
 * failure; the builder is gone in any case. */
struct table *table_builder_finish(struct table_builder *take_builder, struct status *status);

/* The same with times read as `options` say (time_column.h); `column` names theirs in messages.
 * STATUS_INPUT when the order of day and month is open. */
struct table *table_builder_finish_with(struct table_builder *take_builder, const char *column,
                                        const struct time_options *options,
                                        struct status *status);

#endif
