/* episodes_sheet: what a line of an episode says that is of no single user-hour. */
#ifndef ODDHOURS_RUN_EPISODES_SHEET_H
#define ODDHOURS_RUN_EPISODES_SHEET_H

#include "rank/episodes.h"
#include "rank/rows.h"
#include "run/sheet/sheet.h"

/* For rows_sheet.beside, when the rows of the sheet are the best of the episodes: begin and end
 * (dt of the first and the last row), hours (windows), rows and their row_ids by time, with
 * blanks between. NULL when memory ran out. */
struct sheet *episodes_beside(const struct episodes *episodes, const struct table *table,
                              struct status *status);

/* The row_ids of an episode as one field. False when memory ran out. */
bool episodes_put_rows(struct sheet *sheet, const uint32_t *rows, size_t n,
                       struct status *status);

/* The best row of each, for rows_sheet.rows. False when memory ran out. */
bool episodes_best_rows(const struct episodes *episodes, struct row_set *rows,
                        struct status *status);

#endif
