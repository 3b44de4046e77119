#include "cmd/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

void streams_open(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            /* The lowest free number: this one. It cannot be used the way it is meant. */
            if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) {
                return;
            }
        }
    }
    signal(SIGXFSZ, SIG_IGN);
}

int streams_close(int exit_status)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || exit_status != 0) {
        return exit_status;
    }
    fprintf(stderr, "oddhours: standard output: cannot be written%s%s\n",
            errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
    return 1;
}
