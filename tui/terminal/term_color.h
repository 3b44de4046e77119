/* term_color: from roles to colours and attributes. */
#ifndef ODDHOURS_TUI_TERM_COLOR_H
#define ODDHOURS_TUI_TERM_COLOR_H

#include <curses.h>

#include "terminal/canvas.h"
#include "terminal/palette.h"

/* Called after curses has started, as often as there is something to change. */
void term_color_set(enum color_mode mode, const struct palette *palette);

/* The attributes of a cell and its colour pair. */
attr_t term_color_of(enum role role, bool selected, short *pair);

#endif
