/* What rules (known good) hide, and Precision@K of the lists without that: the first K rows of
 * each that are not hidden. The other numbers of a report are of all rows. */
#include <math.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/json.h"
#include "base/mem.h"
#include "review/report/report_text.h"

enum { WINDOW = 1024 };

static bool hides(const struct rule_hides *rules, uint32_t row)
{
    return rules->rows > 0 && (rules->bits[row / 64] >> (row % 64) & 1) != 0;
}

/* The verdicts on the first K rows that are not hidden; `*hidden` are those above the last. */
static bool judge_list(const struct report_input *input, const struct ranking *ranking,
                       struct report_shown *shown, struct status *status)
{
    const struct verdict_set *verdicts = input->data.verdicts;
    size_t n = 0, scored = ranking->scored_rows;
    size_t k = input->k < scored ? input->k : scored;
    uint32_t rows[WINDOW];
    unsigned char *verdict = mem_new(k, sizeof *verdict, "an evaluation", status);
    bool good = verdict != NULL;
    for (size_t from = 0; good && n < k && from < scored;) {
        size_t want = scored - from < WINDOW ? scored - from : WINDOW;
        good = ranking_rows(ranking, input->data.index, from + 1, want, rows, status) == want;
        for (size_t i = 0; good && i < want && n < k; i++) {
            const struct verdict_row *found = verdict_set_find(verdicts, rows[i]);
            if (hides(input->rules, rows[i])) {
                shown->hidden++;
                shown->hidden_tp += found != NULL && found->verdict == VERDICT_TP;
                continue;
            }
            verdict[n++] = (unsigned char)(found != NULL ? found->verdict : VERDICT_NONE);
        }
        from += want;
    }
    if (good) {
        const struct ranked_list list = {.n = n, .verdict = verdict};
        shown->at = precision_at(&list, n);
    }
    free(verdict);
    return good;
}

bool report_judge_rules(struct report *report, struct status *status)
{
    const struct report_input *input = &report->input;
    bool good = true;
    for (size_t i = 0; good && input->rules != NULL && i < input->n_lists; i++) {
        good = judge_list(input, input->lists[i].ranking, &report->shown[i], status);
    }
    return good;
}

/* ---- for people ---- */

static void put_rule(const struct report_input *input, size_t i, struct outfile *file)
{
    const struct rule_hides *rules = input->rules;
    const struct rule *rule = &rules->rules[i];
    const struct rule_hidden *hidden = &rules->hidden[i];
    outfile_printf(file, "- ");
    report_put_text(file, report_shown(input, rule->filter));
    outfile_printf(file, ": ");
    report_put_text(file, report_shown(input, rule->reason));
    outfile_printf(file, " (");
    report_put_text(file, rule->author);
    outfile_printf(file, "). ");
    if (hidden->problem[0] != '\0') {
        outfile_printf(file, "It hides nothing here: ");
        report_put_text(file, report_shown(input, hidden->problem));
        outfile_printf(file, ".\n");
        return;
    }
    outfile_printf(file, "It hides %s.", format_count(hidden->rows, "user-hour").text);
    if (hidden->let_pass > 0) {
        outfile_printf(file, " %s odder than what it was made for, so not hidden.",
                       hidden->let_pass == 1 ? "1 more is"
                                             : format_grouped(hidden->let_pass).text);
    }
    outfile_printf(file, "\n");
}

void report_put_rules(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    const struct rule_hides *rules = input->rules;
    if (rules == NULL) {
        return;
    }
    char said[120];
    rule_hides_say(rules, said, sizeof said);
    outfile_printf(file, "\n## Rules\n\n%s.\n\n", said[0] != '\0' ? said : "No rule holds");
    for (size_t i = 0; i < rules->n; i++) {
        if (rule_holds(&rules->rules[i], input->now_ms)) {
            put_rule(input, i, file);
        }
    }
    if (rules->rows == 0) {
        return;
    }
    outfile_printf(
        file,
        "\nThe first %zu of each list that are not hidden; all other numbers of this "
        "report are of all user-hours.\n\n"
        "| list | TP | FP | undecided | open | P@%zu of the decided | exact bounds | "
        "with the hidden ones | hidden above | of them TP |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        input->k, input->k);
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct report_shown *shown = &report->shown[i];
        const struct precision *p = &shown->at, *all = &report->at[i].at;
        outfile_printf(file, "| %s | %zu | %zu | %zu | %zu | %s | %s | ", input->lists[i].title,
                       p->tally.tp, p->tally.fp, p->tally.undecided, p->tally.unreviewed,
                       isnan(p->reviewed) ? "-" : report_percent(p->reviewed).text,
                       report_range(p->low, p->high).text);
        outfile_printf(file, "%s | %zu | %zu |\n",
                       isnan(all->reviewed) ? "-" : report_percent(all->reviewed).text,
                       shown->hidden, shown->hidden_tp);
    }
}

/* ---- for programs ---- */

void report_json_rules(cJSON *root, const struct report *report)
{
    const struct report_input *input = &report->input;
    const struct rule_hides *rules = input->rules;
    if (rules == NULL) {
        return;
    }
    cJSON *object = json_object(root, "rules");
    json_count(object, "hidden", (size_t)rules->rows);
    cJSON *list = json_array(object, "holding");
    for (size_t i = 0; i < rules->n; i++) {
        const struct rule *rule = &rules->rules[i];
        if (rule_holds(rule, input->now_ms)) {
            cJSON *one = json_item(list);
            json_text(one, "uid", rule->uid);
            json_text(one, "filter", report_shown(input, rule->filter));
            json_text(one, "reason", report_shown(input, rule->reason));
            json_text(one, "author", rule->author);
            json_text(one, "scope", rule->scope);
            json_count(one, "hidden", (size_t)rules->hidden[i].rows);
            json_count(one, "odder", (size_t)rules->hidden[i].let_pass);
            if (rules->hidden[i].problem[0] != '\0') {
                json_text(one, "problem", report_shown(input, rules->hidden[i].problem));
            }
        }
    }
    cJSON *lists = json_array(object, "lists");
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct report_shown *shown = &report->shown[i];
        cJSON *one = json_item(lists);
        json_text(one, "name", input->lists[i].name);
        json_count(one, "k", shown->at.k);
        json_count(one, "tp", shown->at.tally.tp);
        json_count(one, "fp", shown->at.tally.fp);
        json_count(one, "undecided", shown->at.tally.undecided);
        json_count(one, "open", shown->at.tally.unreviewed);
        json_number(one, "precision_of_decided", shown->at.reviewed);
        const double bounds[2] = {shown->at.low, shown->at.high};
        json_numbers(one, "bounds", bounds, 2);
        json_count(one, "hidden", shown->hidden);
        json_count(one, "hidden_tp", shown->hidden_tp);
    }
}
