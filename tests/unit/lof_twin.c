#include "unit/lof_twin.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static double twin_distance(const struct lof_twin *twin, const float *a, const float *b)
{
    double sum = 0;
    for (size_t j = 0; j < twin->d; j++) {
        sum += ((double)a[j] - (double)b[j]) * ((double)a[j] - (double)b[j]);
    }
    return sqrt(sum);
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Distance to the k-th nearest of the distinct vectors that are not x. */
static double twin_k_distance(const struct lof_twin *twin, const float *x)
{
    size_t n = 0;
    for (size_t i = 0; i < twin->n; i++) {
        double distance = twin_distance(twin, x, twin->x[i]);
        if (distance > 0 && twin->first[i]) {
            twin->others[n++] = distance;
        }
    }
    qsort(twin->others, n, sizeof *twin->others, rising);
    return n == 0 ? 0 : twin->others[(twin->k < n ? twin->k : n) - 1];
}

/* Over the rows within k_distance of x, which leaves out one row that is x itself (`self`): the
 * mean of reach, or of lrd. */
static double twin_mean(const struct lof_twin *twin, const float *x, double k_distance,
                        size_t self, bool of_lrd)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < twin->n; i++) {
        double distance = twin_distance(twin, x, twin->x[i]);
        if (i != self && distance <= k_distance) {
            weight += 1;
            sum += of_lrd ? twin->lrd[i] : fmax(twin->k_distance[i], distance);
        }
    }
    return sum / weight;
}

struct lof_twin *lof_twin_new(const float **take_rows, size_t n, size_t d, size_t k)
{
    struct lof_twin *twin = malloc(sizeof *twin);
    *twin = (struct lof_twin){.n = n, .d = d, .k = k, .x = take_rows};
    twin->k_distance = malloc(n * sizeof *twin->k_distance);
    twin->lrd = malloc(n * sizeof *twin->lrd);
    twin->others = malloc(n * sizeof *twin->others);
    twin->first = malloc(n * sizeof *twin->first);
    for (size_t i = 0; i < n; i++) {
        size_t before = 0;
        while (before < i && twin_distance(twin, twin->x[before], twin->x[i]) > 0) {
            before++;
        }
        twin->first[i] = before == i;
    }
    for (size_t i = 0; i < n; i++) {
        twin->k_distance[i] = twin_k_distance(twin, twin->x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        twin->lrd[i] = 1 / twin_mean(twin, twin->x[i], twin->k_distance[i], i, false);
    }
    return twin;
}

void lof_twin_free(struct lof_twin *twin)
{
    free(twin->x);
    free(twin->k_distance);
    free(twin->lrd);
    free(twin->others);
    free(twin->first);
    free(twin);
}

double lof_twin_lof(const struct lof_twin *twin, const float *x)
{
    size_t self = 0;
    while (self < twin->n && twin_distance(twin, x, twin->x[self]) > 0) {
        self++;
    }
    double k_distance = twin_k_distance(twin, x);
    double lrd = 1 / twin_mean(twin, x, k_distance, self, false);
    return twin_mean(twin, x, k_distance, self, true) / lrd;
}
