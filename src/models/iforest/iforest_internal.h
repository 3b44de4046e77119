/* iforest_internal: what the files iforest*.c, their tests and the benchmark share. */
#ifndef ODDHOURS_MODELS_IFOREST_INTERNAL_H
#define ODDHOURS_MODELS_IFOREST_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#include "base/progress.h"
#include "base/status.h"
#include "models/detector.h"

enum {
    IFOREST_PSI = 256, /* rows a tree, fewer when the table has fewer */
    IFOREST_NODES = 2 * IFOREST_PSI - 1,
    IFOREST_DEPTH = 8, /* ceil(log2(IFOREST_PSI)) */
    IFOREST_LEAF = 255 /* as a feature: the node is a leaf */
};

/* Mean path length of an unsuccessful search in a binary search tree of m entries (equation 1
 * of the paper), in scikit-learn's order of operations. */
double iforest_path_length(size_t m);

/* What a leaf at `depth` (the root has 0) with `rows` training rows adds to a row's depth. */
double iforest_leaf_depth(unsigned depth, size_t rows);

/* ---- one tree, as it grows (iforest_grow.c) ---- */

/* A node in all detail, as scikit-learn's tree_ has it; ids are in pre-order. */
struct iforest_grown {
    int32_t feature;     /* -2: leaf */
    int32_t left, right; /* -1: leaf */
    uint32_t rows, depth;
    double threshold; /* x <= threshold goes left; -2: leaf */
    double impurity;  /* variance of the random targets */
};

/* Working memory of one tree; about 40 KiB and 1 KiB a feature. */
struct iforest_grower;
struct iforest_grower *iforest_grower_new(size_t d, struct status *status);
void iforest_grower_free(struct iforest_grower *grower);

/* Where the caller puts the tree's rows, ascending by row_id, before it grows the tree: values
 * (d, IFOREST_PSI) column by column, targets (IFOREST_PSI); and room for the nodes of a tree.
 */
float *iforest_grower_values(struct iforest_grower *grower);
double *iforest_grower_targets(struct iforest_grower *grower);
struct iforest_grown *iforest_grower_nodes(struct iforest_grower *grower);

/* Grows the tree of `bag_seed` from psi rows into nodes (IFOREST_NODES); returns how many. */
size_t iforest_grow(struct iforest_grower *grower, uint32_t bag_seed, size_t psi,
                    struct iforest_grown *nodes);

/* ---- which rows, with which targets (iforest_draw.c) ---- */

/* The seeds of trees 0 .. n_trees - 1. */
void iforest_bag_seeds(uint32_t seed, uint32_t *bag_seeds, size_t n_trees);

/* The psi rows of a tree, in the order drawn. */
bool iforest_draw_rows(uint32_t bag_seed, size_t n_rows, size_t psi, uint32_t *rows,
                       struct status *status);

/* targets[i] = the random target of rows[i] (n entries in any order): element rows[i] of
 * uniform(size=n_rows). One pass over the generator's words. False: cancelled, no memory. */
bool iforest_draw_targets(uint32_t seed, const uint32_t *rows, size_t n, double *targets,
                          const struct progress *progress, struct status *status);

/* ---- the model ---- */

/* A node of the finished model. The left child of node i is i + 1. */
struct iforest_node {
    double threshold;
    double expected; /* mean depth of the training rows that reach this node */
    uint16_t right;
    uint16_t rows;
    uint8_t feature; /* IFOREST_LEAF: a leaf, whose `expected` is its leaf depth */
    uint8_t depth;
};

struct iforest_tree {
    size_t n_nodes;
    struct iforest_node *nodes;
};

struct iforest {
    size_t n_trees; /* finished */
    size_t asked;   /* trees asked for */
    struct iforest_tree *trees;
    size_t n_rows; /* of the table of the fit */
    size_t psi, d;
    uint32_t seed;
    double contamination;
    double mean_depth; /* of the training rows: mean over trees of the roots' `expected` */
};

/* A forest without trees, for a table of n_rows rows and d features. */
struct iforest *iforest_new(size_t n_rows, size_t d, uint32_t seed, const double *params,
                            struct status *status);
void iforest_free(void *forest);

/* Fills in what follows from splits and rows: `expected` of every node, the mean depth. */
void iforest_tree_weigh(struct iforest_tree *tree);
void iforest_find_mean_depth(struct iforest *forest);

/* Makes the model's tree from grown nodes. */
bool iforest_tree_pack(struct iforest_tree *tree, const struct iforest_grown *nodes, size_t n,
                       struct status *status);

/* What iforest_detector points to from other files. */
bool iforest_score(const void *model, const struct detector_data *data, struct scores *scores,
                   const struct progress *progress, struct status *status);
void iforest_threshold(const void *model, const struct detector_data *data,
                       struct scores *scores);
bool iforest_explain(const void *model, const struct detector_data *data, size_t profile,
                     double *credit);

void iforest_save(const void *model, struct archive_out *archive);
void *iforest_load(struct archive_in *archive, size_t d, struct parallel *parallel,
                   struct status *status);

/* ---- scoring (iforest_score.c, iforest_coded.c, iforest_kernel_*.c) ---- */

enum {
    IFOREST_GROUP = 256, /* trees at most that share one set of ranks: 255 * 256 < 65536 */
    IFOREST_SLOTS =
        256, /* nodes of a complete tree from index 1 on; leaves of its last level */
    IFOREST_BLOCK = 1024, /* rows that go through all trees together */
    IFOREST_TOGETHER = 8, /* trees whose leaves are noted before they are summed */
    IFOREST_SCRATCH = 24 * IFOREST_BLOCK, /* bytes a kernel may use */
    IFOREST_KEYS = 1 << 16,               /* buckets of float values, by their upper 16 bits */
    IFOREST_WINDOW = 8                    /* cuts that are looked at together */
};

/* A tree made complete, 8 levels deep, children of slot i at 2 i and 2 i + 1. A row goes right
 * when its rank in `feature` is above `rank`. What stands in a slot that is no split does not
 * matter: all leaves below a leaf that came early are this leaf.
 *
 * Between levels 3 and 4 the slots are renamed: 16 + i becomes rename[i], so that the deepest
 * of the 16 subtrees come first and a kernel that looks up tables of 16 slots needs few of
 * them. */
struct iforest_coded_tree {
    _Alignas(64) double leaf[IFOREST_SLOTS]; /* leaf depth by the slot reached, minus 256 */
    uint16_t rank[IFOREST_SLOTS];
    uint16_t split[IFOREST_SLOTS]; /* 8 rank + feature, for kernels to which both are small */
    uint8_t feature[IFOREST_SLOTS];
    /* The same in planes of bytes: halves of the rank, each with the top bit turned so that
     * they compare as signed bytes, and the feature's bits 0, 1, 2 in bits 7, 6, 5. */
    uint8_t rank_high[IFOREST_SLOTS];
    uint8_t rank_low[IFOREST_SLOTS];
    uint8_t feature_bits[IFOREST_SLOTS];
    uint8_t rename[16];
    unsigned tables[3]; /* of 16 slots that hold the splits of levels 5, 6, 7 */
    unsigned depth;     /* levels that hold a split */
};

/* The distinct thresholds of one feature, ascending, and for each bucket of float values (a
 * monotone function of the value) the number of cuts in lower buckets. A threshold is kept as
 * the largest float that is not above it: for a float x it splits the same way. */
struct iforest_cuts {
    size_t n;
    float *values; /* (n + IFOREST_WINDOW) the rest infinite */
    uint16_t below[IFOREST_KEYS];
};

/* Up to IFOREST_GROUP trees and their cuts. */
struct iforest_coded {
    size_t d, n_trees;
    struct iforest_coded_tree *trees; /* (n_trees) 64-byte aligned */
    struct iforest_cuts *cuts;        /* (d) */
    float *cut_values;                /* what cuts point into */
};

struct iforest_coded *iforest_coded_new(const struct iforest *forest, size_t first_tree,
                                        size_t n_trees, struct status *status);
void iforest_coded_free(struct iforest_coded *coded);
size_t iforest_coded_cuts(const struct iforest_coded *coded); /* most of any feature */

/* The bucket of a value: its bits, turned so that they are in the order of the values. */
static inline uint32_t iforest_key(float value)
{
    uint32_t bits;
    float whole = value + 0.0F; /* -0 is 0 */
    memcpy(&bits, &whole, sizeof bits);
    return (bits ^ ((bits & 0x80000000) != 0 ? 0xffffffff : 0x80000000)) >> 16;
}

/* A kernel: two loops over IFOREST_BLOCK rows.
 *
 * ranks: x (n, d) into ranks (d, IFOREST_BLOCK), the number of cuts below each value; n is at
 * most IFOREST_BLOCK. walk: adds the leaf depths of all trees, in their order, to sums
 * (IFOREST_BLOCK); `scratch` has IFOREST_SCRATCH bytes. All arrays but x are 64-byte aligned.
 */
struct iforest_kernel {
    enum cpu_kernel needs;
    size_t most_features;
    size_t most_cuts; /* of a feature; 32 trees have fewer than 8192 */
    void (*ranks)(const struct iforest_coded *coded, const float *x, size_t n, uint16_t *ranks);
    void (*walk)(const struct iforest_coded *coded, const uint16_t *ranks, double *sums,
                 void *scratch);
};

extern const struct iforest_kernel iforest_kernel_scalar;
extern const struct iforest_kernel iforest_kernel_avx2;
extern const struct iforest_kernel iforest_kernel_avx512;

/* What both vector kernels use. leaves (n, IFOREST_BLOCK): the leaf slots, minus 256, that rows
 * reached in n trees; their depths are added to sums (IFOREST_BLOCK) in the order of the trees.
 */
void iforest_add_leaves(const uint8_t *leaves, const struct iforest_coded_tree *trees, size_t n,
                        double *sums);
void iforest_ranks_avx2(const struct iforest_coded *coded, const float *x, size_t n,
                        uint16_t *ranks);

/* The kernel to use for d features when the processor (or its user) allows `best`. */
const struct iforest_kernel *iforest_kernel_choose(enum cpu_kernel best, size_t d);

#endif
