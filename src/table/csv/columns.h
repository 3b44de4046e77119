/* columns: where in a line the columns of a table stand, found by the names in its header. */
#ifndef ODDHOURS_TABLE_COLUMNS_H
#define ODDHOURS_TABLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "table/csv/layout.h"
#include "table/dict.h"
#include "table/number_style.h"
#include "table/table.h"

#define COLUMN_NONE SIZE_MAX

/* What is looked for. All borrowed. */
struct columns_wanted {
    const char *const *features; /* (n) names, globs ("src_*") and ranges ("f00..f77") */
    size_t n;
    bool study;              /* they are the study's seven: found in any case */
    bool joins;              /* a day and a time of day in two columns can be put together */
    const char *time, *user; /* columns named by the user; NULL: known names are looked for */
    bool not_text; /* the names are not of a text file: a strange one does not make it binary */
};

struct columns {
    size_t n_fields;                    /* in every line */
    size_t d;                           /* features */
    size_t feature[TABLE_FEATURES_MAX]; /* (d) their fields, in the order asked for */
    char *names[TABLE_FEATURES_MAX]; /* (d) as the header has them, or as they were asked for */
    struct number_style style[TABLE_FEATURES_MAX]; /* (d) */
    bool styled;                                   /* some style is not plain */
    size_t time, user;           /* fields of dt and src_user, or COLUMN_NONE */
    size_t clock;                /* the time of day, where `time` has the day alone; or none */
    bool wrapped;                /* fields have blanks or quotes around that are none of CSV */
    char *time_name, *user_name; /* what they are called in the header; NULL: none */
    size_t n_beside;             /* columns beside the features that are there */
    size_t beside[TABLE_BESIDE]; /* (n_beside) their fields */
    size_t beside_name[TABLE_BESIDE]; /* (n_beside) which of table_beside */
    bool adjacent;                    /* the features are fields first .. first + d - 1 */
    size_t first;
    char delimiter;
    const char
        *missing; /* a word for missing values beside the known ones; borrowed; NULL: none */
};

/* Finds the wanted columns among the names of the header, `fields` (n_fields). Blanks around a
 * name do not count. Times and users are looked for under the names that people give them;
 * where several could be times, the first in which `layout` (may be NULL) has times. On failure
 * a sentence with what is missing, what there is, and what to do; `title` names the file. The
 * caller frees what it holds with columns_clear(), in any case. */
bool columns_find(struct columns *columns, const struct span *fields, size_t n_fields,
                  const struct columns_wanted *wanted, const struct layout *layout,
                  const char *title, struct status *status);
void columns_clear(struct columns *columns);

/* Notes in the report in which columns times and accounts are, where these have names of their
 * own. */
void columns_note(const struct columns *columns, struct read_report *report);

/* Wrong lists of features (none, too many, one twice, an empty name) are STATUS_USAGE. */
bool columns_check(const char *const *features, size_t n, struct status *status);

#endif
