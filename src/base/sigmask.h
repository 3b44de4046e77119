/* sigmask: what a background thread blocks: every signal but those of a crash. A signal that a
 * thread brings upon itself while it is blocked ends the program without its handler, and the
 * handler is what gives the terminal back. */
#ifndef ODDHOURS_BASE_SIGMASK_H
#define ODDHOURS_BASE_SIGMASK_H

#include <signal.h>

static inline void sigmask_fill(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGBUS);
    sigdelset(set, SIGFPE);
    sigdelset(set, SIGILL);
    sigdelset(set, SIGABRT);
}

#endif
