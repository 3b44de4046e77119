/* A file that changes while it is read or after: a wrong result is never shown for it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/mem.h"
#include "run/pipeline/pipeline.h"
#include "run/saved/saved.h"
#include "run/saved/snapshot.h"
#include "table/input/source.h"
#include "unit/test.h"

static char folder[] = "/tmp/oddhours-changing-XXXXXX";
static char table[64], other[64];

/* `rows` lines; `first` is the first user's number. With the same digits, the same size. */
static void write_rows(const char *path, int first, int rows, const char *how)
{
    FILE *file = fopen(path, how);
    assert_non_null(file);
    if (how[0] == 'w' || how[0] == 'r') {
        fputs("dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
              "nbhours_events,nbhours_ratio\n",
              file);
    }
    for (int i = 0; i < rows; i++) {
        fprintf(file, "1970-01-01 %02d:00:00,U%d@D,%d,0,0,1,1,0,0\n", i % 24, first + i,
                10 + i % 7);
    }
    assert_int_equal(fclose(file), 0);
}

/* As if the file had been there for long. */
static void make_old(const char *path)
{
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static struct run_params params_of(void)
{
    struct run_params params;
    struct status status = {0};
    run_params_init(&params);
    params.input = mem_text(table, strlen(table), &status);
    params.cache = true;
    assert_true(run_params_set(&params, "models", "iforest", &status));
    assert_true(run_params_set(&params, "trees", "5", &status));
    return params;
}

/* What happens to the file when its table has been read. */
static void (*meanwhile)(void);

static void on_event(void *context, struct run *run, enum pipeline_event event, size_t index)
{
    (void)context, (void)run, (void)index;
    if (event == PIPELINE_TABLE && meanwhile != NULL) {
        meanwhile();
    }
}

static struct run *run_it(void (*then)(void))
{
    struct run_params params = params_of();
    struct status status = {0};
    const struct pipeline_listener listener = {.event = on_event};
    struct run *run = run_new(&params, &status);
    run_params_clear(&params);
    meanwhile = then;
    assert_true(pipeline_run(run, &listener, NULL));
    meanwhile = NULL;
    return run;
}

static bool first_user_is(const struct run *run, const char *name)
{
    struct span user = dict_get(run->table->users, run->table->row_user[0]);
    return user.length == strlen(name) && memcmp(user.bytes, name, user.length) == 0;
}

static void overwrite(void)
{
    write_rows(table, 5000, 500, "r+");
}

static void overwrite_and_hide_it(void)
{
    overwrite();
    make_old(table);
}

static void replace(void)
{
    write_rows(other, 5000, 500, "w");
    make_old(other);
    assert_int_equal(rename(other, table), 0);
}

static void shows_what_the_file_is(void (*then)(void))
{
    write_rows(table, 1000, 500, "w");
    make_old(table);
    struct run *run = run_it(then);
    assert_false(run->saved);
    assert_true(first_user_is(run, "U1000@D"));
    run_free(run);
    run = run_it(NULL);
    assert_true(first_user_is(run, "U5000@D"));
    run_free(run);
}

static void a_file_that_changes_before_the_run_ends_is_not_kept_as_it_was(void **state)
{
    (void)state;
    shows_what_the_file_is(overwrite);
    shows_what_the_file_is(overwrite_and_hide_it);
    shows_what_the_file_is(replace);
}

static void a_file_that_stays_is_found_again(void **state)
{
    (void)state;
    write_rows(table, 2000, 500, "w");
    run_free(run_it(NULL));
    struct run *run = run_it(NULL);
    assert_true(run->saved);
    assert_int_equal(run->table->report.change, INPUT_SAME);
    run_free(run);
}

/* Reads half of the file, lets something happen, and reads the rest. */
static enum status_code read_around(void (*then)(void), enum input_change *change)
{
    struct status status = {0};
    struct input_state known;
    char bytes[4096];
    size_t got = 1;
    write_rows(table, 1000, 90000, "w"); /* more than is read at once */
    make_old(table);
    struct source *source = source_open(table, NULL, &status);
    assert_non_null(source);
    assert_true(source_read(source, bytes, sizeof bytes, &got, NULL, &status));
    if (then != NULL) {
        then();
    }
    while (got > 0 && status.code == STATUS_OK) {
        source_read(source, bytes, sizeof bytes, &got, NULL, &status);
    }
    *change = source_change(source, &known);
    assert_int_equal(known.known, then == NULL);
    source_close(source);
    return status.code;
}

static void append(void)
{
    write_rows(table, 9000, 3, "a");
}

static void shorten(void)
{
    assert_int_equal(truncate(table, 2000000), 0);
}

static void what_happens_to_a_file_while_it_is_read_is_seen(void **state)
{
    (void)state;
    enum input_change change;
    assert_int_equal(read_around(NULL, &change), STATUS_OK);
    assert_int_equal(change, INPUT_SAME);
    assert_int_equal(read_around(append, &change), STATUS_OK);
    assert_int_equal(change, INPUT_GREW);
    assert_int_equal(read_around(overwrite, &change), STATUS_OK);
    assert_int_equal(change, INPUT_CHANGED);
    assert_int_equal(read_around(shorten, &change), STATUS_IO);
}

static void a_saved_run_remembers_it(void **state)
{
    (void)state;
    static const enum input_change kinds[] = {INPUT_SAME, INPUT_GREW, INPUT_CHANGED};
    struct status status = {0};
    write_rows(table, 1000, 500, "w");
    struct run *run = run_it(NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct run_params params = params_of();
        struct run *loaded = run_new(&params, &status);
        run_params_clear(&params);
        run->table->report.change = kinds[i];
        assert_true(snapshot_save(run, other, &status));
        assert_true(snapshot_load(loaded, other, NULL, NULL, &status));
        assert_int_equal(loaded->table->report.change, kinds[i]);
        assert_int_equal(loaded->notice[0], '\0');
        run_free(loaded);
    }
    run_free(run);
}

/* ---- a saved run that is made shorter while it is read ---- */

static void a_saved_run_that_shrinks_is_an_error(void **state)
{
    (void)state;
    enum { NUMBERS = 1 << 20 };
    struct status status = {0};
    uint32_t *numbers = calloc(NUMBERS, sizeof *numbers);
    /* Before the numbers are asked for, and between the two arrays of them. */
    for (int when = 0; when < 2; when++) {
        struct archive_out *out = archive_create(other, 7, &status);
        archive_put(out, "nums", numbers, sizeof *numbers, NUMBERS);
        archive_put(out, "more", numbers, sizeof *numbers, NUMBERS);
        assert_true(archive_commit(out, &status));
        struct archive_in *in = archive_open(other, 7, &status);
        assert_non_null(in);
        assert_true(archive_unchanged(in, &status));
        if (when == 1) {
            assert_true(
                archive_get_into(in, "nums", numbers, sizeof *numbers, NUMBERS, &status));
        }
        assert_int_equal(truncate(other, when == 0 ? 0 : 5 << 20), 0);
        assert_false(archive_get_into(in, when == 0 ? "nums" : "more", numbers, sizeof *numbers,
                                      NUMBERS, &status));
        assert_int_equal(status.code, STATUS_INPUT);
        assert_non_null(strstr(status.text, "made shorter while it was read"));
        status = (struct status){0};
        assert_false(archive_unchanged(in, &status));
        status = (struct status){0};
        archive_close(in);
    }
    free(numbers);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(table, sizeof table, "%s/table.csv", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    return setenv("XDG_CACHE_HOME", folder, 1);
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_changes_before_the_run_ends_is_not_kept_as_it_was),
        cmocka_unit_test(a_file_that_stays_is_found_again),
        cmocka_unit_test(what_happens_to_a_file_while_it_is_read_is_seen),
        cmocka_unit_test(a_saved_run_remembers_it),
        cmocka_unit_test(a_saved_run_that_shrinks_is_an_error),
    };
    return cmocka_run_group_tests_name("changing", tests, set_up, tear_down);
}
