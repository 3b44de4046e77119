/* column_names: what people call the columns of a table. */
#ifndef ODDHOURS_TABLE_COLUMN_NAMES_H
#define ODDHOURS_TABLE_COLUMN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "table/csv/layout.h"
#include "table/dict.h"

/* Whether two names are the same but for case, blanks and signs between their letters: "User
 * ID", "user_id" and "userId" are. */
bool column_names_alike(struct span a, struct span b);

/* Fields that could hold the time or the account, best first, at most `room`; returns how many.
 * Only names count, and of times the first rows of `layout` when it is given: a column without
 * any time in them is none. */
size_t column_names_times(const struct span *fields, size_t n_fields,
                          const struct layout *layout, size_t *found, size_t room);
size_t column_names_users(const struct span *fields, size_t n_fields, size_t *found,
                          size_t room);

/* The one field in which nearly all of the first rows have a time that is no count; SIZE_MAX
 * when there is none, or several. */
size_t column_names_by_times(const struct layout *layout, size_t n_fields);

/* The field with the time of day, where that of the time has days alone; SIZE_MAX: none. */
size_t column_names_clock(const struct span *fields, size_t n_fields,
                          const struct layout *layout, size_t time);

/* Whether most of the first rows have a number there. */
bool column_names_numeric(const struct layout *layout, size_t field);

/* Without quotes of any kind around it, too. */
struct span column_names_unwrapped(struct span text);

/* Without the blanks around it. */
struct span column_names_trimmed(struct span text);

#endif
