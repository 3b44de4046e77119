/* The report for people. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "review/report/report_text.h"

/* -- sections -- */

static void put_who(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    const struct history *history = input->history;
    const struct effort *effort = &report->effort;
    size_t judged = report->all.tp + report->all.fp + report->all.undecided;
    outfile_printf(file, "## Review\n\n%s judged: %s, %s, %zu undecided",
                   format_count(judged, "user-hour").text,
                   format_count(report->all.tp, "true positive").text,
                   format_count(report->all.fp, "false positive").text, report->all.undecided);
    if (report->disputed > 0) {
        outfile_printf(file, " (on %zu of these the reviewers differ: they count as undecided)",
                       report->disputed);
    }
    outfile_printf(file, ". Reviewers: ");
    for (size_t i = 0; i < history_reviewers(history); i++) {
        outfile_printf(file, "%s", i > 0 ? ", " : "");
        report_put_text(file, history_reviewer(history, i));
        const struct effort *own = &report->by_reviewer[i];
        outfile_printf(file, " (%s, %zu blind", format_count(own->verdicts, "verdict").text,
                       own->blind);
        if (own->timed > 0) {
            outfile_printf(file, ", %s", report_hours(own->hours).text);
        }
        outfile_printf(file, ")");
    }
    outfile_printf(file, "%s.", history_reviewers(history) == 0 ? "none yet" : "");
    if (input->reviewer != HISTORY_EVERYONE) {
        outfile_printf(file, " These numbers are of the verdicts of ");
        report_put_text(file, history_reviewer(history, input->reviewer));
        outfile_printf(file, ".");
    }
    outfile_printf(file, "\n\n%s %s given, %zu of them blind (score, rank and detector hidden)",
                   format_count(effort->verdicts, "verdict").text,
                   effort->verdicts == 1 ? "was" : "were", effort->blind);
    if (effort->timed > 0) {
        outfile_printf(file, "; %s for the %zu that were timed, %s seconds each",
                       report_hours(effort->hours).text, effort->timed,
                       report_number(effort->pace, 1).text);
    }
    outfile_printf(file, ".\n\n");
    if (input->mismatches > 0) {
        outfile_printf(file,
                       "%zu recorded rows are not the rows of this table, although the "
                       "file's bytes are the same: they are left out.\n\n",
                       input->mismatches);
    }
}

static void put_precision(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    outfile_printf(
        file,
        "## Precision@%zu\n\n"
        "| list | TP | FP | undecided | open | P@%zu of the decided | exact bounds | "
        "Wilson 95 %% | Clopper-Pearson 95 %% | undecided as FP, TP | FP share |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        input->k, input->k);
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct precision *p = &report->at[i].at;
        size_t decided = p->tally.tp + p->tally.fp;
        outfile_printf(file, "| %s | %zu | %zu | %zu | %zu | ", input->lists[i].title,
                       p->tally.tp, p->tally.fp, p->tally.undecided, p->tally.unreviewed);
        if (decided > 0) {
            outfile_printf(file, "%s (%zu of %zu) | ", report_percent(p->reviewed).text,
                           p->tally.tp, decided);
        } else {
            outfile_printf(file, "- | ");
        }
        outfile_printf(file, "%s | %s | %s | %s | %s |\n", report_range(p->low, p->high).text,
                       decided > 0 ? report_range(p->wilson.low, p->wilson.high).text : "-",
                       decided > 0
                           ? report_range(p->clopper_pearson.low, p->clopper_pearson.high).text
                           : "-",
                       report_range(p->undecided_low, p->undecided_high).text,
                       report_percent(p->false_share).text);
    }
    bool open = false;
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct tally *tally = &report->at[i].at.tally;
        open = open || (tally->unreviewed > 0 && tally->tp + tally->fp > 0);
    }
    outfile_printf(file,
                   "\nExact bounds: what is open or undecided taken as all false and as all "
                   "true positives. The 95 %% intervals speak of lists of this kind%s.\n\n",
                   open ? "; where rows are open they take the decided ones for a random part "
                          "of the list, which the first ranks are not"
                        : "");
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct precision *p = &report->at[i].at;
        char text[160];
        if (p->k < input->k) {
            outfile_printf(file, "- %s ranks only %s: its numbers are of these.\n",
                           input->lists[i].title, format_count(p->k, "row").text);
        }
        if (precision_tie_text(p, text, sizeof text)) {
            outfile_printf(file,
                           "- %s: %s, ordered by row\\_id; over all orders of these P@%zu is "
                           "%s%s%s in all.\n",
                           input->lists[i].title, text, p->k,
                           isnan(p->tie_reviewed) ? "" : report_percent(p->tie_reviewed).text,
                           isnan(p->tie_reviewed) ? "" : " of the decided, ",
                           report_range(p->tie_low, p->tie_high).text);
        }
    }
}

static void put_units(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    if (input->n_lists == 0 || !report->at[0].by_user) {
        return;
    }
    outfile_printf(
        file,
        "\n### By user-day and by user\n\nA user (a user's day) among the first %zu "
        "rows is a true positive when one of its rows is.\n\n"
        "| list | unit | distinct | TP | FP | open | of the decided | exact bounds |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|\n",
        input->k);
    for (size_t i = 0; i < input->n_lists; i++) {
        const struct evaluation *e = &report->at[i];
        const struct unit_precision *units[2] = {e->by_day ? &e->user_days : NULL, &e->users};
        static const char *const names[2] = {"user-day", "user"};
        for (size_t j = 0; j < 2; j++) {
            if (units[j] != NULL) {
                outfile_printf(file, "| %s | %s | %zu | %zu | %zu | %zu | %s | %s |\n",
                               input->lists[i].title, names[j], units[j]->units, units[j]->tp,
                               units[j]->fp, units[j]->open,
                               report_percent(units[j]->reviewed).text,
                               report_range(units[j]->low, units[j]->high).text);
            }
        }
    }
}

static void put_curve(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    static const size_t steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
    outfile_printf(file, "\n### P@k of the decided, and exact bounds (ties averaged)\n\n| k |");
    for (size_t i = 0; i < input->n_lists; i++) {
        outfile_printf(file, " %s |", input->lists[i].title);
    }
    outfile_printf(file, "\n|--:|");
    for (size_t i = 0; i < input->n_lists; i++) {
        outfile_printf(file, "--:|");
    }
    for (size_t s = 0; s < sizeof steps / sizeof *steps && steps[s] <= input->k; s++) {
        outfile_printf(file, "\n| %zu |", steps[s]);
        for (size_t i = 0; i < input->n_lists; i++) {
            const struct evaluation *e = &report->at[i];
            size_t at = steps[s] - 1;
            if (at < e->k) {
                outfile_printf(file, " %s (%s) |", report_percent(e->reviewed[at]).text,
                               report_range(e->low[at], e->high[at]).text);
            } else {
                outfile_printf(file, " - |");
            }
        }
    }
    outfile_printf(file, "\n");
}

static void put_comparisons(const struct report *report, struct outfile *file)
{
    const struct report_input *input = &report->input;
    if (input->n_lists < 2) {
        return;
    }
    outfile_printf(
        file,
        "\n## Detectors compared\n\nOn shared verdicts at the same K only the true "
        "positives that one of two lists alone has make a difference; McNemar's exact "
        "test.\n\n"
        "| A | B | in both | TP only in A | TP only in B | p | P@%zu of A minus B |\n"
        "|---|---|--:|--:|--:|--:|--:|\n",
        input->k);
    for (size_t i = 0; i < input->n_lists; i++) {
        for (size_t j = i + 1; j < input->n_lists; j++) {
            const struct comparison *c = &report->pairs[i][j];
            outfile_printf(file, "| %s | %s | %zu | %zu | %zu | %.3g | ", input->lists[i].title,
                           input->lists[j].title, c->shared, c->only_a.tp, c->only_b.tp, c->p);
            if (isnan(c->difference)) {
                outfile_printf(file, "%s |\n",
                               report_range(c->difference_low, c->difference_high).text);
            } else {
                outfile_printf(file, "%+.1f %% |\n", 100 * c->difference);
            }
        }
    }
}

static void put_kappa(struct outfile *file, const struct agreement *a)
{
    outfile_printf(file, " | %zu | %s | ", a->n, report_percent(a->observed).text);
    if (isnan(a->kappa)) {
        outfile_printf(file, "undefined: one category only |\n");
    } else if (isnan(a->interval.low)) {
        outfile_printf(file, "%.2f (no spread: no interval) |\n", a->kappa);
    } else {
        outfile_printf(file, "%.2f (%.2f to %.2f) |\n", a->kappa, a->interval.low,
                       a->interval.high);
    }
}

static void put_agreement(const struct report *report, struct outfile *file)
{
    const struct history *history = report->input.history;
    size_t n = history_reviewers(history), any = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            struct agreement a =
                i == j ? history_self_agreement(history, i) : history_agreement(history, i, j);
            if (a.n == 0) {
                continue;
            }
            if (any++ == 0) {
                outfile_printf(file,
                               "\n## Agreement\n\n| reviewers | rows judged by both | equal "
                               "| Cohen's kappa, 95 %% |\n|---|--:|--:|--:|\n");
            }
            outfile_printf(file, "| ");
            report_put_text(file, history_reviewer(history, i));
            outfile_printf(file, "%s", i == j ? ", shown again" : " and ");
            if (i != j) {
                report_put_text(file, history_reviewer(history, j));
            }
            put_kappa(file, &a);
        }
    }
}

static void put_effort(const struct report *report, struct outfile *file)
{
    outfile_printf(file,
                   "\n## What other K still cost\n\n| K | distinct user-hours in all lists | "
                   "not judged | time at this pace |\n|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < report->n_ks; i++) {
        outfile_printf(file, "| %s | %s | %s | %s |\n", format_grouped(report->more[i].k).text,
                       format_grouped(report->more[i].distinct).text,
                       format_grouped(report->more[i].left).text,
                       report_hours(report->more[i].hours).text);
    }
}

static void put_strata(const struct report_queue *queue, struct outfile *file)
{
    size_t first = 1, drawn = 0;
    outfile_printf(file, "\n  | ranks | rows | TP | FP | undecided | open |\n"
                         "  |---|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < queue->n_strata; i++) {
        const struct tally *sample = &queue->strata[i].sample;
        outfile_printf(file, "  | %zu to %u | %zu | %zu | %zu | %zu | %zu |\n", first,
                       queue->specs[i].last, queue->strata[i].rows, sample->tp, sample->fp,
                       sample->undecided, sample->unreviewed);
        first = (size_t)queue->specs[i].last + 1;
        drawn += tally_total(sample);
    }
    const struct stratified *s = &queue->estimate;
    if (isnan(s->estimate)) {
        outfile_printf(file,
                       "\n  No estimate while a stratum has nothing decided; certain: %s.\n",
                       report_range(s->low, s->high).text);
    } else {
        outfile_printf(file,
                       "\n  P@%zu estimated: %s (standard error %s, finite population "
                       "corrected), 95 %%: %s; guaranteed at 95 %%: %s; certain: %s.%s\n",
                       s->rows, report_percent(s->estimate).text, report_percent(s->error).text,
                       report_range(s->interval.low, s->interval.high).text,
                       report_range(s->exact.low, s->exact.high).text,
                       report_range(s->low, s->high).text,
                       drawn > s->decided ? " All but the last hold if what is undecided or "
                                            "open was left out by chance."
                                          : "");
    }
}

static void put_queues(const struct report *report, struct outfile *file)
{
    if (report->n_queues > 0) {
        outfile_printf(file, "\n## Queues\n\n");
    }
    for (size_t i = 0; i < report->n_queues; i++) {
        const struct report_queue *queue = &report->queues[i];
        outfile_printf(file, "- ");
        report_put_text(file, report_shown(&report->input, queue->label));
        outfile_printf(file, ": %s%s\n", format_count(queue->verdicts, "verdict").text,
                       queue->remade ? "" : "; it cannot be made again from this run");
        if (queue->strays > 0) {
            outfile_printf(file,
                           "  %zu of these are on rows that this run would not have "
                           "queued: it was another run or other parameters.\n",
                           queue->strays);
        }
        if (tally_total(&queue->controls) > 0) {
            outfile_printf(
                file,
                "  Controls of the bulk: %s of %zu decided (%zu undecided or open), at "
                "most %s in the bulk with 97.5 %% confidence.\n",
                format_count(queue->controls.tp, "true positive").text,
                queue->controls.tp + queue->controls.fp,
                queue->controls.undecided + queue->controls.unreviewed,
                report_percent(queue->controls_exact.high).text);
        }
        if (queue->n_strata > 0) {
            put_strata(queue, file);
        }
    }
}

/* -- the list -- */

static void put_when_who(const struct table *table, uint32_t row, struct outfile *file)
{
    const struct dict *dicts[2] = {table->times, table->users};
    const uint32_t *ids[2] = {table->row_time, table->row_user};
    for (size_t i = 0; i < 2; i++) {
        outfile_printf(file, " | ");
        if (ids[i] == NULL) {
            continue;
        }
        struct span span = dict_get(dicts[i], ids[i][row]);
        char *text = mem_text(span.bytes, span.length < 300 ? span.length : 300, NULL);
        report_put_text(file, text != NULL ? text : "?");
        free(text);
    }
}

static bool put_list(const struct report *report, struct outfile *file, struct status *status)
{
    const struct report_input *input = &report->input;
    const struct verdict_set *set = input->data.verdicts;
    if (set == NULL || set->n == 0) {
        return true;
    }
    outfile_printf(file, "\n## Reviewed user-hours\n\n| row\\_id | dt | src\\_user |");
    for (size_t i = 0; i < input->n_lists; i++) {
        outfile_printf(file, " %s |", input->lists[i].title);
    }
    outfile_printf(file, " verdict | note%s |\n|--:|---|---|",
                   input->sentence != NULL ? " | why it was odd" : "");
    for (size_t i = 0; i < input->n_lists; i++) {
        outfile_printf(file, "--:|");
    }
    outfile_printf(file, "---|---|%s\n", input->sentence != NULL ? "---|" : "");
    for (size_t i = 0; i < set->n; i++) {
        const struct verdict_row *row = &set->rows[i];
        char text[1024];
        if (progress_cancelled(input->progress)) {
            return status_cancelled(status);
        }
        if (row->verdict == VERDICT_NONE && row->note == NULL) {
            continue; /* a repeat whose first verdict was taken back */
        }
        outfile_printf(file, "| %s", format_grouped(row->row).text);
        put_when_who(input->data.table, row->row, file);
        for (size_t j = 0; j < input->n_lists; j++) {
            size_t rank = ranking_rank_of(input->lists[j].ranking, input->data.index,
                                          input->data.table->row_profile, row->row);
            outfile_printf(file, rank > 0 ? " | #%s" : " | not scored",
                           format_grouped(rank).text);
        }
        outfile_printf(file, " | %s%s | ",
                       row->verdict == VERDICT_NONE ? "note only"
                                                    : verdict_name((enum verdict)row->verdict),
                       row->disputed ? " (reviewers differ)" : "");
        if (row->reason != NULL) {
            outfile_printf(file, "reason: ");
            report_put_text(file, report_shown(input, row->reason));
            outfile_printf(file, "%s", row->note != NULL ? "; " : "");
        }
        report_put_text(file, row->note != NULL ? report_shown(input, row->note) : "");
        if (input->sentence != NULL) {
            outfile_printf(file, " | ");
            report_put_text(
                file, input->sentence(input->context, row->row, text, sizeof text) ? text : "");
        }
        if (!outfile_write(file, " |\n", 3)) {
            break;
        }
    }
    return true;
}

bool report_markdown(const struct report *report, struct outfile *file, struct status *status)
{
    put_who(report, file);
    put_precision(report, file);
    put_units(report, file);
    put_curve(report, file);
    report_put_episodes(report, file);
    report_put_rules(report, file);
    put_comparisons(report, file);
    put_agreement(report, file);
    put_effort(report, file);
    put_queues(report, file);
    report_put_truth(report, file);
    return put_list(report, file, status);
}
