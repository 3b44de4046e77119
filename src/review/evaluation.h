/* evaluation: the numbers of one review, for a detector or the ensemble at any K.
 *
 * Brings together a table, rankings and a frozen set of verdicts, and calls the pure functions
 * of precision.h. Cheap enough to be redone with every verdict: K look-ups.
 */
#ifndef ODDHOURS_REVIEW_EVALUATION_H
#define ODDHOURS_REVIEW_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/episodes.h"
#include "rank/ranking.h"
#include "review/history.h"
#include "review/precision.h"
#include "review/queue.h"
#include "review/truth.h"
#include "table/row_index.h"
#include "table/table.h"

/* A detector or the ensemble, as far as a review sees it. Borrowed. */
struct evaluated {
    const char *name, *title; /* "iforest", "Isolation Forest" */
    const struct ranking *ranking;
    double threshold; /* rows above it make episodes */
};

struct evaluation_data {
    const struct table *table;
    const struct row_index *index; /* rows of each profile */
    const struct verdict_set *verdicts;
};

struct evaluation {
    size_t k;                      /* as asked, at most the ranked rows */
    uint32_t *rows;                /* (k) in rank order */
    unsigned char *verdict;        /* (k) */
    uint32_t *tie;                 /* (k) the best rank of its tie block */
    struct ranked_list list;       /* of the above */
    struct precision at;           /* at k */
    double *reviewed, *low, *high; /* (k) the curve and its band: P@1 .. P@k, ties averaged */
    bool by_user, by_day;          /* the table has users; times, too */
    struct unit_precision users, user_days;
};

/* False when memory ran out; then nothing is left to free. */
bool evaluation_new(const struct evaluation_data *data, const struct ranking *ranking, size_t k,
                    struct evaluation *evaluation, struct status *status);
void evaluation_clear(struct evaluation *evaluation);

/* The same by episode: k counts episodes, `rows` are their best rows, and a verdict is that of
 * all rows of one (verdict_set_of_rows()): a true positive when one row is, a false one when
 * all are. Not by user nor by user-day. `head` gets the first k, cleared by the caller; NULL:
 * they are dropped. */
bool evaluation_episodes(const struct evaluation_data *data, const struct episode_cut *cut,
                         size_t k, struct evaluation *evaluation, struct episodes *head,
                         struct status *status);

/* What a truth says of the episodes of a list's head. */
struct episode_truth {
    size_t episodes, positive; /* looked at; with a positive row: precision is their ratio */
    size_t rows, found;        /* user-hours in them; positive ones */
    size_t incidents;          /* of truth->n_incidents that have a row in them: recall */
};

/* False when memory ran out. */
bool evaluation_episode_truth(const struct episodes *head, const struct truth *truth,
                              struct episode_truth *result, struct status *status);

/* Two evaluations of the same K on shared verdicts. */
bool evaluation_compare(const struct evaluation *a, const struct evaluation *b,
                        struct comparison *comparison, struct status *status);

/* What was reviewed of a stratified queue, stratum by stratum, into strata
 * (queue->spec.n_strata): for precision_stratified(). */
void evaluation_strata(const struct queue *queue, const struct verdict_set *verdicts,
                       struct stratum *strata);

/* Verdicts on rows that were shown as controls of the queue with this label: a bound for what
 * the lists miss in the bulk. */
struct tally evaluation_controls(const struct history *history, const char *label,
                                 const struct verdict_set *verdicts);

/* The work: all verdicts ever given, taken-back ones included. */
struct effort {
    size_t verdicts, blind; /* given; given blind */
    size_t timed;           /* with a time */
    double hours;           /* of those together */
    double pace;            /* review_pace(): seconds per verdict; NaN */
};

/* `reviewer`: HISTORY_EVERYONE or one. False when memory ran out. */
bool evaluation_effort(const struct history *history, size_t reviewer, struct effort *effort,
                       struct status *status);

/* Distinct rows among the first k of all rankings together, and those of them without a
 * verdict: times the pace, the hours that a K still costs. */
bool evaluation_left(const struct evaluation_data *data, const struct evaluated *lists,
                     size_t n_lists, size_t k, size_t *distinct, size_t *left,
                     struct status *status);

#endif
