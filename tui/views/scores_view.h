/* scores_view: the state of the Scores view, and what its parts share. */
#ifndef ODDHOURS_TUI_VIEWS_SCORES_VIEW_H
#define ODDHOURS_TUI_VIEWS_SCORES_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"
#include "rank/histogram.h"
#include "rank/subset.h"
#include "run/sheet/sheet.h"

enum { SCORES_BINS_MAX = 512 };

struct scores_chart {
    struct histogram *histogram;
    size_t result, columns; /* what it was made for */
    bool log;
};

struct scores_view {
    struct scores_chart chart[2]; /* the detector in view, and another beside it */
    bool linear_x, linear_y;
    bool both;
    bool room_for_two;                 /* as it was drawn last */
    size_t other;                      /* beside; SIZE_MAX: the next */
    bool moved[RUN_RESULTS_MAX];       /* the threshold line was moved */
    double threshold[RUN_RESULTS_MAX]; /* where to, then */
    /* The cursor is in the bins instead of on the threshold: a score in the bin, so that it
     * stays when bins change; NaN: where the threshold is. */
    bool in_bins, ranged;
    double at, start; /* `start` when ranged: the other end */

    /* Where the rows of the filter stand; NULL: not known, or no filter. */
    struct subset *subset[RUN_RESULTS_MAX];
    bool filtered; /* the filter's rows are `matching`, and subsets are of them */
    size_t matching;
    const void *asked;
    char added[160]; /* what Enter has added to the filter last */
};

/* The detector beside the one in view. */
size_t scores_other(const struct scores_view *view, const struct session *session);

double scores_threshold(const struct scores_view *view, const struct session *session,
                        size_t result);

/* The histogram for a chart of so many columns: bisections only, so it is made while drawing.
 * NULL without memory. */
const struct histogram *scores_histogram(struct scores_view *view, size_t which,
                                         const struct session *session, size_t result,
                                         size_t columns);

/* The bin of a score, the nearest when it lies outside; and a score in the middle of a bin. */
size_t scores_bin(const struct histogram *histogram, double score);
double scores_middle(const struct histogram *histogram, size_t bin);

/* The bins under the cursor, or of the range. */
void scores_picked(const struct scores_view *view, const struct session *session,
                   const struct histogram *histogram, size_t *first, size_t *last);

/* Days of the calendar from the table's first to its last; 0: it has no times. */
size_t scores_days(const struct table *table);

/* Puts the line where a typed text says: a score, "5%" of user-hours or "20/day" above it; ""
 * puts it back. Says what is allowed when it is none of these. */
void scores_set_threshold(struct scores_view *view, struct app *app, const char *text);

void scores_draw(struct scores_view *view, const struct app *app, struct canvas *canvas);

/* The histogram for a file: view_ops.sheet. */
struct sheet *scores_sheet(void *view, const struct app *app, char *name, size_t size,
                           struct status *status);

/* ---- the rows of the filter (scores_filter.c) ---- */

/* Asks for what is not known of the results shown; forgets it without a filter. */
void scores_filter_ask(struct scores_view *view, struct app *app);
void scores_filter_answer(struct scores_view *view, struct app *app, struct query *query);
void scores_filter_forget(struct scores_view *view);

#endif
