/* The forest's draws from MT19937: seeds, rows of each tree, random targets. */
#include "models/iforest/iforest_internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"

void iforest_bag_seeds(uint32_t seed, uint32_t *bag_seeds, size_t n_trees)
{
    struct rng rng;
    rng_seed(&rng, seed);
    for (size_t t = 0; t < n_trees; t++) {
        bag_seeds[t] = rng_bounded(&rng, INT32_MAX - 1);
    }
}

/* A fresh copy of the generator that gives the tree's seed: scikit-learn seeds it twice. The
 * choice of features comes first there and takes no word, as all of them are taken. */
bool iforest_draw_rows(uint32_t bag_seed, size_t n_rows, size_t psi, uint32_t *rows,
                       struct status *status)
{
    struct rng rng;
    rng_seed(&rng, bag_seed);
    return rng_sample(&rng, n_rows, psi, rows, status);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x, y;
    x = *(const uint64_t *)a;
    y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool iforest_draw_targets(uint32_t seed, const uint32_t *rows, size_t n, double *targets,
                          const struct progress *progress, struct status *status)
{
    enum { PER_TICK = 1024 };
    uint64_t *wanted = mem_new(n, sizeof *wanted, "the rows of all trees", status);
    if (wanted == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        wanted[i] = (uint64_t)rows[i] << 32 | i;
    }
    qsort(wanted, n, sizeof *wanted, by_number);
    struct rng rng;
    rng_seed(&rng, seed);
    uint64_t next = 0; /* the row whose target the generator gives next */
    double target = 0;
    bool done = true;
    for (size_t i = 0; i < n && done; i++) {
        uint64_t row = wanted[i] >> 32;
        if (row >= next) { /* else the same row again */
            rng_skip(&rng, 2 * (row - next));
            target = rng_double(&rng);
            next = row + 1;
        }
        targets[wanted[i] & UINT32_MAX] = target;
        if (i % PER_TICK == 0 && progress_cancelled(progress)) {
            done = status_cancelled(status);
        }
    }
    free(wanted);
    return done;
}
