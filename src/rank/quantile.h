/* quantile: percentiles over rows, from values in order and the number of rows that have them;
 * and the position of a value among all rows. Thresholds of detectors, which come before any
 * order, are base/percentile's. */
#ifndef ODDHOURS_RANK_QUANTILE_H
#define ODDHOURS_RANK_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/status.h"
#include "table/table.h"

/* The i with cumulative[i] <= position < cumulative[i + 1]; cumulative (n + 1) rises from 0 and
 * position is below cumulative[n]. */
size_t quantile_position(const uint32_t *cumulative, size_t n, size_t position);

/* numpy's percentile, method linear, of `n` values of which `value(context, i)` is the one at
 * position i in rising order; at most two are asked for. percent is cut to 0..100; NaN when n
 * is 0 or percent is NaN. */
typedef double quantile_value(const void *context, size_t position);
double quantile_linear(quantile_value *value, const void *context, size_t n, double percent);

/* The same of one feature over the rows of a table, without an order; NaN without rows. False
 * when memory ran out. */
bool profiles_percentile(const struct profiles *profiles, size_t feature, double percent,
                         double *result, struct status *status);

/* Every feature of a table in rising order, to place a value among all rows by bisection. */
struct feature_order {
    size_t n_rows, d;
    struct feature_values {
        size_t n;             /* distinct values */
        double *values;       /* (n) rising */
        uint32_t *rows_below; /* (n + 1) rows with a smaller value than values[i] */
    } * features;             /* (d) */
};

/* Built once per table: d sorts of its profiles, in parallel. NULL on failure. */
struct feature_order *feature_order_new(const struct profiles *profiles,
                                        struct parallel *parallel, struct status *status);
void feature_order_free(struct feature_order *order);

/* Rows whose value of `feature` is below `value`, and rows whose value is at least that ("1 in
 * n_rows / at_least"). */
size_t feature_rows_below(const struct feature_order *order, size_t feature, double value);
size_t feature_rows_at_least(const struct feature_order *order, size_t feature, double value);

/* Percent of rows whose value is below: "own value is at p99.98". */
double feature_percentile_of(const struct feature_order *order, size_t feature, double value);

/* The value at `percent` over rows: numpy's linear percentile. */
double feature_percentile(const struct feature_order *order, size_t feature, double percent);

#endif
