/* triage: the list shown first, from own past, the ensemble, and what others did at that time.
 *
 * What many accounts do at once (an outage, a patch day, a month end) is odd for each of them
 * and still no incident: the share of the accounts of that window, of the same kind or of all,
 * that are nearly as odd takes decades away. docs/TRIAGE.md has the formula and what it was
 * chosen from. */
#ifndef ODDHOURS_PAST_TRIAGE_H
#define ODDHOURS_PAST_TRIAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "table/table.h"

#define TRIAGE_THRESHOLD 2.0

/* Scores all rows into triage (n_rows). `own` (n_rows) is own past, NaN where there is none;
 * `ensemble` (profiles.n) the ensemble in decades, NaN where it has none, NULL: there is no
 * ensemble; `kinds` (users). A row without either is NaN. Same bytes for any number of threads.
 */
bool triage_score(const struct table *table, const uint8_t *kinds, const float *own,
                  const double *ensemble, float *triage, struct parallel *parallel,
                  const struct progress *progress, struct status *status);

/* What one row's score is made of. */
struct triage_parts {
    double own, ensemble; /* decades added; 0: none */
    double crowd;         /* decades taken away */
    size_t others;        /* other accounts of that window nearly as odd */
    size_t of;            /* rows of that window */
};

#endif
