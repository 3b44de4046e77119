#include "table/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"

static uint32_t copies_of(const uint32_t *copies, size_t i)
{
    return copies == NULL ? 1 : copies[i];
}

/* The six ranks that three quartiles lie between are found together. */
static bool find_quartiles(const struct percentile_column *column, struct summary *summary,
                           struct status *status)
{
    enum { RANKS = 6 };
    uint64_t *room =
        mem_new((size_t)RANKS * PERCENTILE_ROOM, sizeof *room, "quartiles", status);
    if (room == NULL) {
        return false;
    }
    double *const quartile[] = {&summary->q25, &summary->q50, &summary->q75}, found[RANKS];
    uint64_t last = summary->count - 1, rank[RANKS];
    for (uint64_t q = 0; q < 3; q++) {
        rank[2 * q] = last / 4 * (q + 1) + last % 4 * (q + 1) / 4;
        rank[2 * q + 1] = rank[2 * q] + (rank[2 * q] < last);
    }
    percentile_ranks(column, rank, RANKS, room, found);
    for (uint64_t q = 0; q < 3; q++) {
        double low = found[2 * q], high = found[2 * q + 1];
        *quartile[q] =
            percentile_between(low, high, high - low, (double)(last % 4 * (q + 1) % 4) / 4);
    }
    free(room);
    return true;
}

/* Count, mean and standard deviation, in two passes so that nothing cancels. */
static void find_moments(const double *values, size_t stride, const uint32_t *copies, size_t n,
                         struct summary *summary)
{
    long double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double value = values[i * stride];
        if (!isnan(value)) {
            summary->count += copies_of(copies, i);
            sum += (long double)value * copies_of(copies, i);
        }
    }
    if (summary->count == 0) {
        return;
    }
    long double mean = sum / (long double)summary->count;
    for (size_t i = 0; i < n; i++) {
        double value = values[i * stride];
        if (!isnan(value)) {
            long double off = value - mean;
            squares += off * off * copies_of(copies, i);
        }
    }
    summary->mean = (double)mean;
    if (summary->count > 1) {
        summary->std = (double)sqrtl(squares / (long double)(summary->count - 1));
    }
}

bool summary_of(const double *values, size_t stride, const uint32_t *copies, size_t n,
                struct summary *summary, struct status *status)
{
    *summary = (struct summary){0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    find_moments(values, stride, copies, n, summary);
    if (summary->count == 0) {
        return true;
    }
    double *dense = mem_new(n, sizeof *dense, "quartiles", status); /* for several passes */
    if (dense == NULL) {
        return false;
    }
    summary->min = INFINITY;
    summary->max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double value = dense[i] = values[i * stride];
        if (copies_of(copies, i) > 0) {
            summary->min = value < summary->min ? value : summary->min;
            summary->max = value > summary->max ? value : summary->max;
        }
    }
    const struct percentile_column column = {dense, copies, n, false};
    bool found = find_quartiles(&column, summary, status);
    free(dense);
    return found;
}
