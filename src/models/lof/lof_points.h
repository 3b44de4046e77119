/* lof_points: the rows that LOF is fitted on, and the distinct points they make.
 *
 * A point is a distinct vector of scaled features, rounded to float, with the number of its
 * copies among the sampled rows. Two profiles of different values may round to one point.
 */
#ifndef ODDHOURS_MODELS_LOF_POINTS_H
#define ODDHOURS_MODELS_LOF_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "models/detector.h"

enum { LOF_NO_POINT = UINT32_MAX };

struct lof_points {
    size_t d;
    size_t n_rows;  /* sampled */
    uint32_t *rows; /* (n_rows) row ids in the order drawn; NULL: all rows, in file order */

    size_t
        n; /* distinct points: in lexicographic order of their coordinates, until renumbered */
    float *x;         /* (n, d) never -0; NULL when a tree has them */
    uint32_t *copies; /* (n) sampled rows */
    uint32_t *first;  /* (n) rises in the order in which points appear in the table: the order
                       * of points that are equally far */
    uint32_t *of_row; /* (n_rows) the point of each sampled row; NULL unless mapped */

    /* While fitting; lof_points_detach() ends it. */
    size_t n_profiles;  /* that have a sampled row */
    uint32_t *profiles; /* (n_profiles) ascending */
    uint32_t *point_of; /* (n_profiles) */
};

/* Draws the sample (`size` rows; all when 0 or when there are not more) as numpy's
 * RandomState(seed).choice does, and finds its points. False when out of memory or cancelled;
 * lof_points_clear() in any case. */
bool lof_points_find(struct lof_points *points, const struct detector_data *data, size_t size,
                     const struct progress *progress, struct status *status);
void lof_points_clear(struct lof_points *points);

/* The sampled row at position i of the sample. */
static inline size_t lof_points_row(const struct lof_points *points, size_t i)
{
    return points->rows != NULL ? points->rows[i] : i;
}

/* Fills of_row, while the points still know their profiles. */
bool lof_points_map_rows(struct lof_points *points, const struct table *table,
                         struct status *status);

/* Forgets the profiles of the table: from now on a point is its coordinates. */
void lof_points_detach(struct lof_points *points);

/* The points in lexicographic order of x: (n), freed with free(); NULL on failure. */
uint32_t *lof_points_order(const struct lof_points *points, struct status *status);

/* A copy of x (n, d) in which point order[i] is the one at i. NULL on failure. */
float *lof_points_permuted(const struct lof_points *points, const uint32_t *order,
                           struct status *status);

/* Gives points new numbers: the point order[i] becomes point i. */
bool lof_points_renumber(struct lof_points *points, const uint32_t *order,
                         struct status *status);

#endif
