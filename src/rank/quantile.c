#include "rank/quantile.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/percentile.h"
#include "rank/order.h"

size_t quantile_position(const uint32_t *cumulative, size_t n, size_t position)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (cumulative[middle] <= position) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double quantile_linear(quantile_value *value, const void *context, size_t n, double percent)
{
    if (n == 0 || isnan(percent)) {
        return NAN;
    }
    percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    double last = (double)(n - 1), at = last * (percent / 100.0);
    if (at >= last) {
        return value(context, n - 1);
    }
    size_t below = (size_t)at;
    double a = value(context, below), b = value(context, below + 1);
    double share = at - (double)below;
    if (share == 0 || a == b) {
        return a; /* infinities, too */
    }
    return percentile_between(a, b, b - a, share);
}

/* ---- one list of values ---- */

static double value_at(const void *context, size_t position)
{
    const struct feature_values *list = context;
    return list->values[quantile_position(list->rows_below, list->n, position)];
}

static void clear(struct feature_values *list)
{
    free(list->values);
    free(list->rows_below);
}

/* Sorts values[i * stride] and merges equal ones. */
static bool sort_values(struct feature_values *list, const double *values, size_t stride,
                        const uint32_t *weights, size_t n, struct status *status)
{
    size_t count = 0;
    uint32_t *order = mem_new(n, sizeof *order, "sorted values", status);
    bool ok = order != NULL && order_doubles(values, stride, n, false, order, &count, status);
    if (ok) {
        list->values = mem_new(count, sizeof *list->values, "sorted values", status);
        list->rows_below =
            mem_new(count + 1, sizeof *list->rows_below, "sorted values", status);
        ok = list->values != NULL && list->rows_below != NULL;
    }
    if (!ok) {
        free(order);
        return false;
    }
    uint32_t rows = 0;
    list->n = 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[order[i] * stride];
        if (list->n == 0 || list->values[list->n - 1] != value) {
            list->values[list->n] = value;
            list->rows_below[list->n++] = rows;
        }
        rows += weights[order[i]];
    }
    list->rows_below[list->n] = rows;
    free(order);
    size_t capacity = count;
    mem_trim(&list->values, &capacity, list->n, sizeof *list->values);
    capacity = count + 1;
    mem_trim(&list->rows_below, &capacity, list->n + 1, sizeof *list->rows_below);
    return true;
}

bool profiles_percentile(const struct profiles *profiles, size_t feature, double percent,
                         double *result, struct status *status)
{
    *result = NAN;
    if (profiles->n == 0 || isnan(percent)) {
        return true;
    }
    double *values = mem_new(profiles->n, sizeof *values, "a percentile", status);
    if (values == NULL) {
        return false;
    }
    for (size_t i = 0; i < profiles->n; i++) {
        values[i] = profiles->values[i * profiles->d + feature];
    }
    const struct percentile_column column = {values, profiles->copies, profiles->n, false};
    *result = percentile_of(&column, percent);
    free(values);
    return true;
}

/* ---- all features ---- */

struct build {
    const struct profiles *profiles;
    struct feature_order *order;
    struct status *failed; /* (d) */
};

static void build_feature(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct build *build = context;
    const struct profiles *profiles = build->profiles;
    sort_values(&build->order->features[task], profiles->values + task, profiles->d,
                profiles->copies, profiles->n, &build->failed[task]);
}

struct feature_order *feature_order_new(const struct profiles *profiles,
                                        struct parallel *parallel, struct status *status)
{
    size_t d = profiles->d;
    struct feature_order *order = mem_zero(1, sizeof *order, "sorted features", status);
    struct build build = {.profiles = profiles, .order = order};
    build.failed = mem_zero(d, sizeof *build.failed, "sorted features", status);
    if (order != NULL) {
        order->features = mem_zero(d, sizeof *order->features, "sorted features", status);
    }
    bool ok = order != NULL && order->features != NULL && build.failed != NULL;
    if (ok) {
        order->d = d;
        parallel_run(parallel, d, build_feature, &build);
        for (size_t c = 0; c < d && ok; c++) {
            ok = build.failed[c].code == STATUS_OK;
            if (!ok && status != NULL) {
                *status = build.failed[c];
            }
        }
        order->n_rows = ok && d > 0 ? order->features[0].rows_below[order->features[0].n] : 0;
    }
    free(build.failed);
    if (!ok) {
        feature_order_free(order);
        return NULL;
    }
    return order;
}

void feature_order_free(struct feature_order *order)
{
    if (order == NULL) {
        return;
    }
    for (size_t c = 0; c < order->d; c++) {
        clear(&order->features[c]);
    }
    free(order->features);
    free(order);
}

size_t feature_rows_below(const struct feature_order *order, size_t feature, double value)
{
    const struct feature_values *list = &order->features[feature];
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->values[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return list->rows_below[low];
}

size_t feature_rows_at_least(const struct feature_order *order, size_t feature, double value)
{
    return order->n_rows - feature_rows_below(order, feature, value);
}

double feature_percentile_of(const struct feature_order *order, size_t feature, double value)
{
    double below = (double)feature_rows_below(order, feature, value);
    return order->n_rows == 0 ? NAN : 100 * below / (double)order->n_rows;
}

double feature_percentile(const struct feature_order *order, size_t feature, double percent)
{
    return quantile_linear(value_at, &order->features[feature], order->n_rows, percent);
}
