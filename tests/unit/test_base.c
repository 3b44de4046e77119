/* base: status, memory, values, words and numbers, and the pool of threads. */
#include "base/key_values.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/parallel.h"
#include "base/status.h"
#include "base/count.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    struct key_values values = {0};
    const double numbers[] = {1, 2, 3};
    key_values_text(&values, "model", "IsolationForest");
    key_values_number(&values, "params.n_estimators", 200);
    key_values_bool(&values, "lof.novelty", true);
    key_values_numbers(&values, "losses", numbers, 3);
    assert_false(values.failed);
    assert_int_equal(values.n, 4);
    assert_string_equal(values.list[0].text, "IsolationForest");
    assert_true(key_values_find(&values, "params.n_estimators")->number == 200);
    assert_true(key_values_find(&values, "losses")->numbers[2] == 3);
    assert_null(key_values_find(&values, "nothing"));
    key_values_clear(&values);
    assert_int_equal(values.n, 0);
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
    struct suggestion suggestion = {0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        suggest_consider(&suggestion, typed, known[i]);
    }
    return suggestion.word;
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(suggestion("descrbie"), "describe");
    assert_string_equal(suggest_hint("lof", "--", "").text, "; did you mean --lof?");
    assert_string_equal(suggest_hint("lof", "'", "'").text, "; did you mean 'lof'?");
    assert_string_equal(suggest_hint("", "", "").text, "");
    assert_string_equal(suggest_hint(NULL, "'", "'").text, "");
    assert_string_equal(suggestion("learning_rate"), "learning-rate");
    assert_string_equal(suggestion("exp"), "explain");
    assert_string_equal(suggestion("lfo"), "lof");
    assert_null(suggestion("zzzzzz"));
    assert_null(suggestion(""));
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
        assert_false(count_parse(wrong[i], UINT64_MAX, &value));
        assert_int_equal(value, 7);
    }
    assert_true(count_parse("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(count_parse("007", 7, &value));
    assert_int_equal(value, 7);
    assert_false(count_parse("8", 7, &value));
    assert_true(count_read("123", 2, 12, &value));
    assert_int_equal(value, 12);
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
        cmocka_unit_test(whole_numbers_are_digits),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
