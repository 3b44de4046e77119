/* past_tail: how far out a value lies, in decades of rarity (3 is 1 in 1,000). A part of past.
 */
#ifndef ODDHOURS_PAST_TAIL_H
#define ODDHOURS_PAST_TAIL_H

#include <stddef.h>
#include <stdint.h>

/* -log10 P(T >= t) of Student's t with `freedom` degrees (above 0, may be broken), from the
 * incomplete beta function by its continued fraction; small tails keep their digits. */
double past_student(double t, double freedom);

/* A statistic is counted in bins a quarter wide, from -10 to 40; at their PAST_EDGES edges
 * stands how rare it is to be there or beyond. */
enum { PAST_BINS = 200, PAST_EDGES = PAST_BINS + 1, PAST_BINS_A_UNIT = 4 };
#define PAST_LEAST (-10.0f)

static inline float past_bin_of(float t)
{
    float at = (t - PAST_LEAST) * PAST_BINS_A_UNIT;
    at = at > 0 ? at : 0; /* and NaN */
    return at < PAST_BINS - 0.01f ? at : PAST_BINS - 0.01f;
}

/* Decades at a position among the bins (past_bin_of), between the edges by a straight line. */
static inline float past_between(const float edges[PAST_EDGES], float at)
{
    uint32_t bin = (uint32_t)at;
    return edges[bin] + (at - (float)bin) * (edges[bin + 1] - edges[bin]);
}

/* Decades at the edges from `n` counted statistics: the share at or beyond while at least ten
 * are; further out a power law, the fourth power of the distance. What is seen weighs
 * n / (n + 200) against `before`, what is thought before anything was seen. */
void past_edges(const uint32_t counts[PAST_BINS], uint64_t n, const float before[PAST_EDGES],
                float edges[PAST_EDGES]);

/* The same of a Student's t with five degrees: what is thought before. */
void past_edges_student(float edges[PAST_EDGES]);

#endif
