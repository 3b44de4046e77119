/* moved: whether the table that a reference scores is still like the reference's own. */
#ifndef ODDHOURS_RUN_MOVED_H
#define ODDHOURS_RUN_MOVED_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "run/run.h"

/* The share of scored rows above a result's threshold in the reference; NaN without one. */
double moved_flagged_before(const struct result *result);

/* "as the reference's: ..." or "moved: ...; fit again ...", with the numbers behind it, for
 * people: which feature moved most, what share each list flags, new accounts. "" without a
 * reference. Returns whether the models should be fitted again. */
bool moved_say(const struct run *run, char *text, size_t size);

/* The same in full: an object "moved" in `card`. Nothing without a reference. */
void moved_json(const struct run *run, cJSON *card);

#endif
