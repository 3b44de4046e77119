/* term_color: from roles to colours and attributes. */
#ifndef ODDHOURS_TUI_TERM_COLOR_H
#define ODDHOURS_TUI_TERM_COLOR_H

#include <curses.h>

#include "canvas.h"
#include "term.h"

/* Called after curses has started. */
void term_color_start(enum color_mode mode);

/* The attributes of a cell and its colour pair. */
attr_t term_color_of(enum role role, bool selected, short *pair);

#endif
