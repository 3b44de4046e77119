/* lof_twin: LOF in distinct form, row by row as the definition reads: no points, no trees,
 * weights by counting copies. For tests; cubic. */
#ifndef ODDHOURS_TESTS_UNIT_LOF_TWIN_H
#define ODDHOURS_TESTS_UNIT_LOF_TWIN_H

#include <stdbool.h>
#include <stddef.h>

struct lof_twin {
    size_t n, d, k;
    const float **x;          /* (n) sampled rows */
    double *k_distance, *lrd; /* (n) */
    double *others;           /* scratch (n) */
    bool *first;              /* (n) no row before is like it */
};

/* `take_rows`: the n sampled rows, of d coordinates each, which are borrowed. */
struct lof_twin *lof_twin_new(const float **take_rows, size_t n, size_t d, size_t k);
void lof_twin_free(struct lof_twin *twin);

/* LOF of x: as a row of the sample where there is one like it, else as a new point. */
double lof_twin_lof(const struct lof_twin *twin, const float *x);

#endif
