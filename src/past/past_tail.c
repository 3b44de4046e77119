#include "past/past_tail.h"

#include <math.h>

/* The continued fraction of the incomplete beta function, by Lentz's method (Press et al.,
 * Numerical Recipes, 6.4). */
static double beta_fraction(double a, double b, double x)
{
    enum { TERMS = 10000 };
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) > tiny ? d : tiny);
    double fraction = d;
    for (int m = 1; m <= TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double steps[2] = {even, odd};
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + steps[i] * d;
            d = 1 / (fabs(d) > tiny ? d : tiny);
            c = 1 + steps[i] / c;
            c = fabs(c) > tiny ? c : tiny;
            change = c * d;
            fraction *= change;
        }
        if (fabs(change - 1) < 1e-15) {
            break;
        }
    }
    return fraction;
}

double past_student(double t, double freedom)
{
    double a = freedom / 2, b = 0.5;
    double x = freedom / (freedom + t * t);
    double power = a * log(x) + b * (2 * log(fabs(t)) - log(freedom + t * t)) -
                   (lgamma(a) + lgamma(b) - lgamma(a + b));
    double tail; /* of both sides */
    if (t == 0) {
        tail = 1;
    } else if (x < (a + 1) / (a + b + 2)) {
        if (t > 0) {
            return -(power + log(beta_fraction(a, b, x) / a) - M_LN2) / M_LN10;
        }
        tail = exp(power) * beta_fraction(a, b, x) / a;
    } else {
        tail = 1 - exp(power) * beta_fraction(b, a, 1 - x) / b;
    }
    return -log10(t >= 0 ? tail / 2 : 1 - tail / 2);
}

void past_edges_student(float edges[PAST_EDGES])
{
    for (int i = 0; i < PAST_EDGES; i++) {
        edges[i] = (float)past_student((double)PAST_LEAST + (double)i / PAST_BINS_A_UNIT, 5);
    }
}

void past_edges(const uint32_t counts[PAST_BINS], uint64_t n, const float before[PAST_EDGES],
                float edges[PAST_EDGES])
{
    enum { ENOUGH = 10 }; /* fewer say nothing of a share */
    const double trust = (double)n / ((double)n + 200);
    const double all = (double)n + 1;
    uint64_t beyond = 0;
    double start = NAN;    /* of the power law: where ENOUGH are beyond */
    int first = PAST_BINS; /* edges from here on are extrapolated */
    for (int bin = PAST_BINS - 1; bin >= 0 && isnan(start); bin--) {
        if (beyond + counts[bin] >= ENOUGH) {
            double missing = (double)(ENOUGH - beyond) / counts[bin];
            start = (double)PAST_LEAST + (bin + 1 - missing) / PAST_BINS_A_UNIT;
            first = bin + 1;
        }
        beyond += isnan(start) ? counts[bin] : 0;
    }
    start = start > 1 ? start : 1; /* NaN, too */
    uint64_t tail = 0;
    for (int i = PAST_BINS; i >= 0; i--) {
        tail += i < PAST_BINS ? counts[i] : 0;
        double t = (double)PAST_LEAST + (double)i / PAST_BINS_A_UNIT, seen;
        if (i >= first) {
            seen = log10(all / (ENOUGH + 1)) + 4 * log10(t > start ? t / start : 1);
        } else {
            seen = log10(all / ((double)tail + 1));
        }
        seen = seen > 0 ? seen : 0;
        edges[i] = (float)(trust * seen + (1 - trust) * (double)before[i]);
    }
}
