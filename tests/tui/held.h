/* held: the queries thread stopped, so that a test sees what happens before an answer comes. */
#ifndef ODDHOURS_TESTS_TUI_HELD_H
#define ODDHOURS_TESTS_TUI_HELD_H

#include "app/app_state.h"

/* A query that goes on until `pipe` is closed: those behind it wait. */
struct held {
    struct query query;
    int pipe[2];
};

/* What is asked from now on waits behind this. */
void hold_start(struct app *app, struct held *held);

/* Goes on, and waits until all is answered. */
void hold_stop(struct app *app, struct held *held);

#endif
