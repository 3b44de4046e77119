#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_fused.h"

/* The reference: activations row-major, every product a call of sgemm. A slice is long, because
 * each call takes OpenBLAS's allocation lock and packs its operands. */
enum { BLAS_ROWS = 1024 };

struct activations {
    float *unit[NET_LAYERS + 1]; /* (n, width) of each layer; deltas take their place */
    float *masked;               /* (n, NET_WIDTH_MAX) room for deltas before ReLU's mask */
};

static size_t scratch_floats(const struct net_shape *shape)
{
    size_t width = NET_WIDTH_MAX;
    for (size_t l = 0; l <= NET_LAYERS; l++) {
        width += shape->width[l];
    }
    return width * BLAS_ROWS;
}

static struct activations place(const struct net_shape *shape, float *scratch)
{
    struct activations a = {.masked = scratch};
    float *next = scratch + (size_t)NET_WIDTH_MAX * BLAS_ROWS;
    for (size_t l = 0; l <= NET_LAYERS; l++) {
        a.unit[l] = next;
        next += shape->width[l] * BLAS_ROWS;
    }
    return a;
}

static void gather(size_t d, const struct net_rows *rows, float *in)
{
    for (size_t r = 0; r < rows->n; r++) {
        size_t id = rows->ids != NULL ? rows->ids[r] : rows->first + r;
        memcpy(in + r * d, rows->scaled + id * d, d * sizeof *in);
    }
}

/* out (n, n_out) = in (n, n_in) * weight' + bias */
static void forward_layer(const struct net_shape *shape, const float *param, size_t l, size_t n,
                          const struct activations *a)
{
    int n_in = (int)shape->width[l], n_out = (int)shape->width[l + 1];
    float *out = a->unit[l + 1];
    for (size_t r = 0; r < n; r++) {
        memcpy(out + r * (size_t)n_out, param + shape->bias[l], (size_t)n_out * sizeof *out);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, n_out, n_in, 1.0f, a->unit[l],
                n_in, param + shape->weight[l], n_in, 1.0f, out, n_out);
    if (l + 1 < NET_LAYERS) {
        for (size_t i = 0; i < n * (size_t)n_out; i++) {
            out[i] = out[i] > 0 ? out[i] : 0;
        }
    }
}

static void forward(const struct net_shape *shape, const float *param,
                    const struct net_rows *rows, const struct activations *a)
{
    gather(shape->width[0], rows, a->unit[0]);
    for (size_t l = 0; l < NET_LAYERS; l++) {
        forward_layer(shape, param, l, rows->n, a);
    }
}

/* Outputs to deltas; returns the sum of squared errors. */
static double compare(size_t d, const struct net_rows *rows, float factor,
                      const struct activations *a)
{
    double squares = 0;
    for (size_t r = 0; r < rows->n; r++) {
        float copies = rows->copies != NULL ? (float)rows->copies[r] : 1.0f;
        float *out = a->unit[NET_LAYERS] + r * d;
        const float *in = a->unit[0] + r * d;
        float sum = 0;
        for (size_t j = 0; j < d; j++) {
            float error = out[j] - in[j];
            sum += error * error;
            out[j] = factor * copies * error;
        }
        squares += (double)(copies * sum);
    }
    return squares;
}

/* The gradients of layer l from its deltas (n, n_out) and inputs (n, n_in). */
static void layer_gradient(const struct net_shape *shape, size_t l, size_t n,
                           const struct activations *a, float *gradient)
{
    int n_in = (int)shape->width[l], n_out = (int)shape->width[l + 1];
    const float *delta = a->unit[l + 1];
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n_out, n_in, (int)n, 1.0f, delta,
                n_out, a->unit[l], n_in, 0.0f, gradient + shape->weight[l], n_in);
    float *bias = gradient + shape->bias[l];
    memset(bias, 0, (size_t)n_out * sizeof *bias);
    for (size_t r = 0; r < n; r++) {
        for (size_t o = 0; o < (size_t)n_out; o++) {
            bias[o] += delta[r * (size_t)n_out + o];
        }
    }
}

/* The deltas of layer l's inputs, in the place of the inputs. */
static void backward_layer(const struct net_shape *shape, const float *param, size_t l,
                           size_t n, const struct activations *a)
{
    int n_in = (int)shape->width[l], n_out = (int)shape->width[l + 1];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, n_in, n_out, 1.0f,
                a->unit[l + 1], n_out, param + shape->weight[l], n_in, 0.0f, a->masked, n_in);
    for (size_t i = 0; i < n * (size_t)n_in; i++) {
        a->unit[l][i] = a->unit[l][i] > 0 ? a->masked[i] : 0;
    }
}

static double blas_gradient(const struct net_shape *shape, const float *param,
                            const struct net_rows *rows, float factor, float *scratch,
                            float *gradient)
{
    struct activations a = place(shape, scratch);
    forward(shape, param, rows, &a);
    double squares = compare(shape->width[0], rows, factor, &a);
    for (size_t l = NET_LAYERS; l-- > 0;) {
        layer_gradient(shape, l, rows->n, &a, gradient);
        if (l > 0) {
            backward_layer(shape, param, l, rows->n, &a);
        }
    }
    return squares;
}

static void blas_outputs(const struct net_shape *shape, const float *param,
                         const struct net_rows *rows, float *scratch, float *out)
{
    struct activations a = place(shape, scratch);
    forward(shape, param, rows, &a);
    memcpy(out, a.unit[NET_LAYERS], rows->n * shape->width[0] * sizeof *out);
}

static void blas_errors(const struct net_shape *shape, const float *param,
                        const struct net_rows *rows, float *scratch, float *error)
{
    struct activations a = place(shape, scratch);
    forward(shape, param, rows, &a);
    size_t d = shape->width[0];
    for (size_t r = 0; r < rows->n; r++) {
        float sum = 0;
        for (size_t j = 0; j < d; j++) {
            float miss = a.unit[NET_LAYERS][r * d + j] - a.unit[0][r * d + j];
            sum += miss * miss;
        }
        error[r] = sum / (float)d;
    }
}

static void blas_step(struct net *net, const float *slices, size_t n_slices)
{
    fused_path_scalar.step(net, slices, n_slices);
}

static const struct net_path path_blas = {.name = "blas",
                                          .kernel = "openblas",
                                          .slice = BLAS_ROWS,
                                          .scratch = scratch_floats,
                                          .gradient = blas_gradient,
                                          .outputs = blas_outputs,
                                          .errors = blas_errors,
                                          .step = blas_step};

const struct net_path *net_path_blas(void)
{
    /* One thread a caller: the slices are what runs in parallel. */
    openblas_set_num_threads(1);
    return &path_blas;
}

/* Whether fmaf() is an instruction here: in software it is slower than anything OpenBLAS does.
 * This asks the processor, not cpu_kernel(): a lowered kernel must not change the path. */
static bool fused_is_fast(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("fma");
#elif defined(FP_FAST_FMAF)
    return true;
#else
    return false;
#endif
}

const struct net_path *net_path_choose(const struct net_shape *shape)
{
    const char *asked = getenv("ODDHOURS_AUTOENCODER");
    bool fused = fused_is_fast();
    if (asked != NULL && strcmp(asked, "blas") == 0) {
        fused = false;
    } else if (asked != NULL && strcmp(asked, "fused") == 0) {
        fused = true;
    }
    const struct net_path *path = fused ? net_path_fused(shape) : NULL;
    return path != NULL ? path : net_path_blas();
}
