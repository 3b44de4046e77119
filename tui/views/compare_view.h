/* compare_view: the state of the Compare view, and what its parts share. */
#ifndef ODDHOURS_TUI_VIEWS_COMPARE_VIEW_H
#define ODDHOURS_TUI_VIEWS_COMPARE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"
#include "run/sheet/sheet.h"
#include "views/compare_query.h"
#include "widgets/listbox.h"

enum compare_pane { PANE_CONSENSUS, PANE_DIFFER, PANE_MEANS, PANE_PAIRS, PANES };

struct compare_view {
    struct compare_answer found;
    bool ready;
    const void *asked;
    char names[128]; /* of the lists that are compared, comma-separated; "": the detectors */
    size_t least;    /* of the consensus; 0: all detectors */
    size_t pair;     /* of those that differ: as in the comparison */
    enum compare_pane pane;
    struct listbox list[PANES];
    bool detail; /* the user-hour under the cursor is shown in full */
    char problem[160];
};

double compare_jaccard(const struct overlap *overlap, struct compare_pair pair);

/* Lines of the pane's list, and its user-hour at a position: SIZE_MAX when it lists none. */
size_t compare_length(const struct compare_view *view, const struct session *session);
size_t compare_row(const struct compare_view *view, size_t i);

/* "where the detectors differ most", or those of the pair. */
void compare_differ_title(const struct compare_answer *found, const struct session *session,
                          char *text, size_t size);

/* Everything: the answer is there. */
void compare_draw(struct compare_view *view, const struct app *app, struct canvas *canvas);

/* What the pane lists for a file: view_ops.sheet. */
struct sheet *compare_sheet(void *view, const struct app *app, char *name, size_t size,
                            struct status *status);

#endif
