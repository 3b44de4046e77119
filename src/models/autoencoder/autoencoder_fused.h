/* autoencoder_fused: what the forms of the fused path share.
 *
 * A slice lies transposed in scratch memory: one line of FUSED_ROWS floats for each unit, rows
 * side by side, so that a vector register holds one unit of several rows and no operation
 * crosses lanes. Two neighbouring layers and their deltas stay in the first-level cache.
 *
 * Equal bits for every width of registers: what a row needs is computed by the same chain of
 * fused multiply-adds in every form; what is summed over rows is summed in FUSED_LANES virtual
 * lanes (row r in lane r mod 16, in ascending order), and the lanes are then added as a tree.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_FUSED_H
#define ODDHOURS_MODELS_AUTOENCODER_FUSED_H

#include "models/autoencoder/autoencoder_path.h"

enum {
    FUSED_ROWS = 256,
    FUSED_LANES = 16,
    FUSED_STEP =
        32, /* a slice is filled up to a multiple of this with rows that do not count */
    FUSED_WIDTH_MAX = 16
};

/* Before a loop of constant, small length: gcc -O2 keeps small arrays in registers only so. */
#if defined(__GNUC__) && !defined(__clang__)
#define UNROLL _Pragma("GCC unroll 8")
#else
#define UNROLL
#endif

/* The lines of one slice in scratch memory. */
struct fused_lines {
    float *unit[NET_LAYERS + 1]; /* (width, FUSED_ROWS) of each layer */
    float *copies;               /* (FUSED_ROWS) as floats; 0 for rows that do not count */
    size_t rows;                 /* filled, a multiple of FUSED_STEP */
};

size_t fused_scratch(const struct net_shape *shape);
struct fused_lines fused_lines(const struct net_shape *shape, float *scratch);

/* Fills unit[0] and copies, and sets rows. The second form is for x86-64 with AVX2; it only
 * moves numbers, so it may stand for the first in any kernel. */
void fused_gather(const struct net_shape *shape, const struct net_rows *rows,
                  struct fused_lines *lines);
void fused_gather_avx2(const struct net_shape *shape, const struct net_rows *rows,
                       struct fused_lines *lines);

/* The same for one row at position r of the slice, and the rows that fill the slice up. */
void fused_gather_row(const struct net_shape *shape, const struct net_rows *rows, size_t r,
                      struct fused_lines *lines);
void fused_fill_up(const struct net_shape *shape, const struct net_rows *rows,
                   struct fused_lines *lines);

/* Where the row at position r of the slice stands. */
static inline const float *fused_row(const struct net_rows *rows, size_t d, size_t r)
{
    size_t id = rows->ids != NULL ? rows->ids[r] : rows->first + r;
    return rows->scaled + id * d;
}

extern const struct net_path fused_path_scalar;
extern const struct net_path fused_path_fma;    /* x86-64 only */
extern const struct net_path fused_path_avx2;   /* x86-64 only */
extern const struct net_path fused_path_avx512; /* x86-64 only */

#endif
