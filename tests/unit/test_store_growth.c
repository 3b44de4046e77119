/* store: rows found by what they hold: in a table that is read better, in one that has grown.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "review/store/content.h"
#include "review/store/lineage.h"
#include "review/store/settle.h"
#include "review/store/versions.h"
#include "table/builder.h"
#include "unit/store_fixture.h"

/* One row a letter: its user; rows of one letter are equal. */
static struct table *seen_as(const char *letters, const char *hash, bool time, bool user)
{
    static const char *const names[] = {"a"};
    struct table_builder *builder = table_builder_new(names, 1, time, user, NULL);
    assert_non_null(builder);
    for (const char *at = letters; *at != '\0'; at++) {
        const double value = *at < 'a' ? 1 : 2;
        assert_true(table_builder_add(builder, (struct span){"1970-01-01 00:00:00", 19},
                                      (struct span){at, 1}, &value, NULL));
    }
    struct read_report *report = table_builder_report(builder);
    snprintf(report->hash, sizeof report->hash, "%s", hash);
    struct table *table = table_builder_finish(builder, NULL);
    assert_non_null(table);
    return table;
}

static struct table *table_of(const char *letters, const char *hash)
{
    return seen_as(letters, hash, true, true);
}

static struct store *open_on(const char *path, const char *reviewer, const struct table *table)
{
    const struct store_options options = {.path = path, .reviewer = reviewer};
    const struct row_source rows = content_source(table);
    struct review_dataset dataset;
    struct status status = {0};
    struct store *store = store_new(&options, NULL);
    assert_non_null(store);
    assert_true(content_dataset(table, &dataset, NULL));
    must(store_attach(store, &dataset, &rows, &status), &status);
    content_dataset_free(&dataset);
    return store;
}

/* The verdicts of all rows, a letter each. */
static void assert_verdicts(struct store *store, size_t rows, const char *expected)
{
    char found[64] = "";
    for (size_t row = 0; row < rows; row++) {
        found[row] = "-tfuL"[history_verdict(store_history(store), (uint32_t)row,
                                             HISTORY_EVERYONE, NULL)];
    }
    assert_string_equal(found, expected);
}

static void judge_as(struct store *store, uint32_t row, enum verdict verdict)
{
    const struct verdict_context plain = {.seconds = 1};
    struct status status = {0};
    must(store_verdict(store, &row, 1, verdict, &plain, &status), &status);
}

/* The same bytes read by a better reader: lines that were left out are rows now. Of the equal
 * rows x and x the second was judged, and so is the second of three now. */
static void rows_are_found_when_more_lines_are_read(void **state)
{
    struct place *place = *state;
    struct table *before = table_of("abxcx", "same"), *after = table_of("NaNNbxNcxxd", "same");
    struct store *store = open_on(place->path, "ana", before);
    judge_as(store, 0, VERDICT_TP);
    judge_as(store, 3, VERDICT_UNDECIDED);
    judge_as(store, 4, VERDICT_FP);
    assert_verdicts(store, 5, "t--uf");
    assert_int_equal(store_found_again(store), 0);
    store_free(store, NULL);

    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 11, "-t-----uf--");
    assert_int_equal(store_found_again(store), 3);
    assert_int_equal(store_mismatches(store), 0);
    judge_as(store, 10, VERDICT_TP);
    store_free(store, NULL);

    store = open_on(place->path, "ana", before); /* and back; d is in no row here */
    assert_verdicts(store, 5, "t--uf");
    assert_int_equal(store_found_again(store), 0);
    assert_int_equal(store_mismatches(store), 1);
    assert_int_equal(history_count(store_history(store)), 3);
    store_free(store, NULL);
    assert_answer(place->path, "SELECT count(*) FROM entry_row", "4"); /* none is lost */
    table_free(before);
    table_free(after);
}

/* Entries of 1.0 know no occurrence: a number that fits stands, others go by their order. */
static void entries_without_occurrence_go_by_order(void **state)
{
    struct place *place = *state;
    struct table *before = table_of("axx", "same"), *after = table_of("Naxx", "same");
    struct store *store = open_on(place->path, "ana", before);
    judge_as(store, 0, VERDICT_UNDECIDED);
    judge_as(store, 1, VERDICT_TP);
    judge_as(store, 2, VERDICT_FP);
    store_free(store, NULL);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP TRIGGER entry_row_fixed;"
                                  "UPDATE entry_row SET occurrence = NULL",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 4, "-utf");
    store_free(store, NULL);
    table_free(before);
    table_free(after);
}

/* Times and accounts that were not known for such: rows go by their values, within as many rows
 * as have come; a row that could be two is not guessed. Letters of one case have one value. */
static void rows_seen_without_names_are_found(void **state)
{
    struct place *place = *state;
    struct table *before = seen_as("aBaBa", "same", false, false);
    struct table *after = table_of("aBcNdOe", "same");
    struct store *store = open_on(place->path, "ana", before);
    judge_as(store, 0, VERDICT_TP);
    judge_as(store, 1, VERDICT_FP);
    judge_as(store, 4, VERDICT_UNDECIDED);
    store_free(store, NULL);
    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 7, "-------"); /* 0 may be 0 or 2, 1 may be 1 or 3, 4 be 4 or 6 */
    assert_int_equal(store_mismatches(store), 3);
    store_free(store, NULL);
    table_free(after);

    after = table_of("NaBcNe", "same"); /* one more: 0 is 1 */
    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 6, "-tf--u");
    assert_int_equal(store_found_again(store), 3);
    assert_int_equal(store_mismatches(store), 0);
    store_free(store, NULL);
    table_free(after);
    table_free(before);
}

/* Values that are read otherwise now: by time and account, where one row alone has both. */
static void rows_of_other_values_are_found(void **state)
{
    struct place *place = *state;
    struct table *before = table_of("abc", "same"), *after = table_of("Nabc", "same");
    struct store *store = open_on(place->path, "ana", before);
    judge_as(store, 0, VERDICT_TP);
    judge_as(store, 2, VERDICT_FP);
    store_free(store, NULL);
    for (size_t i = 0; i < after->profiles.n; i++) {
        after->profiles.values[i] += 5;
    }
    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 4, "-t-f");
    store_free(store, NULL);
    table_free(after);
    after = table_of("Naabbcc", "same");
    for (size_t i = 0; i < after->profiles.n; i++) {
        after->profiles.values[i] += 5;
    }
    after->row_profile[1] = 0; /* one of the two a is an N by its values */
    store = open_on(place->path, "ana", after);
    assert_verdicts(store, 7, "-----f-"); /* two a differ; of two equal c the first will do */
    store_free(store, NULL);
    table_free(after);
    table_free(before);
}

/* Yesterday's table, a log that grew from it, and today's, scored by that. */
static void verdicts_stand_through_the_lineage(void **state)
{
    struct place *place = *state;
    struct status status = {0};
    struct table *first = table_of("abc", "h1"), *second = table_of("abcd", "h2");
    struct table *third = table_of("dxaec", "h3");
    struct store *store = open_on(place->path, "ana", first);
    judge_as(store, 0, VERDICT_TP);
    judge_as(store, 1, VERDICT_FP);
    store_free(store, NULL);

    store = open_on(place->path, "ana", second);
    assert_verdicts(store, 4, "----");
    must(store_lineage_add(store, "h1", LINEAGE_LOG, &status), &status);
    must(store_lineage_add(store, "h1", LINEAGE_LOG, &status), &status);
    must(store_poll(store, NULL, &status), &status);
    assert_verdicts(store, 4, "tf--");
    assert_int_equal(store_inherited(store), 2);
    assert_int_equal(store_found_again(store), 0);
    judge_as(store, 3, VERDICT_UNDECIDED);
    store_free(store, NULL);

    store = open_on(place->path, "ana", third);
    must(store_lineage_add(store, "h2", LINEAGE_REFERENCE, &status), &status);
    must(store_poll(store, NULL, &status), &status);
    assert_verdicts(store, 5, "u-t--"); /* b is not in this one, and that is no loss */
    assert_int_equal(store_mismatches(store), 0);
    struct lineage *list;
    size_t n;
    must(store_lineage(store, &list, &n, &status), &status);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].parent, "h2");
    assert_int_equal(list[0].kind, LINEAGE_REFERENCE);
    assert_int_equal(list[0].steps, 1);
    assert_string_equal(list[1].parent, "h1");
    assert_int_equal(list[1].kind, LINEAGE_LOG);
    assert_int_equal(list[1].steps, 2);
    store_lineage_free(list, n);
    struct versions versions; /* what stands already is no other version to be matched */
    assert_true(versions_load(store, &versions, &status));
    assert_int_equal(versions.n, 0);
    versions_free(&versions);

    const struct entry *undone; /* of the latest: it is taken back where it was given */
    must(store_undo(store, &undone, &status), &status);
    assert_int_equal(undone->verdict, VERDICT_UNDECIDED);
    assert_verdicts(store, 5, "--t--");
    store_free(store, NULL);
    store = open_on(place->path, "ana", second);
    assert_verdicts(store, 4, "tf--");
    assert_false(store_lineage_add(store, "h3", LINEAGE_LOG, &status)); /* in a circle */
    assert_int_equal(status.code, STATUS_INPUT);
    assert_false(store_lineage_add(store, "h2", LINEAGE_LOG, &status));
    store_free(store, NULL);
    assert_answer(place->path, "SELECT count(*) FROM lineage", "2");

    /* What somebody judges in yesterday's table comes to today's while it is open. */
    store = open_on(place->path, "ana", third);
    struct store *other = open_on(place->path, "ben", first);
    judge_as(other, 2, VERDICT_FP);
    must(store_poll(store, NULL, &status), &status);
    assert_verdicts(store, 5, "--t-f");
    store_free(other, NULL);
    store_free(store, NULL);
    table_free(first);
    table_free(second);
    table_free(third);
}

/* Against counting every row. */
static void occurrences_and_rows_are_those_of_counting(void **state)
{
    (void)state;
    enum { ROWS = 400, ASKED = 60 };
    char letters[ROWS + 1] = "", mixed[2 * ROWS + 1] = "";
    srand(7);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < ROWS; i++) {
            letters[i] = "abcdefghijABCDEFGHIJ"[rand() % 20];
        }
        size_t m = 0;
        for (int i = 0; i < ROWS; i++) { /* the same rows in this order, others in between */
            if (rand() % 3 == 0) {
                mixed[m++] = (char)('k' + rand() % 10);
            }
            mixed[m++] = letters[i];
        }
        mixed[m] = '\0';
        struct table *table = table_of(letters, "one"), *other = table_of(mixed, "two");
        struct entry_row rows[ASKED] = {{.row = 0}};
        struct row_wanted wanted[ASKED];
        uint32_t row = 0;
        for (size_t i = 0; i < ASKED; i++) {
            rows[i].row = row;
            rows[i].content = content_hash(table, row);
            row += 1 + (uint32_t)(rand() % 6);
        }
        assert_true(content_occurrences(table, rows, ASKED, NULL));
        for (size_t i = 0; i < ASKED; i++) {
            uint32_t count = 0;
            for (uint32_t j = 0; j <= rows[i].row; j++) {
                count += letters[j] == letters[rows[i].row];
            }
            assert_int_equal(rows[i].occurrence, count);
            struct entry_row alone = {.row = rows[i].row};
            assert_true(content_occurrences(table, &alone, 1, NULL));
            assert_int_equal(alone.occurrence, count);
            wanted[i] = (struct row_wanted){rows[i].content, rows[i].row, count, 0};
        }
        wanted[0].content++; /* in no row */
        assert_true(content_find(other, wanted, ASKED, NULL));
        assert_int_equal(wanted[0].found, UINT32_MAX);
        for (size_t i = 1; i < ASKED; i++) {
            uint32_t count = 0, at = 0;
            while ((count += mixed[at] == letters[rows[i].row]) < rows[i].occurrence) {
                at++;
            }
            assert_int_equal(wanted[i].found, at);
        }
        table_free(table);
        table_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(rows_are_found_when_more_lines_are_read),
        PLACED(entries_without_occurrence_go_by_order),
        PLACED(rows_seen_without_names_are_found),
        PLACED(rows_of_other_values_are_found),
        PLACED(verdicts_stand_through_the_lineage),
        cmocka_unit_test(occurrences_and_rows_are_those_of_counting),
    };
    return cmocka_run_group_tests_name("store_growth", tests, NULL, NULL);
}
