/* Triage, the list shown first: own past and the ensemble, less what many accounts do at once
 * (past/triage.h). Without own past it is the ensemble, and says so. */
#include "run/list.h"

#include <math.h>
#include <stdio.h>

#include "past/triage.h"

static bool wanted(const struct run_params *params)
{
    return params->own;
}

static const struct result *own_of(const struct run *run)
{
    const struct result *own = run_result_find(run, list_own.name);
    return own != NULL && own->ready ? own : NULL;
}

static bool possible(const struct run *run)
{
    return own_of(run) != NULL || run_ensemble(run)->ready;
}

static bool make_of_ensemble(const struct run *run, struct result *result,
                             struct status *status)
{
    const struct scores *scores = &run_ensemble(run)->scores;
    size_t n = run->table->profiles.n;
    /* Own past says why there is none. */
    struct status why = {0};
    const struct past_options options = {.half_life_days = run->params.half_life};
    if (run->reference == NULL) {
        past_free(past_new(run->table, &options, &why));
    } else if (run->reference->past == NULL) {
        status_set(&why, STATUS_INPUT, "the reference has no own past");
    }
    snprintf(result->health, sizeof result->health, "the ensemble: %.150s",
             why.text[0] != '\0' ? why.text : "no own past");
    if (!scores_new(&result->scores, n, status)) {
        return false;
    }
    for (size_t p = 0; p < n; p++) {
        result->scores.score[p] = scores->score[p];
    }
    result->scores.threshold = scores->threshold;
    result->scores.scored_rows = scores->scored_rows;
    result->scores.flagged_rows = scores->flagged_rows;
    return true;
}

static bool make(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status)
{
    const struct result *own = own_of(run), *ensemble = run_ensemble(run);
    if (own == NULL) {
        return make_of_ensemble(run, result, status);
    }
    result->row_score = list_row_scores(run, status);
    if (result->row_score == NULL ||
        !triage_score(run->table, run->accounts->kind, own->row_score,
                      ensemble->ready ? ensemble->scores.score : NULL, result->row_score,
                      run->parallel, progress, status)) {
        return false;
    }
    result->scores.threshold = TRIAGE_THRESHOLD;
    snprintf(result->health, sizeof result->health,
             "own past%s, less what many accounts do at once",
             ensemble->ready ? " and a little of the ensemble" : "");
    return true;
}

const struct list list_triage = {
    .name = "triage",
    .title = "Triage",
    .brief = "TRI",
    .unit = "decades of own past, less what many do at once",
    .kind = RESULT_LIST,
    .wanted = wanted,
    .possible = possible,
    .make = make,
};
