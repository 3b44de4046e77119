/* sortable: a double as a whole number that sorts as the double does. */
#ifndef ODDHOURS_BASE_SORTABLE_H
#define ODDHOURS_BASE_SORTABLE_H

#include <stdint.h>
#include <string.h>

/* -0 comes before 0: add 0.0 where they are to be one. NaN stands beyond the infinities, on the
 * side of its sign. */
static inline uint64_t sortable_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 63) != 0 ? UINT64_MAX : UINT64_C(1) << 63);
}

/* The double that sortable_bits() made `bits` of. */
static inline double sortable_double(uint64_t bits)
{
    double value;
    bits ^= (bits >> 63) != 0 ? UINT64_C(1) << 63 : UINT64_MAX;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
