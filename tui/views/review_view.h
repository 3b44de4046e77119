/* review_view: what the parts of the Review view share. */
#ifndef ODDHOURS_TUI_VIEWS_REVIEW_VIEW_H
#define ODDHOURS_TUI_VIEWS_REVIEW_VIEW_H

#include "terminal/canvas.h"
#include "reviewing/reviewing.h"
#include "run/sheet/sheet.h"
#include "views/review_query.h"
#include "widgets/listbox.h"

/* From this width on the user-hour and the curve stand side by side. */
enum { REVIEW_TWO_PANES = 130 };

struct review_view {
    struct queue_request request;
    struct queue_numbers numbers;
    const void *asked;
    bool exact;   /* Clopper-Pearson for Wilson */
    bool curve;   /* the curve in place of the user-hour */
    bool started; /* the cursor has been put on the first open position of this queue */
    bool follow;  /* the next selected row comes from undo or redo: the cursor goes there */
    struct listbox list;
    char problem[160];
};

/* Whether one has not judged this position of the queue: a repeat wants a verdict of its own.
 */
bool review_item_open(const struct app *app, const struct queue *queue,
                      const struct queue_item *item);

/* The position under the cursor; NULL: there is none. */
const struct queue_item *review_item(const struct review_view *view);

/* review_draw.c: all of it. */
void review_draw(void *view, const struct app *app, struct canvas *canvas);

/* review_head.c: the queue in a line, and Precision@K of every list as a table that gives up
 * columns, never parts of them. Returns the lines it took. */
int review_head_draw(const struct review_view *view, const struct app *app,
                     struct canvas *canvas);

/* review_sheet.c: the queue, for a file. */
struct sheet *review_sheet(void *view, const struct app *app, char *name, size_t size,
                           struct status *status);

/* review_curve.c: Precision@k of the detector in view for all k, in its band. */
void review_curve_draw(const struct review_view *view, const struct app *app,
                       struct canvas *canvas);

#endif
