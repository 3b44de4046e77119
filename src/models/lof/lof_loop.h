/* lof_loop: one pass over many points or profiles, shared by the workers of the pool. */
#ifndef ODDHOURS_MODELS_LOF_LOOP_H
#define ODDHOURS_MODELS_LOF_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "models/kdtree/kdtree.h"

struct lof_loop;

/* Items from .. to - 1, with a worker's own hits. Asks lof_loop_stopped() before each item;
 * false with `status` when memory ran out. */
typedef bool lof_range(void *context, size_t from, size_t to, struct lof_loop *loop,
                       struct kdtree_hits *hits, struct status *status);

/* How a pass counts in the progress of its stage: `before` of `passes` equal passes are done.
 */
struct lof_part {
    unsigned before, passes;
};

/* Runs `range` over items 0 .. n - 1 in pieces that do not depend on the number of threads: the
 * groups of lof_lists. */
bool lof_loop_run(struct parallel *parallel, size_t n, lof_range *range, void *context,
                  struct lof_part part, const struct progress *progress, struct status *status);

/* True when the pass should end: it was cancelled, or failed elsewhere. */
bool lof_loop_stopped(struct lof_loop *loop);

#endif
