/* The report for programs. */
#include "review/report/report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void put_pair(cJSON *object, const char *key, double low, double high)
{
    const double both[2] = {low, high};
    json_numbers(object, key, both, 2);
}

static void put_tally(cJSON *object, const char *key, const struct tally *tally)
{
    cJSON *inner = json_object(object, key);
    json_count(inner, "tp", tally->tp);
    json_count(inner, "fp", tally->fp);
    json_count(inner, "undecided", tally->undecided);
    json_count(inner, "open", tally->unreviewed);
}

static void put_units(cJSON *object, const char *key, const struct unit_precision *units)
{
    cJSON *inner = json_object(object, key);
    json_count(inner, "distinct", units->units);
    json_count(inner, "tp", units->tp);
    json_count(inner, "fp", units->fp);
    json_count(inner, "open", units->open);
    json_number(inner, "precision_of_decided", units->reviewed);
    put_pair(inner, "bounds", units->low, units->high);
}

static void put_list(cJSON *array, const struct evaluated *list, const struct evaluation *e)
{
    const struct precision *p = &e->at;
    cJSON *object = json_item(array);
    json_text(object, "name", list->name);
    json_text(object, "title", list->title);
    json_count(object, "k", p->k);
    put_tally(object, "counts", &p->tally);
    json_number(object, "precision_of_decided", p->reviewed);
    json_number(object, "false_positive_share", p->false_share);
    put_pair(object, "bounds", p->low, p->high);
    put_pair(object, "undecided_as_fp_tp", p->undecided_low, p->undecided_high);
    put_pair(object, "wilson_95", p->wilson.low, p->wilson.high);
    put_pair(object, "clopper_pearson_95", p->clopper_pearson.low, p->clopper_pearson.high);
    if (p->tie_first > 0) {
        cJSON *tie = json_object(object, "tie");
        json_count(tie, "first_rank", p->tie_first);
        json_count(tie, "last_rank", p->tie_last);
        json_count(tie, "taken", p->tie_slots);
        put_tally(tie, "counts", &p->tie);
        json_number(tie, "precision_of_decided", p->tie_reviewed);
        put_pair(tie, "bounds", p->tie_low, p->tie_high);
    }
    if (e->by_user) {
        put_units(object, "users", &e->users);
    }
    if (e->by_day) {
        put_units(object, "user_days", &e->user_days);
    }
    cJSON *curve = json_object(object, "curve");
    json_numbers(curve, "precision_of_decided", e->reviewed, e->k);
    json_numbers(curve, "low", e->low, e->k);
    json_numbers(curve, "high", e->high, e->k);
}

static void put_comparisons(cJSON *array, const struct report *report)
{
    for (size_t i = 0; i < report->input.n_lists; i++) {
        for (size_t j = i + 1; j < report->input.n_lists; j++) {
            const struct comparison *c = &report->pairs[i][j];
            cJSON *object = json_item(array);
            json_text(object, "a", report->input.lists[i].name);
            json_text(object, "b", report->input.lists[j].name);
            json_count(object, "shared", c->shared);
            put_tally(object, "only_a", &c->only_a);
            put_tally(object, "only_b", &c->only_b);
            json_number(object, "mcnemar_p", c->p);
            json_number(object, "difference", c->difference);
            put_pair(object, "difference_bounds", c->difference_low, c->difference_high);
        }
    }
}

static void put_agreements(cJSON *array, const struct history *history)
{
    for (size_t i = 0; i < history_reviewers(history); i++) {
        for (size_t j = i; j < history_reviewers(history); j++) {
            struct agreement a =
                i == j ? history_self_agreement(history, i) : history_agreement(history, i, j);
            if (a.n == 0) {
                continue;
            }
            cJSON *object = json_item(array);
            json_text(object, "a", history_reviewer(history, i));
            json_text(object, "b", history_reviewer(history, j));
            json_count(object, "rows", a.n);
            json_number(object, "equal", a.observed);
            json_number(object, "by_chance", a.expected);
            json_number(object, "kappa", a.kappa);
            json_number(object, "error", a.error);
            put_pair(object, "kappa_95", a.interval.low, a.interval.high);
        }
    }
}

static void put_review(cJSON *root, const struct report *report)
{
    const struct history *history = report->input.history;
    cJSON *object = json_object(root, "review");
    put_tally(object, "judged", &report->all);
    json_count(object, "disputed", report->disputed);
    json_count(object, "rows_of_another_table", report->input.mismatches);
    cJSON *reviewers = json_array(object, "reviewers");
    for (size_t i = 0; i < history_reviewers(history); i++) {
        cJSON *one = json_item(reviewers);
        json_text(one, "name", history_reviewer(history, i));
        json_count(one, "verdicts", report->by_reviewer[i].verdicts);
        json_count(one, "blind", report->by_reviewer[i].blind);
        json_number(one, "hours", report->by_reviewer[i].hours);
    }
    if (report->input.reviewer != HISTORY_EVERYONE) {
        json_text(object, "verdicts_of", history_reviewer(history, report->input.reviewer));
    }
    json_count(object, "verdicts_given", report->effort.verdicts);
    json_count(object, "verdicts_blind", report->effort.blind);
    json_count(object, "verdicts_timed", report->effort.timed);
    json_number(object, "hours", report->effort.hours);
    json_number(object, "seconds_per_verdict", report->effort.pace);
    cJSON *more = json_array(object, "other_k");
    for (size_t i = 0; i < report->n_ks; i++) {
        cJSON *one = json_item(more);
        json_count(one, "k", report->more[i].k);
        json_count(one, "distinct", report->more[i].distinct);
        json_count(one, "open", report->more[i].left);
        json_number(one, "hours", report->more[i].hours);
    }
}

static void put_queue(cJSON *array, const struct report_queue *queue)
{
    cJSON *object = json_item(array);
    json_text(object, "label", queue->label);
    json_count(object, "verdicts", queue->verdicts);
    json_bool(object, "made_again", queue->remade);
    json_count(object, "verdicts_outside", queue->strays);
    if (tally_total(&queue->controls) > 0) {
        put_tally(object, "controls", &queue->controls);
        put_pair(object, "controls_clopper_pearson_95", queue->controls_exact.low,
                 queue->controls_exact.high);
    }
    if (queue->n_strata == 0) {
        return;
    }
    cJSON *strata = json_array(object, "strata");
    for (size_t i = 0; i < queue->n_strata; i++) {
        cJSON *one = json_item(strata);
        json_count(one, "last_rank", queue->specs[i].last);
        json_count(one, "rows", queue->strata[i].rows);
        put_tally(one, "sample", &queue->strata[i].sample);
    }
    const struct stratified *s = &queue->estimate;
    cJSON *estimate = json_object(object, "estimate");
    json_number(estimate, "precision", s->estimate);
    json_number(estimate, "error", s->error);
    put_pair(estimate, "interval_95", s->interval.low, s->interval.high);
    put_pair(estimate, "guaranteed_95", s->exact.low, s->exact.high);
    put_pair(estimate, "bounds", s->low, s->high);
}

static void put_alerts(cJSON *object, const struct alerts *alerts)
{
    cJSON *inner = json_object(object, "alerts");
    json_count(inner, "days", alerts->days);
    json_count(inner, "positive_user_days", alerts->positive_user_days);
    json_count(inner, "incidents", alerts->incidents);
    json_count(inner, "users", alerts->users);
    cJSON *budgets = json_array(inner, "per_day");
    for (size_t i = 0; i < ALERT_BUDGETS; i++) {
        cJSON *one = json_item(budgets);
        json_count(one, "per_day", alerts->at[i].per_day);
        json_count(one, "alerts", alerts->at[i].alerts);
        json_count(one, "user_days", alerts->at[i].user_days);
        json_count(one, "incidents", alerts->at[i].incidents);
        json_count(one, "users", alerts->at[i].users);
    }
}

static void put_truth(cJSON *root, const struct report *report)
{
    const struct truth *truth = report->input.truth;
    cJSON *object = json_object(root, "truth");
    if (report->input.truth_name != NULL) {
        json_text(object, "file", report->input.truth_name);
    }
    json_count(object, "lines", truth->lines);
    if (truth->has_labels) {
        json_count(object, "positive_lines", truth->positive_lines);
        json_count(object, "negative_lines", truth->negative_lines);
        json_count(object, "contradicted", truth->contradicted);
    }
    json_count(object, "matched", truth->matched);
    json_count(object, "duplicate", truth->duplicate);
    json_count(object, "unreadable", truth->unreadable);
    json_count(object, "unknown_user", truth->unknown_user);
    json_count(object, "unknown_hour", truth->unknown_hour);
    json_count(object, "unknown_row", truth->unknown_row);
    json_count(object, "positive_rows", truth->n_positive);
    json_count(object, "incidents", truth->n_incidents);
    cJSON *rankings = json_array(object, "rankings");
    for (size_t i = 0; i < report->n_truths; i++) {
        const struct report_truth *t = &report->truths[i];
        cJSON *one = json_item(rankings);
        json_text(one, "name", t->name);
        json_bool(one, "trivial", i >= report->input.n_lists);
        json_count(one, "ranked_rows", t->metrics.rows);
        json_count(one, "positives_not_scored", t->metrics.missed);
        json_number(one, "base_rate", t->metrics.base_rate);
        json_count(one, "k", t->at.k);
        json_number(one, "found_at_k", t->at.found);
        json_number(one, "precision_at_k", t->at.precision);
        json_number(one, "recall_at_k", t->at.recall);
        json_number(one, "average_precision", t->metrics.average_precision);
        json_number(one, "average_precision_ties_averaged", t->metrics.average_precision_ties);
        json_number(one, "roc_auc", t->metrics.roc_auc);
        if (t->by_day) {
            put_alerts(one, &t->alerts);
        }
    }
}

static void put_ranks(cJSON *object, const struct report_input *input, uint32_t row)
{
    cJSON *ranks = json_object(object, "rank");
    for (size_t i = 0; i < input->n_lists; i++) {
        size_t rank = ranking_rank_of(input->lists[i].ranking, input->data.index,
                                      input->data.table->row_profile, row);
        json_number(ranks, input->lists[i].name, rank > 0 ? (double)rank : NAN);
    }
}

static void put_rows(cJSON *array, const struct report *report)
{
    const struct report_input *input = &report->input;
    const struct table *table = input->data.table;
    const struct verdict_set *set = input->data.verdicts;
    for (size_t i = 0; set != NULL && i < set->n && !progress_cancelled(input->progress); i++) {
        const struct verdict_row *row = &set->rows[i];
        const struct dict *dicts[2] = {table->times, table->users};
        const uint32_t *ids[2] = {table->row_time, table->row_user};
        static const char *const names[2] = {"dt", "src_user"};
        char text[1024];
        cJSON *object = json_item(array);
        json_count(object, "row_id", row->row);
        for (size_t j = 0; j < 2; j++) {
            if (ids[j] != NULL) {
                struct span span = dict_get(dicts[j], ids[j][row->row]);
                json_bytes(object, names[j], span.bytes, span.length);
            }
        }
        put_ranks(object, input, row->row);
        json_text(object, "verdict", verdict_name((enum verdict)row->verdict));
        json_bool(object, "disputed", row->disputed);
        if (row->reason != NULL) {
            json_text(object, "reason", report_shown(input, row->reason));
        }
        if (row->note != NULL) {
            json_text(object, "note", report_shown(input, row->note));
        }
        if (input->sentence != NULL &&
            input->sentence(input->context, row->row, text, sizeof text)) {
            json_text(object, "why", text);
        }
    }
}

cJSON *report_json(const struct report *report, struct status *status)
{
    cJSON *root = cJSON_CreateObject();
    json_count(root, "k", report->input.k);
    put_review(root, report);
    cJSON *lists = json_array(root, "lists");
    for (size_t i = 0; i < report->input.n_lists; i++) {
        put_list(lists, &report->input.lists[i], &report->at[i]);
    }
    report_json_episodes(root, report);
    report_json_rules(root, report);
    put_comparisons(json_array(root, "comparisons"), report);
    put_agreements(json_array(root, "agreement"), report->input.history);
    cJSON *queues = json_array(root, "queues");
    for (size_t i = 0; i < report->n_queues; i++) {
        put_queue(queues, &report->queues[i]);
    }
    if (report->input.truth != NULL) {
        put_truth(root, report);
    }
    cJSON *rows = json_array(root, "rows");
    put_rows(rows, report);
    /* Rows come last: when they are there, memory did not run out before. */
    size_t wanted = report->input.data.verdicts != NULL ? report->input.data.verdicts->n : 0;
    if (progress_cancelled(report->input.progress)) {
        cJSON_Delete(root);
        status_cancelled(status);
        return NULL;
    }
    if (rows == NULL || (size_t)cJSON_GetArraySize(rows) != wanted) {
        cJSON_Delete(root);
        status_nomem(status, 0, "the report");
        return NULL;
    }
    return root;
}
