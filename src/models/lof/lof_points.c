#include "models/lof/lof_points.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "models/kdtree/kdtree_select.h"

void lof_points_detach(struct lof_points *points)
{
    free(points->profiles);
    free(points->point_of);
    points->profiles = NULL;
    points->point_of = NULL;
    points->n_profiles = 0;
}

void lof_points_clear(struct lof_points *points)
{
    free(points->rows);
    free(points->x);
    free(points->copies);
    free(points->first);
    free(points->of_row);
    lof_points_detach(points);
    memset(points, 0, sizeof *points);
}

static bool draw(struct lof_points *points, const struct detector_data *data, size_t size,
                 const struct progress *progress, struct status *status)
{
    const size_t n_rows = data->table->n_rows;
    points->n_rows = n_rows;
    if (size == 0 || n_rows <= size) {
        return true;
    }
    points->n_rows = size;
    points->rows = mem_new(size, sizeof *points->rows, "the LOF sample", status);
    if (points->rows == NULL) {
        return false;
    }
    struct rng rng;
    rng_seed(&rng, data->seed);
    return rng_choice(&rng, n_rows, size, points->rows, progress, status);
}

/* Lists the profiles that have a sampled row, ascending, and how many each has: (n_profiles)
 * counts, which the caller frees. */
static uint32_t *count(struct lof_points *points, const struct table *table,
                       struct status *status)
{
    const size_t n = table->profiles.n;
    uint32_t *counts = mem_zero(n, sizeof *counts, "the LOF sample", status);
    if (counts == NULL) {
        return NULL;
    }
    if (points->rows == NULL) {
        memcpy(counts, table->profiles.copies, n * sizeof *counts);
    } else {
        for (size_t i = 0; i < points->n_rows; i++) {
            counts[table->row_profile[points->rows[i]]]++;
        }
    }
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        found += counts[i] > 0;
    }
    points->profiles = mem_new(found, sizeof *points->profiles, "the LOF sample", status);
    if (points->profiles == NULL) {
        free(counts);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (counts[i] > 0) {
            counts[points->n_profiles] = counts[i];
            points->profiles[points->n_profiles++] = (uint32_t)i;
        }
    }
    return counts;
}

/* The bits of a coordinate, in the order of its value; -0 counts as 0. */
static inline uint32_t bits_of(const float *vector, size_t j)
{
    return (uint32_t)(kdtree_key(vector[j] + 0.0f, 0) >> 32);
}

/* Sorts n vectors lexicographically, and equal ones by position: a radix sort, coordinate by
 * coordinate from the last, eleven bits at a time. */
static bool sort(const float *vectors, size_t n, size_t d, uint32_t *order, uint32_t *other,
                 const struct progress *progress, struct status *status)
{
    enum { BITS = 11, BUCKETS = 1 << BITS };
    uint32_t *from = order, *to = other;
    for (size_t pass = 0; pass < 3 * d; pass++) {
        const size_t j = d - 1 - pass / 3, shift = pass % 3 * BITS;
        size_t start[BUCKETS + 1] = {0};
        if (progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        for (size_t i = 0; i < n; i++) {
            const float *v = vectors + (size_t)from[i] * d;
            start[(bits_of(v, j) >> shift & (BUCKETS - 1)) + 1]++;
        }
        if (start[(bits_of(vectors, j) >> shift & (BUCKETS - 1)) + 1] == n) {
            continue;
        }
        for (size_t b = 0; b < BUCKETS; b++) {
            start[b + 1] += start[b];
        }
        for (size_t i = 0; i < n; i++) {
            const float *v = vectors + (size_t)from[i] * d;
            to[start[bits_of(v, j) >> shift & (BUCKETS - 1)]++] = from[i];
        }
        uint32_t *t = from;
        from = to;
        to = t;
    }
    if (from != order) {
        memcpy(order, from, n * sizeof *order);
    }
    return true;
}

/* The order that sort() finds; the caller frees it. */
static uint32_t *sorted(const float *vectors, size_t n, size_t d,
                        const struct progress *progress, struct status *status)
{
    uint32_t *order = mem_new(n, sizeof *order, "points", status);
    uint32_t *other = mem_new(n, sizeof *other, "points", status);
    bool done = order != NULL && other != NULL;
    if (done) {
        for (size_t i = 0; i < n; i++) {
            order[i] = (uint32_t)i;
        }
        done = sort(vectors, n, d, order, other, progress, status);
    }
    free(other);
    if (!done) {
        free(order);
        return NULL;
    }
    return order;
}

static bool same(const float *a, const float *b, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        if (a[j] != b[j]) {
            return false;
        }
    }
    return true;
}

/* The scaled vectors (n, d) of profiles; 0 for -0. */
static float *vectors_of(const uint32_t *profiles, size_t n, const struct detector_data *data,
                         struct status *status)
{
    const size_t d = data->table->profiles.d;
    float *vectors = mem_new(n * d, sizeof *vectors, "points", status),
          room[TABLE_FEATURES_MAX];
    for (size_t i = 0; vectors != NULL && i < n; i++) {
        const float *x = detector_vector(data, profiles[i], room);
        for (size_t j = 0; j < d; j++) {
            vectors[i * d + j] = x[j] + 0.0f;
        }
    }
    return vectors;
}

/* Numbers the distinct vectors in sorted order. */
static bool merge(struct lof_points *points, const float *vectors, const uint32_t *counts,
                  const uint32_t *order, struct status *status)
{
    const size_t d = points->d;
    points->point_of = mem_new(points->n_profiles, sizeof *points->point_of, "points", status);
    if (points->point_of == NULL) {
        return false;
    }
    const float *last = NULL;
    for (size_t i = 0; i < points->n_profiles; i++) {
        const float *v = vectors + (size_t)order[i] * d;
        points->n += last == NULL || !same(v, last, d);
        points->point_of[order[i]] = (uint32_t)(points->n - 1);
        last = v;
    }
    points->copies = mem_zero(points->n, sizeof *points->copies, "points", status);
    points->first = mem_new(points->n, sizeof *points->first, "points", status);
    if (points->copies == NULL || points->first == NULL) {
        return false;
    }
    for (size_t i = 0; i < points->n_profiles; i++) {
        const uint32_t p = points->point_of[i];
        if (points->copies[p] == 0) {
            points->first[p] = points->profiles[i];
        }
        points->copies[p] += counts[i];
    }
    points->x = mem_new(points->n * d, sizeof *points->x, "points", status);
    for (size_t i = 0; points->x != NULL && i < points->n_profiles; i++) {
        memcpy(points->x + points->point_of[i] * d, vectors + i * d, d * sizeof *vectors);
    }
    return points->x != NULL;
}

bool lof_points_find(struct lof_points *points, const struct detector_data *data, size_t size,
                     const struct progress *progress, struct status *status)
{
    memset(points, 0, sizeof *points);
    points->d = data->table->profiles.d;
    uint32_t *counts;
    if (!draw(points, data, size, progress, status) ||
        (counts = count(points, data->table, status)) == NULL) {
        return false;
    }
    float *vectors = vectors_of(points->profiles, points->n_profiles, data, status);
    uint32_t *order = vectors == NULL
                          ? NULL
                          : sorted(vectors, points->n_profiles, points->d, progress, status);
    const bool done = order != NULL && merge(points, vectors, counts, order, status);
    free(vectors);
    free(counts);
    free(order);
    return done;
}

uint32_t *lof_points_order(const struct lof_points *points, struct status *status)
{
    return sorted(points->x, points->n, points->d, NULL, status);
}

/* array[i] becomes what array[order[i]] was. */
static bool permute(uint32_t **array, const uint32_t *order, size_t n, struct status *status)
{
    uint32_t *moved = mem_new(n, sizeof *moved, "points", status);
    for (size_t i = 0; moved != NULL && i < n; i++) {
        moved[i] = (*array)[order[i]];
    }
    if (moved != NULL) {
        free(*array);
        *array = moved;
    }
    return moved != NULL;
}

float *lof_points_permuted(const struct lof_points *points, const uint32_t *order,
                           struct status *status)
{
    const size_t d = points->d;
    float *moved = mem_new(points->n * d, sizeof *moved, "points", status);
    for (size_t i = 0; moved != NULL && i < points->n; i++) {
        memcpy(moved + i * d, points->x + (size_t)order[i] * d, d * sizeof *moved);
    }
    return moved;
}

static bool permute_x(struct lof_points *points, const uint32_t *order, struct status *status)
{
    float *moved = lof_points_permuted(points, order, status);
    if (moved != NULL) {
        free(points->x);
        points->x = moved;
    }
    return moved != NULL;
}

bool lof_points_renumber(struct lof_points *points, const uint32_t *order,
                         struct status *status)
{
    uint32_t *number = mem_new(points->n, sizeof *number, "points", status);
    if (number == NULL || !permute(&points->copies, order, points->n, status) ||
        !permute(&points->first, order, points->n, status) ||
        (points->x != NULL && !permute_x(points, order, status))) {
        free(number);
        return false;
    }
    for (size_t i = 0; i < points->n; i++) {
        number[order[i]] = (uint32_t)i;
    }
    for (size_t i = 0; i < points->n_profiles; i++) {
        points->point_of[i] = number[points->point_of[i]];
    }
    free(number);
    return true;
}

bool lof_points_map_rows(struct lof_points *points, const struct table *table,
                         struct status *status)
{
    uint32_t *of_profile =
        mem_new(table->profiles.n, sizeof *of_profile, "the LOF sample", status);
    points->of_row = mem_new(points->n_rows, sizeof *points->of_row, "the LOF sample", status);
    const bool enough = of_profile != NULL && points->of_row != NULL;
    if (enough) {
        for (size_t i = 0; i < points->n_profiles; i++) {
            of_profile[points->profiles[i]] = points->point_of[i];
        }
        for (size_t i = 0; i < points->n_rows; i++) {
            points->of_row[i] = of_profile[table->row_profile[lof_points_row(points, i)]];
        }
    }
    free(of_profile);
    return enough;
}
