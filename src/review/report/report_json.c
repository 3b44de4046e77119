/* The report for programs. */
#include "review/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* cJSON's adders take NULL and give NULL, so a lack of memory is seen once, at the end:
 * `failed` in the root's owner. */
static void put_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value)) {
        cJSON_AddNumberToObject(object, key, value);
    } else {
        cJSON_AddNullToObject(object, key);
    }
}

static void put_count(cJSON *object, const char *key, size_t value)
{
    cJSON_AddNumberToObject(object, key, (double)value);
}

static void put_text(cJSON *object, const char *key, const char *text)
{
    char *valid = entry_text(text, strlen(text), NULL);
    if (valid != NULL) {
        cJSON_AddStringToObject(object, key, valid);
    }
    free(valid);
}

static void put_pair(cJSON *object, const char *key, double low, double high)
{
    cJSON *pair = cJSON_AddArrayToObject(object, key);
    const double both[2] = {low, high};
    for (size_t i = 0; i < 2; i++) {
        cJSON_AddItemToArray(pair, isfinite(both[i]) ? cJSON_CreateNumber(both[i])
                                                     : cJSON_CreateNull());
    }
}

static void put_curve(cJSON *object, const char *key, const double *values, size_t n)
{
    cJSON *array = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < n; i++) {
        cJSON_AddItemToArray(array, isfinite(values[i]) ? cJSON_CreateNumber(values[i])
                                                        : cJSON_CreateNull());
    }
}

static cJSON *add_object(cJSON *array)
{
    cJSON *object = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

static void put_tally(cJSON *object, const char *key, const struct tally *tally)
{
    cJSON *inner = cJSON_AddObjectToObject(object, key);
    put_count(inner, "tp", tally->tp);
    put_count(inner, "fp", tally->fp);
    put_count(inner, "undecided", tally->undecided);
    put_count(inner, "open", tally->unreviewed);
}

static void put_units(cJSON *object, const char *key, const struct unit_precision *units)
{
    cJSON *inner = cJSON_AddObjectToObject(object, key);
    put_count(inner, "distinct", units->units);
    put_count(inner, "tp", units->tp);
    put_count(inner, "fp", units->fp);
    put_count(inner, "open", units->open);
    put_number(inner, "precision_of_decided", units->reviewed);
    put_pair(inner, "bounds", units->low, units->high);
}

static void put_list(cJSON *array, const struct evaluated *list, const struct evaluation *e)
{
    const struct precision *p = &e->at;
    cJSON *object = add_object(array);
    put_text(object, "name", list->name);
    put_text(object, "title", list->title);
    put_count(object, "k", p->k);
    put_tally(object, "counts", &p->tally);
    put_number(object, "precision_of_decided", p->reviewed);
    put_number(object, "false_positive_share", p->false_share);
    put_pair(object, "bounds", p->low, p->high);
    put_pair(object, "undecided_as_fp_tp", p->undecided_low, p->undecided_high);
    put_pair(object, "wilson_95", p->wilson.low, p->wilson.high);
    put_pair(object, "clopper_pearson_95", p->clopper_pearson.low, p->clopper_pearson.high);
    if (p->tie_first > 0) {
        cJSON *tie = cJSON_AddObjectToObject(object, "tie");
        put_count(tie, "first_rank", p->tie_first);
        put_count(tie, "last_rank", p->tie_last);
        put_count(tie, "taken", p->tie_slots);
        put_tally(tie, "counts", &p->tie);
        put_number(tie, "precision_of_decided", p->tie_reviewed);
        put_pair(tie, "bounds", p->tie_low, p->tie_high);
    }
    if (e->by_user) {
        put_units(object, "users", &e->users);
    }
    if (e->by_day) {
        put_units(object, "user_days", &e->user_days);
    }
    cJSON *curve = cJSON_AddObjectToObject(object, "curve");
    put_curve(curve, "precision_of_decided", e->reviewed, e->k);
    put_curve(curve, "low", e->low, e->k);
    put_curve(curve, "high", e->high, e->k);
}

static void put_comparisons(cJSON *array, const struct report *report)
{
    for (size_t i = 0; i < report->input.n_lists; i++) {
        for (size_t j = i + 1; j < report->input.n_lists; j++) {
            const struct comparison *c = &report->pairs[i][j];
            cJSON *object = add_object(array);
            put_text(object, "a", report->input.lists[i].name);
            put_text(object, "b", report->input.lists[j].name);
            put_count(object, "shared", c->shared);
            put_tally(object, "only_a", &c->only_a);
            put_tally(object, "only_b", &c->only_b);
            put_number(object, "mcnemar_p", c->p);
            put_number(object, "difference", c->difference);
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
            cJSON *object = add_object(array);
            put_text(object, "a", history_reviewer(history, i));
            put_text(object, "b", history_reviewer(history, j));
            put_count(object, "rows", a.n);
            put_number(object, "equal", a.observed);
            put_number(object, "by_chance", a.expected);
            put_number(object, "kappa", a.kappa);
            put_number(object, "error", a.error);
            put_pair(object, "kappa_95", a.interval.low, a.interval.high);
        }
    }
}

static void put_review(cJSON *root, const struct report *report)
{
    const struct history *history = report->input.history;
    cJSON *object = cJSON_AddObjectToObject(root, "review");
    put_tally(object, "judged", &report->all);
    put_count(object, "disputed", report->disputed);
    put_count(object, "rows_of_another_table", report->input.mismatches);
    cJSON *reviewers = cJSON_AddArrayToObject(object, "reviewers");
    for (size_t i = 0; i < history_reviewers(history); i++) {
        cJSON *one = add_object(reviewers);
        put_text(one, "name", history_reviewer(history, i));
        put_count(one, "verdicts", report->by_reviewer[i].verdicts);
        put_count(one, "blind", report->by_reviewer[i].blind);
        put_number(one, "hours", report->by_reviewer[i].hours);
    }
    if (report->input.reviewer != HISTORY_EVERYONE) {
        put_text(object, "verdicts_of", history_reviewer(history, report->input.reviewer));
    }
    put_count(object, "verdicts_given", report->effort.verdicts);
    put_count(object, "verdicts_blind", report->effort.blind);
    put_count(object, "verdicts_timed", report->effort.timed);
    put_number(object, "hours", report->effort.hours);
    put_number(object, "seconds_per_verdict", report->effort.pace);
    cJSON *more = cJSON_AddArrayToObject(object, "other_k");
    for (size_t i = 0; i < report->n_ks; i++) {
        cJSON *one = add_object(more);
        put_count(one, "k", report->more[i].k);
        put_count(one, "distinct", report->more[i].distinct);
        put_count(one, "open", report->more[i].left);
        put_number(one, "hours", report->more[i].hours);
    }
}

static void put_queue(cJSON *array, const struct report_queue *queue)
{
    cJSON *object = add_object(array);
    put_text(object, "label", queue->label);
    put_count(object, "verdicts", queue->verdicts);
    cJSON_AddBoolToObject(object, "made_again", queue->remade);
    put_count(object, "verdicts_outside", queue->strays);
    if (tally_total(&queue->controls) > 0) {
        put_tally(object, "controls", &queue->controls);
        put_pair(object, "controls_clopper_pearson_95", queue->controls_exact.low,
                 queue->controls_exact.high);
    }
    if (queue->n_strata == 0) {
        return;
    }
    cJSON *strata = cJSON_AddArrayToObject(object, "strata");
    for (size_t i = 0; i < queue->n_strata; i++) {
        cJSON *one = add_object(strata);
        put_count(one, "last_rank", queue->specs[i].last);
        put_count(one, "rows", queue->strata[i].rows);
        put_tally(one, "sample", &queue->strata[i].sample);
    }
    const struct stratified *s = &queue->estimate;
    cJSON *estimate = cJSON_AddObjectToObject(object, "estimate");
    put_number(estimate, "precision", s->estimate);
    put_number(estimate, "error", s->error);
    put_pair(estimate, "interval_95", s->interval.low, s->interval.high);
    put_pair(estimate, "guaranteed_95", s->exact.low, s->exact.high);
    put_pair(estimate, "bounds", s->low, s->high);
}

static void put_alerts(cJSON *object, const struct alerts *alerts)
{
    cJSON *inner = cJSON_AddObjectToObject(object, "alerts");
    put_count(inner, "days", alerts->days);
    put_count(inner, "positive_user_days", alerts->positive_user_days);
    put_count(inner, "incidents", alerts->incidents);
    put_count(inner, "users", alerts->users);
    cJSON *budgets = cJSON_AddArrayToObject(inner, "per_day");
    for (size_t i = 0; i < ALERT_BUDGETS; i++) {
        cJSON *one = add_object(budgets);
        put_count(one, "per_day", alerts->at[i].per_day);
        put_count(one, "alerts", alerts->at[i].alerts);
        put_count(one, "user_days", alerts->at[i].user_days);
        put_count(one, "incidents", alerts->at[i].incidents);
        put_count(one, "users", alerts->at[i].users);
    }
}

static void put_truth(cJSON *root, const struct report *report)
{
    const struct truth *truth = report->input.truth;
    cJSON *object = cJSON_AddObjectToObject(root, "truth");
    if (report->input.truth_name != NULL) {
        put_text(object, "file", report->input.truth_name);
    }
    put_count(object, "lines", truth->lines);
    put_count(object, "matched", truth->matched);
    put_count(object, "duplicate", truth->duplicate);
    put_count(object, "unreadable", truth->unreadable);
    put_count(object, "unknown_user", truth->unknown_user);
    put_count(object, "unknown_hour", truth->unknown_hour);
    put_count(object, "unknown_row", truth->unknown_row);
    put_count(object, "positive_rows", truth->n_positive);
    put_count(object, "incidents", truth->n_incidents);
    cJSON *rankings = cJSON_AddArrayToObject(object, "rankings");
    for (size_t i = 0; i < report->n_truths; i++) {
        const struct report_truth *t = &report->truths[i];
        cJSON *one = add_object(rankings);
        put_text(one, "name", t->name);
        cJSON_AddBoolToObject(one, "trivial", i >= report->input.n_lists);
        put_count(one, "ranked_rows", t->metrics.rows);
        put_count(one, "positives_not_scored", t->metrics.missed);
        put_number(one, "base_rate", t->metrics.base_rate);
        put_count(one, "k", t->at.k);
        put_number(one, "found_at_k", t->at.found);
        put_number(one, "precision_at_k", t->at.precision);
        put_number(one, "recall_at_k", t->at.recall);
        put_number(one, "average_precision", t->metrics.average_precision);
        put_number(one, "average_precision_ties_averaged", t->metrics.average_precision_ties);
        put_number(one, "roc_auc", t->metrics.roc_auc);
        if (t->by_day) {
            put_alerts(one, &t->alerts);
        }
    }
}

static void put_ranks(cJSON *object, const struct report_input *input, uint32_t row)
{
    cJSON *ranks = cJSON_AddObjectToObject(object, "rank");
    for (size_t i = 0; i < input->n_lists; i++) {
        size_t rank = ranking_rank_of(input->lists[i].ranking, input->data.index,
                                      input->data.table->row_profile, row);
        put_number(ranks, input->lists[i].name, rank > 0 ? (double)rank : NAN);
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
        cJSON *object = add_object(array);
        put_count(object, "row_id", row->row);
        for (size_t j = 0; j < 2; j++) {
            if (ids[j] != NULL) {
                struct span span = dict_get(dicts[j], ids[j][row->row]);
                char *copy = mem_text(span.bytes, span.length, NULL);
                put_text(object, names[j], copy != NULL ? copy : "");
                free(copy);
            }
        }
        put_ranks(object, input, row->row);
        put_text(object, "verdict", verdict_name((enum verdict)row->verdict));
        cJSON_AddBoolToObject(object, "disputed", row->disputed);
        if (row->note != NULL) {
            put_text(object, "note", row->note);
        }
        if (input->sentence != NULL &&
            input->sentence(input->context, row->row, text, sizeof text)) {
            put_text(object, "why", text);
        }
    }
}

cJSON *report_json(const struct report *report, struct status *status)
{
    cJSON *root = cJSON_CreateObject();
    put_count(root, "k", report->input.k);
    put_review(root, report);
    cJSON *lists = cJSON_AddArrayToObject(root, "lists");
    for (size_t i = 0; i < report->input.n_lists; i++) {
        put_list(lists, &report->input.lists[i], &report->at[i]);
    }
    put_comparisons(cJSON_AddArrayToObject(root, "comparisons"), report);
    put_agreements(cJSON_AddArrayToObject(root, "agreement"), report->input.history);
    cJSON *queues = cJSON_AddArrayToObject(root, "queues");
    for (size_t i = 0; i < report->n_queues; i++) {
        put_queue(queues, &report->queues[i]);
    }
    if (report->input.truth != NULL) {
        put_truth(root, report);
    }
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
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
