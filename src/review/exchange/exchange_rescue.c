/* Where verdicts go that no store takes. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "review/exchange/exchange.h"

static bool is_taken(const char *path)
{
    struct stat there; /* a link that leads nowhere takes a name, too */
    return lstat(path, &there) == 0;
}

/* In one folder. A name that is taken is passed over, also when that happens at this moment:
 * where every process has the same number, as in a container, it is that of an earlier rescue.
 */
static bool rescue_into(const char *folder, const struct history *history,
                        const struct review_dataset *dataset, char *path, size_t size,
                        struct status *status)
{
    enum { TRIES = 10000 };
    for (unsigned i = 1; i <= TRIES; i++) {
        char number[16] = "";
        if (i > 1) {
            snprintf(number, sizeof number, "-%u", i);
        }
        int length = snprintf(path, size, "%s/oddhours-unsaved-%ld%s.json", folder,
                              (long)getpid(), number);
        if (length < 0 || (size_t)length >= size) {
            return status_set(status, STATUS_IO, "the name of a folder is too long");
        }
        if (is_taken(path)) {
            continue;
        }
        if (exchange_write(history, dataset, true, EXCHANGE_JSON, path, status)) {
            return true;
        }
        if (!is_taken(path)) {
            return false;
        }
    }
    return status_set(status, STATUS_IO,
                      "%s: all names for a file of unsaved entries are taken", folder);
}

bool exchange_rescue(const struct history *history, const struct review_dataset *dataset,
                     char *path, size_t size, struct status *status)
{
    const char *const folders[] = {".", getenv("HOME"), getenv("TMPDIR"), "/tmp"};
    struct status why = {0};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (folders[i] != NULL && folders[i][0] != '\0' &&
            rescue_into(folders[i], history, dataset, path, size, &why)) {
            return true;
        }
    }
    if (status != NULL) {
        *status = why;
    }
    return false;
}
