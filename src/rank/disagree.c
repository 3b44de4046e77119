#include "rank/disagree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/order.h"
#include "rank/overlap_rows.h"

/* What the rankings think of one row of a profile; of any when none ranks rows. */
static struct disagreement judge(const struct ranking *const *rankings, size_t n,
                                 size_t profile, size_t row)
{
    struct disagreement judged = {.decades = NAN};
    double most = 0, least = 0;
    size_t members = 0;
    for (size_t i = 0; i < n; i++) {
        double share =
            ranking_tail_share(rankings[i], rankings[i]->row_score != NULL ? row : profile);
        if (isnan(share)) {
            continue;
        }
        double decades = -log10(share);
        if (members == 0 || decades > most) {
            most = decades;
            judged.rare = (uint8_t)i;
        }
        if (members == 0 || decades < least) {
            least = decades;
            judged.ordinary = (uint8_t)i;
        }
        members++;
    }
    if (members >= 2) {
        judged.decades = most - least;
    }
    return judged;
}

/* The profiles of the heads, each once, with their differences. */
struct candidates {
    size_t n;
    uint32_t *profiles;
    double *decades; /* NaN: scored by one ranking only */
};

static void candidates_clear(struct candidates *candidates)
{
    free(candidates->profiles);
    free(candidates->decades);
}

static bool find_candidates(struct candidates *found, const struct ranking *const *rankings,
                            const struct head *heads, size_t n, struct status *status)
{
    size_t room = 0;
    for (size_t h = 0; h < n; h++) {
        room += heads[h].touched;
    }
    uint32_t *spare = mem_new(room, sizeof *spare, "comparing rankings", status);
    found->profiles = mem_new(room, sizeof *found->profiles, "comparing rankings", status);
    found->decades = mem_new(room, sizeof *found->decades, "comparing rankings", status);
    if (spare == NULL || found->profiles == NULL || found->decades == NULL) {
        free(spare);
        return false;
    }
    size_t all = 0;
    for (size_t h = 0; h < n; h++) {
        memcpy(found->profiles + all, heads[h].ranking->order,
               heads[h].touched * sizeof *found->profiles);
        all += heads[h].touched;
    }
    order_u32(found->profiles, spare, all);
    free(spare);
    for (size_t i = 0; i < all; i++) {
        uint32_t profile = found->profiles[i];
        if (found->n == 0 || found->profiles[found->n - 1] != profile) {
            found->profiles[found->n] = profile;
            found->decades[found->n++] = judge(rankings, n, profile, 0).decades;
        }
    }
    return true;
}

struct comparison {
    const struct ranking *const *rankings;
    size_t n;
    struct head heads[OVERLAP_MAX];
    const struct row_index *index;
    struct disagreement *list; /* (most) */
    size_t most, count;
};

static bool in_some_head(const struct comparison *comparison, uint32_t profile, uint32_t row)
{
    for (size_t h = 0; h < comparison->n; h++) {
        if (head_holds(&comparison->heads[h], profile, row)) {
            return true;
        }
    }
    return false;
}

/* Packs the rows that a profile may add to the list with it, so that they sort as one number.
 */
static size_t pack_rows(const struct comparison *comparison, uint32_t profile, uint64_t *packed)
{
    const struct row_index *index = comparison->index;
    const uint32_t *at = index->rows + index->start[profile];
    size_t copies = index->start[profile + 1] - index->start[profile], n = 0;
    while (n < copies && n < comparison->most && in_some_head(comparison, profile, at[n])) {
        packed[n] = (uint64_t)at[n] << 32 | profile;
        n++;
    }
    return n;
}

/* Adds the rows of profiles (n) that differ equally to the list, by row_id. */
static bool list_group(struct comparison *comparison, const struct candidates *found,
                       const uint32_t *order, size_t n, struct status *status)
{
    const uint32_t *start = comparison->index->start;
    size_t room = 0, rows = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t profile = found->profiles[order[i]];
        size_t copies = start[profile + 1] - start[profile];
        room += copies < comparison->most ? copies : comparison->most;
    }
    uint64_t *packed = mem_new(room, 2 * sizeof *packed, "comparing rankings", status);
    if (packed == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        rows += pack_rows(comparison, found->profiles[order[i]], packed + rows);
    }
    order_u64(packed, packed + room, rows, 32);
    for (size_t i = 0; i < rows && comparison->count < comparison->most; i++) {
        struct disagreement *next = &comparison->list[comparison->count++];
        *next = judge(comparison->rankings, comparison->n, (uint32_t)packed[i], 0);
        next->row = (uint32_t)(packed[i] >> 32);
    }
    free(packed);
    return true;
}

static bool list_all(struct comparison *comparison, const struct candidates *found,
                     struct status *status)
{
    size_t ordered = 0, end;
    uint32_t *order = mem_new(found->n, sizeof *order, "comparing rankings", status);
    bool ok = order != NULL &&
              order_doubles(found->decades, 1, found->n, true, order, &ordered, status);
    for (size_t i = 0; ok && i < ordered && comparison->count < comparison->most; i = end) {
        double decades = found->decades[order[i]];
        for (end = i + 1; end < ordered && found->decades[order[end]] == decades;) {
            end++;
        }
        ok = list_group(comparison, found, order + i, end - i, status);
    }
    free(order);
    return ok;
}

/* ---- with rankings of rows: row by row ---- */

static bool list_rows(struct comparison *comparison, const uint32_t *row_profile,
                      struct status *status)
{
    size_t n, ordered = 0;
    uint32_t *rows =
        heads_rows(comparison->heads, comparison->n, 1, comparison->index, &n, status);
    if (rows == NULL) {
        return false;
    }
    double *decades = mem_new(n, sizeof *decades, "comparing rankings", status);
    uint32_t *order = mem_new(n, sizeof *order, "comparing rankings", status);
    bool ok = decades != NULL && order != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        decades[i] =
            judge(comparison->rankings, comparison->n, row_profile[rows[i]], rows[i]).decades;
    }
    ok = ok && order_doubles(decades, 1, n, true, order, &ordered, status);
    for (size_t i = 0; ok && i < ordered && comparison->count < comparison->most; i++) {
        uint32_t row = rows[order[i]];
        struct disagreement *next = &comparison->list[comparison->count++];
        *next = judge(comparison->rankings, comparison->n, row_profile[row], row);
        next->row = row;
    }
    free(rows);
    free(decades);
    free(order);
    return ok;
}

bool disagreements(const struct ranking *const *rankings, size_t n,
                   const struct row_index *index, const uint32_t *row_profile, size_t k,
                   struct disagreement *list, size_t most, size_t *count, struct status *status)
{
    struct comparison comparison = {rankings, n, .index = index, .list = list, .most = most};
    struct candidates found = {0};
    *count = 0;
    if (n > OVERLAP_MAX) {
        return status_set(status, STATUS_USAGE, "at most %d rankings can be compared",
                          OVERLAP_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if (!head_new(&comparison.heads[i], rankings[i], index, k, status)) {
            return false;
        }
    }
    if (heads_have_rows(comparison.heads, n)) {
        bool listed = list_rows(&comparison, row_profile, status);
        *count = comparison.count;
        return listed;
    }
    bool ok = find_candidates(&found, rankings, comparison.heads, n, status) &&
              list_all(&comparison, &found, status);
    *count = comparison.count;
    candidates_clear(&found);
    return ok;
}
