/* statistics: the distributions and intervals that a review needs, from their definitions.
 *
 * Pure functions of numbers. Intervals are two-sided at `confidence` (0.95 unless one asks),
 * and a proportion without a trial has the interval 0 to 1.
 */
#ifndef ODDHOURS_REVIEW_STATISTICS_H
#define ODDHOURS_REVIEW_STATISTICS_H

#include <stddef.h>

struct interval {
    double low, high;
};

/* The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1
 * (DLMF 8.17, by the continued fraction 8.17.22). */
double beta_cumulative(double a, double b, double x);

/* The x with I_x(a, b) = p. */
double beta_quantile(double a, double b, double p);

/* The u with Phi(u) = p for the standard normal distribution, 0 < p < 1. */
double normal_quantile(double p);

/* P(X <= x) for X ~ Binomial(n, p). */
double binomial_cumulative(size_t x, size_t n, double p);

/* P(X <= x) where `drawn` of `population` rows, of which `hits` are positive, are drawn without
 * replacement and X of them are positive. */
double hypergeometric_cumulative(size_t x, size_t population, size_t hits, size_t drawn);

/* Wilson's score interval (JASA 22, 1927) of a proportion of `x` in `n`. The numbers may be
 * fractional (an effective sample size). */
struct interval interval_wilson(double x, double n, double confidence);

/* Clopper and Pearson's exact interval (Biometrika 26, 1934), by beta quantiles; also for a
 * fractional effective sample size. */
struct interval interval_clopper_pearson(double x, double n, double confidence);

/* Exact bounds, as counts, for the positives in a `population` of which `drawn` were looked at
 * and `x` were positive: all numbers that two one-sided tests at (1 - confidence) / 2 do not
 * reject. Never outside what is certain: x to population - (drawn - x). */
struct interval interval_hypergeometric(size_t x, size_t drawn, size_t population,
                                        double confidence);

enum { AGREEMENT_CATEGORIES = 3 };

/* Agreement of two series of judgements. */
struct agreement {
    size_t n;        /* pairs */
    double observed; /* share of pairs that are equal; NaN without pairs */
    double expected; /* the share expected by chance, from the margins */
    double kappa;    /* Cohen 1960; NaN when only one category was used by both */
    double error;    /* large-sample standard error (Fleiss, Cohen, Everitt 1969) */
    /* kappa +- quantile * error, cut to -1..1; NaN when the pairs show no spread (all agree),
     * of which the large-sample error can say nothing. */
    struct interval interval;
};

/* counts[i][j]: pairs where the first said i and the second j. */
struct agreement agreement_kappa(
    const size_t counts[AGREEMENT_CATEGORIES][AGREEMENT_CATEGORIES], double confidence);

/* McNemar's exact two-sided p value from the two numbers of discordant pairs: twice the smaller
 * tail of Binomial(b + c, 1/2), at most 1; 1 without discordant pairs. */
double mcnemar_exact(size_t b, size_t c);

#endif
