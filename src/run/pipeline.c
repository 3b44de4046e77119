#include "run/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rank/ensemble.h"
#include "run/saved.h"
#include "run/snapshot.h"
#include "table/input.h"

struct pipeline {
    struct run *run;
    const struct pipeline_listener *listener;
    const struct progress *progress;
    struct progress own;    /* progress handed to stages: passes on, and notes losses */
    struct result *fitting; /* whose losses are being reported */
    size_t n_stages;        /* planned */
};

static void announce(struct pipeline *pipeline, enum pipeline_event event, size_t index)
{
    if (pipeline->listener != NULL && pipeline->listener->event != NULL) {
        pipeline->listener->event(pipeline->listener->context, pipeline->run, event, index);
    }
}

static struct stage_record *begin(struct pipeline *pipeline, const char *name)
{
    struct run *run = pipeline->run;
    struct stage_record *stage = &run->stages[run->n_stages++];
    memset(stage, 0, sizeof *stage);
    snprintf(stage->name, sizeof stage->name, "%s", name);
    announce(pipeline, PIPELINE_STAGE, pipeline->n_stages);
    stage->seconds = clock_now();
    return stage;
}

static void end(struct stage_record *stage, bool finished)
{
    stage->seconds = clock_now() - stage->seconds;
    stage->finished = finished;
    mem_give_back();
}

static void pass_report(void *context, uint64_t done, uint64_t total)
{
    struct pipeline *pipeline = context;
    if (pipeline->progress != NULL && pipeline->progress->report != NULL) {
        pipeline->progress->report(pipeline->progress->context, done, total);
    }
}

/* A loss that cannot be kept is still shown. */
static void pass_value(void *context, size_t index, double value)
{
    struct pipeline *pipeline = context;
    struct result *result = pipeline->fitting;
    if (result != NULL && index == result->n_losses) {
        double *grown = realloc(result->losses, (index + 1) * sizeof *grown);
        if (grown != NULL) {
            grown[index] = value;
            result->losses = grown;
            result->n_losses = index + 1;
        }
    }
    progress_value(pipeline->progress, index, value);
}

static void pass_preview(void *context, struct table *preview)
{
    struct pipeline *pipeline = context;
    if (pipeline->listener != NULL && pipeline->listener->preview != NULL) {
        pipeline->listener->preview(pipeline->listener->context, preview);
    } else {
        table_free(preview);
    }
}

static bool read_table(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    const struct csv_options options = {
        .features = (const char *const *)run->params.features,
        .n_features = run->params.n_features,
        .strict = run->params.strict,
        .preview = pass_preview,
        .context = pipeline,
    };
    struct stage_record *stage = begin(pipeline, "read");
    run->table = input_load(run->params.input, run->params.input_kind, &options,
                            run->params.index ? &run->log_index : NULL, run->parallel,
                            &pipeline->own, status);
    if (run->table != NULL && run->params.index) {
        run->by_profile =
            row_index_new(run->table->row_profile, run->table->n_rows, run->table->profiles.n,
                          run->parallel, &pipeline->own, status);
    }
    bool good = run->table != NULL && (run->by_profile != NULL || !run->params.index);
    end(stage, good);
    if (good) {
        announce(pipeline, PIPELINE_TABLE, 0);
    }
    return good;
}

static bool scale(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    struct stage_record *stage = begin(pipeline, "scale");
    run->scaler = scaler_fit(run->table, run->parallel, &pipeline->own, status);
    if (run->scaler != NULL) {
        run->scaled = scaler_transform(run->scaler, run->table, run->parallel, status);
    }
    bool good = run->scaled != NULL;
    if (good && run->params.index) {
        run->features = feature_order_new(&run->table->profiles, run->parallel, status);
        good = run->features != NULL;
    }
    end(stage, good);
    if (good) {
        announce(pipeline, PIPELINE_SCALED, 0);
    }
    return good;
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
    struct stage_record *stage = begin(pipeline, name);
    bool good =
        result->detector->score(result->model, &data, &result->scores, progress, status);
    if (good && !run->params.index && result->detector->rest != NULL) {
        result->detector->rest(result->model); /* nobody will ask for explanations */
    }
    if (good) {
        result->ranking =
            ranking_new(result->scores.score, &run->table->profiles, run->parallel, status);
        good = result->ranking != NULL;
    }
    if (good && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, progress);
    }
    end(stage, good);
    result->score_seconds = stage->seconds;
    if (!good) {
        scores_clear(&result->scores);
        return false;
    }
    if (result->detector->health != NULL &&
        !result->detector->health(result->model, &data, result->health,
                                  sizeof result->health)) {
        result->health[0] = '\0';
    }
    result->ready = true;
    announce(pipeline, PIPELINE_RESULT, index);
    return true;
}

static bool detect(struct pipeline *pipeline, size_t index, struct status *status)
{
    struct run *run = pipeline->run;
    struct result *result = &run->results[index];
    const struct detector_data data = run_detector_data(run);
    char name[48];
    snprintf(name, sizeof name, "%s fit", result->name);
    struct stage_record *stage = begin(pipeline, name);
    struct status fit_status = {0};
    pipeline->fitting = result;
    result->model =
        result->detector->fit(&data, run->params.values[index], &pipeline->own, &fit_status);
    pipeline->fitting = NULL;
    end(stage, result->model != NULL && fit_status.code == STATUS_OK);
    result->fit_seconds = stage->seconds;
    if (fit_status.code != STATUS_OK) {
        *status = fit_status;
    }
    if (result->model == NULL) {
        return false;
    }
    if (result->detector->partial == NULL ||
        !result->detector->partial(result->model, result->partial, sizeof result->partial)) {
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
    struct stage_record *stage = begin(pipeline, "ensemble");
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
    end(stage, good);
    result->score_seconds = stage->seconds;
    if (!good) {
        scores_clear(&result->scores);
        return false;
    }
    describe_members(run, n, result->partial, sizeof result->partial);
    result->ready = true;
    announce(pipeline, PIPELINE_RESULT, index);
    return true;
}

/* All detectors in order. A cancel ends it; a detector that fails does not keep the others from
 * running. The first thing that went wrong is what the run reports. */
static void detect_all(struct pipeline *pipeline, struct status *status)
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

static size_t planned_stages(const struct run_params *params)
{
    size_t n = 3; /* read, scale, ensemble */
    for (size_t i = 0; detectors[i] != NULL; i++) {
        n += params->use[i] ? 2 : 0;
    }
    return n;
}

/* A run that is kept is shown instead of computed. `*done` says whether it was: a damaged one
 * in the cache is computed again, with a notice; in a directory that was named it is an error.
 */
static bool show_saved(struct pipeline *pipeline, bool *done, struct status *status)
{
    struct run *run = pipeline->run;
    struct status problem = {0};
    *done = false;
    char *path = saved_in_directory(run->params.input, &problem);
    bool named = path != NULL;
    if (problem.code != STATUS_OK) {
        *status = problem;
        return false;
    }
    if (path == NULL && run->params.cache) {
        path = saved_in_cache(&run->params);
    }
    if (path == NULL) {
        return true;
    }
    *done = snapshot_load(run, path, pipeline->listener, &pipeline->own, &problem);
    free(path);
    if (*done) {
        return true;
    }
    if (named || problem.code == STATUS_CANCELLED) {
        *status = problem;
        return false;
    }
    snprintf(run->notice, sizeof run->notice,
             "the saved run cannot be used (%.300s): run again", problem.text);
    return true;
}

/* Says before the work what it will take. False when that is too much, and the user did not say
 * to go on all the same. */
static bool look_ahead(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    if (run->params.memory_check == MEMORY_OFF) {
        return true;
    }
    run->estimate = estimate_make(&run->params, run->parallel);
    mem_give_back();
    if (!estimate_exceeds(&run->estimate)) {
        return true;
    }
    char text[sizeof run->notice];
    estimate_say(&run->estimate, &run->params, text, sizeof text);
    if (run->params.memory_check == MEMORY_REFUSE) {
        return status_set(status, STATUS_NOMEM, "%s", text);
    }
    snprintf(run->notice, sizeof run->notice, "%s", text);
    return true;
}

static void compute(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    double started = clock_now();
    run->parallel = parallel_new(run->params.threads, status);
    if (run->parallel != NULL && look_ahead(pipeline, status) && read_table(pipeline, status) &&
        scale(pipeline, status)) {
        detect_all(pipeline, status);
    }
    run->seconds = clock_now() - started;
    run->status = *status;
    struct status problem = {0};
    if (run->params.cache && !saved_keep(run, &problem)) {
        snprintf(run->notice, sizeof run->notice,
                 "the run is not kept for the next time: %.300s", problem.text);
    }
}

bool pipeline_run(struct run *run, const struct pipeline_listener *listener,
                  const struct progress *progress)
{
    struct pipeline pipeline = {.run = run, .listener = listener, .progress = progress};
    pipeline.own = (struct progress){
        .cancel = progress != NULL ? progress->cancel : NULL,
        .report = pass_report,
        .value = pass_value,
        .context = &pipeline,
    };
    pipeline.n_stages = planned_stages(&run->params);
    struct status status = {0};
    bool done;
    if (!show_saved(&pipeline, &done, &status)) {
        run->status = status;
        announce(&pipeline, PIPELINE_DONE, 0);
        return false;
    }
    if (!done) {
        compute(&pipeline, &status);
        announce(&pipeline, PIPELINE_DONE, 0);
    }
    return run->status.code == STATUS_OK;
}
