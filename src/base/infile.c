#define _GNU_SOURCE
#include "base/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { PIPEFS = 0x50495045 }; /* PIPEFS_MAGIC: pipes without a name */

static bool is_null(const struct stat *info)
{
    return S_ISCHR(info->st_mode) && info->st_rdev == makedev(1, 3);
}

static bool refuse(const char *path, mode_t mode, struct status *status)
{
    const char *what = S_ISFIFO(mode)   ? "a pipe"
                       : S_ISDIR(mode)  ? "a directory"
                       : S_ISSOCK(mode) ? "a socket"
                                        : "a device";
    errno = EINVAL;
    return status_set(status, STATUS_INPUT, "%s: cannot be read: it is %s, not a file", path,
                      what);
}

static bool is_text(const char *path, const struct stat *info)
{
    struct statfs system;
    return S_ISREG(info->st_mode) || is_null(info) ||
           (S_ISFIFO(info->st_mode) && statfs(path, &system) == 0 && system.f_type == PIPEFS);
}

bool infile_check_text(const char *path, struct status *status)
{
    struct stat info;
    return stat(path, &info) != 0 || is_text(path, &info) || refuse(path, info.st_mode, status);
}

static int open_kind(const char *path, bool text, struct status *status)
{
    struct stat info;
    struct status problem = {0};
    int fd = -1;
    bool good = !text || infile_check_text(path, &problem);
    if (good) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        good = fd >= 0 && fstat(fd, &info) == 0;
        if (!good) {
            int error = errno;
            status_set(&problem, STATUS_IO, "%s: cannot be read: %s", path, strerror(error));
            errno = error;
        }
    }
    if (good && (text ? !S_ISREG(info.st_mode) && !is_null(&info) && !S_ISFIFO(info.st_mode)
                      : !S_ISREG(info.st_mode))) {
        good = refuse(path, info.st_mode, &problem);
    }
    if (good && !S_ISREG(info.st_mode)) {
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK); /* its reads may wait */
    }
    if (good) {
        return fd;
    }
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (status != NULL) {
        *status = problem;
    }
    errno = error;
    return -1;
}

int infile_open(const char *path, struct status *status)
{
    return open_kind(path, false, status);
}

int infile_open_text(const char *path, struct status *status)
{
    return open_kind(path, true, status);
}

FILE *infile_stream_text(const char *path, struct status *status)
{
    int fd = infile_open_text(path, status);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (fd >= 0 && file == NULL) {
        int error = errno;
        close(fd);
        status_set(status, STATUS_IO, "%s: cannot be read: %s", path, strerror(error));
        errno = error;
    }
    return file;
}
