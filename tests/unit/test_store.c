/* store: verdicts survive everything, or are kept and said to be. */
#include "review/store.h"

#include <fcntl.h>
#include <math.h>
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

#include "unit/test.h"

/* -- a table that is no table: row i has content 1000 + i -- */

static bool describe(const void *table, uint32_t row, struct entry_row *to,
                     struct status *status)
{
    char text[32];
    (void)table;
    to->content = 1000 + row;
    snprintf(text, sizeof text, "U%u@DOM1", row);
    to->dt = entry_text("1970-01-01 00:00:00", 19, status);
    to->user = entry_text(text, strlen(text), status);
    return to->dt != NULL && to->user != NULL;
}

static bool accepts(const void *table, const struct entry_row *row, bool same_features)
{
    (void)table;
    return !same_features || row->content == 1000 + row->row;
}

static const struct row_source source = {.describe = describe, .accepts = accepts};
static const struct verdict_context context = {
    .seconds = 2.5, .detector = "iforest", .queue = "top", .k = 50};

static struct review_dataset dataset_named(const char *hash)
{
    return (struct review_dataset){.hash = (char *)(uintptr_t)hash,
                                   .name = (char *)(uintptr_t) "lanl.csv",
                                   .features = (char *)(uintptr_t) "total_events,failed_events",
                                   .bytes = 100,
                                   .rows = 10};
}

struct place {
    char directory[64], path[160];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    /* In memory when there is such a place: thousands of commits are synced here. That they are
     * synced is test_store_sync's matter. */
    snprintf(place->directory, sizeof place->directory, "%s/oddhours-store-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof place->path, "%s/deep/er/reviews.db", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", place->directory,
             place->directory);
    int code = system(command);
    free(place);
    return code;
}

static struct store *open_store(const char *path, const char *reviewer, const char *hash)
{
    struct status status = {0};
    struct store_options options = {.path = path, .reviewer = reviewer, .busy_ms = 5000};
    struct store *store = store_new(&options, &status);
    assert_non_null(store);
    struct review_dataset dataset = dataset_named(hash);
    if (!store_attach(store, &dataset, &source, &status)) {
        fail_msg("%s", status.text);
    }
    return store;
}

static void must(bool good, const struct status *status)
{
    if (!good) {
        fail_msg("%s", status->text);
    }
}

static void judge(struct store *store, uint32_t row, enum verdict verdict)
{
    struct status status = {0};
    must(store_verdict(store, &row, 1, verdict, &context, &status), &status);
}

static enum verdict mine(struct store *store, uint32_t row)
{
    const struct history *history = store_history(store);
    size_t reviewer = history_reviewer_find(history, store_reviewer(store));
    return reviewer == SIZE_MAX ? VERDICT_NONE : history_verdict(history, row, reviewer, NULL);
}

/* One value of one query by a program that knows nothing of oddhours. */
static void ask(const char *path, const char *sql, char *answer, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    snprintf(answer, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static void assert_answer(const char *path, const char *sql, const char *expected)
{
    char answer[256];
    ask(path, sql, answer, sizeof answer);
    if (strcmp(answer, expected) != 0) {
        fail_msg("%s: '%s' is not '%s'", sql, answer, expected);
    }
}

static void verdicts_come_back(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    assert_int_equal(access(place->path, F_OK), -1); /* looking makes no file */
    judge(store, 3, VERDICT_TP);
    judge(store, 4, VERDICT_FP);
    judge(store, 4, VERDICT_UNDECIDED);
    must(store_note(store, 4, "caf\xc3\xa9 \xff", &context, &status), &status);
    assert_int_equal(store_unsaved(store), 0);
    must(store_free(store, &status), &status);

    struct stat file;
    assert_int_equal(stat(place->path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);

    store = open_store(place->path, "ana", "aa");
    assert_int_equal(mine(store, 3), VERDICT_TP);
    assert_int_equal(mine(store, 4), VERDICT_UNDECIDED);
    assert_int_equal(history_count(store_history(store)), 4);
    const struct entry *entry = history_entry(store_history(store), 3);
    assert_string_equal(entry->note, "caf\xc3\xa9 \xef\xbf\xbd");
    assert_true(entry->seconds == 2.5);
    assert_string_equal(entry->detector, "iforest");
    assert_int_equal(entry->k, 50);
    assert_string_equal(entry->rows[0].user, "U4@DOM1");
    assert_false(entry->own);
    store_free(store, NULL);

    store = open_store(place->path, "ana", "bb"); /* another file: another review */
    assert_int_equal(history_count(store_history(store)), 0);
    store_free(store, NULL);
}

static void undo_reaches_across_sessions(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    const struct entry *done;
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    judge(store, 2, VERDICT_TP);
    store_free(store, NULL);
    store = open_store(place->path, "ben", "aa");
    must(store_undo(store, &done, &status), &status);
    assert_null(done); /* not his */
    store_free(store, NULL);
    store = open_store(place->path, "ana", "aa");
    must(store_undo(store, &done, &status), &status);
    assert_int_equal(done->rows[0].row, 2);
    must(store_undo(store, &done, &status), &status);
    assert_int_equal(done->rows[0].row, 1);
    must(store_undo(store, &done, &status), &status);
    assert_null(done);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "0");
    store = open_store(place->path, "ana", "aa");
    must(store_redo(store, &done, &status), &status);
    assert_int_equal(done->rows[0].row, 1);
    assert_int_equal(mine(store, 1), VERDICT_TP);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT group_concat(row_id || verdict) FROM verdicts", "1tp");
    assert_answer(place->path, "SELECT count(*) FROM history", "5");
}

/* The views say what the history says, for a random session of two reviewers. */
static void views_equal_the_history(void **state)
{
    struct place *place = *state;
    struct store *stores[2] = {open_store(place->path, "ana", "aa"),
                               open_store(place->path, "ben", "aa")};
    uint32_t seed = 77;
    for (int step = 0; step < 120; step++) {
        seed = seed * 1664525u + 1013904223u;
        struct store *store = stores[seed >> 31];
        uint32_t what = (seed >> 24) % 8, row = (seed >> 16) % 6;
        const struct entry *done;
        if (what < 5) {
            judge(store, row, (enum verdict)(1 + (seed >> 8) % 3));
        } else if (what < 7) {
            assert_true(store_undo(store, &done, NULL));
        } else {
            assert_true(store_redo(store, &done, NULL));
        }
    }
    for (int i = 0; i < 2; i++) {
        char sql[256], expected[64] = "";
        assert_true(store_poll(stores[i], NULL, NULL));
        snprintf(sql, sizeof sql,
                 "SELECT coalesce(group_concat(row_id || verdict, ''), '') FROM (SELECT * FROM "
                 "verdicts WHERE reviewer = '%s' ORDER BY row_id)",
                 store_reviewer(stores[i]));
        for (uint32_t row = 0; row < 6; row++) {
            if (mine(stores[i], row) != VERDICT_NONE) {
                size_t used = strlen(expected);
                snprintf(expected + used, sizeof expected - used, "%u%s", row,
                         verdict_name(mine(stores[i], row)));
            }
        }
        assert_answer(place->path, sql, expected);
    }
    store_free(stores[0], NULL);
    store_free(stores[1], NULL);
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
    assert_answer(place->path, "SELECT count(*) FROM pragma_foreign_key_check", "0");
}

static void many_rows_at_once(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    uint32_t rows[500], ranks[500];
    for (uint32_t i = 0; i < 500; i++) {
        rows[i] = 3 * i;
        ranks[i] = i + 1;
    }
    struct verdict_context all = context;
    all.rank = ranks;
    must(store_verdict(store, rows, 500, VERDICT_FP, &all, &status), &status);
    assert_int_equal(mine(store, 3 * 499), VERDICT_FP);
    const struct entry *done;
    must(store_undo(store, &done, &status), &status);
    assert_int_equal(done->n_rows, 500);
    assert_int_equal(mine(store, 0), VERDICT_NONE);
    must(store_redo(store, &done, &status), &status);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT count(*) || ' ' || max(rank) FROM verdicts", "500 500");
}

static void others_appear(void **state)
{
    struct place *place = *state;
    struct store *ana = open_store(place->path, "ana", "aa");
    struct store *ben = open_store(place->path, "ben", "aa");
    bool changed;
    assert_true(store_poll(ana, &changed, NULL));
    judge(ben, 7, VERDICT_FP); /* the file is made by him */
    assert_true(store_poll(ana, &changed, NULL));
    assert_true(changed);
    assert_int_equal(history_verdict(store_history(ana), 7, HISTORY_EVERYONE, NULL),
                     VERDICT_FP);
    assert_true(store_poll(ana, &changed, NULL));
    assert_false(changed);
    judge(ana, 7, VERDICT_TP);
    judge(ben, 8, VERDICT_TP);
    judge(ana, 9, VERDICT_TP); /* reads his entry on the way */
    assert_int_equal(history_count(store_history(ana)), 4);
    assert_int_equal(history_entry(store_history(ana), 2)->rows[0].row, 8);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(history_entry(store_history(ana), i)->number, i + 1);
    }
    store_free(ana, NULL);
    store_free(ben, NULL);
}

static void history_is_append_only_for_everyone(void **state)
{
    struct place *place = *state;
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    store_free(store, NULL);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM entry", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "UPDATE entry SET verdict = 'fp'", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM entry_row", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

/* -- what can go wrong -- */

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

/* In a child: not cmocka's asserts, whose failure would run the parent's tests on. */
static void need(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "# %s\n", what);
        _exit(1);
    }
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

static void other_files_are_refused_untouched(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct review_dataset dataset = dataset_named("aa");
    char path[160], text[64] = "";
    snprintf(path, sizeof path, "%s/notes.txt", place->directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 40; i++) {
        fputs("this is no database at all, only some text\n", file);
    }
    fclose(file);
    struct store_options options = {.path = path, .reviewer = "ana"};
    struct store *store = store_new(&options, NULL);
    assert_false(store_attach(store, &dataset, &source, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    uint32_t row = 1;
    assert_false(store_verdict(store, &row, 1, VERDICT_TP, &context, &status));
    assert_int_equal(mine(store, 1), VERDICT_TP); /* the review goes on in memory */
    assert_false(store_free(store, NULL));
    file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "this is no database at all, only some text\n");

    static const char *const others[] = {
        "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)",
        "PRAGMA application_id = 1329875026; PRAGMA user_version = 99",
    };
    static const char *const words[] = {"not a review store", "version 99"};
    for (int i = 0; i < 2; i++) {
        sqlite3 *db;
        unlink(path);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, others[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        store = store_new(&options, NULL);
        assert_false(store_attach(store, &dataset, &source, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        assert_non_null(strstr(status.text, words[i]));
        store_free(store, NULL);
    }
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

static void rows_must_be_the_rows_judged(void **state)
{
    struct place *place = *state;
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    judge(store, 2, VERDICT_TP);
    store_free(store, NULL);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP TRIGGER entry_row_fixed; UPDATE entry_row SET content ="
                                  " '0000000000000001' WHERE row_id = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    store = open_store(place->path, "ana", "aa");
    assert_int_equal(mine(store, 1), VERDICT_TP);
    assert_int_equal(mine(store, 2), VERDICT_NONE);
    assert_int_equal(store_mismatches(store), 1);
    store_free(store, NULL);
}

static void other_versions_are_listed_and_adopted_once(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct store *store = open_store(place->path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    judge(store, 2, VERDICT_FP);
    store_free(store, NULL);
    store = open_store(place->path, "ben", "bb");
    struct store_other *others;
    size_t n, added;
    must(store_others(store, &others, &n, &status), &status);
    assert_int_equal(n, 1);
    assert_string_equal(others[0].dataset.hash, "aa");
    assert_int_equal(others[0].entries, 2);
    struct history *old = store_other_history(store, &others[0].dataset, &status);
    assert_int_equal(history_count(old), 2);
    struct entry *copy = entry_copy(history_entry(old, 1), NULL);
    memcpy(copy->origin, copy->uid, ENTRY_UID);
    for (int round = 0; round < 2; round++) { /* the second time there is nothing to add */
        assert_true(entry_identify(copy, NULL));
        must(store_import(store, &copy, 1, &added, &status), &status);
        assert_int_equal(added, round == 0);
    }
    assert_int_equal(history_verdict(store_history(store), 2, HISTORY_EVERYONE, NULL),
                     VERDICT_FP);
    entry_free(copy);
    history_free(old);
    store_others_free(others, n);
    store_free(store, NULL);
}

/* The tables of the first version of the schema, as they were, with a verdict and an undone
 * one. */
static const char version_1[] =
    "CREATE TABLE dataset (dataset_id INTEGER PRIMARY KEY, hash TEXT NOT NULL, features TEXT "
    "NOT"
    " NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, rows INTEGER NOT NULL, UNIQUE (hash,"
    " features));"
    "CREATE TABLE entry (entry_id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE,"
    " dataset_id INTEGER NOT NULL REFERENCES dataset, reviewer TEXT NOT NULL, kind TEXT NOT "
    "NULL"
    " CHECK (kind IN ('verdict', 'note', 'undo', 'redo')), verdict TEXT CHECK (verdict IN "
    "('tp',"
    " 'fp', 'undecided')), note TEXT, target TEXT, at_ms INTEGER NOT NULL, seconds REAL, "
    "detector"
    " TEXT, queue TEXT, role TEXT NOT NULL CHECK (role IN ('list', 'control', 'repeat')), blind"
    " INTEGER NOT NULL CHECK (blind IN (0, 1)), k INTEGER);"
    "CREATE TABLE entry_row (entry_id INTEGER NOT NULL REFERENCES entry, row_id INTEGER NOT "
    "NULL,"
    " content TEXT NOT NULL, rank INTEGER, dt TEXT, src_user TEXT, PRIMARY KEY (entry_id,"
    " row_id)) WITHOUT ROWID;"
    "PRAGMA application_id = 1329875026; PRAGMA user_version = 1;"
    "INSERT INTO dataset VALUES (1, 'aa', 'total_events,failed_events', 'lanl.csv', 100, 10);"
    "INSERT INTO entry (uid, dataset_id, reviewer, kind, verdict, at_ms, role, blind) VALUES"
    " ('00000000000000000000000000000001', 1, 'ana', 'verdict', 'tp', 1000, 'list', 0),"
    " ('00000000000000000000000000000002', 1, 'ana', 'verdict', 'fp', 2000, 'list', 1);"
    "INSERT INTO entry_row VALUES (1, 1, '00000000000003e9', 7, NULL, NULL),"
    " (2, 2, '00000000000003ea', NULL, NULL, NULL);"
    "INSERT INTO entry (uid, dataset_id, reviewer, kind, target, at_ms, role, blind) VALUES"
    " ('00000000000000000000000000000003', 1, 'ana', 'undo',"
    " '00000000000000000000000000000002', 3000, 'list', 0);";

static void old_versions_are_migrated(void **state)
{
    struct place *place = *state;
    char path[160];
    snprintf(path, sizeof path, "%s/old.db", place->directory);
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, version_1, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s", message);
    }
    sqlite3_close(db);
    struct store *store = open_store(path, "ana", "aa");
    assert_int_equal(mine(store, 1), VERDICT_TP);
    assert_int_equal(mine(store, 2), VERDICT_NONE);
    const struct entry *done;
    assert_true(store_redo(store, &done, NULL));
    assert_int_equal(mine(store, 2), VERDICT_FP);
    store_free(store, NULL);
    assert_answer(path, "PRAGMA user_version", "2");
    assert_answer(path, "SELECT count(*) FROM entry WHERE origin IS NULL", "4");
    assert_answer(path, "PRAGMA integrity_check", "ok");
}

/* -- processes -- */

static void write_verdicts(const char *path, const char *reviewer, uint32_t n, int report)
{
    struct status status = {0};
    struct store_options options = {.path = path, .reviewer = reviewer, .busy_ms = 30000};
    struct review_dataset dataset = dataset_named("aa");
    struct store *store = store_new(&options, &status);
    need(store != NULL, "store_new");
    need(store_attach(store, &dataset, &source, &status), status.text);
    for (uint32_t row = 0; row < n; row++) {
        need(store_verdict(store, &row, 1, VERDICT_TP, &context, &status), status.text);
        if (report >= 0) {
            need(write(report, &row, sizeof row) == sizeof row, "report");
        }
    }
    need(store_free(store, &status), status.text);
}

static void two_writers_at_once(void **state)
{
    struct place *place = *state;
    enum { EACH = 60 };
    static const char *const names[] = {"ana", "ben", "eva"};
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            write_verdicts(place->path, names[i], EACH, -1);
            _exit(0);
        }
    }
    for (int i = 0; i < 3; i++) {
        int how;
        waitpid(children[i], &how, 0);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "180");
    assert_answer(place->path, "SELECT max(entry_id) FROM entry", "180");
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
}

/* A child writes verdicts and says over a pipe which are saved; it is killed after a random
 * number of them, at a random moment of the next. What it said is there, nothing is half there.
 */
static void killed_at_any_moment(void **state)
{
    struct place *place = *state;
    uint32_t seed = 12345;
    unsigned long total = 0;
    for (int round = 0; round < 200; round++) {
        int pipe_ends[2];
        char name[32], sql[256];
        snprintf(name, sizeof name, "r%d", round);
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(pipe_ends[0]);
            write_verdicts(place->path, name, 1000000, pipe_ends[1]);
            _exit(0);
        }
        close(pipe_ends[1]);
        seed = seed * 1664525u + 1013904223u;
        uint32_t enough = (seed >> 16) % 6, row, said = 0;
        while (said < enough && read(pipe_ends[0], &row, sizeof row) == (ssize_t)sizeof row) {
            said++;
        }
        seed = seed * 1664525u + 1013904223u;
        for (volatile uint32_t spin = (seed >> 8) % 400000; spin > 0; spin--) {
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        int how;
        waitpid(child, &how, 0);
        assert_true(WIFSIGNALED(how));
        while (read(pipe_ends[0], &row, sizeof row) == (ssize_t)sizeof row) {
            said++;
        }
        close(pipe_ends[0]);
        total += said;
        if (said == 0 && access(place->path, F_OK) != 0) {
            continue;
        }
        struct store *store = open_store(place->path, name, "aa"); /* rolls back what is half */
        size_t found = 0;
        for (uint32_t i = 0; i < said; i++) {
            found += mine(store, i) == VERDICT_TP;
        }
        assert_int_equal(found, said);
        store_free(store, NULL);
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM entry e WHERE reviewer = '%s' AND (SELECT count(*) FROM "
                 "entry_row r WHERE r.entry_id = e.entry_id) <> 1",
                 name);
        if (said > 0) {
            assert_answer(place->path, sql, "0");
        }
        if (round % 10 == 9) {
            assert_answer(place->path, "PRAGMA integrity_check", "ok");
        }
    }
    print_message("# %lu verdicts were said to be saved in 200 rounds\n", total);
    assert_true(total > 200);
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
}

static void defaults_of_path_and_reviewer(void **state)
{
    (void)state;
    struct status status = {0};
    setenv("XDG_DATA_HOME", "/data", 1);
    char *path = store_default_path(&status);
    assert_string_equal(path, "/data/oddhours/reviews.db");
    free(path);
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", "/home/ana", 1);
    path = store_default_path(&status);
    assert_string_equal(path, "/home/ana/.local/share/oddhours/reviews.db");
    free(path);
    unsetenv("HOME");
    assert_null(store_default_path(&status));
    assert_int_equal(status.code, STATUS_USAGE);
    setenv("USER", "eva", 1);
    char *name = store_default_reviewer(&status);
    assert_string_equal(name, "eva");
    free(name);
    unsetenv("USER");
    unsetenv("LOGNAME");
    name = store_default_reviewer(&status);
    assert_true(name != NULL && name[0] != '\0');
    free(name);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(verdicts_come_back),
        PLACED(undo_reaches_across_sessions),
        PLACED(views_equal_the_history),
        PLACED(many_rows_at_once),
        PLACED(others_appear),
        PLACED(history_is_append_only_for_everyone),
        PLACED(locked_file),
        PLACED(read_only_directory_and_file),
        PLACED(file_cannot_grow),
        PLACED(disk_is_full),
        PLACED(deleted_file_is_written_again),
        PLACED(replaced_file_gets_what_was_judged_here),
        PLACED(clock_going_back),
        PLACED(other_files_are_refused_untouched),
        PLACED(the_old_table_is_let_go_of),
        PLACED(rows_must_be_the_rows_judged),
        PLACED(other_versions_are_listed_and_adopted_once),
        PLACED(old_versions_are_migrated),
        PLACED(two_writers_at_once),
        PLACED(killed_at_any_moment),
        cmocka_unit_test(defaults_of_path_and_reviewer),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
