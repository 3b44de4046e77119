#include "run/reasons.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "run/list.h"

struct reasons {
    const struct run *run;
    struct past *learnt; /* where a saved run has none */
};

struct reasons *reasons_new(const struct run *run, struct status *status)
{
    struct reasons *reasons = mem_zero(1, sizeof *reasons, "reasons", status);
    if (reasons != NULL) {
        reasons->run = run;
    }
    return reasons;
}

void reasons_free(struct reasons *reasons)
{
    if (reasons != NULL) {
        past_free(reasons->learnt);
        free(reasons);
    }
}

size_t reasons_most_certain(const struct run *run, const bool *has, size_t profile)
{
    size_t best = run->n_results;
    double least = INFINITY;
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *one = &run->results[i];
        if (one->kind == RESULT_DETECTOR && (has != NULL ? has[i] : one->ready)) {
            double share = ranking_tail_share(one->ranking, profile);
            if (share < least) {
                least = share;
                best = i;
            }
        }
    }
    return best;
}

/* The own pasts to explain by; NULL without a status when the run has none. */
static const struct past *past_of(struct reasons *reasons, struct parallel *parallel,
                                  const struct progress *progress, struct status *status)
{
    const struct run *run = reasons->run;
    const struct result *own = run_result_find(run, list_own.name);
    if (own == NULL || !own->ready || run->accounts == NULL) {
        return NULL;
    }
    if (own->past != NULL) {
        return own->past;
    }
    if (reasons->learnt == NULL) {
        float *score;
        reasons->learnt = list_own_learn(run, true, &score, parallel, progress, status);
        free(score);
        if (reasons->learnt != NULL) {
            past_rest(reasons->learnt);
        }
    }
    return reasons->learnt;
}

static bool by_past(struct reasons *reasons, const struct past *past, const uint32_t *rows,
                    size_t n, struct reason *found, const struct progress *progress,
                    struct status *status)
{
    const struct run *run = reasons->run;
    struct past_why *why = mem_new(n, sizeof *why, "reasons", status);
    bool good = why != NULL && past_explain_rows(past, run->table, run->accounts->kind, NULL,
                                                 rows, n, why, progress, status);
    for (size_t i = 0; good && i < n; i++) {
        reason_by_past(run->table, run->features, &why[i], &found[i]);
    }
    free(why);
    return good;
}

static bool by_detectors(const struct run *run, const bool *has, size_t result,
                         const uint32_t *rows, size_t n, struct reason *found,
                         const struct progress *progress, struct status *status)
{
    const struct table *table = run->table;
    const struct detector_data data = run_detector_data(run);
    struct histories all = {0};
    bool good =
        table->users == NULL || histories_find(&all, table, NULL, rows, n, progress, status);
    size_t most = 1;
    for (size_t i = 0; good && i < all.n; i++) {
        most = all.of[i].n > most ? all.of[i].n : most;
    }
    double *room = good ? mem_new(most, sizeof *room, "reasons", status) : NULL;
    good = room != NULL;
    for (size_t i = 0; good && i < n; i++) {
        size_t by = run->results[result].detector != NULL
                        ? result
                        : reasons_most_certain(run, has, table->row_profile[rows[i]]);
        const struct history *history =
            table->users != NULL ? histories_of(&all, table->row_user[rows[i]]) : NULL;
        found[i] = (struct reason){.feature = SIZE_MAX, .value = NAN};
        if (by < run->n_results) {
            reason_by_detector(run->results[by].detector, model_fitted(run->results[by].model),
                               &data, run->features, history, rows[i], room, &found[i]);
        }
        good = !progress_cancelled(progress) || status_cancelled(status);
    }
    free(room);
    histories_clear(&all);
    return good;
}

bool reasons_find(struct reasons *reasons, const bool *has, size_t result, const uint32_t *rows,
                  size_t n, struct reason *found, struct parallel *parallel,
                  const struct progress *progress, struct status *status)
{
    const struct run *run = reasons->run;
    const struct past *past = NULL;
    struct status problem = {0};
    if (n == 0) {
        return true;
    }
    if (run->results[result].row_score != NULL) {
        past = past_of(reasons, parallel, progress, &problem);
        if (problem.code != STATUS_OK) {
            *status = problem;
            return false;
        }
    }
    return past != NULL ? by_past(reasons, past, rows, n, found, progress, status)
                        : by_detectors(run, has, result, rows, n, found, progress, status);
}
