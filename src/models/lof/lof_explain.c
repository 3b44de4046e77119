/* Why a LOF is what it is: the neighbourhood. Always that of distinct points, because k rows of
 * one pile explain nothing. */
#include "models/lof/lof.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/lof/lof_explain.h"
#include "models/lof/lof_model.h"

/* Where a profile stands: its point, if its vector is that of one. */
struct asked_point {
    const float *x;
    float room[TABLE_FEATURES_MAX];
    uint32_t point; /* or LOF_NO_POINT */
};

/* The neighbours of a point of the sample. In distinct form their radius is known. */
static bool around_point(const struct lof_model *model, const struct asked_point *asked,
                         struct kdtree_hits *hits, struct status *status)
{
    if (model->form == LOF_DISTINCT) {
        return kdtree_within(model->tree, asked->x, model->k_distance[asked->point],
                             asked->point, hits, status);
    }
    return kdtree_nearest(model->tree, asked->x, model->k, asked->point, INFINITY, hits,
                          status);
}

/* The neighbours of a vector that is none of the points. */
static bool around_new(const struct lof_model *model, const struct asked_point *asked,
                       struct kdtree_hits *hits, struct status *status)
{
    double distance, bound = INFINITY;
    const uint32_t near = kdtree_near(model->tree, asked->x, &distance);
    if (model->form == LOF_DISTINCT && model->points.n > 1) {
        bound = model->k_distance[near] + distance;
    }
    return kdtree_nearest(model->tree, asked->x, model->k, KDTREE_NONE, bound, hits, status);
}

/* Finds the points within the k-distance of a profile. */
static bool find(const struct lof_model *model, const struct detector_data *data,
                 size_t profile, struct asked_point *asked, struct kdtree_hits *hits,
                 struct status *status)
{
    asked->x = detector_vector(data, profile, asked->room);
    asked->point = lof_point_at(model, asked->x);
    return asked->point == LOF_NO_POINT ? around_new(model, asked, hits, status)
                                        : around_point(model, asked, hits, status);
}

/* Weighted mean of the neighbours, into mean (d); of the point's own copies there is no need:
 * they only pull the mean straight towards the point. */
static void find_mean(const struct lof_model *model, const struct kdtree_hits *hits,
                      double *mean)
{
    const size_t d = model->points.d;
    double weight = 0;
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < hits->n; i++) {
        float room[TABLE_FEATURES_MAX];
        const float *x = lof_vector(model, hits->point[i], room);
        const double copies = model->points.copies[hits->point[i]];
        for (size_t j = 0; j < d; j++) {
            mean[j] += copies * (double)x[j];
        }
        weight += copies;
    }
    for (size_t j = 0; j < d; j++) {
        mean[j] /= weight;
    }
}

bool lof_explain(const void *fitted, const struct detector_data *data, size_t profile,
                 double *credit)
{
    const struct lof_model *model = fitted;
    struct kdtree_hits hits = {0};
    struct asked_point asked;
    if (!find(model, data, profile, &asked, &hits, NULL) ||
        (asked.point == LOF_NO_POINT && !lof_scores_all(model, data))) {
        kdtree_hits_clear(&hits);
        return false;
    }
    double all = 0, mean[TABLE_FEATURES_MAX];
    find_mean(model, &hits, mean);
    for (size_t j = 0; j < model->points.d; j++) {
        const double difference = hits.n > 0 ? (double)asked.x[j] - mean[j] : 0;
        credit[j] = difference * fabs(difference);
        all += difference * difference;
    }
    for (size_t j = 0; j < model->points.d; j++) {
        credit[j] = all > 0 ? credit[j] / all : 0;
    }
    kdtree_hits_clear(&hits);
    return true;
}

/* ---- the neighbourhood in full ---- */

static int by_distance(const void *a, const void *b)
{
    const struct lof_neighbour *x = a, *y = b;
    if (x->distance != y->distance) {
        return x->distance < y->distance ? -1 : 1;
    }
    return (x->first > y->first) - (x->first < y->first);
}

/* Sums over the neighbours, the point's own copies apart. Of a mean only the difference from
 * the profile is scaled back: where they agree, it is the profile's own value to the bit. */
static void sum_up(struct lof_neighbourhood *to, const struct lof_model *model,
                   const struct detector_data *data, size_t profile,
                   const struct kdtree_hits *hits)
{
    const size_t d = model->points.d;
    const double *own = table_profile(data->table, profile);
    double lrd = 0;
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t o = hits->point[i], copies = model->points.copies[o];
        float room[TABLE_FEATURES_MAX];
        const float *x = lof_vector(model, o, room);
        to->n_rows += copies;
        to->pile_rows += copies > model->k ? copies : 0;
        lrd += (double)copies * model->lrd[o];
        for (size_t j = 0; j < d; j++) {
            to->mean[j] += (double)copies * ((double)x[j] - (double)to->x[j]);
        }
    }
    for (size_t j = 0; j < d; j++) {
        to->mean[j] = own[j] + data->scaler->scale[j] * (to->mean[j] / (double)to->n_rows);
    }
    to->usual_lrd = lrd / (double)to->n_rows;
}

/* Own density by the distinct form's formula; see lof_distinct.c. */
static double density(const struct lof_neighbourhood *to, const struct lof_model *model,
                      const struct kdtree_hits *hits)
{
    const double own = to->sampled ? to->copies - 1.0 : 0;
    double weight = own, sum = own * to->k_distance;
    for (size_t i = 0; i < hits->n; i++) {
        const double copies = model->points.copies[hits->point[i]];
        weight += copies;
        sum += copies * fmax(model->k_distance[hits->point[i]], hits->distance[i]);
    }
    return weight / sum;
}

static bool list_nearest(struct lof_neighbourhood *to, const struct lof_model *model,
                         const struct kdtree_hits *hits, size_t most, struct status *status)
{
    to->nearest = mem_new(hits->n, sizeof *to->nearest, "neighbours", status);
    if (to->nearest == NULL) {
        return false;
    }
    for (size_t i = 0; i < hits->n; i++) {
        const uint32_t o = hits->point[i];
        to->nearest[i] = (struct lof_neighbour){.point = o,
                                                .first = model->points.first[o],
                                                .copies = model->points.copies[o],
                                                .distance = hits->distance[i],
                                                .lrd = model->lrd[o]};
    }
    qsort(to->nearest, hits->n, sizeof *to->nearest, by_distance);
    to->n = hits->n < most ? hits->n : most;
    return true;
}

struct lof_neighbourhood *lof_neighbours(const void *fitted, const struct detector_data *data,
                                         size_t profile, size_t most, struct status *status)
{
    const struct lof_model *model = fitted;
    struct lof_neighbourhood *to = mem_zero(1, sizeof *to, "neighbours", status);
    struct kdtree_hits hits = {0};
    struct asked_point asked;
    if (to == NULL || !find(model, data, profile, &asked, &hits, status) ||
        !list_nearest(to, model, &hits, most, status)) {
        kdtree_hits_clear(&hits);
        lof_neighbours_free(to);
        return NULL;
    }
    memcpy(to->x, asked.x, model->points.d * sizeof *to->x);
    to->sampled = asked.point != LOF_NO_POINT;
    to->copies = to->sampled ? model->points.copies[asked.point] : 0;
    to->k_distance = hits.radius;
    to->n_points = hits.n;
    if (hits.n > 0) {
        sum_up(to, model, data, profile, &hits);
    }
    if (to->sampled) {
        to->lrd = model->lrd[asked.point];
    } else {
        to->lrd = model->form == LOF_DISTINCT && model->points.n > 1 ? density(to, model, &hits)
                                                                     : NAN;
    }
    kdtree_hits_clear(&hits);
    return to;
}

void lof_neighbours_free(struct lof_neighbourhood *neighbourhood)
{
    if (neighbourhood != NULL) {
        free(neighbourhood->nearest);
        free(neighbourhood);
    }
}

void lof_coordinates(const void *fitted, uint32_t point, float *x)
{
    const struct lof_model *model = fitted;
    float room[TABLE_FEATURES_MAX];
    memcpy(x, lof_vector(model, point, room), model->points.d * sizeof *x);
}

double lof_original(const struct scaler *scaler, size_t feature, float x)
{
    const double about = scaler->mean[feature] + scaler->scale[feature] * (double)x;
    for (int digits = 0; digits < 17; digits++) {
        char text[32];
        snprintf(text, sizeof text, "%.*e", digits, about);
        const double value = strtod(text, NULL) + 0.0; /* no -0 */
        if ((float)scaler_apply(scaler, feature, value) == x) {
            return value;
        }
    }
    return about;
}
