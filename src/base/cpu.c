#include "base/cpu.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"scalar", "avx2", "avx512"};

static enum cpu_kernel best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return CPU_AVX512;
    }
    /* They came with AVX2, but a virtual machine may hide them; kernels use all three. */
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt")) {
        return CPU_AVX2;
    }
#endif
    return CPU_SCALAR;
}

enum cpu_kernel cpu_kernel(void)
{
    enum cpu_kernel kernel = best();
    const char *asked = getenv("ODDHOURS_KERNEL");
    for (enum cpu_kernel k = CPU_SCALAR; asked != NULL && k < kernel; k++) {
        if (strcmp(asked, names[k]) == 0) {
            return k;
        }
    }
    return kernel;
}

const char *cpu_kernel_name(enum cpu_kernel kernel)
{
    return names[kernel];
}
