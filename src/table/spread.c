#include "table/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/percentile.h"

static uint64_t rows_of(const struct profiles *profiles)
{
    uint64_t rows = 0;
    for (size_t p = 0; p < profiles->n; p++) {
        rows += profiles->copies[p];
    }
    return rows;
}

/* The bin of a value. */
static size_t bin_of(const struct spread_feature *feature, double value)
{
    size_t low = 0, high = feature->n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (value <= feature->ends[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void count_rows(const struct spread_feature *feature, const struct profiles *profiles,
                       size_t index, uint64_t rows[SPREAD_BINS])
{
    memset(rows, 0, SPREAD_BINS * sizeof *rows);
    for (size_t p = 0; p < profiles->n; p++) {
        rows[bin_of(feature, profiles->values[p * profiles->d + index])] += profiles->copies[p];
    }
}

/* Ends at the twentieths of the rows; where many rows have one value, they are fewer. `values`
 * (profiles->n) is scratch. */
static void find_bins(struct spread_feature *feature, const struct profiles *profiles,
                      size_t index, uint64_t all, double *values, uint64_t *room)
{
    uint64_t ranks[SPREAD_BINS + 1];
    double found[SPREAD_BINS + 1];
    for (size_t p = 0; p < profiles->n; p++) {
        values[p] = profiles->values[p * profiles->d + index];
    }
    const struct percentile_column column = {
        .values = values, .copies = profiles->copies, .n = profiles->n};
    for (uint64_t i = 0; i <= SPREAD_BINS; i++) {
        ranks[i] = (all - 1) / SPREAD_BINS * i + (all - 1) % SPREAD_BINS * i / SPREAD_BINS;
    }
    percentile_ranks(&column, ranks, SPREAD_BINS + 1, room, found);
    feature->least = found[0];
    feature->most = found[SPREAD_BINS];
    feature->n = 1;
    for (size_t i = 1; i < SPREAD_BINS; i++) {
        bool higher = feature->n == 1 || found[i] > feature->ends[feature->n - 2];
        if (higher && found[i] < feature->most) {
            feature->ends[feature->n++ - 1] = found[i];
        }
    }
    count_rows(feature, profiles, index, feature->rows);
}

struct spread *spread_new(const struct profiles *profiles, struct status *status)
{
    const char *what = "how features are spread";
    struct spread *spread = mem_zero(1, sizeof *spread, what, status);
    double *values = mem_new(profiles->n, sizeof *values, what, status);
    uint64_t *room =
        mem_new((size_t)(SPREAD_BINS + 1) * PERCENTILE_ROOM, sizeof *room, what, status);
    bool good = spread != NULL && values != NULL && room != NULL;
    if (good) {
        spread->d = profiles->d;
        spread->rows = rows_of(profiles);
        spread->features = mem_zero(spread->d, sizeof *spread->features, what, status);
        good = spread->features != NULL;
    }
    for (size_t i = 0; good && i < spread->d; i++) {
        find_bins(&spread->features[i], profiles, i, spread->rows, values, room);
    }
    free(values);
    free(room);
    if (!good) {
        spread_free(spread);
        return NULL;
    }
    return spread;
}

void spread_free(struct spread *spread)
{
    if (spread != NULL) {
        free(spread->features);
        free(spread);
    }
}

/* ---- kept ---- */

void spread_save(const struct spread *spread, struct archive_out *archive)
{
    archive_put_count(archive, "SPrw", spread->rows);
    archive_put_count(archive, "SPnf", spread->d);
    for (size_t i = 0; i < spread->d; i++) {
        const struct spread_feature *feature = &spread->features[i];
        const double range[] = {feature->least, feature->most};
        archive_put(archive, "SPrg", range, sizeof *range, 2);
        archive_put(archive, "SPbn", feature->rows, sizeof *feature->rows, feature->n);
        archive_put(archive, "SPen", feature->ends, sizeof *feature->ends, feature->n - 1);
    }
}

static bool senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "how features are spread does not make sense");
}

static bool load_feature(struct archive_in *archive, struct spread_feature *feature,
                         uint64_t all, struct status *status)
{
    double range[2];
    size_t n, n_ends = 0;
    if (!archive_get_into(archive, "SPrg", range, sizeof *range, 2, status)) {
        return false;
    }
    uint64_t *rows = archive_get_copy(archive, "SPbn", sizeof *rows, &n, status);
    double *ends =
        rows != NULL ? archive_get_copy(archive, "SPen", sizeof *ends, &n_ends, status) : NULL;
    bool good =
        ends != NULL && ((n >= 1 && n <= SPREAD_BINS && n_ends == n - 1) || senseless(status));
    uint64_t sum = 0;
    *feature = (struct spread_feature){.n = n, .least = range[0], .most = range[1]};
    for (size_t i = 0; good && i < n; i++) {
        sum += feature->rows[i] = rows[i] <= all ? rows[i] : all + 1;
        if (i < n_ends) {
            feature->ends[i] = ends[i];
            good = isfinite(ends[i]) && (i == 0 || ends[i] > ends[i - 1]);
        }
    }
    free(rows);
    free(ends);
    if (status != NULL && status->code != STATUS_OK) {
        return false;
    }
    return (good && sum == all && range[0] <= range[1]) || senseless(status);
}

struct spread *spread_load(struct archive_in *archive, size_t d, struct status *status)
{
    uint64_t rows, n;
    if (!archive_get_count(archive, "SPrw", &rows, status) ||
        !archive_get_count(archive, "SPnf", &n, status)) {
        return NULL;
    }
    if (n != d || rows == 0 || rows > TABLE_ROWS_MAX) {
        senseless(status);
        return NULL;
    }
    struct status problem = {0};
    struct spread *spread = mem_zero(1, sizeof *spread, "how features are spread", &problem);
    bool good = spread != NULL;
    if (good) {
        spread->d = d;
        spread->rows = rows;
        spread->features =
            mem_zero(d, sizeof *spread->features, "how features are spread", &problem);
        good = spread->features != NULL;
    }
    for (size_t i = 0; good && i < d; i++) {
        good = load_feature(archive, &spread->features[i], rows, &problem);
    }
    if (!good) {
        status_set(status, problem.code, "%s", problem.text);
        spread_free(spread);
        return NULL;
    }
    return spread;
}

/* ---- comparing ---- */

/* Empty bins would make the index infinite. */
static double share_of(uint64_t rows, uint64_t all)
{
    return (rows > 0 ? (double)rows : 0.5) / (double)all;
}

struct comparing {
    uint64_t all, now;      /* rows of both tables */
    uint64_t before, after; /* in the bins so far */
    struct spread_shift *shift;
};

/* The next bin, which ends at `end`. */
static void compare_bin(struct comparing *comparing, uint64_t was, uint64_t is, double end)
{
    struct spread_shift *shift = comparing->shift;
    if (was > 0 || is > 0) {
        double p = share_of(was, comparing->all), q = share_of(is, comparing->now);
        shift->stability += (q - p) * log(q / p);
    }
    comparing->before += was;
    comparing->after += is;
    double higher = (double)comparing->before / (double)comparing->all -
                    (double)comparing->after / (double)comparing->now;
    if (fabs(higher) > fabs(shift->largest)) {
        shift->largest = higher;
        shift->at = end;
    }
}

void spread_compare(const struct spread *spread, const struct profiles *profiles,
                    struct spread_shift *shifts)
{
    const uint64_t now = rows_of(profiles);
    for (size_t i = 0; i < spread->d; i++) {
        const struct spread_feature *feature = &spread->features[i];
        struct spread_shift *shift = &shifts[i];
        struct comparing comparing = {.all = spread->rows, .now = now, .shift = shift};
        uint64_t rows[SPREAD_BINS];
        *shift = (struct spread_shift){.at = feature->most};
        count_rows(feature, profiles, i, rows);
        for (size_t p = 0; p < profiles->n; p++) {
            double value = profiles->values[p * profiles->d + i];
            shift->above += value > feature->most ? profiles->copies[p] : 0;
            shift->below += value < feature->least ? profiles->copies[p] : 0;
        }
        /* Values that the first table does not have are bins of their own. */
        rows[0] -= shift->below;
        rows[feature->n - 1] -= shift->above;
        compare_bin(&comparing, 0, shift->below, feature->least);
        for (size_t bin = 0; bin < feature->n; bin++) {
            compare_bin(&comparing, feature->rows[bin], rows[bin],
                        bin + 1 < feature->n ? feature->ends[bin] : feature->most);
        }
        compare_bin(&comparing, 0, shift->above, feature->most);
    }
}
