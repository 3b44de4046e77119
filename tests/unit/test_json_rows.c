/* Tables in JSON: the same table as from CSV, however the records are written and come in; what
 * is broken is rejected with its line; and memory that runs out. */
#define _GNU_SOURCE
#include "table/json/json_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/csv/csv.h"
#include "unit/csv_fixture.h"
#include "unit/oom.h"
#include "unit/same_table.h"
#include "unit/test.h"

enum { ROOM = 1 << 20 };

static const char *const ab[] = {"a", "b"};
static const struct csv_options options_ab = {.features = ab, .n_features = 2};

static size_t add(char *out, size_t at, const char *text)
{
    size_t length = strlen(text);
    assert_true(at + length < ROOM);
    memcpy(out + at, text, length + 1);
    return at + length;
}

/* ---- a table written in two ways ---- */

enum style { LINES, LINES_CRLF, ARRAY, ARRAY_LINES, PRETTY, WRAPPED, STYLES };

static const char *const users[] = {"anna", "b,c", "d\"e", "f\ng", "\xC3\xA9t\xC3\xA9",
                                    "#x",   " y ", ""};
static const char *const users_json[] = {"anna", "b,c", "d\\\"e", "f\\ng", "\\u00e9t\\u00E9",
                                         "#x",   " y ", ""};
static const char *const numbers[] = {"1", "-2.5", "1e3", "0", "", "true", "12345678"};
static const char *const numbers_json[] = {"1",    "-2.5", "1e3",         "0",
                                           "null", "true", "\"12345678\""};

static void write_both(unsigned seed, enum style style, bool plain, char *csv, char *json)
{
    static const char *const begins[] = {"", "", " [", "[\n", "[\n  ", "{\"n\": 7,\"value\":["};
    static const char *const between[] = {"\n", "\r\n", ", ", ",\n", ",\n  ", ","};
    static const char *const ends[] = {"\n", "\r\n", "]", "\n]\n", "\n]\n", "], \"z\":[]}"};
    const char *gap = style == PRETTY ? "\n    " : "";
    size_t c = add(csv, 0, "dt,src_user,a,b,more.x\n"), j = add(json, 0, begins[style]);
    srand(seed);
    for (int row = 0; row < 300; row++) {
        char line[256], time[32];
        size_t user = (size_t)rand() % (plain ? 1 : sizeof users / sizeof *users);
        size_t x = (size_t)rand() % 7, y = (size_t)rand() % 7;
        snprintf(time, sizeof time, "1970-01-%02d %02d:00:00", 1 + rand() % 28, rand() % 24);
        c = add(csv, c, time);
        c = add(csv, c, ",\"");
        for (const char *at = users[user]; *at != '\0'; at++) {
            char letter[3] = {*at, *at == '"' ? '"' : '\0', '\0'};
            c = add(csv, c, letter);
        }
        snprintf(line, sizeof line, "\",%s,%s,7\n", numbers[x], numbers[y]);
        c = add(csv, c, line);
        j = add(json, j, row > 0 ? between[style] : "");
        bool turned = row > 0 && rand() % 4 == 0;
        snprintf(line, sizeof line,
                 "{%1$s\"dt\":\"%5$s\",%1$s\"src_user\" :\"%2$s\",%1$s\"a\":%3$s,"
                 "\"b\":%4$s,%1$s\"more\":{\"x\":7}}",
                 gap, users_json[user], numbers_json[x], numbers_json[y], time);
        if (turned) {
            snprintf(line, sizeof line,
                     "{%1$s\"b\": %4$s,%1$s\"a\":%3$s,%1$s\"later\":[1,{}],\"dt\":\"%5$s\","
                     "\"more\":{\"x\":7,\"y\":{}},%1$s\"src_user\":\"%2$s\"}",
                     gap, users_json[user], numbers_json[x], numbers_json[y], time);
        }
        j = add(json, j, line);
    }
    add(json, j, ends[style]);
}

static void equals_csv(void **state)
{
    (void)state;
    char *csv = malloc(ROOM), *json = malloc(ROOM);
    assert_true(csv != NULL && json != NULL);
    for (unsigned seed = 1; seed <= 10; seed++) {
        for (enum style style = 0; style < STYLES; style++) {
            write_both(seed, style, seed % 2 == 0, csv, json);
            struct status status = {0};
            struct table *a = csv_read(csv, strlen(csv), &options_ab, 1, &status);
            struct table *b = csv_read(json, strlen(json), &options_ab, 2, &status);
            if (a == NULL || b == NULL) {
                fail_msg("style %d: %s", (int)style, status.text);
            }
            assert_int_equal(b->report.bytes, strlen(json));
            b->report.bytes = a->report.bytes; /* of two files */
            memcpy(b->report.hash, a->report.hash, sizeof a->report.hash);
            const char *other = same_table(a, b);
            if (other != NULL) {
                fail_msg("style %d, seed %u: %s", (int)style, seed, other);
            }
            table_free(a);
            table_free(b);
        }
    }
    free(csv);
    free(json);
}

/* ---- however bytes come and go ---- */

struct bytes {
    const char *bytes;
    size_t length, at, step;
};

static bool read_bytes(void *context, void *buffer, size_t size, size_t *got,
                       struct status *status)
{
    (void)status;
    struct bytes *bytes = context;
    size_t left = bytes->length - bytes->at;
    *got = size < left ? size : left;
    *got = *got < bytes->step ? *got : bytes->step;
    memcpy(buffer, bytes->bytes + bytes->at, *got);
    bytes->at += *got;
    return true;
}

static size_t rows_of(const char *json, size_t length, size_t step, size_t room, char *out)
{
    struct bytes bytes = {json, length, 0, step};
    struct dict *columns = dict_new(NULL);
    struct json_rows *rows =
        json_rows_new((struct json_input){read_bytes, &bytes, "t"}, columns, NULL);
    size_t n = 0, got = 1;
    while (rows != NULL && got > 0) {
        assert_true(json_rows_read(rows, out + n, room, &got, NULL));
        n += got;
        assert_true(n + room < ROOM);
    }
    json_rows_free(rows);
    dict_free(columns);
    return n;
}

static void pieces_make_no_difference(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, 100, 1 << 16}, rooms[] = {1, 13, 4096};
    char *csv = malloc(ROOM), *json = malloc(ROOM), *a = malloc(ROOM), *b = malloc(ROOM);
    assert_true(csv != NULL && json != NULL && a != NULL && b != NULL);
    for (enum style style = 0; style < STYLES; style++) {
        write_both(3, style, false, csv, json);
        size_t n = rows_of(json, strlen(json), ROOM, 1 << 16, a);
        assert_true(n > 10000);
        for (size_t i = 0; i < 12; i++) {
            assert_int_equal(rows_of(json, strlen(json), steps[i % 4], rooms[i / 4], b), n);
            assert_memory_equal(a, b, n);
        }
    }
    free(csv);
    free(json);
    free(a);
    free(b);
}

/* ---- what is broken ---- */

static void rejects(const char *text, const char *wanted)
{
    char out[1024] = "";
    size_t n = 0;
    struct status status = {0};
    struct table *table = csv_read_ab(text, &status);
    if (table == NULL) {
        snprintf(out, sizeof out, "%s", strchr(status.text, ' '));
    } else {
        n += (size_t)snprintf(out, sizeof out, "%zu rows", table->n_rows);
        assert_int_equal(table->n_rows + table->report.rejected, table->report.lines);
        for (size_t i = 0; i < table->report.n_rejects; i++) {
            n += (size_t)snprintf(out + n, sizeof out - n, "; %d: %s",
                                  (int)table->report.rejects[i].line,
                                  table->report.rejects[i].reason);
        }
    }
    if (strcmp(out, wanted) != 0) {
        fail_msg("%s\n%s\ninstead of\n%s", text, out, wanted);
    }
    table_free(table);
}

static void broken_records_are_rejected(void **state)
{
    (void)state;
    rejects(
        "{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":\n\n{\"a\":3,\"b\":4}\n{\"a\":\"x\",\"b\":4}\nzz\n"
        "{\"a\":3,\"b\":4",
        "2 rows; 2: no JSON: a comma is missing; 5: a is no number: 'x'; 6: no object; 7: no "
        "JSON: it is cut off");
    rejects(
        "[{\"a\":1,\"b\":2},{\"a\":1,,\"b\":{}},{\"a\":\"x\",\"b\":2},7,zz,{\"a\":1,\"b\":2}]",
        "2 rows; 1: record 2: no JSON: a key without quotes; 1: record 3: a is no number: 'x'; "
        "1: record 4: a value that is no object; 1: record 5: no object");
    rejects(
        "[\n  {\n    \"a\": 1,\n    \"b\": 2\n  },\n  {\n    \"a\": \"1,\n    \"b\": 2\n  },\n"
        "  {\n    \"a\": 1,\n    \"b\": \"y\"\n  },\n  {\n    \"a\": 3,\n    \"b\": 4\n  "
        "}\n]\n",
        "2 rows; 6: no JSON: a string does not end; it takes in the 3 lines that follow; 10: b "
        "is no number: 'y'");
    rejects(
        "[\n  {\n    \"a\": 1,\n    \"b\": 2\n  },\n  {\n    \"a\": 1,\n  {\n    \"a\": 3,\n"
        "    \"b\": 4\n  }\n]\n",
        "2 rows; 6: no JSON: a key without quotes; it takes in the 1 lines that follow");
    rejects("[{\"a\":1,\"b\":2}",
            "1 rows; 1: record 2: the array does not end: the file may be "
            "cut off");
    rejects("[\n{\"a\":1,\"b\":2}\n] x",
            "1 rows; 3: something behind the end of the array: not read");
    rejects("{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n", "3 rows");
    rejects("[]",
            " is JSON without records: objects are wanted, one in each line or in an array");
    rejects("{}",
            " is JSON without records: objects are wanted, one in each line or in an array");
}

static void hostile_records(void **state)
{
    (void)state;
    char *text = malloc(3 << 20);
    assert_non_null(text);
    static const char good[] = "{\"a\":1,\"b\":2}\n";
    for (int kind = 0; kind < 4; kind++) {
        size_t n = sizeof good - 1, huge = 2 << 20;
        memcpy(text, good, n);
        if (kind == 0) { /* deep */
            memset(text + n, '{', huge);
        } else if (kind == 1) { /* deep, and every bracket with its key */
            for (size_t i = 0; i + 5 <= huge; i += 5) {
                memcpy(text + n + i, "{\"k\":", 5);
            }
            huge -= huge % 5;
        } else if (kind == 2) { /* a text without end */
            memcpy(text + n, "{\"a\":\"", 6);
            memset(text + n + 6, 'x', huge - 6);
        } else { /* a long number */
            memcpy(text + n, "{\"a\":", 5);
            memset(text + n + 5, '7', huge - 5);
        }
        n += huge;
        text[n++] = '\n';
        memcpy(text + n, good, sizeof good - 1);
        n += sizeof good - 1;
        struct status status = {0};
        struct table *table = csv_read(text, n, &options_ab, 2, &status);
        assert_non_null(table);
        assert_int_equal(table->n_rows, 2);
        assert_int_equal(table->report.rejected, 1);
        assert_int_equal(table->report.rejects[0].line, 2);
        table_free(table);
    }
    static const char zeros[] = "{\"a\":1,\"b\":2}\n{\"a\":\0,\"b\":2}\n\0\n{\"a\":\"\0\"}\n";
    struct table *table = csv_read(zeros, sizeof zeros - 1, &options_ab, 1, NULL);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 1);
    assert_int_equal(table->report.rejected, 3);
    table_free(table);
    free(text);
}

static void strict_says_the_line(void **state)
{
    (void)state;
    static const char text[] = "\n\n{\"a\":1,\"b\":2}\n{\"a\":1,\"b\"}\n";
    struct csv_options strict = options_ab;
    struct status status = {0};
    strict.strict = true;
    assert_null(csv_read(text, sizeof text - 1, &strict, 2, &status));
    assert_non_null(strstr(status.text, "line 4: no JSON: a key without a colon"));
}

/* ---- memory ---- */

static void memory_runs_out(void **state)
{
    (void)state;
    char *csv = malloc(ROOM), *json = malloc(ROOM);
    assert_true(csv != NULL && json != NULL);
    write_both(5, ARRAY, false, csv, json);
    json[strlen(json) - 1] = ',';
    const char *path = csv_write("t.csv", json, strlen(json));
    struct table *whole = csv_load(path, &options_ab, NULL, NULL, NULL);
    assert_non_null(whole);
    assert_int_equal(whole->report.rejected, 1);
    for (int all = 0; all < 2; all++) {
        long live = oom_live();
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            oom_arm(n, all);
            struct table *table = csv_load(path, &options_ab, NULL, NULL, &status);
            failed = oom_disarm();
            if (table == NULL) {
                assert_true(failed);
                assert_int_equal(status.code, STATUS_NOMEM);
            } else if (same_table(table, whole) != NULL) {
                fail_msg("allocation %lu: %s", n, same_table(table, whole));
            }
            table_free(table);
            assert_int_equal(oom_live(), live);
        }
    }
    table_free(whole);
    free(csv);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_csv),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(broken_records_are_rejected),
        cmocka_unit_test(hostile_records),
        cmocka_unit_test(strict_says_the_line),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("json_rows", tests, csv_make_directory,
                                       csv_remove_directory);
}
