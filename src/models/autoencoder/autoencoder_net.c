#include "models/autoencoder/autoencoder_net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct net_shape net_shape(size_t d)
{
    size_t latent = d / 2 > 2 ? d / 2 : 2;
    struct net_shape shape = {.width = {d, NET_HIDDEN, latent, NET_HIDDEN, d}};
    for (size_t l = 0; l < NET_LAYERS; l++) {
        shape.weight[l] = shape.n;
        shape.n += shape.width[l] * shape.width[l + 1];
        shape.bias[l] = shape.n;
        shape.n += shape.width[l + 1];
    }
    shape.padded = (shape.n + NET_PAD - 1) / NET_PAD * NET_PAD;
    return shape;
}

/* nn.Linear: kaiming_uniform with a = sqrt(5), which is a bound of 1 / sqrt(inputs) written in
 * a roundabout way. The roundabout way is kept, since its last bit counts. */
static void init_layer(struct net *net, size_t layer, struct rng *rng)
{
    double inputs = (double)net->shape.width[layer];
    float bound = (float)(sqrt(3.0) * (sqrt(2.0 / 6.0) / sqrt(inputs)));
    size_t i = net->shape.weight[layer];
    for (; i < net->shape.bias[layer]; i++) {
        net->param[i] = rng_torch_uniform(rng, -bound, bound);
    }
    bound = (float)(1.0 / sqrt(inputs));
    for (size_t k = 0; k < net->shape.width[layer + 1]; k++) {
        net->param[i + k] = rng_torch_uniform(rng, -bound, bound);
    }
}

bool net_init(struct net *net, size_t d, double rate, struct rng *rng, struct status *status)
{
    *net = (struct net){.shape = net_shape(d), .rate = rate};
    size_t padded = net->shape.padded;
    float *all = mem_aligned(4 * padded, sizeof *all, "a network", status);
    if (all == NULL) {
        return false;
    }
    memset(all, 0, 4 * padded * sizeof *all);
    net->param = all;
    net->gradient = all + padded;
    net->first = all + 2 * padded;
    net->second = all + 3 * padded;
    for (size_t l = 0; l < NET_LAYERS; l++) {
        init_layer(net, l, rng);
    }
    return true;
}

void net_clear(struct net *net)
{
    free(net->param);
    memset(net, 0, sizeof *net);
}

struct adam net_next_step(struct net *net)
{
    const double beta1 = 0.9, beta2 = 0.999;
    net->steps++;
    double t = (double)net->steps;
    return (struct adam){
        .keep_first = (float)beta1,
        .take_first = (float)(1.0 - beta1),
        .keep_second = (float)beta2,
        .take_second = (float)(1.0 - beta2),
        .root = (float)sqrt(1.0 - pow(beta2, t)),
        .epsilon = 1e-8f,
        .step = (float)(-net->rate / (1.0 - pow(beta1, t))),
    };
}

static void forward_layer(const float *weight, const float *bias, size_t n_in, size_t n_out,
                          const float *in, float *out)
{
    for (size_t o = 0; o < n_out; o++) {
        float sum = bias[o];
        for (size_t i = 0; i < n_in; i++) {
            sum = fmaf(weight[o * n_in + i], in[i], sum);
        }
        out[o] = sum;
    }
}

void net_forward(const struct net_shape *shape, const float *param, const float *in, float *out)
{
    float hidden[2][NET_WIDTH_MAX];
    const float *from = in;
    for (size_t l = 0; l < NET_LAYERS; l++) {
        size_t n_out = shape->width[l + 1];
        float *to = l + 1 < NET_LAYERS ? hidden[l % 2] : out;
        forward_layer(param + shape->weight[l], param + shape->bias[l], shape->width[l], n_out,
                      from, to);
        for (size_t o = 0; l + 1 < NET_LAYERS && o < n_out; o++) {
            to[o] = to[o] > 0 ? to[o] : 0;
        }
        from = to;
    }
}
