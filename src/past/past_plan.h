/* past_plan: which columns own past looks at, and a row of them as octaves. A part of past. */
#ifndef ODDHOURS_PAST_PLAN_H
#define ODDHOURS_PAST_PLAN_H

#include "past/past_internal.h"

/* Whole, non-negative numbers that are no ratios are counts, the first PAST_COUNTS_MAX of them;
 * then, of the columns beside the features, those of new hosts (events/novelty.h);
 * nbhours_events is left out where it only repeats total_events by night, which the hour says.
 * STATUS_INPUT when there is none. */
bool past_plan_make(struct past_plan *plan, const struct table *table, struct status *status);

/* The columns of another table are the same. */
bool past_plan_fits(const struct past_plan *plan, const struct table *table);

/* All profiles as records; NULL without a status when so many are not worth keeping, or when
 * columns are looked at: then they are made when needed. */
struct past_record *past_records_new(const struct past_plan *plan, const struct table *table,
                                     struct parallel *parallel, struct status *status);

/* What happened in one window of an account: `n` rows of it. */
void past_record_rows(const struct past_plan *plan, const struct table *table,
                      const struct past_record *records, const uint32_t *rows, size_t n,
                      struct past_record *record);

#endif
