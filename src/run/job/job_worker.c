#include "run/job/job_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct worker {
    struct inbox *inbox;
    pthread_t thread;
    pthread_mutex_t
        mutex; /* guards request, stop, state and gate; never held with the inbox's */
    pthread_cond_t changed;
    struct run *request;
    struct mail *last_mail; /* for PIPELINE_DONE of the present run */
    bool stop;
    bool joined;                  /* the thread has ended; the UI thread's own */
    struct worker_progress state; /* but done and total */
    char gate_stage[48];
    uint64_t gate_done;
    atomic_bool gated; /* whether there is a gate, so that a tick need not lock */
    atomic_bool cancel;
    _Atomic uint64_t done, total;
};

static void wait_at_gate(struct worker *worker, uint64_t done)
{
    pthread_mutex_lock(&worker->mutex);
    while (worker->gate_stage[0] != '\0' && !atomic_load(&worker->cancel) &&
           strcmp(worker->gate_stage, worker->state.stage) == 0 && done >= worker->gate_done) {
        pthread_cond_wait(&worker->changed, &worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
}

/* progress.report: from any thread of a stage. */
static void on_report(void *context, uint64_t done, uint64_t total)
{
    struct worker *worker = context;
    atomic_store_explicit(&worker->done, done, memory_order_relaxed);
    atomic_store_explicit(&worker->total, total, memory_order_relaxed);
    job_wake_for_progress(worker->inbox);
    if (atomic_load(&worker->gated)) {
        wait_at_gate(worker, done);
    }
}

static void on_value(void *context, size_t index, double value)
{
    struct worker *worker = context;
    pthread_mutex_lock(&worker->mutex);
    if (index < WORKER_VALUES) {
        worker->state.values[index] = value;
        worker->state.n_values = index + 1;
    }
    pthread_mutex_unlock(&worker->mutex);
    job_wake_for_progress(worker->inbox);
}

static void on_event(void *context, struct run *run, enum pipeline_event event, size_t index)
{
    struct worker *worker = context;
    if (event == PIPELINE_STAGE) {
        pthread_mutex_lock(&worker->mutex);
        struct worker_progress *state = &worker->state;
        memcpy(state->stage, run->stages[run->n_stages - 1].name, sizeof state->stage);
        state->stage_number = run->n_stages;
        state->stage_count = index;
        state->stage_started = clock_now();
        state->n_values = 0;
        pthread_mutex_unlock(&worker->mutex);
        atomic_store(&worker->done, 0);
        atomic_store(&worker->total, 0);
    }
    if (event == PIPELINE_DONE) {
        pthread_mutex_lock(&worker->mutex);
        worker->state.busy = false;
        worker->state.cancelling = false;
        pthread_mutex_unlock(&worker->mutex);
    }
    /* Even without memory the end of a run must be seen: its mail was made at the start. */
    struct mail *mail =
        event == PIPELINE_DONE ? worker->last_mail : mem_zero(1, sizeof *mail, "a mail", NULL);
    if (mail == NULL) {
        return;
    }
    mail->kind = MAIL_EVENT;
    mail->run = run;
    mail->event = event;
    mail->index = index;
    job_post(worker->inbox, mail);
}

static void on_preview(void *context, struct table *preview)
{
    struct worker *worker = context;
    struct mail *mail = mem_zero(1, sizeof *mail, "a mail", NULL);
    if (mail == NULL) {
        table_free(preview);
        return;
    }
    mail->kind = MAIL_PREVIEW;
    mail->preview = preview;
    job_post(worker->inbox, mail);
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    const struct progress progress = {&worker->cancel, on_report, on_value, worker};
    const struct pipeline_listener listener = {on_event, on_preview, worker};
    pthread_mutex_lock(&worker->mutex);
    for (;;) {
        while (worker->request == NULL && !worker->stop) {
            pthread_cond_wait(&worker->changed, &worker->mutex);
        }
        if (worker->stop) {
            break;
        }
        struct run *run = worker->request;
        worker->request = NULL;
        pthread_mutex_unlock(&worker->mutex);
        pipeline_run(run, &listener, &progress);
        pthread_mutex_lock(&worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

struct worker *worker_new(struct inbox *inbox, struct status *status)
{
    struct worker *worker = mem_zero(1, sizeof *worker, "the worker", status);
    if (worker == NULL) {
        return NULL;
    }
    worker->inbox = inbox;
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->changed, NULL);
    if (!job_start_thread(&worker->thread, worker_main, worker, status)) {
        pthread_cond_destroy(&worker->changed);
        pthread_mutex_destroy(&worker->mutex);
        free(worker);
        return NULL;
    }
    return worker;
}

static void tell_to_stop(struct worker *worker)
{
    worker_cancel(worker);
    pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    pthread_cond_broadcast(&worker->changed);
    pthread_mutex_unlock(&worker->mutex);
}

bool worker_end(struct worker *worker, double seconds)
{
    if (worker == NULL || worker->joined) {
        return true;
    }
    tell_to_stop(worker);
    worker->joined = job_join(worker->thread, seconds);
    return worker->joined;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL) {
        return;
    }
    if (!worker->joined) {
        tell_to_stop(worker);
        pthread_join(worker->thread, NULL);
    }
    if (worker->request != NULL) { /* it was never begun: nobody has had its last mail */
        mail_free(worker->last_mail);
    }
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

bool worker_start(struct worker *worker, struct run *run)
{
    struct mail *last_mail = mem_zero(1, sizeof *last_mail, "a mail", NULL);
    if (last_mail == NULL) {
        return false;
    }
    pthread_mutex_lock(&worker->mutex);
    bool idle = !worker->state.busy;
    if (idle) {
        worker->last_mail = last_mail;
        memset(&worker->state, 0, sizeof worker->state);
        worker->state.busy = true;
        worker->state.run_started = clock_now();
        atomic_store(&worker->cancel, false);
        worker->request = run;
        pthread_cond_broadcast(&worker->changed);
    }
    pthread_mutex_unlock(&worker->mutex);
    if (!idle) {
        mail_free(last_mail);
    }
    return idle;
}

void worker_cancel(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    if (worker->state.busy) {
        worker->state.cancelling = true;
        atomic_store(&worker->cancel, true);
        pthread_cond_broadcast(&worker->changed);
    }
    pthread_mutex_unlock(&worker->mutex);
}

struct worker_progress worker_progress(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    struct worker_progress copy = worker->state;
    pthread_mutex_unlock(&worker->mutex);
    copy.done = atomic_load(&worker->done);
    copy.total = atomic_load(&worker->total);
    return copy;
}

void worker_gate(struct worker *worker, const char *stage, uint64_t done)
{
    pthread_mutex_lock(&worker->mutex);
    worker->gate_stage[0] = '\0';
    if (stage != NULL) {
        strncat(worker->gate_stage, stage, sizeof worker->gate_stage - 1);
    }
    worker->gate_done = done;
    atomic_store(&worker->gated, stage != NULL);
    pthread_cond_broadcast(&worker->changed);
    pthread_mutex_unlock(&worker->mutex);
}
