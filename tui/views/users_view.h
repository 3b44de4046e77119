/* users_view: the state of the Users view, and the parts it is made of. */
#ifndef ODDHOURS_TUI_VIEWS_USERS_VIEW_H
#define ODDHOURS_TUI_VIEWS_USERS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"
#include "rank/users.h"
#include "run/sheet/sheet.h"
#include "widgets/listbox.h"

struct users_view {
    struct user_sums sums;
    bool ready;               /* sums are of this run */
    size_t by;                /* whose flags they count: index in run->results */
    bool scored;              /* it had scores */
    char filter[FILTER_TEXT]; /* the rows they are of, as understood; "": all */
    size_t rows, flagged;
    enum user_key key;
    bool reversed;
    bool from_top; /* the cursor goes to the first when the answer comes */
    struct listbox list;
    const void *asked; /* the query on its way */
    char problem[160];
};

void users_draw(void *state, const struct app *app, struct canvas *canvas);

/* The list for a file (view_ops.sheet). */
struct sheet *users_sheet(void *state, const struct app *app, char *name, size_t size,
                          struct status *status);

#endif
