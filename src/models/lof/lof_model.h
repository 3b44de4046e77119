/* lof_model: the inside of a fitted LOF, for the files lof*.c only. */
#ifndef ODDHOURS_MODELS_LOF_MODEL_H
#define ODDHOURS_MODELS_LOF_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/detector.h"
#include "models/kdtree/kdtree.h"
#include "models/lof/lof_lists.h"
#include "models/lof/lof_points.h"
#include "models/lof/lof_rows.h"

enum lof_form { LOF_DISTINCT, LOF_SKLEARN };
enum lof_scope { LOF_SCOPE_AUTO, LOF_SCOPE_SAMPLE, LOF_SCOPE_ALL };

struct lof_model {
    enum lof_form form;
    size_t k; /* neighbours as asked for */
    double contamination;
    enum lof_scope scope;
    uint32_t seed;

    struct lof_points points; /* numbered by their positions in the tree */
    struct kdtree *tree;

    /* (points.n) each; in sklearn form the float values of the library's fit, and in lof the
     * scores that it gives the same points as new ones. */
    double *k_distance;
    double *lrd;
    double *lof;
    double threshold;

    struct lof_lists *lists; /* while fitting */

    /* Sklearn form only. */
    struct lof_rows *rows; /* the search for neighbours among rows; NULL in distinct form,
                            * and in a loaded model that scores no other rows */
    double *fit_lof; /* (points.n) minus negative_outlier_factor_; NULL in a loaded model */
    double offset;   /* offset_ */

    size_t piled_rows;              /* sampled rows with k copies or more besides themselves */
    bool above_known;               /* the next two are valid */
    size_t above_least, above_most; /* rows whose score in sklearn form is above 1e6 */
};

void lof_free(void *take_model);

/* Whether profiles whose vector no sampled row has are scored, too. */
bool lof_scores_all(const struct lof_model *model, const struct detector_data *data);

enum { LOF_LISTS_MOST = 100 << 20 }; /* bytes: more than a million points with 35 neighbours */

/* Makes the tree of points in lexicographic order, numbers them by it, and forgets the
 * coordinates that nobody else needs. */
bool lof_tree_new(struct lof_model *model, const struct progress *progress,
                  struct status *status);

/* The coordinates of a point: borrowed, or written into room (d). */
const float *lof_vector(const struct lof_model *model, uint32_t point, float *room);

/* The point that has the coordinates x (d), or LOF_NO_POINT. */
uint32_t lof_point_at(const struct lof_model *model, const float *x);

/* Distance as the trees compute it, bit for bit. */
double lof_distance(const float *a, const float *b, size_t d);

/* Fill k_distance, lrd, lof and threshold from points and tree. */
bool lof_distinct_fit(struct lof_model *model, const struct detector_data *data,
                      const struct progress *progress, struct status *status);
bool lof_sklearn_fit(struct lof_model *model, const struct detector_data *data,
                     const struct progress *progress, struct status *status);

/* The neighbours of a point once its k_distance is known, in the order of the tree. */
bool lof_distinct_neighbours(const struct lof_model *model, uint32_t p,
                             struct kdtree_hits *hits, struct status *status);

/* The LOF of x (d) as a new point. `near` is a point at `distance` from it, the nearer the
 * better (kdtree_near()). */
bool lof_distinct_one(const struct lof_model *model, const float *x, uint32_t near,
                      double distance, struct kdtree_hits *hits, double *score,
                      struct status *status);
bool lof_sklearn_one(const struct lof_model *model, const float *x, struct kdtree_hits *hits,
                     double *score, struct status *status);

/* The library's neighbours of x (d): of the k + skip nearest sampled rows those after the first
 * `skip`, as points; 1 for a point of the fit, 0 for a new one. And the density that follows
 * from them and model->k_distance. */
bool lof_sklearn_search(const struct lof_model *model, const float *x, size_t skip,
                        struct kdtree_hits *hits, struct status *status);
float lof_sklearn_mean(const float *a, size_t n); /* numpy's mean of a row of floats */
float lof_sklearn_density(const struct lof_model *model, struct kdtree_hits *hits);

/* lof_*_one() for n profiles, into score[profile]. */
bool lof_score_new(const struct lof_model *model, const struct detector_data *data,
                   const uint32_t *profiles, size_t n, double *score,
                   const struct progress *progress, struct status *status);

#endif
