/* rows_sheet: user-hours of a run as a sheet, with everything a list shows: their place in the
 * list, row_id, time, user, features, copies, and every detector's score and rank. */
#ifndef ODDHOURS_RUN_ROWS_SHEET_H
#define ODDHOURS_RUN_ROWS_SHEET_H

#include "rank/rows.h"
#include "run/run.h"
#include "run/sheet.h"

struct rows_sheet {
    const struct run *run; /* made with params.index; it outlives the sheet */
    struct row_set rows;   /* taken */
    const char *place;     /* the first column: the place in the list; NULL: none */
    bool blind;            /* no scores, no ranks */
    const bool *ready; /* (detector_count() + 1) results to tell; NULL: all that are ready */
    /* A table whose columns follow, taken; NULL: none. Its line for a row is the one with the
     * row's place, or with `beside_rows` (taken, ascending, as many as it has lines) the one
     * of that row, if there is one. */
    struct sheet *beside;
    uint32_t *beside_rows;
};

/* Takes what it is said to take also when it fails. */
struct sheet *rows_sheet_new(const char *title, const struct rows_sheet *take_spec,
                             struct status *status);

#endif
