/* job: the two background threads, and how they and the screen talk.
 *
 * DESIGN. Three parties. The *UI thread* owns the terminal, the views and every free; it never
 * touches a disk nor walks all rows. The *worker* runs the pipeline. The *queries* thread
 * answers filters, sorts and exports and keeps the review store, while the worker trains.
 *
 * Towards the UI there are three channels only: a progress struct, copied out under a mutex; an
 * *inbox* of owned mails, taken as one list in one lock and handled without it; and a byte in a
 * pipe that wakes ppoll(), at most 20 a second for progress, and one for every mail.
 * Towards the threads there are two: an atomic cancel flag, seen within 50 ms, and a request
 * slot.
 *
 * What is published is frozen: after a mail about it has been taken, everyone reads it without
 * a lock. Errors travel as data, in a `struct status`. All signals are blocked in both threads.
 * pthread is known here and in base/parallel only.
 */
#ifndef ODDHOURS_RUN_JOB_H
#define ODDHOURS_RUN_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/pipeline/pipeline.h"
#include "run/run.h"

/* ---- inbox: what the UI thread is told ---- */

struct query;

enum mail_kind {
    MAIL_PREVIEW, /* `preview`: the first rows; the receiver frees it with table_free() */
    MAIL_EVENT,   /* the pipeline announced `event` (and `index`) about `run` */
    MAIL_ANSWER,  /* `query` is done; the receiver calls query_free() */
};

struct mail {
    struct mail *next;
    enum mail_kind kind;
    struct run *run;
    enum pipeline_event event;
    size_t index;
    struct table *preview;
    struct query *query;
};

struct inbox;

struct inbox *inbox_new(struct status *status);
void inbox_free(struct inbox *inbox);    /* after the threads that post to it have ended */
int inbox_fd(const struct inbox *inbox); /* readable when there may be something new */

/* All mails in the order posted, or NULL; also empties the wake pipe. The caller frees each
 * with mail_free() after taking out what it keeps (and setting that field NULL). */
struct mail *inbox_take(struct inbox *inbox);
bool inbox_empty(struct inbox *inbox);
void mail_free(struct mail *mail);

/* ---- worker: the pipeline in the background ---- */

struct worker;

enum { WORKER_VALUES = 64 };

/* Where the running stage is; copied out. */
struct worker_progress {
    bool busy;
    bool cancelling;
    char stage[48];      /* name of the stage that runs, or ran last */
    size_t stage_number; /* 1 .. stage_count */
    size_t stage_count;
    double stage_started; /* clock_now() */
    double run_started;
    uint64_t done, total; /* units of the stage; total 0: not known */
    size_t n_values;      /* figures so far, such as the loss of each epoch (the first 64) */
    double values[WORKER_VALUES];
};

/* Starts the thread, idle. NULL on failure. */
struct worker *worker_new(struct inbox *inbox, struct status *status);

/* Cancels what runs, waits for it, ends the thread. */
void worker_free(struct worker *worker);

/* Tells the thread to end and waits so long for it. False when it has not: it hangs in the
 * system, and worker_free() would, too. */
bool worker_end(struct worker *worker, double seconds);

/* Hands `run` to the worker, which fills it in and reports by MAIL_EVENT; the last one is
 * PIPELINE_DONE. The caller must not free the run before that. False when
 * busy (or when not even a mail can be had). */
bool worker_start(struct worker *worker, struct run *run);

void worker_cancel(struct worker *worker);
struct worker_progress worker_progress(struct worker *worker);

/* Test hook: the worker stops at the next tick of the stage named `stage` with done >= `done`
 * until worker_gate(worker, NULL, 0) is called. A cancel opens the gate, too. */
void worker_gate(struct worker *worker, const char *stage, uint64_t done);

/* ---- queries: everything else that takes time ---- */

struct queries;

/* One question. The caller embeds this in a larger struct and frees that in `free`. `work` runs
 * on the queries thread and puts its answer into the larger struct and `status`; the query
 * comes back as MAIL_ANSWER, always, also when it was cancelled or failed. */
struct query {
    void (*work)(struct query *query, const struct progress *progress);
    void (*free)(struct query *query);
    unsigned slot; /* a later query of the same slot (not 0) cancels an earlier one */
    bool reports;  /* its progress is worth showing: it wakes the UI thread, as the worker's */
    uint64_t id;   /* set by queries_submit(); rises */
    struct status status;
    void *tag; /* the asker's */
    struct query *next;
    struct mail *mail; /* that will carry the answer */
    atomic_bool cancel;
    atomic_uint_least64_t done, total; /* while it works, when it reports */
    struct inbox *inbox;
};

struct queries *queries_new(struct inbox *inbox, struct status *status);

/* Finishes what is queued in slot 0 (writes), cancels the rest, ends the thread. */
void queries_free(struct queries *queries);

/* As worker_end(). */
bool queries_end(struct queries *queries, double seconds);

/* Queues; queries are answered in order, but writes (slot 0) before all others. Returns the id,
 * or 0 when there is no memory left to carry the answer (the query is then freed). */
uint64_t queries_submit(struct queries *queries, struct query *take_query);
void queries_cancel_slot(struct queries *queries, unsigned slot);

/* Nothing is queued or worked on, and every answer is in the inbox. */
bool queries_idle(struct queries *queries);

void query_free(struct query *query); /* NULL is fine */

#endif
