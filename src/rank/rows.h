/* rows: a list of rows as the screen and the exports use it.
 *
 * All rows in file order, or in the order of a ranking, take no memory of their own: a window
 * is computed when it is looked at. Filtered and sorted lists are arrays.
 */
#ifndef ODDHOURS_RANK_ROWS_H
#define ODDHOURS_RANK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/ranking.h"
#include "table/row_index.h"

enum row_set_kind {
    ROW_SET_FILE,   /* row_id `from` and on */
    ROW_SET_RANKED, /* rank `from` and on */
    ROW_SET_LIST,   /* rows[0 .. n-1] */
};

struct row_set {
    enum row_set_kind kind;
    size_t n;
    size_t from;
    bool rising;    /* ROW_SET_RANKED: the least anomalous first; ties by row_id all the same */
    uint32_t *rows; /* ROW_SET_LIST: owned */
    const struct ranking *ranking; /* ROW_SET_RANKED: borrowed */
    const struct row_index *index; /* ROW_SET_RANKED: borrowed */
};

/* All rows of a table in file order. */
struct row_set row_set_file(size_t n_rows);

/* Rows from rank `from` (1 is the top) on, at most `count`. */
struct row_set row_set_ranked(const struct ranking *ranking, const struct row_index *index,
                              size_t from, size_t count);

/* All scored rows, the least anomalous first. */
struct row_set row_set_rising(const struct ranking *ranking, const struct row_index *index);

/* A list of its own. */
struct row_set row_set_list(uint32_t *take_rows, size_t n);

/* A set of its own with the same rows. False when memory ran out. */
bool row_set_copy(const struct row_set *set, struct row_set *copy, struct status *status);

/* Frees what is owned and leaves an empty list. */
void row_set_clear(struct row_set *set);

/* Up to `count` rows from position `at` (0 is the first) on into rows; returns how many. Fewer
 * than there are only when memory ran out: `status` then says so. */
size_t row_set_get(const struct row_set *set, size_t at, size_t count, uint32_t *rows,
                   struct status *status);

/* The position of a row in the list; SIZE_MAX when it is not there. Lists are searched from
 * `near` outwards. `row_profile` is the table's. */
size_t row_set_find(const struct row_set *set, const uint32_t *row_profile, uint32_t row,
                    size_t near);

#endif
