/* review_queue: what the queries thread works out for the Review view: the queue, Precision@K
 * of every list, the curve of the detector in view, and the estimate of a stratified queue. */
#ifndef ODDHOURS_TUI_VIEWS_REVIEW_QUEUE_H
#define ODDHOURS_TUI_VIEWS_REVIEW_QUEUE_H

#include "screen/app.h"
#include "models/detector.h"
#include "review/evaluation.h"
#include "review/queue.h"
#include "run/job/job.h"

/* The queue that is asked for. */
struct review_wish {
    struct queue_spec spec; /* k 0: the K in view; no strata: the default ones */
    uint32_t each;          /* rows drawn of each default stratum */
    char names[256];        /* of a pooled queue, comma-separated; "": all detectors */
};

/* Changes a wish as words say: "pooled k=100 seed=7", "stratified each=30 blind", or the whole
 * label of an earlier queue. `run` has the results that may be named (NULL: all there are).
 * False, and nothing changed, for a word that has no meaning. */
bool review_wish_parse(struct review_wish *wish, const struct run *run, const char *words,
                       struct status *status);

struct review_numbers {
    struct queue *queue;
    char label[QUEUE_LABEL], text[256];
    char of_whom[64]; /* whose lists make it up, in brief: "IF, LOF" */
    struct {
        bool ready;
        struct precision at;
    } of[RUN_RESULTS_MAX];
    struct evaluation in_view; /* of the detector in view, with its curve */
    bool has_view;
    bool by_strata; /* `estimate` is of the queue's strata */
    struct stratified estimate;
    size_t bare; /* strata in which nothing is decided yet */
};
void review_numbers_clear(struct review_numbers *numbers);

struct numbers_query {
    struct query query;
    struct review *review;
    const struct run *run;
    bool has[RUN_RESULTS_MAX];
    size_t result, k;
    struct review_wish wish;
    struct review_numbers numbers; /* the answer */
};

/* The question; NULL when memory is out. */
struct numbers_query *review_queue_ask(struct app *app, const struct review_wish *wish);

#endif
