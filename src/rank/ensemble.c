#include "rank/ensemble.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

/* Adds the decades of one ranking to the sums: one logarithm a tie block. */
static void add_decades(const struct ranking *ranking, double *sum, uint8_t *members)
{
    size_t last;
    for (size_t first = 0; first < ranking->n_scored; first = last) {
        double score = ranking->score[ranking->order[first]];
        for (last = first + 1; last < ranking->n_scored; last++) {
            if (ranking->score[ranking->order[last]] != score) {
                break;
            }
        }
        double share = (double)ranking->rows_above[last] / (double)ranking->scored_rows;
        double decades = 0.0 - log10(share); /* 0, not -0, for a share of 1 */
        for (size_t i = first; i < last; i++) {
            sum[ranking->order[i]] += decades;
            members[ranking->order[i]]++;
        }
    }
}

bool ensemble_score(const struct ranking *const *rankings, size_t n, size_t n_profiles,
                    struct scores *scores, struct status *status)
{
    uint8_t *members = mem_zero(n_profiles, sizeof *members, "the ensemble", status);
    if (members == NULL || !scores_new(scores, n_profiles, status)) {
        free(members);
        return false;
    }
    for (size_t i = 0; i < n_profiles; i++) {
        scores->score[i] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (rankings[i] != NULL) {
            add_decades(rankings[i], scores->score, members);
        }
    }
    for (size_t i = 0; i < n_profiles; i++) {
        scores->score[i] = members[i] > 0 ? scores->score[i] / members[i] : NAN;
    }
    free(members);
    return true;
}

size_t ensemble_members(const struct ranking *const *rankings, size_t n, size_t profile)
{
    size_t members = 0;
    for (size_t i = 0; i < n; i++) {
        members += rankings[i] != NULL && rankings[i]->place[profile] != UINT32_MAX;
    }
    return members;
}
