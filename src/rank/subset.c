#include "rank/subset.h"

#include <stdlib.h>

#include "base/mem.h"

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

struct subset *subset_new(const struct ranking *ranking, const struct row_set *rows,
                          const uint32_t *row_profile, const struct progress *progress,
                          struct status *status)
{
    struct subset *subset = mem_zero(1, sizeof *subset, "counts of a list", status);
    uint32_t *counts =
        mem_zero(ranking->n_profiles, sizeof *counts, "counts of a list", status);
    if (subset == NULL || counts == NULL) {
        free(subset);
        free(counts);
        return NULL;
    }
    subset->n_scored = ranking->n_scored;
    subset->above =
        mem_zero(ranking->n_scored + 1, sizeof *subset->above, "counts of a list", status);
    if (subset->above == NULL || !count(rows, row_profile, counts, progress, status)) {
        subset_free(subset);
        free(counts);
        return NULL;
    }
    for (size_t i = 0; i < subset->n_scored; i++) {
        subset->above[i + 1] = subset->above[i] + counts[ranking->order[i]];
    }
    free(counts);
    return subset;
}

void subset_free(struct subset *subset)
{
    if (subset != NULL) {
        free(subset->above);
        free(subset);
    }
}

size_t subset_scored(const struct subset *subset)
{
    return subset->above[subset->n_scored];
}

size_t subset_above(const struct subset *subset, const struct ranking *ranking, double score)
{
    return subset->above[ranking_above(ranking, score)];
}

size_t subset_bins(const struct subset *subset, const struct histogram *histogram, size_t first,
                   size_t last)
{
    return subset->above[histogram->positions[first]] -
           subset->above[histogram->positions[last + 1]];
}
