/* overlap: how far the heads of several rankings agree, by row.
 *
 * A head is the K most anomalous rows; a tie block that K cuts is cut by row_id, as
 * ranking_rows() lists it. Where all rankings are of profiles everything is counted by profile,
 * so a million rows of 42.9 million take milliseconds while rows repeat; else by row.
 */
#ifndef ODDHOURS_RANK_OVERLAP_H
#define ODDHOURS_RANK_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "rank/ranking.h"
#include "table/row_index.h"
#include "table/table.h"

enum { OVERLAP_MAX = 16 /* rankings at once */ };

/* The K first rows of a ranking: all of the ids at positions [0, whole), and of those at
 * [whole, touched) the rows up to `cut`. */
struct head {
    const struct ranking *ranking;
    size_t rows; /* K, or all scored rows if they are fewer */
    size_t whole, touched;
    uint32_t cut;
};
bool head_new(struct head *head, const struct ranking *ranking, const struct row_index *index,
              size_t k, struct status *status);

/* Whether a row, of that profile, is in it. */
static inline bool head_holds(const struct head *head, size_t profile, size_t row)
{
    return ranking_within(head->ranking, head->ranking->row_score != NULL ? row : profile,
                          row <= head->cut ? head->touched : head->whole);
}

/* Rows that are in at least `least` of the heads (n), ascending, `*count` of them: 1 is the
 * union, n the consensus, more none. The caller frees them. NULL when memory ran out. */
uint32_t *heads_rows(const struct head *heads, size_t n, size_t least,
                     const struct row_index *index, size_t *count, struct status *status);

/* The overlap of n rankings at one K. */
struct overlap {
    size_t k, n;
    size_t rows[OVERLAP_MAX];                /* of each head */
    size_t common[OVERLAP_MAX][OVERLAP_MAX]; /* rows that two heads share */
    size_t in_all, in_any;
};
bool overlap_at(struct overlap *overlap, const struct ranking *const *rankings, size_t n,
                const struct row_index *index, size_t k, struct status *status);

/* Shared rows per row of the union, of a pair or of all: 0 to 1; NaN when both are empty. */
double overlap_jaccard(const struct overlap *overlap, size_t a, size_t b);
double overlap_jaccard_all(const struct overlap *overlap);

/* Values of K for a curve: 1, 2, 3, 5, 7, 10, 20, ... up to and with `most`, into ks (at most
 * `room` of them, 64 suffice); returns how many. */
size_t overlap_steps(size_t most, size_t *ks, size_t room);

/* overlap_at() for each of ks (n_ks) into points (n_ks). Progress in points. */
bool overlap_curve(struct overlap *points, const struct ranking *const *rankings, size_t n,
                   const struct row_index *index, const size_t *ks, size_t n_ks,
                   const struct progress *progress, struct status *status);

/* Mean of each feature over the given rows (n), and over all rows, into means (d). NaN for no
 * rows. */
void rows_mean(const struct table *table, const uint32_t *rows, size_t n, double *means);
void table_mean(const struct table *table, double *means);

#endif
