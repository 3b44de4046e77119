/* percentile: order statistics of values that count several times, without a sort. */
#ifndef ODDHOURS_BASE_PERCENTILE_H
#define ODDHOURS_BASE_PERCENTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The multiset in which value i stands copies[i] times. -0 is 0; NaNs come after all else. */
struct percentile_column {
    const double *values;   /* (n) */
    const uint32_t *copies; /* (n), or NULL: one each */
    size_t n;
    bool negated; /* of -values[i] instead */
};

/* The values at the positions ranks[i] (from 0, below the number of copies) in ascending order:
 * found[i] for each of `n` ranks. `room` is scratch: n * PERCENTILE_ROOM numbers. A few passes
 * over the column, whatever its order; nothing is moved. */
enum { PERCENTILE_ROOM = 1 << 11 };
void percentile_ranks(const struct percentile_column *column, const uint64_t *ranks, size_t n,
                      uint64_t *room, double *found);

/* numpy's percentile (method "linear", 0 <= percent <= 100) of the spelled-out array, bit for
 * bit. There is at least one copy, and no NaN. */
double percentile_of(const struct percentile_column *column, double percent);

/* The same when the values are float32: numpy 1.24 takes the difference of the two neighbours
 * in float, then goes on in double. */
double percentile_of_floats(const struct percentile_column *column, double percent);

/* Sorts `values` (n, no NaN) and gives their median: the mean of the two in the middle when n
 * is even; NaN when there are none. */
double percentile_median(double *values, size_t n);

/* What lies at `share` (0 to 1) between a and b, which are `difference` apart: numpy's _lerp,
 * from the nearer end. */
static inline double percentile_between(double a, double b, double difference, double share)
{
    return share >= 0.5 ? b - difference * (1 - share) : a + difference * share;
}

#endif
