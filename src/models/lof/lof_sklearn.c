/* LOF as scikit-learn 1.2.1 computes it with novelty=True, bit for bit (docs/PARITY.md).
 *
 * Fit: the k rows nearest to each row, itself removed, give k_distance and lrd. Score: the same
 * rows are asked about again as new points, themselves included. Everything after the distances
 * is float arithmetic.
 *
 * All of it is computed once per point, not once per row. The answer to a query depends on the
 * coordinates alone; what might differ between copies is whom the library removes: the row
 * itself where it is among the k + 1 found, else the first found. With at most k + 1 copies all
 * of them are found, at distance 0 and before all others, so whichever goes, the same copies
 * less one remain in front of the same neighbours. With more copies all k + 1 found are copies,
 * and after the removal of any one k copies remain. A neighbour enters the formulas by its
 * k_distance and lrd only, which by the same argument are equal for all copies of it. So
 * removing the first found is right for every row.
 */
#include "models/lof/lof_model.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "models/lof/lof_loop.h"
#include "base/percentile.h"

/* numpy's pairwise sum of floats. */
static float pairwise(const float *a, size_t n)
{
    if (n < 8) {
        float sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += a[i];
        }
        return sum;
    }
    if (n <= 128) {
        float r[8];
        size_t i = 8;
        for (size_t j = 0; j < 8; j++) {
            r[j] = a[j];
        }
        for (; i < n - n % 8; i += 8) {
            for (size_t j = 0; j < 8; j++) {
                r[j] += a[i + j];
            }
        }
        float sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        for (; i < n; i++) {
            sum += a[i];
        }
        return sum;
    }
    size_t half = n / 2;
    half -= half % 8;
    return pairwise(a, half) + pairwise(a + half, n - half);
}

float lof_sklearn_mean(const float *a, size_t n)
{
    enum { BUFFER = 8192 }; /* numpy sums longer rows piece by piece */
    float sum = pairwise(a, n < BUFFER ? n : BUFFER);
    for (size_t i = BUFFER; i < n; i += BUFFER) {
        sum += pairwise(a + i, n - i < BUFFER ? n - i : BUFFER);
    }
    return sum / (float)n;
}

/* Neighbours taken: at least one, at most all others. */
static size_t taken(const struct lof_model *model)
{
    const size_t others = model->points.n_rows - 1;
    const size_t k = model->k < others ? model->k : others;
    return k > 0 ? k : 1;
}

/* One worker's floats, in the scratch memory of its hits. */
static float *floats_of(struct kdtree_hits *hits)
{
    return (float *)hits->scratch;
}

float lof_sklearn_density(const struct lof_model *model, struct kdtree_hits *hits)
{
    float *reach = floats_of(hits);
    for (size_t j = 0; j < hits->n; j++) {
        const float distance = (float)hits->distance[j];
        const float k_distance = (float)model->k_distance[hits->point[j]];
        reach[j] = distance > k_distance ? distance : k_distance;
    }
    return 1.0f / (lof_sklearn_mean(reach, hits->n) + 1e-10f);
}

static float factor(const struct lof_model *model, struct kdtree_hits *hits, float lrd)
{
    float *ratio = floats_of(hits);
    for (size_t j = 0; j < hits->n; j++) {
        ratio[j] = (float)model->lrd[hits->point[j]] / lrd;
    }
    return lof_sklearn_mean(ratio, hits->n);
}

static const float *point_at(const struct lof_model *model, uint32_t point)
{
    return model->points.x + (size_t)point * model->points.d;
}

bool lof_sklearn_search(const struct lof_model *model, const float *x, size_t skip,
                        struct kdtree_hits *hits, struct status *status)
{
    if (!lof_rows_query(model->rows, x, taken(model) + skip, hits, status)) {
        return false;
    }
    hits->n -= skip;
    for (size_t j = 0; j < hits->n; j++) {
        hits->point[j] = lof_rows_point(model->rows, hits->point[j + skip]);
        hits->distance[j] = hits->distance[j + skip];
    }
    return true;
}

/* The fit's neighbours of a point: once, or from what was kept of it. */
static bool fit_neighbours(const struct lof_model *model, uint32_t p, struct kdtree_hits *hits,
                           struct status *status)
{
    if (!lof_lists_get(model->lists, p, p, hits)) {
        return lof_sklearn_search(model, point_at(model, p), 1, hits, status);
    }
    for (size_t j = 0; j < hits->n; j++) {
        hits->distance[j] =
            lof_distance(point_at(model, p), point_at(model, hits->point[j]), model->points.d);
    }
    return true;
}

static bool find_k_distances(void *context, size_t from, size_t to, struct lof_loop *loop,
                             struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!lof_sklearn_search(model, point_at(model, p), 1, hits, status)) {
            return false;
        }
        model->k_distance[p] = (double)(float)hits->radius;
        if (lof_rows_exact(model->rows)) {
            lof_lists_keep(model->lists, p, p, hits);
        }
    }
    return true;
}

static bool find_densities(void *context, size_t from, size_t to, struct lof_loop *loop,
                           struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!fit_neighbours(model, p, hits, status)) {
            return false;
        }
        model->lrd[p] = (double)lof_sklearn_density(model, hits);
    }
    return true;
}

bool lof_sklearn_one(const struct lof_model *model, const float *x, struct kdtree_hits *hits,
                     double *score, struct status *status)
{
    if (model->points.n_rows == 1) {
        *score = 1;
        return true;
    }
    if (!lof_sklearn_search(model, x, 0, hits, status)) {
        return false;
    }
    *score = (double)factor(model, hits, lof_sklearn_density(model, hits));
    return true;
}

/* The fit's own factor, from which the threshold comes, and the score as a new point. */
static bool find_factors(void *context, size_t from, size_t to, struct lof_loop *loop,
                         struct kdtree_hits *hits, struct status *status)
{
    const struct lof_model *model = context;
    for (size_t i = from; i < to && !lof_loop_stopped(loop); i++) {
        const uint32_t p = (uint32_t)i;
        if (!fit_neighbours(model, p, hits, status)) {
            return false;
        }
        model->fit_lof[p] = (double)factor(model, hits, (float)model->lrd[p]);
        if (!lof_sklearn_one(model, point_at(model, p), hits, &model->lof[p], status)) {
            return false;
        }
    }
    return true;
}

/* offset_ is a percentile of the negative factors of the fit. */
static void find_threshold(struct lof_model *model)
{
    const struct percentile_column factors = {model->fit_lof, model->points.copies,
                                              model->points.n, true};
    model->offset = percentile_of_floats(&factors, 100 * model->contamination);
    /* A label is the sign of a float difference. */
    model->threshold = -(double)(float)model->offset;
}

bool lof_sklearn_fit(struct lof_model *model, const struct detector_data *data,
                     const struct progress *progress, struct status *status)
{
    lof_range *const passes[] = {find_k_distances, find_densities, find_factors};
    const size_t n = model->points.n;
    model->rows = lof_rows_new(&model->points, model->k, data->parallel, progress, status);
    model->fit_lof = mem_new(n, sizeof *model->fit_lof, "LOF", status);
    if (model->rows == NULL || model->fit_lof == NULL) {
        return false;
    }
    if (model->points.n_rows == 1) {
        /* The library refuses a single row. It is no outlier. */
        model->k_distance[0] = 0;
        model->lrd[0] = INFINITY;
        model->fit_lof[0] = 1;
        model->lof[0] = 1;
    }
    for (unsigned i = 0; i < 3 && model->points.n_rows > 1; i++) {
        if (!lof_loop_run(data->parallel, n, passes[i], model, (struct lof_part){i, 3},
                          progress, status)) {
            return false;
        }
    }
    find_threshold(model);
    return true;
}
