/* own_past: what the user of the selected row did before: for the detail pane. Found by the
 * queries thread, which walks the table's users: no index is kept for it. */
#ifndef ODDHOURS_TUI_OWN_PAST_H
#define ODDHOURS_TUI_OWN_PAST_H

#include <stdbool.h>
#include <stddef.h>

#include "table/table.h"

struct own_past {
    bool ready; /* the rest is of `row` */
    size_t row;
    size_t rows; /* of the same user, strictly earlier; 0: no past to compare with */
    double median[TABLE_FEATURES_MAX], most[TABLE_FEATURES_MAX]; /* of those */
};

/* Whether a table has users and times, so that there is a past at all. */
bool own_past_possible(const struct table *table);

struct app;
struct query;

/* Asks for that of the selected row; the answer goes into session->past. */
void own_past_ask(struct app *app);
void own_past_answer(struct app *app, struct query *query);

#endif
