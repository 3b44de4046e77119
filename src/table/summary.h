/* summary: pandas' describe() of one column, with each value counted as often as it has copies.
 */
#ifndef ODDHOURS_TABLE_SUMMARY_H
#define ODDHOURS_TABLE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct summary {
    uint64_t count; /* rows; NaNs are not counted */
    double mean;
    double std;                     /* with count - 1; NaN for fewer than two rows */
    double min, q25, q50, q75, max; /* quartiles interpolated linearly; NaN without rows */
};

/* Summarises `n` values, `stride` doubles apart, with `copies` (n; NULL: one each). Quartiles
 * are exact. Time is linear; memory 8 n bytes and a few MB. False without memory. */
bool summary_of(const double *values, size_t stride, const uint32_t *copies, size_t n,
                struct summary *summary, struct status *status);

#endif
