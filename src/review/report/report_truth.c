/* The report's part on truth labels. */
#include <inttypes.h>

#include "review/report/report_text.h"

static void put_metrics(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    outfile_printf(
        file,
        "| ranking | found at K = %zu | precision | recall | average precision | the "
        "same, ties averaged | ROC-AUC |\n|---|--:|--:|--:|--:|--:|--:|\n",
        input->k);
    for (size_t i = 0; i < report->n_truths; i++) {
        const struct report_truth *t = &report->truths[i];
        outfile_printf(file, "| ");
        report_put_text(file, t->title);
        outfile_printf(file, " | %s | %s | %s | %s | %s | %s |\n",
                       report_number(t->at.found, 1).text, report_percent(t->at.precision).text,
                       report_percent(t->at.recall).text,
                       report_number(t->metrics.average_precision, 4).text,
                       report_number(t->metrics.average_precision_ties, 4).text,
                       report_number(t->metrics.roc_auc, 3).text);
    }
    outfile_printf(file,
                   "\nThe base rate, the average precision of chance where every row has a "
                   "score, is %.6f. "
                   "\"most X\" is the trivial rule that ranks by that feature alone. ROC-AUC "
                   "is high where nearly all rows are negative; do not read it alone.\n",
                   report->truths[0].metrics.base_rate);
    for (size_t i = 0; i < input->n_lists; i++) {
        if (report->truths[i].metrics.missed > 0) {
            outfile_printf(file,
                           "%s gave no score to %zu of the positive rows: they count as not "
                           "found (ROC-AUC leaves them out).\n",
                           report->truths[i].title, report->truths[i].metrics.missed);
        }
    }
}

static void put_alerts(const struct report *report, struct outfile *file)
{
    const struct report_truth *first = &report->truths[0];
    if (!first->by_day) {
        return;
    }
    outfile_printf(
        file,
        "\n### Alerts a day\n\nThe most anomalous users of each day, by their best "
        "hour: caught of %zu positive user-days, %zu incidents and %zu users (on %zu "
        "days).\n\n| ranking | a day | alerts | user-days | incidents | users |\n"
        "|---|--:|--:|--:|--:|--:|\n",
        first->alerts.positive_user_days, first->alerts.incidents, first->alerts.users,
        first->alerts.days);
    for (size_t i = 0; i < report->input.n_lists; i++) {
        const struct report_truth *t = &report->truths[i];
        for (size_t b = 0; b < ALERT_BUDGETS && t->by_day; b++) {
            if (b > 0 && t->alerts.at[b].alerts == t->alerts.at[b - 1].alerts) {
                break; /* everyone is looked at already */
            }
            outfile_printf(file, "| %s | %zu | %zu | %zu | %zu | %zu |\n", t->title,
                           t->alerts.at[b].per_day, t->alerts.at[b].alerts,
                           t->alerts.at[b].user_days, t->alerts.at[b].incidents,
                           t->alerts.at[b].users);
        }
    }
}

void report_put_truth(const struct report *report, struct outfile *file)
{
    const struct truth *truth = report->input.truth;
    if (truth == NULL || report->n_truths == 0) {
        return;
    }
    char text[512];
    truth_text(truth, text, sizeof text);
    outfile_printf(file, "\n## Truth labels\n\n");
    if (report->input.truth_name != NULL) {
        report_put_text(file, report->input.truth_name);
        outfile_printf(file, ": ");
    }
    outfile_printf(file, "%s.\n\n", text);
    for (size_t i = 0; i < truth->n_problems; i++) {
        outfile_printf(file, "- line %" PRIu64 ": %s\n", truth->problems[i].line,
                       truth->problems[i].reason);
    }
    outfile_printf(file, "%s", truth->n_problems > 0 ? "\n" : "");
    put_metrics(report, file);
    put_alerts(report, file);
    if (truth->form == TRUTH_REDTEAM) {
        outfile_printf(
            file, "\nFor comparison: on the whole LANL log the rule \"the login comes from "
                  "one of the red team's four computers\" finds every one of its logins at a "
                  "precision of 1.46 %%. It needs the names of computers, which user-hours "
                  "do not have.\n");
    }
}
