/* store: the file of 1.0 (tests/from_1_0, written by that program) is brought up to date with
 * nothing lost, and stays beside it as it was. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "review/exchange/exchange.h"
#include "unit/store_fixture.h"

/* Everything that 1.0 kept of its entries. */
static const char all_entries[] =
    "SELECT group_concat(line, char(10)) FROM (SELECT e.entry_id || '|' || e.uid || '|' || "
    "d.hash"
    " || '|' || d.features || '|' || d.name || '|' || reviewer || '|' || kind || '|' ||"
    " ifnull(verdict, '-') || '|' || ifnull(note, '-') || '|' || ifnull(target, '-') || '|' ||"
    " at_ms || '|' || ifnull(seconds, '-') || '|' || ifnull(detector, '-') || '|' ||"
    " ifnull(queue, '-') || '|' || role || '|' || blind || '|' || ifnull(k, '-') || '|' ||"
    " ifnull(origin, '-') || '|' || ifnull(row_id, '-') || '|' || ifnull(content, '-') || '|' "
    "||"
    " ifnull(rank, '-') || '|' || ifnull(dt, '-') || '|' || ifnull(src_user, '-') AS line"
    " FROM entry e JOIN dataset d USING (dataset_id) LEFT JOIN entry_row USING (entry_id)"
    " ORDER BY e.entry_id, row_id)";

static const char standing[] =
    "SELECT group_concat(row_id || reviewer || verdict || blind || seconds, '|') FROM (SELECT *"
    " FROM verdicts ORDER BY row_id, reviewer)";

static void fixture_path(const char *name, char *path, size_t size)
{
    const char *sources = getenv("ODDHOURS_SRCDIR");
    snprintf(path, size, "%s/tests/from_1_0/%s", sources != NULL ? sources : ".", name);
}

static char *bytes_of(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    assert_true(file != NULL && bytes != NULL);
    *length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void copy_fixture(const char *name, const char *to)
{
    char from[4096];
    size_t length;
    fixture_path(name, from, sizeof from);
    char *bytes = bytes_of(from, &length);
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
    free(bytes);
}

static void answer_of(const char *path, const char *sql, char *answer, size_t size)
{
    ask(path, sql, answer, size);
    assert_true(strlen(answer) + 1 < size);
}

/* The rows are taken as they are: the table is another test's. */
static bool accepts_all(const void *table, const struct entry_row *row, bool same_features)
{
    (void)table;
    (void)row;
    (void)same_features;
    return true;
}

static struct store *open_fixture(const char *path, bool read_only,
                                  struct review_dataset *dataset)
{
    static char hash[64], features[256];
    static const struct row_source rows = {.accepts = accepts_all};
    struct status status = {0};
    const struct store_options options = {
        .path = path, .reviewer = "ana", .read_only = read_only};
    char from[4096];
    fixture_path("reviews.db", from, sizeof from);
    answer_of(from, "SELECT hash FROM dataset", hash, sizeof hash);
    answer_of(from, "SELECT features FROM dataset", features, sizeof features);
    *dataset = dataset_named(hash);
    dataset->features = features;
    struct store *store = store_new(&options, NULL);
    assert_non_null(store);
    must(store_attach(store, dataset, &rows, &status), &status);
    return store;
}

static void nothing_is_lost_and_a_copy_stays(void **state)
{
    struct place *place = *state;
    char path[160], beside[200], notice[STATUS_TEXT];
    static char before[1 << 16], after[1 << 16], stand[1 << 14];
    struct review_dataset dataset;
    struct stat file;
    snprintf(path, sizeof path, "%s/r.db", place->directory);
    snprintf(beside, sizeof beside, "%s.version-2-2", path);
    copy_fixture("reviews.db", path);
    char taken[200]; /* somebody has a file of the first name */
    snprintf(taken, sizeof taken, "%s.version-2", path);
    assert_int_equal(symlink("/nowhere", taken), 0);
    answer_of(path, all_entries, before, sizeof before);
    answer_of(path, standing, stand, sizeof stand);
    assert_true(strlen(before) > 2000);

    struct store *store = open_fixture(path, false, &dataset);
    assert_true(store_notice(store, notice, sizeof notice));
    assert_non_null(strstr(notice, beside));
    assert_int_equal(history_reviewers(store_history(store)), 2);
    size_t entries = history_count(store_history(store));
    assert_answer(path, "PRAGMA user_version", "3");
    answer_of(path, all_entries, after, sizeof after);
    assert_string_equal(after, before);
    answer_of(path, standing, after, sizeof after);
    assert_string_equal(after, stand);
    assert_answer(path, "PRAGMA integrity_check", "ok");
    assert_answer(path, "SELECT count(*) FROM pragma_foreign_key_check", "0");
    assert_answer(path, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", "8");
    assert_int_equal(lstat(beside, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    assert_answer(beside, "PRAGMA user_version", "2");
    answer_of(beside, all_entries, after, sizeof after);
    assert_string_equal(after, before);

    const struct entry *done; /* it goes on where it was */
    struct status status = {0};
    must(store_redo(store, &done, &status), &status);
    assert_non_null(done);
    assert_int_equal(history_count(store_history(store)), entries + 1);
    store_free(store, NULL);
    assert_answer(path, "SELECT max(entry_id) = count(*) FROM entry", "1");
    store = open_fixture(path, false, &dataset);
    assert_false(store_notice(store, notice, sizeof notice)); /* once */
    assert_int_equal(history_count(store_history(store)), entries + 1);
    store_free(store, NULL);
}

/* A program of 1.0 that has the file open goes on with its statements. */
static void an_open_1_0_writes_on(void **state)
{
    struct place *place = *state;
    char path[160];
    struct review_dataset dataset;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/r.db", place->directory);
    copy_fixture("reviews.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_stmt *entry, *row;
    assert_int_equal(
        sqlite3_prepare_v2(
            db,
            "INSERT INTO entry (uid, dataset_id, reviewer, kind, verdict, note, target,"
            " at_ms, seconds, detector, queue, role, blind, k, origin) VALUES ('0123456789"
            "abcdef0123456789abcdef', 1, 'cid', 'verdict', 'tp', NULL, NULL, 5, NULL, NULL,"
            " NULL, 'list', 0, NULL, NULL)",
            -1, &entry, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(
                         db,
                         "INSERT INTO entry_row (entry_id, row_id, content, rank, dt, src_user)"
                         " VALUES ((SELECT max(entry_id) FROM entry), 7, '00000000000003ef',"
                         " NULL, NULL, NULL)",
                         -1, &row, NULL),
                     SQLITE_OK);
    struct store *store = open_fixture(path, false, &dataset);
    size_t entries = history_count(store_history(store));
    assert_int_equal(sqlite3_step(entry), SQLITE_DONE);
    assert_int_equal(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(entry);
    sqlite3_finalize(row);
    sqlite3_close(db);
    struct status status = {0};
    bool changed;
    must(store_poll(store, &changed, &status), &status);
    assert_int_equal(history_count(store_history(store)), entries + 1);
    store_free(store, NULL);
}

/* Who only reads changes no byte, and leaves no copy. */
static void it_is_read_without_being_changed(void **state)
{
    struct place *place = *state;
    char path[160], beside[200];
    struct review_dataset dataset;
    size_t before, after;
    snprintf(path, sizeof path, "%s/r.db", place->directory);
    snprintf(beside, sizeof beside, "%s.version-2", path);
    copy_fixture("reviews.db", path);
    char *first = bytes_of(path, &before);
    struct store *store = open_fixture(path, true, &dataset);
    assert_true(history_count(store_history(store)) > 20);
    assert_int_equal(history_reviewers(store_history(store)), 2);
    store_free(store, NULL);
    char *second = bytes_of(path, &after);
    assert_int_equal(before, after);
    assert_memory_equal(first, second, before);
    assert_int_not_equal(access(beside, F_OK), 0);
    free(first);
    free(second);
}

/* When it cannot be done nothing is: here the file may not grow by the copy. */
static void a_failed_migration_changes_nothing(void **state)
{
    struct place *place = *state;
    char path[160];
    struct status status = {0};
    size_t before, after;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/r.db", place->directory);
    copy_fixture("reviews.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK); /* a table that is in the way */
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE look (mine)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    char *first = bytes_of(path, &before);
    const struct store_options options = {.path = path, .reviewer = "ana"};
    const struct review_dataset dataset = dataset_named("aa");
    struct store *store = store_new(&options, NULL);
    assert_false(store_attach(store, &dataset, &source, &status));
    assert_non_null(strstr(status.text, "look"));
    store_free(store, NULL);
    char *second = bytes_of(path, &after);
    assert_int_equal(before, after);
    assert_memory_equal(first, second, before);
    free(first);
    free(second);
    char command[256];
    snprintf(command, sizeof command, "test $(ls %s | wc -l) = 1", place->directory);
    assert_int_equal(system(command), 0);
}

/* The same review, exported by 1.0: what it holds is what the store held. */
static void exports_of_1_0_are_read(void **state)
{
    struct place *place = *state;
    static const char *const names[] = {"review.json", "review.csv"};
    char path[160];
    struct review_dataset dataset;
    struct status status = {0};
    snprintf(path, sizeof path, "%s/r.db", place->directory);
    copy_fixture("reviews.db", path);
    struct store *store = open_fixture(path, false, &dataset);
    const struct history *history = store_history(store);
    for (int i = 0; i < 2; i++) {
        char file[4096];
        struct exchange exchange;
        fixture_path(names[i], file, sizeof file);
        if (!exchange_read(file, &exchange, &status)) {
            fail_msg("%s", status.text);
        }
        assert_int_equal(exchange.repeated, 0);
        assert_int_equal(exchange.n, history_count(history));
        for (size_t j = 0; j < exchange.n; j++) {
            const struct entry *entry = history_entry(history, j);
            assert_string_equal(exchange.entries[j]->uid, entry->uid);
            assert_true(entry_same(exchange.entries[j], entry));
        }
        struct store_imported done;
        must(store_import(store, exchange.entries, exchange.n, &done, &status), &status);
        assert_int_equal(done.added, 0);
        assert_int_equal(done.known, exchange.n);
        exchange_clear(&exchange);
    }
    store_free(store, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(nothing_is_lost_and_a_copy_stays), PLACED(an_open_1_0_writes_on),
        PLACED(it_is_read_without_being_changed), PLACED(a_failed_migration_changes_nothing),
        PLACED(exports_of_1_0_are_read),
    };
    return cmocka_run_group_tests_name("store_from_1_0", tests, NULL, NULL);
}
