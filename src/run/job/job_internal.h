/* job_internal: what the inbox lends to the two threads. */
#ifndef ODDHOURS_RUN_JOB_INTERNAL_H
#define ODDHOURS_RUN_JOB_INTERNAL_H

#include <pthread.h>

#include "run/job/job.h"

/* Appends a mail, which the inbox then owns, and wakes the UI. */
void job_post(struct inbox *inbox, struct mail *take_mail);

/* Wakes the UI, but at most 20 times a second: a screen that is behind is not told more often.
 */
void job_wake_for_progress(struct inbox *inbox);

/* Starts a thread with all signals blocked: they are for the UI thread's ppoll() only. */
bool job_start_thread(pthread_t *thread, void *(*entry)(void *), void *argument,
                      struct status *status);

/* Waits so long for the thread's end; false when it goes on. */
bool job_join(pthread_t thread, double seconds);

#endif
