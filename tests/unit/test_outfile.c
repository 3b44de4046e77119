/* outfile and behind: a file that is whole or not there, however long, and wherever it goes. */
#include "base/outfile.h"
#include "base/writeback.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

static char *content(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

/* A named pipe stands for whatever is no regular file: /dev/null was once replaced by a file.
 */
static void what_is_no_file_is_written_into_and_stays(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64], got[16] = "";
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/pipe", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    struct outfile *file = outfile_open(path, &status);
    assert_non_null(file);
    assert_true(outfile_write(file, "through", 7));
    assert_true(outfile_commit(file, &status));
    assert_int_equal(read(reader, got, sizeof got - 1), 7);
    assert_string_equal(got, "through");
    file = outfile_open(path, &status);
    assert_non_null(file);
    outfile_abandon(file);
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
    close(reader);
    unlink(path);
    assert_null(outfile_open(directory, &status));
    assert_non_null(strstr(status.text, "Is a directory"));
    assert_int_equal(rmdir(directory), 0); /* nothing was left in it */
}

/* Long enough that its beginning leaves the cache before its end is written. */
static void a_long_file_is_written_behind(void **state)
{
    (void)state;
    enum { WORDS = 1 << 16, TIMES = 400 };
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/long", directory);
    uint32_t *words = malloc(WORDS * sizeof *words);
    struct outfile *file = outfile_open(path, &status);
    assert_true(words != NULL && file != NULL);
    for (uint32_t i = 0; i < TIMES * WORDS; i++) {
        words[i % WORDS] = i;
        if (i % WORDS == WORDS - 1) {
            assert_true(outfile_write(file, words, WORDS * sizeof *words));
        }
    }
    outfile_patch(file, 0, "head", 4);
    assert_true(outfile_commit(file, &status));
    FILE *written = fopen(path, "rb");
    assert_non_null(written);
    for (uint32_t i = 0; i < TIMES; i++) {
        assert_int_equal(fread(words, sizeof *words, WORDS, written), WORDS);
        assert_true(i > 0 || memcmp(words, "head", 4) == 0);
        for (uint32_t k = i == 0; k < WORDS; k++) {
            assert_true(words[k] == i * WORDS + k);
        }
    }
    assert_int_equal(fgetc(written), EOF);
    fclose(written);
    free(words);
    unlink(path);
    rmdir(directory);
}

static void behind_is_off_where_it_does_not_work(void **state)
{
    (void)state;
    int ends[2];
    struct writeback behind = {0};
    assert_int_equal(pipe(ends), 0);
    writeback_advance(&behind, ends[1], 1 << 20);
    assert_false(behind.off); /* not tried yet */
    writeback_advance(&behind, ends[1], UINT64_C(1) << 30);
    assert_true(behind.off);
    close(ends[0]);
    close(ends[1]);
}

static void an_output_file_is_whole_or_not_there(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/out.csv", directory);
    struct outfile *file = outfile_open(path, &status);
    assert_non_null(file);
    assert_true(outfile_printf(file, "%d,%s\n", 1, "a"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(outfile_commit(file, &status));
    assert_string_equal(content(path), "1,a\n");

    assert_int_equal(chmod(path, 0640), 0);
    file = outfile_open(path, &status);
    assert_true(outfile_write(file, "new", 3));
    outfile_abandon(file);
    assert_string_equal(content(path), "1,a\n");

    file = outfile_open(path, &status);
    static const char block[300000];
    assert_true(outfile_write(file, "x", 1));
    assert_true(outfile_write(file, block, sizeof block));
    assert_true(outfile_write(file, "y", 1));
    assert_true(
        outfile_write(file, block, 200000)); /* fits the buffer, but is written through */
    assert_true(outfile_commit(file, &status));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 500002);
    FILE *written = fopen(path, "r");
    assert_non_null(written);
    assert_int_equal(fseek(written, 300001, SEEK_SET), 0);
    assert_int_equal(fgetc(written), 'y');
    fclose(written);
    assert_int_equal(info.st_mode & 0777, 0640);

    unlink(path);
    rmdir(directory); /* fails, and the next test too, if a temporary file was left behind */
    file = outfile_open(path, &status);
    assert_null(file);
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "out.csv: cannot be written: No such file"));
}

/* A folder that takes the name after the file was opened: the rename fails. */
static void a_name_that_cannot_be_given_is_reported(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64], inner[80];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/result.csv", directory);
    snprintf(inner, sizeof inner, "%s/inner", path);
    struct outfile *file = outfile_open(path, &status);
    assert_non_null(file);
    assert_true(outfile_write(file, "lost", 4));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_false(outfile_commit(file, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, path));
    rmdir(inner);
    rmdir(path);
    assert_int_equal(rmdir(directory), 0); /* and no temporary file stays */
}

static void a_formatted_text_may_have_any_length(void **state)
{
    (void)state;
    size_t length = 0;
    char *name = mem_zero(5001, 1, "a long name", NULL);
    struct outfile *file = outfile_memory(NULL);
    assert_non_null(name);
    assert_non_null(file);
    memset(name, 'n', 5000);
    assert_true(outfile_printf(file, "# %s\n", name));
    name[1023] = '\0';
    assert_true(outfile_printf(file, "%s", name));
    name[1024 - 2] = '\0';
    assert_true(outfile_printf(file, "%s\n", name));
    const char *bytes = outfile_bytes(file, &length);
    assert_int_equal(length, 5003 + 1023 + 1023);
    assert_memory_equal(bytes, "# nn", 4);
    assert_int_equal(bytes[5002], '\n');
    assert_int_equal(bytes[length - 1], '\n');
    outfile_abandon(file);
    free(name);
}

static void a_link_stays_and_what_it_leads_to_is_replaced(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", target[64], link[64];
    struct stat info;
    assert_non_null(mkdtemp(directory));
    snprintf(target, sizeof target, "%s/target", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    assert_int_equal(symlink("target", link), 0);
    for (int i = 0; i < 2; i++) { /* it leads nowhere at first */
        struct outfile *file = outfile_open(link, &status);
        assert_non_null(file);
        assert_true(outfile_printf(file, "new %d\n", i));
        assert_true(outfile_commit(file, &status));
        if (i == 0) {
            assert_int_equal(rename(link, target), 0);
            assert_int_equal(chmod(target, 0600), 0);
            assert_int_equal(symlink("target", link), 0);
        }
    }
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_string_equal(content(target), "new 1\n");
    assert_int_equal(stat(target, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    unlink(link);
    unlink(target);
    assert_int_equal(rmdir(directory), 0);
}

/* In /tmp the link of somebody else must not say which file is replaced. */
static void a_link_of_somebody_else_is_refused(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", target[64], link[64];
    if (geteuid() != 0) {
        skip(); /* only root can make a link that is another's */
    }
    assert_non_null(mkdtemp(directory));
    snprintf(target, sizeof target, "%s/target", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    FILE *precious = fopen(target, "w");
    assert_non_null(precious);
    fputs("precious", precious);
    fclose(precious);
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(lchown(link, 65534, 65534), 0);
    assert_null(outfile_open(link, &status));
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "another user"));
    assert_string_equal(content(target), "precious");
    unlink(link);
    unlink(target);
    assert_int_equal(rmdir(directory), 0);
}

/* A name that is taken when the file is finished stays with whoever has it. */
static void a_new_file_takes_no_place(void **state)
{
    (void)state;
    struct status status = {0};
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64];
    struct stat info;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/file", directory);
    struct outfile *file = outfile_open_new(path, &status);
    assert_non_null(file);
    outfile_printf(file, "mine\n");
    assert_true(outfile_commit(file, &status));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    file = outfile_open_new(path, &status);
    assert_non_null(file);
    outfile_printf(file, "another\n");
    assert_false(outfile_commit(file, &status));
    assert_non_null(strstr(status.text, "exists"));
    assert_string_equal(content(path), "mine\n");
    unlink(path);
    assert_int_equal(rmdir(directory), 0); /* the other one is gone */
}

static void new_files_obey_the_umask(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-test-XXXXXX", path[64];
    struct stat info;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/file", directory);
    mode_t before = umask(027);
    struct outfile *file = outfile_open(path, NULL);
    assert_non_null(file);
    assert_true(outfile_commit(file, NULL));
    umask(before);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    unlink(path);
    rmdir(directory);
}

static void a_file_may_be_kept_in_memory(void **state)
{
    (void)state;
    size_t length;
    struct outfile *file = outfile_memory(NULL);
    assert_true(outfile_printf(file, "%s\n", "first"));
    assert_string_equal(outfile_bytes(file, &length), "first\n");
    static char block[400000];
    memset(block, 'x', sizeof block);
    assert_true(outfile_write(file, block, sizeof block));
    assert_true(outfile_write(file, "end", 3));
    const char *bytes = outfile_bytes(file, &length);
    assert_int_equal(length, 6 + sizeof block + 3);
    assert_string_equal(bytes + length - 4, "xend");
    outfile_abandon(file);
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    struct status status = {0};
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        skip();
    }
    fclose(full);
    int before = dup(STDOUT_FILENO);
    assert_non_null(freopen("/dev/full", "w", stdout));
    struct outfile *file = outfile_open("-", &status);
    outfile_write(file, "lost", 4);
    bool good = outfile_commit(file, &status);
    dup2(before, STDOUT_FILENO);
    close(before);
    assert_false(good);
    assert_int_equal(status.code, STATUS_IO);
    assert_non_null(strstr(status.text, "No space left"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_file_is_written_into_and_stays),
        cmocka_unit_test(a_long_file_is_written_behind),
        cmocka_unit_test(behind_is_off_where_it_does_not_work),
        cmocka_unit_test(an_output_file_is_whole_or_not_there),
        cmocka_unit_test(a_name_that_cannot_be_given_is_reported),
        cmocka_unit_test(a_formatted_text_may_have_any_length),
        cmocka_unit_test(a_link_stays_and_what_it_leads_to_is_replaced),
        cmocka_unit_test(a_link_of_somebody_else_is_refused),
        cmocka_unit_test(a_new_file_takes_no_place),
        cmocka_unit_test(new_files_obey_the_umask),
        cmocka_unit_test(a_file_may_be_kept_in_memory),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests_name("outfile", tests, NULL, NULL);
}
