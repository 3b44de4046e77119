/* A verdict that is said to be saved is synced: what SQLite asks of the system is recorded by
 * functions of this program that stand before libc's. */
#define _GNU_SOURCE
#include "review/store/store.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

enum what { WRITE, SYNC, REMOVE };
enum { MOST = 4096 };

static struct {
    size_t n;
    struct {
        enum what what;
        char path[160];
    } calls[MOST];
} record;

static void note(enum what what, int fd, const char *path)
{
    if (record.n == MOST) {
        return;
    }
    char link[64];
    char *to = record.calls[record.n].path;
    size_t size = sizeof record.calls[0].path;
    if (path != NULL) {
        snprintf(to, size, "%s", path);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, to, size - 1);
        to[length > 0 ? length : 0] = '\0';
    }
    record.calls[record.n++].what = what;
}

typedef ssize_t pwrite_function(int fd, const void *bytes, size_t count, off64_t offset);
typedef ssize_t write_function(int fd, const void *bytes, size_t count);
typedef int fd_function(int fd);
typedef int path_function(const char *path);

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
    note(WRITE, fd, NULL);
    return ((pwrite_function *)dlsym(RTLD_NEXT, "pwrite64"))(fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    note(WRITE, fd, NULL);
    return ((write_function *)dlsym(RTLD_NEXT, "write"))(fd, bytes, count);
}

int fsync(int fd)
{
    note(SYNC, fd, NULL);
    return ((fd_function *)dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd)
{
    note(SYNC, fd, NULL);
    return ((fd_function *)dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

int unlink(const char *path)
{
    note(REMOVE, -1, path);
    return ((path_function *)dlsym(RTLD_NEXT, "unlink"))(path);
}

static size_t last(enum what what, const char *path)
{
    size_t found = 0; /* from 1 */
    for (size_t i = 0; i < record.n; i++) {
        if (record.calls[i].what == what && strcmp(record.calls[i].path, path) == 0) {
            found = i + 1;
        }
    }
    return found;
}

static bool describe(const void *table, uint32_t row, struct entry_row *to,
                     struct status *status)
{
    (void)table;
    (void)status;
    to->content = row;
    return true;
}

static bool accepts(const void *table, const struct entry_row *row, bool same_features)
{
    (void)table;
    (void)row;
    return same_features;
}

/* The rollback journal is on the disk before the file changes, the file before the journal
 * goes, and the directory after it went. */
static void saved_is_synced(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-sync-XXXXXX", path[80], journal[96];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/reviews.db", directory);
    snprintf(journal, sizeof journal, "%s-journal", path);
    const struct row_source source = {.describe = describe, .accepts = accepts};
    const struct review_dataset dataset = {.hash = (char *)(uintptr_t) "aa",
                                           .name = (char *)(uintptr_t) "a.csv",
                                           .features = (char *)(uintptr_t) "x"};
    struct store_options options = {.path = path, .reviewer = "ana"};
    struct verdict_context context = {.seconds = 1};
    struct store *store = store_new(&options, NULL);
    assert_true(store_attach(store, &dataset, &source, NULL));
    for (uint32_t row = 0; row < 3; row++) {
        record.n = 0;
        assert_true(store_verdict(store, &row, 1, VERDICT_TP, &context, NULL));
        assert_true(record.n > 0 && record.n < MOST);
        assert_true(last(WRITE, path) > 0);
        assert_true(last(SYNC, path) > last(WRITE, path));
        assert_true(last(WRITE, journal) > 0);
        assert_true(last(SYNC, journal) > last(WRITE, journal));
        assert_true(last(REMOVE, journal) > last(SYNC, path));
        assert_true(last(SYNC, directory) > last(REMOVE, journal));
        if (row > 0) { /* one transaction: the journal is whole before the file is touched */
            size_t first = 0;
            while (record.calls[first].what != WRITE ||
                   strcmp(record.calls[first].path, path) != 0) {
                first++;
            }
            assert_true(last(SYNC, journal) < first + 1);
        }
    }
    assert_true(store_free(store, NULL));
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(saved_is_synced)};
    return cmocka_run_group_tests_name("store_sync", tests, NULL, NULL);
}
