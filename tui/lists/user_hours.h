/* user_hours: rows of a table drawn as lines: time, user, features. Shared by several views. */
#ifndef ODDHOURS_TUI_LISTS_USER_HOURS_H
#define ODDHOURS_TUI_LISTS_USER_HOURS_H

#include <stddef.h>
#include <stdint.h>

#include "terminal/canvas.h"
#include "table/table.h"
#include "widgets/columns.h"

/* Draws a header and these rows (n), as many as fit; line `selected` (of n; SIZE_MAX: none) is
 * the cursor's. */
void user_hours_draw(const struct table *table, const uint32_t *rows, size_t n, size_t selected,
                     struct canvas *canvas);

/* The dt text and the user of a row, made safe; "" when the table has none. */
void user_hours_time(const struct table *table, size_t row, bool ascii, char *text,
                     size_t size);
void user_hours_user(const struct table *table, size_t row, bool ascii, char *text,
                     size_t size);

/* "U66@DOM1 d00 00h, row 2,967", without what the table does not have. */
void user_hours_name(const struct table *table, size_t row, bool ascii, char *text,
                     size_t size);

/* From the hour of one row to that of another: "d36 03h-05h", "d36 23h-d37 02h"; one hour, or a
 * time that cannot be read, as it is. */
void user_hours_span(const struct table *table, size_t first, size_t last, char *text,
                     size_t size);

/* A short heading of a feature: the words of its name cut to `cells` cells in all. */
void user_hours_heading(const char *name, size_t cells, char *text, size_t size);

/* How wide a feature's column may grow: to its whole name, within reason. */
int user_hours_most(const char *name, int least);

/* Placed columns in which the whole name has room get it as their heading; the first feature's
 * column is `first`. */
void user_hours_headings(const struct table *table, const struct columns *columns, size_t first,
                         char *headings, size_t size);

#endif
