/* A saved run keeps the index of its log: lines are there on the second opening. */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/events_index.h"
#include "run/pipeline/pipeline.h"
#include "run/saved/snapshot.h"
#include "unit/archive_edit.h"
#include "unit/authlog_fixture.h"

static char *log_path;
static char saved[] = "/tmp/oddhours-log-run-XXXXXX", other[] = "/tmp/oddhours-log-bad-XXXXXX";

static struct run *new_run(const char *input)
{
    struct run_params params;
    struct status status = {0};
    run_params_init(&params);
    params.input = mem_text(input, strlen(input), &status);
    assert_true(run_params_set(&params, "models", "iforest", &status));
    assert_true(run_params_set(&params, "trees", "3", &status));
    struct run *run = run_new(&params, &status);
    run_params_clear(&params);
    assert_non_null(run);
    return run;
}

/* How the lines of U1 in the first hour are had; `n` of them. */
static enum status_code ask(const struct run *run, uint64_t *n, struct status *status)
{
    *status = (struct status){0};
    *n = 0;
    struct events_lines *lines =
        events_lines(run->log_index, 0, (struct span){"U1", 2}, 100, NULL, status);
    assert_int_equal(lines != NULL, status->code == STATUS_OK);
    if (lines != NULL) {
        *n = lines->total;
        assert_int_equal(lines->lines[lines->n - 1].time, 100 * (int64_t)(*n - 1));
    }
    events_lines_free(lines);
    return status->code;
}

static struct run *load(const char *from, const char *input)
{
    struct status status = {0};
    struct run *run = new_run(input);
    if (!snapshot_load(run, from, NULL, NULL, &status)) {
        assert_true(status.code == STATUS_INPUT || status.code == STATUS_USAGE);
        run_free(run);
        return NULL;
    }
    return run;
}

static void write_log(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 20; i++) {
        fprintf(file, "%d,U1,U1,C1,C%d,?,?,LogOn,Success\n", 100 * i, i % 5);
        fprintf(file, "%d,U%d,U2,C2,C3,?,?,LogOn,Fail\n", 100 * i + 1, 2 + i % 4);
    }
    assert_int_equal(fclose(file), 0);
}

static void lines_are_there_again(void **state)
{
    (void)state;
    struct status status;
    uint64_t n;
    struct run *run = load(saved, "/"); /* as a directory with a run: the log is elsewhere */
    assert_non_null(run);
    assert_non_null(run->log_index);
    assert_int_equal(ask(run, &n, &status), STATUS_OK);
    assert_int_equal(n, 20);
    run_free(run);
}

/* The index says where the log is for any working folder. */
static void a_relative_name_is_found_from_elsewhere(void **state)
{
    (void)state;
    char was[4096];
    struct status status = {0};
    uint64_t n;
    assert_non_null(getcwd(was, sizeof was));
    assert_int_equal(chdir("/tmp"), 0);
    struct run *run = new_run(log_path + strlen("/tmp/"));
    assert_true(pipeline_run(run, NULL, NULL));
    assert_true(snapshot_save(run, other, &status));
    run_free(run);
    assert_int_equal(chdir("/"), 0);
    run = load(other, "/");
    assert_non_null(run);
    assert_int_equal(ask(run, &n, &status), STATUS_OK);
    assert_int_equal(n, 20);
    run_free(run);
    assert_int_equal(chdir(was), 0);
}

/* A copy with the same bytes is taken from the cache: lines come from the copy. */
static void the_log_may_have_moved(void **state)
{
    (void)state;
    char *copy = make_file("x", 1);
    struct status status;
    uint64_t n;
    write_log(copy);
    char away[64];
    snprintf(away, sizeof away, "%s.away", log_path);
    assert_int_equal(rename(log_path, away), 0);
    struct run *run = load(saved, copy);
    assert_non_null(run);
    assert_int_equal(ask(run, &n, &status), STATUS_OK);
    assert_int_equal(n, 20);
    run_free(run);
    run = load(saved, "/");
    assert_int_equal(ask(run, &n, &status), STATUS_IO);
    assert_non_null(strstr(status.text, "cannot open"));
    assert_non_null(strstr(status.text, log_path));
    run_free(run);
    assert_int_equal(rename(away, log_path), 0);
    drop_file(copy);
}

static void a_log_that_has_changed_is_refused(void **state)
{
    (void)state;
    struct status status;
    uint64_t n;
    FILE *file = fopen(log_path, "a");
    assert_non_null(file);
    fprintf(file, "5000,U1,U1,C1,C1,?,?,LogOn,Success\n");
    assert_int_equal(fclose(file), 0);
    struct run *run = load(saved, "/");
    assert_non_null(run);
    assert_int_equal(ask(run, &n, &status), STATUS_INPUT);
    assert_non_null(strstr(status.text, "has changed since it was counted"));
    run_free(run);
}

static void a_packed_log_has_its_lines(void **state)
{
    (void)state;
    struct text text = read_file(log_path);
    char *gzip = make_gzip(text.bytes, text.length, 0);
    struct status status = {0};
    struct run *run = new_run(gzip);
    uint64_t n;
    assert_true(pipeline_run(run, NULL, NULL));
    assert_true(snapshot_save(run, other, &status));
    run_free(run);
    run = load(other, "/");
    assert_non_null(run);
    assert_int_equal(ask(run, &n, &status), STATUS_OK);
    assert_true(n > 0);
    run_free(run);
    text_free(&text);
    drop_file(gzip);
}

static void why_a_log_cannot_be_read_again_is_kept(void **state)
{
    (void)state;
    struct status status = {0};
    struct run *run = new_run("/dev/stdin");
    const char *why;
    int was = dup(0), fd = open(log_path, O_RDONLY), ends[2];
    char bytes[4096];
    ssize_t n;
    assert_int_equal(pipe(ends), 0); /* a pipe holds 64 KiB */
    n = read(fd, bytes, sizeof bytes);
    assert_true(n > 0 && write(ends[1], bytes, (size_t)n) == n);
    close(ends[1]);
    close(fd);
    assert_int_equal(dup2(ends[0], 0), 0);
    assert_true(pipeline_run(run, NULL, NULL));
    assert_int_equal(dup2(was, 0), 0);
    close(was);
    close(ends[0]);
    assert_true(snapshot_save(run, other, &status));
    run_free(run);
    run = load(other, "/");
    assert_non_null(run);
    assert_false(events_index_usable(run->log_index, &why));
    assert_string_equal(why, "the log is no file that can be read again");
    run_free(run);
}

/* Whatever one item is changed to, the file is refused or its lines can be asked for. */
static void no_damage_is_taken(void **state)
{
    (void)state;
    size_t n = archive_edit(saved, other, 0, EDIT_NOTHING), refused = 0;
    for (size_t at = 0; at < n; at++) {
        for (enum archive_edit edit = EDIT_OMIT; edit <= EDIT_ONES; edit++) {
            archive_edit(saved, other, at, edit);
            struct run *run = load(other, "/");
            refused += run == NULL;
            if (run != NULL && run->log_index != NULL) {
                struct status status = {0};
                events_lines_free(events_lines(run->log_index, 0, (struct span){"U1", 2}, 100,
                                               NULL, &status));
            }
            run_free(run);
        }
    }
    assert_true(refused > 7 * 6); /* the items of the index alone are more than that */
}

/* A format that is not known any more: the run is shown all the same. */
static void an_unknown_format_is_left_out_and_told(void **state)
{
    (void)state;
    assert_int_equal(archive_rename(saved, other, "lanl", "nobody"), 1);
    struct run *run = load(other, "/");
    assert_non_null(run);
    assert_null(run->log_index);
    assert_non_null(strstr(run->notice, "nobody"));
    run_free(run);
}

static int compute(void **state)
{
    (void)state;
    struct status status = {0};
    int fd = mkstemp(saved), fd_other = mkstemp(other);
    log_path = make_file("x", 1);
    if (fd < 0 || close(fd) != 0 || fd_other < 0 || close(fd_other) != 0) {
        return -1;
    }
    write_log(log_path);
    struct run *run = new_run(log_path);
    bool good = pipeline_run(run, NULL, NULL) && snapshot_save(run, saved, &status);
    run_free(run);
    return good ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    drop_file(log_path);
    return unlink(saved) | unlink(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_there_again),
        cmocka_unit_test(a_relative_name_is_found_from_elsewhere),
        cmocka_unit_test(the_log_may_have_moved),
        cmocka_unit_test(a_packed_log_has_its_lines),
        cmocka_unit_test(why_a_log_cannot_be_read_again_is_kept),
        cmocka_unit_test(an_unknown_format_is_left_out_and_told),
        cmocka_unit_test(no_damage_is_taken),
        cmocka_unit_test(a_log_that_has_changed_is_refused),
    };
    return cmocka_run_group_tests_name("saved_log", tests, compute, forget);
}
