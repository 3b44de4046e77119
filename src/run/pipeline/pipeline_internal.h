/* What the files of the pipeline share. */
#ifndef ODDHOURS_RUN_PIPELINE_INTERNAL_H
#define ODDHOURS_RUN_PIPELINE_INTERNAL_H

#include "run/pipeline/pipeline.h"

struct pipeline {
    struct run *run;
    const struct pipeline_listener *listener;
    const struct progress *progress;
    struct progress own;    /* progress handed to stages: passes on, and notes losses */
    struct result *fitting; /* whose losses are being reported */
    size_t losses_capacity;
    size_t n_stages; /* planned */
};

void pipeline_announce(struct pipeline *pipeline, enum pipeline_event event, size_t index);

/* Begins a stage, which is announced. */
struct stage_record *pipeline_begin(struct pipeline *pipeline, const char *name);
void pipeline_end(struct stage_record *stage, bool finished);

/* All detectors in order, and the ensemble. A cancel ends it; a detector that fails does not
 * keep the others from running. The first thing that went wrong is what the run reports. */
void pipeline_detect(struct pipeline *pipeline, struct status *status);

#endif
