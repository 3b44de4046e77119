#include "models/autoencoder/autoencoder_saved.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/autoencoder/autoencoder.h"
#include "models/autoencoder/autoencoder_model.h"

enum { MOST_EPOCHS = 1000 };

/* Counts that a file holds, in the order put. */
struct counts {
    uint64_t d, epochs, finished, batch, seed, steps;
};

void autoencoder_save(const void *memory, struct archive_out *archive)
{
    const struct autoencoder *model = memory;
    const struct net_shape *shape = &model->net.shape;
    struct counts counts = {shape->width[0], model->epochs, model->finished,
                            model->batch,    model->seed,   model->net.steps};
    archive_put(archive, "AEct", &counts, sizeof(uint64_t), sizeof counts / sizeof(uint64_t));
    archive_put_number(archive, "AElr", model->net.rate);
    archive_put_text(archive, "AEpa", model->path->name);
    archive_put(archive, "AEwt", model->net.param, sizeof *model->net.param, shape->n);
    archive_put(archive, "AEls", model->losses, sizeof *model->losses, model->finished);
    archive_put(archive, "AEsp", model->spread, sizeof *model->spread,
                shape->width[0] * (SPREAD_BINS + 1));
}

static bool make_sense(const struct counts *counts, double rate, size_t d)
{
    return counts->d == d && counts->epochs <= MOST_EPOCHS && counts->finished >= 1 &&
           counts->finished <= counts->epochs && counts->batch >= 1 &&
           counts->batch <= UINT32_MAX && counts->seed <= UINT32_MAX && rate > 0 && rate <= 1;
}

/* Counts of rows never fall; a file where they do would give shares that are none. */
static bool rises(const uint32_t *spread, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        const uint32_t *below = spread + j * (SPREAD_BINS + 1);
        for (size_t bin = 0; bin < SPREAD_BINS; bin++) {
            if (below[bin] > below[bin + 1]) {
                return false;
            }
        }
    }
    return true;
}

/* The weights of a network with nothing else in it. */
static bool load_net(struct autoencoder *model, size_t d, double rate, uint64_t steps,
                     struct archive_in *archive, struct status *status)
{
    struct rng rng;
    rng_seed(&rng, 0);
    if (!net_init(&model->net, d, rate, &rng, status)) {
        return false;
    }
    model->net.steps = steps;
    return archive_get_into(archive, "AEwt", model->net.param, sizeof *model->net.param,
                            model->net.shape.n, status);
}

static bool load_path(struct autoencoder *model, size_t d, struct archive_in *archive,
                      struct status *status)
{
    char *name = archive_get_text(archive, "AEpa", status);
    if (name == NULL) {
        return false;
    }
    struct net_shape shape = net_shape(d);
    const struct net_path *fused = net_path_fused(&shape);
    model->path = fused != NULL && strcmp(name, fused->name) == 0 ? fused : net_path_blas();
    free(name);
    return true;
}

static bool load_rest(struct autoencoder *model, size_t d, struct archive_in *archive,
                      struct status *status)
{
    size_t n_losses = 0, n_spread = 0;
    model->losses = archive_get_copy(archive, "AEls", sizeof *model->losses, &n_losses, status);
    if (model->losses == NULL) {
        return false;
    }
    model->spread = archive_get_copy(archive, "AEsp", sizeof *model->spread, &n_spread, status);
    if (model->spread == NULL) {
        return false;
    }
    if (n_losses != model->finished || n_spread != d * (SPREAD_BINS + 1) ||
        !rises(model->spread, d)) {
        return status_set(status, STATUS_INPUT, "the saved autoencoder is damaged");
    }
    return true;
}

void *autoencoder_load(struct archive_in *archive, size_t d, struct parallel *parallel,
                       struct status *status)
{
    (void)parallel;
    struct counts counts;
    double rate;
    if (!archive_get_into(archive, "AEct", &counts, sizeof(uint64_t),
                          sizeof counts / sizeof(uint64_t), status) ||
        !archive_get_number(archive, "AElr", &rate, status)) {
        return NULL;
    }
    if (!make_sense(&counts, rate, d)) {
        status_set(status, STATUS_INPUT, "the saved autoencoder is damaged");
        return NULL;
    }
    struct autoencoder *model = mem_zero(1, sizeof *model, "an autoencoder", status);
    if (model == NULL) {
        return NULL;
    }
    model->epochs = (size_t)counts.epochs;
    model->finished = (size_t)counts.finished;
    model->batch = (size_t)counts.batch;
    model->seed = (uint32_t)counts.seed;
    if (!load_path(model, d, archive, status) ||
        !load_net(model, d, rate, counts.steps, archive, status) ||
        !load_rest(model, d, archive, status)) {
        autoencoder_detector.free(model);
        return NULL;
    }
    return model;
}
