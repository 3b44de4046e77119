/* listbox: where the cursor is in a list and which part of it is on screen. Only arithmetic:
 * the rows themselves are the view's, so a list of 42.9 million costs nothing.
 */
#ifndef ODDHOURS_TUI_WIDGETS_LISTBOX_H
#define ODDHOURS_TUI_WIDGETS_LISTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "terminal/canvas.h"

struct listbox {
    size_t n;      /* rows */
    size_t cursor; /* below n, or 0 when the list is empty */
    size_t top;    /* first row on screen */
    size_t page;   /* rows on screen; 0 before the first draw */
};

/* Sets the number of rows; the cursor stays where it is if it can. */
void listbox_set_count(struct listbox *list, size_t n);

/* Sets the height of the screen's part and scrolls so that the cursor is in it. Views call this
 * in draw, so that a resize needs nothing else. */
void listbox_set_page(struct listbox *list, size_t page);

/* The same for a list that is drawn into the canvas from line `y` on, over `rows` lines at
 * most; says as well that a click on a line moves the cursor there. */
void listbox_show(struct listbox *list, struct canvas *canvas, int y, int rows);

/* Moves the cursor to a row (the last one when `row` is beyond) and scrolls to it. */
void listbox_go(struct listbox *list, size_t row);

/* Moves the cursor by `rows`, up when negative. */
void listbox_move(struct listbox *list, long rows);

/* Moves as ACTION_UP .. ACTION_HALF_DOWN say; false when the action is another. */
bool listbox_act(struct listbox *list, enum action action);

#endif
