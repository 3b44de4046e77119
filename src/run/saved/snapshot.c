#include "run/saved/snapshot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/clock.h"
#include "base/mem.h"
#include "config.h"
#include "events/events_index.h"
#include "events/described.h"
#include "events/format/description.h"
#include "events/log_format.h"
#include "rank/row_scores.h"
#include "run/saved/extension.h"
#include "run/saved/snapshot_accounts.h"
#include "run/saved/snapshot_params.h"
#include "run/saved/snapshot_reference.h"
#include "run/saved/snapshot_result.h"
#include "run/saved/snapshot_table.h"
#include "table/spread.h"

/* Raised whenever what is written, or what a detector computes, changes. Up to LAST_OF_1_0 it
 * was oddhours 1.0 that wrote; since then "made", the first item in all versions, says who. */
enum { SNAPSHOT_VERSION = 7, LAST_OF_1_0 = 3 };

/* The file: "made", parameters, table, scaler; then parts, each with what it is ("part"), its
 * name ("name") and an end ("pend"), so that a part which this version does not know is passed
 * over; then "last", and how the run went. */

/* ---- saving ---- */

static void begin_part(struct archive_out *archive, const char *what, const char *name)
{
    archive_put_text(archive, "part", what);
    archive_put_text(archive, "name", name);
}

static void end_part(struct archive_out *archive)
{
    archive_put_count(archive, "pend", 0);
}

static void put_stages(struct archive_out *archive, const struct run *run)
{
    archive_put_count(archive, "stgs", run->n_stages);
    for (size_t i = 0; i < run->n_stages; i++) {
        archive_put_text(archive, "stge", run->stages[i].name);
        archive_put_number(archive, "secs", run->stages[i].seconds);
        archive_put_count(archive, "done", run->stages[i].finished);
    }
    archive_put_number(archive, "time", run->seconds);
    archive_put_count(archive, "code", (uint64_t)run->status.code);
    archive_put_text(archive, "said", run->status.code == STATUS_OK ? "" : run->status.text);
}

/* What was learnt of accounts, for tables that come later. */
static void put_past(struct archive_out *archive, const struct run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].learnt != NULL) {
            begin_part(archive, "own pasts", run->results[i].name);
            past_save(run->results[i].learnt, archive);
            end_part(archive);
        }
    }
}

static struct reference *scale_of_rows(const struct result *result)
{
    const size_t n = result->ranking->n_ids;
    struct reference *scale = NULL;
    float *head;
    size_t n_head;
    if (row_scores_head(result->row_score, n, REFERENCE_EXACT, NULL, &head, &n_head, NULL)) {
        scale = reference_new_rows(result->row_score, n, head, n_head, NULL);
        free(head);
    }
    return scale;
}

/* How the features are spread, for the same. */
static void put_spread(struct archive_out *archive, const struct run *run)
{
    struct spread *spread = spread_new(&run->table->profiles, NULL);
    if (spread == NULL) {
        archive_fail(archive, ENOMEM);
        return;
    }
    begin_part(archive, "spread", "features");
    spread_save(spread, archive);
    end_part(archive);
    spread_free(spread);
}

/* How the scores are spread, so that those of other tables can be compared with them. */
static void put_scales(struct archive_out *archive, const struct run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (!result->ready) {
            continue;
        }
        const struct ranking *ranking = result->ranking;
        struct reference *own =
            result->reference != NULL ? NULL
            : result->row_score != NULL
                ? scale_of_rows(result)
                : reference_new(result->scores.score, ranking->order, ranking->n_scored,
                                run->table->profiles.copies, NULL);
        if (own == NULL && result->reference == NULL) {
            archive_fail(archive, ENOMEM);
            return;
        }
        begin_part(archive, "scale", result->name);
        reference_save(own != NULL ? own : result->reference, archive);
        end_part(archive);
        reference_free(own);
    }
}

bool snapshot_save(const struct run *run, const char *path, struct status *status)
{
    struct archive_out *archive = archive_create(path, SNAPSHOT_VERSION, status);
    if (archive == NULL) {
        return false;
    }
    archive_put_text(archive, "made", PACKAGE_VERSION);
    snapshot_put_params(archive, &run->params);
    snapshot_put_table(archive, run->table);
    size_t d = run->scaler->d;
    archive_put(archive, "mean", run->scaler->mean, sizeof(double), d);
    archive_put(archive, "var ", run->scaler->var, sizeof(double), d);
    archive_put(archive, "scal", run->scaler->scale, sizeof(double), d);
    if (run->reference != NULL) {
        begin_part(archive, "reference", run->reference->path);
        snapshot_put_reference(archive, run->reference);
        end_part(archive);
    }
    if (run->extension != NULL) {
        begin_part(archive, "extension", run->extension->path);
        extension_put(archive, run->extension, run->table->n_rows);
        end_part(archive);
    }
    put_scales(archive, run);
    if (run->reference == NULL) { /* such a run is no reference itself */
        put_spread(archive, run);
    }
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].ready) {
            begin_part(archive, "result", run->results[i].name);
            snapshot_put_result(archive, &run->results[i]);
            end_part(archive);
        }
    }
    if (run->table->report.change != INPUT_SAME) {
        begin_part(archive, "input", input_change_word(run->table->report.change));
        end_part(archive);
    }
    if (run->accounts != NULL && run->accounts->owner != NULL) {
        begin_part(archive, "accounts", "");
        snapshot_put_accounts(archive, run->accounts);
        end_part(archive);
    }
    put_past(archive, run);
    if (run->log_index != NULL) {
        const struct log_format *format = events_index_format(run->log_index);
        if (format->description != NULL) { /* as it was when the log was counted */
            begin_part(archive, "log format", format->name);
            archive_put_text(archive, "text", format->description->text.bytes);
            end_part(archive);
        }
        begin_part(archive, "log index", format->name);
        events_index_put(run->log_index, archive);
        end_part(archive);
    }
    archive_put_count(archive, "last", 0);
    put_stages(archive, run);
    return archive_commit(archive, status);
}

/* ---- loading ---- */

struct loading {
    struct run *run;
    struct archive_in *archive;
    const struct pipeline_listener *listener;
    const struct progress *progress;
    struct status *status;
    struct snapshot_unknown unknown;
    const struct log_format
        *described; /* of the log index, held; NULL: one with its own scan */
};

static bool senseless(struct loading *loading)
{
    return snapshot_senseless(loading->status);
}

static void announce(struct loading *loading, enum pipeline_event event, size_t index)
{
    if (loading->listener != NULL && loading->listener->event != NULL) {
        loading->listener->event(loading->listener->context, loading->run, event, index);
    }
}

/* What the user asked for must be what was saved, unless nothing was asked for. */
static bool check_asked(struct loading *loading, uint64_t asked, bool own)
{
    struct run_params initial;
    run_params_init(&initial);
    initial.own = own; /* commands ask for it, the explorer does not */
    return asked == run_params_hash(&initial) ||
           asked == run_params_hash(&loading->run->params) ||
           status_set(loading->status, STATUS_USAGE,
                      "the saved run was made with other parameters or detectors: leave the "
                      "options out, or run the file itself again");
}

static bool get_params(struct loading *loading)
{
    struct run_params *params = &loading->run->params;
    uint64_t asked = run_params_hash(params);
    bool own = params->own;
    return snapshot_get_params(loading->archive, params, &loading->unknown, loading->status) &&
           check_asked(loading, asked, own);
}

static bool get_scaler(struct loading *loading)
{
    struct run *run = loading->run;
    size_t d = run->table->profiles.d;
    struct scaler *scaler = scaler_new(d, loading->status);
    run->scaler = scaler;
    if (scaler == NULL ||
        !archive_get_into(loading->archive, "mean", scaler->mean, sizeof(double), d,
                          loading->status) ||
        !archive_get_into(loading->archive, "var ", scaler->var, sizeof(double), d,
                          loading->status) ||
        !archive_get_into(loading->archive, "scal", scaler->scale, sizeof(double), d,
                          loading->status)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        if (!isfinite(scaler->mean[i]) || !(scaler->scale[i] > 0)) {
            return senseless(loading);
        }
    }
    run->scaled = scaler_transform(scaler, run->table, run->parallel, loading->status);
    if (run->scaled != NULL && run->params.index) {
        run->features =
            feature_order_new(&run->table->profiles, run->parallel, loading->status);
    }
    return run->scaled != NULL && (run->features != NULL || !run->params.index);
}

static struct result *find_result(struct run *run, const char *name)
{
    const struct result *found = run_result_find(run, name);
    return found != NULL ? &run->results[found - run->results] : NULL;
}

/* A run that is shown because the input has the same bytes: the log is where the input is. */
static bool get_log_index(struct loading *loading, const struct log_format *format)
{
    struct run *run = loading->run;
    if (run->log_index != NULL) {
        return senseless(loading);
    }
    run->log_index = events_index_get(loading->archive, format, loading->status);
    return run->log_index != NULL &&
           events_index_moved(run->log_index, run->params.input, loading->status);
}

static bool get_past(struct loading *loading, struct result *result)
{
    if (!result->ready || result->learnt != NULL) {
        return senseless(loading);
    }
    result->learnt =
        past_load(loading->archive, loading->run->table->profiles.d, loading->status);
    return result->learnt != NULL;
}

/* A description that this version cannot read is passed over like a part it does not know. */
static bool get_log_format(struct loading *loading, const char *name)
{
    struct status wrong = {0};
    char *text = archive_get_text(loading->archive, "text", loading->status);
    if (text == NULL) {
        return false;
    }
    log_format_release(loading->described);
    loading->described = described_new(text, strlen(text), name, name, &wrong);
    free(text);
    if (loading->described == NULL && wrong.code == STATUS_NOMEM) {
        return status_set(loading->status, STATUS_NOMEM, "%s", wrong.text);
    }
    if (loading->described == NULL) {
        snapshot_unknown_add(&loading->unknown, "log format", name);
    }
    return archive_skip_past(loading->archive, "pend", loading->status);
}

/* Of a run that was scored by another: what its shares are among. Comes before the result. */
static bool get_scale(struct loading *loading, const char *name)
{
    struct result *result = find_result(loading->run, name);
    if (loading->run->reference == NULL || result == NULL) {
        struct reference *checked = reference_load(loading->archive, loading->status);
        bool good = checked != NULL;
        reference_free(checked); /* its own ranking has them */
        return good;
    }
    if (result->reference != NULL || result->ready) {
        return senseless(loading);
    }
    result->reference = reference_load(loading->archive, loading->status);
    return result->reference != NULL;
}

/* One part. What this version does not know is passed over, and told of. */
static bool get_part(struct loading *loading)
{
    struct archive_in *archive = loading->archive;
    struct status *status = loading->status;
    char what[32], name[64];
    if (!snapshot_get_text(archive, "part", what, sizeof what, status) ||
        !snapshot_get_text(archive, "name", name, sizeof name, status)) {
        return false;
    }
    if (strcmp(what, "input") == 0) {
        loading->run->table->report.change =
            strcmp(name, input_change_word(INPUT_GREW)) == 0 ? INPUT_GREW : INPUT_CHANGED;
        return archive_skip_past(archive, "pend", status);
    }
    if (strcmp(what, "reference") == 0) {
        return snapshot_get_reference(loading->archive, loading->run, name, status) &&
               (archive_next_is(archive, "pend") || senseless(loading)) &&
               archive_skip_past(archive, "pend", status);
    }
    if (strcmp(what, "extension") == 0) {
        return extension_get(loading->archive, loading->run, name, status) &&
               (archive_next_is(archive, "pend") || senseless(loading)) &&
               archive_skip_past(archive, "pend", status);
    }
    if (strcmp(what, "spread") == 0) { /* for tables that this run scores */
        struct spread *spread = spread_load(archive, loading->run->table->profiles.d, status);
        bool fine = spread != NULL;
        spread_free(spread);
        return fine && (archive_next_is(archive, "pend") || senseless(loading)) &&
               archive_skip_past(archive, "pend", status);
    }
    if (strcmp(what, "scale") == 0) {
        return get_scale(loading, name) &&
               (archive_next_is(archive, "pend") || senseless(loading)) &&
               archive_skip_past(archive, "pend", status);
    }
    if (strcmp(what, "accounts") == 0) {
        return (loading->run->accounts == NULL ||
                snapshot_get_accounts(archive, loading->run->accounts, status)) &&
               archive_skip_past(archive, "pend", status);
    }
    struct result *result =
        strcmp(what, "result") == 0 ? find_result(loading->run, name) : NULL;
    if (strcmp(what, "log format") == 0) {
        return get_log_format(loading, name);
    }
    const struct log_format *format = strcmp(what, "log index") != 0 ? NULL
                                      : loading->described != NULL   ? loading->described
                                                                     : log_format_find(name);
    struct result *learnt =
        strcmp(what, "own pasts") == 0 ? find_result(loading->run, name) : NULL;
    if (result == NULL && format == NULL && learnt == NULL) {
        snapshot_unknown_add(&loading->unknown, what, name);
        return archive_skip_past(archive, "pend", status);
    }
    bool good = result != NULL   ? snapshot_get_result(archive, loading->run, result, status)
                : learnt != NULL ? get_past(loading, learnt)
                                 : get_log_index(loading, format);
    if (!good || !archive_next_is(archive, "pend")) {
        return status->code != STATUS_OK ? false : senseless(loading);
    }
    return archive_skip_past(archive, "pend", status);
}

static bool get_parts(struct loading *loading)
{
    uint64_t none;
    while (!archive_next_is(loading->archive, "last")) {
        if (!get_part(loading)) {
            return false;
        }
    }
    return archive_get_count(loading->archive, "last", &none, loading->status);
}

static bool get_stage(struct loading *loading, struct stage_record *stage)
{
    uint64_t done;
    if (!snapshot_get_text(loading->archive, "stge", stage->name, sizeof stage->name,
                           loading->status) ||
        !archive_get_number(loading->archive, "secs", &stage->seconds, loading->status) ||
        !archive_get_count(loading->archive, "done", &done, loading->status)) {
        return false;
    }
    stage->finished = done == 1;
    return done <= 1 || senseless(loading);
}

static bool get_stages(struct loading *loading)
{
    struct run *run = loading->run;
    uint64_t n, code;
    if (!archive_get_count(loading->archive, "stgs", &n, loading->status)) {
        return false;
    }
    if (n > RUN_STAGES_MAX) {
        return senseless(loading);
    }
    for (; run->n_stages < n; run->n_stages++) {
        if (!get_stage(loading, &run->stages[run->n_stages])) {
            return false;
        }
    }
    if (!archive_get_number(loading->archive, "time", &run->seconds, loading->status) ||
        !archive_get_count(loading->archive, "code", &code, loading->status) ||
        !snapshot_get_text(loading->archive, "said", run->status.text, sizeof run->status.text,
                           loading->status)) {
        return false;
    }
    run->status.code = code <= STATUS_USAGE ? (enum status_code)code : STATUS_INPUT;
    return true;
}

static bool get_all(struct loading *loading)
{
    struct run *run = loading->run;
    char made[32];
    run->parallel = parallel_new(run->params.threads, loading->status);
    if (run->parallel == NULL ||
        !snapshot_get_text(loading->archive, "made", made, sizeof made, loading->status) ||
        !get_params(loading)) {
        return false;
    }
    run->table = snapshot_get_table(loading->archive, run->parallel, loading->status);
    if (run->table == NULL) {
        return false;
    }
    if (run->params.index) {
        run->by_profile =
            row_index_new(run->table->row_profile, run->table->n_rows, run->table->profiles.n,
                          run->parallel, loading->progress, loading->status);
        if (run->by_profile == NULL ||
            !run_find_accounts(run, NULL, loading->progress, loading->status)) {
            return false;
        }
    }
    return get_scaler(loading) && get_parts(loading) && get_stages(loading) &&
           archive_unchanged(loading->archive, loading->status);
}

/* Who made a file of another version: "oddhours 1.0". */
static void made_by(const char *path, uint32_t version, char *text, size_t size)
{
    struct archive_in *archive = archive_open(path, version, NULL);
    char made[32];
    if (version <= LAST_OF_1_0) {
        snprintf(text, size, "oddhours 1.0");
    } else if (archive != NULL && snapshot_get_text(archive, "made", made, sizeof made, NULL)) {
        snprintf(text, size, "oddhours %s", made);
    } else {
        snprintf(text, size, "another oddhours");
    }
    archive_close(archive);
}

static bool check_version(const char *path, struct status *status)
{
    char maker[48];
    uint32_t version;
    if (!archive_version(path, &version, status)) {
        return false;
    }
    if (version == SNAPSHOT_VERSION) {
        return true;
    }
    made_by(path, version, maker, sizeof maker);
    return status_set(status, STATUS_INPUT,
                      "this run was saved by %s, too %s for this version to read: run the file "
                      "itself again (%.300s)",
                      maker, version < SNAPSHOT_VERSION ? "old" : "new", path);
}

struct archive_in *snapshot_open(const char *path, struct status *status)
{
    return check_version(path, status) ? archive_open(path, SNAPSHOT_VERSION, status) : NULL;
}

bool snapshot_load(struct run *run, const char *path, const struct pipeline_listener *listener,
                   const struct progress *progress, struct status *status)
{
    struct loading loading = {.run = run, .listener = listener, .progress = progress};
    struct status problem = {0};
    loading.status = status != NULL ? status : &problem;
    loading.archive = snapshot_open(path, loading.status);
    bool good = loading.archive != NULL && get_all(&loading);
    archive_close(loading.archive);
    log_format_release(loading.described);
    if (!good) {
        run_empty(run);
        return false;
    }
    if (loading.unknown.text[0] != '\0') {
        snprintf(run->notice, sizeof run->notice,
                 "the saved run also holds what this version does not know, left out: %s",
                 loading.unknown.text);
    }
    run->saved = true;
    announce(&loading, PIPELINE_TABLE, 0);
    announce(&loading, PIPELINE_SCALED, 0);
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].ready) {
            announce(&loading, PIPELINE_RESULT, i);
        }
    }
    announce(&loading, PIPELINE_DONE, 0);
    return true;
}
