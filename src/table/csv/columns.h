/* columns: where in a line the columns of a table stand, found by the names in its header. */
#ifndef ODDHOURS_TABLE_COLUMNS_H
#define ODDHOURS_TABLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "table/dict.h"
#include "table/table.h"

#define COLUMN_NONE SIZE_MAX

struct columns {
    size_t n_fields;                    /* in every line */
    size_t d;                           /* features */
    size_t feature[TABLE_FEATURES_MAX]; /* (d) their fields, in the order asked for */
    const char *const *names;           /* (d) borrowed */
    size_t time, user;                  /* fields of dt and src_user, or COLUMN_NONE */
    bool adjacent;                      /* the features are fields first .. first + d - 1 */
    size_t first;
};

/* Finds `features` (d) and, when they are there, dt and src_user among the names of the header,
 * `fields` (n_fields). Blanks around a name do not count. On failure a sentence with what is
 * missing, what there is, and a name that looks alike; `title` names the file. */
bool columns_find(struct columns *columns, const struct span *fields, size_t n_fields,
                  const char *const *features, size_t d, const char *title,
                  struct status *status);

/* Wrong lists of features (none, too many, one twice, an empty name) are STATUS_USAGE. */
bool columns_check(const char *const *features, size_t d, struct status *status);

#endif
