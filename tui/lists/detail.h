/* detail: one user-hour in full, as a pane of several views: its values, where they stand among
 * all rows, what the detector in view holds against them, how many rows look the same. */
#ifndef ODDHOURS_TUI_LISTS_DETAIL_H
#define ODDHOURS_TUI_LISTS_DETAIL_H

#include <stddef.h>

#include "screen/app.h"
#include "terminal/canvas.h"

/* Lines that it needs for everything. */
int detail_rows(const struct app *app);

/* "ann  d21 12h  1970-01-22 12:00:00  row 107,206", as much as there is room for. */
void detail_title(const struct table *table, size_t row, struct canvas *canvas);

void detail_draw(const struct app *app, size_t row, struct canvas *canvas);

/* The same with what this result holds against it, not the one in view. */
void detail_draw_by(const struct app *app, size_t row, size_t result, struct canvas *canvas);

/* "iforest #3 of 100,000 (1 in 33,333)" for one result; "" when it is not ready. */
void detail_rank(const struct session *session, size_t result, size_t row, char *text,
                 size_t size);

#endif
