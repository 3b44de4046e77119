#define _GNU_SOURCE
#include "base/behind.h"

#include <fcntl.h>

#include "base/clock.h"

/* DESIGN. The kernel is asked to start writing what is new, and then to drop what was started
 * LAG bytes ago, which it does for pages that are on the disk by now and skips for others. So
 * neither request waits, but for the first when the queue of the disk is full: a disk slower
 * than SLOWEST is left to the kernel, which then has the whole of its cache to hide that. */

#if defined(SYNC_FILE_RANGE_WRITE) && defined(POSIX_FADV_DONTNEED)

enum {
    STEP = 8 << 20,     /* bytes between two requests */
    LAG = 64 << 20,     /* bytes that are left alone, at first and at the end */
    WINDOW = 256 << 20, /* how far back is looked for pages that were skipped */
    SLOWEST = 300 << 20 /* bytes a second */
};

/* Slower than that after a first allowance, for a disk that was busy with others. */
static bool too_slow(const struct behind *behind)
{
    const double allowed = 0.25;
    return behind->seconds > allowed + (double)behind->started / SLOWEST;
}

void behind_advance(struct behind *behind, int fd, uint64_t written)
{
    if (behind->off || written < LAG || written - behind->started < STEP) {
        return;
    }
    double before = clock_now();
    behind->off =
        sync_file_range(fd, (off_t)behind->started, (off_t)(written - behind->started),
                        SYNC_FILE_RANGE_WRITE) != 0;
    behind->started = written;
    uint64_t to = written - LAG, from = to > WINDOW ? to - WINDOW : 0;
    if (!behind->off && to > from) { /* an empty range would mean up to the end */
        behind->off =
            posix_fadvise(fd, (off_t)from, (off_t)(to - from), POSIX_FADV_DONTNEED) != 0;
    }
    behind->seconds += clock_now() - before;
    behind->off = behind->off || too_slow(behind);
}

#else

void behind_advance(struct behind *behind, int fd, uint64_t written)
{
    (void)fd;
    (void)written;
    behind->off = true;
}

#endif
