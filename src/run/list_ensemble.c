/* The ensemble: what the detectors of a run say together (rank/ensemble.h). */
#include "run/list.h"

#include <stdio.h>

#include "rank/ensemble.h"

/* An ensemble is as whole as what it is made of: "2 of 3 detectors; IF 108 of 200 trees". */
static void describe_members(const struct run *run, size_t n, char *text, size_t size)
{
    size_t wanted = 0, at = 0;
    text[0] = '\0';
    for (size_t i = 0; detectors[i] != NULL; i++) {
        wanted += run->params.detectors.use[i];
    }
    if (n < wanted) {
        at += (size_t)snprintf(text, size, "%zu of %zu detectors", n, wanted);
    }
    for (size_t i = 0; detectors[i] != NULL && at < size; i++) {
        const struct result *one = &run->results[i];
        if (one->ready && one->partial[0] != '\0') {
            at += (size_t)snprintf(text + at, size - at, "%s%s %s", at > 0 ? "; " : "",
                                   one->brief, one->partial);
        }
    }
}

static bool possible(const struct run *run)
{
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (run->results[i].ready) {
            return true;
        }
    }
    return false;
}

static bool make(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status)
{
    const struct ranking *rankings[RUN_RESULTS_MAX];
    size_t n = 0;
    (void)progress;
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (run->results[i].ready) {
            rankings[n++] = run->results[i].ranking;
        }
    }
    describe_members(run, n, result->partial, sizeof result->partial);
    if (!ensemble_score(rankings, n, run->table->profiles.n, run->parallel, &result->scores,
                        status)) {
        return false;
    }
    scores_budget(&result->scores, &run->table->profiles, run->params.budget);
    return true;
}

const struct list list_ensemble = {
    .name = "ensemble",
    .title = "Ensemble",
    .brief = "ENS",
    .unit = "decades of rarity",
    .kind = RESULT_ENSEMBLE,
    .possible = possible,
    .make = make,
};
