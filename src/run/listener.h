/* listener: what is announced while a run is made, or read from a file. */
#ifndef ODDHOURS_RUN_LISTENER_H
#define ODDHOURS_RUN_LISTENER_H

#include <stddef.h>

struct run;
struct table;

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

#endif
