#include "cmd/report_figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/html.h"
#include "rank/histogram.h"
#include "run/swim_lanes.h"

enum {
    BINS = 80,
    WIDTH = 720,   /* of a figure, in its own units */
    PLOT = 120,    /* height of what is plotted */
    LANE = 16,     /* height of a lane */
    SEARCHED = 50, /* episodes whose accounts have lanes */
    HEATS = 6      /* accounts that are shown by hours, too */
};

#define ODD 0.25F /* a level of swim_lanes: rarer than 1 in 10 */

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

bool report_put_distribution(const struct result *result, struct outfile *file,
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

void report_put_curve(const struct report *report, size_t i, struct outfile *file)
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
        if (level > ODD) {
            outfile_printf(file,
                           "<rect class=\"lane\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                           "height=\"%d\" opacity=\"%.2f\"/>\n",
                           x + (double)s * cell, y + 1, cell > 1 ? cell : 1.0, LANE - 2,
                           (double)level * (double)level);
        }
    }
}

/* Hours by days of one account. */
static void put_heat(const struct swim_lanes *lanes, const struct run *run, size_t i,
                     struct outfile *file)
{
    enum { LABEL = 40, TALL = 12 };
    const double cell = (double)(WIDTH - LABEL) / (double)lanes->days;
    const struct span name = dict_get(run->table->users, lanes->user[i]);
    char title[160], id[40];
    snprintf(title, sizeof title, "%.*s: days and hours",
             (int)(name.length < 100 ? name.length : 100), name.bytes);
    snprintf(id, sizeof id, "heat-%zu", i);
    begin_figure(file, id, (int)lanes->a_day * TALL + 4, title,
                 "a day is a column, its first hour on top; grey is an ordinary user-hour");
    outfile_printf(file, "<text x=\"0\" y=\"%d\">00</text><text x=\"0\" y=\"%zu\">24</text>\n",
                   TALL + 2, lanes->a_day * TALL);
    for (size_t s = 0; s < lanes->days * lanes->a_day; s++) {
        float level = lanes->level[i * lanes->days * lanes->a_day + s];
        if (!isnan(level)) {
            bool odd = level > ODD;
            outfile_printf(file,
                           "<rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" "
                           "height=\"%d\" opacity=\"%.2f\"/>\n",
                           odd ? "lane" : "calm", LABEL + (double)(s / lanes->a_day) * cell,
                           s % lanes->a_day * TALL, cell > 1 ? cell : 1.0, TALL - 1,
                           odd ? (double)level * (double)level : 1.0);
        }
    }
    end_figure(file, title);
}

bool report_put_lanes(const struct run *run, const struct result *first,
                      const struct episodes *episodes, struct outfile *file,
                      struct status *status)
{
    enum { LABEL = 160 };
    struct swim_lanes lanes = {0};
    struct status problem = {0};
    uint32_t rows[SEARCHED];
    size_t n = 0;
    for (size_t i = 0; i < episodes->n && n < SEARCHED; i++) {
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
    outfile_printf(file, "<div class=\"figures\">\n");
    for (size_t i = 0; i < lanes.n && i < HEATS; i++) {
        put_heat(&lanes, run, i, file);
    }
    outfile_printf(file, "</div>\n");
    swim_lanes_clear(&lanes);
    return true;
}
