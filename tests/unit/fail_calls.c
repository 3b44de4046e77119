/* fail_calls: a library for LD_PRELOAD that makes one system call of a program fail.
 *
 * FAIL_CALL names the call, FAIL_AT says which one (from 1), FAIL_WITH the errno. FAIL_COUNT
 * names a file: how many such calls there were is written there at the end. Calls on what the C
 * library opens for itself are not seen, which is fine: those of the program are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *wanted;
static long fail_at;
static int fail_with;
static atomic_long seen;

__attribute__((constructor)) static void read_wishes(void)
{
    const char *at = getenv("FAIL_AT"), *with = getenv("FAIL_WITH");
    wanted = getenv("FAIL_CALL");
    fail_at = at != NULL ? strtol(at, NULL, 10) : 0;
    fail_with = with != NULL ? (int)strtol(with, NULL, 10) : EIO;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("FAIL_COUNT");
    if (path != NULL) {
        const char *name = wanted;
        wanted = NULL;
        FILE *file = fopen(path, "w");
        if (file != NULL) {
            fprintf(file, "%ld\n", atomic_load(&seen));
            fclose(file);
        }
        wanted = name;
    }
}

static int fails(const char *name)
{
    if (wanted == NULL || strcmp(wanted, name) != 0 ||
        atomic_fetch_add(&seen, 1) + 1 != fail_at) {
        return 0;
    }
    errno = fail_with;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails("open") ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails("open") ? -1 : REAL(open64)(path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    return fails("read") ? -1 : REAL(read)(fd, bytes, size);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
    return fails("pread") ? -1 : REAL(pread)(fd, bytes, size, at);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t at)
{
    return fails("pread") ? -1 : REAL(pread64)(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return fails("write") ? -1 : REAL(write)(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return fails("pwrite") ? -1 : REAL(pwrite)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    return fails("pwrite") ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}

int fsync(int fd)
{
    return fails("fsync") ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails("fsync") ? -1 : REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : REAL(rename)(from, to);
}

int close(int fd)
{
    int result = REAL(close)(fd); /* it is closed all the same, as close(2) says */
    return fails("close") ? -1 : result;
}

int fstat(int fd, struct stat *info)
{
    return fails("fstat") ? -1 : REAL(fstat)(fd, info);
}

int fchmod(int fd, mode_t mode)
{
    return fails("fchmod") ? -1 : REAL(fchmod)(fd, mode);
}

int unlink(const char *path)
{
    return fails("unlink") ? -1 : REAL(unlink)(path);
}

int ppoll(struct pollfd *files, nfds_t n, const struct timespec *patience, const sigset_t *mask)
{
    return fails("ppoll") ? -1 : REAL(ppoll)(files, n, patience, mask);
}

int mkdir(const char *path, mode_t mode)
{
    return fails("mkdir") ? -1 : REAL(mkdir)(path, mode);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t from)
{
    return fails("mmap") ? MAP_FAILED : REAL(mmap)(at, size, protection, flags, fd, from);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*entry)(void *),
                   void *argument)
{
    return fails("pthread_create") ? errno : REAL(pthread_create)(thread, how, entry, argument);
}
