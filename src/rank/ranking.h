/* ranking: profiles in the order of one score, and what follows from it for rows; or rows in
 * the order of a score of their own.
 *
 * Rank 1 is the most anomalous row; ties are broken by row_id. Where profiles have the scores,
 * only they are sorted; rows are expanded on demand, so a ranking of 42.9 million rows is a
 * sort of half a million numbers. Where rows have (row_score), all of them are: 4 bytes a row.
 *
 * What is sorted has an `id`: the profile, or the row (ranking_id()). Who asks by row need not
 * know which of the two it is: ranking_row_score(), ranking_row_share(), ranking_rank_of(),
 * ranking_rows(), and everything about scores, shares and ranks.
 */
#ifndef ODDHOURS_RANK_RANKING_H
#define ODDHOURS_RANK_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/reference.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/row_index.h"
#include "table/table.h"

struct ties;

struct ranking {
    size_t n_ids;           /* profiles, or rows */
    size_t n_scored;        /* ids with a score */
    size_t scored_rows;     /* rows of those */
    const double *score;    /* (n_ids) of profiles, borrowed; NaN: not scored */
    const float *row_score; /* (n_ids) of rows, borrowed; one of the two is NULL */
    uint32_t *order;        /* (n_scored) ids, score falling, then first row rising; NULL: of
                               rows, not sorted (ranking_new_unsorted()) */
    uint32_t *rows_above;   /* (n_scored + 1) rows of order[0 .. i-1]; NULL when each has one */
    struct ties *ties;      /* ranking_index_ties(); may be NULL */
    /* Among whose rows the shares are, borrowed; NULL: among these. Ranks are always of these.
     */
    const struct reference *reference;
};

/* Sorts. `score` (profiles->n) stays borrowed for the life of the ranking. NULL on failure. */
struct ranking *ranking_new(const double *score, const struct profiles *profiles,
                            struct parallel *parallel, struct status *status);

/* The same for rows with a score each (n_rows), which stays borrowed: half a second for 42.9
 * million with two threads. */
struct ranking *ranking_new_rows(const float *row_score, size_t n_rows,
                                 struct parallel *parallel, struct status *status);

/* The same without sorting, for who does not browse: 4 bytes a row and half a second less.
 * Scores, counts (ranking_above(), ranking_at_least(), ranking_rows_above()), shares and
 * percentiles are right, at some hundredths of a second each; lists of rows and ranks of single
 * ones ask for ranking_sort(), which does nothing where there is an order. False when memory
 * ran out. */
struct ranking *ranking_new_unsorted(const float *row_score, size_t n_rows,
                                     struct status *status);
bool ranking_sort(struct ranking *ranking, struct parallel *parallel, struct status *status);
void ranking_free(struct ranking *ranking);

/* What stands for a row in this ranking: its profile, or itself. `row_profile` is the table's.
 */
static inline size_t ranking_id(const struct ranking *ranking, const uint32_t *row_profile,
                                size_t row)
{
    return ranking->row_score != NULL ? row : row_profile[row];
}

/* The score of an id, and of a row; NaN: not scored. */
static inline double ranking_score(const struct ranking *ranking, size_t id)
{
    return ranking->row_score != NULL ? (double)ranking->row_score[id] : ranking->score[id];
}

static inline double ranking_row_score(const struct ranking *ranking,
                                       const uint32_t *row_profile, size_t row)
{
    return ranking_score(ranking, ranking_id(ranking, row_profile, row));
}

/* Makes ranking_rank_of() quick for rows of giant tie blocks, too: microseconds instead of some
 * 20 milliseconds in a block of half a million profiles. Costs one walk over the rows of such
 * blocks; most rankings have none. To be called before the ranking is shared between threads.
 * When cancelled or out of memory, ranks are right all the same. */
void ranking_index_ties(struct ranking *ranking, const struct row_index *index,
                        const struct progress *progress);

/* Rows of the first `position` ids in order. */
static inline size_t ranking_rows_above(const struct ranking *ranking, size_t position)
{
    return ranking->rows_above != NULL ? ranking->rows_above[position] : position;
}

/* Whether an id is among the first `end` in order, where a tie block ends. */
static inline bool ranking_within(const struct ranking *ranking, size_t id, size_t end)
{
    return end > 0 &&
           ranking_score(ranking, id) >= ranking_score(ranking, ranking->order[end - 1]);
}

/* The tie block of a scored id: the positions [first, last) in order that share its score,
 * `rows` rows in all, of which the best has rank `best_rank`. */
struct tie_block {
    size_t first, last;
    size_t rows;
    size_t best_rank; /* 1 is the most anomalous */
};
struct tie_block ranking_ties(const struct ranking *ranking, size_t id);

/* Where the tie block that `position` of order belongs to ends: its `last`. */
size_t ranking_block_end(const struct ranking *ranking, size_t position);

/* The share of scored rows (those of the reference, if there is one) with at least this id's,
 * or row's, score: 1 / 42,000 is "1 in 42,000". NaN when it has no score. */
double ranking_tail_share(const struct ranking *ranking, size_t id);
double ranking_row_share(const struct ranking *ranking, const uint32_t *row_profile,
                         size_t row);

/* Share of scored rows with a score of at least `score` (any number). */
double ranking_tail_share_of(const struct ranking *ranking, double score);

/* The score that `percent` (0..100) of scored rows lie below (p99.9 of the filter language):
 * numpy's linear percentile over rows. */
double ranking_percentile(const struct ranking *ranking, double percent);

/* How many of the first ids in order have a score strictly above `score`, or of at least
 * `score`: positions in order, and ranking_rows_above() of that is the number of their rows. */
size_t ranking_above(const struct ranking *ranking, double score);
size_t ranking_at_least(const struct ranking *ranking, double score);

/* The position in order of the id that holds rank `rank` of 1 .. scored_rows, tie blocks
 * not merged: it has less than `rank` rows above it, and with its own at least so many. */
size_t ranking_position(const struct ranking *ranking, size_t rank);

/* Rows from rank `from` (1 is the first) on, at most `count`, into rows; returns how many.
 * `index` is the table's row_profile index (not looked at where rows have the scores). Ties
 * come out by row_id. */
size_t ranking_rows(const struct ranking *ranking, const struct row_index *index, size_t from,
                    size_t count, uint32_t *rows, struct status *status);

/* The rank of one row (its tie block is searched by row_id); 0 when not scored. */
size_t ranking_rank_of(const struct ranking *ranking, const struct row_index *index,
                       const uint32_t *row_profile, size_t row);

/* The same two in the opposite direction: position 1 is the least anomalous row. Rows of a tie
 * block are by row_id here, too, so this is not the list above read backwards. */
size_t ranking_rows_rising(const struct ranking *ranking, const struct row_index *index,
                           size_t from, size_t count, uint32_t *rows, struct status *status);
size_t ranking_rising_rank_of(const struct ranking *ranking, const struct row_index *index,
                              const uint32_t *row_profile, size_t row);

#endif
