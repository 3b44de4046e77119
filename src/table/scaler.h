/* scaler: StandardScaler as scikit-learn computes it, bit for bit, over rows in file order. */
#ifndef ODDHOURS_TABLE_SCALER_H
#define ODDHOURS_TABLE_SCALER_H

#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

struct scaler {
    size_t d;
    double *mean;  /* (d) */
    double *var;   /* (d) population variance, ddof 0 */
    double *scale; /* (d) square root of var; 1 for a (nearly) constant column */
};

/* Two passes over the rows of `table`; progress in rows (2 n_rows in all). */
struct scaler *scaler_fit(const struct table *table, struct parallel *parallel,
                          const struct progress *progress, struct status *status);
/* A scaler with d columns, all zero, to be filled in (a saved run). NULL on failure. */
struct scaler *scaler_new(size_t d, struct status *status);

void scaler_free(struct scaler *scaler);

/* (value - mean) / scale in double: the notebook's scaled value. */
static inline double scaler_apply(const struct scaler *scaler, size_t feature, double value)
{
    return (value - scaler->mean[feature]) / scaler->scale[feature];
}

/* The scaled profiles rounded to float: (profiles.n, d) row-major, 64-byte aligned; the caller
 * frees it with free(). NULL on failure. */
float *scaler_transform(const struct scaler *scaler, const struct table *table,
                        struct parallel *parallel, struct status *status);

#endif
