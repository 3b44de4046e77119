/* draw: random numbers of the generator, in integers only, so that every machine draws the
 * same.
 *
 * Normal deviates are whole numbers in units of 1/1024.
 */
#ifndef ODDHOURS_DATA_DRAW_H
#define ODDHOURS_DATA_DRAW_H

#include <stdint.h>

enum { NORMAL_ONE = 1024 };

struct draw {
    uint64_t state;
};

/* A stream of its own for each (seed, number): hours do not depend on each other. */
static inline struct draw draw_stream(uint64_t seed, uint64_t number)
{
    return (struct draw){seed * UINT64_C(0xd1342543de82ef95) +
                         number * UINT64_C(0x2545f4914f6cdd1d) + UINT64_C(0x632be59bd9b4e019)};
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t draw_bits(struct draw *draw)
{
    draw->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = draw->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 .. n - 1 (0 for n 0). */
static inline uint32_t draw_below(struct draw *draw, uint32_t n)
{
    return (uint32_t)(((draw_bits(draw) >> 32) * n) >> 32);
}

/* The smaller of two draws below n: small numbers are more common. */
static inline uint32_t draw_small(struct draw *draw, uint32_t n)
{
    uint32_t a = draw_below(draw, n), b = draw_below(draw, n);
    return a < b ? a : b;
}

/* The standard normal quantile of (bits + 1/2) / 2^64, for 64 uniform bits: a normal deviate.
 */
int32_t draw_quantile(uint64_t bits);

static inline int32_t draw_normal(struct draw *draw)
{
    return draw_quantile(draw_bits(draw));
}

#endif
