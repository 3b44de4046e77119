/* The forest for scoring: thresholds replaced by ranks, trees made complete.
 *
 * x <= t for a float x and a double t is x <= u, with u the largest float not above t. With the
 * distinct u of a feature in ascending order, u_0 < u_1 < ..., and rank(x) the number of them
 * below x, x > u_k is rank(x) > k: whole numbers of 16 bits decide every split, exactly. */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* The largest float that is not above `threshold`. */
static float cut_of(double threshold)
{
    float cut = (float)threshold;
    return ((double)cut > threshold ? nextafterf(cut, -INFINITY) : cut) + 0.0F;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Sorts the cuts found, drops repeated ones, and counts those below each bucket. */
static void finish_cuts(struct iforest_cuts *cuts)
{
    size_t kept = 0;
    qsort(cuts->values, cuts->n, sizeof *cuts->values, by_value);
    for (size_t i = 0; i < cuts->n; i++) {
        if (kept == 0 || cuts->values[kept - 1] < cuts->values[i]) {
            cuts->values[kept++] = cuts->values[i];
        }
    }
    cuts->n = kept;
    for (size_t i = 0; i < IFOREST_WINDOW; i++) {
        cuts->values[kept + i] = INFINITY;
    }
    size_t below = 0;
    for (uint32_t key = 0; key < IFOREST_KEYS; key++) {
        while (below < kept && iforest_key(cuts->values[below]) < key) {
            below++;
        }
        cuts->below[key] = (uint16_t)below;
    }
}

static bool find_cuts(struct iforest_coded *coded, const struct iforest_tree *trees,
                      struct status *status)
{
    size_t count[TABLE_FEATURES_MAX] = {0}, room = coded->d * IFOREST_WINDOW;
    for (size_t t = 0; t < coded->n_trees; t++) {
        for (size_t i = 0; i < trees[t].n_nodes; i++) {
            if (trees[t].nodes[i].feature != IFOREST_LEAF) {
                count[trees[t].nodes[i].feature]++;
                room++;
            }
        }
    }
    coded->cut_values = mem_new(room, sizeof(float), "the thresholds of the forest", status);
    if (coded->cut_values == NULL) {
        return false;
    }
    float *next = coded->cut_values;
    for (size_t f = 0; f < coded->d; f++) {
        coded->cuts[f].values = next;
        next += count[f] + IFOREST_WINDOW;
    }
    for (size_t t = 0; t < coded->n_trees; t++) {
        for (size_t i = 0; i < trees[t].n_nodes; i++) {
            const struct iforest_node *node = &trees[t].nodes[i];
            if (node->feature != IFOREST_LEAF) {
                struct iforest_cuts *cuts = &coded->cuts[node->feature];
                cuts->values[cuts->n++] = cut_of(node->threshold);
            }
        }
    }
    for (size_t f = 0; f < coded->d; f++) {
        finish_cuts(&coded->cuts[f]);
    }
    return true;
}

/* The slot of each node in the complete tree, before renaming: children have larger numbers
 * than their parent in both, so one pass in the order of the nodes finds all. */
static void find_slots(const struct iforest_tree *tree, uint16_t *slots)
{
    slots[0] = 1;
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct iforest_node *node = &tree->nodes[i];
        if (node->feature != IFOREST_LEAF) {
            slots[i + 1] = (uint16_t)(2 * slots[i]);
            slots[node->right] = (uint16_t)(2 * slots[i] + 1);
        }
    }
}

/* Puts the 16 subtrees of level 4 in the order of their depth, and counts the tables needed. */
static void find_names(struct iforest_coded_tree *to, const struct iforest_tree *tree,
                       const uint16_t *slots)
{
    unsigned deepest[16] = {0}; /* level of the deepest split in each subtree */
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct iforest_node *node = &tree->nodes[i];
        if (node->feature != IFOREST_LEAF && node->depth >= 4) {
            unsigned subtree = (slots[i] >> (node->depth - 4)) - 16U;
            deepest[subtree] = node->depth > deepest[subtree] ? node->depth : deepest[subtree];
        }
    }
    unsigned name = 16, reaching[IFOREST_DEPTH] = {0}; /* subtrees that reach a level */
    for (unsigned level = IFOREST_DEPTH; level-- > 0;) {
        for (unsigned i = 0; i < 16; i++) {
            if (deepest[i] == level) {
                to->rename[i] = (uint8_t)name++;
            }
        }
        reaching[level] = name - 16;
    }
    for (unsigned k = 0; k < 3; k++) { /* a subtree has 2, 4, 8 slots in levels 5, 6, 7 */
        to->tables[k] = (reaching[5 + k] * (2U << k) + 15) / 16;
    }
}

static unsigned renamed(const struct iforest_coded_tree *tree, unsigned slot, unsigned depth)
{
    if (depth < 4) {
        return slot;
    }
    unsigned below = depth - 4, subtree = (slot >> below) - 16;
    return (unsigned)tree->rename[subtree] << below | (slot & ((1U << below) - 1));
}

/* A leaf that comes before level 4 owns several of its subtrees, wherever they stand now. */
static void code_leaf(struct iforest_coded_tree *to, const struct iforest_node *leaf,
                      unsigned slot)
{
    unsigned below = IFOREST_DEPTH - leaf->depth;
    for (unsigned i = 0; i < 1U << below; i++) {
        to->leaf[renamed(to, (slot << below) + i, IFOREST_DEPTH) - IFOREST_SLOTS] =
            leaf->expected;
    }
}

static void code_split(const struct iforest_coded *coded, struct iforest_coded_tree *to,
                       const struct iforest_node *node, unsigned slot)
{
    const struct iforest_cuts *cuts = &coded->cuts[node->feature];
    float cut = cut_of(node->threshold);
    unsigned rank = cuts->below[iforest_key(cut)], at = renamed(to, slot, node->depth);
    while (cuts->values[rank] < cut) {
        rank++;
    }
    to->rank[at] = (uint16_t)rank;
    to->split[at] = (uint16_t)(rank << 3 | (node->feature & 7U));
    to->feature[at] = node->feature;
    to->rank_high[at] = (uint8_t)((rank >> 8) ^ 0x80);
    to->rank_low[at] = (uint8_t)((rank & 0xff) ^ 0x80);
    to->feature_bits[at] = (uint8_t)((node->feature & 1) << 7 | (node->feature & 2) << 5 |
                                     (node->feature & 4) << 3);
    if (node->depth + 1U > to->depth) {
        to->depth = node->depth + 1U;
    }
}

static void code_tree(const struct iforest_coded *coded, struct iforest_coded_tree *to,
                      const struct iforest_tree *tree)
{
    uint16_t slots[IFOREST_NODES];
    memset(to, 0, sizeof *to);
    find_slots(tree, slots);
    find_names(to, tree, slots);
    for (size_t i = 0; i < tree->n_nodes; i++) {
        if (tree->nodes[i].feature == IFOREST_LEAF) {
            code_leaf(to, &tree->nodes[i], slots[i]);
        } else {
            code_split(coded, to, &tree->nodes[i], slots[i]);
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
    if (coded->trees == NULL || coded->cuts == NULL ||
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
        free(coded->cut_values);
        free(coded);
    }
}

size_t iforest_coded_cuts(const struct iforest_coded *coded)
{
    size_t most = 0;
    for (size_t f = 0; f < coded->d; f++) {
        most = coded->cuts[f].n > most ? coded->cuts[f].n : most;
    }
    return most;
}
