/* The file of the store: found, made, opened, and followed when someone moves it.
 *
 * A rollback journal rather than a write-ahead log: all verdicts are then in the one file (a
 * copy of it is a whole backup, and any reader needs no more than to read it), it works on
 * network file systems, and SQLite itself notices a file that was deleted. EXTRA also syncs the
 * directory once the journal is gone, so that a saved verdict survives a power loss. */
#include "review/store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/paths.h"

/* The cause first: a message line is narrow, a path may be long. */
static bool fail_with(struct store *store, const char *doing, const char *what, int cause,
                      struct status *status)
{
    return status_set(status, STATUS_IO, "%s%s%s (%s %s)", what, cause != 0 ? ": " : "",
                      cause != 0 ? strerror(cause) : "", doing, store->path);
}

bool store_fail(struct store *store, int code, const char *doing, struct status *status)
{
    int cause = sqlite3_system_errno(store->db);
    switch (code & 0xff) {
    case SQLITE_NOMEM: return status_nomem(status, 0, "the review store");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_with(store, doing, "another program keeps the reviews locked", 0, status);
    case SQLITE_FULL: return fail_with(store, doing, "the disk is full", 0, status);
    case SQLITE_READONLY:
        return fail_with(store, doing,
                         code == SQLITE_READONLY_DBMOVED
                             ? "the review file was deleted or replaced"
                             : "the review file or its directory may not be written",
                         0, status);
    case SQLITE_CANTOPEN:
        return fail_with(store, doing, "the review file cannot be opened", cause, status);
    case SQLITE_NOTADB:
        return status_set(status, STATUS_INPUT,
                          "not a review store: %s; name another file with --reviews",
                          store->path);
    case SQLITE_CORRUPT:
        return status_set(
            status, STATUS_INPUT,
            "the review file is damaged: keep a copy, and try sqlite3 %s .recover",
            store->path);
    default:
        return fail_with(store, doing,
                         store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code),
                         cause, status);
    }
}

bool store_exec(struct store *store, const char *sql, const char *doing, struct status *status)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ||
           store_fail(store, sqlite3_extended_errcode(store->db), doing, status);
}

void store_disconnect(struct store *store)
{
    for (size_t i = 0; i < STORE_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    sqlite3_close(store->db);
    store->db = NULL;
    store->current = false;
}

/* The directory's own entry for a new file must be on the disk, too. */
static void sync_directory(const char *path)
{
    char *copy = mem_text(path, strlen(path), NULL);
    int directory = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (directory >= 0) {
        fsync(directory);
        close(directory);
    }
    free(copy);
}

/* Makes an empty file that only the user may read; false with errno when that fails, also
 * because the name is taken, a link included. */
static bool make_new(const char *path, mode_t mode)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file >= 0) {
        close(file);
        sync_directory(path);
    }
    return file >= 0;
}

/* One that is there is left as it is. */
static bool make_file(const char *path, mode_t mode, struct status *status)
{
    if (!paths_make_folders(path, status)) {
        return false;
    }
    return make_new(path, mode) || errno == EEXIST ||
           status_set(status, STATUS_IO, "making %s: %s", path, strerror(errno));
}

char *store_make_beside(const struct store *store, const char *suffix, mode_t mode,
                        struct status *status)
{
    enum { TRIES = 1000 };
    char *path = NULL, numbered[64];
    if (!paths_make_folders(store->path, status)) {
        return NULL;
    }
    for (unsigned i = 1; i <= TRIES; i++) {
        snprintf(numbered, sizeof numbered, "%s-%u", suffix, i);
        path = store_join(store->path, i > 1 ? numbered : suffix, status);
        if (path == NULL || make_new(path, mode)) {
            return path;
        }
        int cause = errno;
        if (cause != EEXIST) {
            status_set(status, STATUS_IO, "making %s: %s", path, strerror(cause));
            free(path);
            return NULL;
        }
        free(path);
    }
    status_set(status, STATUS_IO, "%s%s: all names of this kind are taken", store->path,
               suffix);
    return NULL;
}

static bool open_database(struct store *store, struct status *status)
{
    int code = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE, NULL);
    bool good = code == SQLITE_OK || store_fail(store, code, "opening", status);
    if (good) {
        sqlite3_extended_result_codes(store->db, 1);
        store_wait_for_locks(store);
        store->read_only = sqlite3_db_readonly(store->db, "main") == 1;
        good = store_exec(store, "PRAGMA synchronous = EXTRA", "opening", status) &&
               store_schema(store, status) &&
               store_exec(store, "PRAGMA foreign_keys = ON", "opening", status);
        /* Without effect on a log that others have open, which is as durable under EXTRA. */
        sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
        struct stat file;
        store->mode = stat(store->path, &file) == 0 ? file.st_mode & 0777 : 0600;
    }
    if (!good) {
        store_disconnect(store);
    }
    return good;
}

bool store_moved(struct store *store)
{
    int moved = 0;
    return sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
               SQLITE_OK &&
           moved != 0;
}

/* Copies everything that the open, deleted file holds into a new one at `path`. */
static bool copy_database(struct store *store, const char *path, struct status *status)
{
    sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_backup *backup =
        code == SQLITE_OK ? sqlite3_backup_init(copy, "main", store->db, "main") : NULL;
    if (backup != NULL) {
        sqlite3_backup_step(backup, -1);
        code = sqlite3_backup_finish(backup);
    } else if (code == SQLITE_OK) {
        code = sqlite3_errcode(copy);
    }
    sqlite3_close(copy);
    return code == SQLITE_OK ||
           status_set(status, STATUS_IO, "writing %s again after it was deleted: %s",
                      store->path, sqlite3_errstr(code));
}

/* The file was deleted while it was open: what it held is still there for us, so it is written
 * again beside its place and then linked there, unless someone else was faster. */
static bool restore(struct store *store, struct status *status)
{
    char suffix[32];
    snprintf(suffix, sizeof suffix, ".restored-%ld", (long)getpid());
    char *beside = store_make_beside(store, suffix, store->mode, status);
    if (beside == NULL) {
        return false;
    }
    bool good = copy_database(store, beside, status);
    if (good && link(beside, store->path) != 0 && errno != EEXIST) {
        good =
            status_set(status, STATUS_IO, "writing %s again: %s", store->path, strerror(errno));
    }
    unlink(beside);
    free(beside);
    if (good) {
        sync_directory(store->path);
        snprintf(store->notice, sizeof store->notice,
                 "the review file was deleted while in use; it has been written again, with "
                 "everything it held: %.300s",
                 store->path);
    }
    return good;
}

/* The open file is no longer the one at its path. */
static bool follow(struct store *store, struct status *status)
{
    if (access(store->path, F_OK) != 0) {
        if (!restore(store, status)) {
            return false;
        }
    } else {
        snprintf(store->notice, sizeof store->notice,
                 "the review file was replaced while in use; what was judged here goes on in "
                 "the new "
                 "one: %.300s",
                 store->path);
    }
    store_disconnect(store);
    return true;
}

bool store_connect(struct store *store, bool create, struct status *status)
{
    if (store->db != NULL && store_moved(store) && !follow(store, status)) {
        return false;
    }
    if (store->db != NULL && create && store->read_only) {
        store_disconnect(store); /* perhaps it may be written by now */
    }
    if (store->db != NULL) {
        return true;
    }
    if (access(store->path, F_OK) != 0 && errno == ENOENT && !create) {
        return true;
    }
    return (!create || make_file(store->path, 0600, status)) && open_database(store, status);
}
