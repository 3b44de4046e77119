#include "review/precision.h"

#include <math.h>

static size_t decided(const struct stratum *stratum)
{
    return stratum->sample.tp + stratum->sample.fp;
}

/* The certain and the guaranteed bounds, which exist for any sample. */
static void bounds(struct stratified *s, const struct stratum *strata, size_t n)
{
    double tp = 0, fp = 0, low = 0, high = 0;
    double level = 1 - (1 - PRECISION_CONFIDENCE) / (double)n; /* Bonferroni */
    for (size_t i = 0; i < n; i++) {
        struct interval exact = interval_hypergeometric(
            strata[i].sample.tp, decided(&strata[i]), strata[i].rows, level);
        low += exact.low;
        high += exact.high;
        tp += (double)strata[i].sample.tp;
        fp += (double)strata[i].sample.fp;
        s->rows += strata[i].rows;
        s->decided += decided(&strata[i]);
    }
    if (s->rows > 0) {
        double all = (double)s->rows;
        s->low = tp / all;
        s->high = 1 - fp / all;
        s->exact = (struct interval){low / all, high / all};
    }
}

struct stratified precision_stratified(const struct stratum *strata, size_t n)
{
    struct stratified s = {
        .estimate = NAN, .error = NAN, .high = 1, .interval = {0, 1}, .exact = {0, 1}};
    if (n > 0) {
        bounds(&s, strata, n);
    }
    double sum = 0, variance = 0, below = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        double size = (double)strata[i].rows, drawn = (double)decided(&strata[i]);
        if (strata[i].rows == 0) {
            continue;
        }
        if (!(drawn > 0)) {
            s.interval = (struct interval){s.low, s.high};
            return s;
        }
        double weight = size / (double)s.rows, rest = 1 - drawn / size;
        double share = (double)strata[i].sample.tp / drawn;
        struct interval exact = interval_hypergeometric(
            strata[i].sample.tp, decided(&strata[i]), strata[i].rows, PRECISION_CONFIDENCE);
        sum += weight * share;
        below += pow(weight * (share - exact.low / size), 2);
        above += pow(weight * (exact.high / size - share), 2);
        /* One row says nothing of the spread: then the most it can be. */
        variance +=
            weight * weight * rest * (drawn > 1 ? share * (1 - share) / (drawn - 1) : 0.25);
    }
    if (s.rows > 0) {
        s.estimate = sum;
        s.error = sqrt(variance);
        s.interval.low = fmax(sum - sqrt(below), s.low);
        s.interval.high = fmin(sum + sqrt(above), s.high);
    }
    return s;
}
