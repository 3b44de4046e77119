/* rows_sheet: user-hours of a run as a sheet, with everything a list shows: their position in
 * the list, row_id, time, user and what its account is, features, columns, copies, and every
 * detector's score and rank.
 */
#ifndef ODDHOURS_RUN_ROWS_SHEET_H
#define ODDHOURS_RUN_ROWS_SHEET_H

#include "rank/rows.h"
#include "run/reasons.h"
#include "run/run.h"
#include "run/sheet/sheet.h"

struct rows_sheet {
    const struct run *run; /* made with params.index; it outlives the sheet */
    struct row_set rows;   /* taken */
    const char *position;  /* title of the first column, the position in the list; NULL: none */
    bool blind;            /* no scores, no ranks */
    const bool *ready;     /* (run->n_results) results to tell; NULL: all that are ready */
    /* Why they are in the list, by the result `why`, as a column of that name: of the first
     * REASONS_MOST, found out when the first row is asked for. NULL: no such column. */
    const struct result *why;
    /* Tables whose columns follow, taken; NULL: none. `beside` has a line for every position;
     * `marks` one for each of `mark_rows` (taken, ascending), for what only some rows have. */
    struct sheet *beside, *marks;
    uint32_t *mark_rows;
};

/* Takes what it is said to take also when it fails. */
struct sheet *rows_sheet_new(const char *title, const struct rows_sheet *take_spec,
                             struct status *status);

#endif
