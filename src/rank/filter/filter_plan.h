/* A filter ready to be run: what it asks of profiles, users and times has been answered once
 * for each of them, as bits. */
#ifndef ODDHOURS_RANK_FILTER_PLAN_H
#define ODDHOURS_RANK_FILTER_PLAN_H

#include "rank/filter/filter_internal.h"
#include "rank/overlap.h"

/* Ranks from one number to another: in the first head and not in the second. */
struct rank_interval {
    struct head upto, before;
};

/* A term about ranks. Of most profiles all rows match or none; only of those in a tie block
 * that a rank cuts, some do. */
struct rank_test {
    bool negated;
    size_t n;
    struct rank_interval *intervals; /* (n) */
};

/* What ids are of; each has its bits. */
enum filter_domain { DOMAIN_PROFILES, DOMAIN_USERS, DOMAIN_TIMES, DOMAIN_ROWS, DOMAINS };

struct filter_plan {
    size_t n_rows;
    uint64_t *bits[DOMAINS];      /* bit id % 64 of word id / 64; NULL: all pass */
    const uint32_t *ids[DOMAINS]; /* (n_rows) a row's id in the domain; NULL for DOMAIN_ROWS */
    size_t n_ranks;
    struct rank_test *ranks; /* (n_ranks) to be asked for rows that the bits let pass */
};

bool filter_plan_make(struct filter_plan *plan, const struct filter *filter,
                      const struct filter_context *context, struct parallel *parallel,
                      const struct progress *progress, struct status *status);
void filter_plan_clear(struct filter_plan *plan);

/* Whether a row that the bits let pass has the ranks asked for. */
bool filter_plan_ranks(const struct filter_plan *plan, size_t profile, uint32_t row);

static inline bool filter_bit(const uint64_t *bits, size_t id)
{
    return bits[id / 64] >> (id % 64) & 1;
}

#endif
