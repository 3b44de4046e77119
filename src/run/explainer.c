#include "run/explainer.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/json.h"
#include "events/events_hosts.h"
#include "events/events_index.h"
#include "rank/overlap.h"
#include "run/list.h"

_Static_assert((int)RUN_RESULTS_MAX <= (int)WHY_SOURCES_MAX, "every result explains itself");

/* A saved run may have no own pasts, where it is short: they are learnt again. False when that
 * failed. */
static bool find_past(struct explainer *explainer, const struct run *run,
                      struct parallel *parallel, const struct progress *progress,
                      struct status *status)
{
    const struct result *own = run_result_find(run, list_own.name);
    if (own == NULL || !own->ready || run->accounts == NULL) {
        return true;
    }
    if (own->past == NULL) {
        float *score;
        explainer->learnt = list_own_learn(run, true, &score, parallel, progress, status);
        free(score);
        if (explainer->learnt == NULL) {
            return false;
        }
        past_rest(explainer->learnt);
    }
    explainer->data.past = own->past != NULL ? own->past : explainer->learnt;
    return true;
}

struct explainer *explainer_new(const struct run *run, struct parallel *parallel,
                                const struct progress *progress, struct status *status)
{
    struct explainer *explainer = mem_zero(1, sizeof *explainer, "explanations", status);
    if (explainer == NULL) {
        return NULL;
    }
    explainer->context = context_new(run->table, parallel, progress, status);
    if (explainer->context == NULL) {
        free(explainer);
        return NULL;
    }
    table_mean(run->table, explainer->mean);
    struct why_data *data = &explainer->data;
    *data = (struct why_data){.data = run_detector_data(run),
                              .features = run->features,
                              .by_profile = run->by_profile,
                              .context = explainer->context,
                              .mean = explainer->mean,
                              .accounts = run->accounts};
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (result->ready) {
            data->source[data->n_sources++] =
                (struct why_source){.name = result->name,
                                    .title = result->title,
                                    .brief = result->brief,
                                    .detector = result->detector,
                                    .model = model_fitted(result->model),
                                    .ranking = result->ranking};
        }
    }
    if (!find_past(explainer, run, parallel, progress, status)) {
        explainer_free(explainer);
        return NULL;
    }
    return explainer;
}

void explainer_free(struct explainer *explainer)
{
    if (explainer != NULL) {
        context_free(explainer->context);
        past_free(explainer->learnt);
        free(explainer);
    }
}

bool explainer_add_hosts(const struct run *run, struct why *why,
                         const struct progress *progress, struct status *status)
{
    const struct table *table = run->table;
    const char *no;
    struct status problem = {0};
    why->new_hosts[0] = '\0';
    /* Of the first hour of an account everything is new. */
    if (run->log_index == NULL || !events_index_usable(run->log_index, &no) ||
        table->report.bytes > EXPLAINER_LOG_MOST || !why->has_past || why->past.rows == 0) {
        return true;
    }
    int64_t hour = table->time_seconds[table->row_time[why->row]];
    struct events_hosts *hosts =
        events_hosts(run->log_index, hour, dict_get(table->users, table->row_user[why->row]),
                     true, progress, &problem);
    if (hosts != NULL) {
        events_hosts_say_new(hosts, hour, why->new_hosts, sizeof why->new_hosts);
    }
    events_hosts_free(hosts);
    return problem.code != STATUS_CANCELLED || status_cancelled(status);
}

static void add_feature(cJSON *list, const struct explainer *explainer, const struct why *why,
                        size_t i)
{
    cJSON *one = json_object(list, explainer->data.data.table->feature_names[i]);
    json_number(one, "value", why->value[i]);
    json_number(one, "typical", why->typical[i]);
    json_count(one, "rows_at_least", why->at_least[i]);
    if (why->has_class) {
        json_count(one, "same_hour_rows_at_least", why->class_at_least[i]);
    }
    if (why->has_past && why->past.rows > 0) {
        json_number(one, "own_median", why->past_median[i]);
        json_number(one, "own_most", why->past_most[i]);
        json_count(one, "own_rows_at_least", why->past_at_least[i]);
        json_number(one, "own_expected", why->past_tail[i]);
    }
}

static void add_detector(cJSON *list, const struct explainer *explainer, const struct why *why,
                         size_t i)
{
    const struct why_source *source = &explainer->data.source[i];
    const struct why_detector *found = &why->detector[i];
    cJSON *one = json_object(list, source->name);
    json_bool(one, "scored", found->scored);
    if (!found->scored) {
        return;
    }
    json_number(one, "score", found->score);
    json_count(one, "rank", found->rank);
    json_number(one, "tail_share", found->tail_share);
    if (found->credited) {
        cJSON *credits = json_object(one, "credits");
        for (size_t k = 0; k < why->d; k++) {
            json_number(credits, explainer->data.data.table->feature_names[k],
                        found->credit[k]);
        }
        json_number(one, "credit_sum", found->sum);
        json_text(one, "credit_unit", source->detector->credit_unit);
    }
    if (found->has_shapley) {
        cJSON *shapley = json_object(one, "shapley");
        for (size_t k = 0; k < why->d; k++) {
            json_number(shapley, explainer->data.data.table->feature_names[k],
                        found->shapley[k]);
        }
        json_text(one, "shapley_unit", source->detector->shapley_unit);
    }
}

static void add_own(cJSON *json, const struct table *table, const struct past_why *own)
{
    cJSON *object = json_object(json, "own_past");
    json_number(object, "score", (double)own->score);
    json_count(object, "earlier_windows", own->windows);
    json_text(object, "sentence", own->sentence);
    cJSON *list = json_array(object, "reasons");
    for (size_t i = 0; list != NULL && i < own->n_reasons; i++) {
        const struct past_reason *reason = &own->reasons[i];
        char name[200];
        cJSON *one = json_item(list);
        why_reason_name(table, reason, name, sizeof name);
        json_text(one, "of", name);
        json_bool(one, "lasting",
                  reason->part >= PAST_PART_SLOW && reason->part < PAST_PART_HOUR);
        json_number(one, "decades", reason->odd);
        json_number(one, "share", reason->credit);
        json_number(one, "value", reason->value);
        json_number(one, "usual", reason->usual);
        json_number(one, "most", reason->most);
        json_count(one, "windows_as_high", reason->as_high);
    }
}

static void add_account(cJSON *json, const struct accounts *accounts, uint32_t user,
                        const struct why *why)
{
    cJSON *account = json_object(json, "account");
    json_text(account, "kind", accounts_kind(accounts, user));
    if (accounts_owner(accounts, user)[0] != '\0') {
        json_text(account, "owner", accounts_owner(accounts, user));
    }
    if (accounts_label(accounts, user)[0] != '\0') {
        json_text(account, "label", accounts_label(accounts, user));
    }
    if (why->account_hours > 0) {
        json_count(account, "hours_of_day", (uint64_t)why->account_hours);
    }
}

static void add_peers(cJSON *json, const struct explainer *explainer, const struct peers *peers)
{
    const struct table *table = explainer->data.data.table;
    cJSON *list = json_array(json, "peers");
    for (size_t i = 0; list != NULL && i < peers->n; i++) {
        const struct peer *peer = &peers->of[i];
        struct span name = dict_get(table->users, peer->user);
        cJSON *one = json_item(list);
        json_bytes(one, "peer", name.bytes, name.length);
        json_count(one, "earlier_rows", peer->rows);
        json_number(one, "distance", peer->distance);
        if (peer->row != UINT32_MAX) {
            json_count(one, "row_id", peer->row);
            cJSON *values = json_object(one, "values");
            for (size_t f = 0; f < table->profiles.d; f++) {
                json_number(values, table->feature_names[f],
                            table_profile(table, table->row_profile[peer->row])[f]);
            }
        }
    }
}

static void add_common(cJSON *list, const struct explainer *explainer, const struct why *why,
                       size_t k)
{
    const struct table *table = explainer->data.data.table;
    cJSON *one = json_item(list);
    json_count(one, "copies", why->common[k].copies);
    json_number(one, "distance", why->common[k].distance);
    cJSON *values = json_object(one, "values");
    for (size_t i = 0; i < why->d; i++) {
        json_number(values, table->feature_names[i],
                    table_profile(table, why->common[k].profile)[i]);
    }
}

cJSON *explainer_json(const struct explainer *explainer, const struct why *why,
                      struct status *status)
{
    const struct table *table = explainer->data.data.table;
    char sentence[600];
    cJSON *json = cJSON_CreateObject();
    if (json == NULL) {
        status_nomem(status, 0, "an explanation");
        return NULL;
    }
    why_sentence(&explainer->data, why, sentence, sizeof sentence);
    json_count(json, "row_id", why->row);
    if (table->row_time != NULL) {
        struct span span = dict_get(table->times, table->row_time[why->row]);
        json_bytes(json, "dt", span.bytes, span.length);
    }
    if (table->row_user != NULL) {
        struct span span = dict_get(table->users, table->row_user[why->row]);
        json_bytes(json, "src_user", span.bytes, span.length);
    }
    if (explainer->data.accounts != NULL) {
        add_account(json, explainer->data.accounts, table->row_user[why->row], why);
    }
    json_text(json, "sentence", sentence);
    if (why->new_hosts[0] != '\0') {
        json_text(json, "new_hosts", why->new_hosts);
    }
    if (table->report.change != INPUT_SAME) {
        json_text(json, "while_read", input_change_text(table->report.change));
    }
    json_count(json, "rows", why->rows);
    json_count(json, "copies", why->copies);
    if (why->has_class) {
        json_count(json, "same_hour_rows", why->class_rows);
        json_text(json, "day_kind", why->quiet ? "quiet" : "busy");
    }
    if (why->has_past) {
        json_count(json, "own_earlier_rows", why->past.rows);
    }
    if (why->has_own) {
        add_own(json, table, &why->own);
    }
    if (why->has_peers) {
        add_peers(json, explainer, &why->peers);
    }
    cJSON *features = json_object(json, "features");
    for (size_t i = 0; i < why->d; i++) {
        add_feature(features, explainer, why, i);
    }
    cJSON *list = json_object(json, "detectors");
    for (size_t i = 0; i < explainer->data.n_sources; i++) {
        add_detector(list, explainer, why, i);
    }
    cJSON *common = json_array(json, "nearest_common");
    for (size_t k = 0; common != NULL && k < why->n_common; k++) {
        add_common(common, explainer, why, k);
    }
    return json;
}
