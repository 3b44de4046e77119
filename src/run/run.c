#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "run/list.h"
#include "table/spread.h"

struct run *run_new(const struct run_params *params, struct status *status)
{
    struct run *run = mem_zero(1, sizeof *run, "a run", status);
    if (run == NULL || !run_params_copy(&run->params, params, status)) {
        free(run);
        return NULL;
    }
    for (size_t i = 0; detectors[i] != NULL; i++) {
        run->results[run->n_results++] = (struct result){.kind = RESULT_DETECTOR,
                                                         .detector = detectors[i],
                                                         .name = detectors[i]->name,
                                                         .title = detectors[i]->title,
                                                         .brief = detectors[i]->brief,
                                                         .unit = detectors[i]->unit};
    }
    for (size_t i = 0; lists[i] != NULL; i++) {
        list_result(lists[i], &run->results[run->n_results++]);
    }
    return run;
}

void result_empty(struct result *result)
{
    ranking_free(result->ranking);
    scores_clear(&result->scores);
    free(result->row_score);
    free(result->losses);
    model_free(result->model);
    reference_free(result->reference);
    past_free(result->past);
    past_free(result->learnt);
    *result = (struct result){.kind = result->kind,
                              .detector = result->detector,
                              .list = result->list,
                              .name = result->name,
                              .title = result->title,
                              .brief = result->brief,
                              .unit = result->unit};
}

void run_reference_free(struct run_reference *reference)
{
    if (reference == NULL) {
        return;
    }
    for (size_t i = 0; reference->features != NULL && i < reference->d; i++) {
        free(reference->features[i]);
    }
    for (size_t i = 0; i < RUN_RESULTS_MAX; i++) {
        free(reference->same_score[i]);
    }
    free(reference->features);
    free(reference->same);
    free(reference->path);
    free(reference->name);
    past_free(reference->past);
    spread_free(reference->spread);
    free(reference->shifts);
    free(reference);
}

void run_reference_made(const struct run_reference *reference, bool time, char text[RUN_MADE])
{
    struct tm parts;
    time_t seconds = (time_t)reference->made;
    text[0] = '\0';
    if (reference->made > 0 && localtime_r(&seconds, &parts) != NULL) {
        strftime(text, RUN_MADE, time ? " of %Y-%m-%d %H:%M" : " of %Y-%m-%d", &parts);
    }
}

void run_extension_free(struct run_extension *extension)
{
    if (extension != NULL) {
        free(extension->path);
        free(extension->untaught);
        free(extension);
    }
}

void run_extension_say(const struct run *run, char *text, size_t size)
{
    const struct run_extension *extension = run->extension;
    text[0] = '\0';
    if (extension == NULL) {
        return;
    }
    size_t at = (size_t)snprintf(text, size, "%.200s with its %s, and %s more; models %s",
                                 extension->path, format_count(extension->rows, "row").text,
                                 format_grouped(extension->added).text,
                                 extension->kept ? "kept" : "fitted again");
    if (extension->repeated > 0 && at < size) {
        at += (size_t)snprintf(text + at, size - at, "; %s left out, which it has",
                               format_count(extension->repeated, "row").text);
    }
    if (extension->n_untaught > 0 && at < size) {
        snprintf(text + at, size - at, "; %s judged true positive teach no own past",
                 format_count(extension->n_untaught, "row").text);
    }
}

void run_reference_say(const struct run *run, char *text, size_t size)
{
    const struct run_reference *reference = run->reference;
    char made[RUN_MADE];
    text[0] = '\0';
    if (reference == NULL) {
        return;
    }
    run_reference_made(reference, true, made);
    size_t at = (size_t)snprintf(
        text, size, "scored by %.200s%s: thresholds, shares and 1 in N are of its %s rows; %s",
        reference->path, made, format_grouped(reference->rows).text,
        format_count(reference->new_accounts, "new account").text);
    if (reference->same_rows > 0 && at < size) {
        at += (size_t)snprintf(text + at, size - at, "; %s of its own, with its scores",
                               format_count(reference->same_rows, "row").text);
    }
    if (reference->late_rows > 0 && at < size) {
        snprintf(text + at, size - at, "; %s too late for own past: scored, not learnt",
                 format_count(reference->late_rows, "row").text);
    }
}

void run_empty(struct run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        result_empty(&run->results[i]);
    }
    feature_order_free(run->features);
    free(run->scaled);
    scaler_free(run->scaler);
    row_index_free(run->by_profile);
    events_index_free(run->log_index);
    accounts_free(run->accounts);
    table_free(run->table);
    parallel_free(run->parallel);
    run_reference_free(run->reference);
    run_extension_free(run->extension);
    run->extension = NULL;
    run->reference = NULL;
    run->features = NULL;
    run->scaled = NULL;
    run->scaler = NULL;
    run->by_profile = NULL;
    run->log_index = NULL;
    run->accounts = NULL;
    run->table = NULL;
    run->parallel = NULL;
    run->estimate = (struct estimate){.known = false};
    run->n_stages = 0;
    run->seconds = 0;
    run->saved = false;
    run->status = (struct status){.code = STATUS_OK};
}

void run_free(struct run *run)
{
    if (run != NULL) {
        run_empty(run);
        run_params_clear(&run->params);
        free(run);
    }
}

const struct result *run_result_find(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->n_results; i++) {
        if (strcmp(run->results[i].name, name) == 0) {
            return &run->results[i];
        }
    }
    return NULL;
}

struct filter_context run_filter_context(const struct run *run, const bool *has, size_t in_view,
                                         struct filter_ranking *rankings)
{
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        bool there = has != NULL ? has[i] : result->ready;
        rankings[i] = (struct filter_ranking){.name = result->name,
                                              .alias = result->brief,
                                              .ranking = there ? result->ranking : NULL,
                                              .threshold = there ? result->scores.threshold : 0,
                                              .apart = result->kind == RESULT_LIST};
    }
    return (struct filter_context){.table = run->table,
                                   .by_profile = run->by_profile,
                                   .accounts = run->accounts,
                                   .rankings = rankings,
                                   .n_rankings = run->n_results,
                                   .main_ranking = in_view};
}

const struct result *run_ensemble(const struct run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].kind == RESULT_ENSEMBLE) {
            return &run->results[i];
        }
    }
    return NULL;
}

const struct result *run_first(const struct run *run)
{
    const struct result *triage = run_result_find(run, list_triage.name);
    return triage != NULL && triage->ready ? triage : run_ensemble(run);
}

bool run_result_wanted(const struct run *run, const struct result *result)
{
    if (result->kind == RESULT_DETECTOR) {
        return run->params.detectors.use[result - run->results];
    }
    return result->list->wanted == NULL || result->list->wanted(&run->params);
}

const char *run_result_name(const struct run *run, size_t i)
{
    if (run != NULL) {
        return i < run->n_results ? run->results[i].name : NULL;
    }
    size_t n = detector_count();
    return i < n ? detectors[i]->name : lists[i - n] != NULL ? lists[i - n]->name : NULL;
}

const char *run_result_suggest(const struct run *run, const char *name)
{
    struct suggestion suggestion = {0};
    const char *known;
    for (size_t i = 0; (known = run_result_name(run, i)) != NULL; i++) {
        suggest_consider(&suggestion, name, known);
    }
    return suggestion.word;
}

struct detector_data run_detector_data(const struct run *run)
{
    return (struct detector_data){
        .table = run->table,
        .scaler = run->scaler,
        .scaled = run->scaled,
        .parallel = run->parallel,
        .seed = run->params.seed,
        .budget = run->params.budget,
    };
}

static struct accounts *read_accounts(const struct run *run, const struct dict *users,
                                      const char *path, const struct progress *progress,
                                      struct status *status)
{
    struct account_rules *rules = account_rules_new(run->params.kinds, status);
    struct accounts *accounts =
        rules != NULL ? accounts_new(users, rules, path, progress, status) : NULL;
    account_rules_free(rules);
    return accounts;
}

bool run_find_accounts(struct run *run, const char *path, const struct progress *progress,
                       struct status *status)
{
    if (run->table->users == NULL) {
        return true;
    }
    run->accounts = read_accounts(run, run->table->users, path, progress, status);
    return run->accounts != NULL;
}

bool run_check_accounts(const struct run *run, struct status *status)
{
    const char *path = run->params.accounts;
    struct accounts *accounts =
        path != NULL ? read_accounts(run, NULL, path, NULL, status) : NULL;
    bool good = accounts != NULL || path == NULL;
    accounts_free(accounts);
    return good;
}

const struct param_spec run_gap_spec = {
    "gap", PARAM_REAL, 2,    0,
    8760,  true,       NULL, "hours at most between odd user-hours of one episode"};

bool run_episode_cut(const struct run *run, const struct result *result, double gap,
                     struct episode_cut *cut, struct status *status)
{
    *cut = (struct episode_cut){.table = run->table,
                                .ranking = result->ranking,
                                .index = run->by_profile,
                                .threshold = result->scores.threshold,
                                .gap = episodes_gap(run->table, (int64_t)(gap * 3600), status)};
    return cut->gap >= 0;
}

void run_episode_words(const struct result *result, double gap, char *text, size_t size)
{
    snprintf(text, size, "%s gap=%gh", result->name, gap);
}
