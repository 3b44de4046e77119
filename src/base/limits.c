#include "base/limits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"

enum { PATH_ROOM = 4096, TEXT_ROOM = 8192 };

/* The beginning of a small file in a folder (AT_FDCWD: any); false when it cannot be read. */
static bool read_text(int folder, const char *path, char *text, size_t size)
{
    const int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (file == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    return true;
}

static bool read_number(int folder, const char *name, uint64_t *number)
{
    char text[64], *end;
    if (!read_text(folder, name, text, sizeof text)) {
        return false;
    }
    *number = strtoull(text, &end, 10);
    return end != text; /* "max" is no number */
}

/* Pages of files in a group, which it gives up when it needs to. */
static uint64_t file_pages(int folder)
{
    char text[TEXT_ROOM];
    uint64_t sum = 0;
    if (!read_text(folder, "memory.stat", text, sizeof text)) {
        return 0;
    }
    for (char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        unsigned long long bytes;
        line += *line == '\n';
        if (sscanf(line, "inactive_file %llu", &bytes) == 1 ||
            sscanf(line, "active_file %llu", &bytes) == 1) {
            sum += bytes;
        }
    }
    return sum;
}

static uint64_t group_left(const char *directory)
{
    uint64_t most, used = 0, left = UINT64_MAX;
    const int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return left;
    }
    if (read_number(folder, "memory.max", &most)) {
        read_number(folder, "memory.current", &used);
        const uint64_t files = file_pages(folder);
        used = used > files ? used - files : 0;
        left = most > used ? most - used : 0;
    }
    close(folder);
    return left;
}

uint64_t limits_cgroup_left(const char *root, const char *self)
{
    const char *line = strncmp(self, "0::", 3) == 0 ? self : strstr(self, "\n0::");
    char directory[PATH_ROOM];
    if (line == NULL) {
        return UINT64_MAX;
    }
    line = strstr(line, "::") + 2;
    const int length = (int)strcspn(line, "\n");
    const int used = snprintf(directory, sizeof directory, "%s%.*s", root, length, line);
    if (used < 0 || (size_t)used >= sizeof directory) {
        return UINT64_MAX;
    }
    uint64_t least = UINT64_MAX;
    for (;;) {
        const uint64_t left = group_left(directory);
        least = left < least ? left : least;
        char *slash = strrchr(directory, '/');
        if (slash == NULL || (size_t)(slash - directory) < strlen(root)) {
            return least;
        }
        *slash = '\0';
    }
}

static uint64_t address_space_left(void)
{
    struct rlimit limit;
    char text[64];
    unsigned long long pages = 0;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return UINT64_MAX;
    }
    if (read_text(AT_FDCWD, "/proc/self/statm", text, sizeof text)) {
        pages = strtoull(text, NULL, 10);
    }
    const uint64_t used = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}

struct memory_left limits_memory_left(void)
{
    struct memory_left left = {UINT64_MAX, "no limit is known"};
    char self[TEXT_ROOM];
    const uint64_t machine = mem_available_bytes();
    if (machine > 0) {
        left = (struct memory_left){machine, "available on this machine"};
    }
    if (read_text(AT_FDCWD, "/proc/self/cgroup", self, sizeof self)) {
        const uint64_t group = limits_cgroup_left("/sys/fs/cgroup", self);
        if (group < left.bytes) {
            left = (struct memory_left){group, "left in this control group"};
        }
    }
    const uint64_t space = address_space_left();
    if (space < left.bytes) {
        left = (struct memory_left){space, "left under ulimit -v"};
    }
    return left;
}
