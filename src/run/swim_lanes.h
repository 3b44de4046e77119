/* swim_lanes: when a few accounts were odd: for each a lane over the days of the table, the
 * worst score of every slice of a day; and how many user-hours are flagged each day. */
#ifndef ODDHOURS_RUN_SWIM_LANES_H
#define ODDHOURS_RUN_SWIM_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

enum { LANES_MOST = 10 };
#define LANES_DECADES 4.0 /* a level of 1 is 1 in 10,000 */

struct swim_lanes {
    size_t n; /* accounts */
    uint32_t user[LANES_MOST];
    int64_t first_day;
    size_t days, a_day; /* days, and slices of each */
    float *level; /* (n, days * a_day) 0 to 1 by decades of the share of rows at least as odd,
                     of LANES_DECADES; NaN: no user-hour */
    double *flagged; /* (days) user-hours above the threshold of the result */
    double most;     /* of flagged */
};

/* Takes the accounts of `rows` (n, the oddest first), each once, LANES_MOST of them. */
void swim_lanes_accounts(struct swim_lanes *lanes, const struct table *table,
                         const uint32_t *rows, size_t n);

/* Fills in the rest for a result of the run that is ready: walks all rows. False with nothing
 * in the status when the table has no days, or too many of them. swim_lanes_clear() in any
 * case. */
bool swim_lanes_find(struct swim_lanes *lanes, const struct run *run,
                     const struct result *result, const struct progress *progress,
                     struct status *status);
void swim_lanes_clear(struct swim_lanes *lanes);

/* The slice that a time of the table lies in; SIZE_MAX for one that cannot be read. */
size_t swim_lanes_slice(const struct swim_lanes *lanes, const struct table *table,
                        uint32_t time);

#endif
