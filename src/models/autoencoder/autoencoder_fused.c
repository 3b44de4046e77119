#include "models/autoencoder/autoencoder_fused.h"

#include "base/cpu.h"

size_t fused_scratch(const struct net_shape *shape)
{
    size_t lines = 1;
    for (size_t l = 0; l <= NET_LAYERS; l++) {
        lines += shape->width[l];
    }
    return lines * FUSED_ROWS;
}

struct fused_lines fused_lines(const struct net_shape *shape, float *scratch)
{
    struct fused_lines lines = {.copies = scratch};
    float *next = scratch + FUSED_ROWS;
    for (size_t l = 0; l <= NET_LAYERS; l++) {
        lines.unit[l] = next;
        next += shape->width[l] * FUSED_ROWS;
    }
    return lines;
}

void fused_gather_row(const struct net_shape *shape, const struct net_rows *rows, size_t r,
                      struct fused_lines *lines)
{
    size_t d = shape->width[0];
    const float *row = fused_row(rows, d, r);
    for (size_t j = 0; j < d; j++) {
        lines->unit[0][j * FUSED_ROWS + r] = row[j];
    }
    lines->copies[r] = rows->copies != NULL ? (float)rows->copies[r] : 1.0f;
}

void fused_fill_up(const struct net_shape *shape, const struct net_rows *rows,
                   struct fused_lines *lines)
{
    lines->rows = (rows->n + FUSED_STEP - 1) / FUSED_STEP * FUSED_STEP;
    for (size_t r = rows->n; r < lines->rows; r++) {
        for (size_t j = 0; j < shape->width[0]; j++) {
            lines->unit[0][j * FUSED_ROWS + r] = 0;
        }
        lines->copies[r] = 0;
    }
}

void fused_gather(const struct net_shape *shape, const struct net_rows *rows,
                  struct fused_lines *lines)
{
    for (size_t r = 0; r < rows->n; r++) {
        fused_gather_row(shape, rows, r, lines);
    }
    fused_fill_up(shape, rows, lines);
}

/* The scalar form for any processor: without an instruction for it, fmaf() is slow but right.
 */
#define KERNEL_TARGET
#include "models/autoencoder/autoencoder_scalar.h"

const struct net_path fused_path_scalar = {.name = "fused",
                                           .kernel = "scalar",
                                           .slice = FUSED_ROWS,
                                           .scratch = fused_scratch,
                                           .gradient = kernel_gradient,
                                           .outputs = kernel_outputs,
                                           .errors = kernel_errors,
                                           .step = kernel_step};

const struct net_path *net_path_fused(const struct net_shape *shape)
{
    for (size_t l = 0; l <= NET_LAYERS; l++) {
        if (shape->width[l] > FUSED_WIDTH_MAX) {
            return NULL;
        }
    }
#if defined(__x86_64__)
    if (__builtin_cpu_supports("fma")) {
        switch (cpu_kernel()) {
        case CPU_AVX512: return &fused_path_avx512;
        case CPU_AVX2: return &fused_path_avx2;
        default: return &fused_path_fma;
        }
    }
#endif
    return &fused_path_scalar;
}
