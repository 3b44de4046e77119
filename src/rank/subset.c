#include "rank/subset.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rank/order.h"

enum { CHUNK = 1 << 16 };

/* Adds each row to its profile's count. */
static bool count(const struct row_set *rows, const uint32_t *row_profile, uint32_t *counts,
                  const struct progress *progress, struct status *status)
{
    uint32_t *chunk = mem_new(CHUNK, sizeof *chunk, "counts of a list", status);
    bool good = chunk != NULL;
    for (size_t at = 0; good && at < rows->n; at += CHUNK) {
        size_t n = rows->n - at < CHUNK ? rows->n - at : CHUNK;
        if (progress_cancelled(progress)) {
            good = status_cancelled(status);
        } else if (row_set_get(rows, at, n, chunk, status) != n) {
            good = false;
        }
        for (size_t i = 0; good && i < n; i++) {
            counts[row_profile[chunk[i]]]++;
        }
    }
    free(chunk);
    return good;
}

/* Where rows have the scores: sorts those of the list. */
static bool gather(struct subset *subset, const struct ranking *ranking,
                   const struct row_set *rows, const struct progress *progress,
                   struct status *status)
{
    uint32_t *chunk = mem_new(CHUNK, sizeof *chunk, "counts of a list", status);
    float *found = mem_new(rows->n, sizeof *found, "counts of a list", status);
    uint32_t *order = mem_new(rows->n, sizeof *order, "counts of a list", status);
    subset->score = mem_new(rows->n, sizeof *subset->score, "counts of a list", status);
    bool good = chunk != NULL && found != NULL && order != NULL && subset->score != NULL;
    for (size_t at = 0; good && at < rows->n; at += CHUNK) {
        size_t n = rows->n - at < CHUNK ? rows->n - at : CHUNK;
        if (progress_cancelled(progress)) {
            good = status_cancelled(status);
        } else if (row_set_get(rows, at, n, chunk, status) != n) {
            good = false;
        }
        for (size_t i = 0; good && i < n; i++) {
            found[at + i] = ranking->row_score[chunk[i]];
        }
    }
    good = good && order_floats(found, rows->n, NULL, order, &subset->n, status);
    for (size_t i = 0; good && i < subset->n; i++) {
        subset->score[i] = found[order[i]];
    }
    free(chunk);
    free(found);
    free(order);
    return good;
}

static bool fill(struct subset *subset, const struct ranking *ranking,
                 const struct row_set *rows, const uint32_t *row_profile,
                 const struct progress *progress, struct status *status)
{
    uint32_t *counts = mem_zero(ranking->n_ids, sizeof *counts, "counts of a list", status);
    subset->above =
        mem_zero(ranking->n_scored + 1, sizeof *subset->above, "counts of a list", status);
    bool good = counts != NULL && subset->above != NULL &&
                count(rows, row_profile, counts, progress, status);
    for (size_t i = 0; good && i < subset->n_scored; i++) {
        subset->above[i + 1] = subset->above[i] + counts[ranking->order[i]];
    }
    free(counts);
    return good;
}

struct subset *subset_new(const struct ranking *ranking, const struct row_set *rows,
                          const uint32_t *row_profile, const struct progress *progress,
                          struct status *status)
{
    struct subset *subset = mem_zero(1, sizeof *subset, "counts of a list", status);
    if (subset == NULL) {
        return NULL;
    }
    subset->n_scored = ranking->n_scored;
    subset->ranking = ranking;
    if (ranking->row_score != NULL
            ? !gather(subset, ranking, rows, progress, status)
            : !fill(subset, ranking, rows, row_profile, progress, status)) {
        subset_free(subset);
        return NULL;
    }
    return subset;
}

void subset_free(struct subset *subset)
{
    if (subset != NULL) {
        free(subset->above);
        free(subset->score);
        free(subset);
    }
}

/* Those of the rows that are among the first `position` ids in order, where a tie block ends.
 */
static size_t rows_above(const struct subset *subset, size_t position)
{
    if (subset->above != NULL) {
        return subset->above[position];
    }
    if (position == 0) {
        return 0;
    }
    const struct ranking *ranking = subset->ranking;
    float last = ranking->row_score[ranking->order[position - 1]];
    size_t low = 0, high = subset->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (subset->score[middle] >= last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t subset_scored(const struct subset *subset)
{
    return subset->above != NULL ? subset->above[subset->n_scored] : subset->n;
}

size_t subset_above(const struct subset *subset, const struct ranking *ranking, double score)
{
    return rows_above(subset, ranking_above(ranking, score));
}

size_t subset_bins(const struct subset *subset, const struct histogram *histogram, size_t first,
                   size_t last)
{
    return rows_above(subset, histogram->positions[first]) -
           rows_above(subset, histogram->positions[last + 1]);
}
