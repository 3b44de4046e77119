#include "review/report/report_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void report_free(struct report *report)
{
    if (report == NULL) {
        return;
    }
    for (size_t i = 0; i < report->input.n_lists; i++) {
        evaluation_clear(&report->at[i]);
        evaluation_clear(&report->episodes[i].at);
    }
    free(report->by_reviewer);
    free(report->queues);
    free(report->truths);
    free(report);
}

static void count_verdicts(struct report *report)
{
    const struct verdict_set *set = report->input.data.verdicts;
    for (size_t i = 0; set != NULL && i < set->n; i++) {
        if (verdict_judges((enum verdict)set->rows[i].verdict)) {
            tally_add(&report->all, (enum verdict)set->rows[i].verdict);
        }
        report->disputed += set->rows[i].disputed;
    }
}

/* False, and so in the status, when the work should stop. */
static bool goes_on(const struct report_input *input, struct status *status)
{
    return !progress_cancelled(input->progress) || status_cancelled(status);
}

static bool evaluate_lists(struct report *report, struct status *status)
{
    const struct report_input *input = &report->input;
    for (size_t i = 0; i < input->n_lists; i++) {
        if (!goes_on(input, status) || !evaluation_new(&input->data, input->lists[i].ranking,
                                                       input->k, &report->at[i], status)) {
            return false;
        }
    }
    for (size_t i = 0; i < input->n_lists; i++) {
        for (size_t j = i + 1; j < input->n_lists; j++) {
            if (!goes_on(input, status) || !evaluation_compare(&report->at[i], &report->at[j],
                                                               &report->pairs[i][j], status)) {
                return false;
            }
        }
    }
    return true;
}

static bool evaluate_episodes(struct report *report, struct status *status)
{
    const struct report_input *input = &report->input;
    const struct table *table = input->data.table;
    int64_t gap = episodes_gap(table, (int64_t)(input->gap * 3600), status);
    bool good = gap >= 0;
    for (size_t i = 0; good && i < input->n_lists; i++) {
        const struct episode_cut cut = {table, input->lists[i].ranking, input->data.index,
                                        input->lists[i].threshold, gap};
        struct episodes head = {0};
        good = goes_on(input, status) &&
               evaluation_episodes(&input->data, &cut, input->k, &report->episodes[i].at, &head,
                                   status);
        if (good && input->truth != NULL) {
            good = evaluation_episode_truth(&head, input->truth, &report->episodes[i].truth,
                                            status);
        }
        episodes_clear(&head);
    }
    return good;
}

static bool efforts(struct report *report, struct status *status)
{
    const struct history *history = report->input.history;
    size_t n = history_reviewers(history);
    report->by_reviewer = mem_new(n, sizeof *report->by_reviewer, "reviewers", status);
    bool good = report->by_reviewer != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = evaluation_effort(history, i, &report->by_reviewer[i], status);
    }
    return good && evaluation_effort(history, report->input.reviewer, &report->effort, status);
}

static bool other_ks(struct report *report, struct status *status)
{
    static const size_t ks[] = {50, 100, 200, 500, 1000, 5000};
    const struct report_input *input = &report->input;
    for (size_t i = 0; i < sizeof ks / sizeof *ks && ks[i] <= input->data.table->n_rows; i++) {
        size_t n = report->n_ks;
        report->more[n].k = ks[i];
        if (!goes_on(input, status) ||
            !evaluation_left(&input->data, input->lists, input->n_lists, ks[i],
                             &report->more[n].distinct, &report->more[n].left, status)) {
            return false;
        }
        report->more[n].hours = (double)report->more[n].left * report->effort.pace / 3600;
        report->n_ks++;
    }
    return true;
}

/* -- queues -- */

/* The rankings that a queue's label names, comma-separated; 0 when one is not in this run. */
static size_t rankings_of(const struct report_input *input, char *names,
                          const struct ranking **rankings, double *thresholds)
{
    size_t n = 0;
    char *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name != NULL && n < REPORT_LISTS;
         name = strtok_r(NULL, ",", &rest)) {
        size_t i = 0;
        while (i < input->n_lists && strcmp(input->lists[i].name, name) != 0) {
            i++;
        }
        if (i == input->n_lists) {
            return 0;
        }
        thresholds[n] = input->lists[i].threshold;
        rankings[n++] = input->lists[i].ranking;
    }
    return n;
}

static bool queue_has(const struct queue *queue, uint32_t row)
{
    for (size_t i = 0; i < queue->n; i++) {
        size_t n;
        const uint32_t *rows = queue_rows(queue, &queue->items[i], &n);
        for (size_t k = 0; k < n; k++) {
            if (rows[k] == row) {
                return true;
            }
        }
    }
    return false;
}

static struct queue *remake(const struct report_input *input, const struct queue_spec *spec,
                            const struct ranking *const *rankings, const double *thresholds,
                            size_t n, struct status *status)
{
    const struct table *table = input->data.table;
    struct episode_cut cuts[REPORT_LISTS];
    if (!spec->episodes) {
        return queue_new(spec, rankings, n, input->data.index, table->n_rows, status);
    }
    int64_t gap = episodes_gap(table, (int64_t)(spec->gap * 3600), status);
    for (size_t i = 0; i < n; i++) {
        cuts[i] =
            (struct episode_cut){table, rankings[i], input->data.index, thresholds[i], gap};
    }
    return gap >= 0 ? queue_new_episodes(spec, cuts, n, status) : NULL;
}

static bool judge_queue(const struct report *report, struct report_queue *to,
                        struct status *status)
{
    const struct report_input *input = &report->input;
    const struct ranking *rankings[REPORT_LISTS];
    double thresholds[REPORT_LISTS];
    struct queue_spec spec;
    char names[QUEUE_LABEL];
    to->controls = evaluation_controls(input->history, to->label, input->data.verdicts);
    to->controls_exact = interval_clopper_pearson((double)to->controls.tp,
                                                  (double)(to->controls.tp + to->controls.fp),
                                                  PRECISION_CONFIDENCE);
    size_t n = queue_parse(to->label, &spec, names, sizeof names, NULL)
                   ? rankings_of(input, names, rankings, thresholds)
                   : 0;
    if (n == 0 || (n > 1 && spec.kind != QUEUE_POOLED)) {
        return true;
    }
    if (spec.rules > 0) {
        spec.hidden =
            input->hidden_at != NULL ? input->hidden_at(input->of_rules, spec.rules) : NULL;
        if (spec.hidden == NULL) {
            return true; /* what its rules hid is not known here */
        }
    }
    struct queue *queue = remake(input, &spec, rankings, thresholds, n, status);
    if (queue == NULL) {
        return false;
    }
    to->remade = true;
    bool good = true;
    for (size_t i = 0; good && i < history_count(input->history); i++) {
        const struct entry *entry = history_entry(input->history, i);
        good = goes_on(input, status);
        if (entry->kind == ENTRY_VERDICT && entry->n_rows > 0 &&
            (entry->n_rows == 1 || entry->episode != NULL) && entry->queue != NULL &&
            strcmp(entry->queue, to->label) == 0) {
            to->strays += !queue_has(queue, entry->rows[0].row);
        }
    }
    if (spec.kind == QUEUE_STRATA) {
        to->n_strata = spec.n_strata;
        memcpy(to->specs, spec.strata, sizeof spec.strata);
        evaluation_strata(queue, input->data.verdicts, to->strata);
        to->estimate = precision_stratified(to->strata, to->n_strata);
    }
    queue_free(queue);
    return good;
}

static struct report_queue *queue_of(struct report *report, const char *label)
{
    for (size_t i = 0; i < report->n_queues; i++) {
        if (strcmp(report->queues[i].label, label) == 0) {
            return &report->queues[i];
        }
    }
    if (report->n_queues == REPORT_QUEUES || strlen(label) >= QUEUE_LABEL) {
        return NULL;
    }
    struct report_queue *queue = &report->queues[report->n_queues++];
    snprintf(queue->label, sizeof queue->label, "%s", label);
    return queue;
}

static bool judge_queues(struct report *report, struct status *status)
{
    const struct history *history = report->input.history;
    report->queues = mem_zero(REPORT_QUEUES, sizeof *report->queues, "queues", status);
    if (report->queues == NULL) {
        return false;
    }
    for (size_t i = 0; i < history_count(history); i++) {
        const struct entry *entry = history_entry(history, i);
        struct report_queue *queue = entry->kind == ENTRY_VERDICT && entry->queue != NULL
                                         ? queue_of(report, entry->queue)
                                         : NULL;
        if (queue != NULL) {
            queue->verdicts++;
        }
    }
    for (size_t i = 0; i < report->n_queues; i++) {
        if (!goes_on(&report->input, status) ||
            !judge_queue(report, &report->queues[i], status)) {
            return false;
        }
    }
    return true;
}

/* -- truth -- */

static bool judge_truth(const struct report_input *input, const struct ranking *ranking,
                        struct report_truth *to, struct status *status)
{
    const struct table *table = input->data.table;
    size_t n, missed;
    struct block *blocks = metrics_blocks(ranking, table, input->truth, &n, &missed, status);
    if (blocks == NULL || !goes_on(input, status)) {
        free(blocks);
        return false;
    }
    to->metrics = metrics_of(blocks, n, missed);
    to->at = metrics_at(blocks, n, missed, input->k);
    free(blocks);
    struct status failure = {0};
    to->by_day =
        metrics_alerts(ranking, table, input->truth, input->progress, &to->alerts, &failure);
    if (!to->by_day && failure.code != STATUS_INPUT) {
        if (status != NULL) {
            *status = failure;
        }
        return false;
    }
    return true; /* a table without days has no alerts a day */
}

/* "The rows with most FEATURE": what needs no detector. */
static bool judge_feature(const struct report_input *input, size_t feature,
                          struct report_truth *to, struct status *status)
{
    const struct profiles *profiles = &input->data.table->profiles;
    double *score = mem_new(profiles->n, sizeof *score, "a trivial rule", status);
    if (score == NULL) {
        return false;
    }
    for (size_t i = 0; i < profiles->n; i++) {
        score[i] = profiles->values[i * profiles->d + feature];
    }
    struct ranking *ranking = ranking_new(score, profiles, NULL, status);
    bool good = ranking != NULL && judge_truth(input, ranking, to, status);
    ranking_free(ranking);
    free(score);
    return good;
}

static bool judge_truths(struct report *report, struct status *status)
{
    const struct report_input *input = &report->input;
    size_t n = input->n_lists + input->data.table->profiles.d;
    report->truths = mem_zero(n, sizeof *report->truths, "truth", status);
    bool good = report->truths != NULL;
    for (size_t i = 0; good && i < n; i++) {
        struct report_truth *to = &report->truths[i];
        if (i < input->n_lists) {
            snprintf(to->name, sizeof to->name, "%s", input->lists[i].name);
            snprintf(to->title, sizeof to->title, "%s", input->lists[i].title);
            good = judge_truth(input, input->lists[i].ranking, to, status);
        } else {
            const char *name = input->data.table->feature_names[i - input->n_lists];
            snprintf(to->name, sizeof to->name, "most %.50s", name);
            snprintf(to->title, sizeof to->title, "most %.80s", name);
            good = judge_feature(input, i - input->n_lists, to, status);
        }
    }
    report->n_truths = good ? n : 0;
    return good;
}

struct report *report_new(const struct report_input *input, struct status *status)
{
    struct report *report = mem_zero(1, sizeof *report, "a report", status);
    if (report == NULL) {
        return NULL;
    }
    report->input = *input;
    if (report->input.k > input->data.table->n_rows) { /* and so says the heading */
        report->input.k = input->data.table->n_rows;
    }
    count_verdicts(report);
    if (!evaluate_lists(report, status) ||
        (input->by_episode && !evaluate_episodes(report, status)) || !efforts(report, status) ||
        !other_ks(report, status) || !judge_queues(report, status) ||
        !report_judge_rules(report, status) ||
        (input->truth != NULL && !judge_truths(report, status))) {
        report_free(report);
        return NULL;
    }
    return report;
}
