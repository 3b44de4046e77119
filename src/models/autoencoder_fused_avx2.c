#include "models/autoencoder_fused.h"

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

#include "models/autoencoder_kernel.h"

const struct net_path fused_path_avx2 = {.name = "fused",
                                         .kernel = "avx2",
                                         .slice = FUSED_ROWS,
                                         .scratch = fused_scratch,
                                         .gradient = kernel_gradient,
                                         .errors = kernel_errors,
                                         .step = kernel_step};

#endif
