#include "models/kdtree/kdtree_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint64_t block_scalar(const float *block, size_t stride, size_t count, size_t d,
                             const double *x, double limit, double *distance2)
{
    for (size_t i = 0; i < count; i++) {
        distance2[i] = 0;
    }
    for (size_t j = 0; j < d; j++) {
        const float *row = block + j * stride;
        for (size_t i = 0; i < count; i++) {
            double difference = (double)row[i] - x[j];
            distance2[i] += difference * difference;
        }
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        bits |= (uint64_t)(distance2[i] <= limit) << i;
    }
    return bits;
}

static void boxes_scalar(const float *boxes, size_t d, const double *x, double *distance2)
{
    for (size_t i = 0; i < KDTREE_BOXES; i++) {
        distance2[i] = 0;
    }
    for (size_t j = 0; j < d; j++) {
        const float *low = boxes + 2 * KDTREE_BOXES * j, *high = low + KDTREE_BOXES;
        for (size_t i = 0; i < KDTREE_BOXES; i++) {
            double below = (double)low[i] - x[j], above = x[j] - (double)high[i];
            double outside = below > above ? below : above;
            outside = outside > 0 ? outside : 0;
            distance2[i] += outside * outside;
        }
    }
}

static void pair_scalar(const float *pair, size_t d, const double *x, double *distance2)
{
    distance2[0] = 0;
    distance2[1] = 0;
    for (size_t j = 0; j < d; j++, pair += 4) {
        for (size_t i = 0; i < 2; i++) {
            double below = (double)pair[i] - x[j], above = x[j] - (double)pair[2 + i];
            double outside = below > above ? below : above;
            outside = outside > 0 ? outside : 0;
            distance2[i] += outside * outside;
        }
    }
}

static const struct kdtree_kernel scalar = {block_scalar, boxes_scalar, pair_scalar};

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256d squared(__m256d sum, const float *four, __m256d x)
{
    __m256d difference = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(four)), x);
    return _mm256_add_pd(sum, _mm256_mul_pd(difference, difference));
}

/* Sixteen points at a time: four sums that do not wait for each other. */
AVX2 static uint64_t block_avx2(const float *block, size_t stride, size_t count, size_t d,
                                const double *x, double limit, double *distance2)
{
    const __m256d most = _mm256_set1_pd(limit);
    uint64_t bits = 0;
    size_t i = 0;
    for (; i + 8 < count; i += 16) {
        __m256d a = _mm256_setzero_pd(), b = a, c = a, e = a;
        for (size_t j = 0; j < d; j++) {
            const float *row = block + j * stride + i;
            const __m256d xj = _mm256_broadcast_sd(x + j);
            a = squared(a, row, xj);
            b = squared(b, row + 4, xj);
            c = squared(c, row + 8, xj);
            e = squared(e, row + 12, xj);
        }
        _mm256_storeu_pd(distance2 + i, a);
        _mm256_storeu_pd(distance2 + i + 4, b);
        _mm256_storeu_pd(distance2 + i + 8, c);
        _mm256_storeu_pd(distance2 + i + 12, e);
        unsigned ab = (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, most, _CMP_LE_OQ)) |
                      (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(b, most, _CMP_LE_OQ)) << 4;
        unsigned ce = (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(c, most, _CMP_LE_OQ)) |
                      (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(e, most, _CMP_LE_OQ)) << 4;
        bits |= (uint64_t)(ab | ce << 8) << i;
    }
    for (; i < count; i += 4) {
        __m256d a = _mm256_setzero_pd();
        for (size_t j = 0; j < d; j++) {
            a = squared(a, block + j * stride + i, _mm256_broadcast_sd(x + j));
        }
        _mm256_storeu_pd(distance2 + i, a);
        unsigned ab = (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, most, _CMP_LE_OQ));
        bits |= (uint64_t)ab << i;
    }
    return count < 64 ? bits & ((UINT64_C(1) << count) - 1) : bits;
}

AVX2 static inline __m256d outside(__m256d sum, const float *low, const float *high, __m256d x)
{
    __m256d below = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(low)), x);
    __m256d above = _mm256_sub_pd(x, _mm256_cvtps_pd(_mm_loadu_ps(high)));
    __m256d most = _mm256_max_pd(_mm256_max_pd(below, above), _mm256_setzero_pd());
    return _mm256_add_pd(sum, _mm256_mul_pd(most, most));
}

AVX2 static void boxes_avx2(const float *boxes, size_t d, const double *x, double *distance2)
{
    __m256d a = _mm256_setzero_pd(), b = a;
    for (size_t j = 0; j < d; j++) {
        const float *low = boxes + 2 * KDTREE_BOXES * j;
        const __m256d xj = _mm256_broadcast_sd(x + j);
        a = outside(a, low, low + 8, xj);
        b = outside(b, low + 4, low + 12, xj);
    }
    _mm256_storeu_pd(distance2, a);
    _mm256_storeu_pd(distance2 + 4, b);
}

AVX2 static void pair_avx2(const float *pair, size_t d, const double *x, double *distance2)
{
    const __m256d upper = _mm256_set_pd(-0.0, -0.0, 0.0, 0.0);
    __m128d sum = _mm_setzero_pd();
    for (size_t j = 0; j < d; j++) {
        __m256d bounds = _mm256_cvtps_pd(_mm_loadu_ps(pair + 4 * j));
        __m256d beyond =
            _mm256_xor_pd(_mm256_sub_pd(bounds, _mm256_broadcast_sd(x + j)), upper);
        __m128d most =
            _mm_max_pd(_mm256_castpd256_pd128(beyond), _mm256_extractf128_pd(beyond, 1));
        most = _mm_max_pd(most, _mm_setzero_pd());
        sum = _mm_add_pd(sum, _mm_mul_pd(most, most));
    }
    _mm_storeu_pd(distance2, sum);
}

static const struct kdtree_kernel avx2 = {block_avx2, boxes_avx2, pair_avx2};
#endif

const struct kdtree_kernel *kdtree_kernel(enum cpu_kernel kernel)
{
#if defined(__x86_64__)
    if (kernel >= CPU_AVX2) {
        return &avx2;
    }
#else
    (void)kernel;
#endif
    return &scalar;
}
