#include "models/autoencoder/autoencoder_explain.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/autoencoder/autoencoder.h"
#include "models/autoencoder/autoencoder_model.h"

/* The profile as the network sees it (in `room`, perhaps), and what it makes of it. */
static const float *pass(const struct autoencoder *model, const struct detector_data *data,
                         size_t profile, float *room, float *out)
{
    const float *in = detector_vector(data, profile, room);
    net_forward(&model->net.shape, model->net.param, in, out);
    return in;
}

bool autoencoder_explain(const void *memory, const struct detector_data *data, size_t profile,
                         double *credit)
{
    const struct autoencoder *model = memory;
    size_t d = model->net.shape.width[0];
    float room[TABLE_FEATURES_MAX], out[NET_WIDTH_MAX];
    const float *in = pass(model, data, profile, room, out);
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        double error = (double)out[j] - (double)in[j];
        credit[j] = error * error;
        sum += credit[j];
    }
    for (size_t j = 0; j < d; j++) {
        credit[j] = sum > 0 && isfinite(sum) ? credit[j] / sum : 1.0 / (double)d;
    }
    return true;
}

void autoencoder_reconstruct(const void *memory, const struct detector_data *data,
                             size_t profile, double *values)
{
    const struct autoencoder *model = memory;
    float room[TABLE_FEATURES_MAX], out[NET_WIDTH_MAX];
    pass(model, data, profile, room, out);
    for (size_t j = 0; j < model->net.shape.width[0]; j++) {
        values[j] = data->scaler->mean[j] + data->scaler->scale[j] * (double)out[j];
    }
}

/* Rows of lower bins: those of the same bin, the row's own copies among them, are not known to
 * be missed less. */
static double share_below(const struct autoencoder *model, size_t feature, float square)
{
    const uint32_t *below = model->spread + feature * (SPREAD_BINS + 1);
    size_t bin = autoencoder_bin(square);
    double rows = below[SPREAD_BINS];
    return rows > 0 ? below[bin] / rows : 0;
}

void autoencoder_misses(const void *memory, const struct detector_data *data, size_t profile,
                        struct autoencoder_miss *miss)
{
    const struct autoencoder *model = memory;
    size_t d = model->net.shape.width[0];
    float room[TABLE_FEATURES_MAX], out[NET_WIDTH_MAX];
    double credit[NET_WIDTH_MAX];
    const float *in = pass(model, data, profile, room, out);
    autoencoder_explain(model, data, profile, credit);
    for (size_t j = 0; j < d; j++) {
        float error = out[j] - in[j];
        miss[j] = (struct autoencoder_miss){
            .reconstructed = data->scaler->mean[j] + data->scaler->scale[j] * (double)out[j],
            .square = (double)error * (double)error,
            .credit = credit[j],
            .below = share_below(model, j, error * error)};
    }
}

/* Row s of the result (2^d, d) keeps the features of set s, and has 0 for the others. */
static float *all_coalitions(const float *in, size_t d, struct status *status)
{
    size_t n_sets = (size_t)1 << d;
    float *rows = mem_new(n_sets * d, sizeof *rows, "Shapley values", status);
    for (size_t s = 0; rows != NULL && s < n_sets; s++) {
        for (size_t j = 0; j < d; j++) {
            rows[s * d + j] = (s >> j & 1) != 0 ? in[j] : 0;
        }
    }
    return rows;
}

/* value[j] = sum over sets s without j of |s|! (d - |s| - 1)! / d! * (v(s + j) - v(s)):
 * Shapley 1953. */
static void shapley(const double *v, size_t d, double *value)
{
    double share[AUTOENCODER_SHAPLEY_MAX]; /* by |s| */
    share[0] = 1.0 / (double)d;
    for (size_t k = 1; k < d; k++) {
        share[k] = share[k - 1] * (double)k / (double)(d - k);
    }
    for (size_t j = 0; j < d; j++) {
        value[j] = 0;
        for (size_t s = 0; s < (size_t)1 << d; s++) {
            if ((s >> j & 1) == 0) {
                int members = __builtin_popcountll(s);
                value[j] += share[members] * (v[s | (size_t)1 << j] - v[s]);
            }
        }
    }
}

bool autoencoder_shapley(const void *memory, const struct detector_data *data, size_t profile,
                         double *value, double *base, struct status *status)
{
    const struct autoencoder *model = memory;
    size_t d = model->net.shape.width[0];
    if (d > AUTOENCODER_SHAPLEY_MAX) {
        return status_set(status, STATUS_USAGE,
                          "Shapley values are computed for at most %d features, not for %zu",
                          AUTOENCODER_SHAPLEY_MAX, d);
    }
    size_t n_sets = (size_t)1 << d;
    float room[TABLE_FEATURES_MAX];
    float *rows = all_coalitions(detector_vector(data, profile, room), d, status);
    double *error = mem_new(n_sets, sizeof *error, "Shapley values", status);
    bool done = rows != NULL && error != NULL &&
                autoencoder_errors(model, rows, n_sets, NULL, error, NULL, status);
    if (done) {
        *base = error[0];
        shapley(error, d, value);
    }
    free(rows);
    free(error);
    return done;
}
