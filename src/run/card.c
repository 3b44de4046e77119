#include "run/card.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/json.h"
#include "base/mem.h"
#include "config.h"
#include "run/moved.h"
#include "table/input/input_list.h"

static void add_features(cJSON *json, const struct table *table)
{
    cJSON *list = json_array(json, "features");
    for (size_t i = 0; i < table->profiles.d; i++) {
        json_item_text(list, table->feature_names[i]);
    }
}

/* Of a file that did not stay as it was while it was read. */
static void add_change(cJSON *json, const struct read_report *report)
{
    if (report->change != INPUT_SAME) {
        json_text(json, "while_read", input_change_text(report->change));
    }
}

/* The names of several files that were read as one. */
static void add_files(cJSON *input, const char *name)
{
    struct input_list list;
    if (!input_list_split(&list, name, NULL)) {
        return;
    }
    cJSON *files = list.n > 1 ? json_array(input, "files") : NULL;
    for (size_t i = 0; i < list.n && files != NULL; i++) {
        json_item_text(files, list.paths[i]);
    }
    input_list_clear(&list);
}

/* How many accounts of each kind, and what the list of accounts was good for. */
static void add_accounts(cJSON *input, const struct accounts *accounts)
{
    if (accounts == NULL) {
        return;
    }
    cJSON *json = json_object(input, "accounts");
    for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
        json_count(json, account_kind_name((enum account_kind)kind),
                   accounts_of_kind(accounts, (enum account_kind)kind));
    }
    if (accounts->owner != NULL) {
        json_count(json, "listed", accounts->listed);
        json_count(json, "unknown", accounts->unknown);
    }
}

static void add_input(cJSON *card, const struct run *run)
{
    const struct table *table = run->table;
    const struct read_report *report = &table->report;
    cJSON *input = json_object(card, "input");
    json_text(input, "name", report->name);
    add_files(input, run->params.input);
    json_count(input, "bytes", report->bytes);
    json_text(input, "xxh3_128", report->hash);
    add_change(input, report);
    json_count(input, "rows", table->n_rows);
    json_count(input, "rejected", report->rejected);
    cJSON *rejects = json_array(input, "first_rejected");
    for (size_t i = 0; i < report->n_rejects; i++) {
        cJSON *one = json_item(rejects);
        json_count(one, "line", report->rejects[i].line);
        json_text(one, "reason", report->rejects[i].reason);
    }
    json_text(input, "rejected_differ", report->reject_note);
    json_count(input, "unread_times", report->unread_times);
    cJSON *notes = json_array(input, "read_as");
    for (size_t i = 0; i < report->n_notes; i++) {
        cJSON_AddItemToArray(notes, cJSON_CreateString(report->notes[i]));
    }
    json_count(input, "profiles", table->profiles.n);
    json_number(input, "users", table->users != NULL ? (double)dict_count(table->users) : NAN);
    json_number(input, "hours", table->times != NULL ? (double)dict_count(table->times) : NAN);
    add_accounts(input, run->accounts);
    cJSON *cleaned = json_object(input, "cleaned");
    for (size_t i = 0; i < table->profiles.d; i++) {
        cJSON *column = json_object(cleaned, table->feature_names[i]);
        json_count(column, "missing", report->missing[i]);
        json_count(column, "infinite", report->infinite[i]);
    }
}

static void add_summary(cJSON *object, const char *key, const struct summary *summary)
{
    cJSON *one = json_object(object, key);
    json_count(one, "count", summary->count);
    json_number(one, "mean", summary->mean);
    json_number(one, "std", summary->std);
    json_number(one, "min", summary->min);
    json_number(one, "25%", summary->q25);
    json_number(one, "50%", summary->q50);
    json_number(one, "75%", summary->q75);
    json_number(one, "max", summary->max);
}

static bool add_feature_summaries(cJSON *card, const struct run *run, struct status *status)
{
    const struct profiles *profiles = &run->table->profiles;
    cJSON *features = json_object(card, "features");
    cJSON *scaler = json_object(card, "scaler");
    json_text(scaler, "name", "StandardScaler");
    for (size_t i = 0; i < profiles->d; i++) {
        struct summary summary;
        if (!summary_of(profiles->values + i, profiles->d, profiles->copies, profiles->n,
                        &summary, status)) {
            return false;
        }
        add_summary(features, run->table->feature_names[i], &summary);
        cJSON *column = json_object(scaler, run->table->feature_names[i]);
        json_number(column, "mean", run->scaler->mean[i]);
        json_number(column, "scale", run->scaler->scale[i]);
    }
    return true;
}

/* The run that scored the table. */
static void add_reference(cJSON *card, const struct run_reference *reference)
{
    if (reference == NULL) {
        return;
    }
    cJSON *json = json_object(card, "reference");
    json_text(json, "run", reference->path);
    json_text(json, "name", reference->name);
    json_text(json, "xxh3_128", reference->hash);
    json_count(json, "rows", reference->rows);
    json_number(json, "made", (double)reference->made);
    json_number(json, "end", reference->end);
    json_count(json, "same", reference->same_rows);
    json_count(json, "late", reference->late_rows);
    json_count(json, "new", reference->new_accounts);
}

/* The run that the table was added to. */
static void add_extension(cJSON *card, const struct run_extension *extension)
{
    if (extension == NULL) {
        return;
    }
    cJSON *json = json_object(card, "extended");
    json_text(json, "run", extension->path);
    json_text(json, "xxh3_128", extension->hash);
    json_count(json, "rows", extension->rows);
    cJSON *added = json_object(json, "added");
    json_text(added, "xxh3_128", extension->added_hash);
    json_count(added, "rows", extension->added);
    json_count(added, "repeated", extension->repeated);
    json_count(json, "untaught", extension->n_untaught);
    json_text(json, "models", extension->kept ? "kept" : "fitted again");
}

static void add_parameters(cJSON *card, const struct run_params *params)
{
    cJSON *json = json_object(card, "parameters");
    json_number(json, "seed", params->seed);
    json_number(json, "budget", params->budget);
    json_text(json, "own_past", params->own ? "on" : "off");
    json_number(json, "half_life", params->half_life);
    json_text(json, "kinds", params->kinds != NULL ? params->kinds : account_rules_default);
    if (params->accounts != NULL) {
        json_text(json, "accounts", params->accounts);
    }
    json_number(json, "threads", params->threads);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        if (!params->detectors.use[i]) {
            continue;
        }
        cJSON *one = json_object(json, detectors[i]->name);
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            const struct param_spec *spec = &detectors[i]->params[j];
            if (spec->kind == PARAM_WORD) {
                json_text(one, spec->option,
                          spec->words[(size_t)params->detectors.values[i][j]]);
            } else {
                json_number(one, spec->option, params->detectors.values[i][j]);
            }
        }
    }
}

bool result_summary(const struct run *run, const struct result *result, struct summary *summary,
                    struct status *status)
{
    const struct profiles *profiles = &run->table->profiles;
    if (result->row_score != NULL) {
        *summary = result->summary;
        return true;
    }
    return summary_of(result->scores.score, 1, profiles->copies, profiles->n, summary, status);
}

static bool add_result(cJSON *results, const struct run *run, const struct result *result,
                       struct status *status)
{
    struct summary summary;
    if (!result_summary(run, result, &summary, status)) {
        return false;
    }
    cJSON *json = json_object(results, result->name);
    json_count(json, "scored_rows", result->scores.scored_rows);
    json_count(json, "flagged_rows", result->scores.flagged_rows);
    json_number(json, "threshold", result->scores.threshold);
    add_summary(json, "score", &summary);
    if (result->health[0] != '\0') {
        json_text(json, "health", result->health);
    }
    if (result->partial[0] != '\0') {
        json_text(json, "partial", result->partial);
    }
    if (result->n_losses > 0) {
        json_numbers(json, "losses", result->losses, result->n_losses);
    }
    if (result->detector != NULL && result->detector->info != NULL) {
        struct key_values values = {0};
        const struct detector_data data = run_detector_data(run);
        result->detector->info(result->model->fitted, &data, &values);
        json_key_values(json_object(json, "model"), &values);
        key_values_clear(&values);
    }
    return true;
}

static void add_work(cJSON *card, const struct run *run)
{
    cJSON *work = json_object(card, "work");
    json_number(work, "seconds", run->seconds);
    cJSON *stages = json_object(work, "stages");
    for (size_t i = 0; i < run->n_stages; i++) {
        json_number(stages, run->stages[i].name, run->stages[i].seconds);
    }
    json_number(work, "threads", parallel_threads(run->parallel));
    json_text(work, "kernel", cpu_kernel_name(cpu_kernel()));
    json_count(work, "peak_bytes", mem_peak_bytes());
    json_text(work, "outcome", run->status.code == STATUS_OK ? "finished" : run->status.text);
}

cJSON *card_json(const struct run *run, struct status *status)
{
    cJSON *card = cJSON_CreateObject();
    json_text(card, "program", PACKAGE_STRING);
    json_number(card, "format", 1);
    bool good = card != NULL;
    if (good && run->table != NULL) {
        add_input(card, run);
    }
    add_reference(card, run->reference);
    add_extension(card, run->extension);
    moved_json(run, card);
    add_parameters(card, &run->params);
    if (good && run->scaler != NULL) {
        good = add_feature_summaries(card, run, status);
    }
    cJSON *results = json_object(card, "results");
    for (size_t i = 0; good && i < run->n_results; i++) {
        if (run->results[i].ready) {
            good = add_result(results, run, &run->results[i], status);
        }
    }
    add_work(card, run);
    if (!good) {
        status_nomem(status, 0, "the run card");
        cJSON_Delete(card);
        return NULL;
    }
    return card;
}

cJSON *card_info(const struct run *run, const struct result *result, struct status *status)
{
    struct key_values head = {0}, values = {0};
    const struct detector_data data = run_detector_data(run);
    result->detector->info(result->model->fitted, &data, &values);
    cJSON *json = cJSON_CreateObject();
    if (json == NULL || values.failed) {
        key_values_clear(&values);
        cJSON_Delete(json);
        status_nomem(status, 0, "the description of a model");
        return NULL;
    }
    /* The notebook's order: model or sample, features, scaler, then the rest. */
    size_t first = 0;
    while (first < values.n && (strcmp(values.list[first].key, "model") == 0 ||
                                strncmp(values.list[first].key, "sample.", 7) == 0)) {
        first++;
    }
    head.list = values.list;
    head.n = first;
    json_key_values(json, &head);
    add_features(json, run->table);
    json_text(json, "scaler", "StandardScaler");
    head.list = values.list + first;
    head.n = values.n - first;
    json_key_values(json, &head);
    /* Seconds stand in the object named like the detector, where it has one. */
    cJSON *own = cJSON_GetObjectItemCaseSensitive(json, result->detector->name);
    own = own != NULL ? own : json;
    json_number(own, "train_seconds", result->fit_seconds);
    json_number(own, "score_seconds", result->score_seconds);
    key_values_clear(&values);
    return json;
}

static void add_pairs(cJSON *json, const struct description *described)
{
    cJSON *pairs = json_object(json, "duplicated");
    json_count(pairs, "rows", described->duplicated_rows);
    json_count(pairs, "pairs", described->duplicated_pairs);
}

cJSON *card_description(const struct table *table, const struct description *described,
                        struct status *status)
{
    cJSON *json = cJSON_CreateObject();
    if (json == NULL) {
        status_nomem(status, 0, "a description");
        return NULL;
    }
    json_text(json, "name", table->report.name);
    json_count(json, "bytes", table->report.bytes);
    json_text(json, "xxh3_128", table->report.hash);
    add_change(json, &table->report);
    json_count(json, "rows", described->rows);
    json_count(json, "columns", described->columns);
    json_count(json, "rejected", described->rejected);
    json_count(json, "cleaned", described->cleaned);
    json_count(json, "profiles", described->profiles);
    json_count(json, "memory_bytes", described->bytes);
    if (described->has_users) {
        json_count(json, "users", described->users);
    }
    if (described->has_times) {
        json_count(json, "hours", described->times);
    }
    if (described->has_dates) {
        json_number(json, "first_time", (double)described->first_time);
        json_number(json, "last_time", (double)described->last_time);
        json_number(json, "days", (double)described->days);
    }
    if (described->has_pairs) {
        add_pairs(json, described);
    }
    cJSON *missing = json_object(json, "missing_share");
    cJSON *features = json_object(json, "features");
    for (size_t i = 0; i < described->features; i++) {
        json_number(missing, table->feature_names[i], describe_missing_feature(table, i));
        add_summary(features, table->feature_names[i], &described->feature[i]);
    }
    if (described->has_times) {
        json_number(missing, "dt", describe_missing_time(table));
    }
    if (described->has_users) {
        json_number(missing, "src_user", describe_missing_user(table));
    }
    return json;
}
