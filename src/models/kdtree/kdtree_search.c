/* The searches of a k-d tree. */
#include "models/kdtree/kdtree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/kdtree/kdtree_impl.h"

/* One search. Hits are collected unsorted with their squared distances; now and then those that
 * cannot be among the k nearest any more are dropped, in order, and the limit follows. So the
 * order of the hits that remain is that of the walk, which knows only the tree and x: it does
 * not depend on how early the limit became tight. */
struct search {
    const struct kdtree *tree;
    struct kdtree_hits *hits;
    double x[KDTREE_DIMENSIONS];
    size_t k; /* 0: everything within the limit */
    uint32_t self;
    double limit;   /* squared distance; what is farther is of no interest */
    size_t trigger; /* hits at which to drop some */
    struct status *status;
};

void kdtree_hits_clear(struct kdtree_hits *hits)
{
    free(hits->point);
    free(hits->distance);
    free(hits->scratch);
    memset(hits, 0, sizeof *hits);
}

bool kdtree_hits_reserve(struct kdtree_hits *hits, size_t need, struct status *status)
{
    size_t points = hits->capacity, distances = points, scratch = 2 * points;
    if (!mem_grow(&hits->point, &points, need, sizeof *hits->point, "neighbours", status) ||
        !mem_grow(&hits->distance, &distances, need, sizeof *hits->distance, "neighbours",
                  status) ||
        !mem_grow(&hits->scratch, &scratch, 2 * points, sizeof *hits->scratch, "neighbours",
                  status)) {
        return false;
    }
    hits->capacity = points;
    return true;
}

static double median(double a, double b, double c)
{
    return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
}

/* The k-th smallest (k from 0) of n numbers; both arrays (n) are overwritten. A quickselect
 * that copies both sides of the pivot without a branch, since a branch would be taken at
 * random. */
static double kth(double *v, double *other, size_t n, size_t k)
{
    for (;;) {
        const double pivot = median(v[0], v[n / 2], v[n - 1]);
        size_t below = 0, above = 0;
        for (size_t i = 0; i < n; i++) {
            const double value = v[i];
            v[below] = value;
            other[above] = value;
            below += value < pivot;
            above += value > pivot;
        }
        if (k < below) {
            n = below;
        } else if (k < n - above) {
            return pivot;
        } else {
            k -= n - above;
            n = above;
            double *t = v;
            v = other;
            other = t;
        }
    }
}

/* The largest number whose square root is not above `radius`: points are compared by squared
 * distance, but what counts as a tie is an equal distance. `square` is about radius^2. */
static double limit_of(double radius, double square)
{
    while (sqrt(square) > radius) {
        square = nextafter(square, 0);
    }
    for (;;) {
        double next = nextafter(square, INFINITY);
        if (!(sqrt(next) <= radius) || isinf(next)) {
            return square;
        }
        square = next;
    }
}

/* Drops the hits that are farther than the k-th nearest. */
static void tighten(struct search *s)
{
    struct kdtree_hits *hits = s->hits;
    memcpy(hits->scratch, hits->distance, hits->n * sizeof *hits->scratch);
    double square = kth(hits->scratch, hits->scratch + hits->n, hits->n, s->k - 1);
    double limit = limit_of(sqrt(square), square);
    size_t kept = 0;
    for (size_t i = 0; i < hits->n; i++) {
        hits->point[kept] = hits->point[i];
        hits->distance[kept] = hits->distance[i];
        kept += hits->distance[i] <= limit;
    }
    hits->n = kept;
    s->limit = limit;
    s->trigger = kept + s->k;
}

static bool search_leaf(struct search *s, size_t leaf)
{
    const struct kdtree *tree = s->tree;
    const size_t from = tree->start[leaf], count = tree->start[leaf + 1] - from;
    double distance2[KDTREE_BLOCK];
    uint64_t bits = tree->kernel->block(tree->blocks + from * tree->d, count, count, tree->d,
                                        s->x, s->limit, distance2);
    for (; bits != 0; bits &= bits - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(bits);
        const uint32_t point = kdtree_number(tree, from + i);
        if (point == s->self) {
            continue;
        }
        struct kdtree_hits *hits = s->hits;
        if (hits->n == hits->capacity && !kdtree_hits_reserve(hits, hits->n + 1, s->status)) {
            return false;
        }
        hits->point[hits->n] = point;
        hits->distance[hits->n++] = distance2[i];
    }
    if (s->hits->n >= s->trigger) {
        tighten(s);
    }
    return true;
}

/* Searches the children of a node, the nearest first. */
static bool search_node(struct search *s, unsigned step, size_t node)
{
    const struct kdtree *tree = s->tree;
    double near[KDTREE_BOXES];
    unsigned order[KDTREE_BOXES], n = 0;
    tree->kernel->boxes(tree->boxes +
                            (tree->first_group[step] + node) * 2 * KDTREE_BOXES * tree->d,
                        tree->d, s->x, near);
    const unsigned children = step == 0 ? (unsigned)tree->root_children : KDTREE_BOXES;
    for (unsigned i = 0; i < children; i++) {
        if (near[i] <= s->limit) {
            unsigned at = n++;
            for (; at > 0 && near[order[at - 1]] > near[i]; at--) {
                order[at] = order[at - 1];
            }
            order[at] = i;
        }
    }
    for (unsigned i = 0; i < n && near[order[i]] <= s->limit; i++) {
        size_t child = node * KDTREE_BOXES + order[i];
        if (!(step + 1 == tree->steps ? search_leaf(s, child)
                                      : search_node(s, step + 1, child))) {
            return false;
        }
    }
    return true;
}

static bool search_tree(struct search *s, const float *x, uint32_t self)
{
    for (size_t j = 0; j < s->tree->d; j++) {
        s->x[j] = (double)x[j];
    }
    s->self = self;
    s->hits->n = 0;
    return s->tree->steps == 0 ? search_leaf(s, 0) : search_node(s, 0, 0);
}

static void take_roots(struct kdtree_hits *hits)
{
    for (size_t i = 0; i < hits->n; i++) {
        hits->distance[i] = sqrt(hits->distance[i]);
    }
}

bool kdtree_nearest(const struct kdtree *tree, const float *x, size_t k, uint32_t self,
                    double bound, struct kdtree_hits *hits, struct status *status)
{
    const size_t others = tree->n - (self != KDTREE_NONE);
    k = k < others ? k : others;
    hits->n = 0;
    hits->radius = 0;
    if (k == 0) {
        return true;
    }
    /* The caller's bound is a sum of rounded numbers. */
    const double safe = bound * (1 + 1e-9);
    struct search s = {.tree = tree,
                       .hits = hits,
                       .k = k,
                       .trigger = isinf(bound) ? k : 2 * k,
                       .status = status};
    s.limit = safe * safe;
    if (!search_tree(&s, x, self)) {
        return false;
    }
    if (hits->n < k) { /* the bound was none */
        s.limit = INFINITY;
        if (!search_tree(&s, x, self)) {
            return false;
        }
    }
    tighten(&s);
    take_roots(hits);
    hits->radius = sqrt(s.limit);
    return true;
}

bool kdtree_within(const struct kdtree *tree, const float *x, double radius, uint32_t self,
                   struct kdtree_hits *hits, struct status *status)
{
    struct search s = {.tree = tree, .hits = hits, .trigger = SIZE_MAX, .status = status};
    s.limit = limit_of(radius, radius * radius);
    hits->radius = radius;
    if (!search_tree(&s, x, self)) {
        return false;
    }
    take_roots(hits);
    return true;
}

bool kdtree_again(const struct kdtree *tree, const float *x, double radius, uint32_t self,
                  struct kdtree_hits *hits, struct status *status)
{
    struct search s = {
        .tree = tree, .hits = hits, .self = self, .trigger = SIZE_MAX, .status = status};
    s.limit = limit_of(radius, radius * radius);
    for (size_t j = 0; j < tree->d; j++) {
        s.x[j] = (double)x[j];
    }
    /* They move out of the way of what they hold, far enough for all of it. */
    const size_t leaves = hits->n;
    if (!kdtree_hits_reserve(hits, leaves * KDTREE_BLOCK, status)) {
        return false;
    }
    uint32_t *leaf = (uint32_t *)(void *)hits->scratch;
    memcpy(leaf, hits->point, leaves * sizeof *leaf);
    hits->n = 0;
    hits->radius = radius;
    for (size_t i = 0; i < leaves; i++) {
        if (!search_leaf(&s, leaf[i])) {
            return false;
        }
    }
    take_roots(hits);
    return true;
}

uint32_t kdtree_near(const struct kdtree *tree, const float *x, double *distance)
{
    double wide[KDTREE_DIMENSIONS], near[KDTREE_BLOCK];
    for (size_t j = 0; j < tree->d; j++) {
        wide[j] = (double)x[j];
    }
    size_t node = 0;
    for (unsigned step = 0; step < tree->steps; step++) {
        size_t group = tree->first_group[step] + node;
        tree->kernel->boxes(tree->boxes + group * 2 * KDTREE_BOXES * tree->d, tree->d, wide,
                            near);
        unsigned best = 0;
        for (unsigned i = 1; i < KDTREE_BOXES; i++) {
            best = near[i] < near[best] ? i : best;
        }
        node = node * KDTREE_BOXES + best;
    }
    const size_t from = tree->start[node], count = tree->start[node + 1] - from;
    tree->kernel->block(tree->blocks + from * tree->d, count, count, tree->d, wide, 0, near);
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        best = near[i] < near[best] ? i : best;
    }
    *distance = sqrt(near[best]);
    return kdtree_number(tree, from + best);
}

/* Only boxes that hold x are opened: one, or a few where boxes share a face. */
static uint32_t find_below(const struct kdtree *tree, const double *x, unsigned step,
                           size_t node)
{
    double near[KDTREE_BLOCK];
    if (step == tree->steps) {
        const size_t from = tree->start[node], count = tree->start[node + 1] - from;
        const uint64_t bits = tree->kernel->block(tree->blocks + from * tree->d, count, count,
                                                  tree->d, x, 0, near);
        return bits == 0 ? KDTREE_NONE
                         : kdtree_number(tree, from + (unsigned)__builtin_ctzll(bits));
    }
    const unsigned children = step == 0 ? (unsigned)tree->root_children : KDTREE_BOXES;
    tree->kernel->boxes(tree->boxes +
                            (tree->first_group[step] + node) * 2 * KDTREE_BOXES * tree->d,
                        tree->d, x, near);
    for (unsigned i = 0; i < children; i++) {
        const uint32_t found =
            near[i] > 0 ? KDTREE_NONE : find_below(tree, x, step + 1, node * KDTREE_BOXES + i);
        if (found != KDTREE_NONE) {
            return found;
        }
    }
    return KDTREE_NONE;
}

uint32_t kdtree_find(const struct kdtree *tree, const float *x)
{
    double wide[KDTREE_DIMENSIONS];
    for (size_t j = 0; j < tree->d; j++) {
        wide[j] = (double)x[j];
    }
    return find_below(tree, wide, 0, 0);
}
