/* Own past: how odd a user-hour is for its own account (past/past.h). */
#include "run/list.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "past/past.h"

static bool wanted(const struct run_params *params)
{
    return params->own;
}

static bool possible(const struct run *run)
{
    const struct past_options options = {.half_life_days = run->params.half_life};
    if (run->reference != NULL) { /* its own pasts go on */
        return run->reference->past != NULL && run->accounts != NULL && run->table->has_days;
    }
    struct past *past = run->accounts != NULL ? past_new(run->table, &options, NULL) : NULL;
    past_free(past);
    return past != NULL;
}

/* "of 4 columns: total_events, failed_events, dst_hosts, src_hosts; 195 accounts" */
static void describe(const struct run *run, struct result *result)
{
    size_t n, used;
    const size_t *features = past_features(result->past, &n);
    used = (size_t)snprintf(result->health, sizeof result->health, "%s; looks at",
                            format_count(dict_count(run->table->users), "account").text);
    for (size_t i = 0; i < n && used < sizeof result->health; i++) {
        used += (size_t)snprintf(result->health + used, sizeof result->health - used, "%s %s",
                                 i > 0 ? "," : "", table_value_name(run->table, features[i]));
    }
}

struct past *list_own_learn(const struct run *run, bool explain, float **score,
                            struct parallel *parallel, const struct progress *progress,
                            struct status *status)
{
    const struct past_options options = {.half_life_days = run->params.half_life,
                                         .explain = explain};
    struct past *past = run->reference != NULL
                            ? past_copy(run->reference->past, explain, status)
                            : past_new(run->table, &options, status);
    if (past != NULL && run->extension != NULL) {
        past_skip(past, run->extension->untaught);
    }
    *score = past != NULL ? list_row_scores(run, status) : NULL;
    if (*score == NULL || !past_score(past, run->table, run->accounts->kind, *score, parallel,
                                      progress, status)) {
        past_free(past);
        free(*score);
        *score = NULL;
        return NULL;
    }
    return past;
}

static bool make(const struct run *run, struct result *result, const struct progress *progress,
                 struct status *status)
{
    result->past =
        list_own_learn(run, true, &result->row_score, run->parallel, progress, status);
    if (result->past == NULL) {
        return false;
    }
    result->scores.threshold = PAST_THRESHOLD;
    describe(run, result);
    if (run->reference != NULL) {
        past_rest(result->past); /* who goes on, goes on with the reference */
        return true;
    }
    result->learnt = past_part(result->past, status);
    if (result->learnt == NULL) {
        return false;
    }
    if (!run->params.index && !past_worth_keeping(result->past, run->table->n_rows)) {
        past_free(result->past); /* nobody will ask for explanations */
        result->past = NULL;
    }
    return true;
}

const struct list list_own = {
    .name = "own",
    .title = "Own past",
    .brief = "OWN",
    .unit = "decades: 3 is 1 in 1,000 for this account",
    .kind = RESULT_LIST,
    .wanted = wanted,
    .possible = possible,
    .make = make,
};
