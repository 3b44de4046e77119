#include "review/precision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static void tally_merge(struct tally *into, const struct tally *from)
{
    into->tp += from->tp;
    into->fp += from->fp;
    into->undecided += from->undecided;
    into->unreviewed += from->unreviewed;
}

static size_t block_end(const struct ranked_list *list, size_t from)
{
    size_t end = from + 1;
    while (list->tie != NULL && end < list->n && list->tie[end] == list->tie[from]) {
        end++;
    }
    return end;
}

/* The tally of the block [from, to), with the rows beyond the list when it is the last. */
static struct tally block_tally(const struct ranked_list *list, size_t from, size_t to)
{
    struct tally tally = {0};
    for (size_t i = from; i < to; i++) {
        tally_add(&tally, list->verdict[i]);
    }
    if (to == list->n) {
        tally_merge(&tally, &list->beyond);
    }
    return tally;
}

struct averaged {
    double reviewed, low, high;
};

/* Means over all orders of a tie block of which `slots` rows are taken, after the rows of
 * `above`. A reviewed row of the block stands for slots / reviewed slots, at most for one. */
static struct averaged average(const struct tally *above, const struct tally *block,
                               size_t slots)
{
    double rows = (double)tally_total(block), k = (double)(tally_total(above) + slots);
    double share = rows > 0 ? (double)slots / rows : 0;
    size_t judged = block->tp + block->fp + block->undecided;
    double weight = judged > slots ? (double)slots / (double)judged : 1;
    double tp = (double)above->tp + weight * (double)block->tp;
    double fp = (double)above->fp + weight * (double)block->fp;
    double open = (double)(above->undecided + above->unreviewed) +
                  share * (double)(block->undecided + block->unreviewed);
    double sure = (double)above->tp + share * (double)block->tp;
    struct averaged result = {ratio(tp, tp + fp), ratio(sure, k), ratio(sure + open, k)};
    return result;
}

struct precision precision_at(const struct ranked_list *list, size_t k)
{
    struct precision p = {.k = k < list->n ? k : list->n};
    struct tally above = {0};
    size_t first = 0, end = 0;
    while (end < p.k) { /* the block that holds row k, and what stands above it */
        first = end;
        end = block_end(list, first);
        if (end < p.k) {
            struct tally block = block_tally(list, first, end);
            tally_merge(&above, &block);
        }
    }
    for (size_t i = 0; i < p.k; i++) {
        tally_add(&p.tally, list->verdict[i]);
    }
    double tp = (double)p.tally.tp, fp = (double)p.tally.fp, u = (double)p.tally.undecided;
    double open = (double)p.tally.unreviewed + u;
    p.reviewed = ratio(tp, tp + fp);
    p.false_share = ratio(fp, tp + fp);
    p.low = ratio(tp, (double)p.k);
    p.high = ratio(tp + open, (double)p.k);
    p.undecided_low = ratio(tp, tp + fp + u);
    p.undecided_high = ratio(tp + u, tp + fp + u);
    p.wilson = interval_wilson(tp, tp + fp, PRECISION_CONFIDENCE);
    p.clopper_pearson = interval_clopper_pearson(tp, tp + fp, PRECISION_CONFIDENCE);
    p.tie_reviewed = p.reviewed;
    p.tie_low = p.low;
    p.tie_high = p.high;
    if (p.k > 0) {
        p.tie = block_tally(list, first, end);
        p.tie_slots = p.k - first;
        size_t rows = tally_total(&p.tie);
        if (rows > p.tie_slots) {
            struct averaged mean = average(&above, &p.tie, p.tie_slots);
            p.tie_first = first + 1;
            p.tie_last = first + rows;
            p.tie_reviewed = mean.reviewed;
            p.tie_low = mean.low;
            p.tie_high = mean.high;
        }
    }
    return p;
}

void precision_curve(const struct ranked_list *list, double *reviewed, double *low,
                     double *high)
{
    struct tally above = {0};
    size_t end = 0;
    for (size_t first = 0; first < list->n; first = end) {
        end = block_end(list, first);
        struct tally block = block_tally(list, first, end);
        for (size_t i = first; i < end; i++) {
            struct averaged mean = average(&above, &block, i - first + 1);
            reviewed[i] = mean.reviewed;
            low[i] = mean.low;
            high[i] = mean.high;
        }
        tally_merge(&above, &block);
    }
}

bool precision_tie_text(const struct precision *p, char *text, size_t size)
{
    if (p->tie_first == 0) {
        return false;
    }
    snprintf(text, size, "ranks %zu to %zu share one score and K = %zu takes %zu of these %zu",
             p->tie_first, p->tie_last, p->k, p->tie_slots, tally_total(&p->tie));
    return true;
}

struct unit_row {
    uint64_t unit;
    unsigned char verdict;
};

static int by_unit(const void *a, const void *b)
{
    const struct unit_row *one = a, *two = b;
    return (one->unit > two->unit) - (one->unit < two->unit);
}

bool precision_units(const struct ranked_list *list, const uint64_t *unit, size_t k,
                     struct unit_precision *result, struct status *status)
{
    size_t n = k < list->n ? k : list->n;
    struct unit_row *rows = mem_new(n, sizeof *rows, "units", status);
    if (rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct unit_row){unit[i], list->verdict[i]};
    }
    qsort(rows, n, sizeof *rows, by_unit);
    *result = (struct unit_precision){0};
    for (size_t i = 0, end; i < n; i = end) {
        struct tally tally = {0};
        for (end = i; end < n && rows[end].unit == rows[i].unit; end++) {
            tally_add(&tally, rows[end].verdict);
        }
        result->units++;
        result->tp += tally.tp > 0;
        result->fp += tally.fp == end - i;
    }
    free(rows);
    result->open = result->units - result->tp - result->fp;
    result->reviewed = ratio((double)result->tp, (double)(result->tp + result->fp));
    result->low = ratio((double)result->tp, (double)result->units);
    result->high = ratio((double)(result->tp + result->open), (double)result->units);
    return true;
}

struct listed {
    uint32_t row;
    unsigned char verdict;
};

static int by_row(const void *a, const void *b)
{
    const struct listed *one = a, *two = b;
    return (one->row > two->row) - (one->row < two->row);
}

static struct listed *sorted_list(const uint32_t *rows, const unsigned char *verdict, size_t k,
                                  struct status *status)
{
    struct listed *list = mem_new(k, sizeof *list, "a comparison", status);
    for (size_t i = 0; list != NULL && i < k; i++) {
        list[i] = (struct listed){rows[i], verdict[i]};
    }
    if (list != NULL) {
        qsort(list, k, sizeof *list, by_row);
    }
    return list;
}

bool precision_compare(const uint32_t *rows_a, const unsigned char *verdict_a,
                       const uint32_t *rows_b, const unsigned char *verdict_b, size_t k,
                       struct comparison *result, struct status *status)
{
    struct listed *a = sorted_list(rows_a, verdict_a, k, status);
    struct listed *b = a != NULL ? sorted_list(rows_b, verdict_b, k, status) : NULL;
    if (b == NULL) {
        free(a);
        return false;
    }
    *result = (struct comparison){0};
    size_t i = 0, j = 0;
    while (i < k || j < k) {
        if (i < k && j < k && a[i].row == b[j].row) {
            result->shared++;
            i++;
            j++;
        } else if (j == k || (i < k && a[i].row < b[j].row)) {
            tally_add(&result->only_a, a[i++].verdict);
        } else {
            tally_add(&result->only_b, b[j++].verdict);
        }
    }
    free(a);
    free(b);
    size_t open_a = result->only_a.undecided + result->only_a.unreviewed;
    size_t open_b = result->only_b.undecided + result->only_b.unreviewed;
    double gap = (double)result->only_a.tp - (double)result->only_b.tp;
    result->p = mcnemar_exact(result->only_a.tp, result->only_b.tp);
    result->difference = open_a + open_b == 0 ? ratio(gap, (double)k) : NAN;
    result->difference_low = ratio(gap - (double)open_b, (double)k);
    result->difference_high = ratio(gap + (double)open_a, (double)k);
    return true;
}

double review_pace(const double *seconds, size_t n)
{
    double *sorted = n > 0 ? mem_new(n, sizeof *sorted, "the pace", NULL) : NULL;
    if (sorted == NULL) {
        return NAN;
    }
    memcpy(sorted, seconds, n * sizeof *sorted);
    double median = percentile_median(sorted, n), sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fmin(sorted[i], 10 * median);
    }
    free(sorted);
    return sum / (double)n;
}
