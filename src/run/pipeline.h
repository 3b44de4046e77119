/* pipeline: the stages in order. The same code behind the screen and behind `oddhours run`. */
#ifndef ODDHOURS_RUN_PIPELINE_H
#define ODDHOURS_RUN_PIPELINE_H

#include "base/progress.h"
#include "run/run.h"

/* What the pipeline announces, always from the thread that called pipeline_run(). */
enum pipeline_event {
    PIPELINE_STAGE,  /* a stage starts: stages[n_stages - 1] names it; index: stages in all */
    PIPELINE_TABLE,  /* run->table and by_profile are valid */
    PIPELINE_SCALED, /* run->scaler and scaled are valid */
    PIPELINE_RESULT, /* run->results[index] is ready */
    PIPELINE_DONE,   /* the last event: run->status says how it ended */
};

struct pipeline_listener {
    void (*event)(void *context, struct run *run, enum pipeline_event event, size_t index);
    /* The first rows while the file is still being read; the callee owns the table. */
    void (*preview)(void *context, struct table *take_preview);
    void *context;
};

/* Runs all stages of `run`. A cancelled or failed stage ends the run; what was finished stays
 * valid. Returns run->status.code == STATUS_OK. `listener` may be NULL. */
bool pipeline_run(struct run *run, const struct pipeline_listener *listener,
                  const struct progress *progress);

#endif
