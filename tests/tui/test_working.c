/* A question that takes a while: the screen says so, and no longer when it is answered. */
#include <math.h>
#include <poll.h>
#include <semaphore.h>

#include <stddef.h>

#include "tui/fixture.h"
#include "unit/test.h"

/* A question that is answered when the test says so. */
struct slow_query {
    struct query query;
    sem_t begun, answer;
};

static void work(struct query *query, const struct progress *progress)
{
    (void)progress;
    struct slow_query *self = (struct slow_query *)query;
    sem_post(&self->begun);
    while (sem_wait(&self->answer) != 0) {
    }
}

static void leave(struct query *query)
{
    (void)query; /* it is the test's */
}

static bool says_working(struct app *app)
{
    app->shows_working = app_working_in(app) == 0; /* as the loop does before it draws */
    return fixture_shows_now(app, "working ...");
}

static void a_slow_question_says_so(void **state)
{
    (void)state;
    struct app *app = fixture_open("lanl_user_hours.csv", "iforest");
    fixture_wait(app);
    app->frozen = false;
    app_do(app, ACTION_VIEW_TOPK, "");
    fixture_wait(app);
    assert_true(app_working_in(app) < 0);
    assert_false(says_working(app));

    struct slow_query slow = {.query = {.work = work, .free = leave}};
    sem_init(&slow.begun, 0, 0);
    sem_init(&slow.answer, 0, 0);
    assert_true(app_query(app, NULL, &slow.query));
    while (sem_wait(&slow.begun) != 0) {
    }
    for (double left; (left = app_working_in(app)) != 0;) {
        assert_true(left > 0);
        poll(NULL, 0, (int)ceil(1000 * left)); /* as long as the loop would wait */
    }
    assert_true(says_working(app));

    sem_post(&slow.answer);
    fixture_wait(app);
    assert_true(app_working_in(app) < 0);
    assert_false(says_working(app));
    app_free(app);
    sem_destroy(&slow.begun);
    sem_destroy(&slow.answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_slow_question_says_so)};
    return cmocka_run_group_tests_name("working", tests, NULL, NULL);
}
