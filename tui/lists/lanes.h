/* lanes: when a few accounts were odd: a swim lane for each over the days of the table, the
 * worst score of every slice of a day, and above them how many user-hours are flagged each day.
 * Found by the queries thread; drawn above a list of user-hours. */
#ifndef ODDHOURS_TUI_LISTS_LANES_H
#define ODDHOURS_TUI_LISTS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/swim_lanes.h"
#include "screen/app.h"
#include "terminal/canvas.h"

struct lanes {
    const void *asked; /* the query on its way, or NULL */
    bool ready;
    size_t result;   /* whose scores */
    const void *run; /* of which run */
    struct swim_lanes of;
};

/* Asks for the lanes of the accounts of `rows` (n, the oddest first; each account once), unless
 * they are there or on their way. `view` is the view's state, to which the answer comes.
 * Nothing where the table has no users or no days. */
void lanes_ask(struct lanes *lanes, struct app *app, void *view, const uint32_t *rows,
               size_t n);

/* Takes the answer of its query; false when it is another's. */
bool lanes_answer(struct lanes *lanes, struct query *query);

/* Frees what is held and leaves none. */
void lanes_clear(struct lanes *lanes);

/* Rows of the screen that it takes at most of `room`: 0 where it is not ready, or there is too
 * little. */
int lanes_rows(const struct lanes *lanes, int room);

/* Draws into all of the canvas. The selected row's account and hour stand out. */
void lanes_draw(const struct lanes *lanes, const struct app *app, struct canvas *canvas);

#endif
