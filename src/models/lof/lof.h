/* lof: the Local Outlier Factor, in a form that is right about duplicates and in
 * scikit-learn's.
 *
 * distinct: over distinct points that weigh their copies (lof_distinct.c has the formula);
 * finite whatever the copies, and cheap enough for every profile of the table. sklearn: the
 * bits of LocalOutlierFactor(novelty=True) of scikit-learn 1.2.1 on the sampled rows, ties
 * included (lof_sklearn.c).
 *
 * Fitted on a sample of rows, in both forms: RandomState(seed).choice when the table has more.
 */
#ifndef ODDHOURS_MODELS_LOF_H
#define ODDHOURS_MODELS_LOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/detector.h"

extern const struct detector lof_detector;

/* One of the nearest points: a distinct vector of scaled features. */
struct lof_neighbour {
    uint32_t point;
    uint32_t first;  /* equally far ones are in the order in which they appeared in the table */
    uint32_t copies; /* sampled rows */
    double distance; /* in scaled features */
    double lrd;      /* its density: higher is denser */
};

/* The neighbourhood of a profile, as in distinct form, whatever the form of the model. */
struct lof_neighbourhood {
    float x[TABLE_FEATURES_MAX]; /* (d) of the profile, scaled */
    bool sampled;                /* the profile's own point is in the sample */
    uint32_t copies;             /* of it there */
    double k_distance;           /* to the k-th nearest other point */
    double lrd;         /* own density by the model's formula; NaN when it was not scored */
    double usual_lrd;   /* weighted mean of the neighbours' densities */
    size_t n_points;    /* in the neighbourhood, ties included */
    uint64_t n_rows;    /* their copies */
    uint64_t pile_rows; /* of these, rows that share their point with k others or more: their
                         * density is near infinite for the notebook's formula */
    double
        mean[TABLE_FEATURES_MAX]; /* (d) weighted mean of the neighbours, in original units */
    size_t n;                     /* of these listed in `nearest`, the nearest first */
    struct lof_neighbour *nearest;
};

/* The neighbourhood of `profile`, at most `most` points of it listed. Freed with
 * lof_neighbours_free(). NULL on failure. May be called by several threads at once. */
struct lof_neighbourhood *lof_neighbours(const void *model, const struct detector_data *data,
                                         size_t profile, size_t most, struct status *status);
void lof_neighbours_free(struct lof_neighbourhood *neighbourhood);

/* The scaled coordinates of a point, into x (d). */
void lof_coordinates(const void *model, uint32_t point, float *x);

/* A scaled coordinate in original units: the number of the fewest digits that is scaled to x.
 */
double lof_original(const struct scaler *scaler, size_t feature, float x);

#endif
