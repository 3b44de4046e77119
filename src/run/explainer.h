/* explainer: explain/ put to work on a run: what it needs is gathered once. */
#ifndef ODDHOURS_RUN_EXPLAINER_H
#define ODDHOURS_RUN_EXPLAINER_H

#include <cjson/cJSON.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "explain/why.h"
#include "run/run.h"

struct explainer {
    struct why_data data;
    struct why_context *context;
    double mean[TABLE_FEATURES_MAX];
    struct past *learnt; /* own pasts of a run that came without them; else NULL */
};

/* `run` must have ended and was made with params.index; it is borrowed. NULL on failure. */
struct explainer *explainer_new(const struct run *run, struct parallel *parallel,
                                const struct progress *progress, struct status *status);
void explainer_free(struct explainer *explainer);

/* Names the computers that the account of a row meets for the first time, where the table was
 * counted from a log that can be read again and has at most EXPLAINER_LOG_MOST bytes: all of it
 * is read. Leaves why->new_hosts empty otherwise. False only when cancelled. */
#define EXPLAINER_LOG_MOST (UINT64_C(1) << 28)
bool explainer_add_hosts(const struct run *run, struct why *why,
                         const struct progress *progress, struct status *status);

/* One explanation as JSON (the manual describes the keys); for cJSON_Delete(). */
cJSON *explainer_json(const struct explainer *explainer, const struct why *why,
                      struct status *status);

#endif
