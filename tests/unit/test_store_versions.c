/* store: other files, other versions of the table, other versions of the schema. */
#include "review/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit/store_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(other_files_are_refused_untouched),
        PLACED(rows_must_be_the_rows_judged),
        PLACED(other_versions_are_listed_and_adopted_once),
        PLACED(old_versions_are_migrated),
    };
    return cmocka_run_group_tests_name("store_versions", tests, NULL, NULL);
}
