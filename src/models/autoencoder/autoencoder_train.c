#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/autoencoder/autoencoder_feed.h"
#include "models/autoencoder/autoencoder_model.h"

struct training {
    struct autoencoder *model;
    const struct detector_data *data;
    const struct progress *progress;
    struct feed *feed;
    float *slices;   /* (slices of a batch, shape.padded) gradients */
    double *squares; /* (slices of a batch) sums of squared errors */
    float *scratch;  /* (workers, floats) */
    size_t floats;

    struct feed_batch batch; /* now trained on */
    float factor;
};

float *autoencoder_scratch(const struct autoencoder *model, struct parallel *parallel,
                           size_t *floats, struct status *status)
{
    *floats = model->path->scratch(&model->net.shape);
    size_t workers = parallel_threads(parallel);
    return mem_aligned(workers * *floats, sizeof(float), "activations", status);
}

/* Task 0 prepares the next batch; task i + 1 is slice i of this one. */
static void train_task(void *context, size_t task, unsigned worker)
{
    struct training *t = context;
    const struct autoencoder *model = t->model;
    if (progress_cancelled(t->progress)) {
        return; /* nothing of this epoch will be used */
    }
    if (task == 0) {
        feed_prepare(t->feed);
        return;
    }
    size_t slice = task - 1, from = slice * model->path->slice, n = t->batch.n - from;
    struct net_rows rows = {.scaled = t->data->scaled,
                            .n_scaled = t->data->table->profiles.n,
                            .ids = t->batch.ids + from,
                            .copies = t->batch.copies != NULL ? t->batch.copies + from : NULL,
                            .n = n < model->path->slice ? n : model->path->slice};
    const struct net_shape *shape = &model->net.shape;
    t->squares[slice] = model->path->gradient(shape, model->net.param, &rows, t->factor,
                                              t->scratch + worker * t->floats,
                                              t->slices + slice * shape->padded);
}

/* One step of Adam on the batch. Returns the loss before it, as torch's float. */
static float train_batch(struct training *t)
{
    const struct net_path *path = t->model->path;
    double cells = (double)t->batch.rows * (double)t->model->net.shape.width[0];
    size_t n_slices = (t->batch.n + path->slice - 1) / path->slice;
    t->factor = (float)(2.0 / cells);
    /* handing a small batch to another thread takes longer than computing it */
    struct parallel *parallel = t->batch.n > 256 ? t->data->parallel : NULL;
    parallel_run(parallel, n_slices + 1, train_task, t);
    if (progress_cancelled(t->progress)) {
        return 0;
    }
    path->step(&t->model->net, t->slices, n_slices);
    double squares = 0;
    for (size_t i = 0; i < n_slices; i++) {
        squares += t->squares[i];
    }
    return (float)(squares / cells);
}

/* False when cancelled. `done` counts batches over all epochs. */
static bool train_epoch(struct training *t, uint32_t seed, uint64_t *done, uint64_t total,
                        double *loss)
{
    enum { ROWS_PER_TICK = 1 << 16, BATCHES_PER_TICK = 1 << 10 };
    size_t every = ROWS_PER_TICK / t->model->batch;
    every = every < 1 ? 1 : every < BATCHES_PER_TICK ? every : BATCHES_PER_TICK;
    double sum = 0;
    feed_start(t->feed, seed, t->data->parallel);
    while ((t->batch = feed_take(t->feed)).rows > 0) {
        sum += (double)train_batch(t) * (double)t->batch.rows;
        if (progress_cancelled(t->progress)) {
            return false;
        }
        if (++*done % every == 0) {
            progress_tick(t->progress, *done, total);
        }
    }
    *loss = sum / (double)t->data->table->n_rows;
    return true;
}

static bool prepare(struct training *t, struct status *status)
{
    struct autoencoder *model = t->model;
    size_t padded = model->net.shape.padded, n_rows = t->data->table->n_rows;
    size_t batch = model->batch < n_rows ? model->batch : n_rows;
    size_t most = (batch + model->path->slice - 1) / model->path->slice;
    t->feed = feed_new(t->data->table, batch, status);
    t->squares = mem_new(most, sizeof *t->squares, "gradients", status);
    t->slices = mem_aligned(most * padded, sizeof *t->slices, "gradients", status);
    t->scratch = autoencoder_scratch(model, t->data->parallel, &t->floats, status);
    model->losses = mem_new(model->epochs, sizeof *model->losses, "losses", status);
    if (t->feed == NULL || t->squares == NULL || t->slices == NULL || t->scratch == NULL ||
        model->losses == NULL) {
        return false;
    }
    memset(t->slices, 0, most * padded * sizeof *t->slices);
    return true;
}

/* Epochs until all are done or the work is cancelled; `kept` is for the last finished weights.
 */
static bool run_epochs(struct training *t, struct rng *rng, float *kept)
{
    struct autoencoder *model = t->model;
    size_t n_rows = t->data->table->n_rows, bytes = model->net.shape.padded * sizeof *kept;
    uint64_t total = model->epochs * (uint64_t)((n_rows + model->batch - 1) / model->batch);
    uint64_t done = 0;
    progress_tick(t->progress, 0, total);
    while (model->finished < model->epochs) {
        memcpy(kept, model->net.param, bytes);
        double loss;
        if (!train_epoch(t, rng_torch_epoch_seed(rng), &done, total, &loss)) {
            memcpy(model->net.param, kept, bytes);
            return false;
        }
        model->losses[model->finished] = loss;
        progress_value(t->progress, model->finished++, loss);
    }
    progress_tick(t->progress, total, total);
    return true;
}

bool autoencoder_train(struct autoencoder *model, const struct detector_data *data,
                       struct rng *rng, const struct progress *progress, struct status *status)
{
    struct training t = {.model = model, .data = data, .progress = progress};
    float *kept = mem_new(model->net.shape.padded, sizeof *kept, "a network", status);
    bool done = prepare(&t, status) && kept != NULL;
    if (done && !run_epochs(&t, rng, kept)) {
        done = status_cancelled(status);
    }
    feed_free(t.feed);
    free(t.squares);
    free(t.slices);
    free(t.scratch);
    free(kept);
    return done;
}
