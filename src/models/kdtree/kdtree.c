#include "models/kdtree/kdtree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/kdtree/kdtree_impl.h"
#include "models/kdtree/kdtree_select.h"

enum {
    LEAF = 32,          /* most points in a leaf */
    STEP = 3,           /* halvings a step of eight children */
    CHECK_EVERY = 8192, /* points, while building */
};

static size_t leaves_of(const struct kdtree *tree)
{
    return (size_t)1 << tree->halvings;
}

void kdtree_free(struct kdtree *tree)
{
    if (tree != NULL) {
        free(tree->order);
        free(tree->start);
        free(tree->blocks);
        free(tree->boxes);
        free(tree);
    }
}

/* ---- building ---- */

struct build {
    struct kdtree *tree;
    const float *points;
    uint64_t *keys; /* (n) the point's number in the lower half */
    const struct progress *progress;
};

/* The coordinate in which points from .. to - 1 spread widest. */
static size_t widest(const struct build *b, size_t from, size_t to)
{
    const size_t d = b->tree->d;
    float low[KDTREE_DIMENSIONS], high[KDTREE_DIMENSIONS];
    const float *first = b->points + (size_t)kdtree_key_index(b->keys[from]) * d;
    memcpy(low, first, d * sizeof *low);
    memcpy(high, first, d * sizeof *high);
    for (size_t i = from + 1; i < to; i++) {
        const float *p = b->points + (size_t)kdtree_key_index(b->keys[i]) * d;
        for (size_t j = 0; j < d; j++) {
            low[j] = p[j] < low[j] ? p[j] : low[j];
            high[j] = p[j] > high[j] ? p[j] : high[j];
        }
    }
    size_t best = 0;
    for (size_t j = 1; j < d; j++) {
        if ((double)high[j] - (double)low[j] > (double)high[best] - (double)low[best]) {
            best = j;
        }
    }
    return best;
}

/* Halves points from .. to - 1 into 2^depth leaves, of which `leaf` is the first. False when
 * cancelled. */
static bool halve(struct build *b, size_t from, size_t to, unsigned depth, size_t leaf)
{
    if (depth == 0) {
        b->tree->start[leaf] = (uint32_t)from;
        return true;
    }
    if (to - from > CHECK_EVERY && progress_cancelled(b->progress)) {
        return false;
    }
    const size_t d = b->tree->d, j = widest(b, from, to), half = (to - from) / 2;
    for (size_t i = from; i < to; i++) {
        uint32_t point = kdtree_key_index(b->keys[i]);
        b->keys[i] = kdtree_key(b->points[(size_t)point * d + j], point);
    }
    kdtree_select(b->keys + from, to - from, half);
    return halve(b, from, from + half, depth - 1, leaf) &&
           halve(b, from + half, to, depth - 1, leaf + ((size_t)1 << (depth - 1)));
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void fill_leaf(struct build *b, size_t leaf)
{
    struct kdtree *tree = b->tree;
    const size_t from = tree->start[leaf], count = tree->start[leaf + 1] - from;
    float *block = tree->blocks + from * tree->d;
    for (size_t i = 0; i < count; i++) {
        tree->order[from + i] = kdtree_key_index(b->keys[from + i]);
    }
    qsort(tree->order + from, count, sizeof *tree->order, ascending);
    for (size_t i = 0; i < count; i++) {
        const float *p = b->points + (size_t)tree->order[from + i] * tree->d;
        for (size_t j = 0; j < tree->d; j++) {
            block[j * count + i] = p[j];
        }
    }
}

/* Coordinate j of box i in a group: its lower bound, and 8 further on the upper one. */
static float *box_at(const struct kdtree *tree, unsigned step, size_t node, size_t j)
{
    size_t group = tree->first_group[step] + node / KDTREE_BOXES;
    return tree->boxes + group * 2 * KDTREE_BOXES * tree->d + 2 * KDTREE_BOXES * j +
           node % KDTREE_BOXES;
}

static void box_of_leaf(struct kdtree *tree, size_t leaf)
{
    const size_t from = tree->start[leaf], count = tree->start[leaf + 1] - from;
    for (size_t j = 0; j < tree->d; j++) {
        const float *row = tree->blocks + from * tree->d + j * count;
        float *box = box_at(tree, tree->steps - 1, leaf, j);
        box[0] = row[0];
        box[KDTREE_BOXES] = row[0];
        for (size_t i = 1; i < count; i++) {
            box[0] = row[i] < box[0] ? row[i] : box[0];
            box[KDTREE_BOXES] = row[i] > box[KDTREE_BOXES] ? row[i] : box[KDTREE_BOXES];
        }
    }
}

/* The box around the eight children of a node. */
static void box_of_node(struct kdtree *tree, unsigned step, size_t node)
{
    for (size_t j = 0; j < tree->d; j++) {
        const float *child = box_at(tree, step + 1, node * KDTREE_BOXES, j);
        float low = child[0], high = child[KDTREE_BOXES];
        for (size_t i = 1; i < KDTREE_BOXES; i++) {
            low = child[i] < low ? child[i] : low;
            high = child[KDTREE_BOXES + i] > high ? child[KDTREE_BOXES + i] : high;
        }
        float *box = box_at(tree, step, node, j);
        box[0] = low;
        box[KDTREE_BOXES] = high;
    }
}

static void make_boxes(struct kdtree *tree)
{
    size_t nodes = leaves_of(tree);
    for (unsigned step = tree->steps; step-- > 0; nodes /= KDTREE_BOXES) {
        for (size_t node = 0; node < nodes; node++) {
            if (step == tree->steps - 1) {
                box_of_leaf(tree, node);
            } else {
                box_of_node(tree, step, node);
            }
        }
    }
    /* The root's missing children are infinitely far from everything. */
    for (size_t node = tree->root_children; node < KDTREE_BOXES && tree->steps > 0; node++) {
        for (size_t j = 0; j < tree->d; j++) {
            float *box = box_at(tree, 0, node, j);
            box[0] = INFINITY;
            box[KDTREE_BOXES] = -INFINITY;
        }
    }
}

/* Decides the tree's shape and allocates it. */
static bool shape(struct kdtree *tree, size_t n, size_t d, struct status *status)
{
    tree->n = n;
    tree->d = d;
    tree->kernel = kdtree_kernel(cpu_kernel());
    while (((n + leaves_of(tree) - 1) >> tree->halvings) > LEAF) {
        tree->halvings++;
    }
    tree->steps = (tree->halvings + STEP - 1) / STEP;
    tree->root_children = leaves_of(tree);
    size_t groups = 0, nodes = 1;
    for (unsigned step = 0; step < tree->steps; step++) {
        tree->first_group[step] = groups;
        groups += nodes;
        if (step == 0) {
            tree->root_children = leaves_of(tree) >> (STEP * (tree->steps - 1));
        }
        nodes *= step == 0 ? tree->root_children : KDTREE_BOXES;
    }
    tree->order = mem_new(n, sizeof *tree->order, "a k-d tree", status);
    tree->start = mem_new(leaves_of(tree) + 1, sizeof *tree->start, "a k-d tree", status);
    tree->blocks =
        mem_zero(n * d + KDTREE_OVERREAD, sizeof *tree->blocks, "a k-d tree", status);
    tree->boxes =
        mem_aligned(groups * d, 2 * KDTREE_BOXES * sizeof *tree->boxes, "a k-d tree", status);
    return tree->order != NULL && tree->start != NULL && tree->blocks != NULL &&
           tree->boxes != NULL;
}

struct kdtree *kdtree_new(const float *points, size_t n, size_t d,
                          const struct progress *progress, struct status *status)
{
    struct kdtree *tree = mem_zero(1, sizeof *tree, "a k-d tree", status);
    if (tree == NULL || !shape(tree, n, d, status)) {
        kdtree_free(tree);
        return NULL;
    }
    struct build b = {tree, points, NULL, progress};
    b.keys = mem_new(n, sizeof *b.keys, "a k-d tree", status);
    if (b.keys == NULL) {
        kdtree_free(tree);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        b.keys[i] = i;
    }
    tree->start[leaves_of(tree)] = (uint32_t)n;
    bool whole = halve(&b, 0, n, tree->halvings, 0);
    if (whole) {
        for (size_t leaf = 0; leaf < leaves_of(tree); leaf++) {
            fill_leaf(&b, leaf);
        }
        make_boxes(tree);
    }
    free(b.keys);
    if (!whole) {
        kdtree_free(tree);
        status_cancelled(status);
        return NULL;
    }
    return tree;
}

const uint32_t *kdtree_order(const struct kdtree *tree)
{
    return tree->order;
}
