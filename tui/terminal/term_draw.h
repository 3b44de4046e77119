/* term_draw: from the canvas to curses' cells, for term.c only. It remembers the last frame and
 * gives curses the rows that differ from it. */
#ifndef ODDHOURS_TUI_TERM_DRAW_H
#define ODDHOURS_TUI_TERM_DRAW_H

#include "terminal/canvas.h"

/* Forgets the last frame: the next one is given to curses in full. */
void term_draw_forget(void);

#endif
