#include "run/pipeline/pipeline_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "events/input.h"
#include "run/saved/extension.h"
#include "run/saved/reference_run.h"
#include "run/saved/saved.h"
#include "run/saved/snapshot.h"

void pipeline_announce(struct pipeline *pipeline, enum pipeline_event event, size_t index)
{
    if (pipeline->listener != NULL && pipeline->listener->event != NULL) {
        pipeline->listener->event(pipeline->listener->context, pipeline->run, event, index);
    }
}

struct stage_record *pipeline_begin(struct pipeline *pipeline, const char *name)
{
    struct run *run = pipeline->run;
    struct stage_record *stage = &run->stages[run->n_stages++];
    memset(stage, 0, sizeof *stage);
    snprintf(stage->name, sizeof stage->name, "%s", name);
    pipeline_announce(pipeline, PIPELINE_STAGE, pipeline->n_stages);
    stage->seconds = clock_now();
    return stage;
}

void pipeline_end(struct stage_record *stage, bool finished)
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
    if (result != NULL && index == result->n_losses &&
        mem_grow(&result->losses, &pipeline->losses_capacity, index + 1, sizeof *result->losses,
                 "losses", NULL)) {
        result->losses[index] = value;
        result->n_losses = index + 1;
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
        .reading = &run->params.reading,
        .strict = run->params.strict,
        .preview = pass_preview,
        .context = pipeline,
    };
    struct stage_record *stage = pipeline_begin(pipeline, "read");
    const struct input_choice choice = run_params_choice(&run->params);
    run->table = input_load(run->params.input, &choice, &options, &run->log_index,
                            run->parallel, &pipeline->own, status);
    bool good = run->table != NULL;
    if (good && run->params.identity != NULL) {
        snprintf(run->table->report.hash, sizeof run->table->report.hash, "%s",
                 run->params.identity);
    }
    good = good && run_find_accounts(run, run->params.accounts, &pipeline->own, status) &&
           (run->reference == NULL || reference_run_settle(run, &pipeline->own, status)) &&
           (run->params.extend == NULL || extension_join(run, &pipeline->own, status));
    if (good && run->params.index) {
        run->by_profile =
            row_index_new(run->table->row_profile, run->table->n_rows, run->table->profiles.n,
                          run->parallel, &pipeline->own, status);
        good = run->by_profile != NULL;
    }
    pipeline_end(stage, good);
    if (good) {
        pipeline_announce(pipeline, PIPELINE_TABLE, 0);
    }
    return good;
}

/* Another run scores this one's table: what that takes. */
static bool load_reference(struct pipeline *pipeline, struct status *status)
{
    if (pipeline->run->params.reference == NULL && pipeline->run->params.extend == NULL) {
        return true;
    }
    struct stage_record *stage = pipeline_begin(pipeline, "reference");
    bool good = reference_run_load(pipeline->run, status);
    pipeline_end(stage, good);
    return good;
}

static bool scale(struct pipeline *pipeline, struct status *status)
{
    struct run *run = pipeline->run;
    struct stage_record *stage = pipeline_begin(pipeline, "scale");
    if (run->scaler == NULL) {
        run->scaler = scaler_fit(run->table, run->parallel, &pipeline->own, status);
    }
    if (run->scaler != NULL) {
        run->scaled = scaler_transform(run->scaler, run->table, run->parallel, status);
    }
    bool good = run->scaled != NULL;
    if (good && run->params.index) {
        run->features = feature_order_new(&run->table->profiles, run->parallel, status);
        good = run->features != NULL;
    }
    pipeline_end(stage, good);
    if (good) {
        pipeline_announce(pipeline, PIPELINE_SCALED, 0);
    }
    return good;
}

static size_t planned_stages(const struct run *run)
{
    bool another = run->params.reference != NULL, kept = run->params.keep_models;
    size_t n = another || run->params.extend != NULL ? 3 : 2; /* reference, read, scale */
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (run_result_wanted(run, result)) {
            n += result->kind == RESULT_DETECTOR && !another && !kept ? 2 : 1;
        }
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
    const char *other =
        run->params.reference != NULL ? run->params.reference : run->params.extend;
    if (named && other != NULL) {
        free(path);
        return status_set(
            status, STATUS_USAGE,
            "%.200s is a finished run: to %s %.200s, name the file "
            "that it was made of",
            run->params.input,
            other == run->params.reference ? "score its table by" : "add its table to", other);
    }
    if (path == NULL && run->params.cache && run->params.reference == NULL) {
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
    if (run->parallel != NULL && run_check_accounts(run, status) &&
        load_reference(pipeline, status) && look_ahead(pipeline, status) &&
        read_table(pipeline, status) && scale(pipeline, status)) {
        pipeline_detect(pipeline, status);
    }
    run->seconds = clock_now() - started;
    run->status = *status;
    struct status problem = {0};
    if (run->params.cache && run->params.reference == NULL && !saved_keep(run, &problem)) {
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
    pipeline.n_stages = planned_stages(run);
    struct status status = {0};
    bool done;
    if (!show_saved(&pipeline, &done, &status)) {
        run->status = status;
        pipeline_announce(&pipeline, PIPELINE_DONE, 0);
        return false;
    }
    if (!done) {
        compute(&pipeline, &status);
        pipeline_announce(&pipeline, PIPELINE_DONE, 0);
    }
    return run->status.code == STATUS_OK;
}
