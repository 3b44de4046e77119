/* net_bench: an autoencoder's net on one of the ways to compute a step, for tests that hold
 * those ways against torch and against each other. */
#ifndef ODDHOURS_TESTS_PARITY_NET_BENCH_H
#define ODDHOURS_TESTS_PARITY_NET_BENCH_H

#include "models/autoencoder/autoencoder_path.h"

enum { NET_PATHS_MAX = 5 };

struct net_bench {
    struct net net;
    const struct net_path *path;
    float *scratch, *slices;
};

/* Zeros, aligned to a cache line; freed with free(). */
float *net_bench_floats(size_t n);

/* A net of `d` features with weights drawn from `rng`. */
void net_bench_open(struct net_bench *bench, const struct net_path *path, size_t d,
                    struct rng *rng);
void net_bench_close(struct net_bench *bench);

/* The paths of this machine for layers up to 16 wide; returns how many. */
size_t net_bench_paths(const struct net_path *paths[NET_PATHS_MAX]);

/* Fails, naming `what` and `i`, when the two differ by more than `tolerance` or are no numbers.
 */
void net_bench_near(double ours, double theirs, double tolerance, const char *what, size_t i);

#endif
