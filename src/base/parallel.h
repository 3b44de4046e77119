/* parallel: a pool of threads that a stage fans its work out to.
 *
 * Work is cut into tasks that do not depend on the number of threads; each task writes only its
 * own part of the result, and partial results are merged by the caller in task order. So the
 * same input gives the same bits with 1 or 16 threads.
 */
#ifndef ODDHOURS_BASE_PARALLEL_H
#define ODDHOURS_BASE_PARALLEL_H

#include <stddef.h>

#include "base/status.h"

struct parallel;

/* One task. `worker` is 0 .. parallel_threads() - 1 and is not shared by two tasks at once, so
 * it may index scratch memory. */
typedef void parallel_task(void *context, size_t task, unsigned worker);

/* A pool of `threads` workers, the caller of parallel_run() included; 0 means one per core.
 * With fewer threads to be had than asked for, it works with those. The threads have all
 * signals blocked. Freed with parallel_free(); NULL on failure. */
struct parallel *parallel_new(unsigned threads, struct status *status);
void parallel_free(struct parallel *parallel);

/* Number of workers; 1 for NULL. */
unsigned parallel_threads(const struct parallel *parallel);

/* Runs tasks 0 .. n_tasks - 1, each once, and returns when all are done. Tasks are taken in
 * ascending order. With `parallel` NULL they run one after the other in the calling thread.
 * Only one thread may use a pool at a time; a task must not call parallel_run() on its own
 * pool. */
void parallel_run(struct parallel *parallel, size_t n_tasks, parallel_task *task,
                  void *context);

/* Cores this process may use (at least 1). */
unsigned parallel_cores(void);

#endif
