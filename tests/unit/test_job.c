/* job: what the two background threads promise to the screen. */
#include "run/job/job.h"
#include "run/list.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "unit/test.h"

enum { DEADLINE_MS = 60000 };

struct watch {
    struct inbox *inbox;
    struct mail *pending; /* taken, not yet looked at */
};

/* The next mail; fails the test when none comes. The caller frees it. */
static struct mail *next_mail(struct watch *watch)
{
    while (watch->pending == NULL) {
        struct pollfd fd = {.fd = inbox_fd(watch->inbox), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
        watch->pending = inbox_take(watch->inbox);
    }
    struct mail *mail = watch->pending;
    watch->pending = mail->next;
    mail->next = NULL;
    return mail;
}

static struct run *new_run(const char *models)
{
    struct run_params params;
    struct status status = {0};
    char path[1024];
    run_params_init(&params);
    snprintf(path, sizeof path, "%s/data/lanl_user_hours.csv", getenv("ODDHOURS_SRCDIR"));
    params.input = mem_text(path, strlen(path), &status);
    params.index = true;
    assert_true(run_params_set(&params, "models", models, &status));
    struct run *run = run_new(&params, &status);
    assert_non_null(run);
    run_params_clear(&params);
    return run;
}

static void the_worker_tells_everything_in_order(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct worker *worker = worker_new(watch.inbox, NULL);
    struct run *run = new_run("iforest,autoencoder,lof");
    assert_true(worker_start(worker, run));
    size_t n_stages = 0, n_results = 0, previews = 0;
    bool table = false, scaled = false, done = false;
    while (!done) {
        struct mail *mail = next_mail(&watch);
        if (mail->kind == MAIL_PREVIEW) {
            previews++;
            assert_true(mail->preview->n_rows > 0 && mail->preview->n_rows <= 4096);
            assert_false(table);
        } else {
            assert_ptr_equal(mail->run, run);
            switch (mail->event) {
            case PIPELINE_STAGE: n_stages++; break;
            case PIPELINE_TABLE:
                table = true;
                assert_int_equal(run->table->n_rows, 2967);
                assert_non_null(run->by_profile);
                break;
            case PIPELINE_SCALED:
                assert_true(table);
                scaled = true;
                break;
            case PIPELINE_RESULT:
                assert_true(scaled);
                assert_true(run->results[mail->index].ready);
                assert_int_equal(run->results[mail->index].scores.scored_rows, 2967);
                n_results++;
                break;
            case PIPELINE_DONE: done = true; break;
            }
        }
        mail_free(mail);
    }
    assert_int_equal(run->status.code, STATUS_OK);
    assert_int_equal(previews, 1);
    assert_int_equal(n_stages, run->n_stages);
    size_t wanted = 0;
    for (size_t i = 0; i < run->n_results; i++) {
        const struct list *list = run->results[i].list; /* an hour has no own past */
        wanted += run_result_wanted(run, &run->results[i]) &&
                  (list == NULL || list->possible == NULL || list->possible(run));
    }
    assert_int_equal(n_results, wanted);
    assert_false(worker_progress(worker).busy);
    worker_free(worker);
    run_free(run);
    inbox_free(watch.inbox);
}

static void wait_for_gate(struct worker *worker, const char *stage, uint64_t done)
{
    for (int i = 0; i < DEADLINE_MS; i++) {
        struct worker_progress now = worker_progress(worker);
        if (strcmp(now.stage, stage) == 0 && now.done >= done) {
            return;
        }
        poll(NULL, 0, 1);
    }
    fail_msg("the worker never came to %s", stage);
}

static void a_cancel_keeps_what_is_finished(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct worker *worker = worker_new(watch.inbox, NULL);
    struct run *run = new_run("iforest,autoencoder,lof");
    worker_gate(worker, "autoencoder fit", 1);
    assert_true(worker_start(worker, run));
    wait_for_gate(worker, "autoencoder fit", 1);
    struct run *other = new_run("lof");
    assert_false(worker_start(worker, other));
    run_free(other);
    worker_cancel(worker);
    bool done = false;
    while (!done) {
        struct mail *mail = next_mail(&watch);
        done = mail->kind == MAIL_EVENT && mail->event == PIPELINE_DONE;
        mail_free(mail);
    }
    assert_int_equal(run->status.code, STATUS_CANCELLED);
    assert_true(run_result_find(run, "iforest")->ready);
    assert_false(run_result_find(run, "lof")->ready);
    assert_true(run_result_find(run, "ensemble")->ready);
    assert_false(worker_progress(worker).cancelling);
    worker_free(worker);
    run_free(run);
    inbox_free(watch.inbox);
}

static void ending_the_worker_cancels_it(void **state)
{
    (void)state;
    struct inbox *inbox = inbox_new(NULL);
    struct worker *worker = worker_new(inbox, NULL);
    struct run *run = new_run("iforest");
    worker_gate(worker, "iforest fit", 1);
    assert_true(worker_start(worker, run));
    wait_for_gate(worker, "iforest fit", 1);
    worker_free(worker);
    assert_int_equal(run->status.code, STATUS_CANCELLED);
    run_free(run);
    inbox_free(inbox);
}

/* A question whose work is to wait until it is cancelled or let go. */
struct question {
    struct query query;
    atomic_bool *let_go;
    atomic_bool *began;
    int answer;
};

static void question_work(struct query *query, const struct progress *progress)
{
    struct question *question = (struct question *)query;
    atomic_store(question->began, true);
    while (!atomic_load(question->let_go)) {
        if (progress_cancelled(progress)) {
            status_cancelled(&query->status);
            return;
        }
        poll(NULL, 0, 1);
    }
    question->answer = 42;
}

static void question_free(struct query *query)
{
    free(query);
}

static struct query *ask(unsigned slot, atomic_bool *let_go, atomic_bool *began)
{
    struct question *question = mem_zero(1, sizeof *question, "a question", NULL);
    question->query.work = question_work;
    question->query.free = question_free;
    question->query.slot = slot;
    question->let_go = let_go;
    question->began = began;
    return &question->query;
}

static void wait_for(atomic_bool *flag)
{
    while (!atomic_load(flag)) {
        poll(NULL, 0, 1);
    }
}

/* "Saved" does not wait behind searches, and writes stay in their order. */
static void writes_go_first(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct queries *queries = queries_new(watch.inbox, NULL);
    atomic_bool first_may = false, now = true, began[5] = {false, false, false, false, false};
    uint64_t ids[5];
    ids[0] = queries_submit(queries, ask(1, &first_may, &began[0]));
    wait_for(&began[0]);
    ids[3] = queries_submit(queries, ask(2, &now, &began[3]));
    ids[1] = queries_submit(queries, ask(0, &now, &began[1]));
    ids[4] = queries_submit(queries, ask(3, &now, &began[4]));
    ids[2] = queries_submit(queries, ask(0, &now, &began[2]));
    atomic_store(&first_may, true);
    for (size_t i = 0; i < 5; i++) {
        struct mail *mail = next_mail(&watch);
        assert_true(mail->query->id == ids[i]);
        assert_int_equal(((struct question *)mail->query)->answer, 42);
        mail_free(mail);
    }
    queries_free(queries);
    inbox_free(watch.inbox);
}

static void a_later_question_of_a_slot_cancels_the_earlier(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct queries *queries = queries_new(watch.inbox, NULL);
    atomic_bool never = false, now = true, began[3] = {false, false, false};
    uint64_t first = queries_submit(queries, ask(1, &never, &began[0]));
    wait_for(&began[0]);
    uint64_t write = queries_submit(queries, ask(0, &now, &began[1]));
    uint64_t second = queries_submit(queries, ask(1, &now, &began[2]));
    const uint64_t ids[] = {first, write, second};
    const enum status_code codes[] = {STATUS_CANCELLED, STATUS_OK, STATUS_OK};
    for (size_t i = 0; i < 3; i++) {
        struct mail *mail = next_mail(&watch);
        assert_int_equal(mail->kind, MAIL_ANSWER);
        assert_true(mail->query->id == ids[i]);
        assert_int_equal(mail->query->status.code, codes[i]);
        assert_int_equal(((struct question *)mail->query)->answer,
                         codes[i] == STATUS_OK ? 42 : 0);
        mail_free(mail);
    }
    assert_true(queries_idle(queries));
    queries_free(queries);
    inbox_free(watch.inbox);
}

/* Whoever waits until nothing is asked finds all answers. */
static void idle_means_that_answers_are_in_the_inbox(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct queries *queries = queries_new(watch.inbox, NULL);
    atomic_bool now = true, began;
    for (int i = 0; i < 500; i++) {
        assert_true(queries_idle(queries) && inbox_empty(watch.inbox));
        assert_true(queries_submit(queries, ask(1, &now, &began)) != 0);
        while (!queries_idle(queries)) {
        }
        assert_false(inbox_empty(watch.inbox));
        mail_free(next_mail(&watch));
    }
    queries_free(queries);
    inbox_free(watch.inbox);
}

static void ending_the_queries_finishes_writes(void **state)
{
    (void)state;
    struct watch watch = {.inbox = inbox_new(NULL)};
    struct queries *queries = queries_new(watch.inbox, NULL);
    atomic_bool never = false, now = true, began[2] = {false, false};
    queries_submit(queries, ask(7, &never, &began[0]));
    wait_for(&began[0]);
    queries_submit(queries, ask(0, &now, &began[1]));
    queries_free(queries);
    struct mail *mail = next_mail(&watch);
    assert_int_equal(mail->query->status.code, STATUS_CANCELLED);
    mail_free(mail);
    mail = next_mail(&watch);
    assert_int_equal(((struct question *)mail->query)->answer, 42);
    mail_free(mail);
    inbox_free(watch.inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worker_tells_everything_in_order),
        cmocka_unit_test(a_cancel_keeps_what_is_finished),
        cmocka_unit_test(ending_the_worker_cancels_it),
        cmocka_unit_test(writes_go_first),
        cmocka_unit_test(a_later_question_of_a_slot_cancels_the_earlier),
        cmocka_unit_test(idle_means_that_answers_are_in_the_inbox),
        cmocka_unit_test(ending_the_queries_finishes_writes),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
