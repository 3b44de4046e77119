#include "cmd/report_html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/html.h"
#include "base/mem.h"
#include "explain/reason.h"
#include "rank/histogram.h"
#include "run/reasons.h"
#include "run/swim_lanes.h"

enum {
    EPISODES = 50, /* of the first list */
    BINS = 80,
    WIDTH = 720, /* of a figure, in its own units */
    PLOT = 120,  /* height of what is plotted */
    LANE = 16    /* height of a lane */
};

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
    "h1,h2,h3,h4{line-height:1.25;overflow-wrap:anywhere}h2{border-bottom:1px solid var(--line);"
    "padding-bottom:.2rem;margin-top:2.2rem}\n"
    ".table{overflow-x:auto}table{border-collapse:collapse;font-size:13px;margin:.6rem 0}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.2rem .6rem;text-align:left;"
    "vertical-align:top}th{color:var(--dim);font-weight:600}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".t{white-space:nowrap}.tp{color:var(--good);font-weight:600}.fp{color:var(--hot);font-weight:600}\n"
    "pre{overflow-x:auto;font-size:12px}code{font-family:ui-monospace,monospace}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}\n"
    "figure{margin:0}figcaption{color:var(--dim);font-size:13px}svg{width:100%;height:auto}\n"
    "svg text{fill:var(--dim);font:11px system-ui,sans-serif}.bar{fill:var(--bar)}"
    ".cut{stroke:var(--warm);stroke-width:1.5}.band{fill:var(--bar);opacity:.25}"
    ".curve{fill:none;stroke:var(--bar);stroke-width:2}.axis{stroke:var(--line)}"
    ".lane{fill:var(--hot)}\n"
    "@page{size:A4;margin:15mm}@media print{body{max-width:none;margin:0;padding:0}"
    "details{display:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}\n"
    "</style>\n";

static void put_string(struct outfile *file, const char *text)
{
    html_text(file, text, strlen(text));
}

/* <svg> with a title and a description, for who does not see it; `id` is unique. */
static void begin_figure(struct outfile *file, const char *id, int height, const char *title,
                         const char *description)
{
    outfile_printf(file,
                   "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t "
                   "%s-d\"><title id=\"%s-t\">",
                   WIDTH, height, id, id, id);
    put_string(file, title);
    outfile_printf(file, "</title><desc id=\"%s-d\">", id);
    put_string(file, description);
    outfile_printf(file, "</desc>\n");
}

static void end_figure(struct outfile *file, const char *caption)
{
    outfile_printf(file, "</svg><figcaption>");
    put_string(file, caption);
    outfile_printf(file, "</figcaption></figure>\n");
}

/* ---- score distributions ---- */

/* Where a score stands on the axis of a histogram, 0 to WIDTH. */
static double place_of(const struct histogram *histogram, double score)
{
    double low = histogram->edges[0], high = histogram->edges[histogram->bins];
    if (histogram->log) {
        low = log10(low);
        high = log10(high);
        score = score > 0 ? log10(score) : low;
    }
    double at = (score - low) / (high - low) * WIDTH;
    return at < 0 ? 0 : at > WIDTH ? WIDTH : at;
}

static bool put_distribution(const struct result *result, struct outfile *file,
                             struct status *status)
{
    const struct histogram_axis axis = {.bins = BINS, .log = true, .low = NAN, .high = NAN};
    struct histogram *histogram = histogram_new(result->ranking, &axis, status);
    char title[340], text[240], id[80];
    if (histogram == NULL) {
        return false;
    }
    snprintf(title, sizeof title, "%s: distribution of scores", result->title);
    snprintf(text, sizeof text,
             "%s of %s user-hours are above the threshold %s; heights are logarithmic",
             format_grouped(result->scores.flagged_rows).text,
             format_grouped(result->scores.scored_rows).text,
             format_score(result->scores.threshold).text);
    snprintf(id, sizeof id, "d-%s", result->name);
    begin_figure(file, id, PLOT + 20, title, text);
    const double cell = (double)WIDTH / (double)histogram->bins;
    for (size_t i = 0; i < histogram->bins; i++) {
        if (histogram->rows[i] > 0) {
            double height = PLOT * log10(1 + (double)histogram->rows[i]) /
                            log10(1 + (double)histogram->most);
            outfile_printf(file,
                           "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                           "height=\"%.1f\"/>\n",
                           (double)i * cell, PLOT - height, cell - 1, height);
        }
    }
    double cut = place_of(histogram, result->scores.threshold);
    outfile_printf(file,
                   "<line class=\"cut\" x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" y2=\"%d\"/>\n"
                   "<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
                   "<text x=\"0\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\" "
                   "text-anchor=\"end\">%s</text>\n",
                   cut, cut, PLOT, PLOT, WIDTH, PLOT, PLOT + 15,
                   format_score(histogram->edges[0]).text, WIDTH, PLOT + 15,
                   format_score(histogram->edges[histogram->bins]).text);
    snprintf(title, sizeof title, "%.80s: %s", result->title, text);
    end_figure(file, title);
    histogram_free(histogram);
    return true;
}

/* ---- Precision@K ---- */

static void put_points(struct outfile *file, const double *values, size_t n, bool back)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = back ? n - 1 - i : i;
        double x = n > 1 ? (double)k / (double)(n - 1) * WIDTH : 0;
        if (!isnan(values[k])) {
            outfile_printf(file, "%.1f,%.1f ", x, PLOT * (1 - values[k]));
        }
    }
}

static void put_curve(const struct report *report, size_t i, struct outfile *file)
{
    const struct evaluation *at = &report->at[i];
    const struct evaluated *list = &report->input.lists[i];
    char title[160], id[80], text[240];
    if (at->k == 0) {
        return;
    }
    snprintf(title, sizeof title, "%.90s: Precision@K in its bounds", list->title);
    snprintf(text, sizeof text,
             "for K from 1 to %s; the band is what is possible where user-hours are not judged",
             format_grouped(at->k).text);
    snprintf(id, sizeof id, "p-%.70s", list->name);
    begin_figure(file, id, PLOT + 20, title, text);
    outfile_printf(file, "<polygon class=\"band\" points=\"");
    put_points(file, at->high, at->k, false);
    put_points(file, at->low, at->k, true);
    outfile_printf(file, "\"/>\n<polyline class=\"curve\" points=\"");
    put_points(file, at->reviewed, at->k, false);
    outfile_printf(file,
                   "\"/>\n<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
                   "<text x=\"0\" y=\"%d\">1</text><text x=\"%d\" y=\"%d\" "
                   "text-anchor=\"end\">%s</text>\n",
                   PLOT, WIDTH, PLOT, PLOT + 15, WIDTH, PLOT + 15, format_grouped(at->k).text);
    end_figure(file, title);
}

/* ---- lanes ---- */

static void put_lane(const struct swim_lanes *lanes, const struct run *run, size_t i, int x,
                     struct outfile *file)
{
    const size_t slices = lanes->days * lanes->a_day;
    const double cell = (double)(WIDTH - x) / (double)slices;
    struct span name = dict_get(run->table->users, lanes->user[i]);
    const int y = (int)i * LANE;
    outfile_printf(file, "<text x=\"0\" y=\"%d\">", y + LANE - 4);
    html_text(file, name.bytes, name.length < 22 ? name.length : 22);
    outfile_printf(file, "</text>\n");
    for (size_t s = 0; s < slices; s++) {
        float level = lanes->level[i * slices + s];
        if (level > 0.25F) { /* rarer than 1 in 10 */
            outfile_printf(file,
                           "<rect class=\"lane\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                           "height=\"%d\" opacity=\"%.2f\"/>\n",
                           x + (double)s * cell, y + 1, cell > 1 ? cell : 1.0, LANE - 2,
                           (double)level * (double)level);
        }
    }
}

static bool put_lanes(const struct run *run, const struct result *first,
                      const struct episodes *episodes, struct outfile *file,
                      struct status *status)
{
    enum { LABEL = 160 };
    struct swim_lanes lanes = {0};
    struct status problem = {0};
    uint32_t rows[EPISODES];
    size_t n = 0;
    for (size_t i = 0; i < episodes->n && n < EPISODES; i++) {
        rows[n++] = episodes->of[i].best;
    }
    swim_lanes_accounts(&lanes, run->table, rows, n);
    if (!swim_lanes_find(&lanes, run, first, NULL, &problem)) {
        swim_lanes_clear(&lanes);
        return problem.code == STATUS_OK ||
               status_set(status, problem.code, "%s", problem.text);
    }
    char text[240];
    snprintf(text, sizeof text,
             "over %s from %s; the darker, the rarer: 1 in 10 is nothing, 1 in 10,000 is full",
             format_count(lanes.days, "day").text, format_date(lanes.first_day).text);
    begin_figure(file, "lanes", (int)lanes.n * LANE + 4, "When the first accounts were odd",
                 text);
    for (size_t i = 0; i < lanes.n; i++) {
        put_lane(&lanes, run, i, LABEL, file);
    }
    end_figure(file, text);
    swim_lanes_clear(&lanes);
    return true;
}

/* ---- episodes ---- */

static const char *verdict_class(enum verdict verdict)
{
    return verdict == VERDICT_TP ? "tp" : verdict == VERDICT_FP ? "fp" : "";
}

static void put_episode(const struct run *run, const struct result *first,
                        const struct episodes *episodes, size_t i, const struct reason *reason,
                        const struct verdict_set *verdicts, struct outfile *file)
{
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
    put_string(file, said != NULL && said->reason != NULL ? said->reason : "");
    outfile_printf(file, "</td><td>");
    put_string(file, said != NULL && said->note != NULL ? said->note : "");
    outfile_printf(file, "</td></tr>\n");
}

static bool put_episodes(const struct run *run, const struct result *first,
                         const struct episodes *episodes, const struct verdict_set *verdicts,
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
            put_episode(run, first, episodes, i, &found[i], verdicts, file);
        }
        outfile_printf(file, "</tbody></table></div>\n");
    }
    free(found);
    reasons_free(reasons);
    return good;
}

/* The first list by episode, and when its accounts were odd. */
static bool put_first_list(const struct run *run, const struct report *report,
                           const struct verdict_set *verdicts, struct outfile *file,
                           struct status *status)
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
    bool good = put_lanes(run, first, &episodes, file, status) &&
                put_episodes(run, first, &episodes, verdicts, file, status);
    episodes_clear(&episodes);
    return good;
}

bool report_html(const struct run *run, const struct report *report,
                 const struct verdict_set *verdicts, const char *markdown, size_t length,
                 struct outfile *file, struct status *status)
{
    const char *name = run->table->report.name;
    outfile_printf(file, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n%s<title>", head);
    put_string(file, name);
    outfile_printf(file, ": anomalous user-hours</title>\n</head>\n<body>\n<h1>");
    put_string(file, name);
    outfile_printf(file, ": anomalous user-hours</h1>\n");
    bool good = put_first_list(run, report, verdicts, file, status);
    outfile_printf(file, "<h2 id=\"scores\">Scores</h2>\n<div class=\"figures\">\n");
    for (size_t i = 0; good && i < run->n_results; i++) {
        if (run->results[i].ready) {
            good = put_distribution(&run->results[i], file, status);
        }
    }
    outfile_printf(file, "</div>\n<h2 id=\"precision\">Precision@K</h2>\n"
                         "<div class=\"figures\">\n");
    for (size_t i = 0; good && i < report->input.n_lists; i++) {
        put_curve(report, i, file);
    }
    outfile_printf(file, "</div>\n");
    html_markdown(file, markdown, length);
    outfile_printf(file, "</body>\n</html>\n");
    return good;
}
