/* user_hours: rows of a table drawn as lines: time, user, features. Shared by several views. */
#ifndef ODDHOURS_TUI_VIEWS_USER_HOURS_H
#define ODDHOURS_TUI_VIEWS_USER_HOURS_H

#include <stddef.h>

#include "canvas.h"
#include "table/table.h"
#include "widgets/list.h"

/* Draws a header and the rows from `from` on, as many as fit. `list` (or NULL) says which line
 * is selected. */
void user_hours_draw(const struct table *table, size_t from, const struct list *list,
                     struct canvas *canvas);

/* The dt text and the user of a row, made safe; "" when the table has none. */
void user_hours_time(const struct table *table, size_t row, bool ascii, char *text,
                     size_t size);
void user_hours_user(const struct table *table, size_t row, bool ascii, char *text,
                     size_t size);

/* A short heading of a feature: the words of its name cut to `cells` cells in all. */
void user_hours_heading(const char *name, size_t cells, char *text, size_t size);

#endif
