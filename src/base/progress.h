/* progress: how long work reports, and how it is asked to stop. One call does both.
 *
 * A stage calls progress_tick() often enough that a cancel is seen within 50 ms. The reporter
 * may be called from any thread of the stage, so it does its own locking, and it must be quick:
 * a stage may tick thousands of times a second.
 */
#ifndef ODDHOURS_BASE_PROGRESS_H
#define ODDHOURS_BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const atomic_bool *cancel; /* may be NULL: cannot be cancelled */
    /* done of total units; total 0 when it is not known in advance. May be NULL. */
    void (*report)(void *context, uint64_t done, uint64_t total);
    /* A figure worth showing while the stage runs, such as the loss of epoch `index` (from 0).
     * May be NULL. */
    void (*value)(void *context, size_t index, double value);
    void *context;
};

/* True when the work should stop. `progress` may be NULL. */
static inline bool progress_cancelled(const struct progress *progress)
{
    return progress != NULL && progress->cancel != NULL &&
           atomic_load_explicit(progress->cancel, memory_order_relaxed);
}

/* Reports, and returns false when the work should stop. `progress` may be NULL. */
static inline bool progress_tick(const struct progress *progress, uint64_t done, uint64_t total)
{
    if (progress != NULL && progress->report != NULL) {
        progress->report(progress->context, done, total);
    }
    return !progress_cancelled(progress);
}

static inline void progress_value(const struct progress *progress, size_t index, double value)
{
    if (progress != NULL && progress->value != NULL) {
        progress->value(progress->context, index, value);
    }
}

#endif
