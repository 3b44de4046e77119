/* csv: what a table means: columns, quotes, missing values, lines that are rejected. */
#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "unit/csv_fixture.h"
#include "unit/test.h"

static void plain_file(void **state)
{
    (void)state;
    struct status status = {0};
    struct table *table =
        csv_read_text(CSV_HEADER "1970-01-01 00:00:00,U1@DOM1,2,1,0.5,1,1,2,1.0\n"
                                 "1970-01-01 01:00:00,U2@DOM1,3,0,0,1,1,2,1\n"
                                 "1970-01-01 01:00:00,U1@DOM1,2,1,.5,1,1,2,1\n",
                      &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 3);
    assert_int_equal(table->profiles.n, 2);
    assert_int_equal(table->row_profile[2], 0);
    assert_int_equal(table->profiles.copies[0], 2);
    assert_int_equal(table->row_user[2], 0);
    assert_int_equal(table->row_time[2], 1);
    csv_assert_text(table->users, 1, "U2@DOM1");
    csv_assert_text(table->times, 1, "1970-01-01 01:00:00");
    const double first[] = {2, 1, 0.5, 1, 1, 2, 1};
    assert_memory_equal(csv_features(table, 0), first, sizeof first);
    assert_int_equal(table->report.lines, 3);
    assert_int_equal(table->report.rejected, 0);
    assert_string_equal(table->report.name, csv_path("t.csv"));
    assert_int_equal(strlen(table->report.hash), 32);
    table_free(table);
}

static void columns_in_any_order_and_others_ignored(void **state)
{
    (void)state;
    struct status status = {0};
    struct table *table = csv_read_ab("x, b ,src_user,a,y\n1,2,U,3,4\n5,6,V,7,z\n", &status);
    assert_non_null(table);
    assert_null(table->times);
    assert_null(table->row_time);
    csv_assert_text(table->users, 1, "V");
    assert_true(csv_features(table, 1)[0] == 7 && csv_features(table, 1)[1] == 6);
    table_free(table);
    table = csv_read_ab("b,a\n2,3\n", &status);
    assert_null(table->users);
    assert_true(csv_features(table, 0)[0] == 3 && csv_features(table, 0)[1] == 2);
    table_free(table);
}

static void line_ends_marks_and_blank_lines(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        "a,b\n1,2\n3,4",
        ("\xef\xbb\xbf" /* parentheses: clang suspects a missing comma */
         "a,b\n1,2\n3,4"),
        "\n\na,b\n\n1,2\n\n \t\n3,4\n\n",
        "\"a\",\"b\"\n1,2\n3,4\n",
        "a,b\n\"1\",2\r\n\"3\",\"4\"\n",
        "a,b\n 1 ,2\n3,\t4\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct status status = {0};
        struct table *table = csv_read_ab(texts[i], &status);
        assert_non_null(table);
        assert_int_equal(table->n_rows, 2);
        assert_int_equal(table->report.lines, 2);
        assert_true(csv_features(table, 0)[0] == 1 && csv_features(table, 0)[1] == 2);
        assert_true(csv_features(table, 1)[0] == 3 && csv_features(table, 1)[1] == 4);
        table_free(table);
    }
}

static void quotes(void **state)
{
    (void)state;
    struct status status = {0};
    struct table *table = csv_read_ab("src_user,a,b\n"
                                      "\"U,1\",1,2\n"
                                      "\"say \"\"hi\"\"\",1,2\n"
                                      "\"two\nlines\",1,2\n"
                                      "in\"side,1,2\n"
                                      " kept ,1,2\n"
                                      "rejected,1\n"
                                      "\"\",1,2\n",
                                      &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 6);
    csv_assert_text(table->users, 0, "U,1");
    csv_assert_text(table->users, 1, "say \"hi\"");
    csv_assert_text(table->users, 2, "two\nlines");
    csv_assert_text(table->users, 3, "in\"side");
    csv_assert_text(table->users, 4, " kept ");
    csv_assert_text(table->users, 5, "");
    assert_int_equal(table->report.missing_user, 1);
    assert_int_equal(table->report.rejected, 1);
    assert_int_equal(table->report.rejects[0].line, 8); /* line 4 went on on line 5 */
    assert_string_equal(table->report.rejects[0].reason, "2 fields instead of 3");
    table_free(table);
}

static void missing_and_infinite_values(void **state)
{
    (void)state;
    static const char *const missing[] = {
        "",     "#N/A",   "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN",
        "-nan", "1.#IND", "1.#QNAN",  "<NA>", "N/A",     "NA",       "NULL",
        "NaN",  "None",   "n/a",      "nan",  "null",
    };
    static const char *const infinite[] = {
        "inf", "-inf", "+inf", "INF", "Infinity", "-infinity", "INFINITY", "1e999", "-1e999"};
    enum { N_MISSING = 19, N_INFINITE = 9 };
    char text[2000] = "a,b,src_user,dt\n";
    for (size_t i = 0; i < N_MISSING; i++) {
        sprintf(text + strlen(text), "%s,1,%s,%s\n", missing[i], missing[i], missing[i]);
    }
    for (size_t i = 0; i < N_INFINITE; i++) {
        sprintf(text + strlen(text), "-0,%s,nAn,inf\n", infinite[i]);
    }
    struct status status = {0};
    struct table *table = csv_read_ab(text, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, N_MISSING + N_INFINITE);
    assert_int_equal(table->report.missing[0], N_MISSING);
    assert_int_equal(table->report.missing[1], 0);
    assert_int_equal(table->report.infinite[0], 0);
    assert_int_equal(table->report.infinite[1], N_INFINITE);
    assert_int_equal(table->report.missing_user, N_MISSING);
    assert_int_equal(table->report.missing_time, N_MISSING);
    assert_int_equal(table->profiles.n, 2);
    const double zeros[] = {0, 0};
    assert_memory_equal(table_profile(table, 1), zeros, sizeof zeros);
    table_free(table);
}

static void rejected_lines(void **state)
{
    (void)state;
    char text[2000] = "a,b\n1,2\n";
    for (int i = 0; i < 12; i++) {
        strcat(text, "x\x01\xff,2\n");
    }
    strcat(text, "1\n1,2,3\n,\n");
    struct status status = {0};
    struct table *table = csv_read_ab(text, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 2);
    assert_int_equal(table->report.rejected, 14);
    assert_int_equal(table->report.lines, 16);
    assert_int_equal(table->report.n_rejects, TABLE_REJECTS_KEPT);
    assert_int_equal(table->report.rejects[0].line, 3);
    assert_int_equal(table->report.rejects[9].line, 12);
    assert_string_equal(table->report.rejects[0].reason, "a is no number: 'x\\x01\\xc3\\xbf'");
    table_free(table);
}

static void lines_are_counted_whatever_ends_them(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a,b\n1,2\n\n3,4\n\n\nx,y\n",
        "a,b\r\n1,2\r\n\r\n3,4\r\n\r\n\r\nx,y\r\n",
        "a,b\r1,2\r\r3,4\r\r\rx,y\r",
        "a,b\r\n\"1\",2\r\n\r\n3,4\r\n\r\n\r\nx,y",
        "\"a\",b\n1,2\n\n\"3\",4\n\n\nx,\"y\"\n",
        "a,b,c\n1,2,\"\n\n\r\n\r\"\nx,y\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct status status = {0};
        struct table *table = csv_read_ab(texts[i], &status);
        assert_non_null(table);
        assert_int_equal(table->report.n_rejects, 1);
        assert_int_equal(table->report.rejects[0].line, 7);
        table_free(table);
    }
}

static void strict_makes_a_reject_an_error(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2, .strict = true};
    struct status status = {0};
    const char text[] = "a,b\n1,2\n\n1,2,3\n";
    assert_null(csv_read(text, strlen(text), &options, 2, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "line 4: 3 fields instead of 2"));
}

static void bad_inputs(void **state)
{
    (void)state;
    static char long_line[3 << 20];
    memset(long_line, 'x', sizeof long_line - 1);
    memcpy(long_line, "a,b\n", 4);
    static char open_quote[3 << 20];
    memset(open_quote, 'y', sizeof open_quote - 1);
    memcpy(open_quote, "a,b\n1,2\n\"", 9);
    const struct {
        const char *text;
        size_t length; /* 0: as a string */
        const char *says;
    } cases[] = {
        {"", 0, "is empty: a header line and rows are wanted"},
        {"\n\r\n\n", 0, "is empty"},
        {"\xef\xbb\xbf", 0, "is empty"},
        {"a,b\n", 0, "has a header but no rows below it"},
        {"a,b", 0, "has a header but no rows below it"},
        {"a,b\n\n \n", 0, "has a header but no rows below it"},
        {"a,b\nx,1\n1\n", 0,
         "has no usable row: all 2 are rejected, line 2 because of a is no number: 'x'"},
        {"a,c\n1,2\n", 0, "has no column b; its header has a, c: name other columns"},
        {"dt,user\n1,2\n", 0,
         "has no column a, b; its header has dt, user: name other columns"},
        {"a;c\n1;2\n", 0, "has no column b; its header has a, c"},
        {"1,2\n3,4\n", 0, "has no header line: its first line begins with '1'"},
        {"a,b,a\n1,2,3\n", 0, "has the column a twice (fields 1 and 3): rename one"},
        {"dt,b,a,dt\n1,2,3,4\n", 0, "has the column dt twice"},
        {"a,\"b\n1,2\n", 0, "has a quote in its header that is not closed"},
        {"\x7f"
         "ELF\x02\x01\x01\0\0\0\0\0\n\0\0",
         15, "is a binary file"},
        {"\0\0\0\0\0\0", 6, "is a binary file"},
        {"PK\3\4rest", 0, "holds no file"},
        {"\xfd"
         "7zXZ\0rest",
         10, "is a damaged .xz file"},
        {"\x28\xb5\x2f\xfdrest", 0, "is a damaged .zst file"},
        {"BZh91AY&SYrest", 0, "is a damaged .bz2 file"},
        {"SQLite format 3\0rest", 20, "SQLite"},
        {"\xff\xfe\0\0"
         "a\0\0\0",
         8, "UTF-32"},
        {long_line, 0, "line 2, is longer than 1048576 bytes"},
        {long_line + 4, 0, "has a header of more than 1048576 bytes"},
        {open_quote, 0, "line 3, is longer than 1048576 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const names[] = {"a", "b"};
        const struct csv_options options = {.features = names, .n_features = 2};
        size_t length = cases[i].length > 0 ? cases[i].length : strlen(cases[i].text);
        struct status status = {0};
        assert_null(csv_read(cases[i].text, length, &options, 2, &status));
        if (status.code != STATUS_INPUT || strstr(status.text, cases[i].says) == NULL) {
            fail_msg("case %zu says '%s'", i, status.text);
        }
        assert_null(csv_read(cases[i].text, length, &options, 1, NULL));
    }
}

static void columns_that_look_alike_are_named(void **state)
{
    (void)state;
    struct status status = {0};
    assert_null(csv_read_text("dt,src_user,totl_events,failed_events,fail_ratio\n1,2,3,4,5\n",
                              &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "has no column total_events, dst_hosts, src_hosts, "
                                        "nbhours_events, nbhours_ratio; its header has dt, "
                                        "src_user, totl_events, failed_events, fail_ratio: is "
                                        "'totl_events' meant to be total_events?"));
    static char wide[100000] = "x";
    for (size_t i = 0; i < 9000; i++) {
        sprintf(wide + 1 + 10 * i, ",\x01%08zu", i);
    }
    assert_null(csv_read_text(wide + 3, &status));
    assert_non_null(strstr(status.text, "binary"));
    for (char *c = wide; *c != '\0'; c++) {
        *c = *c == '\x01' ? 'n' : *c;
    }
    assert_null(csv_read_text(wide, &status));
    assert_non_null(strstr(status.text, ", ...: name other columns with --features"));
}

static void a_quote_that_is_not_closed_is_a_reject(void **state)
{
    (void)state;
    struct status status = {0};
    struct table *table = csv_read_ab("a,b\n1,2\n\"3,4\n5,6\n", &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 3); /* a file can be read again, with quotes as letters */
    assert_int_equal(table->report.rejected, 0);
    assert_non_null(strstr(table->report.notes[0], "line 3 has a quote that does not close"));
    const double values[] = {3, 4};
    assert_memory_equal(table_profile(table, table->row_profile[1]), values, sizeof values);
    table_free(table);
}

static void bad_paths_and_options(void **state)
{
    (void)state;
    struct status status = {0};
    const struct csv_options plain = {0};
    assert_null(csv_load(csv_path("none.csv"), &plain, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "No such file"));
    assert_null(csv_load(csv_directory(), &plain, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "is a directory"));
    if (geteuid() != 0) { /* root may read everything */
        const char *path = csv_write("secret.csv", "a\n", 2);
        assert_int_equal(chmod(path, 0), 0);
        assert_null(csv_load(path, &plain, NULL, NULL, &status));
        assert_int_equal(status.code, STATUS_IO);
        assert_non_null(strstr(status.text, "Permission denied"));
    }
    static const char *const twice[] = {"a", "a"}, *const nameless[] = {""};
    assert_null(csv_load(csv_path("t.csv"),
                         &(struct csv_options){.features = twice, .n_features = 2}, NULL, NULL,
                         &status));
    assert_int_equal(status.code, STATUS_USAGE);
    assert_null(csv_load(csv_path("t.csv"),
                         &(struct csv_options){.features = nameless, .n_features = 1}, NULL,
                         NULL, &status));
    assert_int_equal(status.code, STATUS_USAGE);
    assert_null(csv_load(csv_path("t.csv"),
                         &(struct csv_options){.features = twice, .n_features = 129}, NULL,
                         NULL, &status));
    assert_int_equal(status.code, STATUS_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_file),
        cmocka_unit_test(columns_in_any_order_and_others_ignored),
        cmocka_unit_test(line_ends_marks_and_blank_lines),
        cmocka_unit_test(quotes),
        cmocka_unit_test(missing_and_infinite_values),
        cmocka_unit_test(rejected_lines),
        cmocka_unit_test(lines_are_counted_whatever_ends_them),
        cmocka_unit_test(strict_makes_a_reject_an_error),
        cmocka_unit_test(bad_inputs),
        cmocka_unit_test(columns_that_look_alike_are_named),
        cmocka_unit_test(a_quote_that_is_not_closed_is_a_reject),
        cmocka_unit_test(bad_paths_and_options),
    };
    return cmocka_run_group_tests_name("csv", tests, csv_make_directory, csv_remove_directory);
}
