/* autoencoder_kernel: the fused path, written once for registers of any width. Included by
 * autoencoder_fused_*.c, which say what a vector is:
 *
 *   KERNEL_TARGET        attribute of every function, or nothing
 *   KERNEL_LANES         floats in a V
 *   V, V_LOAD, V_STORE, V_SET1, V_ADD, V_SUB, V_MUL, V_DIV, V_SQRT
 *   V_FMA(a, b, c)       a * b + c, rounded once
 *   V_WHERE_POSITIVE(a, b)  b where a > 0, else +0
 *   V_SUM16(p)           the sum of 16 floats at p, halves added to halves
 *   KERNEL_GATHER        the form of fused_gather()
 */
#include "models/autoencoder/autoencoder_fused.h"

#define KERNEL      static KERNEL_TARGET
#define KERNEL_TILE static inline KERNEL_TARGET __attribute__((always_inline))

/* A matrix of parameters as it stands, or transposed: element (o, i) is at[o * by_out + i *
 * by_in].
 */
struct matrix {
    const float *at;
    size_t by_out, by_in;
    size_t n_out, n_in;
    const float *bias; /* (n_out), or NULL: 0 */
};

enum after { AFTER_NOTHING, AFTER_RELU, AFTER_MASK };

/* n_out (a constant, at most 4) outputs of a product, from output `o` on. AFTER_MASK keeps what
 * stands where `out` was positive before: the gradient of ReLU, in place. */
KERNEL_TILE void product_tile(const struct matrix *matrix, size_t o, const size_t n_out,
                              const float *in, float *out, size_t rows, const enum after after)
{
    const float *weight = matrix->at + o * matrix->by_out;
    const size_t by_out = matrix->by_out, by_in = matrix->by_in, n_in = matrix->n_in;
    V bias[4];
    UNROLL for (size_t k = 0; k < n_out; k++)
    {
        bias[k] = V_SET1(matrix->bias != NULL ? matrix->bias[o + k] : 0.0f);
    }
    for (size_t r = 0; r < rows; r += 2 * KERNEL_LANES) {
        V sum[4][2];
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            sum[k][0] = sum[k][1] = bias[k];
        }
        for (size_t i = 0; i < n_in; i++) {
            const float *line = in + i * FUSED_ROWS + r;
            V in0 = V_LOAD(line), in1 = V_LOAD(line + KERNEL_LANES);
            UNROLL for (size_t k = 0; k < n_out; k++)
            {
                V w = V_SET1(weight[k * by_out + i * by_in]);
                sum[k][0] = V_FMA(w, in0, sum[k][0]);
                sum[k][1] = V_FMA(w, in1, sum[k][1]);
            }
        }
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            float *line = out + (o + k) * FUSED_ROWS + r;
            if (after != AFTER_NOTHING) {
                V by0 = after == AFTER_RELU ? sum[k][0] : V_LOAD(line);
                V by1 = after == AFTER_RELU ? sum[k][1] : V_LOAD(line + KERNEL_LANES);
                sum[k][0] = V_WHERE_POSITIVE(by0, sum[k][0]);
                sum[k][1] = V_WHERE_POSITIVE(by1, sum[k][1]);
            }
            V_STORE(line, sum[k][0]);
            V_STORE(line + KERNEL_LANES, sum[k][1]);
        }
    }
}

/* out (n_out lines) = matrix * in (n_in lines) + bias, for all rows. `after` is a constant. */
KERNEL_TILE void product_after(const struct matrix *matrix, const float *in, float *out,
                               size_t rows, const enum after after)
{
    size_t o = 0;
    for (; o + 4 <= matrix->n_out; o += 4) {
        product_tile(matrix, o, 4, in, out, rows, after);
    }
    switch (matrix->n_out - o) {
    case 3: product_tile(matrix, o, 3, in, out, rows, after); break;
    case 2: product_tile(matrix, o, 2, in, out, rows, after); break;
    case 1: product_tile(matrix, o, 1, in, out, rows, after); break;
    default: break;
    }
}

KERNEL void product(const struct matrix *matrix, const float *in, float *out, size_t rows)
{
    product_after(matrix, in, out, rows, AFTER_NOTHING);
}

KERNEL void product_relu(const struct matrix *matrix, const float *in, float *out, size_t rows)
{
    product_after(matrix, in, out, rows, AFTER_RELU);
}

KERNEL void product_mask(const struct matrix *matrix, const float *in, float *out, size_t rows)
{
    product_after(matrix, in, out, rows, AFTER_MASK);
}

KERNEL void forward(const struct net_shape *shape, const float *param,
                    const struct fused_lines *lines)
{
    for (size_t l = 0; l < NET_LAYERS; l++) {
        struct matrix matrix = {.at = param + shape->weight[l],
                                .by_out = shape->width[l],
                                .by_in = 1,
                                .n_out = shape->width[l + 1],
                                .n_in = shape->width[l],
                                .bias = param + shape->bias[l]};
        if (l + 1 < NET_LAYERS) {
            product_relu(&matrix, lines->unit[l], lines->unit[l + 1], lines->rows);
        } else {
            product(&matrix, lines->unit[l], lines->unit[l + 1], lines->rows);
        }
    }
}

/* The deltas of layer l's inputs from those of its outputs, over the activations they belong
 * to.
 */
KERNEL void backward(const struct net_shape *shape, const float *param, size_t l,
                     const struct fused_lines *lines)
{
    struct matrix matrix = {.at = param + shape->weight[l],
                            .by_out = 1,
                            .by_in = shape->width[l],
                            .n_out = shape->width[l],
                            .n_in = shape->width[l + 1]};
    product_mask(&matrix, lines->unit[l + 1], lines->unit[l], lines->rows);
}

/* What the gradients of one layer's weights are summed from. */
struct outer {
    const float *delta, *in; /* lines of outputs and of inputs */
    size_t n_out, n_in, rows;
    float *gradient; /* (n_out, n_in) */
};

/* The gradients of n_out x n_in (constants, at most 4 x 3) weights, from (o, i) on: sums over
 * all rows held in registers. */
KERNEL_TILE void outer_tile(const struct outer *outer, size_t o, size_t i, const size_t n_out,
                            const size_t n_in)
{
    float lanes[4][3][FUSED_LANES] __attribute__((aligned(64)));
    const float *delta = outer->delta + o * FUSED_ROWS, *in = outer->in + i * FUSED_ROWS;
    for (size_t lane = 0; lane < FUSED_LANES; lane += KERNEL_LANES) {
        V sum[4][3];
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            UNROLL for (size_t j = 0; j < n_in; j++)
            {
                sum[k][j] = V_SET1(0.0f);
            }
        }
        for (size_t r = lane; r < outer->rows; r += FUSED_LANES) {
            UNROLL for (size_t k = 0; k < n_out; k++)
            {
                V d = V_LOAD(delta + k * FUSED_ROWS + r);
                UNROLL for (size_t j = 0; j < n_in; j++)
                {
                    sum[k][j] = V_FMA(d, V_LOAD(in + j * FUSED_ROWS + r), sum[k][j]);
                }
            }
        }
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            UNROLL for (size_t j = 0; j < n_in; j++)
            {
                V_STORE(&lanes[k][j][lane], sum[k][j]);
            }
        }
    }
    for (size_t k = 0; k < n_out; k++) {
        for (size_t j = 0; j < n_in; j++) {
            outer->gradient[(o + k) * outer->n_in + i + j] = V_SUM16(lanes[k][j]);
        }
    }
}

/* n_out (a constant) rows of weights. */
KERNEL_TILE void outer_strip(const struct outer *outer, size_t o, const size_t n_out)
{
    size_t i = 0;
    for (; i + 3 <= outer->n_in; i += 3) {
        outer_tile(outer, o, i, n_out, 3);
    }
    if (outer->n_in - i == 2) {
        outer_tile(outer, o, i, n_out, 2);
    } else if (outer->n_in - i == 1) {
        outer_tile(outer, o, i, n_out, 1);
    }
}

KERNEL void outer_product(const struct outer *outer)
{
    size_t o = 0;
    for (; o + 4 <= outer->n_out; o += 4) {
        outer_strip(outer, o, 4);
    }
    switch (outer->n_out - o) {
    case 3: outer_strip(outer, o, 3); break;
    case 2: outer_strip(outer, o, 2); break;
    case 1: outer_strip(outer, o, 1); break;
    default: break;
    }
}

/* Sums of n_out (a constant, at most 4) lines over all rows. Several at a time, since each is a
 * chain of additions that wait for each other. */
KERNEL_TILE void sum_tile(const float *delta, const size_t n_out, size_t rows, float *gradient)
{
    float lanes[4][FUSED_LANES] __attribute__((aligned(64)));
    for (size_t lane = 0; lane < FUSED_LANES; lane += KERNEL_LANES) {
        V sum[4];
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            sum[k] = V_LOAD(delta + k * FUSED_ROWS + lane);
        }
        for (size_t r = lane + FUSED_LANES; r < rows; r += FUSED_LANES) {
            UNROLL for (size_t k = 0; k < n_out; k++)
            {
                sum[k] = V_ADD(sum[k], V_LOAD(delta + k * FUSED_ROWS + r));
            }
        }
        UNROLL for (size_t k = 0; k < n_out; k++)
        {
            V_STORE(&lanes[k][lane], sum[k]);
        }
    }
    for (size_t k = 0; k < n_out; k++) {
        gradient[k] = V_SUM16(lanes[k]);
    }
}

KERNEL void sum_rows(const float *delta, size_t n_out, size_t rows, float *gradient)
{
    size_t o = 0;
    for (; o + 4 <= n_out; o += 4) {
        sum_tile(delta + o * FUSED_ROWS, 4, rows, gradient + o);
    }
    for (; o < n_out; o++) {
        sum_tile(delta + o * FUSED_ROWS, 1, rows, gradient + o);
    }
}

/* Turns the outputs into their deltas; returns the sum of squared errors. */
KERNEL double compare(size_t d, float factor, const struct fused_lines *lines)
{
    float lanes[FUSED_LANES] __attribute__((aligned(64)));
    for (size_t lane = 0; lane < FUSED_LANES; lane += KERNEL_LANES) {
        V sum = V_SET1(0.0f);
        for (size_t r = lane; r < lines->rows; r += FUSED_LANES) {
            V copies = V_LOAD(lines->copies + r), squares = V_SET1(0.0f);
            V scale = V_MUL(V_SET1(factor), copies);
            const float *in = lines->unit[0] + r;
            float *out = lines->unit[NET_LAYERS] + r;
            for (size_t j = 0; j < d; j++) {
                V error = V_SUB(V_LOAD(out + j * FUSED_ROWS), V_LOAD(in + j * FUSED_ROWS));
                squares = V_FMA(error, error, squares);
                V_STORE(out + j * FUSED_ROWS, V_MUL(scale, error));
            }
            sum = V_FMA(copies, squares, sum);
        }
        V_STORE(lanes + lane, sum);
    }
    return (double)V_SUM16(lanes);
}

KERNEL double kernel_gradient(const struct net_shape *shape, const float *param,
                              const struct net_rows *rows, float factor, float *scratch,
                              float *gradient)
{
    struct fused_lines lines = fused_lines(shape, scratch);
    KERNEL_GATHER(shape, rows, &lines);
    forward(shape, param, &lines);
    double squares = compare(shape->width[0], factor, &lines);
    for (size_t l = NET_LAYERS; l-- > 0;) {
        struct outer outer = {.delta = lines.unit[l + 1],
                              .in = lines.unit[l],
                              .n_out = shape->width[l + 1],
                              .n_in = shape->width[l],
                              .rows = lines.rows,
                              .gradient = gradient + shape->weight[l]};
        outer_product(&outer);
        sum_rows(lines.unit[l + 1], outer.n_out, lines.rows, gradient + shape->bias[l]);
        if (l > 0) {
            backward(shape, param, l, &lines);
        }
    }
    return squares;
}

KERNEL void kernel_outputs(const struct net_shape *shape, const float *param,
                           const struct net_rows *rows, float *scratch, float *out)
{
    struct fused_lines lines = fused_lines(shape, scratch);
    KERNEL_GATHER(shape, rows, &lines);
    forward(shape, param, &lines);
    size_t d = shape->width[0];
    for (size_t r = 0; r < rows->n; r++) {
        for (size_t j = 0; j < d; j++) {
            out[r * d + j] = lines.unit[NET_LAYERS][j * FUSED_ROWS + r];
        }
    }
}

KERNEL void kernel_errors(const struct net_shape *shape, const float *param,
                          const struct net_rows *rows, float *scratch, float *error)
{
    struct fused_lines lines = fused_lines(shape, scratch);
    KERNEL_GATHER(shape, rows, &lines);
    forward(shape, param, &lines);
    for (size_t r = 0; r < lines.rows; r += KERNEL_LANES) {
        V sum = V_SET1(0.0f);
        for (size_t j = 0; j < shape->width[0]; j++) {
            V miss = V_SUB(V_LOAD(lines.unit[NET_LAYERS] + j * FUSED_ROWS + r),
                           V_LOAD(lines.unit[0] + j * FUSED_ROWS + r));
            sum = V_FMA(miss, miss, sum);
        }
        V_STORE(lines.copies + r, V_DIV(sum, V_SET1((float)shape->width[0])));
    }
    for (size_t r = 0; r < rows->n; r++) {
        error[r] = lines.copies[r];
    }
}

KERNEL void kernel_step(struct net *net, const float *slices, size_t n_slices)
{
    size_t padded = net->shape.padded;
    struct adam adam = net_next_step(net);
    for (size_t p = 0; p < padded; p += KERNEL_LANES) {
        V g = V_LOAD(slices + p);
        for (size_t s = 1; s < n_slices; s++) {
            g = V_ADD(g, V_LOAD(slices + s * padded + p));
        }
        V m = V_ADD(V_MUL(V_SET1(adam.keep_first), V_LOAD(net->first + p)),
                    V_MUL(V_SET1(adam.take_first), g));
        V v = V_ADD(V_MUL(V_SET1(adam.keep_second), V_LOAD(net->second + p)),
                    V_MUL(V_MUL(V_SET1(adam.take_second), g), g));
        V below = V_ADD(V_DIV(V_SQRT(v), V_SET1(adam.root)), V_SET1(adam.epsilon));
        V change = V_DIV(V_MUL(V_SET1(adam.step), m), below);
        V_STORE(net->gradient + p, g);
        V_STORE(net->first + p, m);
        V_STORE(net->second + p, v);
        V_STORE(net->param + p, V_ADD(V_LOAD(net->param + p), change));
    }
}
