/* row_folds: user-hours of a list that belong together under one line: `x 412`. They are
 * identical ones, or those of an episode.
 *
 * Rows fold when they have the same profile and stand at the same position of the order, that
 * is, have the same key of the sort: by rank or feature all identical rows of the list, by user
 * only those of one user. So folding never changes what comes before what. A group stands where
 * its first row stands; unfolded, its rows come one under the other, by row_id as in any tie.
 *
 * The line of an episode stays when it is unfolded, above its rows: it stands for all of them.
 */
#ifndef ODDHOURS_RANK_ROW_FOLDS_H
#define ODDHOURS_RANK_ROW_FOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "rank/episodes.h"
#include "rank/row_order.h"
#include "rank/rows.h"
#include "table/table.h"

enum { ROW_FOLDS_MOST = 5000000 }; /* rows of a list that can be folded: 12 bytes each */

struct row_folds {
    size_t n_rows, n;  /* of the list; groups */
    uint32_t *first;   /* (n + 1) index in members of each group's first */
    uint32_t *members; /* (n_rows) positions in the list, group by group, rising in each */
    uint32_t *group;   /* (n_rows) of each position */
    uint32_t *head;    /* (n) the position that the line of an episode shows; else NULL */
    bool *open;        /* (n) unfolded */
    uint32_t *line;    /* (n + 1) the line on which each group begins */
};

/* Groups the rows of a list that is in `order`; all groups are folded. NULL when cancelled, out
 * of memory, or when the list is too long. */
struct row_folds *row_folds_new(const struct row_set *rows, const struct table *table,
                                const struct row_order *order, const struct progress *progress,
                                struct status *status);

/* The rows of episodes, episode by episode as they stand in `episodes`, under a line each. */
struct row_folds *row_folds_of_episodes(const struct episodes *episodes, struct status *status);
void row_folds_free(struct row_folds *folds);

/* What a line of the list is. */
struct row_line {
    size_t position; /* in the list: of the row that the line shows */
    size_t group;
    size_t rows; /* of the group */
    bool head;   /* the first line of its group */
    bool folded; /* it stands for all rows of its group, which are more than one */
    bool whole;  /* the line of an episode of several rows, folded or not */
};

size_t row_folds_lines(const struct row_folds *folds);
struct row_line row_folds_at(const struct row_folds *folds, size_t line);

/* The line that shows a position of the list, or the folded one that stands for it. */
size_t row_folds_line(const struct row_folds *folds, size_t position);

/* Unfolds a group, or folds it. */
void row_folds_open(struct row_folds *folds, size_t group, bool open);

#endif
