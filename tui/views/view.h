/* view: what a screen is. One `static const struct view_ops` each, listed in views.c.
 *
 * How to add a view:
 *   1. A line in actions.def for the action that shows it (name, digit, help; HIDDEN if a blind
 *      review must not show it).
 *   2. A file views/NAME.c: a struct with the view's state, static functions, and at the bottom
 *          const struct view_ops view_NAME = {...};
 *   3. Its declaration at the end of this file, a line in views[] in views.c, and the file in
 *      Makefile.am; a slot in app.h if it asks queries.
 *   4. Golden screens in tests/tui/test_views.c (80x24 and 40x8, block and ASCII).
 *
 * A view lives in the UI thread and is only drawing and arithmetic: it may not block, touch a
 * disk, nor walk all rows. What takes time is a query (app_query()); its answer comes back to
 * answer(). What a view knows of the world is the session (app_session()); what it wants
 * changed it asks for with the functions of app.h. Views do not know each other nor the
 * terminal.
 *
 * The state is made by open(), when the view is first shown, and kept until the program ends,
 * so that coming back finds everything as it was.
 */
#ifndef ODDHOURS_TUI_VIEWS_VIEW_H
#define ODDHOURS_TUI_VIEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/actions.h"
#include "screen/app.h"
#include "terminal/canvas.h"
#include "run/sheet/sheet.h"
#include "screen/session.h"

/* What act() and find() answer: flags. Without REACT_HANDLED the app handles the action itself.
 */
enum reaction {
    REACT_PASS = 0,
    REACT_HANDLED = 1 << 0,
    REACT_REDRAW = 1 << 1, /* something on screen has changed */
    REACT_BACK = 1 << 2,   /* close this view */
    REACT_QUIT = 1 << 3,
    REACT_DONE = REACT_HANDLED | REACT_REDRAW, /* the usual answer */
};

/* What has changed, for changed(): flags. */
enum change {
    CHANGED_TABLE = 1 << 0, /* preview or table have come */
    CHANGED_SCALED = 1 << 1,
    CHANGED_RESULT = 1 << 2,   /* a detector or the ensemble is ready */
    CHANGED_RUN = 1 << 3,      /* another run is shown: all ids, rows and pointers are void */
    CHANGED_ENDED = 1 << 4,    /* the run in the worker has ended */
    CHANGED_DETECTOR = 1 << 5, /* selected.result */
    CHANGED_K = 1 << 6,
    CHANGED_ROW = 1 << 7, /* selected.row, and its user */
    CHANGED_USER = 1 << 8,
    CHANGED_FILTER = 1 << 9,
    CHANGED_VERDICTS = 1 << 10,
    CHANGED_RULES = 1 << 12, /* what rules hide */
    CHANGED_BY = 1 << 11,    /* by row or by episode, or the gap */
};

struct view_ops {
    enum action action; /* that shows it; key, name and help come from actions.def */
    const char *title;  /* in the breadcrumb and in messages */
    unsigned contexts;  /* CONTEXT_...: whose actions it takes */
    /* The actions that matter most here, ended by ACTION_NONE: the footer shows the first seven
     * of those that would do something now, fewer on a narrow screen. */
    const enum action *footer;

    /* Lists or counts only what the filter lets through: then the header says so; in
     * another view, who types a filter is told that it does not hold there. */
    bool filtered;

    /* Makes the state; NULL when memory is out. */
    void *(*open)(struct app *app);
    void (*close)(void *view);

    /* Draws all of it into the canvas, which is cleared and may have any size, 0 included. May
     * change only the view's own scrolling. */
    void (*draw)(void *view, const struct app *app, struct canvas *canvas);

    /* Does an action that is in its contexts, or passes. `argument` is what was written after
     * the action's name, "" with a key. May be called before the first draw. */
    unsigned (*act)(void *view, struct app *app, enum action action, const char *argument);

    /* The rest may be NULL. */

    /* CHANGED_... flags: also told to views that are open but not shown. */
    void (*changed)(void *view, struct app *app, unsigned what);

    /* The answer of a query that this view has asked. The app frees the query afterwards; the
     * view takes what it keeps out of it. */
    void (*answer)(void *view, struct app *app, struct query *query);

    /* Goes to the next (or previous) position with this text: `/`, n and N. */
    unsigned (*find)(void *view, struct app *app, const char *text, bool forward);

    /* What it lists now, for a file (sheets.h): `e`. Part of a file's name goes into
     * name[size]. NULL, with a sentence in `status` if there is one to say, when there is
     * nothing. */
    struct sheet *(*sheet)(void *view, const struct app *app, char *name, size_t size,
                           struct status *status);

    /* Whether an action of the footer would do something now; without it all do. */
    bool (*useful)(const void *view, const struct app *app, enum action action);

    /* What an action of the footer does here, where its name says too little ("right"); NULL:
     * its name will do. */
    const char *(*word)(const void *view, enum action action);

    /* The row under the cursor, SIZE_MAX when there is none: it becomes the selected one when
     * the view is shown, so that what acts on a user-hour means the one that is seen. */
    size_t (*row)(const void *view, const struct app *app);

    /* The position inside the view for the breadcrumb ("IF", "U66@DOM1"): bytes as they are,
     * the canvas makes them safe. */
    void (*where)(const void *view, const struct app *app, char *text, size_t size);
};

/* In the order of their digits, those without a key behind them, then NULL. */
extern const struct view_ops *const views[];

extern const struct view_ops view_run, view_data, view_scores, view_topk, view_user;
extern const struct view_ops view_compare, view_review, view_log, view_users;

#endif
