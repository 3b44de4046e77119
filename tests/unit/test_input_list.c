/* Several files as one table: names, folders and patterns; the same table as from one file;
 * what is rejected is said with its file; and memory that runs out. */
#define _GNU_SOURCE
#include "table/input/input_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "table/csv/csv.h"
#include "table/input/source.h"
#include "unit/oom.h"
#include "unit/same_table.h"
#include "unit/test.h"

static char directory[] = "/tmp/oddhours-test-XXXXXX";

static const char *const ab[] = {"a", "b"};
static const struct csv_options options_ab = {.features = ab, .n_features = 2};

static const char *path_of(const char *name)
{
    static char paths[8][128];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".gz") == 0) {
        gzFile file = gzopen(path_of(name), "w");
        assert_non_null(file);
        gzputs(file, text);
        assert_int_equal(gzclose(file), Z_OK);
        return;
    }
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static char *join(const char *a, const char *b, const char *c, struct status *status)
{
    char *operands[3] = {(char *)(uintptr_t)a, (char *)(uintptr_t)b, (char *)(uintptr_t)c};
    return input_list_join(operands, b == NULL ? 1 : c == NULL ? 2 : 3, status);
}

static void is_joined(const char *a, const char *b, const char *c, const char *wanted)
{
    struct status status = {0};
    char *text = join(a, b, c, &status);
    assert_string_equal(text != NULL ? text : status.text, wanted);
    free(text);
}

static void names_are_joined(void **state)
{
    (void)state;
    is_joined("b", "a", "c", "a\nb\nc");
    is_joined("b", "a", "b", "a\nb");
    is_joined("-", NULL, NULL, "-");
    is_joined("no such", NULL, NULL, "no such");
    is_joined("-", "a", NULL, "standard input ('-') cannot be one of several inputs");
    is_joined("/no/*.csv", NULL, NULL, "no file is called '/no/*.csv'");
    mkdir(path_of("folder"), 0700);
    is_joined(path_of("folder"), NULL, NULL,
              path_of("folder")); /* left to those who know runs */
    write_file("folder/z.CSV", "");
    write_file("folder/.hidden.csv", "");
    write_file("folder/notes.doc", "");
    write_file("folder/y.jsonl.gz", "");
    char wanted[300];
    snprintf(wanted, sizeof wanted, "%s\n%s", path_of("folder/y.jsonl.gz"),
             path_of("folder/z.CSV"));
    is_joined(path_of("folder"), NULL, NULL, wanted);
    is_joined(path_of("folder"), path_of("folder/*.CSV"), NULL, wanted);
    write_file("folder/run.json", "{}");
    is_joined(path_of("folder"), NULL, NULL, path_of("folder"));
    write_file("odd[1].csv", "a\n"); /* a name, not a pattern */
    is_joined(path_of("odd[1].csv"), NULL, NULL, path_of("odd[1].csv"));
    write_file("line\nend.csv", "a,b\n1,2\n");
    struct input_list list;
    assert_true(input_list_split(&list, path_of("line\nend.csv"), NULL));
    assert_int_equal(list.n, 1);
    input_list_clear(&list);
    char *name = input_list_name("x/a\nx/b\nx/c", NULL);
    assert_string_equal(name, "x/a and 2 more");
    free(name);
}

/* Three files, of which one has no line end at its end, one is packed, and one is empty. */
static char *write_three(const char *second_header)
{
    char text[20000];
    size_t n = 0;
    for (int file = 0; file < 3; file++) {
        n = (size_t)snprintf(text, sizeof text, "%s",
                             file == 1 ? second_header : "dt,src_user,a,b\n");
        for (int row = 0; row < 200; row++) {
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "1970-01-0%d %02d:00:00,u%d,%d,%d\n", 1 + file, row % 24,
                                  row % (7 + file), row, row * file);
        }
        text[n - (file == 0)] = '\0';
        write_file(file == 0 ? "1.csv" : file == 1 ? "2.csv.gz" : "4.csv", text);
    }
    write_file("3.csv", "");
    return join(path_of("?.csv"), path_of("2.csv.gz"), NULL, NULL);
}

static struct table *read_whole(struct status *status)
{
    char *text = malloc(60000);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "dt,src_user,a,b\n");
    for (int file = 0; file < 3; file++) {
        for (int row = 0; row < 200; row++) {
            n += (size_t)sprintf(text + n, "1970-01-0%d %02d:00:00,u%d,%d,%d\n", 1 + file,
                                 row % 24, row % (7 + file), row, row * file);
        }
    }
    write_file("whole", text);
    free(text);
    return csv_load(path_of("whole"), &options_ab, NULL, NULL, status);
}

static void several_are_one(void **state)
{
    (void)state;
    struct status status = {0};
    struct parallel *pool = parallel_new(2, NULL);
    char *input = write_three("# a title\ndt, src_user ,a,b\r\n");
    struct table *one = read_whole(&status);
    struct table *several = csv_load(input, &options_ab, pool, NULL, &status);
    if (several == NULL || one == NULL) {
        fail_msg("%s", status.text);
    }
    assert_non_null(strstr(several->report.name, "/1.csv and 3 more"));
    assert_true(several->report.state.known);
    several->report.bytes = one->report.bytes; /* of other files */
    memcpy(several->report.hash, one->report.hash, sizeof one->report.hash);
    assert_null(same_table(several, one));
    table_free(one);
    table_free(several);
    parallel_free(pool);
    free(input);
}

static void hash_is_of_all_bytes(void **state)
{
    (void)state;
    write_file("h1", "a,b\n1,2\n");
    write_file("h2", "a,b\n3,4\n");
    write_file("h", "a,b\n1,2\na,b\n3,4\n");
    char *input = join(path_of("h1"), path_of("h2"), NULL, NULL);
    struct table *several = csv_load(input, &options_ab, NULL, NULL, NULL);
    struct table *one = csv_load(path_of("h"), &options_ab, NULL, NULL, NULL);
    assert_string_equal(several->report.hash, one->report.hash);
    assert_int_equal(several->report.bytes, 16);
    assert_int_equal(one->report.bytes, 16);
    assert_int_equal(several->n_rows, 2);
    table_free(one);
    table_free(several);
    free(input);
}

static void says(const char *input, const char *wanted)
{
    struct status status = {0};
    struct table *table = csv_load(input, &options_ab, NULL, NULL, &status);
    char text[600] = "";
    size_t n = 0;
    for (size_t i = 0; table != NULL && i < table->report.n_rejects; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%d: %s; ",
                              (int)table->report.rejects[i].line,
                              table->report.rejects[i].reason);
    }
    if (strstr(table != NULL ? text : status.text, wanted) == NULL) {
        fail_msg("'%s' instead of '%s'", table != NULL ? text : status.text, wanted);
    }
    table_free(table);
}

static void lines_are_those_of_files(void **state)
{
    (void)state;
    write_file("r1", "a,b\n1,2\nx,2\n1,2");
    write_file("r2", "\n\na,b\r\n1,2\r\n1,2,3\r\n");
    write_file("r3", "{\"a\":1,\"b\":2}\n");
    char *input = join(path_of("r2"), path_of("r1"), NULL, NULL);
    says(input, "3: r1: a is no number: 'x'; 5: r2: 3 fields instead of 2; ");
    free(input);
    write_file("j1", "[\n{\"a\":1,\"b\":2},\n{\"a\":1,\"b\":}\n]");
    write_file("j2", "{\"b\":1,\"a\":2}\n{\"a\":1,\"b\":\"\\\"\\n\"}\n{\"a\":q}");
    input = join(path_of("j1"), path_of("j2"), NULL, NULL);
    says(input, "3: j1: no JSON: a value is missing; 2: j2: b is no number: '\"");
    says(input, "3: j2: no JSON: a word that is no value; ");
    free(input);
    input = join(path_of("r1"), path_of("r3"), NULL, NULL);
    says(input, "/r3' is JSON, and '");
    free(input);
}

static void other_columns_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"a,c,b\n1,2,3\n", "only it has 'c'"},
        {"a\n1\n", "it does not have 'b'"},
        {"b,a\n1,2\n", "they are in another order: 'b'"},
        {"1,2\n3,4\n", "has no header line"},
        {"a;b\n1;2\n", "has semicolons between fields, and "},
        {"{\"c\":1}\n", "is JSON, and "},
    };
    write_file("c1", "a,b\n1,2\n");
    char *input = join(path_of("c1"), path_of("c2"), NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file("c2", cases[i].text);
        says(input, cases[i].wanted);
        says(input, "/c2' ");
        says(input, "/c1'");
    }
    unlink(path_of("c2"));
    says(input, "cannot open '");
    free(input);
}

static void memory_runs_out(void **state)
{
    (void)state;
    char *input = write_three("dt,src_user,a,b\n");
    struct table *whole = csv_load(input, &options_ab, NULL, NULL, NULL);
    assert_non_null(whole);
    char *operands[] = {(char *)(uintptr_t)path_of("?.csv")};
    for (int all = 0; all < 2; all++) {
        long live = oom_live();
        bool failed = true;
        for (unsigned long n = 0; failed; n++) {
            struct status status = {0};
            oom_arm(n, all);
            struct table *table = csv_load(input, &options_ab, NULL, NULL, &status);
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
        failed = true;
        for (unsigned long n = 0; failed; n++) {
            oom_arm(n, all);
            char *text = input_list_join(operands, 1, NULL);
            failed = oom_disarm();
            assert_true(failed || text != NULL);
            free(text);
            assert_int_equal(oom_live(), live);
        }
    }
    table_free(whole);
    free(input);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_joined),          cmocka_unit_test(several_are_one),
        cmocka_unit_test(hash_is_of_all_bytes),      cmocka_unit_test(lines_are_those_of_files),
        cmocka_unit_test(other_columns_are_refused), cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("input_list", tests, make_directory, remove_directory);
}
