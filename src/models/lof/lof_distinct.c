/* LOF over distinct points: the k-distinct-distance that Breunig, Kriegel, Ng and Sander name
 * for data with duplicates ("LOF: Identifying Density-Based Local Outliers", SIGMOD 2000).
 *
 * The k-distance of a point p is its distance to the k-th nearest other point. Its
 * neighbourhood is every other point o within that, ties included, weighing its copies, and p
 * itself, weighing its copies but one. With reach(p, o) = max(k-distance(o), d(p, o)),
 *
 *     lrd(p) = sum of weights / sum of weight * reach(p, o)
 *     LOF(p) = sum of weight * lrd(o) / sum of weights / lrd(p)
 *
 * A k-distance is never 0, so nothing is infinite however many copies there are. A vector
 * outside the sample is a new point: it weighs nothing itself.
 */
#include "models/lof/lof_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/lof/lof_loop.h"
#include "base/percentile.h"

/* Points are asked about in the order of their numbers, which is the tree's: neighbouring
 * queries share what is in the cache. */

/* First pass: k_distance. The points within k-distance(p) of p, and p, are no farther than that
 * plus d(p, q) from q: a bound that shortens the search for the next point, q. */
static bool find_k_distances(void *context, size_t from, size_t to, struct lof_loop *loop,
                             struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    const size_t d = model->points.d;
    float here[TABLE_FEATURES_MAX], before[TABLE_FEATURES_MAX];
    double bound = INFINITY;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        kdtree_vector(model->tree, p, here);
        if (i > from) {
            bound = hits->radius + lof_distance(before, here, d);
        }
        memcpy(before, here, d * sizeof *here);
        if (!kdtree_nearest(model->tree, here, model->k, p, bound, hits, status)) {
            return false;
        }
        model->k_distance[p] = hits->radius;
        kdtree_leaves(model->tree, hits);
        lof_lists_keep(model->lists, p, kdtree_leaf(model->tree, p), hits);
    }
    return true;
}

/* The reachability density at a point with these neighbours. `copies` is how many times the
 * point itself is a neighbour, at distance 0, with reach `k_distance`. */
static double density(const struct lof_model *model, const struct kdtree_hits *hits,
                      double copies, double k_distance)
{
    double weight = copies, sum = copies * k_distance;
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t o = hits->point[i];
        const double w = model->points.copies[o];
        weight += w;
        sum += w * fmax(model->k_distance[o], hits->distance[i]);
    }
    return weight / sum;
}

static double factor(const struct lof_model *model, const struct kdtree_hits *hits,
                     double copies, double lrd)
{
    double weight = copies, sum = copies * lrd;
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t o = hits->point[i];
        const double w = model->points.copies[o];
        weight += w;
        sum += w * model->lrd[o];
    }
    return sum / weight / lrd;
}

bool lof_distinct_neighbours(const struct lof_model *model, uint32_t p,
                             struct kdtree_hits *hits, struct status *status)
{
    float x[TABLE_FEATURES_MAX];
    kdtree_vector(model->tree, p, x);
    if (!lof_lists_get(model->lists, p, kdtree_leaf(model->tree, p), hits)) {
        return kdtree_within(model->tree, x, model->k_distance[p], p, hits, status);
    }
    return kdtree_again(model->tree, x, model->k_distance[p], p, hits, status);
}

/* Second pass: lrd, from k_distance. */
static bool find_densities(void *context, size_t from, size_t to, struct lof_loop *loop,
                           struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!lof_distinct_neighbours(model, p, hits, status)) {
            return false;
        }
        model->lrd[p] = density(model, hits, model->points.copies[p] - 1, model->k_distance[p]);
    }
    return true;
}

/* Third pass: LOF, from lrd. */
static bool find_factors(void *context, size_t from, size_t to, struct lof_loop *loop,
                         struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!lof_distinct_neighbours(model, p, hits, status)) {
            return false;
        }
        model->lof[p] = factor(model, hits, model->points.copies[p] - 1, model->lrd[p]);
    }
    return true;
}

bool lof_distinct_fit(struct lof_model *model, const struct detector_data *data,
                      const struct progress *progress, struct status *status)
{
    lof_range *const passes[] = {find_k_distances, find_densities, find_factors};
    const size_t n = model->points.n;
    if (n == 1) {
        /* Nothing to compare with: no density, and no outlier. */
        model->k_distance[0] = 0;
        model->lrd[0] = INFINITY;
        model->lof[0] = 1;
    }
    for (unsigned i = 0; i < 3 && n > 1; i++) {
        if (!lof_loop_run(data->parallel, n, passes[i], model, (struct lof_part){i, 3},
                          progress, status)) {
            return false;
        }
    }
    const struct percentile_column factors = {model->lof, model->points.copies, n, false};
    model->threshold = percentile_of(&factors, 100 * (1 - model->contamination));
    return true;
}

bool lof_distinct_one(const struct lof_model *model, const float *x, uint32_t near,
                      double distance, struct kdtree_hits *hits, double *score,
                      struct status *status)
{
    if (model->points.n == 1) {
        *score = 1;
        return true;
    }
    if (!kdtree_nearest(model->tree, x, model->k, KDTREE_NONE,
                        model->k_distance[near] + distance, hits, status)) {
        return false;
    }
    for (size_t i = 0; i < hits->n; i++) {
        if (hits->distance[i] == 0) { /* another profile that rounds to a sampled point */
            *score = model->lof[hits->point[i]];
            return true;
        }
    }
    *score = factor(model, hits, 0, density(model, hits, 0, 0));
    return true;
}
