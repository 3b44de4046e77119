/* limits: how much memory this process can still get, and who says so. */
#ifndef ODDHOURS_BASE_LIMITS_H
#define ODDHOURS_BASE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* What is left, and a few words for a sentence: "the machine has so much to give". */
struct memory_left {
    uint64_t bytes;  /* UINT64_MAX: no limit is known */
    const char *who; /* a constant */
};

/* The least of what the machine has available, the control group (version 2) leaves, and the
 * limit of the address space (ulimit -v) leaves. */
struct memory_left limits_memory_left(void);

/* What the control groups of a process leave: `self` is the text of /proc/self/cgroup, `root`
 * where groups are mounted. Looks at the group and all above it; pages of files count as free.
 * UINT64_MAX when there is no limit. */
uint64_t limits_cgroup_left(const char *root, const char *self);

#endif
