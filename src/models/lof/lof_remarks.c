#include "models/lof/lof_remarks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "models/lof/lof.h"
#include "models/lof/lof_model.h"

enum { NEAREST = 5 };

struct remarks {
    const void *model;
    const struct detector_data *data;
    const struct lof_neighbourhood *around;
    void (*line)(void *context, const char *key, const char *text);
    void *context;
};

/* What sets it apart: the rest is as in the row itself. */
static void say_neighbour(const struct remarks *remarks, const struct lof_neighbour *neighbour)
{
    const struct table *table = remarks->data->table;
    float x[TABLE_FEATURES_MAX];
    lof_coordinates(remarks->model, neighbour->point, x);
    char text[500];
    int start = snprintf(text, sizeof text, "%s away", format_score(neighbour->distance).text);
    size_t used = start > 0 ? (size_t)start : 0;
    for (size_t i = 0, n_said = 0; i < table->profiles.d && used + 1 < sizeof text; i++) {
        if (x[i] != remarks->around->x[i]) {
            int n = snprintf(text + used, sizeof text - used, "%s %s %s",
                             n_said++ > 0 ? "," : ":", table->feature_names[i],
                             format_value(lof_original(remarks->data->scaler, i, x[i])).text);
            used += n > 0 ? (size_t)n : 0;
        }
    }
    remarks->line(remarks->context, format_count(neighbour->copies, "row").text, text);
}

static void say_means(const struct remarks *remarks, const struct lof_neighbourhood *around,
                      size_t profile)
{
    const struct table *table = remarks->data->table;
    for (size_t i = 0; i < table->profiles.d; i++) {
        double value = table_profile(table, profile)[i];
        char text[160];
        snprintf(text, sizeof text, "%s; the neighbours' mean is %s (%+.4g)",
                 format_value(value).text, format_score(around->mean[i]).text,
                 value - around->mean[i]);
        remarks->line(remarks->context, table->feature_names[i], text);
    }
}

static void say_densities(const struct remarks *remarks, const struct lof_neighbourhood *around,
                          bool sklearn)
{
    char text[240];
    if (sklearn) {
        remarks->line(remarks->context, "",
                      "the notebook's score is of the nearest rows, copies and all; what "
                      "follows is of distinct points");
    }
    snprintf(text, sizeof text, "the neighbourhood has %s points, %s rows of the sample%s",
             format_grouped(around->n_points).text, format_grouped(around->n_rows).text,
             around->sampled ? "" : "; this row itself is not in the sample");
    remarks->line(remarks->context, "", text);
    if (!isnan(around->lrd) && around->lrd > 0) {
        snprintf(text, sizeof text, "the neighbours are %.3g times as dense",
                 around->usual_lrd / around->lrd);
        remarks->line(remarks->context, "", text);
    }
    if (sklearn && around->pile_rows > 0) {
        snprintf(text, sizeof text,
                 "%s of these rows stand in piles of copies, whose density is all but infinite "
                 "in the notebook's formula: the score says that a pile is near, no more",
                 format_grouped(around->pile_rows).text);
        remarks->line(remarks->context, "", text);
    }
}

void lof_remarks(const void *model, const struct detector_data *data, size_t profile,
                 void (*line)(void *context, const char *key, const char *text), void *context)
{
    struct lof_neighbourhood *around = lof_neighbours(model, data, profile, NEAREST, NULL);
    const struct remarks remarks = {model, data, around, line, context};
    if (around == NULL) {
        return; /* without memory there are only fewer words */
    }
    say_densities(&remarks, around, ((const struct lof_model *)model)->form == LOF_SKLEARN);
    if (around->n_points > 0) {
        say_means(&remarks, around, profile);
        line(context, "",
             "the nearest points: how far away in scaled units, and in what they differ");
    }
    for (size_t i = 0; i < around->n; i++) {
        say_neighbour(&remarks, &around->nearest[i]);
    }
    lof_neighbours_free(around);
}
