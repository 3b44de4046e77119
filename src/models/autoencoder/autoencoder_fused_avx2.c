#include "models/autoencoder/autoencoder_fused.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define KERNEL_TARGET          __attribute__((target("avx2,fma")))
#define KERNEL_LANES           8
#define V                      __m256
#define V_LOAD(p)              _mm256_load_ps(p)
#define V_STORE(p, a)          _mm256_store_ps(p, a)
#define V_SET1(a)              _mm256_set1_ps(a)
#define V_ADD(a, b)            _mm256_add_ps(a, b)
#define V_SUB(a, b)            _mm256_sub_ps(a, b)
#define V_MUL(a, b)            _mm256_mul_ps(a, b)
#define V_DIV(a, b)            _mm256_div_ps(a, b)
#define V_SQRT(a)              _mm256_sqrt_ps(a)
#define V_FMA(a, b, c)         _mm256_fmadd_ps(a, b, c)
#define V_WHERE_POSITIVE(a, b) where_positive(a, b)
#define V_SUM16(p)             sum16(p)
#define KERNEL_GATHER          fused_gather_avx2

static inline KERNEL_TARGET __m256 where_positive(__m256 a, __m256 b)
{
    return _mm256_and_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GT_OQ), b);
}

static inline KERNEL_TARGET float sum16(const float *lanes)
{
    __m256 eight = _mm256_add_ps(_mm256_load_ps(lanes), _mm256_load_ps(lanes + 8));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* Columns `column` .. column + 7 of eight rows become lines of eight rows: the first n_lines of
 * them, from `line` on. */
static inline KERNEL_TARGET void transpose(const float *const *row, size_t column, float *line,
                                           size_t n_lines)
{
    __m256 half[8], pair[8];
    UNROLL for (size_t k = 0; k < 4; k++)
    { /* rows k and k + 4 side by side: columns 0-3, and 4-7 */
        const float *low = row[k] + column, *high = row[k + 4] + column;
        half[k] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)),
                                       _mm_loadu_ps(high), 1);
        half[k + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low + 4)),
                                           _mm_loadu_ps(high + 4), 1);
    }
    UNROLL for (size_t k = 0; k < 8; k += 4)
    { /* four by four in each half */
        __m256 a = _mm256_unpacklo_ps(half[k], half[k + 1]);
        __m256 b = _mm256_unpackhi_ps(half[k], half[k + 1]);
        __m256 c = _mm256_unpacklo_ps(half[k + 2], half[k + 3]);
        __m256 e = _mm256_unpackhi_ps(half[k + 2], half[k + 3]);
        pair[k] = _mm256_shuffle_ps(a, c, 0x44);
        pair[k + 1] = _mm256_shuffle_ps(a, c, 0xee);
        pair[k + 2] = _mm256_shuffle_ps(b, e, 0x44);
        pair[k + 3] = _mm256_shuffle_ps(b, e, 0xee);
    }
    UNROLL for (size_t k = 0; k < 8; k++)
    {
        if (k < n_lines) {
            _mm256_store_ps(line + k * FUSED_ROWS, pair[k]);
        }
    }
}

/* Eight rows from position r on. Rows are read eight columns at a time: false when a row is so
 * near the end of the array that this would read beyond it. */
static KERNEL_TARGET bool gather_eight(size_t d, const struct net_rows *rows, size_t r,
                                       const struct fused_lines *lines)
{
    const float *row[8], *end = rows->scaled + rows->n_scaled * d;
    for (size_t k = 0; k < 8; k++) {
        row[k] = fused_row(rows, d, r + k);
        if (end - row[k] < 8) {
            return false;
        }
    }
    float *line = lines->unit[0] + r;
    transpose(row, 0, line, d < 8 ? d : 8);
    if (d > 8) { /* the last eight columns, some of them a second time */
        transpose(row, d - 8, line + (d - 8) * FUSED_ROWS, 8);
    }
    __m256 copies = _mm256_set1_ps(1.0f);
    if (rows->copies != NULL) {
        copies = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(rows->copies + r)));
    }
    _mm256_store_ps(lines->copies + r, copies);
    return true;
}

KERNEL_TARGET void fused_gather_avx2(const struct net_shape *shape, const struct net_rows *rows,
                                     struct fused_lines *lines)
{
    enum { AHEAD = 24 }; /* rows are scattered over many megabytes */
    size_t d = shape->width[0], r = 0;
    for (; r + 8 <= rows->n; r += 8) {
        for (size_t k = r + AHEAD; k < r + AHEAD + 8 && k < rows->n; k++) {
            const float *row = fused_row(rows, d, k);
            __builtin_prefetch(row);
            __builtin_prefetch(row + d - 1);
        }
        bool done = gather_eight(d, rows, r, lines);
        for (size_t k = r; !done && k < r + 8; k++) {
            fused_gather_row(shape, rows, k, lines);
        }
    }
    for (; r < rows->n; r++) {
        fused_gather_row(shape, rows, r, lines);
    }
    fused_fill_up(shape, rows, lines);
}

#include "models/autoencoder/autoencoder_kernel.h"

const struct net_path fused_path_avx2 = {.name = "fused",
                                         .kernel = "avx2",
                                         .slice = FUSED_ROWS,
                                         .scratch = fused_scratch,
                                         .gradient = kernel_gradient,
                                         .outputs = kernel_outputs,
                                         .errors = kernel_errors,
                                         .step = kernel_step};

#endif
