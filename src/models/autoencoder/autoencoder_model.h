/* autoencoder_model: a fitted autoencoder, and the training that makes one. */
#ifndef ODDHOURS_MODELS_AUTOENCODER_MODEL_H
#define ODDHOURS_MODELS_AUTOENCODER_MODEL_H

#include "models/autoencoder/autoencoder_net.h"
#include "models/autoencoder/autoencoder_path.h"
#include "models/detector.h"

/* Bins of squared errors, by the leading bits of a float that is not negative: 64 exponents
 * from 2^-38 on, what is below or above goes into the outermost, and 9 bits of the fraction, so
 * a bin is at most 0.2 % wide. */
enum { SPREAD_SHIFT = 14, SPREAD_FIRST = (127 - 38) << 9, SPREAD_BINS = 64 << 9 };

struct autoencoder {
    struct net net;
    const struct net_path *path;
    size_t epochs, batch; /* as asked for */
    size_t finished;      /* epochs */
    double *losses;       /* (finished) mean squared error, in training */
    uint32_t seed;
    uint32_t *spread; /* (d, SPREAD_BINS + 1) rows with a squared error in a lower bin */
};

/* Trains for model->epochs on the rows of data->table: fills losses and finished. When
 * cancelled, the network is as after the last finished epoch. Progress in batches, losses as
 * values. */
bool autoencoder_train(struct autoencoder *model, const struct detector_data *data,
                       struct rng *rng, const struct progress *progress, struct status *status);

/* Mean squared errors of n rows of `scaled` (n, d), into error (n). Never NaN or infinite: an
 * error that float cannot hold is FLT_MAX. Progress in rows. */
bool autoencoder_errors(const struct autoencoder *model, const float *scaled, size_t n,
                        struct parallel *parallel, double *error,
                        const struct progress *progress, struct status *status);

/* Fills model->spread: how the squared errors of each feature are spread over the rows, those
 * of every profile or, beyond two millions, of that many evenly spaced ones. */
bool autoencoder_measure(struct autoencoder *model, const struct detector_data *data,
                         struct status *status);

/* The bin of a squared error. */
size_t autoencoder_bin(float square);

/* Scratch memory of path for each worker: worker i's begins at i * *floats. */
float *autoencoder_scratch(const struct autoencoder *model, struct parallel *parallel,
                           size_t *floats, struct status *status);

#endif
