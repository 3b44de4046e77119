/* The report's part on episodes. */
#include "base/format.h"
#include "base/json.h"
#include "review/report/report_text.h"

static void put_lists(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    outfile_printf(file,
                   "| list | episodes | TP | FP | undecided | open | P@%zu of the decided | "
                   "exact bounds | Wilson 95 %% |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
                   input->k);
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct precision *p = &report->episodes[i].at.at;
        size_t decided = p->tally.tp + p->tally.fp;
        outfile_printf(file, "| %s | %zu | %zu | %zu | %zu | %zu | ", input->lists[i].title,
                       p->k, p->tally.tp, p->tally.fp, p->tally.undecided, p->tally.unreviewed);
        if (decided > 0) {
            outfile_printf(file, "%s (%zu of %zu) | %s | %s |\n",
                           report_percent(p->reviewed).text, p->tally.tp, decided,
                           report_range(p->low, p->high).text,
                           report_range(p->wilson.low, p->wilson.high).text);
        } else {
            outfile_printf(file, "- | %s | - |\n", report_range(p->low, p->high).text);
        }
    }
    for (size_t i = 0, said = 0; i < input->n_lists; i++) {
        const struct precision *p = &report->episodes[i].at.at;
        if (p->tie_first > 0) {
            outfile_printf(file,
                           "%s- %s: the worst scores of episodes %zu to %zu are equal, ordered "
                           "by row\\_id; over all orders of these P@%zu is %s in all.\n",
                           said++ == 0 ? "\n" : "", input->lists[i].title, p->tie_first,
                           p->tie_last, p->k, report_range(p->tie_low, p->tie_high).text);
        }
    }
}

static void put_truth(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    outfile_printf(file,
                   "\nBy the truth labels (an episode is right when one of its user-hours is "
                   "positive; recall is of %s):\n\n"
                   "| list | episodes | user-hours in them | right | precision | incidents | "
                   "recall |\n|---|--:|--:|--:|--:|--:|--:|\n",
                   format_count(input->truth->n_incidents, "incident").text);
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct episode_truth *t = &report->episodes[i].truth;
        double all = (double)input->truth->n_incidents;
        outfile_printf(file, "| %s | %zu | %zu | %zu | %s | %zu | %s |\n",
                       input->lists[i].title, t->episodes, t->rows, t->positive,
                       report_percent((double)t->positive / (double)t->episodes).text,
                       t->incidents, report_percent((double)t->incidents / all).text);
    }
}

void report_put_episodes(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    if (!input->by_episode) {
        return;
    }
    outfile_printf(file,
                   "\n## By episode\n\nAn episode is the user-hours of one account above a "
                   "list's threshold that begin at most %g hours apart. The first %zu of each "
                   "list; one is a true positive when one of its user-hours is, a false one "
                   "when all are.\n\n",
                   input->gap, input->k);
    put_lists(report, file);
    if (input->truth != NULL) {
        put_truth(report, file);
    }
}

static void put_pair(cJSON *object, const char *key, double low, double high)
{
    const double both[2] = {low, high};
    json_numbers(object, key, both, 2);
}

void report_json_episodes(cJSON *root, const struct report *report)
{
    const struct report_input *input = &report->input;
    if (!input->by_episode) {
        return;
    }
    cJSON *object = json_object(root, "episodes");
    json_number(object, "gap_hours", input->gap);
    cJSON *lists = json_array(object, "lists");
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct precision *p = &report->episodes[i].at.at;
        const struct episode_truth *t = &report->episodes[i].truth;
        cJSON *one = json_item(lists);
        json_text(one, "name", input->lists[i].name);
        json_count(one, "k", p->k);
        cJSON *counts = json_object(one, "counts");
        json_count(counts, "tp", p->tally.tp);
        json_count(counts, "fp", p->tally.fp);
        json_count(counts, "undecided", p->tally.undecided);
        json_count(counts, "open", p->tally.unreviewed);
        json_number(one, "precision_of_decided", p->reviewed);
        put_pair(one, "bounds", p->low, p->high);
        put_pair(one, "wilson_95", p->wilson.low, p->wilson.high);
        if (input->truth != NULL) {
            cJSON *truth = json_object(one, "truth");
            json_count(truth, "user_hours", t->rows);
            json_count(truth, "right", t->positive);
            json_count(truth, "incidents", t->incidents);
            json_count(truth, "all_incidents", input->truth->n_incidents);
        }
    }
}
