/* list: what ranks user-hours and is no detector, such as the ensemble.
 *
 * A list is one `static const struct list` and one line in lists[] (list.c). It runs when the
 * detectors have, in the order of lists[], and may use their results and those of lists before
 * it. Its name becomes a field of filters, a column of files and lists, a word of --by.
 */
#ifndef ODDHOURS_RUN_LIST_H
#define ODDHOURS_RUN_LIST_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

struct list {
    const char *name;  /* "ensemble"; the name of its stage, too */
    const char *title; /* "Ensemble" */
    const char *brief; /* "ENS": at most 4 letters */
    const char *unit;  /* what a score is */
    enum result_kind kind;

    /* Whether a run with such parameters has it. NULL: every run. */
    bool (*wanted)(const struct run_params *params);

    /* Whether what it needs is there: results of others, a column of the table. NULL: always.
     * Where it is not, the list is left out without a word. */
    bool (*possible)(const struct run *run);

    /* Scores, the higher the more anomalous, and says above which score a row is flagged.
     * Either profiles: fills result->scores with the score of every profile, the threshold and
     * the counts (scores_new(), scores_budget()). Or rows: result->row_score (n_rows;
     * list_row_scores()) and result->scores.threshold; the counts follow. NaN: not scored. And,
     * where there is something to say, result->partial and result->health. The same bits for
     * any number of threads. False with a status; what is in `result` is then freed by the
     * caller. */
    bool (*make)(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status);
};

extern const struct list *const lists[]; /* in the order in which they are made, then NULL */

extern const struct list list_ensemble;
extern const struct list list_own;
extern const struct list list_triage;

/* Own pasts of the run's accounts, learnt from its table, and what its rows score (n_rows) with
 * them; freed with past_free() and free(). `explain`: what past_explain() needs is kept. NULL
 * on failure. */
struct past *list_own_learn(const struct run *run, bool explain, float **score,
                            struct parallel *parallel, const struct progress *progress,
                            struct status *status);

/* What a list's result is before there is anything in it. */
void list_result(const struct list *list, struct result *result);

/* Makes a list of a run whose detectors have finished, ranks it, and makes `result` (of
 * list_result()) ready. The run is only read. False with a status; `result` is then empty. */
bool list_make(const struct list *list, const struct run *run, struct result *result,
               const struct progress *progress, struct status *status);

/* One score a row, all NaN: for result->row_score. NULL when memory ran out. */
float *list_row_scores(const struct run *run, struct status *status);

/* Counts scored and flagged rows of a ranked result of rows. */
void result_count(struct result *result);

/* Ranks what scores a result has, for lists that look at it; also for one loaded from a file.
 */
bool result_rank(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status);

#endif
