/* csv: where a table comes from: .gz and pipes, the preview, progress and cancelling. */
#define _GNU_SOURCE
#include "table/csv/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zlib.h>

#include "unit/csv_fixture.h"
#include "unit/same_table.h"
#include "unit/test.h"

static void gzip_files(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2};
    char path[128];
    strcpy(path, csv_path("t.csv.gz"));
    gzFile file = gzopen(path, "wb9");
    gzputs(file, "a,b\n1,2\n3");
    gzclose(file);
    file = gzopen(path, "ab9"); /* a second member */
    gzputs(file, ",4\n");
    for (int i = 0; i < 100000; i++) {
        gzprintf(file, "%d,%d\n", i, i * 7);
    }
    gzclose(file);
    struct status status = {0};
    struct table *table = csv_load(path, &options, NULL, NULL, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, 100002);
    assert_true(csv_features(table, 100001)[1] == 99999 * 7);
    uint64_t bytes = table->report.bytes;
    table_free(table);
    assert_int_equal(truncate(path, (off_t)bytes - 5), 0);
    assert_null(csv_load(path, &options, NULL, NULL, &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "is a damaged .gz file: it is cut off"));
    FILE *raw = fopen(path, "r+b");
    fseek(raw, (long)bytes / 2, SEEK_SET);
    fwrite("garbage garbage", 1, 15, raw);
    fclose(raw);
    assert_null(csv_load(path, &options, NULL, NULL, &status));
    assert_non_null(strstr(status.text, "damaged .gz"));
}

static void preview_comes_first(void *context, struct table *take_preview)
{
    struct table **preview = context;
    assert_null(*preview);
    *preview = take_preview;
}

static void sixty_four_features_and_a_preview(void **state)
{
    (void)state;
    enum { D = 64, ROWS = 3000 };
    char names[D][8], *text = malloc(ROWS * D * 8);
    const char *pointers[D];
    size_t n = 0;
    for (int i = 0; i < D; i++) {
        sprintf(names[i], "f%d", i);
        pointers[i] = names[i];
        n += (size_t)sprintf(text + n, "%s%s", names[i], i < D - 1 ? "," : "\n");
    }
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < D; i++) {
            n += (size_t)sprintf(text + n, "%d%s", row + i, i < D - 1 ? "," : "\n");
        }
    }
    struct table *preview = NULL;
    const struct csv_options options = {.features = pointers,
                                        .n_features = D,
                                        .preview = preview_comes_first,
                                        .context = &preview};
    struct status status = {0};
    struct table *table = csv_read(text, n, &options, 3, &status);
    assert_non_null(table);
    assert_int_equal(table->n_rows, ROWS);
    assert_int_equal(table->profiles.n, ROWS);
    assert_true(csv_features(table, ROWS - 1)[63] == ROWS - 1 + 63);
    assert_non_null(preview);
    assert_true(preview->n_rows > 10 && preview->n_rows <= 1000);
    for (size_t row = 0; row < preview->n_rows; row++) {
        assert_memory_equal(csv_features(preview, row), csv_features(table, row),
                            D * sizeof(double));
    }
    table_free(preview);
    table_free(table);
    free(text);
}

static void cancelled(void **state)
{
    (void)state;
    atomic_bool cancel = true;
    const struct progress progress = {.cancel = &cancel};
    const struct csv_options plain = {0};
    struct status status = {0};
    const char text[] = CSV_HEADER "1970-01-01,U,1,2,3,4,5,6,7\n";
    const char *path = csv_write("t.csv", text, strlen(text));
    assert_null(csv_load(path, &plain, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    int ends[2];
    assert_int_equal(pipe(ends), 0); /* nobody writes: waiting is cancelled, too */
    char name[64];
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    assert_null(csv_load(name, &plain, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    close(ends[0]);
    close(ends[1]);
}

struct watch {
    atomic_bool cancel;
    uint64_t last, total, cancel_at;
    size_t ticks;
};

static void watch_progress(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    assert_true(done >= watch->last);
    watch->last = done;
    watch->total = total;
    watch->ticks++;
    if (done >= watch->cancel_at) {
        watch->cancel = true;
    }
}

/* A file of several blocks. */
static const char *write_many_rows(size_t *bytes)
{
    enum { ROWS = 200000, LINE = 24 };
    char *text = malloc(ROWS * LINE + 64);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "a,b,src_user\n");
    for (int row = 0; row < ROWS; row++) {
        n += (size_t)sprintf(text + n, "%d,%d,U%d\n", row % 100, row % 7, row % 5000);
    }
    const char *path = csv_write("t.csv", text, n);
    free(text);
    *bytes = n;
    return path;
}

static void progress_is_reported_and_cancel_is_heard(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2};
    size_t bytes;
    const char *path = write_many_rows(&bytes);
    struct watch watch = {.cancel_at = UINT64_MAX};
    struct progress progress = {
        .cancel = &watch.cancel, .report = watch_progress, .context = &watch};
    struct status status = {0};
    struct table *table = csv_load(path, &options, NULL, &progress, &status);
    assert_non_null(table);
    assert_true(watch.last == bytes && watch.total == bytes && watch.ticks > 3);
    table_free(table);
    watch = (struct watch){.cancel_at = bytes / 2};
    assert_null(csv_load(path, &options, NULL, &progress, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    assert_true(watch.last < bytes); /* it did not read on to the end */
}

/* Writes the file into a pipe in pieces of odd sizes, from a process of its own. */
static pid_t feed_pipe(const char *path, int ends[2])
{
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        close(ends[1]);
        return child;
    }
    char buffer[10000];
    FILE *file = fopen(path, "rb");
    for (size_t size = 1; file != NULL; size = size * 3 % sizeof buffer + 1) {
        size_t got = fread(buffer, 1, size, file);
        if (got == 0 || write(ends[1], buffer, got) != (ssize_t)got) {
            break;
        }
    }
    _exit(0);
}

static void pipes_read_as_files_do(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    const struct csv_options options = {.features = names, .n_features = 2};
    size_t bytes;
    char path[128], name[64];
    strcpy(path, write_many_rows(&bytes));
    struct table *expected = csv_load(path, &options, NULL, NULL, NULL);
    assert_non_null(expected);
    int ends[2], saved = dup(STDIN_FILENO);
    pid_t child = feed_pipe(path, ends);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    struct watch watch = {.cancel_at = UINT64_MAX};
    struct progress progress = {
        .cancel = &watch.cancel, .report = watch_progress, .context = &watch};
    struct table *table = csv_load(name, &options, NULL, &progress, NULL);
    assert_non_null(table);
    assert_null(same_table(table, expected));
    assert_int_equal(watch.total, 0); /* nobody knows how much will come */
    table_free(table);
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);

    child = feed_pipe(path, ends); /* the same as standard input */
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    table = csv_load("-", &options, NULL, NULL, NULL);
    assert_non_null(table);
    assert_null(same_table(table, expected));
    assert_string_equal(table->report.name, "-");
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    table_free(table);
    table_free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_files),
        cmocka_unit_test(sixty_four_features_and_a_preview),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(progress_is_reported_and_cancel_is_heard),
        cmocka_unit_test(pipes_read_as_files_do),
    };
    return cmocka_run_group_tests_name("csv input", tests, csv_make_directory,
                                       csv_remove_directory);
}
