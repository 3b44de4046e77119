#include "explain/why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Behaviour counts as common when at least this share of all rows shows it, and this many. */
#define COMMON_SHARE 1e-4
enum { COMMON_ROWS = 20 };

static void compare_with_all(const struct why_data *data, struct why *why)
{
    const struct table *table = data->data.table;
    for (size_t i = 0; i < why->d; i++) {
        why->value[i] = table_profile(table, why->profile)[i];
        why->typical[i] = feature_percentile(data->features, i, 50);
        why->at_least[i] = feature_rows_at_least(data->features, i, why->value[i]);
    }
}

static void ask_detector(const struct why_data *data, const struct why_source *source,
                         const struct why *why, struct why_detector *found)
{
    const struct table *table = data->data.table;
    *found = (struct why_detector){
        .score = ranking_row_score(source->ranking, table->row_profile, why->row)};
    found->scored = !isnan(found->score);
    if (!found->scored) {
        return;
    }
    found->rank =
        ranking_rank_of(source->ranking, data->by_profile, table->row_profile, why->row);
    found->tail_share = ranking_row_share(source->ranking, table->row_profile, why->row);
    if (source->detector != NULL && source->detector->explain != NULL) {
        found->credited =
            source->detector->explain(source->model, &data->data, why->profile, found->credit);
        for (size_t i = 0; found->credited && i < why->d; i++) {
            found->sum +=
                source->detector->credit_sided ? fabs(found->credit[i]) : found->credit[i];
        }
    }
}

/* The nearest profiles that many rows have: one pass over all profiles, keeping the best few.
 */
static void find_common(const struct why_data *data, struct why *why)
{
    const struct profiles *profiles = &data->data.table->profiles;
    float own_room[TABLE_FEATURES_MAX], room[TABLE_FEATURES_MAX];
    const float *own = detector_vector(&data->data, why->profile, own_room);
    double least = COMMON_SHARE * (double)why->rows;
    least = least > COMMON_ROWS ? least : COMMON_ROWS;
    for (size_t p = 0; p < profiles->n; p++) {
        if (p == why->profile || (double)profiles->copies[p] < least) {
            continue;
        }
        const float *other = detector_vector(&data->data, p, room);
        double squared = 0;
        for (size_t i = 0; i < why->d; i++) {
            double apart = (double)own[i] - (double)other[i];
            squared += apart * apart;
        }
        struct why_common one = {p, profiles->copies[p], sqrt(squared)};
        size_t at = why->n_common;
        while (at > 0 && why->common[at - 1].distance > one.distance) {
            at--;
        }
        if (at == WHY_COMMON) {
            continue;
        }
        size_t kept = why->n_common < WHY_COMMON ? why->n_common++ : WHY_COMMON - 1;
        memmove(&why->common[at + 1], &why->common[at], (kept - at) * sizeof one);
        why->common[at] = one;
    }
}

/* In how many hours of the day the row's account was seen, ever. */
static int count_hours(const struct table *table, const struct row_index *by_user, size_t row)
{
    uint32_t hours = 0, user = table->row_user[row];
    for (uint32_t i = by_user->start[user]; i < by_user->start[user + 1]; i++) {
        int64_t day;
        int hour;
        if (table_row_when(table, by_user->rows[i], &day, &hour)) {
            hours |= (uint32_t)1 << hour;
        }
    }
    return __builtin_popcount(hours);
}

bool why_find(const struct why_data *data, size_t row, struct why *why, struct status *status)
{
    const struct table *table = data->data.table;
    memset(why, 0, sizeof *why);
    why->row = row;
    why->profile = table->row_profile[row];
    why->d = table->profiles.d;
    why->rows = table->n_rows;
    why->copies = table->profiles.copies[why->profile];
    compare_with_all(data, why);
    for (size_t i = 0; i < data->n_sources; i++) {
        ask_detector(data, &data->source[i], why, &why->detector[i]);
    }
    find_common(data, why);
    if (data->context == NULL) {
        return true;
    }
    struct status problem = {0};
    why->has_class = context_class(data->context, row, &why->class_rows, why->class_at_least,
                                   &why->quiet, &why->hour, &problem);
    why->past = (struct user_past){.median = why->past_median,
                                   .most = why->past_most,
                                   .at_least = why->past_at_least,
                                   .tail = why->past_tail};
    why->has_past = data->context->by_user != NULL;
    if (why->has_past && problem.code == STATUS_OK) {
        user_past_find(table, data->context->by_user, row, data->mean, NULL, &why->past,
                       &problem);
    }
    if (why->has_past) {
        why->account_hours = count_hours(table, data->context->by_user, row);
    }
    if (data->past != NULL && why->has_past && problem.code == STATUS_OK) {
        past_explain(data->past, table, data->accounts->kind, data->context->by_user, row,
                     &why->own, &problem);
        why->has_own = !isnan(why->own.score);
    }
    if (problem.code != STATUS_OK && status != NULL) {
        *status = problem;
    }
    return problem.code == STATUS_OK;
}

void why_add_shapley(const struct why_data *data, struct why *why)
{
    for (size_t i = 0; i < data->n_sources; i++) {
        const struct why_source *source = &data->source[i];
        struct why_detector *one = &why->detector[i];
        one->has_shapley = one->scored && source->detector != NULL &&
                           source->detector->shapley != NULL &&
                           source->detector->shapley(source->model, &data->data, why->profile,
                                                     one->shapley, NULL);
    }
}

bool why_add_peers(const struct why_data *data, struct why *why, struct parallel *parallel,
                   const struct progress *progress, struct status *status)
{
    why->has_peers = false;
    if (!why->has_own) {
        return true;
    }
    why->has_peers = peers_find(data->past, data->data.table, data->accounts->kind, why->row,
                                WHY_PEERS, &why->peers, parallel, progress, status);
    return why->has_peers;
}
