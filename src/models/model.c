#include "models/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void model_free(struct model *model)
{
    if (model != NULL) {
        if (model->detector != NULL) {
            model->detector->free(model->fitted);
        }
        for (size_t i = 0; model->features != NULL && i < model->d; i++) {
            free(model->features[i]);
        }
        free(model->features);
        reference_free(model->reference);
        free(model);
    }
}

/* Without names and what was fitted. */
static struct model *model_new(const struct detector *detector, size_t d, struct status *status)
{
    struct model *model = mem_zero(1, sizeof *model, "a model", status);
    if (model == NULL) {
        return NULL;
    }
    model->detector = detector;
    model->d = d;
    model->features = mem_zero(d, sizeof *model->features, "a model", status);
    if (model->features == NULL) {
        model_free(model);
        return NULL;
    }
    return model;
}

struct model *model_fit(const struct detector *detector, const struct detector_data *data,
                        const double *params, const struct progress *progress,
                        struct status *status)
{
    const struct table *table = data->table;
    struct model *model = model_new(detector, table->profiles.d, status);
    bool good = model != NULL;
    for (size_t i = 0; good && i < model->d; i++) {
        const char *name = table->feature_names[i];
        model->features[i] = mem_text(name, strlen(name), status);
        good = model->features[i] != NULL;
    }
    if (good) {
        model->rows = table->n_rows;
        model->fitted = detector->fit(data, params, progress, status);
    }
    if (!good || model->fitted == NULL) {
        model_free(model);
        return NULL;
    }
    return model;
}

bool model_score_own(struct model *model, const struct detector_data *data,
                     struct scores *scores, const struct progress *progress,
                     struct status *status)
{
    if (!detector_score(model->detector, model->fitted, data, scores, progress, status)) {
        return false;
    }
    model->threshold = scores->threshold;
    model->scored = true;
    return true;
}

bool model_suits(const struct model *model, const struct table *table, struct status *status)
{
    const char *title = model->detector->title;
    if (table->profiles.d != model->d) {
        return status_set(status, STATUS_USAGE,
                          "%s: the model was fitted on %zu features, and the table has %zu: "
                          "name the same ones with --features",
                          title, model->d, table->profiles.d);
    }
    for (size_t i = 0; i < model->d; i++) {
        if (strcmp(model->features[i], table->feature_names[i]) != 0) {
            return status_set(status, STATUS_USAGE,
                              "%s: feature %zu of the model is '%.80s', and of the table "
                              "'%.80s': name the same ones with --features",
                              title, i + 1, model->features[i], table->feature_names[i]);
        }
    }
    return true;
}

bool model_score(const struct model *model, const struct detector_data *data,
                 struct scores *scores, const struct progress *progress, struct status *status)
{
    struct detector_data whole = *data;
    float *scaled = NULL;
    memset(scores, 0, sizeof *scores);
    if (!model_suits(model, data->table, status)) {
        return false;
    }
    if (data->scaled == NULL && !model->detector->lean) {
        scaled = scaler_transform(data->scaler, data->table, data->parallel, status);
        if (scaled == NULL) {
            return false;
        }
        whole.scaled = scaled;
    }
    bool good = model->detector->score(model->fitted, &whole, scores, progress, status);
    free(scaled);
    if (good) {
        scores->threshold = model->threshold;
        scores_count(scores, &data->table->profiles);
    }
    return good;
}

void model_refer(struct model *model, struct reference *take_reference)
{
    reference_free(model->reference);
    model->reference = take_reference;
}

/* ---- saved ---- */

void model_save(const struct model *model, struct archive_out *archive)
{
    archive_put_text(archive, "MDnm", model->detector->name);
    archive_put_count(archive, "MDct", model->d);
    for (size_t i = 0; i < model->d; i++) {
        archive_put_text(archive, "MDft", model->features[i]);
    }
    archive_put_count(archive, "MDrw", model->rows);
    archive_put_number(archive, "MDth", model->threshold);
    model->detector->save(model->fitted, archive);
    archive_put_count(archive, "MDrf", model->reference != NULL);
    if (model->reference != NULL) {
        reference_save(model->reference, archive);
    }
}

static const struct detector *load_detector(struct archive_in *archive, struct status *status)
{
    char *name = archive_get_text(archive, "MDnm", status);
    const struct detector *detector = name != NULL ? detector_find(name) : NULL;
    if (name != NULL && detector == NULL) {
        status_set(status, STATUS_INPUT, "there is no detector '%.40s' in this version", name);
    }
    free(name);
    return detector;
}

/* The rows that a sample names are rows of the table of the fit. */
static bool sample_makes_sense(const struct model *model)
{
    size_t n;
    if (model->detector->sample == NULL) {
        return true;
    }
    const uint32_t *rows = model->detector->sample(model->fitted, &n);
    for (size_t i = 0; rows != NULL && i < n; i++) {
        if (rows[i] >= model->rows) {
            return false;
        }
    }
    return rows != NULL || n == model->rows;
}

static bool load_rest(struct model *model, struct archive_in *archive,
                      struct parallel *parallel, struct status *status)
{
    uint64_t rows, has_reference;
    for (size_t i = 0; i < model->d; i++) {
        model->features[i] = archive_get_text(archive, "MDft", status);
        if (model->features[i] == NULL) {
            return false;
        }
    }
    if (!archive_get_count(archive, "MDrw", &rows, status) ||
        !archive_get_number(archive, "MDth", &model->threshold, status)) {
        return false;
    }
    if (rows < 1 || rows > TABLE_ROWS_MAX || !isfinite(model->threshold)) {
        return status_set(status, STATUS_INPUT, "the saved model is damaged");
    }
    model->rows = (size_t)rows;
    model->scored = true;
    model->fitted = model->detector->load(archive, model->d, parallel, status);
    if (model->fitted == NULL || !archive_get_count(archive, "MDrf", &has_reference, status)) {
        return false;
    }
    if (!sample_makes_sense(model)) {
        return status_set(status, STATUS_INPUT, "the saved model is damaged");
    }
    model->reference = has_reference != 0 ? reference_load(archive, status) : NULL;
    return has_reference == 0 || model->reference != NULL;
}

struct model *model_load(struct archive_in *archive, struct parallel *parallel,
                         struct status *status)
{
    uint64_t d;
    const struct detector *detector = load_detector(archive, status);
    if (detector == NULL || !archive_get_count(archive, "MDct", &d, status)) {
        return NULL;
    }
    if (d < 1 || d > TABLE_FEATURES_MAX) {
        status_set(status, STATUS_INPUT, "the saved model has no number of features");
        return NULL;
    }
    struct model *model = model_new(detector, (size_t)d, status);
    if (model != NULL && !load_rest(model, archive, parallel, status)) {
        model_free(model);
        return NULL;
    }
    return model;
}
