#include "run/list.h"

#include <math.h>

#include "base/mem.h"
#include "rank/row_scores.h"

const struct list *const lists[] = {
    &list_ensemble,
    &list_own,
    &list_triage,
    NULL,
};

void list_result(const struct list *list, struct result *result)
{
    *result = (struct result){.kind = list->kind,
                              .list = list,
                              .name = list->name,
                              .title = list->title,
                              .brief = list->brief,
                              .unit = list->unit};
}

bool result_rank(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status)
{
    const size_t n = run->table->n_rows;
    if (result->row_score == NULL) {
        result->ranking =
            ranking_new(result->scores.score, &run->table->profiles, run->parallel, status);
    } else if (!row_scores_summary(result->row_score, n, run->parallel, &result->summary,
                                   status)) {
        return false;
    } else if (run->params.index) {
        result->ranking = ranking_new_rows(result->row_score, n, run->parallel, status);
    } else { /* nobody browses */
        result->ranking = ranking_new_unsorted(result->row_score, n, status);
    }
    if (result->ranking != NULL) {
        result->ranking->reference = result->reference;
    }
    if (result->ranking != NULL && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, progress);
    }
    return result->ranking != NULL;
}

void result_count(struct result *result)
{
    const struct ranking *ranking = result->ranking;
    result->scores.scored_rows = ranking->scored_rows;
    result->scores.flagged_rows =
        ranking_rows_above(ranking, ranking_above(ranking, result->scores.threshold));
}

float *list_row_scores(const struct run *run, struct status *status)
{
    size_t n = run->table->n_rows;
    float *score = mem_new(n, sizeof *score, "the scores of rows", status);
    for (size_t i = 0; score != NULL && i < n; i++) {
        score[i] = NAN;
    }
    return score;
}

/* Rows of the reference have its scores, and everything its threshold. */
static void refer(const struct run *run, struct result *result)
{
    const struct run_reference *reference = run->reference;
    const struct result *known = run_result_find(run, result->name);
    size_t i = known != NULL ? (size_t)(known - run->results) : 0;
    if (reference == NULL || known == NULL || isnan(reference->threshold[i])) {
        return;
    }
    for (size_t k = 0; result->row_score != NULL && reference->same_score[i] != NULL &&
                       k < reference->same_rows;
         k++) {
        result->row_score[reference->same[k]] = reference->same_score[i][k];
    }
    result->scores.threshold = reference->threshold[i];
    if (result->row_score == NULL) {
        scores_count(&result->scores, &run->table->profiles);
    }
}

bool list_make(const struct list *list, const struct run *run, struct result *result,
               const struct progress *progress, struct status *status)
{
    bool good = list->make(run, result, progress, status);
    if (good) {
        refer(run, result);
    }
    if (!good || !result_rank(run, result, progress, status)) {
        result_empty(result);
        return false;
    }
    if (result->row_score != NULL) {
        result_count(result);
    }
    result->ready = true;
    return true;
}
