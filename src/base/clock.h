/* clock: seconds that never jump, for measuring. */
#ifndef ODDHOURS_BASE_CLOCK_H
#define ODDHOURS_BASE_CLOCK_H

#include <time.h>

/* Seconds since some fixed point; only differences mean anything. */
static inline double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
