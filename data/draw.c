#include "draw.h"

#include <stddef.h>

/* |z| that a normal deviate exceeds with probability 2^-k, in 1/1024. */
static const int32_t half_normal[] = {
    0,    691,  1178, 1571, 1907, 2206, 2476, 2724, 2955, 3172, 3376, 3571, 3756, 3934, 4105,
    4270, 4429, 4583, 4732, 4877, 5019, 5156, 5291, 5422, 5550, 5676, 5799, 5919, 6037, 6154};

enum { OCTAVES = sizeof half_normal / sizeof half_normal[0] - 1 };

int32_t draw_quantile(uint64_t bits)
{
    /* The top bit is the sign, the rest the share beyond |z|. Between two powers of two the
     * quantile is taken as straight. */
    int sign = bits >> 63 != 0 ? 1 : -1;
    uint64_t share = sign > 0 ? ~(bits << 1) : bits << 1;
    int octave = share == 0 ? OCTAVES - 1 : __builtin_clzll(share);
    if (octave >= OCTAVES) {
        octave = OCTAVES - 1;
    }
    int32_t within = (int32_t)((share << octave) >> 53 & 1023); /* 0: the rare end */
    int32_t rare = half_normal[octave + 1], common = half_normal[octave];
    return sign * (rare - (rare - common) * within / 1024);
}
