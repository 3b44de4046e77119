/* store: verdicts come back, several reviewers, the file from outside. */
#include "review/store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/store_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(verdicts_come_back),
        PLACED(undo_reaches_across_sessions),
        PLACED(views_equal_the_history),
        PLACED(many_rows_at_once),
        PLACED(others_appear),
        PLACED(history_is_append_only_for_everyone),
        cmocka_unit_test(defaults_of_path_and_reviewer),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
