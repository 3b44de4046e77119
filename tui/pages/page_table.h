/* page_table: the tables of a page, laid out for the width there is when they are drawn. */
#ifndef ODDHOURS_TUI_PAGE_TABLE_H
#define ODDHOURS_TUI_PAGE_TABLE_H

#include "pages/page.h"

/* Between the cells of a row, in a line's text. */
#define PAGE_CELL "\x1f"

/* Draws the rows lines[0 .. n), of which the first is the head, from row `y` on (which may be
 * above the canvas): as columns where they fit, otherwise each row as "heading value" behind
 * its first cell. Returns the rows it takes, those outside the canvas included. */
int page_table_draw(const struct page_line *lines, size_t n, struct canvas *canvas, int y);

#endif
