/* signals: which have come, and waiting for them.
 *
 * All are blocked in every thread and only let through inside signals_wait(), so none can come
 * between looking and waiting (research of terminal programs measured 8 lost resizes in 100
 * with plain poll). Only flags are set in handlers. */
#ifndef ODDHOURS_TUI_SIGNALS_H
#define ODDHOURS_TUI_SIGNALS_H

#include <stdbool.h>

enum signal_event {
    SIGNAL_RESIZE = 1 << 0,    /* SIGWINCH */
    SIGNAL_TERMINATE = 1 << 1, /* SIGTERM, SIGHUP, SIGQUIT */
    SIGNAL_INTERRUPT = 1 << 2, /* SIGINT */
    SIGNAL_STOP = 1 << 3,      /* SIGTSTP */
    SIGNAL_CONTINUE = 1 << 4,  /* SIGCONT */
    SIGNAL_KEY = 1 << 5,       /* no signal: the terminal has something to read */
    SIGNAL_WAKE = 1 << 6,      /* no signal: the threads have something to say */
};

/* Blocks them and sets the handlers. In the thread that will wait, before any other is started.
 */
void signals_start(void);

/* Waits until one of them, something to read on one of the two descriptors (-1: none), or
 * `seconds` (negative: for ever). Returns SIGNAL_... flags, 0 after the time. */
unsigned signals_wait(int key_fd, int wake_fd, double seconds);

/* The number of the terminating signal that came, or 0. */
int signals_terminating(void);

/* Stops the process group as Ctrl-Z does, and returns when it is continued. */
void signals_stop_self(void);

/* A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) calls `restore`, which must be
 * async-signal-safe, then ends the process as it would have. */
void signals_on_crash(void (*restore)(int signal));

#endif
