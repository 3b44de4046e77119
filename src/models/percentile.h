/* percentile: numpy's percentile (method "linear") over values that count several times. */
#ifndef ODDHOURS_MODELS_PERCENTILE_H
#define ODDHOURS_MODELS_PERCENTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weighted {
    double value;
    uint32_t copies; /* at least 1 */
};

/* The percentile (0 <= percent <= 100) of the multiset in which value i stands copies[i] times:
 * what numpy gives for the spelled-out array, bit for bit. n is at least 1, no value is NaN. A
 * few passes over the values, whatever their order. */
double percentile_weighted(const struct weighted *values, size_t n, double percent);

/* The same when the values are float32: numpy 1.24 takes the difference of the two neighbours
 * in float, then goes on in double. */
double percentile_weighted_float(const struct weighted *values, size_t n, double percent);

/* The same of values[i], each copies[i] times. */
double percentile_counted(const double *values, const uint32_t *copies, size_t n,
                          double percent);

/* The percentile of -values[i], each copies[i] times; and when those are float32. */
double percentile_negated(const double *values, const uint32_t *copies, size_t n,
                          double percent);
double percentile_negated_float(const double *values, const uint32_t *copies, size_t n,
                                double percent);

#endif
