/* data_summary: the upper part of the Data view: what the table is, and its columns. */
#ifndef ODDHOURS_TUI_VIEWS_DATA_SUMMARY_H
#define ODDHOURS_TUI_VIEWS_DATA_SUMMARY_H

#include "terminal/canvas.h"
#include "screen/session.h"
#include "table/describe.h"
#include "widgets/listbox.h"

/* Draws facts into the first lines and returns how many it took. `description` may be NULL. */
int data_facts(const struct session *session, const struct table *table,
               const struct description *description, struct canvas *canvas);

/* Draws describe() of every column, and how far it has moved from the reference's; the cursor
 * shows when `focused`. */
void data_columns(const struct session *session, const struct table *table,
                  const struct description *description, struct listbox *list, bool focused,
                  struct canvas *canvas);

#endif
