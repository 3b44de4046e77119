#define _GNU_SOURCE
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

/* DESIGN. A run is announced by raising `generation`. Workers wait for that, first by looking at
 * it for some microseconds (the autoencoder starts ten thousand runs a second, and a sleep and a
 * wake cost more than its work), then on a condition variable. Each worker takes task numbers
 * from `next` until none is left, then counts itself out in `busy`; the caller works, too, and
 * returns when `busy` is 0. Nobody may start the next run before, so a worker can never see the
 * task of one run with the numbers of another. */

enum { SPIN = 4000 };

struct parallel {
    unsigned threads; /* workers, the caller included */
    pthread_t *handles;
    struct worker *workers;

    parallel_task *task;
    void *context;
    size_t n_tasks;
    atomic_size_t next;
    atomic_uint busy; /* workers that have not finished this run */

    atomic_uint generation;
    atomic_bool stop;
    pthread_mutex_t mutex; /* guards the two conditions only */
    pthread_cond_t start;  /* generation or stop has changed */
    pthread_cond_t done;   /* busy has become 0 */
};

struct worker {
    struct parallel *pool;
    unsigned number;
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void take_tasks(struct parallel *pool, unsigned worker)
{
    for (;;) {
        size_t task = atomic_fetch_add(&pool->next, 1);
        if (task >= pool->n_tasks) {
            return;
        }
        pool->task(pool->context, task, worker);
    }
}

static unsigned wait_for_start(struct parallel *pool, unsigned seen)
{
    for (int i = 0; i < SPIN; i++) {
        if (atomic_load(&pool->generation) != seen || atomic_load(&pool->stop)) {
            return atomic_load(&pool->generation);
        }
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->generation) == seen && !atomic_load(&pool->stop)) {
        pthread_cond_wait(&pool->start, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return atomic_load(&pool->generation);
}

static void *worker_main(void *argument)
{
    struct worker *self = argument;
    struct parallel *pool = self->pool;
    unsigned seen = 0;
    for (;;) {
        seen = wait_for_start(pool, seen);
        if (atomic_load(&pool->stop)) {
            return NULL;
        }
        take_tasks(pool, self->number);
        if (atomic_fetch_sub(&pool->busy, 1) == 1) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

unsigned parallel_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        int count = CPU_COUNT(&set);
        if (count > 0) {
            return (unsigned)count;
        }
    }
    return 1;
}

/* Starts as many of the wanted threads as can be had; fewer is no error. */
static void start_threads(struct parallel *pool, unsigned wanted)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pool->threads = 1;
    for (unsigned i = 1; i < wanted; i++) {
        pool->workers[i] = (struct worker){pool, i};
        if (pthread_create(&pool->handles[i], NULL, worker_main, &pool->workers[i]) != 0) {
            break;
        }
        pool->threads = i + 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct parallel *parallel_new(unsigned threads, struct status *status)
{
    if (threads == 0) {
        threads = parallel_cores();
    }
    struct parallel *pool = mem_zero(1, sizeof *pool, "a pool of threads", status);
    if (pool == NULL) {
        return NULL;
    }
    pool->handles = mem_zero(threads, sizeof *pool->handles, "a pool of threads", status);
    pool->workers = mem_zero(threads, sizeof *pool->workers, "a pool of threads", status);
    if (pool->handles == NULL || pool->workers == NULL) {
        free(pool->handles);
        free(pool->workers);
        free(pool);
        return NULL;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->start, NULL);
    pthread_cond_init(&pool->done, NULL);
    start_threads(pool, threads);
    return pool;
}

void parallel_free(struct parallel *pool)
{
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->stop, true);
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 1; i < pool->threads; i++) {
        pthread_join(pool->handles[i], NULL);
    }
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->start);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->handles);
    free(pool->workers);
    free(pool);
}

unsigned parallel_threads(const struct parallel *pool)
{
    return pool == NULL ? 1 : pool->threads;
}

static void wait_for_workers(struct parallel *pool)
{
    for (int i = 0; i < SPIN; i++) {
        if (atomic_load(&pool->busy) == 0) {
            return;
        }
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->busy) != 0) {
        pthread_cond_wait(&pool->done, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}

void parallel_run(struct parallel *pool, size_t n_tasks, parallel_task *task, void *context)
{
    if (pool == NULL || pool->threads == 1 || n_tasks < 2) {
        for (size_t i = 0; i < n_tasks; i++) {
            task(context, i, 0);
        }
        return;
    }
    pool->task = task;
    pool->context = context;
    pool->n_tasks = n_tasks;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->busy, pool->threads - 1);
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->generation, 1);
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->mutex);
    take_tasks(pool, 0);
    wait_for_workers(pool);
}
