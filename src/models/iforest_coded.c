/* The forest for scoring: thresholds replaced by ranks, trees made complete.
 *
 * x <= t for a float x and a double t is x <= u, with u the largest float not above t. With the
 * distinct u of a feature in ascending order, u_0 < u_1 < ..., and rank(x) the number of them
 * below x, x > u_k is rank(x) > k: whole numbers of 16 bits decide every split, exactly. */
#include "models/iforest_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The largest float that is not above `threshold`. */
static float cut_of(double threshold)
{
    float cut = (float)threshold;
    return (double)cut > threshold ? nextafterf(cut, -INFINITY) : cut;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static size_t distinct(float *values, size_t n)
{
    size_t kept = 0;
    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || values[kept - 1] < values[i]) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

/* The number of cuts below x: a binary search whose steps do not depend on what it meets. */
static size_t rank_of(const float *cuts, unsigned steps, float x)
{
    size_t rank = 0;
    for (size_t half = ((size_t)1 << steps) >> 1; half > 0; half >>= 1) {
        rank += cuts[rank + half - 1] < x ? half : 0;
    }
    return rank;
}

void iforest_ranks(const struct iforest_coded *coded, const float *x, size_t n, uint16_t *ranks)
{
    enum { TOGETHER = 8 }; /* searches that run side by side and hide each other's latency */
    size_t d = coded->d;
    for (size_t f = 0; f < d; f++) {
        const float *cuts = coded->cuts[f];
        uint16_t *out = ranks + f * IFOREST_BLOCK;
        size_t i = 0;
        for (; i + TOGETHER <= n; i += TOGETHER) {
            uint32_t rank[TOGETHER] = {0};
            float value[TOGETHER];
            for (size_t k = 0; k < TOGETHER; k++) {
                value[k] = x[(i + k) * d + f];
            }
            for (uint32_t half = (1U << coded->steps[f]) >> 1; half > 0; half >>= 1) {
                for (size_t k = 0; k < TOGETHER; k++) {
                    rank[k] += -(uint32_t)(cuts[rank[k] + half - 1] < value[k]) & half;
                }
            }
            for (size_t k = 0; k < TOGETHER; k++) {
                out[i + k] = (uint16_t)rank[k];
            }
        }
        for (; i < n; i++) {
            out[i] = (uint16_t)rank_of(cuts, coded->steps[f], x[i * d + f]);
        }
    }
}

/* Collects and sorts the cuts of every feature. */
static bool find_cuts(struct iforest_coded *coded, const struct iforest_tree *trees,
                      struct status *status)
{
    size_t count[TABLE_FEATURES_MAX] = {0}, room = 0;
    for (size_t t = 0; t < coded->n_trees; t++) {
        for (size_t i = 0; i < trees[t].n_nodes; i++) {
            if (trees[t].nodes[i].feature != IFOREST_LEAF) {
                count[trees[t].nodes[i].feature]++;
            }
        }
    }
    for (size_t f = 0; f < coded->d; f++) {
        while (((size_t)1 << coded->steps[f]) - 1 < count[f]) {
            coded->steps[f]++;
        }
        room += (size_t)1 << coded->steps[f];
    }
    coded->cut_values = mem_new(room, sizeof(float), "the thresholds of the forest", status);
    if (coded->cut_values == NULL) {
        return false;
    }
    float *next = coded->cut_values;
    for (size_t f = 0; f < coded->d; f++) {
        coded->cuts[f] = next;
        next += (size_t)1 << coded->steps[f];
        count[f] = 0;
    }
    for (size_t t = 0; t < coded->n_trees; t++) {
        for (size_t i = 0; i < trees[t].n_nodes; i++) {
            const struct iforest_node *node = &trees[t].nodes[i];
            if (node->feature != IFOREST_LEAF) {
                coded->cuts[node->feature][count[node->feature]++] = cut_of(node->threshold);
            }
        }
    }
    for (size_t f = 0; f < coded->d; f++) {
        size_t kept = distinct(coded->cuts[f], count[f]);
        for (size_t i = kept; i < (size_t)1 << coded->steps[f]; i++) {
            coded->cuts[f][i] = INFINITY;
        }
    }
    return true;
}

static void code_leaf(struct iforest_coded_tree *coded, const struct iforest_node *leaf,
                      unsigned slot)
{
    unsigned below = IFOREST_DEPTH - leaf->depth;
    coded->leaf[(slot << below) - IFOREST_SLOTS] = leaf->expected;
}

static void code_split(struct iforest_coded_tree *coded, const struct iforest_node *node,
                       unsigned slot, size_t rank)
{
    coded->rank[slot] = (uint16_t)rank;
    coded->feature[slot] = node->feature;
    coded->rank_high[slot] = (uint8_t)((rank >> 8) ^ 0x80);
    coded->rank_low[slot] = (uint8_t)((rank & 0xff) ^ 0x80);
    coded->feature_bits[slot] = (uint8_t)((node->feature & 1) << 7 | (node->feature & 2) << 5 |
                                          (node->feature & 4) << 3);
    if (node->depth + 1U > coded->depth) {
        coded->depth = node->depth + 1U;
    }
}

/* Where a node of a tree stands in the complete tree: children have larger numbers than their
 * parent in both, so one pass in the order of the nodes finds all. */
static void code_tree(const struct iforest_coded *coded, struct iforest_coded_tree *to,
                      const struct iforest_tree *tree)
{
    uint16_t slots[IFOREST_NODES];
    memset(to, 0, sizeof *to);
    memset(to->rank, 0xff, sizeof to->rank); /* no rank is above: everything goes left */
    memset(to->rank_high, 0x7f, sizeof to->rank_high);
    memset(to->rank_low, 0x7f, sizeof to->rank_low);
    slots[0] = 1;
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct iforest_node *node = &tree->nodes[i];
        if (node->feature == IFOREST_LEAF) {
            code_leaf(to, node, slots[i]);
        } else {
            slots[i + 1] = (uint16_t)(2 * slots[i]);
            slots[node->right] = (uint16_t)(2 * slots[i] + 1);
            size_t rank = rank_of(coded->cuts[node->feature], coded->steps[node->feature],
                                  cut_of(node->threshold));
            code_split(to, node, slots[i], rank);
        }
    }
}

struct iforest_coded *iforest_coded_new(const struct iforest *forest, size_t first_tree,
                                        size_t n_trees, struct status *status)
{
    struct iforest_coded *coded = mem_zero(1, sizeof *coded, "the coded forest", status);
    if (coded == NULL) {
        return NULL;
    }
    coded->d = forest->d;
    coded->n_trees = n_trees;
    coded->trees = mem_aligned(n_trees, sizeof *coded->trees, "the coded forest", status);
    coded->cuts = mem_zero(forest->d, sizeof *coded->cuts, "the coded forest", status);
    coded->steps = mem_zero(forest->d, sizeof *coded->steps, "the coded forest", status);
    if (coded->trees == NULL || coded->cuts == NULL || coded->steps == NULL ||
        !find_cuts(coded, forest->trees + first_tree, status)) {
        iforest_coded_free(coded);
        return NULL;
    }
    for (size_t t = 0; t < n_trees; t++) {
        code_tree(coded, &coded->trees[t], &forest->trees[first_tree + t]);
    }
    return coded;
}

void iforest_coded_free(struct iforest_coded *coded)
{
    if (coded != NULL) {
        free(coded->trees);
        free(coded->cuts);
        free(coded->steps);
        free(coded->cut_values);
        free(coded);
    }
}
