#include "rank/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static double score_at(const struct ranking *ranking, size_t position)
{
    return ranking_score(ranking, ranking->order[position]);
}

/* The finite scores' (on a log axis the positive ones') bounds; false when there are none. */
static bool bounds(const struct ranking *ranking, bool log, double *low, double *high)
{
    size_t first = ranking_at_least(ranking, INFINITY);
    size_t last = log ? ranking_above(ranking, 0) : ranking_above(ranking, -INFINITY);
    if (first >= last) {
        return false;
    }
    *high = score_at(ranking, first);
    *low = score_at(ranking, last - 1);
    return true;
}

/* Settles where the axis begins and ends: never in one point. */
static void settle(const struct ranking *ranking, const struct histogram_axis *axis,
                   double *low, double *high)
{
    double least = axis->log ? 1 : 0, most = axis->log ? 10 : 1;
    bounds(ranking, axis->log, &least, &most);
    *low = isfinite(axis->low) ? axis->low : least;
    *high = isfinite(axis->high) ? axis->high : most;
    if (axis->log && !(*low > 0)) {
        *low = least;
    }
    if (*low < *high) {
        return;
    }
    double middle = *low;
    *low = axis->log ? middle / 2 : middle - 0.5;
    *high = axis->log ? middle * 2 : middle + 0.5;
    if (!(*low < *high) || (axis->log && !(*low > 0))) { /* half a unit is lost beside it */
        *low = middle;
        *high = nextafter(middle, INFINITY);
    }
}

static void make_edges(struct histogram *histogram, double low, double high)
{
    size_t bins = histogram->bins;
    double from = histogram->log ? log10(low) : low;
    double to = histogram->log ? log10(high) : high;
    for (size_t i = 1; i < bins; i++) {
        double share = (double)i / (double)bins;
        double edge = from * (1 - share) + to * share;
        edge = histogram->log ? pow(10, edge) : edge;
        /* rounding must not let an edge pass its neighbours */
        edge = edge < histogram->edges[i - 1] ? histogram->edges[i - 1] : edge;
        histogram->edges[i] = edge > high ? high : edge;
    }
    histogram->edges[bins] = high;
}

static void count(struct histogram *histogram, const struct ranking *ranking)
{
    size_t bins = histogram->bins;
    for (size_t i = 0; i < bins; i++) {
        histogram->positions[i] = ranking_at_least(ranking, histogram->edges[i]);
    }
    histogram->positions[bins] = ranking_above(ranking, histogram->edges[bins]);
    for (size_t i = 0; i < bins; i++) {
        size_t rows = ranking_rows_above(ranking, histogram->positions[i]) -
                      ranking_rows_above(ranking, histogram->positions[i + 1]);
        histogram->rows[i] = rows;
        histogram->most = rows > histogram->most ? rows : histogram->most;
    }
    histogram->above_rows = ranking_rows_above(ranking, histogram->positions[bins]);
    histogram->below_rows =
        ranking->scored_rows - ranking_rows_above(ranking, histogram->positions[0]);
}

struct histogram *histogram_new(const struct ranking *ranking,
                                const struct histogram_axis *axis, struct status *status)
{
    struct histogram *histogram = mem_zero(1, sizeof *histogram, "a histogram", status);
    if (histogram == NULL) {
        return NULL;
    }
    size_t bins = axis->bins > 0 ? axis->bins : 1;
    histogram->bins = bins;
    histogram->log = axis->log;
    histogram->edges = mem_zero(bins + 1, sizeof *histogram->edges, "a histogram", status);
    histogram->positions =
        mem_zero(bins + 1, sizeof *histogram->positions, "a histogram", status);
    histogram->rows = mem_zero(bins, sizeof *histogram->rows, "a histogram", status);
    if (histogram->edges == NULL || histogram->positions == NULL || histogram->rows == NULL) {
        histogram_free(histogram);
        return NULL;
    }
    double low, high;
    settle(ranking, axis, &low, &high);
    histogram->edges[0] = low;
    make_edges(histogram, low, high);
    count(histogram, ranking);
    return histogram;
}

void histogram_free(struct histogram *histogram)
{
    if (histogram != NULL) {
        free(histogram->edges);
        free(histogram->positions);
        free(histogram->rows);
        free(histogram);
    }
}

size_t histogram_bin(const struct histogram *histogram, double score)
{
    size_t low = 0, high = histogram->bins;
    if (!(score >= histogram->edges[0] && score <= histogram->edges[high])) {
        return SIZE_MAX;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (histogram->edges[middle] <= score) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t histogram_ranks(const struct histogram *histogram, const struct ranking *ranking,
                       size_t first, size_t last, size_t *from)
{
    size_t above = ranking_rows_above(ranking, histogram->positions[last + 1]);
    *from = above + 1;
    return ranking_rows_above(ranking, histogram->positions[first]) - above;
}

void histogram_count(const struct histogram *histogram, const struct ranking *ranking,
                     const uint32_t *row_profile, const uint32_t *rows, size_t n,
                     size_t *counts)
{
    memset(counts, 0, histogram->bins * sizeof *counts);
    for (size_t i = 0; i < n; i++) {
        size_t bin = histogram_bin(histogram, ranking_row_score(ranking, row_profile, rows[i]));
        if (bin != SIZE_MAX) {
            counts[bin]++;
        }
    }
}

double histogram_step(const struct ranking *ranking, double score, bool up)
{
    if (up) {
        size_t above = ranking_above(ranking, score);
        return above > 0 ? score_at(ranking, above - 1) : score;
    }
    size_t at_least = ranking_at_least(ranking, score);
    return at_least < ranking->n_scored ? score_at(ranking, at_least) : score;
}
