#include "table/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. Order statistics without a sort: values become integers that order as they do, and
 * the digits (16 bits) of the wanted ones are found from the top, by counting in each pass the
 * next digit of the values that share the digits so far. The six ranks that three quartiles lie
 * between are followed together. */

enum { RANKS = 6, DIGIT = 16, DIGITS = 4, BINS = 1 << DIGIT };

struct selection {
    const uint64_t *keys;   /* (n) */
    const uint32_t *copies; /* (n) or NULL */
    size_t n;
    uint64_t rank[RANKS]; /* wanted: how many rows are before it, among those with its prefix */
    uint64_t prefix[RANKS]; /* digits found so far */
    uint64_t *counts;       /* (RANKS, BINS) */
};

static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t copies_of(const uint32_t *copies, size_t i)
{
    return copies == NULL ? 1 : copies[i];
}

/* Counts the digit at `shift` of the keys that begin with one of the prefixes; ranks with the
 * same prefix share the counts of the first of them, whose number is in `owner`. */
static void count_digit(struct selection *selection, unsigned shift, const size_t *owner)
{
    memset(selection->counts, 0, (size_t)RANKS * BINS * sizeof *selection->counts);
    for (size_t i = 0; i < selection->n; i++) {
        uint64_t key = selection->keys[i],
                 prefix = shift + DIGIT == 64 ? 0 : key >> (shift + DIGIT);
        for (size_t r = 0; r < RANKS; r++) {
            if (owner[r] == r && selection->prefix[r] == prefix) {
                selection->counts[r * BINS + (key >> shift) % BINS] +=
                    copies_of(selection->copies, i);
                break;
            }
        }
    }
}

/* The keys at the wanted ranks, into prefix. */
static void select_ranks(struct selection *selection)
{
    memset(selection->prefix, 0, sizeof selection->prefix);
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        size_t owner[RANKS];
        for (size_t r = 0; r < RANKS; r++) {
            owner[r] = 0;
            while (selection->prefix[owner[r]] != selection->prefix[r]) {
                owner[r]++;
            }
        }
        count_digit(selection, (DIGITS - 1 - digit) * DIGIT, owner);
        for (size_t r = 0; r < RANKS; r++) {
            const uint64_t *counts = selection->counts + owner[r] * BINS;
            uint64_t bin = 0;
            while (selection->rank[r] >= counts[bin]) {
                selection->rank[r] -= counts[bin++];
            }
            selection->prefix[r] = selection->prefix[r] << DIGIT | bin;
        }
    }
}

/* As numpy interpolates, so that the last bit agrees. */
static double interpolate(double low, double high, double share)
{
    double step = high - low;
    return share >= 0.5 ? high - step * (1 - share) : low + step * share;
}

static bool find_quartiles(struct selection *selection, struct summary *summary,
                           struct status *status)
{
    selection->counts =
        mem_new((size_t)RANKS * BINS, sizeof *selection->counts, "quartiles", status);
    if (selection->counts == NULL) {
        return false;
    }
    double *const quartile[] = {&summary->q25, &summary->q50, &summary->q75};
    uint64_t last = summary->count - 1;
    for (uint64_t q = 0; q < 3; q++) {
        uint64_t low = last / 4 * (q + 1) + last % 4 * (q + 1) / 4;
        selection->rank[2 * q] = low;
        selection->rank[2 * q + 1] = low < last ? low + 1 : low;
    }
    select_ranks(selection);
    for (uint64_t q = 0; q < 3; q++) {
        *quartile[q] = interpolate(value_of(selection->prefix[2 * q]),
                                   value_of(selection->prefix[2 * q + 1]),
                                   (double)(last % 4 * (q + 1) % 4) / 4);
    }
    free(selection->counts);
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
    uint64_t *keys = mem_new(n, sizeof *keys, "quartiles", status);
    if (keys == NULL) {
        return false;
    }
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < n; i++) {
        double value = values[i * stride];
        bool counts = !isnan(value) && copies_of(copies, i) > 0;
        keys[i] = isnan(value) ? UINT64_MAX : key_of(value); /* NaNs after everything */
        least = counts && keys[i] < least ? keys[i] : least;
        most = counts && keys[i] > most ? keys[i] : most;
    }
    summary->min = value_of(least);
    summary->max = value_of(most);
    struct selection selection = {.keys = keys, .copies = copies, .n = n};
    bool found = find_quartiles(&selection, summary, status);
    free(keys);
    return found;
}
