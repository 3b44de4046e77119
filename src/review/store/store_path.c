/* Where the store is and who writes to it, before it is opened. */
#include "review/store/store_internal.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/paths.h"
#include "base/text.h"

char *store_join(const char *base, const char *rest, struct status *status)
{
    size_t size = strlen(base) + strlen(rest) + 1;
    char *path = mem_new(size, 1, "a path", status);
    if (path != NULL) {
        snprintf(path, size, "%s%s", base, rest);
    }
    return path;
}

char *store_default_path(struct status *status)
{
    struct status problem = {0};
    char *path = paths_of(PATHS_DATA, "reviews.db", &problem);
    if (path == NULL && problem.code == STATUS_USAGE) {
        status_set(status, STATUS_USAGE,
                   "there is no home directory for the reviews: name a file with --reviews");
    } else if (path == NULL && status != NULL) {
        *status = problem;
    }
    return path;
}

char *store_default_reviewer(struct status *status)
{
    const char *const names[] = {getenv("USER"), getenv("LOGNAME")};
    for (size_t i = 0; i < 2; i++) {
        if (names[i] != NULL && names[i][0] != '\0') {
            return text_utf8(names[i], strlen(names[i]), status);
        }
    }
    struct passwd entry, *found = NULL;
    char buffer[4096], number[32];
    if (getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != NULL) {
        return text_utf8(found->pw_name, strlen(found->pw_name), status);
    }
    snprintf(number, sizeof number, "uid-%lu", (unsigned long)geteuid());
    return text_utf8(number, strlen(number), status);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The first bytes of a regular file; 0 when there is none or nothing can be read. */
static size_t first_bytes(const char *path, char *bytes, size_t size)
{
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n =
        fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) ? read(fd, bytes, size) : 0;
    if (fd >= 0) {
        close(fd);
    }
    return n > 0 ? (size_t)n : 0;
}

bool store_path_check(const char *path, struct status *status)
{
    static const char magic[] = "SQLite format 3";
    char bytes[sizeof magic];
    size_t n = first_bytes(path, bytes, sizeof bytes);
    bool database = n == sizeof bytes && memcmp(bytes, magic, sizeof magic) == 0;
    if (database || (n == 0 && !ends_with(path, ".json") && !ends_with(path, ".csv"))) {
        return true; /* opening it will say the rest */
    }
    if (n == 0) {
        return status_set(status, STATUS_USAGE,
                          "--reviews: %s would be a review store (SQLite), but is named as an "
                          "exported review: give it another name, such as reviews.db",
                          path);
    }
    if (ends_with(path, ".json") || ends_with(path, ".csv") || bytes[0] == '{') {
        return status_set(status, STATUS_USAGE,
                          "--reviews: %s is an exported review, not a store: start without it "
                          "and type  :import %s  to take it into your own",
                          path, path);
    }
    return status_set(status, STATUS_USAGE,
                      "--reviews: %s is not a review store: name another file", path);
}
