#include "tui/planted.h"

#include <math.h>

#include "run/list.h"

float planted_score(size_t row)
{
    return row % 11 == 3 ? NAN : (float)(row * 7919 % 503) / 4;
}

static bool make(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status)
{
    (void)progress;
    result->row_score = list_row_scores(run, status);
    for (size_t i = 0; result->row_score != NULL && i < run->table->n_rows; i++) {
        result->row_score[i] = planted_score(i);
    }
    result->scores.threshold = PLANTED_THRESHOLD;
    return result->row_score != NULL;
}

bool planted_make(const struct run *run, struct result *result, struct status *status)
{
    static const struct list list = {.name = "planted",
                                     .title = "Planted rows",
                                     .brief = "PLAN",
                                     .unit = "points",
                                     .kind = RESULT_LIST,
                                     .make = make};
    list_result(&list, result);
    return list_make(&list, run, result, NULL, status);
}
