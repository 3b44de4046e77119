/* What kinds were before a block of windows, from all that was counted. */
#include "past/past_internal.h"

#include <math.h>
#include <string.h>

#define EVERYBODY_TAILS 0.9  /* weight of everybody's tails beside the kind's */
#define EVERYBODY_LEVEL 0.75 /* the same where 1 in 100 lies */

static void moments(const struct past_sums *sums, size_t i, struct past_kind *kind)
{
    double n = (double)sums->n[i], mean = 0, total = 1, within = 1;
    if (sums->n[i] > 1) {
        mean = (double)sums->sum[i] / PAST_OCTAVE / n;
        total = (double)sums->squares[i] / PAST_OCTAVE / PAST_OCTAVE / n - mean * mean;
        within = (double)sums->within[i] * 0x1p-20 / n;
    }
    within = within > 0.01 ? within : 0.01;
    total = total > within ? total : within;
    double between = total - within;
    between = between > 0.05 * total ? between : 0.05 * total;
    double strength = within / between;
    strength = strength > 0.2 ? strength < 10 ? strength : 10 : 0.2;
    kind->mean[i] = (float)mean;
    kind->within[i] = (float)within;
    kind->strength[i] = (float)strength;
}

/* The raw score that 1 in 100 reach. */
static double at_two(const struct past_sums *sums)
{
    uint64_t n = 0;
    for (int i = 0; i < PAST_RAW_BINS; i++) {
        n += sums->raw[i];
    }
    if (n < 300) {
        return 2.2;
    }
    double wanted = (double)n / 100, beyond = 0;
    int bin = PAST_RAW_BINS - 1;
    while (bin > 0 && beyond + sums->raw[bin] < wanted) {
        beyond += sums->raw[bin--];
    }
    double missing = sums->raw[bin] > 0 ? (wanted - beyond) / sums->raw[bin] : 1;
    return (bin + 1 - missing) / 8;
}

static uint64_t counted(const uint32_t bins[PAST_BINS])
{
    uint64_t n = 0;
    for (int i = 0; i < PAST_BINS; i++) {
        n += bins[i];
    }
    return n;
}

static void add(struct past_sums *all, const struct past_sums *sums)
{
    for (int i = 0; i < PAST_VALUES; i++) {
        all->n[i] += sums->n[i];
        all->sum[i] += sums->sum[i];
        all->squares[i] += sums->squares[i];
        all->within[i] += sums->within[i];
    }
    for (int i = 0; i < PAST_TABLES; i++) {
        for (int k = 0; k < PAST_BINS; k++) {
            all->bins[i][k] += sums->bins[i][k];
        }
    }
    for (int i = 0; i < PAST_RAW_BINS; i++) {
        all->raw[i] += sums->raw[i];
    }
    for (int i = 0; i < 24; i++) {
        all->hours[i] += sums->hours[i];
    }
    for (int i = 0; i < 7; i++) {
        all->days[i] += sums->days[i];
    }
}

static void shares(const uint64_t *counts, int n, double before, float *share)
{
    double total = before * n;
    for (int i = 0; i < n; i++) {
        total += (double)counts[i];
    }
    for (int i = 0; i < n; i++) {
        share[i] = (float)(((double)counts[i] + before) / total);
    }
}

static void kind_from(const struct past_sums *sums, const struct past_sums *all,
                      const float everybody[PAST_TABLES][PAST_EDGES], double all_at_two,
                      const float before[PAST_EDGES], struct past_kind *kind)
{
    enum { ENOUGH = 50 }; /* hours of a kind: fewer, and everybody's are taken */
    for (size_t i = 0; i < PAST_VALUES; i++) {
        moments(sums->n[i] >= ENOUGH ? sums : all, i, kind);
    }
    for (size_t i = 0; i < PAST_TABLES; i++) {
        past_edges(sums->bins[i], counted(sums->bins[i]), before, kind->edges[i]);
        for (int k = 0; k < PAST_EDGES; k++) {
            kind->edges[i][k] = (float)(EVERYBODY_TAILS * (double)everybody[i][k] +
                                        (1 - EVERYBODY_TAILS) * (double)kind->edges[i][k]);
        }
    }
    uint64_t n = 0;
    for (int i = 0; i < PAST_RAW_BINS; i++) {
        n += sums->raw[i];
    }
    double trust = (1 - EVERYBODY_LEVEL) * (double)n / ((double)n + 500);
    double level = trust * at_two(sums) + (1 - trust) * all_at_two;
    kind->at_two = (float)(level > 1.2 ? level : 1.2);
    shares(sums->hours, 24, 1, kind->hours);
    shares(sums->days, 7, 20, kind->days);
}

void past_kinds_from(const struct past_sums sums[ACCOUNT_KINDS], const float before[PAST_EDGES],
                     struct past_sums *all, struct past_kind kinds[ACCOUNT_KINDS])
{
    float everybody[PAST_TABLES][PAST_EDGES];
    memset(all, 0, sizeof *all);
    for (int i = 0; i < ACCOUNT_KINDS; i++) {
        add(all, &sums[i]);
    }
    for (size_t i = 0; i < PAST_TABLES; i++) {
        past_edges(all->bins[i], counted(all->bins[i]), before, everybody[i]);
    }
    double level = at_two(all);
    for (int i = 0; i < ACCOUNT_KINDS; i++) {
        kind_from(&sums[i], all, (const float(*)[PAST_EDGES])everybody, level, before,
                  &kinds[i]);
    }
}
