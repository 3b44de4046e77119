#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SHIFT = 397 }; /* of MT19937: word k is made from words k, k + 1 and k + 397 */

/* Four words at once; gcc and clang turn it into the vector unit of any processor. */
typedef uint32_t lanes __attribute__((vector_size(16)));

static inline lanes lanes_load(const uint32_t *from)
{
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void lanes_store(uint32_t *to, lanes value)
{
    memcpy(to, &value, sizeof value);
}

void rng_seed(struct rng *rng, uint32_t seed)
{
    rng->word[0] = seed;
    for (uint32_t k = 1; k < RNG_WORDS; k++) {
        uint32_t before = rng->word[k - 1];
        rng->word[k] = UINT32_C(1812433253) * (before ^ (before >> 30)) + k;
    }
    rng->position = RNG_WORDS;
}

static inline uint32_t twist(uint32_t high, uint32_t low, uint32_t far)
{
    uint32_t y = (high & UINT32_C(0x80000000)) | (low & UINT32_C(0x7fffffff));
    return far ^ (y >> 1) ^ (-(low & 1) & UINT32_C(0x9908b0df));
}

static inline void twist_lanes(uint32_t *word, size_t k, size_t far)
{
    lanes high = lanes_load(word + k), low = lanes_load(word + k + 1);
    lanes y = (high & UINT32_C(0x80000000)) | (low & UINT32_C(0x7fffffff));
    lanes odd = -(low & 1) & UINT32_C(0x9908b0df);
    lanes_store(word + k, lanes_load(word + far) ^ (y >> 1) ^ odd);
}

/* The next block of words, in place. A vector step reads words k .. k + 4 before it writes
 * k .. k + 3, and its far words are at least 227 away, so the order of the recurrence holds. */
static void regenerate(struct rng *rng)
{
    uint32_t *word = rng->word;
    size_t k = 0;
    for (; k + 4 <= RNG_WORDS - SHIFT; k += 4) {
        twist_lanes(word, k, k + SHIFT);
    }
    for (; k < RNG_WORDS - SHIFT; k++) {
        word[k] = twist(word[k], word[k + 1], word[k + SHIFT]);
    }
    for (; k < RNG_WORDS - 1; k += 4) { /* 396 words: no rest */
        twist_lanes(word, k, k - (RNG_WORDS - SHIFT));
    }
    word[k] = twist(word[k], word[0], word[SHIFT - 1]);
    rng->position = 0;
}

static inline uint32_t temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= (y << 7) & UINT32_C(0x9d2c5680);
    y ^= (y << 15) & UINT32_C(0xefc60000);
    return y ^ (y >> 18);
}

static inline lanes temper_lanes(lanes y)
{
    y ^= y >> 11;
    y ^= (y << 7) & UINT32_C(0x9d2c5680);
    y ^= (y << 15) & UINT32_C(0xefc60000);
    return y ^ (y >> 18);
}

uint32_t rng_next32(struct rng *rng)
{
    if (rng->position == RNG_WORDS) {
        regenerate(rng);
    }
    return temper(rng->word[rng->position++]);
}

void rng_skip(struct rng *rng, uint64_t words)
{
    while (words > RNG_WORDS - rng->position) {
        words -= RNG_WORDS - rng->position;
        regenerate(rng);
    }
    rng->position += (unsigned)words;
}

/* The words left in the block, tempered, into words (RNG_WORDS); returns how many (at least
 * one). They count as drawn only when the caller moves rng->position on. */
static size_t peek(struct rng *rng, uint32_t *words)
{
    if (rng->position == RNG_WORDS) {
        regenerate(rng);
    }
    size_t n = RNG_WORDS - rng->position;
    const uint32_t *from = rng->word + rng->position;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        lanes_store(words + i, temper_lanes(lanes_load(from + i)));
    }
    for (; i < n; i++) {
        words[i] = temper(from[i]);
    }
    return n;
}

double rng_double(struct rng *rng)
{
    uint32_t a = rng_next32(rng) >> 5;
    uint32_t b = rng_next32(rng) >> 6;
    return ((double)a * 67108864.0 + (double)b) / 9007199254740992.0;
}

/* The smallest 2^k - 1 that is at least `most`; most is not 0. */
static inline uint32_t mask_of(uint32_t most)
{
    return UINT32_MAX >> __builtin_clz(most);
}

uint32_t rng_bounded(struct rng *rng, uint32_t most)
{
    if (most == 0) {
        return 0;
    }
    uint32_t mask = mask_of(most), value;
    do {
        value = rng_next32(rng) & mask;
    } while (value > most);
    return value;
}

static inline void swap(uint32_t *array, size_t i, size_t j)
{
    uint32_t kept = array[i];
    array[i] = array[j];
    array[j] = kept;
}

/* The partners of i, i - 1, ... from `n_words` words, at most `most` of them, into `partners`;
 * returns how many, and in `used` how many words that took. Without a branch on the words: a
 * third of them is rejected on average, which no processor can foresee. */
static size_t draw_partners(const uint32_t *words, size_t n_words, uint32_t i, size_t most,
                            uint32_t *partners, size_t *used)
{
    uint32_t mask = mask_of(i);
    size_t n = 0, w = 0;
    for (; w < n_words && n < most; w++) {
        uint32_t value = words[w] & mask;
        partners[n] = value;
        n += value <= i - (uint32_t)n;
    }
    *used = w;
    return n;
}

/* Fisher and Yates from the far end. The partners of a block are drawn first and their cache
 * lines asked for, then the swaps are done: at 42.9 million entries nearly every one is a miss.
 */
bool rng_permutation(struct rng *rng, uint32_t *out, size_t n, const struct progress *progress,
                     struct status *status)
{
    enum { BLOCKS_PER_TICK = 256 };
    uint32_t words[RNG_WORDS], partners[RNG_WORDS];
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint32_t)i;
    }
    unsigned blocks = 0;
    for (size_t i = n > 0 ? n - 1 : 0; i > 0;) {
        size_t used, n_words = peek(rng, words);
        size_t same_mask = i - (mask_of((uint32_t)i) >> 1);
        size_t drawn = draw_partners(words, n_words, (uint32_t)i, same_mask, partners, &used);
        rng->position += (unsigned)used;
        for (size_t k = 0; k < drawn; k++) {
            __builtin_prefetch(out + partners[k], 1);
        }
        for (size_t k = 0; k < drawn; k++, i--) {
            swap(out, i, partners[k]);
        }
        if (++blocks % BLOCKS_PER_TICK == 0 && !progress_tick(progress, n - i, n)) {
            return status_cancelled(status);
        }
    }
    return true;
}

bool rng_choice(struct rng *rng, size_t n, size_t size, uint32_t *out,
                const struct progress *progress, struct status *status)
{
    uint32_t *all = mem_aligned(n, sizeof *all, "a random order of all rows", status);
    if (all == NULL) {
        return false;
    }
    bool done = rng_permutation(rng, all, n, progress, status);
    if (done) {
        memcpy(out, all, size * sizeof *out);
    }
    free(all);
    return done;
}

/* A set of numbers below UINT32_MAX: open addressing, at most a quarter full. */
struct chosen {
    uint32_t *slots; /* number + 1; 0 is free */
    uint32_t mask;
};

static bool chosen_add(struct chosen *chosen, uint32_t number)
{
    uint32_t slot = (number * UINT32_C(2654435769)) & chosen->mask;
    while (chosen->slots[slot] != 0) {
        if (chosen->slots[slot] == number + 1) {
            return false;
        }
        slot = (slot + 1) & chosen->mask;
    }
    chosen->slots[slot] = number + 1;
    return true;
}

static bool sample_by_tracking(struct rng *rng, size_t n, size_t k, uint32_t *out,
                               struct status *status)
{
    size_t n_slots = 4;
    while (n_slots < 4 * k) {
        n_slots *= 2;
    }
    struct chosen chosen = {mem_zero(n_slots, sizeof(uint32_t), "a set of rows", status),
                            (uint32_t)(n_slots - 1)};
    if (chosen.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < k;) {
        out[i] = rng_bounded(rng, (uint32_t)(n - 1));
        i += chosen_add(&chosen, out[i]);
    }
    free(chosen.slots);
    return true;
}

static void sample_by_reservoir(struct rng *rng, size_t n, size_t k, uint32_t *out)
{
    for (size_t i = 0; i < k; i++) {
        out[i] = (uint32_t)i;
    }
    for (size_t i = k; i < n; i++) {
        uint32_t j = rng_bounded(rng, (uint32_t)i);
        if (j < k) {
            out[j] = (uint32_t)i;
        }
    }
}

bool rng_sample(struct rng *rng, size_t n, size_t k, uint32_t *out, struct status *status)
{
    if (k == 0) {
        return true;
    }
    double ratio = (double)k / (double)n;
    if (ratio > 0.01 && ratio < 0.99) {
        return rng_choice(rng, n, k, out, NULL, status);
    }
    if (ratio < 0.2) {
        return sample_by_tracking(rng, n, k, out, status);
    }
    sample_by_reservoir(rng, n, k, out);
    return true;
}

float rng_torch_uniform(struct rng *rng, float from, float to)
{
    float unit = (float)(rng_next32(rng) & 0xffffff) * 0x1p-24f;
    return fmaf(unit, to - from, from);
}

uint32_t rng_torch_epoch_seed(struct rng *rng)
{
    rng_skip(rng, 3);
    return rng_next32(rng);
}

/* A swap needs its partner's cache line, which is a miss nearly every time: lines are asked for
 * some swaps ahead, and asking and swapping go on side by side. */
void rng_torch_shuffle(struct rng *rng, uint32_t *array, size_t n, size_t from, size_t to)
{
    enum { AHEAD = 48 };
    uint32_t words[RNG_WORDS];
    size_t end = n > 0 ? n - 1 : 0;
    if (to < end) {
        end = to;
    }
    for (size_t i = from; i < end;) {
        size_t n_words = peek(rng, words);
        if (n_words > end - i) {
            n_words = end - i;
        }
        rng->position += (unsigned)n_words;
        for (size_t k = 0; k < n_words + AHEAD; k++) {
            if (k < n_words) {
                words[k] = (uint32_t)(i + k) + words[k] % (uint32_t)(n - i - k);
                __builtin_prefetch(array + words[k], 1);
            }
            if (k >= AHEAD) {
                swap(array, i + k - AHEAD, words[k - AHEAD]);
            }
        }
        i += n_words;
    }
}
