#include "run/job/job_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct queries {
    struct inbox *inbox;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed;
    struct query *first;
    struct query *running;
    uint64_t last_id;
    bool stop;
    bool joined; /* the thread has ended; the UI thread's own */
};

static void report(void *context, uint64_t done, uint64_t total)
{
    struct query *query = context;
    atomic_store_explicit(&query->done, done, memory_order_relaxed);
    atomic_store_explicit(&query->total, total, memory_order_relaxed);
    job_wake_for_progress(query->inbox);
}

static void *queries_main(void *argument)
{
    struct queries *queries = argument;
    pthread_mutex_lock(&queries->mutex);
    for (;;) {
        while (queries->first == NULL && !queries->stop) {
            pthread_cond_wait(&queries->changed, &queries->mutex);
        }
        struct query *query = queries->first;
        if (query == NULL) {
            break;
        }
        queries->first = query->next;
        query->next = NULL;
        queries->running = query;
        pthread_mutex_unlock(&queries->mutex);
        if (atomic_load(&query->cancel)) {
            status_cancelled(&query->status);
        } else {
            const struct progress progress = {.cancel = &query->cancel,
                                              .report = query->reports ? report : NULL,
                                              .context = query};
            query->work(query, &progress);
        }
        /* Together: when it is idle, every answer is in the inbox. */
        pthread_mutex_lock(&queries->mutex);
        queries->running = NULL;
        job_post(queries->inbox, query->mail);
    }
    pthread_mutex_unlock(&queries->mutex);
    return NULL;
}

struct queries *queries_new(struct inbox *inbox, struct status *status)
{
    struct queries *queries = mem_zero(1, sizeof *queries, "the queries thread", status);
    if (queries == NULL) {
        return NULL;
    }
    queries->inbox = inbox;
    pthread_mutex_init(&queries->mutex, NULL);
    pthread_cond_init(&queries->changed, NULL);
    if (!job_start_thread(&queries->thread, queries_main, queries, status)) {
        pthread_cond_destroy(&queries->changed);
        pthread_mutex_destroy(&queries->mutex);
        free(queries);
        return NULL;
    }
    return queries;
}

/* Cancels the queries of one slot, or of all but slot 0 when `slot` is 0. The mutex is held. */
static void cancel_slot(struct queries *queries, unsigned slot)
{
    struct query *running = queries->running;
    if (running != NULL && running->slot != 0 && (slot == 0 || running->slot == slot)) {
        atomic_store(&running->cancel, true);
    }
    for (struct query *query = queries->first; query != NULL; query = query->next) {
        if (query->slot != 0 && (slot == 0 || query->slot == slot)) {
            atomic_store(&query->cancel, true);
        }
    }
}

static void tell_to_stop(struct queries *queries)
{
    pthread_mutex_lock(&queries->mutex);
    cancel_slot(queries, 0);
    queries->stop = true;
    pthread_cond_broadcast(&queries->changed);
    pthread_mutex_unlock(&queries->mutex);
}

bool queries_end(struct queries *queries, double seconds)
{
    if (queries == NULL || queries->joined) {
        return true;
    }
    tell_to_stop(queries);
    queries->joined = job_join(queries->thread, seconds);
    return queries->joined;
}

void queries_free(struct queries *queries)
{
    if (queries == NULL) {
        return;
    }
    if (!queries->joined) {
        tell_to_stop(queries);
        pthread_join(queries->thread, NULL);
    }
    pthread_cond_destroy(&queries->changed);
    pthread_mutex_destroy(&queries->mutex);
    free(queries);
}

/* Adds a query at the end, a write before all that only reads: "saved" is not to wait for a
 * search through all rows. The mutex is held. */
static void enqueue(struct queries *queries, struct query *query)
{
    struct query **link = &queries->first;
    while (*link != NULL && (query->slot != 0 || (*link)->slot == 0)) {
        link = &(*link)->next;
    }
    query->next = *link;
    *link = query;
}

uint64_t queries_submit(struct queries *queries, struct query *query)
{
    query->mail = mem_zero(1, sizeof *query->mail, "a mail", NULL);
    if (query->mail == NULL) {
        query_free(query);
        return 0;
    }
    query->inbox = queries->inbox;
    query->mail->kind = MAIL_ANSWER;
    query->mail->query = query;
    pthread_mutex_lock(&queries->mutex);
    if (query->slot != 0) {
        cancel_slot(queries, query->slot);
    }
    query->id = ++queries->last_id;
    enqueue(queries, query);
    uint64_t id = query->id;
    pthread_cond_broadcast(&queries->changed);
    pthread_mutex_unlock(&queries->mutex);
    return id;
}

void queries_cancel_slot(struct queries *queries, unsigned slot)
{
    pthread_mutex_lock(&queries->mutex);
    if (slot != 0) {
        cancel_slot(queries, slot);
    }
    pthread_mutex_unlock(&queries->mutex);
}

bool queries_idle(struct queries *queries)
{
    pthread_mutex_lock(&queries->mutex);
    bool idle = queries->first == NULL && queries->running == NULL;
    pthread_mutex_unlock(&queries->mutex);
    return idle;
}

void query_free(struct query *query)
{
    if (query != NULL && query->free != NULL) {
        query->free(query);
    }
}
