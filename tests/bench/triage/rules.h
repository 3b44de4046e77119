/* rules: what own past was chosen from. Every rule scores all rows of a labelled table.
 *
 * They see only earlier windows of an account, but the moments and distributions of everybody
 * and of a kind over the whole table, which own past may not: to their advantage. */
#ifndef ODDHOURS_BENCH_RULES_H
#define ODDHOURS_BENCH_RULES_H

#include "labelled.h"

typedef void rule(const struct labelled *labelled, float *score);

struct candidate {
    const char *name;
    rule *score;
    double threshold; /* NaN: what 1 in 100 rows reach */
};

extern const struct candidate candidates[]; /* name NULL: behind the last */

#endif
