#include "models/lof/lof_loop.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/lof/lof_lists.h"

enum { PIECE = LOF_LISTS_GROUP };

struct lof_loop {
    size_t n;
    lof_range *range;
    void *context;
    struct lof_part part;
    const struct progress *progress;
    struct kdtree_hits *hits; /* (workers) */
    atomic_size_t done;
    atomic_bool stop, failed;
    struct status error; /* of the first to fail */
};

bool lof_loop_stopped(struct lof_loop *loop)
{
    return atomic_load_explicit(&loop->stop, memory_order_relaxed) ||
           progress_cancelled(loop->progress);
}

static void piece(void *context, size_t task, unsigned worker)
{
    struct lof_loop *loop = context;
    if (lof_loop_stopped(loop)) {
        return;
    }
    const size_t from = task * PIECE;
    const size_t to = loop->n - from < PIECE ? loop->n : from + PIECE;
    struct status status = {0};
    if (!loop->range(loop->context, from, to, loop, &loop->hits[worker], &status)) {
        if (!atomic_exchange(&loop->failed, true)) {
            loop->error = status;
        }
        atomic_store(&loop->stop, true);
        return;
    }
    size_t done = atomic_fetch_add(&loop->done, to - from) + to - from;
    uint64_t all = (uint64_t)loop->part.before * loop->n + done;
    if (!progress_tick(loop->progress, all / loop->part.passes, loop->n)) {
        atomic_store(&loop->stop, true);
    }
}

bool lof_loop_run(struct parallel *parallel, size_t n, lof_range *range, void *context,
                  struct lof_part part, const struct progress *progress, struct status *status)
{
    struct lof_loop loop = {
        .n = n, .range = range, .context = context, .part = part, .progress = progress};
    const unsigned workers = parallel_threads(parallel);
    loop.hits = mem_zero(workers, sizeof *loop.hits, "neighbours", status);
    if (loop.hits == NULL) {
        return false;
    }
    parallel_run(parallel, (n + PIECE - 1) / PIECE, piece, &loop);
    for (unsigned i = 0; i < workers; i++) {
        kdtree_hits_clear(&loop.hits[i]);
    }
    free(loop.hits);
    if (atomic_load(&loop.failed)) {
        return status_set(status, loop.error.code, "%s", loop.error.text);
    }
    return !atomic_load(&loop.stop) && !progress_cancelled(progress) ? true
                                                                     : status_cancelled(status);
}
