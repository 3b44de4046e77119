/* autoencoder_path: what computes gradients and errors over slices of rows. Two ways to do it:
 *
 *   blas    OpenBLAS products, any width: the reference
 *   fused   rows across vector lanes, for layers at most 16 wide; in three forms (scalar, AVX2,
 *           AVX-512) that give equal bits
 *
 * A batch is cut into slices of `slice` rows whatever the number of threads, and the caller
 * adds up the slices' gradients in order. So bytes depend on the path, never on the threads.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_PATH_H
#define ODDHOURS_MODELS_AUTOENCODER_PATH_H

#include <stdint.h>

#include "models/autoencoder/autoencoder_net.h"

/* Rows of one slice: profiles, and how often each counts. */
struct net_rows {
    const float *scaled; /* (profiles, d) */
    size_t n_scaled;     /* profiles; nothing is read beyond */
    const uint32_t *ids; /* (n) profiles; NULL: first, first + 1, ... */
    size_t first;
    const uint32_t *copies; /* (n); NULL: each counts once */
    size_t n;               /* at most the path's slice */
};

struct net_path {
    const char *name;   /* "blas", "fused" */
    const char *kernel; /* "scalar", "avx2", "avx512"; OpenBLAS chooses its own: "openblas" */
    size_t slice;       /* rows */

    /* Floats of scratch memory (64-byte aligned) that the functions below want. */
    size_t (*scratch)(const struct net_shape *shape);

    /* The gradient of factor / 2 * sum of squared errors over the rows, into gradient
     * (shape->padded; the padding is left alone). Returns the sum of squared errors. With
     * factor 2 / (rows in the batch * d) the slices add up to the gradient of the mean squared
     * error. */
    double (*gradient)(const struct net_shape *shape, const float *param,
                       const struct net_rows *rows, float factor, float *scratch,
                       float *gradient);

    /* What the network makes of each row, into out (rows->n, d). */
    void (*outputs)(const struct net_shape *shape, const float *param,
                    const struct net_rows *rows, float *scratch, float *out);

    /* The mean squared error of each row, into error (rows->n). */
    void (*errors)(const struct net_shape *shape, const float *param,
                   const struct net_rows *rows, float *scratch, float *error);

    /* Adds the gradients of n_slices slices (n_slices, shape.padded) in order, and makes one
     * step of Adam with the sum. */
    void (*step)(struct net *net, const float *slices, size_t n_slices);
};

/* The two paths; fused is NULL when a layer is too wide. Its form is cpu_kernel()'s. */
const struct net_path *net_path_blas(void);
const struct net_path *net_path_fused(const struct net_shape *shape);

/* The fused path where the widths allow it and the processor has fused multiply-add, else
 * OpenBLAS. The environment variable ODDHOURS_AUTOENCODER=blas|fused asks for one of them, for
 * tests and comparisons. */
const struct net_path *net_path_choose(const struct net_shape *shape);

#endif
