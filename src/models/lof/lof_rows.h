/* lof_rows: nearest rows of the sample exactly as scikit-learn's LocalOutlierFactor finds them.
 */
#ifndef ODDHOURS_MODELS_LOF_ROWS_H
#define ODDHOURS_MODELS_LOF_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/detector.h"
#include "models/kdtree/kdtree.h"
#include "models/lof/lof_points.h"

struct lof_rows;

/* `k` is the number of neighbours as asked for: the library takes its k-d tree when k is below
 * half the rows and there are at most 15 features, and compares all pairs otherwise. `points`,
 * which must have x and of_row, is borrowed for the life of the result. */
struct lof_rows *lof_rows_new(const struct lof_points *points, size_t k,
                              struct parallel *parallel, const struct progress *progress,
                              struct status *status);
void lof_rows_free(struct lof_rows *rows);

/* The `k` rows nearest to x (d), x itself included when it is one: hits->point are positions in
 * the sample, in the library's order. k is at most the rows there are. */
bool lof_rows_query(const struct lof_rows *rows, const float *x, size_t k,
                    struct kdtree_hits *hits, struct status *status);

/* The point that a position in the sample has. */
uint32_t lof_rows_point(const struct lof_rows *rows, size_t position);

/* Whether distances are those of the coordinates, so that they can be computed again from them;
 * comparing all pairs the library rounds them. */
bool lof_rows_exact(const struct lof_rows *rows);

/* "kd_tree" or "brute": how the library searches these points, in its words. */
const char *lof_rows_method(const struct lof_points *points, size_t k);

#endif
