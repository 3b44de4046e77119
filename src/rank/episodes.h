/* episodes: odd hours of one account that belong together.
 *
 * The rows of an account that are above a list's threshold, with window starts at most a gap
 * apart: one incident is one line, however many hours it lasts. Which rows belong to an episode
 * depends on threshold and gap only, never on how much of the list is shown. */
#ifndef ODDHOURS_RANK_EPISODES_H
#define ODDHOURS_RANK_EPISODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/table.h"

enum { EPISODE_GAP = 7200 }; /* seconds: two hours */

struct episode {
    uint32_t user;
    uint32_t best;    /* row of the highest score, by row_id in ties: the episode's position */
    double score;     /* of that */
    uint32_t from, n; /* its rows: rows[from] .. rows[from + n - 1] of struct episodes */
    int64_t first, last; /* seconds of its first and last window */
};

struct episodes {
    size_t n;
    struct episode *of; /* (n) the highest score first, then the best row's row_id */
    uint32_t *rows;     /* (n_rows) of each by time, then row_id */
    size_t n_rows;
    uint32_t *by_row;  /* (n_rows) positions in rows, by row_id */
    uint32_t *episode; /* (n_rows) of each position in rows */
};

/* Seconds between windows that belong together: `gap`, or the least distance of two windows of
 * the table when that is more. */
int64_t episodes_gap(const struct table *table, int64_t gap, struct status *status);

/* Cuts `n` rows with their scores, all above the threshold, in any order, into episodes. Rows
 * without a user or a readable time are episodes by themselves. False and nothing to clear when
 * memory ran out. */
bool episodes_make(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                   const double *score, size_t n, int64_t gap, struct status *status);
void episodes_clear(struct episodes *episodes);

/* The index of the episode a row belongs to; SIZE_MAX: to none. */
size_t episodes_find(const struct episodes *episodes, uint32_t row);

#endif
