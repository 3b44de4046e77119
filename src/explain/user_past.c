#include "explain/user_past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"

enum { TICK_ROWS = 1 << 18, TAIL_STEPS = 200000 };

bool user_past_possible(const struct table *table)
{
    return table->row_user != NULL && table->row_time != NULL;
}

/* ---- the earlier rows ---- */

struct earlier {
    size_t n, capacity;
    uint32_t *profiles; /* (n) */
};

static bool is_earlier(const struct table *table, size_t other, size_t row)
{
    if (table->row_time == NULL) {
        return other < row;
    }
    int64_t then = table_instant(table, table->row_time[other]);
    int64_t now = table_instant(table, table->row_time[row]);
    return then != TABLE_NO_TIME && now != TABLE_NO_TIME && then < now;
}

static bool add_if_earlier(const struct table *table, size_t row, size_t other,
                           struct earlier *earlier, struct status *status)
{
    if (!is_earlier(table, other, row)) {
        return true;
    }
    if (!mem_grow(&earlier->profiles, &earlier->capacity, earlier->n + 1,
                  sizeof *earlier->profiles, "a user's past", status)) {
        return false;
    }
    earlier->profiles[earlier->n++] = table->row_profile[other];
    return true;
}

static bool find_in_index(const struct table *table, const struct row_index *by_user,
                          size_t row, struct earlier *earlier, struct status *status)
{
    uint32_t user = table->row_user[row];
    for (uint32_t k = by_user->start[user]; k < by_user->start[user + 1]; k++) {
        if (!add_if_earlier(table, row, by_user->rows[k], earlier, status)) {
            return false;
        }
    }
    return true;
}

static bool find_in_table(const struct table *table, size_t row,
                          const struct progress *progress, struct earlier *earlier,
                          struct status *status)
{
    for (size_t other = 0; other < table->n_rows; other++) {
        if (other % TICK_ROWS == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (table->row_user[other] == table->row_user[row] &&
            !add_if_earlier(table, row, other, earlier, status)) {
            return false;
        }
    }
    return true;
}

/* ---- what they say ---- */

double user_past_tail(double x, double mean, double variance)
{
    x = ceil(x);
    if (x <= 0) {
        return 1;
    }
    if (!(mean > 0)) {
        return 0;
    }
    variance = variance > mean * 1.000001 ? variance : mean * 1.000001;
    double r = mean * mean / (variance - mean), q = 1 - mean / variance;
    double term = exp(lgamma(x + r) - lgamma(r) - lgamma(x + 1) + r * log1p(-q) + x * log(q));
    double sum = 0;
    for (int i = 0; i < TAIL_STEPS; i++) {
        sum += term;
        double k = x + i;
        double ratio = (k + r) / (k + 1) * q;
        /* Once the terms fall geometrically, what is left is less than a last digit. */
        if (ratio < 1 && term * ratio / (1 - ratio) < sum * 1e-12) {
            break;
        }
        term *= ratio;
    }
    return sum < 1 ? sum : 1;
}

bool user_past_is_ratio(const char *feature)
{
    size_t length = strlen(feature);
    return length > 6 && strcmp(feature + length - 6, "_ratio") == 0;
}

/* How this row's value stands among the `n` earlier ones. A ratio is no count, even where it is
 * 0 and 1 only. */
static void compare(struct user_past *past, size_t f, bool ratio, double own, double everybody,
                    const double *values, size_t n)
{
    double sum = 0, squares = 0;
    bool counts = !ratio && own >= 0 && own == floor(own);
    past->at_least[f] = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        past->at_least[f] += values[i] >= own;
        counts = counts && values[i] >= 0 && values[i] == floor(values[i]);
    }
    double average = n > 0 ? sum / (double)n : 0;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - average) * (values[i] - average);
    }
    double weight = USER_PAST_PRIOR + (double)n;
    double mean = (USER_PAST_PRIOR * everybody + sum) / weight;
    /* Everybody's variance is taken as that of a geometric count, mean + mean^2. */
    double variance =
        (USER_PAST_PRIOR * (everybody + everybody * everybody) + squares) / weight;
    past->tail[f] = counts && n > 0 ? user_past_tail(own, mean, variance) : NAN;
}

static bool summarise(const struct table *table, size_t row, const double *mean,
                      const struct earlier *earlier, const struct progress *progress,
                      struct user_past *past, struct status *status)
{
    size_t n = earlier->n;
    double *values = mem_new(n, sizeof *values, "a user's past", status);
    bool good = values != NULL;
    for (size_t f = 0; good && f < table->profiles.d; f++) {
        for (size_t i = 0; i < n; i++) {
            values[i] = table_profile(table, earlier->profiles[i])[f];
        }
        if (mean != NULL) {
            compare(past, f, user_past_is_ratio(table->feature_names[f]),
                    table_profile(table, table->row_profile[row])[f], mean[f], values, n);
        }
        past->median[f] = percentile_median(values, n); /* which sorts them */
        past->most[f] = n > 0 ? values[n - 1] : NAN;
        good = !progress_cancelled(progress) || status_cancelled(status);
    }
    free(values);
    return good;
}

bool user_past_find(const struct table *table, const struct row_index *by_user, size_t row,
                    const double *mean, const struct progress *progress, struct user_past *past,
                    struct status *status)
{
    struct earlier earlier = {0};
    bool good = by_user != NULL ? find_in_index(table, by_user, row, &earlier, status)
                                : find_in_table(table, row, progress, &earlier, status);
    past->rows = earlier.n;
    good = good && summarise(table, row, mean, &earlier, progress, past, status);
    free(earlier.profiles);
    return good;
}
