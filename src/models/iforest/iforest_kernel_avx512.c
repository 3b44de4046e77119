/* The kernel with AVX-512BW: 32 rows walk a tree at once, a row in a word of 16 bits.
 *
 * As with AVX2 nothing is gathered; but a lookup takes 32 or 64 entries (vpermw, vpermt2w), and
 * masks choose the features. A split is one word: its rank times 8, plus its feature. Slots of
 * levels 0 to 4 are one table of 32 words, of level 5 another, of level 6 two, of level 7 four;
 * renamed subtrees (see iforest_coded_tree) leave one or two of them in most trees. */
#include "models/iforest/iforest_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE inline AVX512 __attribute__((always_inline))

enum { LANES = 32, FEATURES = 8, FEATURE_BITS = 3, MOST_CUTS = (1 << 13) - 1 };

/* A tree as registers: the splits of its 256 slots. */
struct tables {
    __m512i split[8];
    __m512i rename;
};

static INLINE __m512i load(const uint16_t *from)
{
    return _mm512_load_si512(from);
}

static INLINE struct tables tables_of(const struct iforest_coded_tree *tree)
{
    struct tables tables;
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        tables.split[i] = load(tree->split + i * LANES);
    }
    /* Slots 16 to 31 are renamed; their low five bits choose, so the table stands twice. */
    __m256i names = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)tree->rename));
    tables.rename = _mm512_cvtepu8_epi16(names);
    return tables;
}

/* One, two or four tables of 32 words; a lookup looks at as many low bits as it needs. */
static INLINE __m512i look(const __m512i *table, unsigned n, __m512i slot)
{
    if (n == 1) {
        return _mm512_permutexvar_epi16(slot, table[0]);
    }
    __m512i first = _mm512_permutex2var_epi16(table[0], slot, table[1]);
    if (n == 2) {
        return first;
    }
    __m512i second = _mm512_permutex2var_epi16(table[2], slot, table[3]);
    return _mm512_mask_blend_epi16(_mm512_test_epi16_mask(slot, _mm512_set1_epi16(64)), first,
                                   second);
}

static INLINE __m512i next(__m512i slot, __mmask32 right)
{
    __m512i twice = _mm512_add_epi16(slot, slot);
    return _mm512_mask_add_epi16(twice, right, twice, _mm512_set1_epi16(1));
}

/* Down one level whose splits are in n tables. A rank of the row is 8 times itself, so it is
 * above the split's, which has a number below 8 added, just if it is above it without. */
static INLINE __m512i descend(const uint16_t *x, size_t d, const __m512i *split, unsigned n,
                              __m512i slot)
{
    __m512i chosen = look(split, n, slot);
    __mmask32 bit0 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(1));
    __mmask32 bit1 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(2));
    __mmask32 bit2 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(4));
    __m512i f01 =
        _mm512_mask_blend_epi16(bit0, load(x + 0 * IFOREST_BLOCK), load(x + 1 * IFOREST_BLOCK));
    __m512i f23 =
        _mm512_mask_blend_epi16(bit0, load(x + 2 * IFOREST_BLOCK), load(x + 3 * IFOREST_BLOCK));
    __m512i f45 =
        _mm512_mask_blend_epi16(bit0, load(x + 4 * IFOREST_BLOCK), load(x + 5 * IFOREST_BLOCK));
    __m512i f67 = d > 7 ? _mm512_mask_blend_epi16(bit0, load(x + 6 * IFOREST_BLOCK),
                                                  load(x + 7 * IFOREST_BLOCK))
                        : load(x + 6 * IFOREST_BLOCK);
    __m512i low = _mm512_mask_blend_epi16(bit1, f01, f23);
    __m512i high = _mm512_mask_blend_epi16(bit1, f45, f67);
    __m512i value = _mm512_mask_blend_epi16(bit2, low, high);
    return next(slot, _mm512_cmpgt_epu16_mask(value, chosen));
}

/* The first three levels: seven splits whose features are known, so that rows choose among one,
 * two and four features instead of eight. */
static INLINE __m512i walk_crown(const uint16_t *const *x, __m512i split, size_t row)
{
    __m512i two = _mm512_set1_epi16(2), slot = _mm512_set1_epi16(1);
    __mmask32 right0 =
        _mm512_cmpgt_epu16_mask(load(x[1] + row), _mm512_permutexvar_epi16(slot, split));
    slot = _mm512_mask_add_epi16(two, right0, two, slot);
    __m512i value = _mm512_mask_blend_epi16(right0, load(x[2] + row), load(x[3] + row));
    __mmask32 right1 = _mm512_cmpgt_epu16_mask(value, _mm512_permutexvar_epi16(slot, split));
    slot = next(slot, right1);
    __m512i left = _mm512_mask_blend_epi16(right1, load(x[4] + row), load(x[5] + row));
    __m512i right = _mm512_mask_blend_epi16(right1, load(x[6] + row), load(x[7] + row));
    value = _mm512_mask_blend_epi16(right0, left, right);
    return next(slot, _mm512_cmpgt_epu16_mask(value, _mm512_permutexvar_epi16(slot, split)));
}

/* Notes the leaf of every row. d, 7 or 8, and the numbers of tables are constants where this is
 * inlined. */
static INLINE void walk(const uint16_t *ranks, size_t d, const struct iforest_coded_tree *tree,
                        uint8_t *leaf, unsigned tables6, unsigned tables7)
{
    const struct tables tables = tables_of(tree);
    const uint16_t *crown[8];
    for (size_t i = 1; i < 8; i++) {
        crown[i] = ranks + tree->feature[i] * IFOREST_BLOCK;
    }
    /* Two at a time: a row's levels depend on each other, and one alone would wait for
     * latencies. */
    for (size_t row = 0; row < IFOREST_BLOCK; row += 2 * LANES) {
        const uint16_t *x = ranks + row, *y = x + LANES;
        __m512i a = walk_crown(crown, tables.split[0], row);
        __m512i b = walk_crown(crown, tables.split[0], row + LANES);
        a = descend(x, d, tables.split, 1, a);
        b = descend(y, d, tables.split, 1, b);
        a = _mm512_permutexvar_epi16(a, tables.rename);
        b = _mm512_permutexvar_epi16(b, tables.rename);
        a = descend(x, d, tables.split, 1, a);
        b = descend(y, d, tables.split, 1, b);
        a = descend(x, d, tables.split + 1, 1, a);
        b = descend(y, d, tables.split + 1, 1, b);
        a = descend(x, d, tables.split + 2, tables6, a);
        b = descend(y, d, tables.split + 2, tables6, b);
        a = descend(x, d, tables.split + 4, tables7, a);
        b = descend(y, d, tables.split + 4, tables7, b);
        _mm256_store_si256((void *)(leaf + row), _mm512_cvtepi16_epi8(a));
        _mm256_store_si256((void *)(leaf + row + LANES), _mm512_cvtepi16_epi8(b));
    }
}

/* tree->tables counts by 16 slots. */
static INLINE void walk_tree(const uint16_t *ranks, size_t d,
                             const struct iforest_coded_tree *tree, uint8_t *leaf)
{
    if (tree->tables[1] <= 2 && tree->tables[2] <= 2) {
        walk(ranks, d, tree, leaf, 1, 1);
    } else if (tree->tables[1] <= 2 && tree->tables[2] <= 4) {
        walk(ranks, d, tree, leaf, 1, 2);
    } else {
        walk(ranks, d, tree, leaf, 2, 4);
    }
}

struct planes {
    uint16_t rank[FEATURES][IFOREST_BLOCK]; /* times 8 */
    uint8_t leaf[IFOREST_TOGETHER][IFOREST_BLOCK];
};
_Static_assert(sizeof(struct planes) <= IFOREST_SCRATCH, "the planes fit the scratch memory");

static AVX512 void walk_avx512(const struct iforest_coded *coded, const uint16_t *ranks,
                               double *sums, void *scratch)
{
    struct planes *planes = scratch;
    for (size_t f = 0; f < FEATURES; f++) { /* features there are not are never chosen */
        const uint16_t *from = ranks + (f < coded->d ? f : 0) * IFOREST_BLOCK;
        for (size_t i = 0; i < IFOREST_BLOCK; i += LANES) {
            _mm512_store_si512(planes->rank[f] + i,
                               _mm512_slli_epi16(load(from + i), FEATURE_BITS));
        }
    }
    for (size_t first = 0; first < coded->n_trees; first += IFOREST_TOGETHER) {
        size_t rest = coded->n_trees - first;
        size_t n = rest < IFOREST_TOGETHER ? rest : IFOREST_TOGETHER;
        for (size_t t = 0; t < n; t++) {
            if (coded->d > 7) {
                walk_tree(planes->rank[0], 8, &coded->trees[first + t], planes->leaf[t]);
            } else {
                walk_tree(planes->rank[0], 7, &coded->trees[first + t], planes->leaf[t]);
            }
        }
        iforest_add_leaves(planes->leaf[0], coded->trees + first, n, sums);
    }
}

const struct iforest_kernel iforest_kernel_avx512 = {CPU_AVX512, FEATURES, MOST_CUTS,
                                                     iforest_ranks_avx2, walk_avx512};

#endif
