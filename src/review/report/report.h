/* report: everything a review has to say, as a struct, as Markdown and as JSON.
 *
 * Every share is given with the counts it comes from, what is open is said to be open, and what
 * was blind, who judged and how long it took is stated.
 */
#ifndef ODDHOURS_REVIEW_REPORT_H
#define ODDHOURS_REVIEW_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/outfile.h"
#include "base/progress.h"
#include "base/status.h"
#include "models/detector.h"
#include "review/evaluation.h"
#include "review/metrics.h"
#include "review/session/rule_hides.h"
#include "review/truth.h"

enum { REPORT_LISTS = 16, REPORT_KS = 8, REPORT_QUEUES = 16 };

/* Borrowed for the life of the report. */
struct report_input {
    struct evaluation_data data;
    const struct evaluated *lists; /* (n_lists) the detectors and the ensemble */
    size_t n_lists;                /* at most REPORT_LISTS */
    bool by_episode;               /* and Precision@K of episodes */
    double gap;                    /* hours at most between the rows of one */
    size_t k;                      /* above the table's rows: all of them */
    const struct history *history;
    size_t reviewer;           /* whose verdicts `data` holds, or HISTORY_EVERYONE */
    size_t mismatches;         /* recorded rows that are not this table's */
    const struct truth *truth; /* may be NULL */
    const char *truth_name;
    /* Why a row is odd, in a sentence; false when there is none. May be NULL. */
    bool (*sentence)(void *context, uint32_t row, char *text, size_t size);
    void *context;
    /* What a text that people wrote (a note, a rule) is shown as: valid until the next call,
     * NULL when memory ran out. May be NULL: as it is. */
    const char *(*shown)(void *context, const char *text);
    void *of_shown;
    const struct rule_hides *rules; /* what they hide is told of, too; NULL: it is not */
    int64_t now_ms;                 /* the time at which these rules hold */
    /* The rows that rules hid at a time, a bit each, valid until the next call; NULL when that
     * cannot be found out. May be NULL, as where the review has no store. */
    const uint64_t *(*hidden_at)(void *context, int64_t at_ms);
    void *of_rules;                  /* its context */
    const struct progress *progress; /* asked whether to stop; may be NULL */
};

/* What the truth says of one ranking. */
struct report_truth {
    char name[64], title[96];
    struct metrics metrics;
    struct at_k at;
    bool by_day;
    struct alerts alerts;
};

/* The head of a list without what rules hide. */
struct report_shown {
    struct precision at; /* ties in order of row_id */
    size_t hidden;       /* rows that were passed over */
    size_t hidden_tp;    /* of them true positives */
};

struct report_queue {
    char label[QUEUE_LABEL];
    size_t verdicts; /* recorded with it */
    bool remade;     /* from its label; else its detectors are not all in this run */
    size_t strays;   /* verdicts on rows that the queue, remade from this run, does not have */
    struct tally controls;
    struct interval controls_exact; /* true positives per control row, 95 % */
    size_t n_strata;
    struct queue_stratum specs[QUEUE_STRATA_MAX];
    struct stratum strata[QUEUE_STRATA_MAX];
    struct stratified estimate;
};

struct report {
    struct report_input input;
    struct evaluation at[REPORT_LISTS];      /* (n_lists) */
    struct report_shown shown[REPORT_LISTS]; /* (n_lists) where there are rules */
    struct {
        struct evaluation at;
        struct episode_truth truth;                      /* with one */
    } episodes[REPORT_LISTS];                            /* (n_lists), by episode */
    struct comparison pairs[REPORT_LISTS][REPORT_LISTS]; /* [i][j] for i < j */
    struct tally all;                                    /* of all judged rows */
    size_t disputed;            /* rows on which the reviewers differ */
    struct effort effort;       /* of all, or of the one reviewer */
    struct effort *by_reviewer; /* (history_reviewers()) */
    size_t n_ks;
    struct {
        size_t k, distinct, left;
        double hours;  /* NaN without a pace */
    } more[REPORT_KS]; /* what other K still cost, all lists together */
    size_t n_queues;
    struct report_queue *queues; /* (n_queues) at most REPORT_QUEUES */
    size_t n_truths;
    struct report_truth *truths; /* (n_truths) the lists, then every feature as trivial rule */
};

/* NULL on failure, and when it was cancelled. */
struct report *report_new(const struct report_input *input, struct status *status);
void report_free(struct report *report);

/* Markdown, to be put after a heading of the caller's. A write error is left to
 * outfile_commit(). */
bool report_markdown(const struct report *report, struct outfile *file, struct status *status);

/* The same numbers as JSON; the caller frees it with cJSON_Delete(). NULL when memory ran out.
 */
cJSON *report_json(const struct report *report, struct status *status);

#endif
