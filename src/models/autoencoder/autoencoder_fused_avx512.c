#include "models/autoencoder/autoencoder_fused.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define KERNEL_TARGET  __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define KERNEL_LANES   16
#define V              __m512
#define V_LOAD(p)      _mm512_load_ps(p)
#define V_STORE(p, a)  _mm512_store_ps(p, a)
#define V_SET1(a)      _mm512_set1_ps(a)
#define V_ADD(a, b)    _mm512_add_ps(a, b)
#define V_SUB(a, b)    _mm512_sub_ps(a, b)
#define V_MUL(a, b)    _mm512_mul_ps(a, b)
#define V_DIV(a, b)    _mm512_div_ps(a, b)
#define V_SQRT(a)      _mm512_sqrt_ps(a)
#define V_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define V_WHERE_POSITIVE(a, b)                                                                 \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_GT_OQ), b)
#define V_SUM16(p)    sum16(p)
#define KERNEL_GATHER fused_gather_avx2

static inline KERNEL_TARGET float sum16(const float *lanes)
{
    __m256 eight = _mm256_add_ps(_mm256_load_ps(lanes), _mm256_load_ps(lanes + 8));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

#include "models/autoencoder/autoencoder_kernel.h"

const struct net_path fused_path_avx512 = {.name = "fused",
                                           .kernel = "avx512",
                                           .slice = FUSED_ROWS,
                                           .scratch = fused_scratch,
                                           .gradient = kernel_gradient,
                                           .outputs = kernel_outputs,
                                           .errors = kernel_errors,
                                           .step = kernel_step};

#endif
