#define _GNU_SOURCE
#include "run/job/job_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sigmask.h"

struct inbox {
    pthread_mutex_t mutex; /* guards first, last, last_wake */
    struct mail *first, *last;
    double last_wake; /* of a progress wake */
    int pipe[2];
};

struct inbox *inbox_new(struct status *status)
{
    struct inbox *inbox = mem_zero(1, sizeof *inbox, "the inbox", status);
    if (inbox == NULL) {
        return NULL;
    }
    if (pipe2(inbox->pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        status_set(status, STATUS_IO, "cannot make a pipe: %s", strerror(errno));
        free(inbox);
        return NULL;
    }
    pthread_mutex_init(&inbox->mutex, NULL);
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    if (inbox == NULL) {
        return;
    }
    struct mail *mail = inbox_take(inbox);
    while (mail != NULL) {
        struct mail *next = mail->next;
        mail_free(mail);
        mail = next;
    }
    close(inbox->pipe[0]);
    close(inbox->pipe[1]);
    pthread_mutex_destroy(&inbox->mutex);
    free(inbox);
}

int inbox_fd(const struct inbox *inbox)
{
    return inbox->pipe[0];
}

static void wake(struct inbox *inbox)
{
    /* A full pipe is as good as one byte: the reader will wake. After anything else it would
     * wait for ever: one more attempt. */
    if (write(inbox->pipe[1], "", 1) < 0 && errno != EAGAIN) {
        ssize_t wrote = write(inbox->pipe[1], "", 1);
        (void)wrote;
    }
}

void job_wake_for_progress(struct inbox *inbox)
{
    double now = clock_now();
    pthread_mutex_lock(&inbox->mutex);
    bool due = now - inbox->last_wake >= 0.05;
    if (due) {
        inbox->last_wake = now;
    }
    pthread_mutex_unlock(&inbox->mutex);
    if (due) {
        wake(inbox);
    }
}

void job_post(struct inbox *inbox, struct mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&inbox->mutex);
    if (inbox->last != NULL) {
        inbox->last->next = mail;
    } else {
        inbox->first = mail;
    }
    inbox->last = mail;
    pthread_mutex_unlock(&inbox->mutex);
    wake(inbox);
}

struct mail *inbox_take(struct inbox *inbox)
{
    char bytes[256];
    while (read(inbox->pipe[0], bytes, sizeof bytes) > 0) {
    }
    pthread_mutex_lock(&inbox->mutex);
    struct mail *first = inbox->first;
    inbox->first = NULL;
    inbox->last = NULL;
    pthread_mutex_unlock(&inbox->mutex);
    return first;
}

bool inbox_empty(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->mutex);
    bool empty = inbox->first == NULL;
    pthread_mutex_unlock(&inbox->mutex);
    return empty;
}

void mail_free(struct mail *mail)
{
    if (mail == NULL) {
        return;
    }
    table_free(mail->preview);
    query_free(mail->query);
    free(mail);
}

bool job_start_thread(pthread_t *thread, void *(*entry)(void *), void *argument,
                      struct status *status)
{
    sigset_t all, before;
    sigmask_fill(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(thread, NULL, entry, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0 ||
           status_set(status, STATUS_IO, "cannot start a thread: %s", strerror(error));
}

bool job_join(pthread_t thread, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until); /* what pthread_timedjoin_np() counts by */
    double end = (double)until.tv_nsec * 1e-9 + (seconds > 0 ? seconds : 0);
    until.tv_sec += (time_t)end;
    until.tv_nsec = (long)((end - (double)(time_t)end) * 1e9);
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}
