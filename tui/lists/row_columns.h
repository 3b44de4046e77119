/* row_columns: which columns a list of user-hours has, by their names: `:columns rank user
 * dst`.
 *
 *     verdict rank score user when time row copies why   as they are
 *     kind owner label                                   of the account
 *     iforest  iforest.rank                              score and rank of any detector
 *     failed_events                                      any feature, any column beside them
 *     ranks scores features                              all of them ("ranks": of the others)
 *     default                                            what is shown when nothing is chosen
 *
 * Names may be cut short where that is clear. Nothing here draws: it is names and numbers.
 */
#ifndef ODDHOURS_TUI_ROW_COLUMNS_H
#define ODDHOURS_TUI_ROW_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "rank/row_order.h"
#include "screen/session.h"
#include "widgets/columns.h"

enum row_column_kind {
    ROW_COLUMN_VERDICT,
    ROW_COLUMN_RANK, /* of the result `index` */
    ROW_COLUMN_SCORE,
    ROW_COLUMN_USER,
    ROW_COLUMN_WHEN, /* day and hour */
    ROW_COLUMN_TIME, /* dt as it was read */
    ROW_COLUMN_ROW,
    ROW_COLUMN_COPIES,
    ROW_COLUMN_WHY,
    ROW_COLUMN_KIND, /* of the account; owner and label where a list says them */
    ROW_COLUMN_OWNER,
    ROW_COLUMN_LABEL,
    ROW_COLUMN_FEATURE, /* the feature `index` */
    ROW_COLUMN_BESIDE,  /* the table's column `index` beside the profiles */
    ROW_COLUMN_RANKS,   /* groups: row_columns_expand() */
    ROW_COLUMN_SCORES,
    ROW_COLUMN_FEATURES,
    ROW_COLUMN_HERE, /* of a folded list only: how many rows a line stands for */
};

#define ROW_COLUMN_IN_VIEW ((size_t)-1) /* index of rank and score: the detector in view */

struct row_column {
    enum row_column_kind kind;
    size_t index;
};

struct row_columns {
    size_t n;
    struct row_column column[COLUMNS_MAX];
};

#define ROW_COLUMNS_DEFAULT  "verdict rank user when why copies ranks"
#define ROW_COLUMNS_EPISODES "verdict rank user when score why ranks" /* default by episode */

/* Names separated by blanks or commas; "" and "default" are the default. False, with a sentence
 * in problem[size], when a name is unknown or not clear. There must be a table. */
bool row_columns_parse(const char *text, const struct session *session,
                       struct row_columns *columns, char *problem, size_t size);

/* One name (`length` bytes), as above. */
bool row_column_find(const char *name, size_t length, const struct session *session,
                     struct row_column *column, char *problem, size_t size);

/* The names as they would be typed, in full. */
void row_columns_format(const struct row_columns *columns, const struct session *session,
                        char *text, size_t size);
void row_column_name(struct row_column column, const struct session *session, char *text,
                     size_t size);

/* What is shown now: groups replaced by their members, and without what the table or the run
 * has not. `shown` has room for COLUMNS_MAX. */
void row_columns_expand(const struct row_columns *columns, const struct session *session,
                        struct row_columns *shown);

/* The n-th of all names, for completion; "" when there are fewer. */
void row_columns_nth(const struct session *session, size_t n, char *text, size_t size);

bool row_column_equal(struct row_column a, struct row_column b);

/* How the list is sorted by a column: what is most odd, or from A on, comes first unless
 * `reversed`. False when it cannot be sorted by (verdict, why, a detector without scores). */
bool row_column_order(struct row_column column, const struct session *session, bool reversed,
                      struct row_order *order);

#endif
