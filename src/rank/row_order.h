/* row_order: rows sorted by any field, ties by row_id.
 *
 * Rows are sorted by counting, with the rank of their user, time or profile as the key, so all
 * 42.9 million take some tenths of a second, and no memory but the result. Values of their own
 * (scores of rows, columns) are sorted as numbers, in up to a second. */
#ifndef ODDHOURS_RANK_ROW_ORDER_H
#define ODDHOURS_RANK_ROW_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "past/account_kind.h"
#include "rank/ranking.h"
#include "table/table.h"

enum row_key {
    ROW_KEY_ROW,   /* row_id */
    ROW_KEY_USER,  /* by bytes */
    ROW_KEY_KIND,  /* of the account: persons first; `accounts` */
    ROW_KEY_OWNER, /* by bytes; `accounts` */
    ROW_KEY_LABEL,
    ROW_KEY_TIME,    /* by time; unreadable ones last, by bytes */
    ROW_KEY_COPIES,  /* of the profile */
    ROW_KEY_FEATURE, /* the feature `index` */
    ROW_KEY_SCORE,   /* of `ranking`; not scored: last, whichever direction */
    ROW_KEY_COLUMN,  /* the table's column `index`; missing: last, whichever direction */
};

struct row_order {
    enum row_key key;
    size_t index;
    const struct ranking *ranking;
    const struct accounts *accounts; /* of the table's users, for what is known of them */
    bool falling;
};

/* Sorts rows (n), given ascending, or all rows of the table when `rows` is NULL (n is then
 * n_rows), and writes the first `most` of them (or n, if that is less) into sorted. False when
 * cancelled, out of memory, or when the table has no users or times to sort by. */
bool rows_sort(const uint32_t *rows, size_t n, const struct row_order *order,
               const struct table *table, size_t most, uint32_t *sorted,
               const struct progress *progress, struct status *status);

#endif
