#include "parity/net_bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/autoencoder/autoencoder_fused.h"
#include "unit/test.h"

float *net_bench_floats(size_t n)
{
    /* of this very size, so that a sanitizer sees a read beyond */
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, 64, n * sizeof(float)), 0);
    memset(memory, 0, n * sizeof(float));
    return memory;
}

void net_bench_open(struct net_bench *b, const struct net_path *path, size_t d, struct rng *rng)
{
    assert_true(net_init(&b->net, d, 1e-3, rng, NULL));
    b->path = path;
    b->scratch = net_bench_floats(path->scratch(&b->net.shape));
    b->slices = net_bench_floats(8 * b->net.shape.padded);
}

void net_bench_close(struct net_bench *b)
{
    net_clear(&b->net);
    free(b->scratch);
    free(b->slices);
}

size_t net_bench_paths(const struct net_path *paths[NET_PATHS_MAX])
{
    size_t n = 0;
    paths[n++] = net_path_blas();
    paths[n++] = &fused_path_scalar;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("fma")) {
        paths[n++] = &fused_path_fma;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        paths[n++] = &fused_path_avx2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        paths[n++] = &fused_path_avx512;
    }
#endif
    return n;
}

void net_bench_near(double ours, double theirs, double tolerance, const char *what, size_t i)
{
    if (!(fabs(ours - theirs) <= tolerance)) {
        fail_msg("%s %zu: %.9g instead of %.9g", what, i, ours, theirs);
    }
}
