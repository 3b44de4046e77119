#include "run/list.h"

const struct list *const lists[] = {
    &list_ensemble,
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
    result->ranking =
        ranking_new(result->scores.score, &run->table->profiles, run->parallel, status);
    if (result->ranking != NULL && run->by_profile != NULL) {
        ranking_index_ties(result->ranking, run->by_profile, progress);
    }
    return result->ranking != NULL;
}

bool list_make(const struct list *list, const struct run *run, struct result *result,
               const struct progress *progress, struct status *status)
{
    if (!list->make(run, result, progress, status) ||
        !result_rank(run, result, progress, status)) {
        result_empty(result);
        return false;
    }
    result->ready = true;
    return true;
}
