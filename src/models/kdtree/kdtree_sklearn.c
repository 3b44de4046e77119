#include "models/kdtree/kdtree_sklearn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/kdtree/kdtree_kernel.h"
#include "models/kdtree/kdtree_select.h"
#include "models/kdtree/sklearn_heap.h"

/* Nodes are numbered as in a heap: the children of i are 2 i + 1 and 2 i + 2, and the leaves
 * are the last level. */
struct kdtree_sklearn {
    size_t n, d;
    size_t n_nodes;
    uint32_t *start; /* (n_nodes) a node has the positions start .. end - 1 of `row` */
    uint32_t *end;   /* (n_nodes) */
    uint32_t *row;   /* (n) rows in the library's order */
    float *blocks;   /* the block of a leaf begins at start * d, its stride is its size */
    float *pairs;    /* (inner nodes, d, 4) bounds of the two children */
    const struct kdtree_kernel *kernel;
};

void kdtree_sklearn_free(struct kdtree_sklearn *tree)
{
    if (tree != NULL) {
        free(tree->start);
        free(tree->end);
        free(tree->row);
        free(tree->blocks);
        free(tree->pairs);
        free(tree);
    }
}

static size_t inner_nodes(const struct kdtree_sklearn *tree)
{
    return tree->n_nodes / 2;
}

/* ---- building ---- */

struct build {
    struct kdtree_sklearn *tree;
    const float *points;
    const uint32_t *point_of;
    uint64_t *keys; /* (n) the row in the lower half */
    size_t first;   /* node of the level being built */
    const struct progress *progress;
};

static const float *vector_of(const struct build *b, size_t position)
{
    return b->points + (size_t)b->point_of[kdtree_key_index(b->keys[position])] * b->tree->d;
}

/* Finds the bounds of a node, leaves them with its parent, and returns the widest dimension. */
static size_t find_bounds(struct build *b, size_t node)
{
    struct kdtree_sklearn *tree = b->tree;
    const size_t d = tree->d, from = tree->start[node], to = tree->end[node];
    float low[KDTREE_SKLEARN_FEATURES], high[KDTREE_SKLEARN_FEATURES];
    const float *v = vector_of(b, from);
    memcpy(low, v, d * sizeof *low);
    memcpy(high, v, d * sizeof *high);
    for (size_t i = from + 1; i < to; i++) {
        v = vector_of(b, i);
        for (size_t j = 0; j < d; j++) {
            low[j] = v[j] < low[j] ? v[j] : low[j];
            high[j] = v[j] > high[j] ? v[j] : high[j];
        }
    }
    size_t best = 0;
    double spread = 0;
    for (size_t j = 0; j < d; j++) {
        if ((double)high[j] - (double)low[j] > spread) {
            spread = (double)high[j] - (double)low[j];
            best = j;
        }
        if (node > 0) {
            float *pair = tree->pairs + ((node - 1) / 2 * d + j) * 4 + (node - 1) % 2;
            pair[0] = low[j];
            pair[2] = high[j];
        }
    }
    return best;
}

static void fill_leaf(struct build *b, size_t node)
{
    struct kdtree_sklearn *tree = b->tree;
    const size_t from = tree->start[node], count = tree->end[node] - from;
    float *block = tree->blocks + from * tree->d;
    for (size_t i = 0; i < count; i++) {
        const float *v = vector_of(b, from + i);
        tree->row[from + i] = kdtree_key_index(b->keys[from + i]);
        for (size_t j = 0; j < tree->d; j++) {
            block[j * count + i] = v[j];
        }
    }
}

/* One node of a level. */
static void build_node(void *context, size_t task, unsigned worker)
{
    struct build *b = context;
    struct kdtree_sklearn *tree = b->tree;
    const size_t node = b->first + task;
    (void)worker;
    if (progress_cancelled(b->progress)) {
        return;
    }
    const size_t from = tree->start[node], to = tree->end[node], half = (to - from) / 2;
    const size_t j = find_bounds(b, node);
    if (node >= inner_nodes(tree)) {
        fill_leaf(b, node);
        return;
    }
    for (size_t i = from; i < to; i++) {
        b->keys[i] = kdtree_key(vector_of(b, i)[j], kdtree_key_index(b->keys[i]));
    }
    kdtree_select(b->keys + from, to - from, half);
    tree->start[2 * node + 1] = (uint32_t)from;
    tree->end[2 * node + 1] = (uint32_t)(from + half);
    tree->start[2 * node + 2] = (uint32_t)(from + half);
    tree->end[2 * node + 2] = (uint32_t)to;
}

static bool allocate(struct kdtree_sklearn *tree, size_t n, size_t d, struct status *status)
{
    static const char what[] = "scikit-learn's k-d tree";
    const double leaves = ((double)n - 1) / 30;
    const int levels = (int)(log2(leaves > 1 ? leaves : 1) + 1);
    tree->n = n;
    tree->d = d;
    tree->n_nodes = ((size_t)1 << levels) - 1;
    tree->kernel = kdtree_kernel(cpu_kernel());
    tree->start = mem_new(tree->n_nodes, sizeof *tree->start, what, status);
    tree->end = mem_new(tree->n_nodes, sizeof *tree->end, what, status);
    tree->row = mem_new(n, sizeof *tree->row, what, status);
    tree->blocks = mem_zero(n * d + KDTREE_OVERREAD, sizeof *tree->blocks, what, status);
    tree->pairs = mem_new(inner_nodes(tree) * d, 4 * sizeof *tree->pairs, what, status);
    return tree->start != NULL && tree->end != NULL && tree->row != NULL &&
           tree->blocks != NULL && tree->pairs != NULL;
}

struct kdtree_sklearn *kdtree_sklearn_new(const float *points, size_t d,
                                          const uint32_t *point_of, size_t n_rows,
                                          struct parallel *parallel,
                                          const struct progress *progress,
                                          struct status *status)
{
    struct kdtree_sklearn *tree = mem_zero(1, sizeof *tree, "a k-d tree", status);
    struct build b = {tree, points, point_of, NULL, 0, progress};
    if (tree == NULL || !allocate(tree, n_rows, d, status) ||
        (b.keys = mem_new(n_rows, sizeof *b.keys, "a k-d tree", status)) == NULL) {
        kdtree_sklearn_free(tree);
        return NULL;
    }
    for (size_t i = 0; i < n_rows; i++) {
        b.keys[i] = i;
    }
    tree->start[0] = 0;
    tree->end[0] = (uint32_t)n_rows;
    for (size_t nodes = 1; b.first < tree->n_nodes; nodes *= 2) {
        parallel_run(parallel, nodes, build_node, &b);
        b.first += nodes;
    }
    free(b.keys);
    if (progress_cancelled(progress)) {
        kdtree_sklearn_free(tree);
        status_cancelled(status);
        return NULL;
    }
    return tree;
}

/* ---- searching ---- */

struct search {
    const struct kdtree_sklearn *tree;
    double x[KDTREE_SKLEARN_FEATURES];
    struct sklearn_heap heap;
};

/* The library squares with pow(), whose result may differ from a product in the last bit. That
 * matters only where two numbers, the smaller first, are this close. */
static bool close_to(double a, double b)
{
    return b - a <= 1e-12 * b;
}

/* The bound of a node as the library computes it. */
static double bound_with_pow(const struct search *s, size_t node)
{
    const float *pair = s->tree->pairs + (node - 1) / 2 * s->tree->d * 4 + (node - 1) % 2;
    double sum = 0;
    for (size_t j = 0; j < s->tree->d; j++, pair += 4) {
        double below = (double)pair[0] - s->x[j], above = s->x[j] - (double)pair[2];
        double twice = (below + fabs(below)) + (above + fabs(above));
        sum += pow(0.5 * twice, 2.0);
    }
    return sum;
}

/* Whether the library goes to the left child first. */
static bool left_first(const struct search *s, size_t node, const double *bound)
{
    if (bound[0] < bound[1] ? close_to(bound[0], bound[1])
                            : close_to(bound[1], bound[0]) && bound[0] > 0) {
        return bound_with_pow(s, 2 * node + 1) <= bound_with_pow(s, 2 * node + 2);
    }
    return bound[0] <= bound[1];
}

/* Whether a node may be left out: the library leaves it out, or none of its points is nearer
 * than the top of the heap. */
static bool is_beyond(const struct search *s, size_t node, double bound)
{
    const double top = s->heap.distance2[0];
    return bound >= top || (close_to(bound, top) && bound_with_pow(s, node) > top);
}

static void search_leaf(struct search *s, size_t node)
{
    const struct kdtree_sklearn *tree = s->tree;
    const size_t from = tree->start[node], count = tree->end[node] - from;
    double distance2[KDTREE_BLOCK];
    uint64_t bits = tree->kernel->block(tree->blocks + from * tree->d, count, count, tree->d,
                                        s->x, s->heap.distance2[0], distance2);
    for (; bits != 0; bits &= bits - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(bits);
        sklearn_heap_push(&s->heap, distance2[i], tree->row[from + i]);
    }
}

static void search_node(struct search *s, size_t node)
{
    const struct kdtree_sklearn *tree = s->tree;
    if (node >= inner_nodes(tree)) {
        search_leaf(s, node);
        return;
    }
    double bound[2];
    tree->kernel->pair(tree->pairs + node * tree->d * 4, tree->d, s->x, bound);
    const size_t first = left_first(s, node, bound) ? 0 : 1, second = 1 - first;
    if (!is_beyond(s, 2 * node + 1 + first, bound[first])) {
        search_node(s, 2 * node + 1 + first);
    }
    if (!is_beyond(s, 2 * node + 1 + second, bound[second])) {
        search_node(s, 2 * node + 1 + second);
    }
}

bool kdtree_sklearn_query(const struct kdtree_sklearn *tree, const float *x, size_t k,
                          struct kdtree_hits *hits, struct status *status)
{
    struct search s = {.tree = tree};
    if (!sklearn_heap_start(&s.heap, k, hits, status)) {
        return false;
    }
    for (size_t j = 0; j < tree->d; j++) {
        s.x[j] = (double)x[j];
    }
    search_node(&s, 0);
    sklearn_heap_sort(&s.heap);
    for (size_t i = 0; i < k; i++) {
        hits->distance[i] = sqrt(hits->distance[i]);
    }
    hits->radius = hits->distance[k - 1];
    return true;
}
