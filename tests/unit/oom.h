/* oom: makes a chosen allocation fail, and counts what is not freed.
 *
 * A test program that uses it is linked with $(oom_ldflags), so that malloc, calloc, realloc,
 * aligned_alloc and free of the engine (not of shared libraries) come by here:
 *
 *     for (unsigned long n = 0; ; n++) {
 *         oom_arm(n);
 *         thing = thing_new(&status);
 *         bool failed = oom_disarm();
 *         ... failed: thing must be NULL and status STATUS_NOMEM; not failed: the end is
 * reached assert_int_equal(oom_live(), before);
 *     }
 */
#ifndef ODDHOURS_TESTS_UNIT_OOM_H
#define ODDHOURS_TESTS_UNIT_OOM_H

#include <stdbool.h>

/* The n-th allocation from now on (0: the next) fails. With `all` those after it fail, too. */
void oom_arm(unsigned long n, bool all);

/* No more failures; returns whether there was one. */
bool oom_disarm(void);

/* Allocations that are not freed. */
long oom_live(void);

#endif
