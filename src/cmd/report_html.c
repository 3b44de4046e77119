#include "cmd/report_html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/html.h"
#include "base/mem.h"
#include "cmd/report_figures.h"
#include "explain/reason.h"
#include "review/report/report_text.h"
#include "run/reasons.h"

enum { EPISODES = 50 }; /* of the first list */

/* No figure and no text names a colour: both schemes set the variables. */
static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<style>\n"
    ":root{--ink:#1b1f24;--dim:#5c6670;--paper:#fff;--line:#d5dae0;--bar:#4573a8;"
    "--hot:#b3261e;--warm:#b26a00;--good:#2e7d32}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e4e7ea;--dim:#9aa4ae;--paper:#14181c;"
    "--line:#343c44;--bar:#7fa8d9;--hot:#ef8079;--warm:#e0a54f;--good:#7fc784}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:72rem;margin:2rem auto;padding:0 1rem}\n"
    "h1,h2,h3,h4{line-height:1.25;overflow-wrap:anywhere}h2{border-bottom:1px solid "
    "var(--line);"
    "padding-bottom:.2rem;margin-top:2.2rem}\n"
    ".table{overflow-x:auto}table{border-collapse:collapse;font-size:13px;margin:.6rem 0}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.2rem .6rem;text-align:left;"
    "vertical-align:top}th{color:var(--dim);font-weight:600}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".t{white-space:nowrap}.tp{color:var(--good);font-weight:600}.fp{color:var(--hot);font-"
    "weight:600}\n"
    "pre{overflow-x:auto;font-size:12px}code{font-family:ui-monospace,monospace}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}\n"
    "figure{margin:0}figcaption{color:var(--dim);font-size:13px}svg{width:100%;height:auto}\n"
    "svg text{fill:var(--dim);font:11px system-ui,sans-serif}.bar{fill:var(--bar)}"
    ".cut{stroke:var(--warm);stroke-width:1.5}.band{fill:var(--bar);opacity:.25}"
    ".curve{fill:none;stroke:var(--bar);stroke-width:2}.axis{stroke:var(--line)}"
    ".lane{fill:var(--hot)}.calm{fill:var(--line)}figure{padding-top:.6rem}\n"
    "@page{size:A4;margin:15mm}@media print{body{max-width:none;margin:0;padding:0}"
    "details{display:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}\n"
    "</style>\n";

static void put_string(struct outfile *file, const char *text)
{
    html_text(file, text, strlen(text));
}

/* ---- episodes ---- */

static const char *verdict_class(enum verdict verdict)
{
    return verdict == VERDICT_TP ? "tp" : verdict == VERDICT_FP ? "fp" : "";
}

static void put_episode(const struct run *run, const struct result *first,
                        const struct episodes *episodes, size_t i, const struct reason *reason,
                        const struct report_input *input, struct outfile *file)
{
    const struct verdict_set *verdicts = input->data.verdicts;
    const struct table *table = run->table;
    const struct episode *one = &episodes->of[i];
    const uint32_t *rows = episodes_rows(episodes, i);
    struct span user = table->row_user != NULL
                           ? dict_get(table->users, table->row_user[one->best])
                           : (struct span){"", 0};
    struct span time = table->row_time != NULL
                           ? dict_get(table->times, table->row_time[rows[0]])
                           : (struct span){"", 0};
    enum verdict verdict =
        verdicts != NULL ? verdict_set_of_rows(verdicts, rows, one->n, NULL) : VERDICT_NONE;
    const struct verdict_row *said =
        verdicts != NULL ? verdict_set_find(verdicts, one->best) : NULL;
    outfile_printf(file, "<tr><td class=\"n\">%zu</td><td>", i + 1);
    html_text(file, user.bytes, user.length);
    outfile_printf(file, "</td><td class=\"t\">");
    html_text(file, time.bytes, time.length);
    outfile_printf(file, "</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>",
                   format_grouped(one->n).text,
                   format_score(result_score(first, table, one->best)).text);
    put_string(file, reason->text);
    outfile_printf(file, "</td><td class=\"%s\">%s</td><td>", verdict_class(verdict),
                   verdict != VERDICT_NONE ? verdict_name(verdict) : "");
    put_string(file,
               said != NULL && said->reason != NULL ? report_shown(input, said->reason) : "");
    outfile_printf(file, "</td><td>");
    put_string(file, said != NULL && said->note != NULL ? report_shown(input, said->note) : "");
    outfile_printf(file, "</td></tr>\n");
}

static bool put_episodes(const struct run *run, const struct result *first,
                         const struct episodes *episodes, const struct report_input *input,
                         struct outfile *file, struct status *status)
{
    size_t n = episodes->n < EPISODES ? episodes->n : EPISODES;
    uint32_t rows[EPISODES];
    for (size_t i = 0; i < n; i++) {
        rows[i] = episodes->of[i].best;
    }
    struct reasons *reasons = reasons_new(run, status);
    struct reason *found = mem_zero(EPISODES, sizeof *found, "reasons", status);
    bool good = reasons != NULL && found != NULL &&
                reasons_find(reasons, NULL, (size_t)(first - run->results), rows, n, found,
                             run->parallel, NULL, status);
    if (good) {
        outfile_printf(file, "<div class=\"table\"><table><thead><tr><th class=\"n\">#</th>"
                             "<th>account</th><th>from</th><th class=\"n\">hours</th>"
                             "<th class=\"n\">score</th><th>why</th><th>verdict</th>"
                             "<th>reason</th><th>note</th></tr></thead><tbody>\n");
        for (size_t i = 0; i < n; i++) {
            put_episode(run, first, episodes, i, &found[i], input, file);
        }
        outfile_printf(file, "</tbody></table></div>\n");
    }
    free(found);
    reasons_free(reasons);
    return good;
}

/* The first list by episode, and when its accounts were odd. */
static bool put_first_list(const struct run *run, const struct report *report,
                           struct outfile *file, struct status *status)
{
    const struct result *first = run_first(run);
    struct episodes episodes = {0};
    struct episode_cut cut;
    double gap = report->input.by_episode ? report->input.gap : run_gap_spec.initial;
    if (first == NULL || !first->ready || run->table->users == NULL ||
        run->table->times == NULL || !run->table->has_days) {
        return true; /* there are no episodes */
    }
    if (!run_episode_cut(run, first, gap, &cut, status) ||
        !episodes_head(&cut, EPISODES, false, &episodes, NULL, status)) {
        return false;
    }
    outfile_printf(file, "<h2 id=\"episodes\">The first %zu episodes of %s</h2>\n", episodes.n,
                   first->title);
    bool good = report_put_lanes(run, first, &episodes, file, status) &&
                put_episodes(run, first, &episodes, &report->input, file, status);
    episodes_clear(&episodes);
    return good;
}

bool report_html(const struct run *run, const struct report *report, const char *markdown,
                 size_t length, struct outfile *file, struct status *status)
{
    const char *name = run->table->report.name;
    outfile_printf(file, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n%s<title>", head);
    put_string(file, name);
    outfile_printf(file, ": anomalous user-hours</title>\n</head>\n<body>\n<h1>");
    put_string(file, name);
    outfile_printf(file, ": anomalous user-hours</h1>\n");
    bool good = put_first_list(run, report, file, status);
    outfile_printf(file, "<h2 id=\"scores\">Scores</h2>\n<div class=\"figures\">\n");
    for (size_t i = 0; good && i < run->n_results; i++) {
        if (run->results[i].ready) {
            good = report_put_distribution(&run->results[i], file, status);
        }
    }
    outfile_printf(file, "</div>\n<h2 id=\"precision\">Precision@K</h2>\n"
                         "<div class=\"figures\">\n");
    for (size_t i = 0; good && i < report->input.n_lists; i++) {
        report_put_curve(report, i, file);
    }
    outfile_printf(file, "</div>\n");
    html_markdown(file, markdown, length);
    outfile_printf(file, "</body>\n</html>\n");
    return good;
}
