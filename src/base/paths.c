#include "base/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static char *three(const char *a, const char *b, const char *c, struct status *status)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *path = mem_new(size, 1, "a path", status);
    if (path != NULL) {
        snprintf(path, size, "%s%s%s", a, b, c);
    }
    return path;
}

char *paths_of(enum paths_root root, const char *name, struct status *status)
{
    static const struct {
        const char *variable, *at_home;
    } roots[] = {
        [PATHS_CONFIG] = {"XDG_CONFIG_HOME", "/.config/oddhours/"},
        [PATHS_DATA] = {"XDG_DATA_HOME", "/.local/share/oddhours/"},
        [PATHS_CACHE] = {"XDG_CACHE_HOME", "/.cache/oddhours/"},
    };
    const char *base = getenv(roots[root].variable), *home = getenv("HOME");
    if (base != NULL && base[0] == '/') {
        return three(base, "/oddhours/", name, status);
    }
    if (home == NULL || home[0] != '/') {
        status_set(status, STATUS_USAGE, "there is no home directory: HOME is not set");
        return NULL;
    }
    return three(home, roots[root].at_home, name, status);
}

char *paths_join(const char *folder, const char *name, struct status *status)
{
    return three(folder, "/", name, status);
}

char *paths_expand(const char *path, struct status *status)
{
    const char *home = getenv("HOME");
    bool at_home = strncmp(path, "~/", 2) == 0 && home != NULL;
    return three(at_home ? home : "", at_home ? path + 1 : path, "", status);
}

/* A home that is not there is nobody's: an account of a service has "/nonexistent". */
static bool home_is_missing(const char *path)
{
    const char *home = getenv("HOME");
    size_t length = home != NULL ? strlen(home) : 0;
    struct stat there;
    return length > 1 && strncmp(path, home, length) == 0 && path[length] == '/' &&
           stat(home, &there) != 0;
}

bool paths_make_folders(const char *path, struct status *status)
{
    if (home_is_missing(path)) {
        return status_set(status, STATUS_IO, "making the directory of %s: %s", path,
                          "there is no home directory");
    }
    char *copy = mem_text(path, strlen(path), status);
    int failed = 0;
    for (char *slash = copy; copy != NULL && failed == 0 && copy[0] != '\0' &&
                             (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        struct stat there; /* a directory above may exist and still refuse (read-only) */
        int code = mkdir(copy, 0700) == 0 ? 0 : errno;
        failed = code != 0 && stat(copy, &there) != 0 ? code : 0;
        *slash = '/';
    }
    bool made = copy != NULL;
    free(copy);
    return made &&
           (failed == 0 || status_set(status, STATUS_IO, "making the directory of %s: %s", path,
                                      strerror(failed)));
}
