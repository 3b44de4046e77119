/* order: ids sorted by a double, quickly: doubles are sorted as integers, digit by digit. */
#ifndef ODDHOURS_RANK_ORDER_H
#define ODDHOURS_RANK_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/parallel.h"
#include "base/status.h"

/* Writes the ids 0 .. n-1 (n below 2^32) into order (n), sorted by value[id * stride], falling
 * or rising; equal values (0 and -0 are equal) by rising id. NaN values are left out.
 * `*n_ordered` is how many ids were written. Needs 16 bytes an id while it works. False when
 * memory ran out. */
bool order_doubles(const double *value, size_t stride, size_t n, bool falling, uint32_t *order,
                   size_t *n_ordered, struct status *status);

/* A number that is the smaller the larger the float is; equal for equal ones (0 and -0 too). No
 * float but NaN has UINT32_MAX. */
static inline uint32_t order_falling_float(float value)
{
    uint32_t bits;
    value += 0.0F; /* makes 0 of -0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 != 0 ? bits : ~(bits | UINT32_C(1) << 31);
}

/* The same for one float a row, falling: 42.9 million rows take half a second with two threads,
 * and next to no memory beside `order` (n). The same order for any number of threads. */
bool order_floats(const float *value, size_t n, struct parallel *parallel, uint32_t *order,
                  size_t *n_ordered, struct status *status);

/* Sorts (n) numbers by their bits `low` and above (0: by all 64), stable. `spare` (n) is
 * scratch memory. */
void order_u64(uint64_t *keys, uint64_t *spare, size_t n, unsigned low);

/* Sorts (n) numbers; `spare` (n) is scratch memory. */
void order_u32(uint32_t *keys, uint32_t *spare, size_t n);

#endif
