/* The detectors: fit, score, rank, one after the other, and what they say together. */
#include "run/pipeline/pipeline_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rank/ensemble.h"

/* Scores and ranks with a fitted model, and makes the result ready. A model that was cancelled
 * half-way is still scored: `progress` then has no cancel flag. */
static bool score(struct pipeline *pipeline, size_t index, const struct progress *progress,
                  struct status *status)
{
    struct run *run = pipeline->run;
    struct result *result = &run->results[index];
    const struct detector_data data = run_detector_data(run);
    char name[48];
    snprintf(name, sizeof name, "%s score", result->name);
    struct stage_record *stage = pipeline_begin(pipeline, name);
    bool good = model_score_own(result->model, &data, &result->scores, progress, status);
    if (good && !run->params.index && result->detector->rest != NULL) {
        result->detector->rest(result->model->fitted); /* nobody will ask for explanations */
    }
    if (good) {
        result->ranking =
            ranking_new(result->scores.score, &run->table->profiles, run->parallel, status);
        good = result->ranking != NULL;
    }
    if (good && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, progress);
    }
    pipeline_end(stage, good);
    result->score_seconds = stage->seconds;
    if (!good) {
        scores_clear(&result->scores);
        return false;
    }
    if (result->detector->health != NULL &&
        !result->detector->health(result->model->fitted, &data, result->health,
                                  sizeof result->health)) {
        result->health[0] = '\0';
    }
    result->ready = true;
    pipeline_announce(pipeline, PIPELINE_RESULT, index);
    return true;
}

static bool detect(struct pipeline *pipeline, size_t index, struct status *status)
{
    struct run *run = pipeline->run;
    struct result *result = &run->results[index];
    const struct detector_data data = run_detector_data(run);
    char name[48];
    snprintf(name, sizeof name, "%s fit", result->name);
    struct stage_record *stage = pipeline_begin(pipeline, name);
    struct status fit_status = {0};
    pipeline->fitting = result;
    pipeline->losses_capacity = 0;
    result->model = model_fit(result->detector, &data, run->params.values[index],
                              &pipeline->own, &fit_status);
    pipeline->fitting = NULL;
    pipeline_end(stage, result->model != NULL && fit_status.code == STATUS_OK);
    result->fit_seconds = stage->seconds;
    if (fit_status.code != STATUS_OK) {
        *status = fit_status;
    }
    if (result->model == NULL) {
        return false;
    }
    if (result->detector->partial == NULL ||
        !result->detector->partial(result->model->fitted, result->partial,
                                   sizeof result->partial)) {
        result->partial[0] = '\0';
    }
    struct progress progress = pipeline->own;
    if (fit_status.code == STATUS_CANCELLED) {
        progress.cancel = NULL;
    }
    return score(pipeline, index, &progress, status) && fit_status.code == STATUS_OK;
}

/* Frees the scaled profiles when the detectors from `index` on do without, and nobody will ask
 * for explanations while the run goes on. */
static void free_scaled(struct pipeline *pipeline, size_t index)
{
    struct run *run = pipeline->run;
    bool needed = run->params.index;
    for (size_t i = index; detectors[i] != NULL; i++) {
        needed = needed || (run->params.use[i] && !detectors[i]->lean);
    }
    if (!needed) {
        free(run->scaled);
        run->scaled = NULL;
    }
}

/* An ensemble is as whole as what it is made of: "2 of 3 detectors; IF 108 of 200 trees". */
static void describe_members(const struct run *run, size_t n, char *text, size_t size)
{
    size_t wanted = 0, at = 0;
    text[0] = '\0';
    for (size_t i = 0; detectors[i] != NULL; i++) {
        wanted += run->params.use[i];
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

static bool combine(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    const struct ranking *rankings[DETECTOR_MAX];
    size_t n = 0, index = detector_count();
    for (size_t i = 0; i < index; i++) {
        if (run->results[i].ready) {
            rankings[n++] = run->results[i].ranking;
        }
    }
    if (n == 0) {
        return true;
    }
    struct result *result = &run->results[index];
    struct stage_record *stage = pipeline_begin(pipeline, "ensemble");
    bool good =
        ensemble_score(rankings, n, run->table->profiles.n, run->parallel, &result->scores,
                       status) &&
        scores_budget(&result->scores, &run->table->profiles, run->params.budget, status);
    if (good) {
        result->ranking =
            ranking_new(result->scores.score, &run->table->profiles, run->parallel, status);
        good = result->ranking != NULL;
    }
    if (good && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, &pipeline->own);
    }
    pipeline_end(stage, good);
    result->score_seconds = stage->seconds;
    if (!good) {
        scores_clear(&result->scores);
        return false;
    }
    describe_members(run, n, result->partial, sizeof result->partial);
    result->ready = true;
    pipeline_announce(pipeline, PIPELINE_RESULT, index);
    return true;
}

void pipeline_detect(struct pipeline *pipeline, struct status *status)
{
    for (size_t i = 0; detectors[i] != NULL && status->code != STATUS_CANCELLED; i++) {
        struct status one = {0};
        free_scaled(pipeline, i);
        if (pipeline->run->params.use[i] && !detect(pipeline, i, &one) &&
            (status->code == STATUS_OK || one.code == STATUS_CANCELLED)) {
            *status = one;
        }
    }
    struct status one = {0};
    if (!combine(pipeline, &one) && status->code == STATUS_OK) {
        *status = one;
    }
}
