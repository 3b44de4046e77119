/* model: a fitted detector with what is needed to use it without the table it was fitted on:
 * the names of its features, its threshold, and the scores that others are compared with.
 *
 * It scores any table with the same features, through the scaler of the fit. A row of the
 * fitted table gets the same bits, wherever it stands.
 */
#ifndef ODDHOURS_MODELS_MODEL_H
#define ODDHOURS_MODELS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"
#include "models/reference.h"

struct model {
    const struct detector *detector;
    void *fitted; /* what the detector's functions are given */
    size_t rows;  /* of the table of the fit */
    size_t d;
    char **features;  /* (d) names */
    bool scored;      /* the table of the fit: there is a threshold */
    double threshold; /* found then, and kept */
    /* The scores of the fit's rows; NULL unless model_refer() was called: in a run its ranking
     * has them. */
    struct reference *reference;
};

/* What the detector's functions are given; NULL for no model. */
static inline const void *model_fitted(const struct model *model)
{
    return model != NULL ? model->fitted : NULL;
}

/* Fits to data->table; see detector.fit for what a cancelled one returns. */
struct model *model_fit(const struct detector *detector, const struct detector_data *data,
                        const double *params, const struct progress *progress,
                        struct status *status);
void model_free(struct model *model);

/* Scores the table of the fit, finds the threshold that follows, and counts the rows. False
 * with a status; the scores then hold nothing. */
bool model_score_own(struct model *model, const struct detector_data *data,
                     struct scores *scores, const struct progress *progress,
                     struct status *status);

/* Scores any table with the model's features by the threshold that was kept. data->scaler is
 * that of the fit; without data->scaled the scaled profiles are made for the time of the call.
 * False with a status (STATUS_USAGE: other features); the scores then hold nothing. */
bool model_score(const struct model *model, const struct detector_data *data,
                 struct scores *scores, const struct progress *progress, struct status *status);

/* Whether a table has the features of the model, by name and order. If not, STATUS_USAGE and a
 * sentence that names the first difference. */
bool model_suits(const struct model *model, const struct table *table, struct status *status);

/* Keeps a reference with the model. */
void model_refer(struct model *model, struct reference *take_reference);

/* Puts a model that has scored the table of its fit, and gets back one that scores and explains
 * to the same bits. NULL with a status: STATUS_INPUT when what is there makes no sense. */
void model_save(const struct model *model, struct archive_out *archive);
struct model *model_load(struct archive_in *archive, struct parallel *parallel,
                         struct status *status);

#endif
