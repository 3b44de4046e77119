/* Whatever happens to the store while one reviews: the screen says so, never says "saved" when
 * it is not, the review goes on, and in the end all of it is on the disk. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/review_place.h"
#include "unit/store_fixture.h"

static void quit(struct vt *vt)
{
    vt_keys(vt, "Q");
    assert_int_equal(vt_wait_exit(vt), 0);
    vt_free(vt);
}

static void judge_saved(struct vt *vt)
{
    vt_keys(vt, "t");
    vt_wait_text(vt, -2, "saved: true positive");
}

/* Nothing in this line may claim that the verdict is on the disk. */
static void assert_not_called_saved(struct vt *vt)
{
    unsigned long row;
    assert_false(review_says_saved(vt, &row));
}

static sqlite3 *lock(const char *path)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void locked(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    struct vt *vt = review_start(place, "ana", NULL);
    judge_saved(vt);
    sqlite3 *db = lock(place->store);
    vt_keys(vt, "t");
    vt_wait_text(vt, -2, "NOT saved");
    assert_not_called_saved(vt);
    vt_keys(vt, "f"); /* it goes on */
    vt_wait_text(vt, VT_ANY, "FP!");
    vt_keys(vt, "7");
    vt_wait_text(vt, 1, "2 NOT SAVED");
    vt_wait_text(vt, VT_ANY, "another program");
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    vt_wait_gone(vt, "NOT SAVED");
    quit(vt);
    assert_answer(place->store, "SELECT count(*) FROM verdicts", "3");
    review_place_free(place);
}

/* What waits goes to a file when a second has passed, and the terminal is told. */
static void quitting_with_a_locked_store_takes_a_second(void **state)
{
    (void)state;
    static const char *const said[] = {"keeps the reviews locked",
                                       "could not be saved, and kept",
                                       ":import ./oddhours-unsaved-"};
    struct review_place *place = review_place_new(false);
    const char *const before[] = {"env", "-C", place->directory, NULL};
    struct vt *vt = review_start(place, "ana", before);
    judge_saved(vt);
    sqlite3 *db = lock(place->store);
    const char *slow = getenv("ODDHOURS_TEST_SLOW");
    double began = vt_now(), factor = slow != NULL ? atof(slow) : 1;
    vt_keys(vt, "tQ");
    assert_int_not_equal(vt_wait_exit(vt), 0);
    assert_true(vt_now() - began < 2.5 * factor); /* the verdict's second, and one more */
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (memmem(bytes, length, said[i], strlen(said[i])) == NULL) {
            fail_msg("it does not say '%s'", said[i]);
        }
    }
    vt_free(vt);
    char command[400];
    snprintf(command, sizeof command,
             "test $(cat %s/oddhours-unsaved-*.json | grep -c '\"verdict\": *\"tp\"') = 1 &&"
             " test $(stat -c %%a %s/oddhours-unsaved-*.json) = 600",
             place->directory, place->directory);
    assert_int_equal(system(command), 0);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_answer(place->store, "SELECT count(*) FROM verdicts", "1");
    review_place_free(place);
}

static void the_file_cannot_grow(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    struct vt *vt = review_start(place, "ana", NULL);
    judge_saved(vt);
    struct stat file;
    struct rlimit limit, before;
    assert_int_equal(stat(place->store, &file), 0);
    assert_int_equal(prlimit(vt_pid(vt), RLIMIT_FSIZE, NULL, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)file.st_size;
    assert_int_equal(prlimit(vt_pid(vt), RLIMIT_FSIZE, &limit, NULL), 0);
    char line[512] = "";
    size_t typed = 1;
    while (strstr(line, "NOT saved") == NULL) { /* until the pages that are there are full */
        assert_true(++typed < 500);
        vt_keys(vt, "t");
        do {
            vt_wait_more(vt);
            vt_pump(vt);
            vt_row(vt, 22, line, sizeof line);
        } while (strstr(line, "saved") == NULL);
    }
    assert_not_called_saved(vt);
    vt_keys(vt, "7");
    vt_wait_text(vt, 1, "NOT SAVED");
    assert_int_equal(prlimit(vt_pid(vt), RLIMIT_FSIZE, &before, NULL), 0);
    vt_wait_gone(vt, "NOT SAVED");
    quit(vt);
    char count[32];
    ask(place->store, "SELECT count(*) FROM entry", count, sizeof count);
    assert_int_equal(strtoul(count, NULL, 10), typed);
    assert_answer(place->store, "PRAGMA integrity_check", "ok");
    review_place_free(place);
}

/* As a user who is not root: root may write everywhere. */
static void the_directory_is_read_only(void **state)
{
    (void)state;
    static const char *const nobody[] = {"setpriv", "--reuid=65534", "--regid=65534",
                                         "--clear-groups", NULL};
    bool root = geteuid() == 0;
    if (root && system("setpriv --reuid=65534 --regid=65534 --clear-groups "
                       "test -r \"${ODDHOURS_SRCDIR:-.}/data/lanl_user_hours.csv\"") != 0) {
        skip(); /* no setpriv, or sources that only root may read */
    }
    struct review_place *place = review_place_new(false);
    if (root) {
        assert_int_equal(chown(place->directory, 65534, 65534), 0);
    }
    struct vt *vt = review_start(place, "ana", root ? nobody : NULL);
    judge_saved(vt);
    assert_int_equal(chmod(place->directory, 0500), 0);
    vt_keys(vt, "t");
    vt_wait_text(vt, -2, "NOT saved");
    assert_not_called_saved(vt);
    vt_keys(vt, "o");
    vt_wait_text(vt, VT_ANY, "?!");
    vt_keys(vt, "Q"); /* what would be lost is asked about */
    vt_wait_text(vt, VT_ANY, "are not saved. Quit?");
    vt_keys(vt, "n");
    assert_int_equal(chmod(place->directory, 0700), 0);
    vt_wait_text(vt, -2, "saved: all that was waiting");
    quit(vt);
    assert_answer(place->store, "SELECT count(*) FROM verdicts", "3");
    review_place_free(place);
}

static void nowhere_to_save_at_all(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    char command[400];
    snprintf(place->store, sizeof place->store, "/proc/self/nowhere/reviews.db");
    /* The program is told to leave what waits in a directory that it may write to. */
    const char *const before[] = {"env", "-C", place->directory, NULL};
    struct vt *vt = review_start(place, "ana", before);
    vt_keys(vt, "t");
    vt_wait_text(vt, -2, "NOT saved");
    vt_keys(vt, "Q");
    vt_wait_text(vt, VT_ANY, "not saved. Quit?");
    vt_keys(vt, "y");
    vt_wait_exit(vt);
    size_t length;
    const char *bytes = vt_bytes(vt, &length);
    assert_non_null(memmem(bytes, length, ":import", 7));
    vt_free(vt);
    snprintf(command, sizeof command,
             "grep -q '\"verdict\": *\"tp\"' %s/oddhours-unsaved-*.json", place->directory);
    assert_int_equal(system(command), 0);
    review_place_free(place);
}

static void the_file_is_deleted(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    struct vt *vt = review_start(place, "ana", NULL);
    judge_saved(vt);
    assert_int_equal(unlink(place->store), 0);
    vt_keys(vt, "f");
    vt_wait_text(vt, -2, "was deleted");
    quit(vt);
    assert_answer(place->store, "SELECT count(*) FROM verdicts", "2");
    assert_answer(place->store, "PRAGMA integrity_check", "ok");
    review_place_free(place);
}

static void the_clock_goes_back(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    struct vt *vt = review_start(place, "ana", NULL);
    judge_saved(vt);
    quit(vt);
    sqlite3 *db; /* the same verdict again, by a clock that is years ahead */
    assert_int_equal(sqlite3_open(place->store, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "INSERT INTO entry (uid, dataset_id, reviewer, kind, verdict, at_ms, role,"
                     " blind) SELECT '0123456789abcdef0123456789abcdef', dataset_id, reviewer,"
                     " kind, 'fp', 4000000000000, role, blind FROM entry WHERE entry_id = 1;"
                     "INSERT INTO entry_row (entry_id, row_id, content, rank, dt, src_user)"
                     " SELECT 2, row_id, content, rank, dt, src_user"
                     " FROM entry_row WHERE entry_id = 1",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    vt = review_start(place, "ana", NULL);
    vt_wait_text(vt, VT_ANY, "FP");
    vt_keys(vt, "o");
    vt_wait_text(vt, VT_ANY, "clock");
    quit(vt);
    assert_answer(place->store, "SELECT verdict FROM verdicts", "undecided");
    review_place_free(place);
}

/* Two analysts on one file: the verdict of one is on the other's screen within a second. */
static void others_appear_within_a_second(void **state)
{
    (void)state;
    struct review_place *place = review_place_new(false);
    struct vt *ana = review_start(place, "ana", NULL), *ben = review_start(place, "ben", NULL);
    vt_keys(ana, "7");
    vt_wait_text(ana, 1, "left");
    const char *slow = getenv("ODDHOURS_TEST_SLOW");
    double factor = slow != NULL ? atof(slow) : 1;
    for (int i = 0; i < 3; i++) {
        static const char *const keys[] = {"t", "f", "o"};
        static const char *const said[] = {"saved: true", "saved: false", "saved: undecided"};
        static const char *const marks[] = {"(TP)", "(FP)", "(?)"};
        vt_keys(ben, keys[i]);
        vt_wait_text(ben, -2, said[i]);
        double began = vt_now();
        vt_wait_text(ana, VT_ANY, marks[i]);
        assert_true(vt_now() - began < factor);
    }
    quit(ana);
    quit(ben);
    review_place_free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locked),
        cmocka_unit_test(quitting_with_a_locked_store_takes_a_second),
        cmocka_unit_test(the_file_cannot_grow),
        cmocka_unit_test(the_directory_is_read_only),
        cmocka_unit_test(nowhere_to_save_at_all),
        cmocka_unit_test(the_file_is_deleted),
        cmocka_unit_test(the_clock_goes_back),
        cmocka_unit_test(others_appear_within_a_second),
    };
    return cmocka_run_group_tests_name("review_trouble", tests, NULL, NULL);
}
