/* row_cells: what stands in the columns of a list of user-hours, and how wide they are. */
#ifndef ODDHOURS_TUI_ROW_CELLS_H
#define ODDHOURS_TUI_ROW_CELLS_H

#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"
#include "lists/row_columns.h"

enum { ROW_CELL_TEXT = 256 };

struct row_cell {
    enum role role;
    char text[ROW_CELL_TEXT]; /* safe text */
};

/* The text of one column of a row. */
void row_cell_fill(const struct app *app, struct row_column column, size_t row,
                   const struct glyphs *glyphs, struct row_cell *cell);

/* How a column is drawn: heading (into heading[size]), side, the least it may be narrowed to.
 */
struct column row_cell_column(const struct session *session, struct row_column column,
                              char *heading, size_t size);

#endif
