#include "run/saved/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/clock.h"
#include "base/mem.h"
#include "run/saved/snapshot_table.h"

/* Raised whenever what is written, or what a detector computes, changes. */
enum { SNAPSHOT_VERSION = 4 };

/* ---- saving ---- */

static void put_params(struct archive_out *archive, const struct run_params *params)
{
    archive_put_count(archive, "seed", params->seed);
    archive_put_number(archive, "bdgt", params->budget);
    archive_put_count(archive, "strc", params->strict);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        archive_put_text(archive, "dtct", detectors[i]->name);
        archive_put_count(archive, "use ", params->use[i]);
        archive_put(archive, "parm", params->values[i], sizeof(double), detectors[i]->n_params);
    }
}

static void put_result(struct archive_out *archive, const struct result *result)
{
    archive_put_text(archive, "rslt", result->name);
    archive_put_count(archive, "redy", result->ready);
    if (!result->ready) {
        return;
    }
    const double numbers[] = {result->scores.threshold, result->fit_seconds,
                              result->score_seconds};
    archive_put(archive, "scor", result->scores.score, sizeof(double), result->scores.n);
    archive_put(archive, "nums", numbers, sizeof *numbers, 3);
    archive_put_text(archive, "part", result->partial);
    archive_put_text(archive, "hlth", result->health);
    archive_put(archive, "loss", result->losses, sizeof(double), result->n_losses);
    if (result->detector != NULL) {
        model_save(result->model, archive);
    }
}

bool snapshot_save(const struct run *run, const char *path, struct status *status)
{
    struct archive_out *archive = archive_create(path, SNAPSHOT_VERSION, status);
    if (archive == NULL) {
        return false;
    }
    put_params(archive, &run->params);
    snapshot_put_table(archive, run->table);
    size_t d = run->scaler->d;
    archive_put(archive, "mean", run->scaler->mean, sizeof(double), d);
    archive_put(archive, "var ", run->scaler->var, sizeof(double), d);
    archive_put(archive, "scal", run->scaler->scale, sizeof(double), d);
    for (size_t i = 0; i <= detector_count(); i++) {
        put_result(archive, &run->results[i]);
    }
    archive_put(archive, "stge", run->stages, sizeof *run->stages, run->n_stages);
    archive_put_number(archive, "time", run->seconds);
    archive_put_count(archive, "code", (uint64_t)run->status.code);
    archive_put_text(archive, "said", run->status.code == STATUS_OK ? "" : run->status.text);
    return archive_commit(archive, status);
}

/* ---- loading ---- */

struct loading {
    struct run *run;
    struct archive_in *archive;
    const struct pipeline_listener *listener;
    const struct progress *progress;
    struct status *status;
};

static bool senseless(struct loading *loading)
{
    return status_set(loading->status, STATUS_INPUT, "the saved run does not make sense");
}

static void announce(struct loading *loading, enum pipeline_event event, size_t index)
{
    if (loading->listener != NULL && loading->listener->event != NULL) {
        loading->listener->event(loading->listener->context, loading->run, event, index);
    }
}

static bool get_text(struct loading *loading, const char tag[static 5], char *text, size_t size)
{
    char *copy = archive_get_text(loading->archive, tag, loading->status);
    if (copy != NULL) {
        snprintf(text, size, "%s", copy);
    }
    free(copy);
    return copy != NULL;
}

static bool get_flag(struct loading *loading, const char tag[static 5], bool *flag)
{
    uint64_t value;
    if (!archive_get_count(loading->archive, tag, &value, loading->status)) {
        return false;
    }
    *flag = value != 0;
    return true;
}

/* What the user asked for must be what was saved, unless nothing was asked for. */
static bool check_asked(struct loading *loading, uint64_t asked)
{
    struct run_params initial;
    run_params_init(&initial);
    return asked == run_params_hash(&initial) ||
           asked == run_params_hash(&loading->run->params) ||
           status_set(loading->status, STATUS_USAGE,
                      "the saved run was made with other parameters or detectors: leave the "
                      "options out, or run the file itself again");
}

static bool get_params(struct loading *loading)
{
    struct run_params *params = &loading->run->params;
    uint64_t seed, asked = run_params_hash(params);
    if (!archive_get_count(loading->archive, "seed", &seed, loading->status) ||
        !archive_get_number(loading->archive, "bdgt", &params->budget, loading->status) ||
        !get_flag(loading, "strc", &params->strict)) {
        return false;
    }
    for (size_t i = 0; detectors[i] != NULL; i++) {
        char name[32];
        if (!get_text(loading, "dtct", name, sizeof name) ||
            !get_flag(loading, "use ", &params->use[i]) ||
            !archive_get_into(loading->archive, "parm", params->values[i], sizeof(double),
                              detectors[i]->n_params, loading->status)) {
            return false;
        }
        if (strcmp(name, detectors[i]->name) != 0) {
            return senseless(loading);
        }
    }
    params->seed = (uint32_t)seed;
    if (seed > UINT32_MAX || !run_params_valid(params)) {
        return senseless(loading);
    }
    return check_asked(loading, asked);
}

static bool get_scaler(struct loading *loading)
{
    struct run *run = loading->run;
    size_t d = run->table->profiles.d;
    struct scaler *scaler = scaler_new(d, loading->status);
    run->scaler = scaler;
    if (scaler == NULL ||
        !archive_get_into(loading->archive, "mean", scaler->mean, sizeof(double), d,
                          loading->status) ||
        !archive_get_into(loading->archive, "var ", scaler->var, sizeof(double), d,
                          loading->status) ||
        !archive_get_into(loading->archive, "scal", scaler->scale, sizeof(double), d,
                          loading->status)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        if (!isfinite(scaler->mean[i]) || !(scaler->scale[i] > 0)) {
            return senseless(loading);
        }
    }
    run->scaled = scaler_transform(scaler, run->table, run->parallel, loading->status);
    if (run->scaled != NULL && run->params.index) {
        run->features =
            feature_order_new(&run->table->profiles, run->parallel, loading->status);
    }
    return run->scaled != NULL && (run->features != NULL || !run->params.index);
}

static bool get_losses(struct loading *loading, struct result *result)
{
    size_t n;
    double *losses =
        archive_get_copy(loading->archive, "loss", sizeof *losses, &n, loading->status);
    result->losses = losses;
    result->n_losses = losses != NULL ? n : 0;
    return losses != NULL;
}

static bool get_scores(struct loading *loading, struct result *result)
{
    const struct profiles *profiles = &loading->run->table->profiles;
    double numbers[3];
    if (!scores_new(&result->scores, profiles->n, loading->status) ||
        !archive_get_into(loading->archive, "scor", result->scores.score, sizeof(double),
                          profiles->n, loading->status) ||
        !archive_get_into(loading->archive, "nums", numbers, sizeof *numbers, 3,
                          loading->status)) {
        return false;
    }
    result->scores.threshold = numbers[0];
    result->fit_seconds = numbers[1];
    result->score_seconds = numbers[2];
    scores_count(&result->scores, profiles);
    return true;
}

static bool get_result(struct loading *loading, size_t index)
{
    struct run *run = loading->run;
    struct result *result = &run->results[index];
    char name[32];
    bool ready;
    if (!get_text(loading, "rslt", name, sizeof name) || !get_flag(loading, "redy", &ready)) {
        return false;
    }
    if (strcmp(name, result->name) != 0) {
        return senseless(loading);
    }
    if (!ready) {
        return true;
    }
    if (!get_scores(loading, result) ||
        !get_text(loading, "part", result->partial, sizeof result->partial) ||
        !get_text(loading, "hlth", result->health, sizeof result->health) ||
        !get_losses(loading, result)) {
        return false;
    }
    if (result->detector != NULL) {
        result->model = model_load(loading->archive, run->parallel, loading->status);
        if (result->model == NULL || !model_suits(result->model, run->table, loading->status)) {
            return false;
        }
        if (result->model->detector != result->detector ||
            result->model->rows != run->table->n_rows) {
            return senseless(loading);
        }
    }
    result->ranking = ranking_new(result->scores.score, &run->table->profiles, run->parallel,
                                  loading->status);
    if (result->ranking != NULL && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, NULL);
    }
    result->ready = result->ranking != NULL;
    return result->ready;
}

static bool get_stages(struct loading *loading)
{
    struct run *run = loading->run;
    size_t n;
    uint64_t code;
    const struct stage_record *stages =
        archive_get(loading->archive, "stge", sizeof *stages, &n, loading->status);
    if (stages == NULL) {
        return false;
    }
    if (n > RUN_STAGES_MAX) {
        return senseless(loading);
    }
    memcpy(run->stages, stages, n * sizeof *stages);
    for (size_t i = 0; i < n; i++) {
        unsigned char flag; /* a bool that is neither 0 nor 1 must not be looked at as one */
        memcpy(&flag, &run->stages[i].finished, sizeof flag);
        if (flag > 1) {
            return senseless(loading);
        }
        run->stages[i].name[sizeof run->stages[i].name - 1] = '\0';
    }
    run->n_stages = n;
    if (!archive_get_number(loading->archive, "time", &run->seconds, loading->status) ||
        !archive_get_count(loading->archive, "code", &code, loading->status) ||
        !get_text(loading, "said", run->status.text, sizeof run->status.text)) {
        return false;
    }
    run->status.code = code <= STATUS_USAGE ? (enum status_code)code : STATUS_INPUT;
    return true;
}

static bool get_all(struct loading *loading)
{
    struct run *run = loading->run;
    run->parallel = parallel_new(run->params.threads, loading->status);
    if (run->parallel == NULL || !get_params(loading)) {
        return false;
    }
    run->table = snapshot_get_table(loading->archive, run->parallel, loading->status);
    if (run->table == NULL) {
        return false;
    }
    if (run->params.index) {
        run->by_profile =
            row_index_new(run->table->row_profile, run->table->n_rows, run->table->profiles.n,
                          run->parallel, loading->progress, loading->status);
        if (run->by_profile == NULL) {
            return false;
        }
    }
    if (!get_scaler(loading)) {
        return false;
    }
    for (size_t i = 0; i <= detector_count(); i++) {
        if (!get_result(loading, i)) {
            return false;
        }
    }
    return get_stages(loading);
}

bool snapshot_load(struct run *run, const char *path, const struct pipeline_listener *listener,
                   const struct progress *progress, struct status *status)
{
    struct loading loading = {
        .run = run, .listener = listener, .progress = progress, .status = status};
    loading.archive = archive_open(path, SNAPSHOT_VERSION, status);
    bool good = loading.archive != NULL && get_all(&loading);
    archive_close(loading.archive);
    if (!good) {
        run_empty(run);
        return false;
    }
    run->saved = true;
    announce(&loading, PIPELINE_TABLE, 0);
    announce(&loading, PIPELINE_SCALED, 0);
    for (size_t i = 0; i <= detector_count(); i++) {
        if (run->results[i].ready) {
            announce(&loading, PIPELINE_RESULT, i);
        }
    }
    announce(&loading, PIPELINE_DONE, 0);
    return true;
}
