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

#include "base/progress.h"
#include "base/status.h"
#include "rank/ranking.h"
#include "rank/row_order.h"
#include "table/row_index.h"
#include "table/table.h"

enum { EPISODE_GAP = 7200 }; /* seconds: two hours */

struct episode {
    uint32_t user;    /* UINT32_MAX: none */
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
 * without a user (no such column, or an empty name) or a readable time are episodes by
 * themselves. False and nothing to clear when memory ran out. */
bool episodes_make(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                   const double *score, size_t n, int64_t gap, struct status *status);

/* The same without what episodes_find() needs, until episodes_pick(). */
bool episodes_cut(struct episodes *episodes, const struct table *table, const uint32_t *rows,
                  const double *score, size_t n, int64_t gap, struct status *status);
void episodes_clear(struct episodes *episodes);

/* Puts the episodes into the order `wanted` (n: indices, each once), leaving out the others:
 * rows then stand episode by episode. On failure they are cleared. */
bool episodes_pick(struct episodes *episodes, const size_t *wanted, size_t n,
                   struct status *status);

/* The index of the episode a row belongs to; SIZE_MAX: to none. */
size_t episodes_find(const struct episodes *episodes, uint32_t row);

/* The rows of an episode, by time. */
static inline const uint32_t *episodes_rows(const struct episodes *episodes, size_t i)
{
    return episodes->rows + episodes->of[i].from;
}

/* Windows in which an episode has rows: fewer than these where windows come in fragments. */
size_t episodes_windows(const struct episodes *episodes, const struct table *table, size_t i);

/* ---- the episodes of a list (episodes_list.c) ---- */

/* What decides which rows belong together. Borrowed. */
struct episode_cut {
    const struct table *table;
    const struct ranking *ranking; /* of the list */
    const struct row_index
        *index;       /* rows of each profile; may be NULL where rows have scores */
    double threshold; /* rows above it make episodes */
    int64_t gap;      /* seconds, of episodes_gap() */
};

/* Rows above the threshold. */
size_t episodes_odd_rows(const struct episode_cut *cut);

/* The first `k` episodes, or all there are. Only the odd rows of the accounts at the head of
 * the list are put into order, so that the head of a long list is there at once. With `ties`
 * those that share the score of the k-th come, too. Rows stand episode by episode: the first
 * episode's begin at 0. False, and nothing to clear, when cancelled or out of memory. */
bool episodes_head(const struct episode_cut *cut, size_t k, bool ties,
                   struct episodes *episodes, const struct progress *progress,
                   struct status *status);

/* All episodes that have one of `rows` (n, in any order), with all their rows: for the rows
 * that a filter lets through. */
bool episodes_with(const struct episode_cut *cut, const uint32_t *rows, size_t n,
                   struct episodes *episodes, const struct progress *progress,
                   struct status *status);

/* Puts them in the order of their best rows, and keeps the first `k`. On failure they are
 * cleared. */
bool episodes_order(struct episodes *episodes, const struct table *table,
                    const struct row_order *order, size_t k, const struct progress *progress,
                    struct status *status);

#endif
