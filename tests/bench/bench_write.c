/* bench_write DIR [MIB [THREADS [CHUNK-KIB [RUNS]]]]: seconds of writing a file of MIB MiB in
 * DIR with plain write(2), each of THREADS threads at its own offsets, and nothing else: what
 * the system alone takes for the files of a run. Not part of `make check`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"

struct job {
    int fd;
    size_t chunk;
    char *bytes; /* (chunk) */
    _Atomic int error;
};

static double clock_s(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double system_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
}

static void write_chunk(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct job *job = context;
    off_t at = (off_t)(task * job->chunk);
    if (pwrite(job->fd, job->bytes, job->chunk, at) != (ssize_t)job->chunk) {
        job->error = errno != 0 ? errno : EIO;
    }
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return argc > i ? strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    size_t mib = argument(argc, argv, 2, 1024), threads = argument(argc, argv, 3, 2);
    size_t kib = argument(argc, argv, 4, 1024), runs = argument(argc, argv, 5, 2);
    if (argc < 2 || mib == 0 || threads == 0 || kib == 0) {
        fprintf(stderr, "usage: bench_write DIR [MIB [THREADS [CHUNK-KIB [RUNS]]]]\n");
        return 2;
    }
    char path[4096];
    struct parallel *pool = parallel_new((unsigned)threads, NULL);
    struct job job = {.chunk = kib * 1024, .bytes = malloc(kib * 1024)};
    snprintf(path, sizeof path, "%s/bench_write.XXXXXX", argv[1]);
    if (pool == NULL || job.bytes == NULL) {
        return 1;
    }
    memset(job.bytes, '0', job.chunk);
    for (size_t run = 0; run < runs; run++) {
        strcpy(path + strlen(path) - 6, "XXXXXX");
        job.fd = mkstemp(path);
        double wall = clock_s(CLOCK_MONOTONIC), system = system_s();
        parallel_run(pool, mib * 1024 / kib, write_chunk, &job);
        wall = clock_s(CLOCK_MONOTONIC) - wall;
        system = system_s() - system;
        close(job.fd);
        unlink(path);
        if (job.error != 0) {
            fprintf(stderr, "bench_write: %s: %s\n", path, strerror(job.error));
            return 1;
        }
        printf("%zu MiB, %zu threads, %zu KiB a call: %.3f s, %.0f MiB/s; system %.3f s\n", mib,
               threads, kib, wall, (double)mib / wall, system);
        fflush(stdout);
    }
    parallel_free(pool);
    free(job.bytes);
    return 0;
}
