/* autoencoder_net: the network as numbers. Its shape, torch's initialisation, Adam, and one row
 * passed through it.
 *
 * d - 16 - max(2, d / 2) - 16 - d, ReLU after the first three layers, the last one linear. All
 * parameters stand in one array, layer by layer, weights (outputs, inputs) row-major and then
 * the biases: the order in which torch draws them.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_NET_H
#define ODDHOURS_MODELS_AUTOENCODER_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "table/table.h"

enum {
    NET_LAYERS = 4,
    NET_HIDDEN = 16,
    NET_WIDTH_MAX = TABLE_FEATURES_MAX, /* the widest layer: the first and the last */
    NET_PAD = 16 /* arrays of parameters are whole multiples of this, zeros at the end */
};

struct net_shape {
    size_t width[NET_LAYERS + 1];
    size_t weight[NET_LAYERS], bias[NET_LAYERS]; /* where a layer's begin */
    size_t n;                                    /* parameters */
    size_t padded;                               /* n, rounded up to NET_PAD */
};

/* The shape for d features, 1 to NET_WIDTH_MAX. */
struct net_shape net_shape(size_t d);

/* Parameters and what Adam keeps for each; (shape.padded) each, 64-byte aligned. */
struct net {
    struct net_shape shape;
    float *param;
    float *gradient;
    float *first, *second; /* Adam's moments */
    uint64_t steps;        /* of Adam so far */
    double rate;           /* learning rate */
};

/* A network as torch's default initialisation draws it from `rng`. */
bool net_init(struct net *net, size_t d, double rate, struct rng *rng, struct status *status);
void net_clear(struct net *net);

/* Adam's factors for one step, with the bias corrections computed in double as torch does.
 * Kingma and Ba 2015, algorithm 1, in torch's order of operations. */
struct adam {
    float keep_first, take_first;   /* 0.9, 0.1 */
    float keep_second, take_second; /* 0.999, 0.001 */
    float root;                     /* sqrt(1 - 0.999^t) */
    float epsilon;                  /* 1e-8 */
    float step;                     /* -rate / (1 - 0.9^t) */
};

/* Counts the step that is about to be made, and gives its factors. */
struct adam net_next_step(struct net *net);

/* Passes one row through the network; `in` and `out` hold (d). The same order of operations,
 * and so the same bits, as the fused kernels. */
void net_forward(const struct net_shape *shape, const float *param, const float *in,
                 float *out);

#endif
