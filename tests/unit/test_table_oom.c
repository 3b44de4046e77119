/* Out of memory at every single allocation of the readers: a status, no leak, no crash. */
#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "table/builder.h"
#include "table/describe.h"
#include "table/row_index.h"
#include "table/table_append.h"
#include "unit/oom.h"
#include "unit/same_table.h"
#include "unit/test.h"

static char path[] = "/tmp/oddhours-test-XXXXXX";

static const char *const ab[] = {"a", "b"};

/* Enough rows for dictionaries, profiles and columns to grow more than once. */
static void write_table(const char *mode, const char *first_user)
{
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    gzputs(file, "dt,src_user,a,b\n");
    gzprintf(file, "1970-01-01 00:00:00,%s,1,2\nbad,bad\n", first_user);
    for (int row = 0; row < 700; row++) {
        gzprintf(file, "1970-01-%02d 00:00:00,user%d,%d,%d\n", 1 + row / 100, row % 300,
                 row % 200, row % 200 / 2);
    }
    gzputs(file, "1970-01-01 00:00:00,U,,inf\n");
    assert_int_equal(gzclose(file), Z_OK);
}

static void drop(void *context, struct table *take_preview)
{
    (void)context;
    table_free(take_preview);
}

/* Fails one allocation after the other (with `all`: and those that follow). */
static void load_at_each_failure(unsigned threads, bool all)
{
    const struct csv_options options = {.features = ab, .n_features = 2, .preview = drop};
    struct parallel *pool = threads > 1 ? parallel_new(threads, NULL) : NULL;
    struct table *whole = csv_load(path, &options, pool, NULL, NULL);
    assert_non_null(whole);
    assert_int_equal(whole->n_rows, 702);
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, all);
        struct table *table = csv_load(path, &options, pool, NULL, &status);
        failed = oom_disarm();
        if (table == NULL) {
            assert_true(failed);
            assert_int_equal(status.code, STATUS_NOMEM);
            assert_true(strncmp(status.text, "out of memory", 13) == 0);
        } else { /* only the preview may be lost */
            assert_null(same_table(table, whole));
        }
        table_free(table);
        assert_int_equal(oom_live(), live);
        assert_true(n < 10000);
    }
    table_free(whole);
    parallel_free(pool);
}

static void plain_files(void **state)
{
    (void)state;
    setenv("ODDHOURS_BLOCK", "3000", 1);
    write_table("wbT", "U1");
    load_at_each_failure(1, false);
    load_at_each_failure(1, true);
    load_at_each_failure(3, false);
    setenv("ODDHOURS_READER", "libcsv", 1);
    load_at_each_failure(1, false);
    unsetenv("ODDHOURS_READER");
}

static void quoted_files(void **state)
{
    (void)state;
    write_table("wbT", "\"quoted, and rather long, so that the parser needs room\"");
    load_at_each_failure(1, false);
    load_at_each_failure(1, true);
}

static void compressed_files(void **state)
{
    (void)state;
    write_table("wb6", "U1");
    load_at_each_failure(1, false);
    load_at_each_failure(1, true);
}

static void descriptions_and_indexes(void **state)
{
    (void)state;
    write_table("wbT", "U1");
    const struct csv_options options = {.features = ab, .n_features = 2};
    struct table *table = csv_load(path, &options, NULL, NULL, NULL);
    assert_non_null(table);
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, false);
        struct description *description = describe_table(table, NULL, NULL, &status);
        failed = oom_disarm();
        assert_true(failed == (description == NULL));
        assert_true(failed == (status.code == STATUS_NOMEM));
        describe_free(description);
        assert_int_equal(oom_live(), live);
    }
    failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        oom_arm(n, false);
        struct row_index *index = row_index_new(table->row_user, table->n_rows,
                                                dict_count(table->users), NULL, NULL, &status);
        failed = oom_disarm();
        assert_true(failed == (index == NULL));
        assert_true(failed == (status.code == STATUS_NOMEM));
        row_index_free(index);
        assert_int_equal(oom_live(), live);
    }
    table_free(table);
}

/* The table that came to nothing half-way is freed as any other. */
static void tables_behind_each_other(void **state)
{
    (void)state;
    write_table("wbT", "U1");
    const struct csv_options options = {.features = ab, .n_features = 2};
    struct table *more = csv_load(path, &options, NULL, NULL, NULL);
    assert_non_null(more);
    long live = oom_live();
    bool failed = true;
    for (unsigned long n = 0; failed; n++) {
        struct status status = {0};
        struct table *table = csv_load(path, &options, NULL, NULL, NULL);
        assert_non_null(table);
        oom_arm(n, false);
        bool good = table_append(table, more, NULL, &status);
        failed = oom_disarm();
        assert_true(failed || good); /* less room than was asked for may do */
        assert_true(good == (status.code != STATUS_NOMEM));
        table_free(table);
        assert_int_equal(oom_live(), live);
    }
    table_free(more);
}

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 || close(file) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files),
        cmocka_unit_test(quoted_files),
        cmocka_unit_test(compressed_files),
        cmocka_unit_test(descriptions_and_indexes),
        cmocka_unit_test(tables_behind_each_other),
    };
    return cmocka_run_group_tests_name("table_oom", tests, make_file, remove_file);
}
