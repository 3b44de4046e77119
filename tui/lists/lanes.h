/* lanes: when a few accounts were odd: a swim lane for each over the days of the table, the
 * worst score of every slice of a day, and above them how many user-hours are flagged each day.
 * Found by the queries thread; drawn above a list of user-hours. */
#ifndef ODDHOURS_TUI_LISTS_LANES_H
#define ODDHOURS_TUI_LISTS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/app.h"
#include "terminal/canvas.h"

enum { LANES_MOST = 10 };

struct lanes {
    const void *asked; /* the query on its way, or NULL */
    bool ready;
    size_t result;   /* whose scores */
    const void *run; /* of which run */
    size_t n;        /* accounts */
    uint32_t user[LANES_MOST];
    int64_t first_day;
    size_t days;
    size_t a_day; /* slices */
    float *level; /* (n, days * a_day) 0 to 1 by decades of the share of rows as odd, 1 at 1 in
                     10,000; NaN: no user-hour */
    double *flagged; /* (days) user-hours above the threshold of the result */
    double most;     /* of flagged */
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
