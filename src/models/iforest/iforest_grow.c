/* One tree, grown as scikit-learn's DepthFirstTreeBuilder with its RandomSplitter does for
 * ExtraTreeRegressor(max_features=1, splitter="random"): the same draws in the same order, and
 * sums in the same order, so that every number has the same bits. */
#include "models/iforest/iforest_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* A node that waits to be grown. */
struct waiting {
    uint32_t start, end;
    uint32_t depth, n_constant;
    int32_t parent; /* -1: the root */
    bool is_left;
    double impurity;
};

struct iforest_grower {
    size_t d;
    float *values; /* (d, IFOREST_PSI) */
    double targets[IFOREST_PSI];
    uint32_t samples[IFOREST_PSI]; /* the tree's rows, in the order the splits left them */
    uint32_t features[TABLE_FEATURES_MAX];
    uint32_t
        constants[TABLE_FEATURES_MAX]; /* features known to be constant, ancestors' first */
    struct waiting stack[IFOREST_DEPTH + 2];
    struct iforest_grown nodes[IFOREST_NODES];
};

struct split {
    uint32_t feature;
    double threshold;
    uint32_t position; /* samples[start .. position) go left */
    uint32_t n_constant;
    double impurity_left, impurity_right;
};

struct iforest_grower *iforest_grower_new(size_t d, struct status *status)
{
    struct iforest_grower *grower = mem_zero(1, sizeof *grower, "growing a tree", status);
    if (grower == NULL) {
        return NULL;
    }
    grower->d = d;
    grower->values =
        mem_zero(d, IFOREST_PSI * sizeof *grower->values, "growing a tree", status);
    if (grower->values == NULL) {
        free(grower);
        return NULL;
    }
    return grower;
}

void iforest_grower_free(struct iforest_grower *grower)
{
    if (grower != NULL) {
        free(grower->values);
        free(grower);
    }
}

float *iforest_grower_values(struct iforest_grower *grower)
{
    return grower->values;
}

double *iforest_grower_targets(struct iforest_grower *grower)
{
    return grower->targets;
}

struct iforest_grown *iforest_grower_nodes(struct iforest_grower *grower)
{
    return grower->nodes;
}

struct moments {
    double sum, squares;
};

/* Sums of the targets of samples[start .. end), left to right. */
static struct moments moments_of(const struct iforest_grower *grower, uint32_t start,
                                 uint32_t end)
{
    struct moments m = {0, 0};
    for (uint32_t i = start; i < end; i++) {
        double y = grower->targets[grower->samples[i]];
        m.sum += y;
        m.squares += y * y;
    }
    return m;
}

static double variance(struct moments m, double weight)
{
    double mean = m.sum / weight;
    return m.squares / weight - mean * mean;
}

/* Impurities of both sides, and what the split gains; `all` is of the whole node, summed in the
 * order the samples had before the split. Whichever side is smaller is summed; the other is the
 * difference, and carries its cancellation error, as in scikit-learn. */
static double split_gain(const struct iforest_grower *grower, const struct waiting *node,
                         size_t psi, struct moments all, struct split *split)
{
    struct moments left = moments_of(grower, node->start, split->position);
    if (split->position - node->start > node->end - split->position) {
        left.sum = all.sum;
        for (uint32_t i = node->end; i-- > split->position;) {
            left.sum -= grower->targets[grower->samples[i]];
        }
    }
    struct moments right = {all.sum - left.sum, all.squares - left.squares};
    double n = node->end - node->start;
    double n_left = split->position - node->start, n_right = node->end - split->position;
    split->impurity_left = variance(left, n_left);
    split->impurity_right = variance(right, n_right);
    return n / (double)psi *
           (node->impurity - n_right / n * split->impurity_right -
            n_left / n * split->impurity_left);
}

struct extent {
    float low, high;
};

static struct extent extent_of(const struct iforest_grower *grower, const struct waiting *node,
                               uint32_t feature)
{
    const float *values = grower->values + (size_t)feature * IFOREST_PSI;
    float first = values[grower->samples[node->start]];
    struct extent extent = {first, first};
    for (uint32_t i = node->start + 1; i < node->end; i++) {
        float value = values[grower->samples[i]];
        extent.low = value < extent.low ? value : extent.low;
        extent.high = value > extent.high ? value : extent.high;
    }
    return extent;
}

static uint32_t partition(struct iforest_grower *grower, const struct waiting *node,
                          uint32_t feature, double threshold)
{
    const float *values = grower->values + (size_t)feature * IFOREST_PSI;
    uint32_t *samples = grower->samples, p = node->start, end = node->end;
    while (p < end) {
        if ((double)values[samples[p]] <= threshold) {
            p++;
        } else {
            end--;
            uint32_t kept = samples[p];
            samples[p] = samples[end];
            samples[end] = kept;
        }
    }
    return end;
}

static void swap(uint32_t *array, size_t i, size_t j)
{
    uint32_t kept = array[i];
    array[i] = array[j];
    array[j] = kept;
}

/* Draws features until one that is not constant in this node is found, and splits there at a
 * random threshold. False when all are constant. */
static bool find_split(struct iforest_grower *grower, const struct waiting *node,
                       struct xorshift *random, struct split *split)
{
    uint32_t *features = grower->features;
    uint32_t known = node->n_constant, total = known, n_left = (uint32_t)grower->d;
    uint32_t found = 0, drawn = 0, visited = 0;
    bool done = false;
    while (!done && n_left > total && (visited < 1 || visited <= found + drawn)) {
        visited++;
        uint32_t j = xorshift_rint(random, drawn, n_left - found);
        if (j < known) { /* constant already in an ancestor */
            swap(features, drawn++, j);
            continue;
        }
        j += found;
        uint32_t feature = features[j];
        struct extent extent = extent_of(grower, node, feature);
        if (extent.high <= extent.low + 1e-7f) {
            swap(features, j, total);
            found++;
            total++;
            continue;
        }
        swap(features, --n_left, j);
        double threshold = xorshift_uniform(random, (double)extent.low, (double)extent.high);
        if (threshold == (double)extent.high) {
            threshold = (double)extent.low;
        }
        split->feature = feature;
        split->threshold = threshold;
        split->position = partition(grower, node, feature, threshold);
        done = split->position > node->start && split->position < node->end;
    }
    memcpy(features, grower->constants, known * sizeof *features);
    memcpy(grower->constants + known, features + known, found * sizeof *features);
    split->n_constant = total;
    return done;
}

/* ceil(log2(max(psi, 2))) */
static unsigned depth_limit(size_t psi)
{
    unsigned depth = 1;
    while (((size_t)1 << depth) < psi) {
        depth++;
    }
    return depth;
}

static bool try_split(struct iforest_grower *grower, const struct waiting *node, size_t psi,
                      struct xorshift *random, struct split *split)
{
    if (node->depth >= depth_limit(psi) || node->end - node->start < 2 ||
        node->impurity <= 2.220446049250313e-16) {
        return false;
    }
    struct moments all = moments_of(grower, node->start, node->end);
    if (!find_split(grower, node, random, split)) {
        return false;
    }
    return split_gain(grower, node, psi, all, split) + 2.220446049250313e-16 >= 0;
}

static struct xorshift first_state(uint32_t bag_seed)
{
    struct rng rng;
    rng_seed(&rng, bag_seed);
    uint32_t tree_seed = rng_bounded(&rng, INT32_MAX - 1);
    rng_seed(&rng, tree_seed);
    return (struct xorshift){rng_bounded(&rng, INT32_MAX - 1)};
}

/* The children of a node that split: the right one waits below the left one. */
static size_t push_children(struct waiting *stack, size_t n, const struct waiting *node,
                            const struct split *split, int32_t id)
{
    stack[n++] = (struct waiting){split->position,      node->end, node->depth + 1,
                                  split->n_constant,    id,        false,
                                  split->impurity_right};
    stack[n++] = (struct waiting){
        node->start, split->position,     node->depth + 1, split->n_constant, id,
        true,        split->impurity_left};
    return n;
}

size_t iforest_grow(struct iforest_grower *grower, uint32_t bag_seed, size_t psi,
                    struct iforest_grown *nodes)
{
    struct xorshift random = first_state(bag_seed);
    for (uint32_t i = 0; i < psi; i++) {
        grower->samples[i] = i;
    }
    for (uint32_t f = 0; f < grower->d; f++) {
        grower->features[f] = f;
    }
    struct waiting *stack = grower->stack;
    stack[0] = (struct waiting){0, (uint32_t)psi, 0, 0, -1, false, 0};
    stack[0].impurity = variance(moments_of(grower, 0, (uint32_t)psi), (double)psi);
    size_t n_waiting = 1, n_nodes = 0;
    while (n_waiting > 0) {
        struct waiting node = stack[--n_waiting];
        struct split split = {0};
        int32_t id = (int32_t)n_nodes++;
        if (node.parent >= 0) {
            *(node.is_left ? &nodes[node.parent].left : &nodes[node.parent].right) = id;
        }
        nodes[id] = (struct iforest_grown){-2,         -1, -1,           node.end - node.start,
                                           node.depth, -2, node.impurity};
        if (try_split(grower, &node, psi, &random, &split)) {
            nodes[id].feature = (int32_t)split.feature;
            nodes[id].threshold = split.threshold;
            n_waiting = push_children(stack, n_waiting, &node, &split, id);
        }
    }
    return n_nodes;
}
