#define _GNU_SOURCE
#include "terminal/captured_stderr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { KEPT_BYTES = 65536, PIECE = 1024, TAKE_BYTES = 8192, TAKE_LINE = 400 };

static int captured_fd = -1; /* where it goes meanwhile; -1: nothing is kept */
static int stderr_fd = -1;   /* the real one */
static off_t taken;          /* bytes of it that captured_stderr_lines() has handed over */

void captured_stderr_start(void)
{
    if (!isatty(STDERR_FILENO)) {
        return; /* it goes to a file and disturbs nobody */
    }
    fflush(stderr);
    taken = 0;
    captured_fd = memfd_create("oddhours-stderr", MFD_CLOEXEC);
    stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (captured_fd >= 0 && stderr_fd >= 0) {
        dup2(captured_fd, STDERR_FILENO);
    }
}

void captured_stderr_write(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written <= 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
}

size_t captured_stderr_lines(void (*take)(void *context, const char *line), void *context)
{
    static char bytes[TAKE_BYTES];
    struct stat info;
    size_t n = 0, used = 0;
    if (captured_fd < 0 || fstat(captured_fd, &info) != 0 || info.st_size <= taken) {
        return 0;
    }
    ssize_t got = pread(captured_fd, bytes, sizeof bytes, taken);
    while (got > 0 && used < (size_t)got) {
        char line[TAKE_LINE + 1];
        size_t left = (size_t)got - used, length = left < TAKE_LINE ? left : TAKE_LINE;
        const char *newline = memchr(bytes + used, '\n', length);
        if (newline == NULL && length < TAKE_LINE) {
            break; /* the rest of the line is still to come */
        }
        length = newline != NULL ? (size_t)(newline - (bytes + used)) : length;
        memcpy(line, bytes + used, length);
        line[length] = '\0';
        used += length + (newline != NULL);
        if (strspn(line, " \t\r") < length) {
            take(context, line);
            n++;
        }
    }
    taken += (off_t)used;
    return n;
}

/* Line by line, made safe. Async-signal-safe. */
static void write_safely(int fd, const char *bytes, size_t length)
{
    static char safe[3 * PIECE + 1];
    while (length > 0) {
        const char *newline = memchr(bytes, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - bytes);
        size_t piece = line < PIECE ? line : PIECE;
        captured_stderr_write(fd, safe, text_safe(safe, sizeof safe, bytes, piece, false));
        if (piece == line) {
            captured_stderr_write(fd, "\n", 1);
            piece += newline != NULL;
        }
        bytes += piece;
        length -= piece;
    }
}

void captured_stderr_release(void)
{
    static char kept[KEPT_BYTES];
    if (captured_fd < 0 || stderr_fd < 0) {
        return;
    }
    dup2(stderr_fd, STDERR_FILENO);
    ssize_t length = pread(captured_fd, kept, sizeof kept, 0);
    if (length > 0) {
        write_safely(STDERR_FILENO, kept, (size_t)length);
    }
    close(captured_fd);
    close(stderr_fd);
    captured_fd = stderr_fd = -1;
}

void captured_stderr_pause(bool pause)
{
    if (captured_fd >= 0 && stderr_fd >= 0) {
        dup2(pause ? stderr_fd : captured_fd, STDERR_FILENO);
    }
}
