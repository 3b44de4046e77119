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

bool list_make(const struct list *list, const struct run *run, struct result *result,
               const struct progress *progress, struct status *status)
{
    if (!list->make(run, result, progress, status) ||
        !result_rank(run, result, progress, status)) {
        result_empty(result);
        return false;
    }
    if (result->row_score != NULL) {
        result_count(result);
    }
    result->ready = true;
    return true;
}
