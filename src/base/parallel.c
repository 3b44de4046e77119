#define _GNU_SOURCE
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sigmask.h"

/* DESIGN. A run is announced by a new `ticket`: the number of the run and of its next task in
 * one word. Workers wait for it, first by looking at it for some microseconds (the autoencoder
 * starts ten thousand runs a second, and a sleep and a wake cost more than its work), then on a
 * condition variable. Each takes tasks by counting the ticket up; the caller works, too, and
 * returns when `unfinished` tasks are 0.
 *
 * It waits for tasks, not for workers: one that the system has not let run, because others want
 * the core, holds up nothing. One that comes late must not take a task of one run with what it
 * read of another. So a ticket is closed before the next run's task is written, and one worker
 * in between finds that it cannot count up the ticket it saw: a ticket never comes back. */

enum { SPIN = 4000 };

#define RUN_OF(ticket)  ((ticket) >> 32)
#define TASK_OF(ticket) ((size_t)((ticket)&UINT32_MAX))
#define CLOSED          UINT32_MAX /* the task number of a ticket that has no more */

struct parallel {
    unsigned threads; /* workers, the caller included */
    pthread_t *handles;
    struct worker *workers;

    _Atomic(parallel_task *) task;
    _Atomic(void *) context;
    atomic_size_t first;   /* what task number 0 of the ticket is called */
    atomic_size_t n_tasks; /* of this ticket */

    atomic_uint_fast64_t ticket;
    atomic_size_t unfinished;
    atomic_bool stop;
    pthread_mutex_t mutex; /* guards the two conditions only */
    pthread_cond_t start;  /* the run or stop has changed */
    pthread_cond_t done;   /* unfinished has become 0 */
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

/* Counts a task out. The caller may be asleep when the last one is. */
static void finish_task(struct parallel *pool)
{
    if (atomic_fetch_sub(&pool->unfinished, 1) == 1) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_signal(&pool->done);
        pthread_mutex_unlock(&pool->mutex);
    }
}

/* Works on run `run` as long as it has tasks. */
static void take_tasks(struct parallel *pool, uint64_t run, unsigned worker)
{
    uint64_t ticket = atomic_load(&pool->ticket);
    while (RUN_OF(ticket) == run) {
        parallel_task *task = atomic_load(&pool->task);
        void *context = atomic_load(&pool->context);
        size_t number = atomic_load(&pool->first) + TASK_OF(ticket);
        if (TASK_OF(ticket) >= atomic_load(&pool->n_tasks)) {
            return;
        }
        if (atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1)) {
            task(context, number, worker);
            finish_task(pool);
            ticket = atomic_load(&pool->ticket);
        }
    }
}

/* The run that comes after `seen`, or any when the pool is to stop. */
static uint64_t wait_for_start(struct parallel *pool, uint64_t seen)
{
    for (int i = 0; i < SPIN; i++) {
        if (RUN_OF(atomic_load(&pool->ticket)) != seen || atomic_load(&pool->stop)) {
            return RUN_OF(atomic_load(&pool->ticket));
        }
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (RUN_OF(atomic_load(&pool->ticket)) == seen && !atomic_load(&pool->stop)) {
        pthread_cond_wait(&pool->start, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return RUN_OF(atomic_load(&pool->ticket));
}

static void *worker_main(void *argument)
{
    struct worker *self = argument;
    struct parallel *pool = self->pool;
    uint64_t seen = 0;
    for (;;) {
        seen = wait_for_start(pool, seen);
        if (atomic_load(&pool->stop)) {
            return NULL;
        }
        take_tasks(pool, seen, self->number);
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
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* there are more than a cpu_set_t can name */
    return online > 0 ? (unsigned)online : 1;
}

/* Starts as many of the wanted threads as can be had; fewer is no error. */
static void start_threads(struct parallel *pool, unsigned wanted)
{
    sigset_t all, before;
    sigmask_fill(&all);
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

static void wait_for_tasks(struct parallel *pool)
{
    for (int i = 0; i < SPIN; i++) {
        if (atomic_load(&pool->unfinished) == 0) {
            return;
        }
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->unfinished) != 0) {
        pthread_cond_wait(&pool->done, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}

/* One ticket's worth of tasks, from `first` on. */
static void run_tasks(struct parallel *pool, size_t first, size_t n_tasks, parallel_task *task,
                      void *context)
{
    uint64_t before = RUN_OF(atomic_load(&pool->ticket)), run = (before + 1) & UINT32_MAX;
    atomic_store(&pool->ticket, before << 32 | CLOSED);
    atomic_store(&pool->task, task);
    atomic_store(&pool->context, context);
    atomic_store(&pool->first, first);
    atomic_store(&pool->n_tasks, n_tasks);
    atomic_store(&pool->unfinished, n_tasks);
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->ticket, run << 32);
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->mutex);
    take_tasks(pool, run, 0);
    wait_for_tasks(pool);
}

void parallel_run(struct parallel *pool, size_t n_tasks, parallel_task *task, void *context)
{
    const size_t most = CLOSED; /* the ticket has 32 bits for them */
    if (pool == NULL || pool->threads == 1 || n_tasks < 2) {
        for (size_t i = 0; i < n_tasks; i++) {
            task(context, i, 0);
        }
        return;
    }
    for (size_t first = 0; first < n_tasks; first += most) {
        size_t left = n_tasks - first;
        run_tasks(pool, first, left < most ? left : most, task, context);
    }
}
