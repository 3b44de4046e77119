#include "cmd/follow.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/format.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/progress.h"
#include "cmd/operand.h"
#include "cmd/reviews.h"
#include "events/follow/follow.h"
#include "rank/episodes.h"
#include "review/session/rule_hides.h"
#include "run/news.h"
#include "run/pipeline/pipeline.h"
#include "run/reasons.h"
#include "run/run.h"
#include "run/saved/reference_run.h"

enum { LOOK_EVERY_MS = 1000 };

struct telling {
    const struct follow_settings *settings;
    const struct run *run;
    const struct result *by;
    struct episodes episodes;
    uint64_t told; /* rows before are known */
    size_t n_new, n_odder;
    struct reasons *reasons;
    char rules[120]; /* what they hide of all rows so far */
};

/* ---- episodes as lines ---- */

static void add_text(cJSON *json, const char *key, const struct dict *dict, uint32_t id)
{
    struct span text = dict_get(dict, id);
    json_bytes(json, key, text.bytes, text.length);
}

static cJSON *episode_json(struct telling *telling, size_t i, bool is_new,
                           struct status *status)
{
    const struct run *run = telling->run;
    const struct table *table = run->table;
    const struct episode *episode = &telling->episodes.of[i];
    const uint32_t *rows = episodes_rows(&telling->episodes, i), best = episode->best;
    const struct ranking *ranking = telling->by->ranking;
    struct reason reason = {.text = ""};
    if (telling->reasons == NULL && (telling->reasons = reasons_new(run, status)) == NULL) {
        return NULL;
    }
    if (!reasons_find(telling->reasons, NULL, (size_t)(telling->by - run->results), &best, 1,
                      &reason, run->parallel, NULL, status)) {
        return NULL;
    }
    cJSON *json = cJSON_CreateObject();
    json_bool(json, "new", is_new);
    add_text(json, "src_user", table->users, table->row_user[best]);
    json_text(json, "kind",
              account_kind_name((enum account_kind)run->accounts->kind[table->row_user[best]]));
    add_text(json, "begin", table->times, table->row_time[rows[0]]);
    add_text(json, "end", table->times, table->row_time[rows[episode->n - 1]]);
    json_count(json, "hours", episodes_windows(&telling->episodes, table, i));
    add_text(json, "dt", table->times, table->row_time[best]);
    json_text(json, "list", telling->by->name);
    json_number(json, "score", episode->score);
    json_number(json, "share", ranking_row_share(ranking, table->row_profile, best));
    json_text(json, "why", reason.text);
    for (size_t f = 0; f < table->profiles.d; f++) {
        json_number(json, table->feature_names[f], table_value(table, best, f));
    }
    cJSON *ids = json_array(json, "rows");
    for (size_t k = 0; k < episode->n; k++) {
        cJSON_AddItemToArray(ids, cJSON_CreateNumber(rows[k]));
    }
    json_text(json, "reference", run->reference->path);
    return json;
}

static bool print_episode(struct telling *telling, size_t i, bool is_new, struct status *status)
{
    cJSON *json = episode_json(telling, i, is_new, status);
    char *text = json != NULL ? cJSON_PrintUnformatted(json) : NULL;
    bool good = text != NULL;
    if (good && (puts(text) < 0 || fflush(stdout) != 0)) {
        good = status_set(status, STATUS_IO, "standard output cannot be written: %s",
                          strerror(errno));
    } else if (!good && json != NULL) {
        good = status_set(status, STATUS_NOMEM, "out of memory: an episode");
    }
    free(text);
    cJSON_Delete(json);
    return good;
}

static bool tell(struct telling *telling, struct status *status)
{
    const size_t told = (size_t)telling->told;
    const struct follow_settings *settings = telling->settings;
    struct reviews_terms terms;
    reviews_terms_init(&terms, settings->reviews, NULL, telling->run->table);
    terms.run = telling->run;
    bool good = (!settings->rules || reviews_terms_rules(&terms, status)) &&
                news_find(telling->run, telling->by, settings->gap, told,
                          settings->rules ? terms.session.hides->bits : NULL,
                          &telling->episodes, status);
    if (good && settings->rules) {
        rule_hides_say(terms.session.hides, telling->rules, sizeof telling->rules);
    }
    reviews_terms_clear(&terms);
    if (!good) {
        return false;
    }
    for (size_t i = 0; good && i < telling->episodes.n; i++) {
        enum news what = news_of(&telling->episodes, i, told);
        good = what == NEWS_NONE || print_episode(telling, i, what == NEWS_NEW, status);
        telling->n_new += what == NEWS_NEW;
        telling->n_odder += what == NEWS_ODDER;
    }
    episodes_clear(&telling->episodes);
    return good;
}

/* ---- windows that have closed ---- */

static void say_closed(const struct follow_settings *settings, const struct telling *telling,
                       const struct follow_counts *counts)
{
    if (settings->quiet) {
        return;
    }
    fprintf(stderr, "%s in closed windows; %s",
            format_count((size_t)(counts->rows - telling->told), "new user-hour").text,
            format_count(telling->n_new, "new episode").text);
    if (telling->n_odder > 0) {
        fprintf(stderr, ", %s odder", format_grouped(telling->n_odder).text);
    }
    if (telling->rules[0] != '\0') {
        fprintf(stderr, "; %s", telling->rules);
    }
    if (counts->late > 0) {
        fprintf(stderr, "; %s too late so far",
                format_count((size_t)counts->late, "line").text);
    }
    if (counts->rejected > 0) {
        fprintf(stderr, "; %s rejected so far",
                format_count((size_t)counts->rejected, "line").text);
    }
    fprintf(stderr, "\n");
}

static bool score(const struct follow_settings *settings, struct follow *follow,
                  const struct progress *progress, struct status *status)
{
    const struct follow_counts counts = follow_counts(follow);
    struct run_params params;
    if (!run_params_copy(&params, settings->params, status)) {
        return false;
    }
    params.index = true;
    struct run *run =
        run_params_follow(&params, follow, status) ? run_new(&params, status) : NULL;
    bool good = run != NULL;
    if (good && !pipeline_run(run, NULL, progress)) {
        *status = run->status;
        good = false;
    }
    struct telling telling = {.settings = settings, .run = run, .told = counts.told};
    if (good) {
        telling.by = run_first(run);
        good = telling.by != NULL && telling.by->ready;
        good = good ? tell(&telling, status)
                    : status_set(status, STATUS_INPUT, "the reference makes no list");
    }
    if (good) {
        say_closed(settings, &telling, &counts);
    }
    reasons_free(telling.reasons);
    run_free(run);
    run_params_clear(&params);
    return good && follow_tell(follow, status);
}

/* ---- looking ---- */

static void wait_a_little(void)
{
    poll(NULL, 0, LOOK_EVERY_MS); /* which a signal ends */
}

/* The reference is looked at before the first window closes, which may take an hour. */
static bool check_reference(const struct follow_settings *settings, struct status *status)
{
    struct run *run = run_new(settings->params, status);
    if (run == NULL) {
        return false;
    }
    run->parallel = parallel_new(run->params.threads, status);
    bool good = run->parallel != NULL && reference_run_load(run, status);
    run_free(run);
    return good;
}

/* A failure that may pass, as when the reference is being written anew: said once, and tried
 * again with the next look. */
static bool may_pass(const struct follow_settings *settings, const struct status *problem,
                     char *said, size_t size)
{
    if (settings->once || problem->code == STATUS_USAGE) {
        return false;
    }
    if (strcmp(said, problem->text) != 0) {
        snprintf(said, size, "%s", problem->text);
        fprintf(stderr, "oddhours: %s; trying again\n", operand_safe(problem->text).text);
    }
    return true;
}

static bool follow_all(const struct follow_settings *settings, struct follow *follow,
                       struct parallel *parallel, const struct progress *progress,
                       struct status *status)
{
    char said[STATUS_TEXT] = "";
    while (!progress_cancelled(progress)) {
        bool more = false;
        if (!follow_look(follow, (int64_t)time(NULL), parallel, &more, status)) {
            return false;
        }
        const struct follow_counts counts = follow_counts(follow);
        if (counts.rows > counts.told && !more) {
            struct status problem = {0};
            if (!score(settings, follow, progress, &problem)) {
                if (problem.code == STATUS_CANCELLED) {
                    return true; /* the next one begins with it */
                }
                if (ferror(stdout) != 0 || !may_pass(settings, &problem, said, sizeof said)) {
                    *status = problem;
                    return false;
                }
                wait_a_little();
            }
            continue;
        }
        if (settings->once && !more) {
            return true;
        }
        if (!more) {
            wait_a_little();
        }
    }
    return true;
}

bool follow_work(const struct follow_settings *settings, struct console *console,
                 struct status *status)
{
    const struct run_params *params = settings->params;
    const struct follow_options options = {.log = params->input,
                                           .directory = settings->directory,
                                           .format = params->input_format,
                                           .year = params->year,
                                           .zone = params->reading.text[READING_ZONE],
                                           .slack = (int64_t)settings->slack};
    struct follow *follow =
        check_reference(settings, status) ? follow_open(&options, status) : NULL;
    struct parallel *parallel = follow != NULL ? parallel_new(params->threads, status) : NULL;
    bool good = parallel != NULL &&
                follow_all(settings, follow, parallel, console_progress(console), status);
    parallel_free(parallel);
    follow_close(follow);
    return good;
}
