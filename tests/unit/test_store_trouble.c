/* store: whatever goes wrong, a verdict is on the disk or kept and said to be. */
#include "review/store/store.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/store_fixture.h"

static void locked_file(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    store_free(store, NULL);
    struct store_options options = {.path = place->path, .reviewer = "ana", .busy_ms = 20};
    store = store_new(&options, NULL);
    struct review_dataset dataset = dataset_named("aa");
    assert_true(store_attach(store, &dataset, &source, NULL));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    uint32_t row = 2;
    assert_false(store_verdict(store, &row, 1, VERDICT_FP, &context, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "locked"));
    assert_non_null(strstr(status.text, "1 entry is kept in memory"));
    row = 3;
    assert_false(store_verdict(store, &row, 1, VERDICT_TP, &context, &status));
    assert_non_null(strstr(status.text, "2 entries are kept in memory"));
    const struct entry *done;
    assert_false(store_undo(store, &done, &status)); /* one can go on working */
    assert_int_equal(done->rows[0].row, 3);
    assert_int_equal(mine(store, 2), VERDICT_FP);
    assert_int_equal(mine(store, 3), VERDICT_NONE);
    assert_int_equal(store_unsaved(store), 3);
    bool changed;
    assert_false(store_poll(store, &changed, &status));
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_true(store_poll(store, &changed, &status));
    assert_true(changed);
    assert_int_equal(store_unsaved(store), 0);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT group_concat(row_id || verdict) FROM verdicts",
                  "1tp,2fp");
}

/* Runs `body` in a child, as a user who is not root when we are root. */
static void as_nobody(const char *directory, void (*body)(const char *path), const char *path)
{
    if (geteuid() == 0) {
        char command[128];
        snprintf(command, sizeof command, "chown -R 65534:65534 %s", directory);
        assert_int_equal(system(command), 0);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(77);
        }
        body(path);
        _exit(0);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 77) {
        skip(); /* not allowed to become someone else here */
    }
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void body_of_read_only(const char *path)
{
    struct status status = {0};
    char directory[192];
    snprintf(directory, sizeof directory, "%s", path);
    *strrchr(directory, '/') = '\0';
    struct store *store = open_store(path, "ana", "aa");
    uint32_t row = 1;
    need(store_verdict(store, &row, 1, VERDICT_TP, &context, &status), status.text);
    need(chmod(directory, 0500) == 0, "chmod");
    row = 2;
    need(!store_verdict(store, &row, 1, VERDICT_TP, &context, &status), "directory read-only");
    need(strstr(status.text, "kept in memory") != NULL, status.text);
    need(mine(store, 2) == VERDICT_TP, "the review goes on");
    need(chmod(directory, 0700) == 0 && chmod(path, 0400) == 0, "chmod");
    store_free(store, NULL); /* a descriptor that was opened for writing still writes */

    store = open_store(path, "ana", "aa");
    need(mine(store, 1) == VERDICT_TP, "a read-only file can be read");
    row = 3;
    need(!store_verdict(store, &row, 1, VERDICT_TP, &context, &status), "file read-only");
    need(strstr(status.text, "may not be written") != NULL, status.text);
    need(chmod(path, 0640) == 0, "chmod");
    need(store_poll(store, NULL, &status), status.text);
    need(store_unsaved(store) == 0, "saved when it may be written again");
    need(store_free(store, &status), status.text);
    struct stat file;
    need(stat(path, &file) == 0 && (file.st_mode & 0777) == 0640, "the mode is kept");
    need(chmod(directory, 0500) == 0, "chmod");

    char fresh[256];
    snprintf(fresh, sizeof fresh, "%s/new/reviews.db", directory);
    store = open_store(fresh, "ana", "aa");
    need(!store_verdict(store, &row, 1, VERDICT_TP, &context, &status), "no place for a file");
    need(strstr(status.text, "Permission denied") != NULL, status.text);
    need(store_unsaved(store) == 1, "kept");
    need(!store_free(store, &status), "and said to be lost at the end");
    need(chmod(directory, 0700) == 0, "chmod");
}

static void read_only_directory_and_file(void **state)
{
    struct place *place = *state;
    char path[160];
    snprintf(path, sizeof path, "%s/sub/reviews.db", place->directory);
    as_nobody(place->directory, body_of_read_only, path);
    assert_answer(path, "SELECT group_concat(row_id || verdict) FROM verdicts", "1tp,2tp,3tp");
}

static void body_of_full_disk(const char *path)
{
    struct status status = {0};
    signal(SIGXFSZ, SIG_IGN);
    struct store *store = open_store(path, "ana", "aa");
    uint32_t row = 0;
    need(store_verdict(store, &row, 1, VERDICT_TP, &context, &status), status.text);
    struct stat file;
    struct rlimit limit;
    need(stat(path, &file) == 0 && getrlimit(RLIMIT_FSIZE, &limit) == 0, "limit");
    limit.rlim_cur = (rlim_t)file.st_size; /* it cannot grow by a page */
    need(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    uint32_t saved = 1;
    for (row = 1; row < 400; row++) {
        saved += store_verdict(store, &row, 1, VERDICT_TP, &context, &status);
    }
    need(saved < 400 && store_unsaved(store) == 400 - saved, "some are kept in memory");
    need(strstr(status.text, "kept in memory") != NULL, status.text);
    limit.rlim_cur = limit.rlim_max;
    need(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    need(store_poll(store, NULL, &status), status.text);
    need(store_unsaved(store) == 0, "saved when there is room again");
    store_free(store, NULL);
}

static void file_cannot_grow(void **state)
{
    struct place *place = *state;
    pid_t child = fork();
    if (child == 0) {
        body_of_full_disk(place->path);
        _exit(0);
    }
    int how;
    waitpid(child, &how, 0);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "400");
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
}

/* A real full disk: a file system of 128 KiB, where one may mount. */
static void disk_is_full(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    if (geteuid() != 0 || mount("none", place->directory, "tmpfs", 0, "size=128k") != 0) {
        print_message("# no file system can be mounted here\n");
        skip();
    }
    struct store *store = open_store(place->path, "ana", "aa");
    uint32_t row, saved = 0;
    for (row = 0; row < 1000; row++) {
        saved += store_verdict(store, &row, 1, VERDICT_TP, &context, &status);
    }
    assert_true(saved > 0 && saved < 1000);
    assert_int_equal(store_unsaved(store), 1000 - saved);
    assert_non_null(strstr(status.text, "full"));
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
    char answer[32];
    ask(place->path, "SELECT count(*) FROM verdicts", answer, sizeof answer);
    assert_int_equal(strtoul(answer, NULL, 10), saved);
    assert_int_equal(mount("none", place->directory, "tmpfs", MS_REMOUNT, "size=4m"), 0);
    must(store_poll(store, NULL, &status), &status);
    assert_int_equal(store_unsaved(store), 0);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "1000");
    umount2(place->directory, MNT_DETACH);
}

static void deleted_file_is_written_again(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    char notice[STATUS_TEXT];
    struct store *elsewhere = open_store(place->path, "ana", "bb");
    judge(elsewhere, 5, VERDICT_FP); /* of another dataset in the same file */
    store_free(elsewhere, NULL);
    assert_int_equal(chmod(place->path, 0640), 0);
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    assert_int_equal(unlink(place->path), 0);
    uint32_t row = 2;
    must(store_verdict(store, &row, 1, VERDICT_FP, &context, &status), &status);
    assert_true(store_notice(store, notice, sizeof notice));
    assert_non_null(strstr(notice, "deleted"));
    assert_false(store_notice(store, notice, sizeof notice));
    assert_answer(place->path, "SELECT group_concat(row_id || verdict) FROM verdicts",
                  "1tp,2fp,5fp");
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
    struct stat file;
    assert_int_equal(stat(place->path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0640);

    char command[160]; /* the whole directory goes, and no verdict comes: a poll sees it */
    snprintf(command, sizeof command, "rm -rf %s/deep", place->directory);
    assert_int_equal(system(command), 0);
    must(store_poll(store, NULL, &status), &status);
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "3");
    assert_int_equal(history_count(store_history(store)), 2);
    store_free(store, NULL);
}

static void replaced_file_gets_what_was_judged_here(void **state)
{
    struct place *place = *state;
    char other[160], notice[STATUS_TEXT];
    snprintf(other, sizeof other, "%s/other.db", place->directory);
    struct store *ben = open_store(other, "ben", "aa");
    judge(ben, 9, VERDICT_TP);
    store_free(ben, NULL);
    struct store *before = open_store(place->path, "ana", "aa");
    judge(before, 1, VERDICT_TP);
    store_free(before, NULL);
    struct store *ana = open_store(place->path, "ana", "aa");
    judge(ana, 2, VERDICT_FP);
    assert_int_equal(rename(other, place->path), 0);
    judge(ana, 3, VERDICT_TP);
    assert_true(store_notice(ana, notice, sizeof notice));
    assert_non_null(strstr(notice, "replaced"));
    /* What this process wrote is there; what an earlier one wrote went with the old file. */
    assert_answer(place->path,
                  "SELECT group_concat(row_id || verdict) FROM (SELECT * FROM"
                  " verdicts ORDER BY row_id)",
                  "2fp,3tp,9tp");
    assert_int_equal(history_count(store_history(ana)), 3);
    store_free(ana, NULL);
}

static void clock_going_back(void **state)
{
    struct place *place = *state;
    (void)place;
    struct status status = {0};
    char notice[STATUS_TEXT];
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    store_free(store, NULL);
    sqlite3 *db; /* an entry from the future */
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "INSERT INTO entry (uid, dataset_id, reviewer, kind, verdict, at_ms, role,"
                     " blind) VALUES ('0123456789abcdef0123456789abcdef', 1, 'ana', 'verdict',"
                     " 'fp', 4000000000000, 'list', 0);"
                     "INSERT INTO entry_row (entry_id, row_id, content)"
                     " VALUES (2, 1, '00000000000003e9')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    store = open_store(place->path, "ana", "aa");
    assert_int_equal(mine(store, 1), VERDICT_FP);
    judge(store, 1, VERDICT_UNDECIDED);
    assert_true(store_notice(store, notice, sizeof notice));
    assert_non_null(strstr(notice, "clock"));
    judge(store, 2, VERDICT_TP);
    assert_false(store_notice(store, notice, sizeof notice)); /* said once */
    store_free(store, &status);
    store = open_store(place->path, "ana", "aa");
    assert_int_equal(mine(store, 1), VERDICT_UNDECIDED); /* the order is not the clock's */
    store_free(store, NULL);
    assert_answer(place->path, "SELECT verdict FROM verdicts WHERE row_id = 1", "undecided");
}

/* While entries of one dataset wait, another is taken up: the table of the first is let go of.
 */
static void the_old_table_is_let_go_of(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store_options options = {.path = place->path, .reviewer = "ana", .busy_ms = 20};
    struct review_dataset same = dataset_named("aa"), other = dataset_named("bb");
    struct store *store = store_new(&options, NULL);
    must(store_attach(store, &same, &source, &status), &status);
    judge(store, 1, VERDICT_TP);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    uint32_t row = 2;
    assert_false(store_verdict(store, &row, 1, VERDICT_FP, &context, &status));
    assert_int_equal(store_unsaved(store), 1);

    /* Any use of these rows would crash: they stand for a table that has been freed. */
    struct row_source gone = source;
    gone.table = (const void *)1;
    assert_false(store_attach(store, &same, &gone, &status));
    assert_false(store_attach(store, &other, &source, &status));
    assert_false(store_verdict(store, &row, 1, VERDICT_TP, &context, &status));
    assert_non_null(strstr(status.text, "the earlier file"));
    assert_int_equal(store_unsaved(store), 1);

    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    must(store_attach(store, &other, &source, &status), &status);
    must(store_verdict(store, &row, 1, VERDICT_TP, &context, &status), &status);
    store_free(store, NULL);
    store = open_store(place->path, "ana", "aa");
    assert_int_equal(mine(store, 2), VERDICT_FP);
    store_free(store, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(locked_file),
        PLACED(read_only_directory_and_file),
        PLACED(file_cannot_grow),
        PLACED(disk_is_full),
        PLACED(deleted_file_is_written_again),
        PLACED(replaced_file_gets_what_was_judged_here),
        PLACED(clock_going_back),
        PLACED(the_old_table_is_let_go_of),
    };
    return cmocka_run_group_tests_name("store_trouble", tests, NULL, NULL);
}
