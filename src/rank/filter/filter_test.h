/* One term of a filter, put to the ids of what it is about. */
#ifndef ODDHOURS_RANK_FILTER_TEST_H
#define ODDHOURS_RANK_FILTER_TEST_H

#include "rank/filter/filter_plan.h"
#include "table/glob.h"

struct interval {
    double low, high; /* both included */
};

/* A term made ready: numbers as intervals, texts as patterns. */
struct filter_test {
    const struct filter_term *term;
    size_t n;
    struct interval *intervals; /* (n) */
    struct glob *globs;         /* (term->n_items) */
    struct rank_test ranks;     /* FILTER_RANK */
};

/* What ids a term is about: those of what it can be answered for once. */
enum filter_domain filter_domain_of(const struct filter_term *term,
                                    const struct filter_context *context);

/* On failure, too, the test is to be cleared. */
bool filter_test_make(struct filter_test *test, const struct filter_term *term,
                      const struct filter_context *context, struct status *status);
void filter_test_clear(struct filter_test *test);

/* The bits of ids first .. first + n - 1 (n at most 64) of the term's domain: 1 where it holds,
 * or, for ranks, where it holds for some row. Not for hooks. Higher bits are undefined. */
uint64_t filter_test_bits(const struct filter_test *test, const struct filter_context *context,
                          size_t first, size_t n);

#endif
