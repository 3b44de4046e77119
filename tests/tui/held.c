#include "tui/held.h"

#include <unistd.h>

#include "tui/fixture.h"
#include "unit/test.h"

static void hold(struct query *query, const struct progress *progress)
{
    char byte;
    (void)progress;
    assert_int_equal(read(((struct held *)query)->pipe[0], &byte, 1), 0);
}

static void leave(struct query *query)
{
    (void)query;
}

void hold_start(struct app *app, struct held *held)
{
    enum { OWN_SLOT = 1000 };
    *held = (struct held){.query = {.work = hold, .free = leave, .slot = OWN_SLOT}};
    assert_int_equal(pipe(held->pipe), 0);
    assert_true(app_query(app, NULL, &held->query));
}

void hold_stop(struct app *app, struct held *held)
{
    close(held->pipe[1]);
    fixture_wait(app);
    close(held->pipe[0]);
}
