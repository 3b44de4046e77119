/* news: episodes that began, or became odder, in the last rows of a table that grows. */
#ifndef ODDHOURS_RUN_NEWS_H
#define ODDHOURS_RUN_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/episodes.h"
#include "run/run.h"

/* The episodes of a result that is ready with one of the rows from `told` on that is not hidden
 * (bits by row, such as those of rules; NULL: none is), `gap` hours at most between their own;
 * freed with episodes_clear(). False, and nothing to clear, when memory ran out. */
bool news_find(const struct run *run, const struct result *result, double gap, size_t told,
               const uint64_t *hidden, struct episodes *episodes, struct status *status);

enum news { NEWS_NONE, NEWS_ODDER, NEWS_NEW };

/* Whether all of an episode's rows are new, or its oddest one is. */
enum news news_of(const struct episodes *episodes, size_t i, size_t told);

#endif
