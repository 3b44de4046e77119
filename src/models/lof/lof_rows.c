#include "models/lof/lof_rows.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/kdtree/kdtree_sklearn.h"
#include "models/kdtree/sklearn_heap.h"

struct lof_rows {
    const struct lof_points *points;
    struct kdtree_sklearn *tree; /* NULL: all pairs */
    double *square;              /* (points->n) squared lengths; all pairs only */
};

void lof_rows_free(struct lof_rows *rows)
{
    if (rows != NULL) {
        kdtree_sklearn_free(rows->tree);
        free(rows->square);
        free(rows);
    }
}

uint32_t lof_rows_point(const struct lof_rows *rows, size_t position)
{
    return rows->points->of_row[position];
}

bool lof_rows_exact(const struct lof_rows *rows)
{
    return rows->tree != NULL;
}

static bool has_tree(const struct lof_points *points, size_t k)
{
    return k < points->n_rows / 2 && points->d <= KDTREE_SKLEARN_FEATURES;
}

const char *lof_rows_method(const struct lof_points *points, size_t k)
{
    return has_tree(points, k) ? "kd_tree" : "brute";
}

/* ---- all pairs ---- */

/* The library's squared distance is |x|^2 - 2 x.y + |y|^2 in double, with products from a BLAS.
 * A product of two floats is exact in double, so only the order of the sums shows: OpenBLAS
 * adds matrix products feature by feature, and in ddot sixteen at a time into four vectors of
 * four. */
static double dot(const float *x, const float *y, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        sum += (double)x[j] * (double)y[j];
    }
    return sum;
}

static double square_of(const float *x, size_t d)
{
    enum { LANES = 16 };
    double lane[LANES] = {0}, sum = 0;
    const size_t whole = d - d % LANES;
    for (size_t j = 0; j < whole; j++) {
        lane[j % LANES] += (double)x[j] * (double)x[j];
    }
    if (whole > 0) {
        double four[4];
        for (size_t i = 0; i < 4; i++) {
            four[i] = (lane[i] + lane[4 + i]) + (lane[8 + i] + lane[12 + i]);
        }
        sum = (four[0] + four[2]) + (four[1] + four[3]);
    }
    for (size_t j = whole; j < d; j++) {
        sum += (double)x[j] * (double)x[j];
    }
    return sum;
}

/* Collects the k nearest rows into a heap; distance2 is by point. When rows are few, each of
 * the library's threads collects k of its share, and those are collected once more; that shows
 * in the order of equally far rows. It is followed as it is with one thread
 * (OMP_NUM_THREADS=1). */
static bool collect(const struct lof_rows *rows, const double *distance2,
                    struct sklearn_heap *heap, struct status *status)
{
    enum { FEW = 4 * 256 };
    const size_t n_rows = rows->points->n_rows;
    struct kdtree_hits hits = {0};
    struct sklearn_heap first, *into = n_rows > FEW ? heap : &first;
    if (!sklearn_heap_start(&first, heap->k, &hits, status)) {
        return false;
    }
    for (size_t i = 0; i < n_rows; i++) {
        sklearn_heap_push(into, distance2[rows->points->of_row[i]], (uint32_t)i);
    }
    for (size_t i = 0; i < heap->k && into == &first; i++) {
        sklearn_heap_push(heap, first.distance2[i], first.row[i]);
    }
    kdtree_hits_clear(&hits);
    return true;
}

static bool all_pairs(const struct lof_rows *rows, const float *x, size_t k,
                      struct kdtree_hits *hits, struct status *status)
{
    const struct lof_points *points = rows->points;
    struct sklearn_heap heap;
    double *distance2 = mem_new(points->n, sizeof *distance2, "distances", status);
    if (distance2 == NULL || !sklearn_heap_start(&heap, k, hits, status)) {
        free(distance2);
        return false;
    }
    const double square = square_of(x, points->d);
    for (size_t p = 0; p < points->n; p++) {
        double value =
            square + -2.0 * dot(x, points->x + p * points->d, points->d) + rows->square[p];
        distance2[p] = value > 0 ? value : 0;
    }
    const bool done = collect(rows, distance2, &heap, status);
    free(distance2);
    if (!done) {
        return false;
    }
    sklearn_heap_sort(&heap);
    for (size_t i = 0; i < k; i++) {
        /* The library hands the square through a float on its way to the root. */
        hits->distance[i] = sqrt((double)(float)hits->distance[i]);
    }
    hits->radius = hits->distance[k - 1];
    return true;
}

/* ---- both ways ---- */

bool lof_rows_query(const struct lof_rows *rows, const float *x, size_t k,
                    struct kdtree_hits *hits, struct status *status)
{
    if (rows->tree != NULL) {
        return kdtree_sklearn_query(rows->tree, x, k, hits, status);
    }
    return all_pairs(rows, x, k, hits, status);
}

static bool square_all(struct lof_rows *rows, struct status *status)
{
    const struct lof_points *points = rows->points;
    rows->square = mem_new(points->n, sizeof *rows->square, "points", status);
    for (size_t p = 0; rows->square != NULL && p < points->n; p++) {
        rows->square[p] = square_of(points->x + p * points->d, points->d);
    }
    return rows->square != NULL;
}

struct lof_rows *lof_rows_new(const struct lof_points *points, size_t k,
                              struct parallel *parallel, const struct progress *progress,
                              struct status *status)
{
    struct lof_rows *rows = mem_zero(1, sizeof *rows, "the LOF sample", status);
    if (rows == NULL) {
        return NULL;
    }
    rows->points = points;
    if (has_tree(points, k)) {
        rows->tree = kdtree_sklearn_new(points->x, points->d, points->of_row, points->n_rows,
                                        parallel, progress, status);
    }
    if (has_tree(points, k) ? rows->tree == NULL : !square_all(rows, status)) {
        lof_rows_free(rows);
        return NULL;
    }
    return rows;
}
