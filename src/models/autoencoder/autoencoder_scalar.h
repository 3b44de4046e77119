/* autoencoder_scalar: the fused path with vectors of one lane; see autoencoder_kernel.h. The
 * file that includes this defines KERNEL_TARGET before. */
#include <math.h>
#include <string.h>

#include "models/autoencoder/autoencoder_fused.h"

static inline KERNEL_TARGET float sum16(const float *lanes)
{
    float sum[FUSED_LANES];
    memcpy(sum, lanes, sizeof sum);
    for (size_t half = FUSED_LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            sum[i] += sum[i + half];
        }
    }
    return sum[0];
}

#define KERNEL_LANES           1
#define V                      float
#define V_LOAD(p)              (*(p))
#define V_STORE(p, a)          (*(p) = (a))
#define V_SET1(a)              (a)
#define V_ADD(a, b)            ((a) + (b))
#define V_SUB(a, b)            ((a) - (b))
#define V_MUL(a, b)            ((a) * (b))
#define V_DIV(a, b)            ((a) / (b))
#define V_SQRT(a)              sqrtf(a)
#define V_FMA(a, b, c)         fmaf(a, b, c)
#define V_WHERE_POSITIVE(a, b) ((a) > 0.0f ? (b) : 0.0f)
#define V_SUM16(p)             sum16(p)
#define KERNEL_GATHER          fused_gather

#include "models/autoencoder/autoencoder_kernel.h"
