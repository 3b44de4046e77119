/* store: other files, other versions of the table, other versions of the schema. */
#include "review/store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "review/store/content.h"
#include "review/store/versions.h"
#include "base/text.h"
#include "table/builder.h"
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
    size_t n;
    struct store_imported added;
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
        assert_int_equal(added.added, round == 0);
    }
    assert_int_equal(history_verdict(store_history(store), 2, HISTORY_EVERYONE, NULL),
                     VERDICT_FP);
    entry_free(copy);
    history_free(old);
    store_others_free(others, n);
    store_free(store, NULL);
}

static struct entry *verdict_entry(const char *uid, uint32_t row, enum verdict verdict)
{
    struct entry *entry = entry_new(1, NULL);
    assert_non_null(entry);
    snprintf(entry->uid, sizeof entry->uid, "%s", uid);
    entry->kind = ENTRY_VERDICT;
    entry->verdict = verdict;
    entry->reviewer = text_utf8("ana", 3, NULL);
    entry->rows[0].row = row;
    entry->rows[0].content = 1000 + row;
    return entry;
}

static void assert_import(struct store *store, struct entry *entry, size_t added, size_t known,
                          size_t refused)
{
    struct status status = {0};
    struct store_imported done;
    must(store_import(store, &entry, 1, &done, &status), &status);
    assert_int_equal(done.added, added);
    assert_int_equal(done.known, known);
    assert_int_equal(done.refused, refused);
}

/* A uid names one entry, in all of the file: what is not in the file is not in the history. */
static void an_entry_of_a_uid_that_is_taken_is_refused(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    static const char uid[] = "0123456789abcdef0123456789abcdef";
    struct entry *tp = verdict_entry(uid, 1, VERDICT_TP),
                 *fp = verdict_entry(uid, 2, VERDICT_FP);
    struct store *store = open_store(place->path, "ben", "aa");
    assert_import(store, tp, 1, 0, 0);
    assert_import(store, tp, 0, 1, 0);
    assert_import(store, fp, 0, 0, 1);
    assert_int_equal(history_count(store_history(store)), 1);
    store_free(store, NULL);
    store = open_store(place->path, "ben", "bb"); /* another table in the same file */
    assert_import(store, fp, 0, 0, 1);
    assert_import(store, tp, 0, 0, 1);
    assert_int_equal(history_count(store_history(store)), 0);
    struct entry *both[2] = {verdict_entry("00000000000000000000000000000001", 3, VERDICT_TP),
                             verdict_entry("00000000000000000000000000000001", 4, VERDICT_FP)};
    struct store_imported done;
    must(store_import(store, both, 2, &done, &status), &status);
    assert_int_equal(done.added, 1);
    assert_int_equal(done.refused, 1);
    assert_int_equal(history_count(store_history(store)), 1);
    store_free(store, NULL);
    assert_answer(place->path,
                  "SELECT group_concat(dataset_hash || row_id || verdict) FROM"
                  " verdicts",
                  "aa1tp,bb3tp");
    entry_free(tp);
    entry_free(fp);
    entry_free(both[0]);
    entry_free(both[1]);
}

static struct table *small_table(const char *hash, const double *values, size_t n)
{
    static const char *const names[] = {"a"};
    struct table_builder *builder = table_builder_new(names, 1, false, true, NULL);
    assert_non_null(builder);
    for (size_t i = 0; i < n; i++) {
        assert_true(table_builder_add(builder, (struct span){"", 0}, (struct span){"U1", 2},
                                      &values[i], NULL));
    }
    struct read_report *report = table_builder_report(builder);
    snprintf(report->hash, sizeof report->hash, "%s", hash);
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

static struct store *open_on(const char *path, const char *reviewer, const char *name,
                             const struct table *table)
{
    const struct store_options options = {.path = path, .reviewer = reviewer};
    const struct row_source rows = content_source(table);
    struct review_dataset dataset = dataset_named(table->report.hash);
    dataset.name = (char *)(uintptr_t)name;
    dataset.rows = table->n_rows;
    struct store *store = store_new(&options, NULL);
    assert_non_null(store);
    assert_true(store_attach(store, &dataset, &rows, NULL));
    return store;
}

/* Ana has judged an older version, and one row of this one: what she says here stays, what is
 * found again comes, what is gone is counted. */
static void versions_are_seen_and_taken_over_on_request(void **state)
{
    struct place *place = *state;
    static const double old_values[] = {1, 2, 3, 4}, new_values[] = {9, 4, 3, 2};
    struct table *before = small_table("old", old_values, 4);
    struct table *after = small_table("new", new_values, 4);
    struct versions versions;
    size_t added, lost;

    struct store *store = open_on(place->path, "ana", "/somewhere/a.csv", before);
    for (uint32_t row = 0; row < 4; row++) {
        judge(store, row, VERDICT_TP);
    }
    assert_true(store_note(store, 2, "seen", &context, NULL));
    store_free(store, NULL);
    struct table *third = small_table("third", old_values, 3);
    store = open_on(place->path, "ana", "other.csv", third);
    judge(store, 1, VERDICT_FP); /* a table that is no version */
    store_free(store, NULL);
    table_free(third);

    store = open_on(place->path, "ana", "a.csv", after);
    judge(store, 1, VERDICT_FP); /* the row with 4: TP in the old version */
    assert_true(versions_load(store, &versions, NULL));
    assert_int_equal(versions.n, 1);
    assert_int_equal(versions.others, 1);
    assert_int_equal(versions.list[0].standing, 5);
    assert_int_equal(versions_pending(&versions), 5);
    assert_int_equal(mine(store, 2), VERDICT_NONE); /* looking changes nothing */

    assert_true(versions_match(store, after, versions.list[0].history, &added, &lost, NULL));
    assert_int_equal(added, 3); /* rows with 3 and 2, and the note */
    assert_int_equal(lost, 1);  /* the row with 1 */
    assert_int_equal(mine(store, 1), VERDICT_FP);
    assert_int_equal(mine(store, 2), VERDICT_TP);
    assert_int_equal(mine(store, 3), VERDICT_TP);
    assert_true(versions_match(store, after, versions.list[0].history, &added, &lost, NULL));
    assert_int_equal(added, 0);
    versions_free(&versions);
    assert_true(versions_load(store, &versions, NULL));
    assert_int_equal(versions.list[0].taken, 3);
    assert_int_equal(versions_pending(&versions), 0);
    versions_free(&versions);
    store_free(store, NULL);
    table_free(before);
    table_free(after);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_path_is_checked_before_the_screen_starts(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    char path[160];
    assert_true(store_path_check(place->path, &status)); /* not there yet */
    snprintf(path, sizeof path, "%s/review.json", place->directory);
    assert_false(store_path_check(path, &status)); /* a store would be mistaken for an export */
    assert_int_equal(status.code, STATUS_USAGE);
    write_file(path, "{\"format\": \"oddhours-review\"}");
    assert_false(store_path_check(path, &status));
    assert_non_null(strstr(status.text, ":import"));
    snprintf(path, sizeof path, "%s/notes", place->directory);
    write_file(path, "some text");
    assert_false(store_path_check(path, &status));
    assert_non_null(strstr(status.text, "not a review store"));
    write_file(path, ""); /* an empty file becomes a store */
    assert_true(store_path_check(path, &status));
    struct store *store = open_store(path, "ana", "aa");
    judge(store, 1, VERDICT_TP);
    store_free(store, NULL);
    assert_true(store_path_check(path, &status));
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
    assert_answer(path, "PRAGMA user_version", "3");
    assert_answer(path, "SELECT count(*) FROM entry WHERE origin IS NULL", "4");
    assert_answer(path, "PRAGMA integrity_check", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(other_files_are_refused_untouched),
        PLACED(rows_must_be_the_rows_judged),
        PLACED(other_versions_are_listed_and_adopted_once),
        PLACED(an_entry_of_a_uid_that_is_taken_is_refused),
        PLACED(versions_are_seen_and_taken_over_on_request),
        PLACED(a_path_is_checked_before_the_screen_starts),
        PLACED(old_versions_are_migrated),
    };
    return cmocka_run_group_tests_name("store_versions", tests, NULL, NULL);
}
