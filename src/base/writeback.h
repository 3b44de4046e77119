/* writeback: has a long file that is being written go to the disk while it is written, and
 * leave the system's cache of files when it is there.
 *
 * Otherwise gigabytes of results push everything else out of that cache, the table they were
 * made of first, and the program is halted when too much waits for the disk. On a virtual
 * machine that gives unused memory back to its host, taking as much memory anew can cost
 * several times as much as the writing. The bytes of the file are the same with and without.
 */
#ifndef ODDHOURS_BASE_WRITEBACK_H
#define ODDHOURS_BASE_WRITEBACK_H

#include <stdbool.h>
#include <stdint.h>

/* Of one file; starts as all zeros. */
struct writeback {
    uint64_t started; /* bytes that the disk was told of */
    double seconds;   /* what telling has taken */
    bool off;         /* it does not work here, or the disk is slow */
};

/* To be called now and then while `fd` is written from its start to its end, of which `written`
 * bytes are. Short files are left alone, and so is the last part of a long one. It waits for
 * nothing that is not written yet; a disk that is too slow for it turns it off. */
void writeback_advance(struct writeback *writeback, int fd, uint64_t written);

#endif
