/* base: status, memory, facts and the pool of threads. */
#include "base/behind.h"
#include "base/facts.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/outfile.h"
#include "base/parallel.h"
#include "base/status.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/whole.h"
#include "unit/test.h"

static void status_texts_and_exits(void **state)
{
    (void)state;
    struct status status = {0};
    assert_false(status_set(&status, STATUS_INPUT, "no %s", "column"));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_string_equal(status.text, "no column");
    assert_int_equal(status_exit(&status), 2);
    assert_false(status_nomem(&status, 12, "rows"));
    assert_string_equal(status.text, "out of memory: 12 bytes for rows");
    assert_int_equal(status_exit(&status), 1);
    status_cancelled(&status);
    assert_int_equal(status_exit(&status), 130);
    assert_false(status_set(NULL, STATUS_IO, "nobody listens"));
}

static void status_cuts_long_texts(void **state)
{
    (void)state;
    struct status status = {0};
    char text[2 * STATUS_TEXT];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    status_set(&status, STATUS_IO, "%s", text);
    assert_int_equal(strlen(status.text), STATUS_TEXT - 1);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct status status = {0};
    assert_null(mem_new(SIZE_MAX / 2, 4, "a test", &status));
    assert_int_equal(status.code, STATUS_NOMEM);
    assert_null(mem_zero(SIZE_MAX, SIZE_MAX, "a test", &status));
    assert_null(mem_aligned(SIZE_MAX, 1, "a test", &status));
    int *array = NULL;
    size_t capacity = 0;
    assert_false(mem_grow(&array, &capacity, SIZE_MAX / 2, sizeof *array, "a test", &status));
    assert_null(array);
    assert_int_equal(capacity, 0);
}

static void arrays_grow_and_keep_their_content(void **state)
{
    (void)state;
    int *array = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(mem_grow(&array, &capacity, (size_t)i + 1, sizeof *array, "a test", NULL));
        array[i] = i;
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(array[i], i);
    }
    mem_trim(&array, &capacity, 1000, sizeof *array);
    assert_int_equal(capacity, 1000);
    free(array);
    void *line = mem_aligned(3, 5, "a test", NULL);
    assert_int_equal((uintptr_t)line % 64, 0);
    free(line);
    free(mem_new(0, 0, "nothing", NULL));
    assert_true(mem_resident_bytes() > 0);
    assert_true(mem_peak_bytes() >= 4096);
    assert_true(mem_available_bytes() > 0);
}

static void facts_are_kept_in_order(void **state)
{
    (void)state;
    struct facts facts = {0};
    const double numbers[] = {1, 2, 3};
    facts_text(&facts, "model", "IsolationForest");
    facts_number(&facts, "params.n_estimators", 200);
    facts_bool(&facts, "lof.novelty", true);
    facts_numbers(&facts, "losses", numbers, 3);
    assert_false(facts.failed);
    assert_int_equal(facts.n, 4);
    assert_string_equal(facts.list[0].text, "IsolationForest");
    assert_true(facts_find(&facts, "params.n_estimators")->number == 200);
    assert_true(facts_find(&facts, "losses")->numbers[2] == 3);
    assert_null(facts_find(&facts, "nothing"));
    facts_clear(&facts);
    assert_int_equal(facts.n, 0);
}

struct sum {
    uint64_t value[1000];
    unsigned most_workers;
};

static void square(void *context, size_t task, unsigned worker)
{
    struct sum *sum = context;
    assert_true(worker < sum->most_workers);
    sum->value[task] += task * task;
}

static void every_task_runs_once(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 5; threads++) {
        struct parallel *pool = parallel_new(threads, NULL);
        assert_non_null(pool);
        struct sum sum = {.most_workers = parallel_threads(pool)};
        assert_true(sum.most_workers >= 1 && sum.most_workers <= threads);
        for (int round = 0; round < 200; round++) {
            parallel_run(pool, (size_t)(round % 20) * 50, square, &sum);
        }
        for (size_t i = 0; i < 1000; i++) {
            uint64_t rounds = 0;
            for (size_t round = 0; round < 200; round++) {
                rounds += i < round % 20 * 50;
            }
            assert_true(sum.value[i] == rounds * i * i);
        }
        parallel_free(pool);
    }
    struct sum alone = {.most_workers = 1};
    parallel_run(NULL, 10, square, &alone);
    assert_true(alone.value[9] == 81);
    assert_true(parallel_cores() >= 1);
}

struct rounds {
    unsigned round;
    unsigned done[8]; /* the last round in which each task ran */
    atomic_uint twice, stale;
};

static void note_round(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct rounds *rounds = context;
    atomic_fetch_add(&rounds->twice, rounds->done[task] == rounds->round);
    atomic_fetch_add(&rounds->stale, rounds->done[task] + 1 != rounds->round);
    rounds->done[task] = rounds->round;
}

/* Runs so short that most workers come too late: none may take a task of an earlier or a later
 * run, and each run is over when its tasks are, whoever did them. */
static void late_workers_do_no_harm(void **state)
{
    (void)state;
    enum { ROUNDS = 20000 };
    struct parallel *pool = parallel_new(6, NULL);
    struct rounds rounds = {.round = 0};
    for (rounds.round = 1; rounds.round <= ROUNDS; rounds.round++) {
        parallel_run(pool, 8, note_round, &rounds);
        for (size_t task = 0; task < 8; task++) {
            assert_int_equal(rounds.done[task], rounds.round);
        }
    }
    assert_int_equal(rounds.twice, 0);
    assert_int_equal(rounds.stale, 0);
    parallel_free(pool);
}

static const char *suggestion(const char *typed)
{
    const char *known[] = {"describe", "explain", "learning-rate", "lof", "report", "run"};
    struct nearest nearest = {0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        nearest_consider(&nearest, typed, known[i]);
    }
    return nearest.word;
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(suggestion("descrbie"), "describe");
    assert_string_equal(suggestion("learning_rate"), "learning-rate");
    assert_string_equal(suggestion("exp"), "explain");
    assert_string_equal(suggestion("lfo"), "lof");
    assert_null(suggestion("zzzzzz"));
    assert_null(suggestion(""));
}

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
    struct behind behind = {0};
    assert_int_equal(pipe(ends), 0);
    behind_advance(&behind, ends[1], 1 << 20);
    assert_false(behind.off); /* not tried yet */
    behind_advance(&behind, ends[1], UINT64_C(1) << 30);
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

static void whole_numbers_are_digits(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        " 1",
                                        "1 ",
                                        "+1",
                                        "-1",
                                        "-18446744073709551615",
                                        "0x10",
                                        "1e3",
                                        "1,000",
                                        "18446744073709551616",
                                        "99999999999999999999999999"};
    uint64_t value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(whole_parse(wrong[i], UINT64_MAX, &value));
        assert_int_equal(value, 7);
    }
    assert_true(whole_parse("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(whole_parse("007", 7, &value));
    assert_int_equal(value, 7);
    assert_false(whole_parse("8", 7, &value));
    assert_true(whole_read("123", 2, 12, &value));
    assert_int_equal(value, 12);
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
        cmocka_unit_test(status_texts_and_exits),
        cmocka_unit_test(status_cuts_long_texts),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(arrays_grow_and_keep_their_content),
        cmocka_unit_test(facts_are_kept_in_order),
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(late_workers_do_no_harm),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(what_is_no_file_is_written_into_and_stays),
        cmocka_unit_test(an_output_file_is_whole_or_not_there),
        cmocka_unit_test(a_long_file_is_written_behind),
        cmocka_unit_test(behind_is_off_where_it_does_not_work),
        cmocka_unit_test(whole_numbers_are_digits),
        cmocka_unit_test(a_formatted_text_may_have_any_length),
        cmocka_unit_test(a_link_stays_and_what_it_leads_to_is_replaced),
        cmocka_unit_test(new_files_obey_the_umask),
        cmocka_unit_test(a_file_may_be_kept_in_memory),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
