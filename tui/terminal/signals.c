#define _GNU_SOURCE
#include "terminal/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t pending;     /* SIGNAL_... flags */
static volatile sig_atomic_t terminating; /* number of the signal */
static sigset_t waiting_mask;             /* while in signals_wait() */
static pid_t waiting_thread;              /* which calls it */
static void (*crash_restore)(int signal);
static char crash_stack[1 << 16];

static const struct {
    int number;
    unsigned flag;
} handled[] = {
    {SIGWINCH, SIGNAL_RESIZE},
    {SIGTERM, SIGNAL_TERMINATE},
    {SIGHUP, SIGNAL_TERMINATE},
    {SIGQUIT, SIGNAL_TERMINATE},
    {SIGINT, SIGNAL_INTERRUPT},
    {SIGTSTP, SIGNAL_STOP},
    {SIGCONT, SIGNAL_CONTINUE},
    /* Nobody sends these to be answered; but their default is to end the program at once, and
     * the terminal would stay as it is. */
    {SIGUSR1, SIGNAL_TERMINATE},
    {SIGUSR2, SIGNAL_TERMINATE},
    {SIGALRM, SIGNAL_TERMINATE},
    {SIGVTALRM, SIGNAL_TERMINATE},
    {SIGPROF, SIGNAL_TERMINATE},
    {SIGIO, SIGNAL_TERMINATE},
    {SIGXCPU, SIGNAL_TERMINATE},
};

enum { HANDLED = sizeof handled / sizeof handled[0] };

/* Libraries have threads from before signals_start() (OpenBLAS), which block nothing: a signal
 * that comes to one of them is sent on to the thread that waits. Without this it would be seen
 * only when something else wakes that thread. */
static void take_note(int number)
{
    if (gettid() != waiting_thread) {
        int error = errno;
        syscall(SYS_tgkill, getpid(), waiting_thread, number);
        errno = error;
        return;
    }
    for (int i = 0; i < HANDLED; i++) {
        if (handled[i].number == number) {
            pending |= (sig_atomic_t)handled[i].flag;
            if (handled[i].flag == SIGNAL_TERMINATE) {
                terminating = number;
            }
        }
    }
}

static void set_handler(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void signals_start(void)
{
    sigset_t blocked;
    waiting_thread = gettid();
    sigemptyset(&blocked);
    for (int i = 0; i < HANDLED; i++) {
        sigaddset(&blocked, handled[i].number);
        set_handler(handled[i].number, take_note, 0);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &waiting_mask);
    for (int i = 0; i < HANDLED; i++) {
        sigdelset(&waiting_mask, handled[i].number);
    }
    set_handler(SIGPIPE, SIG_IGN, 0); /* a write says EPIPE */
    set_handler(SIGXFSZ, SIG_IGN, 0); /* and EFBIG beyond ulimit -f */
}

static struct timespec to_timespec(double seconds)
{
    struct timespec time = {(time_t)seconds, 0};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    return time;
}

unsigned signals_wait(int key_fd, int wake_fd, double seconds)
{
    struct pollfd fds[] = {{key_fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
    struct timespec timeout = to_timespec(seconds < 0 ? 0 : seconds);
    int ready = ppoll(fds, 2, seconds < 0 ? NULL : &timeout, &waiting_mask);
    unsigned events = 0;
    if (ready > 0) {
        events |= fds[0].revents != 0 ? SIGNAL_KEY : 0;
        events |= fds[1].revents != 0 ? SIGNAL_WAKE : 0;
    }
    /* The signals are blocked again: nothing can change this in between. */
    events |= (unsigned)pending;
    pending = 0;
    return events;
}

int signals_terminating(void)
{
    return terminating;
}

void signals_stop_self(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    set_handler(SIGTSTP, SIG_DFL, 0);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, NULL); /* stops here */
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    set_handler(SIGTSTP, take_note, 0);
}

static void on_crash(int number)
{
    if (crash_restore != NULL) {
        crash_restore(number);
    }
    /* SA_RESETHAND has put the default action back. */
    sigset_t self;
    sigemptyset(&self);
    sigaddset(&self, number);
    pthread_sigmask(SIG_UNBLOCK, &self, NULL);
    raise(number);
}

void signals_on_crash(void (*restore)(int signal))
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    crash_restore = restore;
    /* Its own stack, so that running out of the usual one is survived as well. */
    sigaltstack(&(stack_t){.ss_sp = crash_stack, .ss_size = sizeof crash_stack}, NULL);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct sigaction now;
        /* A sanitizer's own handler stays. */
        if (sigaction(crashes[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
            set_handler(crashes[i], on_crash, (int)SA_RESETHAND | SA_ONSTACK);
        }
    }
}
