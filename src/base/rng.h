/* rng: random numbers as numpy, scikit-learn and torch draw them, bit for bit.
 *
 * One generator, MT19937 (Matsumoto and Nishimura 1998) seeded with an integer by Knuth's
 * recurrence, as numpy's RandomState(seed) and torch.manual_seed(seed) do, and the draws each
 * of them derives from its words; and the xorshift32 that scikit-learn uses inside a tree.
 * numpy is 1.24, scikit-learn 1.2.1, torch 1.13.1; docs/PARITY.md says what was compared.
 */
#ifndef ODDHOURS_BASE_RNG_H
#define ODDHOURS_BASE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"

enum { RNG_WORDS = 624 };

struct rng {
    uint32_t word[RNG_WORDS];
    unsigned position; /* of the next word; RNG_WORDS: a new block is due */
};

void rng_seed(struct rng *rng, uint32_t seed);

/* The next word. */
uint32_t rng_next32(struct rng *rng);

/* Passes over `words` words: about 0.2 ns each. */
void rng_skip(struct rng *rng, uint64_t words);

/* Uniform in [0, 1) with 53 bits: two words. numpy's uniform(size=n) is n of these. */
double rng_double(struct rng *rng);

/* Uniform in 0 .. most, `most` included, by masked rejection. One word per attempt; none at all
 * when most is 0. numpy's randint(high) is rng_bounded(high - 1). */
uint32_t rng_bounded(struct rng *rng, uint32_t most);

/* numpy's permutation(n) into out (n). Progress in elements. False when cancelled. */
bool rng_permutation(struct rng *rng, uint32_t *out, size_t n, const struct progress *progress,
                     struct status *status);

/* numpy's choice(n, size, replace=False) into out (size): the first of permutation(n), for
 * which 4 n bytes are needed while it runs. size is at most n. */
bool rng_choice(struct rng *rng, size_t n, size_t size, uint32_t *out,
                const struct progress *progress, struct status *status);

/* scikit-learn's sample_without_replacement(n, k, method="auto") into out (k), in the order
 * drawn. k is at most n. False when memory ran out. */
bool rng_sample(struct rng *rng, size_t n, size_t k, uint32_t *out, struct status *status);

/* torch's uniform_(from, to) for one float32: one word. A fused multiply-add, as torch's
 * vectorised kernel on a processor that has it. */
float rng_torch_uniform(struct rng *rng, float from, float to);

/* What one epoch of a shuffling DataLoader takes from torch's global generator: four words, of
 * which the last seeds the generator of the epoch's permutation. */
uint32_t rng_torch_epoch_seed(struct rng *rng);

/* Steps from .. to - 1 of torch's randperm on array (n), which holds 0 .. n - 1 (or what is to
 * be shuffled) before step 0: entry i is final after step i, so the steps may be asked for in
 * pieces, in order. Steps beyond n - 2 do nothing. n is below 2^32 / 20. */
void rng_torch_shuffle(struct rng *rng, uint32_t *array, size_t n, size_t from, size_t to);

/* xorshift32 (Marsaglia 2003) as scikit-learn's our_rand_r: the state keeps 32 bits, a draw has
 * 31 of them. */
struct xorshift {
    uint32_t state;
};

static inline uint32_t xorshift_draw(struct xorshift *xorshift)
{
    uint32_t x = xorshift->state != 0 ? xorshift->state : 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    xorshift->state = x;
    return x & 0x7fffffff;
}

/* lo .. hi - 1, by plain modulo. hi is above lo. */
static inline uint32_t xorshift_rint(struct xorshift *xorshift, uint32_t lo, uint32_t hi)
{
    return lo + xorshift_draw(xorshift) % (hi - lo);
}

/* Uniform in lo .. hi, in this order of operations. */
static inline double xorshift_uniform(struct xorshift *xorshift, double lo, double hi)
{
    return (hi - lo) * (double)xorshift_draw(xorshift) / 2147483647.0 + lo;
}

#endif
