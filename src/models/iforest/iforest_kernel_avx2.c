/* The kernel with AVX2: 32 rows walk a tree at once, a row in a byte.
 *
 * A gather costs more than it brings on the processors of today. So nothing is gathered: a
 * level of the tree is a few tables of 16 bytes (vpshufb looks up 32 of them at once), the
 * features of 32 rows are registers that byte masks choose from, and ranks of 16 bits are
 * compared as two bytes. Slot numbers are bytes, too: level L has slots 2^L .. 2^(L+1) - 1, so
 * level 3 and level 4 are one table each, and in deeper ones the upper bits of the slot choose
 * among tables. The subtrees of level 4 are renamed so that most trees need one or two (see
 * iforest_coded_tree). */
#include "models/iforest/iforest_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__((target("avx2")))
#define INLINE inline AVX2 __attribute__((always_inline))

enum {
    LANES = 32,
    FEATURES = 8 /* three bits choose one */
};

struct planes {
    uint8_t high[FEATURES][IFOREST_BLOCK]; /* of the ranks, as the trees keep them */
    uint8_t low[FEATURES][IFOREST_BLOCK];
    uint8_t leaf[IFOREST_TOGETHER][IFOREST_BLOCK];
};
_Static_assert(sizeof(struct planes) <= IFOREST_SCRATCH, "the planes fit the scratch memory");

static INLINE __m256i load(const void *from)
{
    return _mm256_load_si256(from);
}

/* The bytes of 32 words, in order. */
static INLINE __m256i pack(__m256i a, __m256i b)
{
    return _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
}

static AVX2 void split_ranks(const struct iforest_coded *coded, const uint16_t *ranks,
                             struct planes *planes)
{
    const __m256i byte = _mm256_set1_epi16(0xff), turn = _mm256_set1_epi8((char)0x80);
    for (size_t f = 0; f < FEATURES; f++) {
        /* Features there are not are never chosen; they get some plane. */
        const uint16_t *from = ranks + (f < coded->d ? f : 0) * IFOREST_BLOCK;
        for (size_t i = 0; i < IFOREST_BLOCK; i += LANES) {
            __m256i a = load(from + i), b = load(from + i + LANES / 2);
            __m256i high = pack(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
            __m256i low = pack(_mm256_and_si256(a, byte), _mm256_and_si256(b, byte));
            _mm256_store_si256((void *)(planes->high[f] + i), _mm256_xor_si256(high, turn));
            _mm256_store_si256((void *)(planes->low[f] + i), _mm256_xor_si256(low, turn));
        }
    }
}

/* One table of 16 entries. */
static INLINE __m256i look(const uint8_t *table, __m256i slot)
{
    __m128i entries = _mm_load_si128((const void *)table);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), slot);
}

/* Where the top bit of `bit` is set `one`, else `zero`. In assembly because gcc 12 puts a
 * needless comparison with zero before the intrinsic. */
static INLINE __m256i choose(__m256i zero, __m256i one, __m256i bit)
{
    __m256i chosen;
    __asm__("vpblendvb %3, %2, %1, %0" : "=x"(chosen) : "x"(zero), "xm"(one), "x"(bit));
    return chosen;
}

/* One, two, four or eight tables; bits hold bits 4, 5, 6 of the slot in their top bits. */
static INLINE __m256i look2(const uint8_t *table, __m256i slot, const __m256i *bits)
{
    return choose(look(table, slot), look(table + 16, slot), bits[0]);
}

static INLINE __m256i look4(const uint8_t *table, __m256i slot, const __m256i *bits)
{
    return choose(look2(table, slot, bits), look2(table + 32, slot, bits), bits[1]);
}

static INLINE __m256i look_n(const uint8_t *table, unsigned n, __m256i slot,
                             const __m256i *bits)
{
    if (n == 1) {
        return look(table, slot);
    }
    if (n == 2) {
        return look2(table, slot, bits);
    }
    if (n == 4) {
        return look4(table, slot, bits);
    }
    return choose(look4(table, slot, bits), look4(table + 64, slot, bits), bits[2]);
}

/* The rows' value in the feature whose number's bits are the top bits of bit0, bit1, bit2. */
static INLINE __m256i pick(const uint8_t plane[FEATURES][IFOREST_BLOCK], size_t row,
                           __m256i bit0, __m256i bit1, __m256i bit2)
{
    __m256i f01 = choose(load(plane[0] + row), load(plane[1] + row), bit0);
    __m256i f23 = choose(load(plane[2] + row), load(plane[3] + row), bit0);
    __m256i f45 = choose(load(plane[4] + row), load(plane[5] + row), bit0);
    __m256i f67 = choose(load(plane[6] + row), load(plane[7] + row), bit0);
    return choose(choose(f01, f23, bit1), choose(f45, f67, bit1), bit2);
}

/* All ones where the rank of the row is above that of the node. */
static INLINE __m256i above(__m256i x_high, __m256i x_low, __m256i high, __m256i low)
{
    return choose(_mm256_cmpgt_epi8(x_high, high), _mm256_cmpgt_epi8(x_low, low),
                  _mm256_cmpeq_epi8(x_high, high));
}

static INLINE __m256i next(__m256i slot, __m256i right)
{
    return _mm256_sub_epi8(_mm256_add_epi8(slot, slot), right);
}

/* Down one level whose splits start at `base` and fill n tables. */
static INLINE __m256i descend(const struct planes *planes,
                              const struct iforest_coded_tree *tree, size_t row, __m256i slot,
                              unsigned base, unsigned n)
{
    const __m256i upper[3] = {_mm256_slli_epi16(slot, 3), _mm256_slli_epi16(slot, 2),
                              _mm256_slli_epi16(slot, 1)};
    __m256i at = slot;
    if (base == 128) { /* vpshufb takes bit 7 for "zero" */
        at = _mm256_and_si256(slot, _mm256_set1_epi8(15));
    }
    __m256i high = look_n(tree->rank_high + base, n, at, upper);
    __m256i low = look_n(tree->rank_low + base, n, at, upper);
    __m256i bit0 = look_n(tree->feature_bits + base, n, at, upper);
    __m256i bit1 = _mm256_add_epi8(bit0, bit0), bit2 = _mm256_add_epi8(bit1, bit1);
    return next(slot, above(pick(planes->high, row, bit0, bit1, bit2),
                            pick(planes->low, row, bit0, bit1, bit2), high, low));
}

/* The first three levels: seven splits whose features are known, so that rows choose among one,
 * two and four planes instead of eight. */
struct crown {
    const uint8_t *high[8], *low[8]; /* the planes of slots 1 to 7 */
};

static INLINE __m256i four(const uint8_t *const *plane, size_t row, __m256i right0,
                           __m256i right1)
{
    return choose(choose(load(plane[4] + row), load(plane[5] + row), right1),
                  choose(load(plane[6] + row), load(plane[7] + row), right1), right0);
}

static INLINE __m256i walk_crown(const struct crown *crown,
                                 const struct iforest_coded_tree *tree, size_t row)
{
    __m256i right0 = above(load(crown->high[1] + row), load(crown->low[1] + row),
                           _mm256_set1_epi8((char)tree->rank_high[1]),
                           _mm256_set1_epi8((char)tree->rank_low[1]));
    __m256i slot = _mm256_sub_epi8(_mm256_set1_epi8(2), right0);
    __m256i right1 =
        above(choose(load(crown->high[2] + row), load(crown->high[3] + row), right0),
              choose(load(crown->low[2] + row), load(crown->low[3] + row), right0),
              look(tree->rank_high, slot), look(tree->rank_low, slot));
    slot = next(slot, right1);
    __m256i right2 =
        above(four(crown->high, row, right0, right1), four(crown->low, row, right0, right1),
              look(tree->rank_high, slot), look(tree->rank_low, slot));
    return next(slot, right2);
}

/* Notes the leaf of every row. The numbers of tables are constants where this is inlined. */
static INLINE __attribute__((always_inline)) void walk(const struct planes *planes,
                                                       const struct iforest_coded_tree *tree,
                                                       uint8_t *leaf, unsigned tables5,
                                                       unsigned tables6, unsigned tables7)
{
    struct crown crown;
    for (size_t i = 1; i < 8; i++) {
        crown.high[i] = planes->high[tree->feature[i]];
        crown.low[i] = planes->low[tree->feature[i]];
    }
    /* Two at a time: a row's levels depend on each other, and one alone would wait for
     * latencies. */
    for (size_t row = 0; row < IFOREST_BLOCK; row += 2 * LANES) {
        const size_t other = row + LANES;
        __m256i a = walk_crown(&crown, tree, row), b = walk_crown(&crown, tree, other);
        a = descend(planes, tree, row, a, 0, 1);
        b = descend(planes, tree, other, b, 0, 1);
        a = look(tree->rename, a);
        b = look(tree->rename, b);
        a = descend(planes, tree, row, a, 16, 1);
        b = descend(planes, tree, other, b, 16, 1);
        a = descend(planes, tree, row, a, 32, tables5);
        b = descend(planes, tree, other, b, 32, tables5);
        a = descend(planes, tree, row, a, 64, tables6);
        b = descend(planes, tree, other, b, 64, tables6);
        a = descend(planes, tree, row, a, 128, tables7);
        b = descend(planes, tree, other, b, 128, tables7);
        _mm256_store_si256((void *)(leaf + row), a);
        _mm256_store_si256((void *)(leaf + other), b);
    }
}

/* Few tables are the rule; one loop for each of four sizes is enough. */
static AVX2 void walk_tree(const struct planes *planes, const struct iforest_coded_tree *tree,
                           uint8_t *leaf)
{
    const unsigned *tables = tree->tables;
    if (tables[0] <= 1 && tables[1] <= 1 && tables[2] <= 1) {
        walk(planes, tree, leaf, 1, 1, 1);
    } else if (tables[0] <= 1 && tables[1] <= 1 && tables[2] <= 2) {
        walk(planes, tree, leaf, 1, 1, 2);
    } else if (tables[0] <= 1 && tables[1] <= 2 && tables[2] <= 4) {
        walk(planes, tree, leaf, 1, 2, 4);
    } else {
        walk(planes, tree, leaf, 2, 4, 8);
    }
}

/* One number to a register: it takes longer to bring two together than to add them. */
void iforest_add_leaves(const uint8_t *leaves, const struct iforest_coded_tree *trees, size_t n,
                        double *sums)
{
    enum { SUMS = 8 }; /* that grow side by side */
    for (size_t i = 0; i < IFOREST_BLOCK; i += SUMS) {
        __m128d sum[SUMS];
#pragma GCC unroll 8
        for (size_t k = 0; k < SUMS; k++) {
            sum[k] = _mm_load_sd(sums + i + k);
        }
        for (size_t t = 0; t < n; t++) {
            const uint8_t *leaf = leaves + t * IFOREST_BLOCK + i;
#pragma GCC unroll 8
            for (size_t k = 0; k < SUMS; k++) {
                sum[k] = _mm_add_sd(sum[k], _mm_load_sd(trees[t].leaf + leaf[k]));
            }
        }
#pragma GCC unroll 8
        for (size_t k = 0; k < SUMS; k++) {
            _mm_store_sd(sums + i + k, sum[k]);
        }
    }
}

static AVX2 void walk_avx2(const struct iforest_coded *coded, const uint16_t *ranks,
                           double *sums, void *scratch)
{
    struct planes *planes = scratch;
    split_ranks(coded, ranks, planes);
    for (size_t first = 0; first < coded->n_trees; first += IFOREST_TOGETHER) {
        size_t rest = coded->n_trees - first;
        size_t n = rest < IFOREST_TOGETHER ? rest : IFOREST_TOGETHER;
        for (size_t t = 0; t < n; t++) {
            walk_tree(planes, &coded->trees[first + t], planes->leaf[t]);
        }
        iforest_add_leaves(planes->leaf[0], coded->trees + first, n, sums);
    }
}

/* The cuts below x: those in lower buckets, and of the next eight those that compare below. */
static INLINE uint16_t rank_of(const struct iforest_cuts *cuts, float x)
{
    uint32_t rank = cuts->below[iforest_key(x)], more;
    const __m256 value = _mm256_set1_ps(x);
    do {
        __m256 window = _mm256_loadu_ps(cuts->values + rank);
        __m256 below = _mm256_cmp_ps(window, value, _CMP_LT_OQ);
        more = (uint32_t)__builtin_ctz(~(uint32_t)_mm256_movemask_ps(below));
        rank += more;
    } while (more == IFOREST_WINDOW);
    return (uint16_t)rank;
}

AVX2 void iforest_ranks_avx2(const struct iforest_coded *coded, const float *x, size_t n,
                             uint16_t *ranks)
{
    for (size_t f = 0; f < coded->d; f++) {
        for (size_t i = 0; i < n; i++) {
            ranks[f * IFOREST_BLOCK + i] = rank_of(&coded->cuts[f], x[i * coded->d + f]);
        }
    }
}

const struct iforest_kernel iforest_kernel_avx2 = {CPU_AVX2, FEATURES, UINT16_MAX,
                                                   iforest_ranks_avx2, walk_avx2};

#endif
