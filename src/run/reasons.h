/* reasons: why rows stand in a list, for its column `why`. */
#ifndef ODDHOURS_RUN_REASONS_H
#define ODDHOURS_RUN_REASONS_H

#include "explain/reason.h"
#include "run/run.h"

/* More rows than these have no reasons in files: a history is looked at for each. */
enum { REASONS_MOST = 5000 };

/* What is found out once for a run; the threads are those of whoever asks. */
struct reasons;
struct reasons *reasons_new(const struct run *run, struct status *status);
void reasons_free(struct reasons *reasons);

/* The reasons by run->results[result], which is ready, of `n` rows: by own past for lists that
 * rank rows; by the detector, for the ensemble its most certain member. `has`: which results
 * may be looked at (NULL: all that are ready). Walks the rows of the table once or twice,
 * whatever n is. The run was made with params.index. Not for several threads at once. */
bool reasons_find(struct reasons *reasons, const bool *has, size_t result, const uint32_t *rows,
                  size_t n, struct reason *found, struct parallel *parallel,
                  const struct progress *progress, struct status *status);

/* The detector that finds a profile rarest; n_results when none has scored it. */
size_t reasons_most_certain(const struct run *run, const bool *has, size_t profile);

#endif
