/* The kernel with AVX-512BW: 32 rows walk a tree at once, a row in a word of 16 bits.
 *
 * As with AVX2 nothing is gathered; but a lookup takes 32 or 64 entries (vpermw, vpermt2w),
 * ranks are compared whole, and masks choose the features. Slots of levels 0 to 4 are one table
 * of 32 words, of level 5 another, of level 6 two, of level 7 four; renamed subtrees (see
 * iforest_coded_tree) leave one or two of them in most trees. */
#include "models/iforest_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE inline AVX512 __attribute__((always_inline))

enum { LANES = 32, FEATURES = 8 };

/* A tree as registers: the ranks of its 256 slots, and the features' bits. */
struct tables {
    __m512i rank[8];
    __m512i bits[8];
    __m512i rename;
};

static INLINE __m512i load(const uint16_t *from)
{
    return _mm512_loadu_si512(from);
}

static INLINE __m512i widen(const uint8_t *from)
{
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const void *)from));
}

static INLINE struct tables tables_of(const struct iforest_coded_tree *tree)
{
    struct tables tables;
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        tables.rank[i] = load(tree->rank + i * LANES);
        tables.bits[i] = widen(tree->feature_bits + i * LANES);
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

/* Down one level whose splits are in n tables from rank[0], bits[0] on. */
static INLINE __m512i descend(const __m512i *x, const __m512i *rank, const __m512i *bits,
                              unsigned n, __m512i slot)
{
    __m512i chosen = look(bits, n, slot);
    __mmask32 bit0 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(0x80));
    __mmask32 bit1 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(0x40));
    __mmask32 bit2 = _mm512_test_epi16_mask(chosen, _mm512_set1_epi16(0x20));
    __m512i f01 = _mm512_mask_blend_epi16(bit0, x[0], x[1]);
    __m512i f23 = _mm512_mask_blend_epi16(bit0, x[2], x[3]);
    __m512i f45 = _mm512_mask_blend_epi16(bit0, x[4], x[5]);
    __m512i f67 = _mm512_mask_blend_epi16(bit0, x[6], x[7]);
    __m512i low = _mm512_mask_blend_epi16(bit1, f01, f23);
    __m512i high = _mm512_mask_blend_epi16(bit1, f45, f67);
    __m512i value = _mm512_mask_blend_epi16(bit2, low, high);
    return next(slot, _mm512_cmpgt_epu16_mask(value, look(rank, n, slot)));
}

/* Notes the leaf of every row. The numbers of tables are constants where this is inlined. */
static INLINE void walk(const struct iforest_coded *coded, const uint16_t *ranks,
                        const struct iforest_coded_tree *tree, uint8_t *leaf, unsigned tables6,
                        unsigned tables7)
{
    const struct tables tables = tables_of(tree);
    for (size_t row = 0; row < IFOREST_BLOCK; row += LANES) {
        __m512i x[FEATURES];
#pragma GCC unroll 8
        for (size_t f = 0; f < FEATURES; f++) { /* features there are not are never chosen */
            x[f] = load(ranks + (f < coded->d ? f : 0) * IFOREST_BLOCK + row);
        }
        __m512i slot = _mm512_set1_epi16(1);
#pragma GCC unroll 4
        for (unsigned level = 0; level < 4; level++) {
            slot = descend(x, tables.rank, tables.bits, 1, slot);
        }
        slot = _mm512_permutexvar_epi16(slot, tables.rename);
        slot = descend(x, tables.rank, tables.bits, 1, slot);
        slot = descend(x, tables.rank + 1, tables.bits + 1, 1, slot);
        slot = descend(x, tables.rank + 2, tables.bits + 2, tables6, slot);
        slot = descend(x, tables.rank + 4, tables.bits + 4, tables7, slot);
        _mm256_storeu_si256((void *)(leaf + row), _mm512_cvtepi16_epi8(slot));
    }
}

/* tree->tables counts by 16 slots. */
static AVX512 void walk_tree(const struct iforest_coded *coded, const uint16_t *ranks,
                             const struct iforest_coded_tree *tree, uint8_t *leaf)
{
    if (tree->tables[1] <= 2 && tree->tables[2] <= 2) {
        walk(coded, ranks, tree, leaf, 1, 1);
    } else if (tree->tables[1] <= 2 && tree->tables[2] <= 4) {
        walk(coded, ranks, tree, leaf, 1, 2);
    } else {
        walk(coded, ranks, tree, leaf, 2, 4);
    }
}

static AVX512 void walk_avx512(const struct iforest_coded *coded, const uint16_t *ranks,
                               double *sums, void *scratch)
{
    uint8_t *leaves = scratch;
    for (size_t first = 0; first < coded->n_trees; first += IFOREST_TOGETHER) {
        size_t rest = coded->n_trees - first;
        size_t n = rest < IFOREST_TOGETHER ? rest : IFOREST_TOGETHER;
        for (size_t t = 0; t < n; t++) {
            walk_tree(coded, ranks, &coded->trees[first + t], leaves + t * IFOREST_BLOCK);
        }
        iforest_add_leaves(leaves, coded->trees + first, n, sums);
    }
}

const struct iforest_kernel iforest_kernel_avx512 = {CPU_AVX512, FEATURES, iforest_ranks_avx2,
                                                     walk_avx512};

#endif
