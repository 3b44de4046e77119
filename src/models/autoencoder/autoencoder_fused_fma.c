#include "models/autoencoder/autoencoder_fused.h"

#if defined(__x86_64__)

/* The scalar form where fmaf() is an instruction: the same numbers, a good deal sooner. */
#define KERNEL_TARGET __attribute__((target("fma")))
#include "models/autoencoder/autoencoder_scalar.h"

const struct net_path fused_path_fma = {.name = "fused",
                                        .kernel = "scalar",
                                        .slice = FUSED_ROWS,
                                        .scratch = fused_scratch,
                                        .gradient = kernel_gradient,
                                        .outputs = kernel_outputs,
                                        .errors = kernel_errors,
                                        .step = kernel_step};

#endif
