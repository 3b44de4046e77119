/* row_list: the user-hours that a list shows: the first K of a ranking, of those that pass the
 * filter, in some order. Shared by the views with such a list.
 *
 * The plain head of a ranking is there at once and takes no memory. A filter or another order
 * is a query: until its answer comes, what was shown stays.
 */
#ifndef ODDHOURS_TUI_ROW_LIST_H
#define ODDHOURS_TUI_ROW_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/app.h"
#include "rank/row_order.h"
#include "rank/rows.h"
#include "rank/row_folds.h"

/* What is wanted. */
struct row_list_spec {
    size_t result; /* whose ranking: index in run->results; it must be ready */
    size_t k;      /* at most so many rows */
    bool sorted;   /* in `order` instead of by rank */
    struct row_order order;
    const char *filter; /* "" for none; its own sort: decides which K */
    unsigned slot;      /* of the query, in app.h */
    bool folds;         /* identical rows are to be found */
    bool by_episode;    /* at most k episodes of the result, instead of rows */
    bool keeps_shown;   /* what is shown stays until the answer comes */
};

struct row_list {
    struct row_set set;       /* what is shown */
    size_t matching;          /* rows that pass the filter; all scored rows without one */
    struct row_order order;   /* that they are in */
    struct row_folds *folds;  /* NULL: not folded */
    struct episodes episodes; /* by episode: the groups of `folds`; else empty */
    bool ready;               /* set is what was asked for last */
    const void *asked;        /* the query that is on its way, or NULL */
    char problem[200];        /* why there is no list; empty when all is well */
};

/* Makes or asks for the list. `view` is the view's state, to which the answer comes. */
void row_list_show(struct row_list *list, struct app *app, void *view,
                   const struct row_list_spec *spec);

/* Takes the answer of the query of this list; false when it is another's or an old one. */
bool row_list_answer(struct row_list *list, struct query *query);

/* One row of the list, or SIZE_MAX. */
size_t row_list_at(const struct row_list *list, size_t position);

/* The same for many positions that are near each other: they are read in windows, as a single
 * row deep in a ranking may cost as much as many. Starts as {0}; not to be kept. */
enum { ROW_WINDOW = 128 };
struct row_window {
    size_t first, n;
    uint32_t rows[ROW_WINDOW];
};
size_t row_window_at(struct row_window *window, const struct row_set *set, size_t position);

void row_list_clear(struct row_list *list);

#endif
