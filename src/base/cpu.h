/* cpu: which kernels to use, chosen at run time.
 *
 * A hot loop may have several forms for several vector units; all give equal bits. They are
 * numbered from the plainest: a module takes the best it has that is not above cpu_kernel().
 */
#ifndef ODDHOURS_BASE_CPU_H
#define ODDHOURS_BASE_CPU_H

enum cpu_kernel {
    CPU_SCALAR, /* plain C */
    CPU_AVX2,
    CPU_AVX512, /* F, BW, DQ and VL */
};

/* The best that this processor has. The environment variable ODDHOURS_KERNEL (scalar, avx2,
 * avx512) lowers it, for tests and comparisons; it cannot raise it, and other words are
 * ignored. Ask once a stage, not once a row. */
enum cpu_kernel cpu_kernel(void);

/* "scalar", "avx2", "avx512". */
const char *cpu_kernel_name(enum cpu_kernel kernel);

#endif
