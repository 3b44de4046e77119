/* store: several processes at once, and a process that is killed. */
#include "review/store/store.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/store_fixture.h"

static void write_verdicts(const char *path, const char *reviewer, uint32_t n, int report)
{
    struct status status = {0};
    struct store_options options = {.path = path, .reviewer = reviewer, .busy_ms = 30000};
    struct review_dataset dataset = dataset_named("aa");
    struct store *store = store_new(&options, &status);
    need(store != NULL, "store_new");
    need(store_attach(store, &dataset, &source, &status), status.text);
    for (uint32_t row = 0; row < n; row++) {
        need(store_verdict(store, &row, 1, VERDICT_TP, &context, &status), status.text);
        if (report >= 0) {
            need(write(report, &row, sizeof row) == sizeof row, "report");
        }
    }
    need(store_free(store, &status), status.text);
}

static void two_writers_at_once(void **state)
{
    struct place *place = *state;
    enum { EACH = 60 };
    static const char *const names[] = {"ana", "ben", "eva"};
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            write_verdicts(place->path, names[i], EACH, -1);
            _exit(0);
        }
    }
    for (int i = 0; i < 3; i++) {
        int how;
        waitpid(children[i], &how, 0);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    assert_answer(place->path, "SELECT count(*) FROM verdicts", "180");
    assert_answer(place->path, "SELECT max(entry_id) FROM entry", "180");
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
}

/* A child writes verdicts and says over a pipe which are saved; it is killed after a random
 * number of them, at a random moment of the next. What it said is there, nothing is half there.
 */
static void killed_at_any_moment(void **state)
{
    struct place *place = *state;
    uint32_t seed = 12345;
    unsigned long total = 0;
    for (int round = 0; round < 200; round++) {
        int pipe_ends[2];
        char name[32], sql[256];
        snprintf(name, sizeof name, "r%d", round);
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(pipe_ends[0]);
            write_verdicts(place->path, name, 1000000, pipe_ends[1]);
            _exit(0);
        }
        close(pipe_ends[1]);
        seed = seed * 1664525u + 1013904223u;
        uint32_t enough = (seed >> 16) % 6, row, said = 0;
        while (said < enough && read(pipe_ends[0], &row, sizeof row) == (ssize_t)sizeof row) {
            said++;
        }
        seed = seed * 1664525u + 1013904223u;
        for (volatile uint32_t spin = (seed >> 8) % 400000; spin > 0; spin--) {
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        int how;
        waitpid(child, &how, 0);
        assert_true(WIFSIGNALED(how));
        while (read(pipe_ends[0], &row, sizeof row) == (ssize_t)sizeof row) {
            said++;
        }
        close(pipe_ends[0]);
        total += said;
        if (said == 0 && access(place->path, F_OK) != 0) {
            continue;
        }
        struct store *store = open_store(place->path, name, "aa"); /* rolls back what is half */
        size_t found = 0;
        for (uint32_t i = 0; i < said; i++) {
            found += mine(store, i) == VERDICT_TP;
        }
        assert_int_equal(found, said);
        store_free(store, NULL);
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM entry e WHERE reviewer = '%s' AND (SELECT count(*) FROM "
                 "entry_row r WHERE r.entry_id = e.entry_id) <> 1",
                 name);
        if (said > 0) {
            assert_answer(place->path, sql, "0");
        }
        if (round % 10 == 9) {
            assert_answer(place->path, "PRAGMA integrity_check", "ok");
        }
    }
    print_message("# %lu verdicts were said to be saved in 200 rounds\n", total);
    assert_true(total > 200);
    assert_answer(place->path, "PRAGMA integrity_check", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(two_writers_at_once),
        PLACED(killed_at_any_moment),
    };
    return cmocka_run_group_tests_name("store_processes", tests, NULL, NULL);
}
