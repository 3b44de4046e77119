/* review_query: what the queries thread works out for the Review view: the queue, Precision@K
 * of every list, the curve of the detector in view, and the estimate of a stratified queue. */
#ifndef ODDHOURS_TUI_VIEWS_REVIEW_QUERY_H
#define ODDHOURS_TUI_VIEWS_REVIEW_QUERY_H

#include "screen/app.h"
#include "models/detector.h"
#include "review/evaluation.h"
#include "review/queue.h"
#include "run/job/job.h"

/* The queue that is asked for. */
struct queue_request {
    struct queue_spec spec; /* k 0: the K in view; no strata: the default ones */
    uint32_t each;          /* rows drawn of each default stratum */
    char names[256];        /* of a pooled queue, comma-separated; "": all detectors */
};

/* Changes a request as words say: "pooled k=100 seed=7", "stratified each=30 blind", or the
 * whole label of an earlier queue. `run` has the results that may be named (NULL: all there
 * are). False, and nothing changed, for a word that has no meaning. */
bool queue_request_parse(struct queue_request *request, const struct run *run,
                         const char *words, struct status *status);

struct queue_numbers {
    struct queue *queue;
    char label[QUEUE_LABEL], text[256];
    char names[256];  /* of its lists: "iforest,lof" */
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
void queue_numbers_clear(struct queue_numbers *numbers);

struct numbers_query {
    struct query query;
    struct review *review;
    const struct run *run;
    bool has[RUN_RESULTS_MAX];
    size_t result, k;
    struct queue_request request;
    struct episode_cut cuts[RUN_RESULTS_MAX]; /* of a queue of episodes */
    struct queue_numbers numbers;             /* the answer */
};

/* The question; NULL when memory is out. */
struct numbers_query *queue_numbers_ask(struct app *app, const struct queue_request *request);

#endif
