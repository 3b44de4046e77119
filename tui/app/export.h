/* export: a view's list on its way to a file: the dialog, the question before a file is
 * replaced, the writing by the queries thread, and what is said at the end. */
#ifndef ODDHOURS_TUI_EXPORT_H
#define ODDHOURS_TUI_EXPORT_H

#include "screen/app.h"
#include "terminal/canvas.h"
#include "run/sheet/sheet.h"
#include "widgets/line_edit.h"

/* A sheet that the dialog and queries share. */
struct export_list {
    struct sheet *sheet;
    unsigned holders;
};

struct exporter {
    struct export_list *offered; /* in the dialog; NULL: it is not open */
    bool guard;                  /* stays as it was chosen last */
    bool counted;                /* formulas is known */
    size_t formulas;
    const void *counting;        /* the query that counts */
    const struct query *writing; /* NULL: none; valid until its answer */
    char path[LINE_EDIT_SIZE];   /* of what is being written, or stopped */
    /* Stopped, as the file is there already: asked about when no other prompt is open. */
    struct export_list *stopped;
    bool asked;
    size_t old_bytes;
};

void exporter_clear(struct exporter *exporter); /* after the queries thread has ended */

/* The action: with a path writes at once, else opens the dialog. */
void export_start(struct app *app, const char *path);

/* Keys of the dialog; false: it is one of the line that edits the path. */
bool export_key(struct app *app, keycode key);
void export_accept(struct app *app, const char *path);
void export_close(struct app *app); /* the dialog */

/* After every key: asks what had to wait for another prompt, or takes no answer for a no. */
void export_continue(struct app *app);

/* Stops writing; false when nothing is being written. */
bool export_cancel(struct app *app);

/* The run goes: lists of it that are not being written are let go of. */
void export_forget(struct app *app);

void export_answer(struct app *app, struct query *query);

/* The dialog above the prompt, and the line that says how far the writing is; false: none. */
void export_draw(const struct app *app, struct canvas *canvas);
bool export_draw_progress(const struct app *app, struct canvas *canvas, int y);

#endif
