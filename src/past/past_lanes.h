/* past_lanes: four floats at once, in the compiler's own terms, so that every machine computes
 * the same bits. A part of past. */
#ifndef ODDHOURS_PAST_LANES_H
#define ODDHOURS_PAST_LANES_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LANES = 4 };

typedef float lanes __attribute__((vector_size(16)));
typedef int32_t lane_bits __attribute__((vector_size(16)));

static inline lanes lanes_load(const float *from)
{
    lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

static inline void lanes_store(float *to, lanes x)
{
    memcpy(to, &x, sizeof x);
}

static inline lanes lanes_of(float x)
{
    return (lanes){x, x, x, x};
}

static inline lanes lanes_pick(lane_bits mask, lanes yes, lanes no)
{
    return (lanes)((mask & (lane_bits)yes) | (~mask & (lane_bits)no));
}

/* The first where it is the larger, or is no number's opposite: NaN gives `b`. That is what the
 * instructions of x86 do, too. */
static inline lanes lanes_max(lanes a, lanes b)
{
#ifdef __SSE2__
    return (lanes)_mm_max_ps((__m128)a, (__m128)b);
#else
    return lanes_pick(a > b, a, b);
#endif
}

static inline lanes lanes_min(lanes a, lanes b)
{
#ifdef __SSE2__
    return (lanes)_mm_min_ps((__m128)a, (__m128)b);
#else
    return lanes_pick(a < b, a, b);
#endif
}

/* A bit for each lane that is true, the first the lowest. */
static inline unsigned lanes_where(lane_bits mask)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_ps((__m128)mask);
#else
    return (mask[0] & 1u) | (mask[1] & 2u) | (mask[2] & 4u) | (mask[3] & 8u);
#endif
}

/* 1 / sqrt(x) of a positive number to some six digits: two steps of Newton's method from the
 * well-known first guess. */
static inline lanes lanes_inverse_root(lanes x)
{
    lanes y = (lanes)(0x5f3759df - ((lane_bits)x >> 1));
    y *= 1.5f - 0.5f * x * y * y;
    return y * (1.5f - 0.5f * x * y * y);
}

/* 2^-x of 0 and more, to some three digits. */
static inline lanes lanes_half_to(lanes x)
{
    x = lanes_min(x, lanes_of(100));
    lane_bits whole = __builtin_convertvector(x, lane_bits);
    lanes rest = x - __builtin_convertvector(whole, lanes);
    lanes part = 1 - rest * (0.6716f - 0.1716f * rest);
    return part * (lanes)((127 - whole) << 23);
}

#endif
