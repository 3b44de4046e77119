/* run: one run of the pipeline over one input, and everything it found.
 *
 * A `struct run` is made by the caller (command line or screen), filled in by the pipeline and
 * freed by the caller when the pipeline is done with it. A field is valid once the pipeline has
 * announced it (pipeline.h) and is frozen from then on.
 */
#ifndef ODDHOURS_RUN_RUN_H
#define ODDHOURS_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "models/model.h"
#include "rank/quantile.h"
#include "rank/ranking.h"
#include "run/estimate.h"
#include "run/params.h"
#include "table/row_index.h"
#include "table/scaler.h"
#include "table/table.h"

/* What one detector, or the ensemble, found. */
struct result {
    const struct detector *detector;  /* NULL for the ensemble */
    const char *name, *title, *brief; /* "ensemble", "Ensemble", "ENS" for that */
    bool ready;                       /* scores and ranking are valid */
    struct model *model;              /* NULL for the ensemble */
    struct scores scores;
    struct ranking *ranking;
    char partial[80]; /* "108 of 200 trees (cancelled)"; empty when whole */
    char health[200]; /* one sentence; empty when there is nothing to say */
    double fit_seconds, score_seconds;
    size_t n_losses; /* of the epochs, for a detector that has such */
    double *losses;
};

enum { RUN_STAGES_MAX = 3 + 2 * DETECTOR_MAX };

/* One stage as it went, for the summary, the run card and the Run view. */
struct stage_record {
    char name[48]; /* "read", "scale", "iforest fit", "iforest score", "ensemble" */
    double seconds;
    bool finished; /* false: cancelled or failed in it */
};

struct run {
    struct run_params params;
    struct parallel *parallel;
    struct table *table;
    struct authlog_index *log_index; /* of a raw log; NULL: it was a table, or !params.index */
    struct row_index *by_profile;    /* rows of each profile; NULL unless params.index */
    struct scaler *scaler;
    float *scaled; /* (profiles.n, d); without params.index NULL again when no more needed */
    /* Where a value stands among all rows; NULL unless params.index. Announced with scaled. */
    struct feature_order *features;
    /* By index in detectors[]; the ensemble is results[detector_count()]. */
    struct result results[DETECTOR_MAX + 1];
    struct stage_record stages[RUN_STAGES_MAX];
    size_t n_stages;
    struct estimate estimate; /* made before the first stage is announced */
    double seconds;           /* from start to end */
    struct status status;     /* how it ended */
    bool saved;               /* not computed now, but loaded from a saved run */
    char notice[STATUS_TEXT]; /* one sentence on saved runs worth telling; empty: none */
};

struct run *run_new(const struct run_params *params, struct status *status);
void run_free(struct run *run);

/* Frees what the run found, so that it can be filled in again. The parameters stay. */
void run_empty(struct run *run);

/* The results by name; "ensemble" included. NULL when unknown. */
const struct result *run_result(const struct run *run, const char *name);

/* What detectors are given. */
struct detector_data run_detector_data(const struct run *run);

#endif
