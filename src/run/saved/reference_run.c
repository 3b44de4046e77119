#include "run/saved/reference_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/mem.h"
#include "run/list.h"
#include "run/saved/reference_rows.h"
#include "run/saved/saved.h"
#include "run/saved/snapshot.h"
#include "run/saved/snapshot_params.h"
#include "table/spread.h"

struct loading {
    const char *named; /* as the user did */
    struct run *run;
    struct run_reference *reference;
    struct archive_in *archive;
    struct status *status;
};

/* ---- what was asked for ---- */

static bool same_choices(const struct run_params *a, const struct run_params *b)
{
    bool same = a->seed == b->seed && a->budget == b->budget && a->half_life == b->half_life;
    for (size_t i = 0; detectors[i] != NULL; i++) {
        same = same && a->detectors.use[i] == b->detectors.use[i];
        for (size_t j = 0; same && a->detectors.use[i] && j < detectors[i]->n_params; j++) {
            same = a->detectors.values[i][j] == b->detectors.values[i][j];
        }
    }
    return same;
}

/* The choices are the reference's; the user's must be the same, or none. */
static bool take_params(struct loading *loading)
{
    struct run_params *params = &loading->run->params, initial, saved;
    struct snapshot_unknown unknown = {{0}};
    run_params_init(&initial);
    run_params_init(&saved);
    bool good = snapshot_get_params(loading->archive, &saved, &unknown, loading->status);
    if (good && !same_choices(params, &initial) && !same_choices(params, &saved)) {
        good = status_set(loading->status, STATUS_USAGE,
                          "the reference %.200s was made with other parameters or detectors: "
                          "leave the options out",
                          loading->named);
    }
    if (good) {
        params->seed = saved.seed;
        params->budget = saved.budget;
        params->half_life = saved.half_life;
        params->own = params->own && saved.own;
        params->detectors = saved.detectors;
        if (params->kinds == NULL) {
            params->kinds = saved.kinds;
            saved.kinds = NULL;
        }
    }
    run_params_clear(&saved);
    return good;
}

/* ---- its table, but for the rows ---- */

static bool take_head(struct loading *loading)
{
    struct run_reference *reference = loading->reference;
    struct archive_in *archive = loading->archive;
    struct status *status = loading->status;
    uint64_t rows, profiles, d;
    if (!archive_get_count(archive, "rows", &rows, status) ||
        !archive_get_count(archive, "prof", &profiles, status) ||
        !archive_get_count(archive, "feat", &d, status)) {
        return false;
    }
    if (rows == 0 || rows > TABLE_ROWS_MAX || d == 0 || d > TABLE_FEATURES_MAX) {
        return snapshot_senseless(status);
    }
    reference->rows = rows;
    reference->features = mem_zero(d, sizeof *reference->features, "column names", status);
    if (reference->features == NULL) {
        return false;
    }
    for (reference->d = 0; reference->d < d; reference->d++) {
        char *name = archive_get_text(archive, "col ", status);
        if (name == NULL) {
            return false;
        }
        reference->features[reference->d] = name;
    }
    reference->name = archive_get_text(archive, "name", status);
    return reference->name != NULL &&
           snapshot_get_text(archive, "hash", reference->hash, sizeof reference->hash,
                             status) &&
           archive_skip_to(archive, "mean", status);
}

/* The study's columns are found by more names than their own: they are not named. */
static bool is_default(const struct run_reference *reference)
{
    bool same = reference->d == TABLE_DEFAULT_FEATURES;
    for (size_t i = 0; same && i < reference->d; i++) {
        same = strcmp(reference->features[i], table_default_features[i]) == 0;
    }
    return same;
}

static bool take_features(struct loading *loading)
{
    struct run_params *params = &loading->run->params;
    const struct run_reference *reference = loading->reference;
    if (params->n_features > 0 || is_default(reference)) {
        return true;
    }
    params->features =
        mem_zero(reference->d, sizeof *params->features, "features", loading->status);
    for (size_t i = 0; params->features != NULL && i < reference->d; i++) {
        const char *name = reference->features[i];
        params->features[i] = mem_text(name, strlen(name), loading->status);
        if (params->features[i] == NULL) {
            return false;
        }
        params->n_features = i + 1;
    }
    return params->features != NULL;
}

/* ---- its parts ---- */

static bool take_result(struct loading *loading, size_t i)
{
    struct archive_in *archive = loading->archive;
    struct status *status = loading->status;
    struct result *result = &loading->run->results[i];
    if (!archive_skip_past(archive, "scor", status) ||
        !archive_get_number(archive, "thrs", &loading->reference->threshold[i], status)) {
        return false;
    }
    if (result->detector == NULL || !loading->run->params.detectors.use[i]) {
        return true;
    }
    if (result->model != NULL || !archive_skip_to(archive, "MDnm", status)) {
        return result->model == NULL ? false : snapshot_senseless(status);
    }
    result->model = model_load(archive, loading->run->parallel, status);
    return result->model != NULL && ((result->model->detector == result->detector &&
                                      result->model->d == loading->reference->d &&
                                      result->model->rows <= loading->reference->rows) ||
                                     snapshot_senseless(status));
}

static bool take_scale(struct loading *loading, size_t i)
{
    struct result *result = &loading->run->results[i];
    reference_free(result->reference);
    result->reference = reference_load(loading->archive, loading->status);
    return result->reference != NULL;
}

static bool take_past(struct loading *loading)
{
    struct run_reference *reference = loading->reference;
    past_free(reference->past);
    reference->past = past_load(loading->archive, reference->d, loading->status);
    return reference->past != NULL;
}

static bool take_part(struct loading *loading)
{
    struct archive_in *archive = loading->archive;
    struct status *status = loading->status;
    char what[32], name[64];
    if (!snapshot_get_text(archive, "part", what, sizeof what, status) ||
        !snapshot_get_text(archive, "name", name, sizeof name, status)) {
        return false;
    }
    const struct result *found = run_result_find(loading->run, name);
    size_t i = found != NULL ? (size_t)(found - loading->run->results) : SIZE_MAX;
    bool good = true;
    if (strcmp(what, "reference") == 0) {
        good = status_set(status, STATUS_USAGE,
                          "%.200s was scored by a reference itself: name that one (%.200s)",
                          loading->reference->path, name);
    } else if (strcmp(what, "result") == 0 && found != NULL) {
        good = take_result(loading, i);
    } else if (strcmp(what, "scale") == 0 && found != NULL) {
        good = take_scale(loading, i);
    } else if (strcmp(what, "own pasts") == 0 && found != NULL && loading->run->params.own) {
        good = take_past(loading);
    } else if (strcmp(what, "spread") == 0 && loading->reference->spread == NULL) {
        loading->reference->spread = spread_load(archive, loading->reference->d, status);
        good = loading->reference->spread != NULL;
    }
    return good && archive_skip_past(archive, "pend", status);
}

static bool take_scaler(struct loading *loading)
{
    size_t d = loading->reference->d;
    struct scaler *scaler = scaler_new(d, loading->status);
    loading->run->scaler = scaler;
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
            return snapshot_senseless(loading->status);
        }
    }
    return true;
}

/* Every detector in use must be there, and say what its scores are worth. */
static bool is_whole(const struct loading *loading)
{
    const struct run *run = loading->run;
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        bool there = !isnan(loading->reference->threshold[i]);
        if ((result->model != NULL || there) && result->reference == NULL) {
            return status_set(loading->status, STATUS_INPUT,
                              "%.200s does not say how its rows are spread: run its file again",
                              loading->reference->path);
        }
        if (result->detector != NULL && run->params.detectors.use[i] && result->model == NULL) {
            return status_set(loading->status, STATUS_INPUT,
                              "%.200s has no %s: it was cancelled, run its file again",
                              loading->reference->path, result->title);
        }
    }
    return true;
}

static bool take_all(struct loading *loading)
{
    char made[32];
    if (!snapshot_get_text(loading->archive, "made", made, sizeof made, loading->status) ||
        !take_params(loading) || !take_head(loading) || !take_features(loading) ||
        !take_scaler(loading)) {
        return false;
    }
    while (!archive_next_is(loading->archive, "last")) {
        if (!take_part(loading)) {
            return false;
        }
    }
    if (loading->reference->past != NULL) {
        loading->reference->end = past_end(loading->reference->past);
    }
    return archive_unchanged(loading->archive, loading->status) && is_whole(loading);
}

static int64_t time_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_mtime : 0;
}

bool reference_run_load(struct run *run, struct status *status)
{
    const bool scores = run->params.reference != NULL;
    const char *directory = scores ? run->params.reference : run->params.extend;
    const char *option = scores ? "reference" : "extend";
    struct status problem = {0};
    char *path = saved_run_named(directory, &problem);
    if (path == NULL) {
        return status_set(
            status, problem.code != STATUS_OK ? problem.code : STATUS_INPUT,
            problem.code != STATUS_OK
                ? "--%s: %.400s"
                : "--%s: %.200s is no directory or file of a finished run; make one "
                  "with: oddhours run FILE -o DIR",
            option, problem.code != STATUS_OK ? problem.text : directory);
    }
    struct run_reference *reference = mem_zero(1, sizeof *reference, "a reference", status);
    struct loading loading = {
        .named = directory, .run = run, .reference = reference, .status = status};
    run->reference = reference;
    bool good = reference != NULL;
    if (good) {
        for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
            reference->threshold[i] = NAN;
        }
        reference->end = NAN;
        reference->made = time_of(path);
        reference->path = mem_text(directory, strlen(directory), status);
        loading.archive = reference->path != NULL ? snapshot_open(path, status) : NULL;
        good = loading.archive != NULL && take_all(&loading);
        archive_close(loading.archive);
    }
    free(path);
    return good;
}

/* ---- the table that it scores ---- */

static bool check_features(const struct run *run, struct status *status)
{
    const struct run_reference *reference = run->reference;
    const struct table *table = run->table;
    for (size_t i = 0; i < reference->d || i < table->profiles.d; i++) {
        const char *was = i < reference->d ? reference->features[i] : "none";
        const char *is = i < table->profiles.d ? table->feature_names[i] : "none";
        if (strcmp(was, is) != 0) {
            return status_set(status, STATUS_USAGE,
                              "the reference %.200s was made of %zu features, and this table "
                              "has %zu: feature %zu is '%.80s' there and '%.80s' here",
                              reference->path, reference->d, table->profiles.d, i + 1, was, is);
        }
    }
    return true;
}

bool reference_run_compare(struct run *run, struct status *status)
{
    struct run_reference *reference = run->reference;
    if (reference->spread == NULL) {
        return true;
    }
    reference->shifts = mem_new(run->table->profiles.d, sizeof *reference->shifts,
                                "how features have moved", status);
    if (reference->shifts == NULL) {
        return false;
    }
    spread_compare(reference->spread, &run->table->profiles, reference->shifts);
    return true;
}

/* What is new for an account cannot be said by one log alone: that all is new in its first
 * hours would be an alarm every day. So it is missing, as it is from a table that does not have
 * it. */
static bool settle_novelty(struct run *run, struct status *status)
{
    struct table *table = run->table;
    const size_t d = table->profiles.d;
    size_t n;
    const size_t *features = past_features(run->reference->past, &n);
    bool wanted = n > 0 && features[n - 1] >= d; /* such columns are the last */
    for (size_t i = 0; run->log_index != NULL && i < table->n_columns; i++) {
        for (size_t row = 0; row < table->n_rows; row++) {
            table->columns[i].value[row] = NAN;
        }
    }
    for (size_t i = 0; wanted && table->n_columns == i && i < TABLE_BESIDE; i++) {
        float *value = mem_new(table->n_rows, sizeof *value, "what is new", status);
        for (size_t row = 0; value != NULL && row < table->n_rows; row++) {
            value[row] = NAN;
        }
        if (value == NULL || !table_add_column(table, table_beside[i], value, status)) {
            return false;
        }
    }
    return true;
}

bool reference_run_settle(struct run *run, const struct progress *progress,
                          struct status *status)
{
    struct run_reference *reference = run->reference;
    const struct table *table = run->table;
    if (!check_features(run, status) || !reference_run_compare(run, status)) {
        return false;
    }
    if (reference->past == NULL || table->users == NULL || table->times == NULL) {
        return true;
    }
    if (!settle_novelty(run, status)) {
        return false;
    }
    for (size_t user = 0; user < dict_count(table->users); user++) {
        struct past_known known =
            past_find(reference->past, dict_get(table->users, (uint32_t)user));
        reference->new_accounts += !known.known;
        if (known.known && run->params.accounts == NULL) {
            run->accounts->kind[user] = (uint8_t)known.kind;
        }
    }
    size_t late = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        int64_t instant = table_instant(table, table->row_time[row]);
        late += instant != TABLE_NO_TIME && (double)instant <= reference->end;
    }
    if (late > 0 && !reference_rows_find(run, progress, status)) {
        return false;
    }
    reference->late_rows = late - reference->same_rows;
    return true;
}
