#include "models/autoencoder/autoencoder.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/autoencoder/autoencoder_explain.h"
#include "models/autoencoder/autoencoder_model.h"
#include "models/autoencoder/autoencoder_remarks.h"
#include "models/autoencoder/autoencoder_saved.h"

enum { EPOCHS, BATCH, LEARNING_RATE };

static const struct param_spec params[] = {
    [EPOCHS] = {.option = "epochs",
                .kind = PARAM_COUNT,
                .initial = 5,
                .least = 1,
                .most = 1000,
                .help = "passes of the autoencoder over all rows"},
    [BATCH] = {.option = "batch",
               .kind = PARAM_COUNT,
               .initial = 4096,
               .least = 1,
               .most = 1e6,
               .help = "rows between two steps of the autoencoder's training"},
    [LEARNING_RATE] = {.option = "learning-rate",
                       .kind = PARAM_REAL,
                       .initial = 1e-3,
                       .least = 0,
                       .open_least = true,
                       .most = 1,
                       .help = "Adam's step size in the autoencoder's training"},
};

static void model_free(void *memory)
{
    struct autoencoder *model = memory;
    if (model != NULL) {
        net_clear(&model->net);
        free(model->losses);
        free(model->spread);
        free(model);
    }
}

static void *fit(const struct detector_data *data, const double *values,
                 const struct progress *progress, struct status *status)
{
    if (data->table->n_rows == 0) {
        status_set(status, STATUS_INPUT, "the autoencoder has no rows to learn from");
        return NULL;
    }
    struct autoencoder *model = mem_zero(1, sizeof *model, "an autoencoder", status);
    if (model == NULL) {
        return NULL;
    }
    struct rng rng;
    rng_seed(&rng, data->seed);
    model->seed = data->seed;
    model->epochs = (size_t)values[EPOCHS];
    model->batch = (size_t)values[BATCH];
    struct status trained = {.code = STATUS_OK};
    bool done =
        net_init(&model->net, data->table->profiles.d, values[LEARNING_RATE], &rng, &trained);
    if (done) {
        model->path = net_path_choose(&model->net.shape);
        done = autoencoder_train(model, data, &rng, progress, &trained);
    }
    if (!done) {
        status_set(status, trained.code, "%s", trained.text);
    }
    bool usable = done || (trained.code == STATUS_CANCELLED && model->finished > 0);
    if (!usable || !autoencoder_measure(model, data, status)) {
        model_free(model);
        return NULL;
    }
    return model;
}

static bool score(const void *memory, const struct detector_data *data, struct scores *scores,
                  const struct progress *progress, struct status *status)
{
    const struct profiles *profiles = &data->table->profiles;
    if (!scores_new(scores, profiles->n, status)) {
        return false;
    }
    if (!autoencoder_errors(memory, data->scaled, profiles->n, data->parallel, scores->score,
                            progress, status)) {
        scores_clear(scores);
        return false;
    }
    return true;
}

/* ---- what it says about itself ---- */

static bool partial(const void *memory, char *text, size_t size)
{
    const struct autoencoder *model = memory;
    if (model->finished == model->epochs) {
        return false;
    }
    snprintf(text, size, "%zu of %zu epochs (cancelled)", model->finished, model->epochs);
    return true;
}

static void info(const void *memory, const struct detector_data *data,
                 struct key_values *values)
{
    const struct autoencoder *model = memory;
    (void)data;
    key_values_text(values, "model", "Autoencoder");
    key_values_number(values, "params.epochs", (double)model->epochs);
    key_values_number(values, "params.batch_size", (double)model->batch);
    key_values_number(values, "params.latent_dim", (double)model->net.shape.width[2]);
    key_values_text(values, "params.optimizer", "Adam");
    key_values_text(values, "params.loss", "MSE");
    key_values_number(values, "params.learning_rate", model->net.rate);
    key_values_number(values, "seed", model->seed);
    key_values_number(values, "epochs_finished", (double)model->finished);
    key_values_numbers(values, "losses", model->losses, model->finished);
    key_values_number(values, "steps", (double)model->net.steps);
    key_values_number(values, "parameters", (double)model->net.shape.n);
    key_values_text(values, "path", model->path->name);
    key_values_text(values, "kernel", model->path->kernel);
    key_values_text(values, "openblas.core", openblas_get_corename());
    key_values_text(values, "openblas.config", openblas_get_config());
}

static bool health(const void *memory, const struct detector_data *data, char *text,
                   size_t size)
{
    const struct autoencoder *model = memory;
    (void)data;
    double first = model->losses[0], last = model->losses[model->finished - 1];
    if (last <= first) { /* false for NaN */
        return false;
    }
    snprintf(
        text, size,
        "The training did not settle: the loss went from %.3g in the first epoch to %.3g in "
        "the last; a smaller --learning-rate may help",
        first, last);
    return true;
}

const double *autoencoder_losses(const void *memory, size_t *n)
{
    const struct autoencoder *model = memory;
    *n = model->finished;
    return model->losses;
}

static bool shapley(const void *model, const struct detector_data *data, size_t profile,
                    double *phi, struct status *status)
{
    double base;
    return autoencoder_shapley(model, data, profile, phi, &base, status);
}

/* While it trains: the order of the rows, and where a batch has each profile. */
static void memory_of(const double *values, const struct sample *sample,
                      struct detector_memory *memory)
{
    (void)values;
    memory->fit = 4 * sample->rows + 4 * sample_distinct(&sample->profiles, sample->rows);
}

const struct detector autoencoder_detector = {
    .name = "autoencoder",
    .title = "Autoencoder",
    .brief = "AE",
    .unit = "mean squared error",
    .steps = "batches",
    .info_file = "run_ae_info.json",
    .scores_file = "autoencoders",
    .score_column = "ae_score",
    .score_single = true,
    .n_params = sizeof params / sizeof *params,
    .params = params,
    .fit = fit,
    .score = score,
    .memory = memory_of,
    .free = model_free,
    .partial = partial,
    .info = info,
    .explain = autoencoder_explain,
    .credit_unit = "share of squared error",
    .credit_of = "error",
    .shapley = shapley,
    .shapley_unit = "mean squared error beyond that of a row of means",
    .remarks = autoencoder_remarks,
    .expected = autoencoder_reconstruct,
    .save = autoencoder_save,
    .load = autoencoder_load,
    .health = health,
};
