/* list: where the cursor is in a list and which part of it is on screen. Only arithmetic: the
 * rows themselves are the view's, so a list of 42.9 million costs nothing.
 */
#ifndef ODDHOURS_TUI_WIDGETS_LIST_H
#define ODDHOURS_TUI_WIDGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "terminal/canvas.h"

struct list {
    size_t n;      /* rows */
    size_t cursor; /* below n, or 0 when the list is empty */
    size_t top;    /* first row on screen */
    size_t page;   /* rows on screen; 0 before the first draw */
};

/* Sets the number of rows; the cursor stays where it is if it can. */
void list_set_count(struct list *list, size_t n);

/* Sets the height of the screen's part and scrolls so that the cursor is in it. Views call this
 * in draw, so that a resize needs nothing else. */
void list_set_page(struct list *list, size_t page);

/* The same for a list that is drawn into the canvas from line `y` on, over `rows` lines at
 * most; says as well that a click on a line moves the cursor there. */
void list_show(struct list *list, struct canvas *canvas, int y, int rows);

/* Moves the cursor to a row (the last one when `row` is beyond) and scrolls to it. */
void list_go(struct list *list, size_t row);

/* Moves the cursor by `rows`, up when negative. */
void list_move(struct list *list, long rows);

/* Moves as ACTION_UP .. ACTION_HALF_DOWN say; false when the action is another. */
bool list_act(struct list *list, enum action action);

#endif
