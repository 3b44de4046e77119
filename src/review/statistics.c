#include "review/statistics.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* The thread-safe log gamma: lgamma() itself writes a global. */
static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* The continued fraction of DLMF 8.17.22 by Lentz's method; converges for
 * x < (a + 1) / (a + b + 2) in about sqrt(max(a, b)) steps. */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double c = 1, value = d;
    for (int m = 1; m < 1000000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double step[2] = {even, odd};
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + step[i] * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + step[i] / c;
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1) < 2 * DBL_EPSILON) {
            break;
        }
    }
    return value;
}

double beta_cumulative(double a, double b, double x)
{
    if (x <= 0) {
        return 0;
    }
    if (x >= 1) {
        return 1;
    }
    double log_front =
        log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x);
    if (x < (a + 1) / (a + b + 2)) {
        return exp(log_front) * beta_fraction(a, b, x) / a;
    }
    return 1 - exp(log_front) * beta_fraction(b, a, 1 - x) / b;
}

/* Bisection: 1100 halvings reach every double, and the loop ends when no double is left between
 * the two sides. */
double beta_quantile(double a, double b, double p)
{
    if (p <= 0) {
        return 0;
    }
    if (p >= 1) {
        return 1;
    }
    double low = 0, high = 1;
    for (int i = 0; i < 1100; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        if (beta_cumulative(a, b, middle) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

double normal_quantile(double p)
{
    if (p > 0.5) { /* the lower tail has the digits */
        return -normal_quantile(1 - p);
    }
    double low = -40, high = 0.5;
    for (int i = 0; i < 200; i++) {
        double middle = low + (high - low) / 2;
        if (0.5 * erfc(-middle / sqrt(2)) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

double binomial_cumulative(size_t x, size_t n, double p)
{
    if (x >= n) {
        return 1;
    }
    return beta_cumulative((double)(n - x), (double)x + 1, 1 - p);
}

static double log_choose(size_t n, size_t k)
{
    return log_gamma((double)n + 1) - log_gamma((double)k + 1) - log_gamma((double)(n - k) + 1);
}

double hypergeometric_cumulative(size_t x, size_t population, size_t hits, size_t drawn)
{
    size_t misses = population - hits;
    size_t least = drawn > misses ? drawn - misses : 0;
    size_t most = drawn < hits ? drawn : hits;
    if (x < least) {
        return 0;
    }
    if (x >= most) {
        return 1;
    }
    double all = log_choose(population, drawn), sum = 0;
    for (size_t i = least; i <= x; i++) {
        sum += exp(log_choose(hits, i) + log_choose(misses, drawn - i) - all);
    }
    return sum < 1 ? sum : 1;
}

struct interval interval_wilson(double x, double n, double confidence)
{
    if (!(n > 0)) {
        return (struct interval){0, 1};
    }
    double z = normal_quantile(0.5 + confidence / 2), zz = z * z;
    double centre = (x + zz / 2) / (n + zz);
    double half = z * sqrt(x * (n - x) / n + zz / 4) / (n + zz);
    struct interval result = {centre - half, centre + half};
    if (x <= 0 || result.low < 0) {
        result.low = 0;
    }
    if (x >= n || result.high > 1) {
        result.high = 1;
    }
    return result;
}

struct interval interval_clopper_pearson(double x, double n, double confidence)
{
    struct interval result = {0, 1};
    if (!(n > 0)) {
        return result;
    }
    double tail = (1 - confidence) / 2;
    if (x > 0) {
        result.low = beta_quantile(x, n - x + 1, tail);
    }
    if (x < n) {
        result.high = beta_quantile(x + 1, n - x, 1 - tail);
    }
    return result;
}

struct interval interval_hypergeometric(size_t x, size_t drawn, size_t population,
                                        double confidence)
{
    double tail = (1 - confidence) / 2;
    size_t least = x, most = population - (drawn - x);
    /* The upper bound is the largest M that leaves P(X <= x) above the tail; P falls with M. */
    size_t low = least, high = most;
    while (low < high) {
        size_t middle = high - (high - low) / 2;
        if (hypergeometric_cumulative(x, population, middle, drawn) > tail) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    struct interval result = {.high = (double)low};
    /* The lower bound is the smallest M that leaves P(X >= x) above the tail. */
    low = least;
    high = most;
    while (x > 0 && low < high) {
        size_t middle = low + (high - low) / 2;
        if (1 - hypergeometric_cumulative(x - 1, population, middle, drawn) > tail) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    result.low = (double)low;
    return result;
}

/* Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969), formula 13. */
static double kappa_error(const size_t counts[AGREEMENT_CATEGORIES][AGREEMENT_CATEGORIES],
                          const double rows[AGREEMENT_CATEGORIES],
                          const double columns[AGREEMENT_CATEGORIES],
                          const struct agreement *agreement)
{
    double n = (double)agreement->n, rest = 1 - agreement->expected;
    double kappa = agreement->kappa, sum = 0;
    for (size_t i = 0; i < AGREEMENT_CATEGORIES; i++) {
        for (size_t j = 0; j < AGREEMENT_CATEGORIES; j++) {
            double share = (double)counts[i][j] / n;
            double term = i == j ? 1 - (rows[i] + columns[i]) * (1 - kappa)
                                 : (1 - kappa) * (columns[i] + rows[j]);
            sum += share * term * term;
        }
    }
    double last = kappa - agreement->expected * (1 - kappa);
    double variance = (sum - last * last) / (n * rest * rest);
    return variance > 0 ? sqrt(variance) : 0;
}

struct agreement agreement_kappa(
    const size_t counts[AGREEMENT_CATEGORIES][AGREEMENT_CATEGORIES], double confidence)
{
    struct agreement result = {0, NAN, NAN, NAN, NAN, {-1, 1}};
    double rows[AGREEMENT_CATEGORIES] = {0}, columns[AGREEMENT_CATEGORIES] = {0};
    for (size_t i = 0; i < AGREEMENT_CATEGORIES; i++) {
        for (size_t j = 0; j < AGREEMENT_CATEGORIES; j++) {
            result.n += counts[i][j];
        }
    }
    if (result.n == 0) {
        return result;
    }
    double n = (double)result.n;
    result.observed = result.expected = 0;
    for (size_t i = 0; i < AGREEMENT_CATEGORIES; i++) {
        for (size_t j = 0; j < AGREEMENT_CATEGORIES; j++) {
            rows[i] += (double)counts[i][j] / n;
            columns[j] += (double)counts[i][j] / n;
        }
        result.observed += (double)counts[i][i] / n;
    }
    for (size_t i = 0; i < AGREEMENT_CATEGORIES; i++) {
        result.expected += rows[i] * columns[i];
    }
    if (1 - result.expected <= 1e-12) {
        return result;
    }
    result.kappa = (result.observed - result.expected) / (1 - result.expected);
    result.error = kappa_error(counts, rows, columns, &result);
    double half = normal_quantile(0.5 + confidence / 2) * result.error;
    bool spread = result.error > 1e-7;
    result.interval.low = spread ? fmax(-1, result.kappa - half) : NAN;
    result.interval.high = spread ? fmin(1, result.kappa + half) : NAN;
    return result;
}

double mcnemar_exact(size_t b, size_t c)
{
    size_t n = b + c, smaller = b < c ? b : c;
    if (n == 0) {
        return 1;
    }
    double p = 2 * binomial_cumulative(smaller, n, 0.5);
    return p < 1 ? p : 1;
}
