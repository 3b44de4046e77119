/* card: the run card, everything that says what was done to what and how it came out.
 *
 * run.json, the screen's run card and the report show the same object. Its keys are described
 * in the manual, oddhours(1).
 */
#ifndef ODDHOURS_RUN_CARD_H
#define ODDHOURS_RUN_CARD_H

#include <cjson/cJSON.h>

#include "base/status.h"
#include "run/run.h"
#include "table/describe.h"
#include "table/summary.h"

/* Mean, spread and quartiles of a result's scores, over rows. */
bool result_summary(const struct run *run, const struct result *result, struct summary *summary,
                    struct status *status);

/* The run card; the caller frees it with cJSON_Delete(). NULL when memory ran out. */
cJSON *card_json(const struct run *run, struct status *status);

/* run_if_info.json and its like: the notebook's keys with the notebook's names and nesting, and
 * more. */
cJSON *card_info(const struct run *run, const struct result *result, struct status *status);

/* What `oddhours describe --json` prints. */
cJSON *card_description(const struct table *table, const struct description *described,
                        struct status *status);

#endif
