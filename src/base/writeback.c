#define _GNU_SOURCE
#include "base/writeback.h"

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
static bool too_slow(const struct writeback *writeback)
{
    const double allowed = 0.25;
    return writeback->seconds > allowed + (double)writeback->started / SLOWEST;
}

void writeback_advance(struct writeback *writeback, int fd, uint64_t written)
{
    if (writeback->off || written < LAG || written - writeback->started < STEP) {
        return;
    }
    double before = clock_now();
    writeback->off =
        sync_file_range(fd, (off_t)writeback->started, (off_t)(written - writeback->started),
                        SYNC_FILE_RANGE_WRITE) != 0;
    writeback->started = written;
    uint64_t to = written - LAG, from = to > WINDOW ? to - WINDOW : 0;
    if (!writeback->off && to > from) { /* an empty range would mean up to the end */
        writeback->off =
            posix_fadvise(fd, (off_t)from, (off_t)(to - from), POSIX_FADV_DONTNEED) != 0;
    }
    writeback->seconds += clock_now() - before;
    writeback->off = writeback->off || too_slow(writeback);
}

#else

void writeback_advance(struct writeback *writeback, int fd, uint64_t written)
{
    (void)fd;
    (void)written;
    writeback->off = true;
}

#endif
