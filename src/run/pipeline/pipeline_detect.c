/* The detectors: fit, score, rank, one after the other, and what they say together. */
#include "run/pipeline/pipeline_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/list.h"

/* Whether the models are those of another run. */
static bool is_given(const struct run *run)
{
    return run->reference != NULL || (run->extension != NULL && run->extension->kept);
}

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
    bool good = is_given(run)
                    ? model_score(result->model, &data, &result->scores, progress, status)
                    : model_score_own(result->model, &data, &result->scores, progress, status);
    if (good && !run->params.index && result->detector->rest != NULL) {
        result->detector->rest(result->model->fitted); /* nobody will ask for explanations */
    }
    good = good && result_rank(run, result, progress, status);
    pipeline_end(stage, good);
    result->score_seconds = stage->seconds;
    if (!good) {
        scores_clear(&result->scores);
        return false;
    }
    if (result->detector->health != NULL && !is_given(run) &&
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
    if (is_given(run)) {
        return score(pipeline, index, &pipeline->own, status);
    }
    snprintf(name, sizeof name, "%s fit", result->name);
    struct stage_record *stage = pipeline_begin(pipeline, name);
    struct status fit_status = {0};
    pipeline->fitting = result;
    pipeline->losses_capacity = 0;
    result->model = model_fit(result->detector, &data, run->params.detectors.values[index],
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
        needed = needed || (run->params.detectors.use[i] && !detectors[i]->lean);
    }
    if (!needed) {
        free(run->scaled);
        run->scaled = NULL;
    }
}

/* Makes a list, as far as what it needs is there. */
static bool list(struct pipeline *pipeline, size_t index, struct status *status)
{
    struct run *run = pipeline->run;
    struct result *result = &run->results[index];
    const struct list *made = result->list;
    if (!run_result_wanted(run, result) || (made->possible != NULL && !made->possible(run))) {
        return true;
    }
    struct stage_record *stage = pipeline_begin(pipeline, result->name);
    bool good = list_make(made, run, result, &pipeline->own, status);
    pipeline_end(stage, good);
    result->score_seconds = stage->seconds;
    if (good) {
        pipeline_announce(pipeline, PIPELINE_RESULT, index);
    }
    return good;
}

void pipeline_detect(struct pipeline *pipeline, struct status *status)
{
    for (size_t i = 0; detectors[i] != NULL && status->code != STATUS_CANCELLED; i++) {
        struct status one = {0};
        free_scaled(pipeline, i);
        if (pipeline->run->params.detectors.use[i] && !detect(pipeline, i, &one) &&
            (status->code == STATUS_OK || one.code == STATUS_CANCELLED)) {
            *status = one;
        }
    }
    for (size_t i = 0; i < pipeline->run->n_results; i++) {
        struct status one = {0};
        if (pipeline->run->results[i].list != NULL && !list(pipeline, i, &one) &&
            status->code == STATUS_OK) {
            *status = one;
        }
    }
}
