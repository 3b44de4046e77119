#include "views/review_query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/count.h"
#include "review/session/rule_hides.h"
#include "reviewing/reviewing.h"

/* ---- words ---- */

static bool is_result(const struct run *run, const char *name, size_t length)
{
    const char *known;
    for (size_t i = 0; (known = run_result_name(run, i)) != NULL; i++) {
        if (strlen(known) == length && strncmp(known, name, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool are_results(const struct run *run, const char *names)
{
    for (const char *name = names;; name++) {
        size_t length = strcspn(name, ",");
        if (!is_result(run, name, length)) {
            return false;
        }
        name += length;
        if (*name == '\0') {
            return true;
        }
    }
}

static bool take_word(struct queue_request *request, const struct run *run, const char *word)
{
    static const struct {
        const char *word;
        enum queue_kind kind;
    } kinds[] = {{"top", QUEUE_TOP},
                 {"pooled", QUEUE_POOLED},
                 {"stratified", QUEUE_STRATA},
                 {"strata", QUEUE_STRATA}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(word, kinds[i].word) == 0) {
            request->spec.kind = kinds[i].kind;
            request->spec.n_strata = 0;
            request->names[0] = '\0';
            return true;
        }
    }
    if (strncmp(word, "each=", 5) == 0) {
        uint64_t each;
        request->spec.n_strata = 0;
        if (!count_parse(word + 5, 1000000, &each) || each == 0) {
            return false;
        }
        request->each = (uint32_t)each;
        return true;
    }
    if (strcmp(word, "rows") == 0) {
        request->spec.episodes = false;
        return true;
    }
    if (strcmp(word, "open") == 0) {
        request->spec.blind = false;
        return true;
    }
    if (strlen(word) < sizeof request->names && are_results(run, word)) {
        memcpy(request->names, word, strlen(word) + 1);
        return true;
    }
    return queue_parse_word(word, &request->spec);
}

bool queue_request_parse(struct queue_request *request, const struct run *run,
                         const char *words, struct status *status)
{
    struct queue_request changed = *request;
    char word[QUEUE_LABEL];
    for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
        size_t length = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, words);
        if (length >= sizeof word || !take_word(&changed, run, word)) {
            return status_set(
                status, STATUS_USAGE,
                "'%.60s' says nothing about a queue: top, pooled or stratified, "
                "k=1000 each=30 controls=10 repeats=5 seed=7 blind open episodes gap=4 rows",
                word);
        }
        words += length;
    }
    *request = changed;
    return true;
}

/* ---- on the queries thread ---- */

void queue_numbers_clear(struct queue_numbers *numbers)
{
    queue_free(numbers->queue);
    if (numbers->has_view) {
        evaluation_clear(&numbers->in_view);
    }
    *numbers = (struct queue_numbers){.queue = NULL};
}

static void free_query(struct query *query)
{
    struct numbers_query *asked = (struct numbers_query *)query;
    queue_numbers_clear(&asked->numbers);
    free(asked);
}

/* Whether `name` is one of the comma-separated names, or there are none. */
static bool listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0')) {
            return true;
        }
    }
    return names[0] == '\0';
}

/* Whether list i makes up the queue: the one in view, or of a pool all detectors or those
 * named.
 */
static bool belongs(const struct numbers_query *asked, size_t i)
{
    if (!asked->has[i]) {
        return false;
    }
    if (asked->request.spec.kind != QUEUE_POOLED) {
        return i == asked->result;
    }
    bool named = asked->request.names[0] != '\0';
    const struct result *result = &asked->run->results[i];
    return (named || result->kind == RESULT_DETECTOR) &&
           listed(asked->request.names, result->name);
}

static void make_queue(struct numbers_query *asked, struct status *status)
{
    const struct ranking *rankings[RUN_RESULTS_MAX];
    struct episode_cut cuts[RUN_RESULTS_MAX];
    const struct run *run = asked->run;
    struct queue_spec *spec = &asked->request.spec;
    struct queue_numbers *numbers = &asked->numbers;
    char names[256] = "", *brief = numbers->of_whom;
    size_t n = 0;
    for (size_t i = 0; i < run->n_results; i++) {
        if (belongs(asked, i)) {
            size_t at = strlen(names), end = strlen(brief);
            snprintf(names + at, sizeof names - at, "%s%s", n > 0 ? "," : "",
                     run->results[i].name);
            snprintf(brief + end, sizeof numbers->of_whom - end, "%s%s", n > 0 ? ", " : "",
                     run->results[i].brief);
            cuts[n] = asked->cuts[i];
            rankings[n++] = run->results[i].ranking;
        }
    }
    if (n == 0) {
        status_set(status, STATUS_INPUT, "no detector has scores yet");
        return;
    }
    struct rule_hides *then = NULL;
    const struct rule_hides *hides =
        review_rules_at(asked->review, run, asked->has, spec->rules, &then, status);
    if (hides == NULL && status->code != STATUS_OK) {
        return;
    }
    spec->rules = hides != NULL ? hides->since_ms : 0;
    spec->hidden = hides != NULL && hides->rows > 0 ? hides->bits : NULL;
    numbers->queue = spec->episodes ? queue_new_episodes(spec, cuts, n, status)
                                    : queue_new(spec, rankings, n, run->by_profile,
                                                run->table->n_rows, status);
    rule_hides_free(then);
    spec->hidden = NULL;
    snprintf(numbers->names, sizeof numbers->names, "%s", names);
    if (numbers->queue != NULL) {
        queue_text(numbers->queue, numbers->text, sizeof numbers->text);
        queue_label(spec, names, numbers->label, sizeof numbers->label);
    }
}

/* What cuts each list into episodes. */
static bool find_cuts(struct numbers_query *asked, struct status *status)
{
    const struct run *run = asked->run;
    double gap = asked->request.spec.gap;
    int64_t seconds = episodes_gap(run->table, (int64_t)(gap * 3600), status);
    for (size_t i = 0; i < run->n_results; i++) {
        if (asked->has[i]) {
            asked->cuts[i] = (struct episode_cut){.table = run->table,
                                                  .ranking = run->results[i].ranking,
                                                  .index = run->by_profile,
                                                  .threshold = run->results[i].scores.threshold,
                                                  .gap = seconds};
        }
    }
    return seconds >= 0;
}

static void estimate(struct queue_numbers *numbers, const struct verdict_set *verdicts)
{
    struct stratum strata[QUEUE_STRATA_MAX];
    const struct queue *queue = numbers->queue;
    numbers->by_strata = queue->spec.kind == QUEUE_STRATA;
    if (numbers->by_strata) {
        evaluation_strata(queue, verdicts, strata);
        numbers->estimate = precision_stratified(strata, queue->spec.n_strata);
        for (size_t i = 0; i < queue->spec.n_strata; i++) {
            numbers->bare +=
                strata[i].rows > 0 && strata[i].sample.tp + strata[i].sample.fp == 0;
        }
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct numbers_query *asked = (struct numbers_query *)query;
    struct queue_numbers *numbers = &asked->numbers;
    const struct run *run = asked->run;
    (void)progress;
    bool episodes = asked->request.spec.episodes;
    if (!episodes || find_cuts(asked, &query->status)) {
        make_queue(asked, &query->status);
    }
    const struct evaluation_data data = {run->table, run->by_profile,
                                         review_counting(asked->review)};
    for (size_t i = 0; query->status.code == STATUS_OK && i < run->n_results; i++) {
        struct evaluation one;
        if (!asked->has[i] || !(episodes ? evaluation_episodes(&data, &asked->cuts[i], asked->k,
                                                               &one, NULL, &query->status)
                                         : evaluation_new(&data, run->results[i].ranking,
                                                          asked->k, &one, &query->status))) {
            continue;
        }
        numbers->of[i].ready = true;
        numbers->of[i].at = one.at;
        if (i == asked->result) {
            numbers->in_view = one;
            numbers->has_view = true;
        } else {
            evaluation_clear(&one);
        }
    }
    if (query->status.code == STATUS_OK) {
        estimate(numbers, data.verdicts);
    }
}

struct numbers_query *queue_numbers_ask(struct app *app, const struct queue_request *request)
{
    const struct session *session = app_session(app);
    struct numbers_query *asked = mem_zero(1, sizeof *asked, "a queue", NULL);
    if (asked == NULL) {
        return NULL;
    }
    asked->query.work = work;
    asked->query.free = free_query;
    asked->query.slot = SLOT_REVIEW;
    asked->review = app_review(app);
    asked->run = session->run;
    memcpy(asked->has, session->has_result, sizeof asked->has);
    asked->result = session->selected.result;
    asked->k = session->selected.k;
    asked->request = *request;
    asked->request.spec.k = (uint32_t)asked->k;
    asked->request.spec.episodes = session->by_episode;
    asked->request.spec.gap = session->gap;
    if (request->spec.kind == QUEUE_STRATA && request->spec.n_strata == 0) {
        queue_default_strata(&asked->request.spec, request->each);
    }
    return asked;
}
