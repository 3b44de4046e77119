#include "rank/ranking.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rank/merge.h"
#include "rank/order.h"
#include "rank/quantile.h"

static bool fill(struct ranking *ranking, const struct profiles *profiles,
                 struct status *status)
{
    size_t n = profiles->n, scored;
    const char *what = "a ranking";
    ranking->order = mem_new(n, sizeof *ranking->order, what, status);
    ranking->place = mem_new(n, sizeof *ranking->place, what, status);
    if (ranking->order == NULL || ranking->place == NULL ||
        !order_doubles(ranking->score, 1, n, true, ranking->order, &scored, status)) {
        return false;
    }
    ranking->rows_above = mem_new(scored + 1, sizeof *ranking->rows_above, what, status);
    if (ranking->rows_above == NULL) {
        return false;
    }
    ranking->n_scored = scored;
    size_t capacity = n;
    mem_trim(&ranking->order, &capacity, scored, sizeof *ranking->order);
    for (size_t i = 0; scored < n && i < n; i++) {
        ranking->place[i] = UINT32_MAX;
    }
    size_t rows = 0;
    for (size_t i = 0; i < scored; i++) {
        uint32_t profile = ranking->order[i];
        ranking->place[profile] = (uint32_t)i;
        ranking->rows_above[i] = (uint32_t)rows;
        rows += profiles->copies[profile];
    }
    ranking->rows_above[scored] = (uint32_t)rows;
    ranking->scored_rows = rows;
    return true;
}

struct ranking *ranking_new(const double *score, const struct profiles *profiles,
                            struct parallel *parallel, struct status *status)
{
    (void)parallel; /* half a million numbers take some ten milliseconds */
    struct ranking *ranking = mem_zero(1, sizeof *ranking, "a ranking", status);
    if (ranking == NULL) {
        return NULL;
    }
    ranking->n_profiles = profiles->n;
    ranking->score = score;
    if (!fill(ranking, profiles, status)) {
        ranking_free(ranking);
        return NULL;
    }
    return ranking;
}

void ranking_free(struct ranking *ranking)
{
    if (ranking != NULL) {
        free(ranking->order);
        free(ranking->place);
        free(ranking->rows_above);
        free(ranking);
    }
}

size_t ranking_above(const struct ranking *ranking, double score)
{
    size_t low = 0, high = ranking->n_scored;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranking->score[ranking->order[middle]] > score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t ranking_at_least(const struct ranking *ranking, double score)
{
    size_t low = 0, high = ranking->n_scored;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranking->score[ranking->order[middle]] >= score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t ranking_position(const struct ranking *ranking, size_t rank)
{
    return quantile_place(ranking->rows_above, ranking->n_scored, rank - 1);
}

struct tie_block ranking_ties(const struct ranking *ranking, size_t profile)
{
    double score = ranking->score[profile];
    struct tie_block block = {0};
    if (ranking->place[profile] == UINT32_MAX) {
        return block;
    }
    block.first = ranking_above(ranking, score);
    block.last = ranking_at_least(ranking, score);
    block.rows = ranking->rows_above[block.last] - ranking->rows_above[block.first];
    block.best_rank = (size_t)ranking->rows_above[block.first] + 1;
    return block;
}

double ranking_tail_share(const struct ranking *ranking, size_t profile)
{
    return ranking_tail_share_of(ranking, ranking->score[profile]);
}

double ranking_tail_share_of(const struct ranking *ranking, double score)
{
    if (isnan(score) || ranking->scored_rows == 0) {
        return NAN;
    }
    size_t rows = ranking->rows_above[ranking_at_least(ranking, score)];
    return (double)rows / (double)ranking->scored_rows;
}

/* The score of the row at place `place` when scores rise. */
static double rising_score(const void *context, size_t place)
{
    const struct ranking *ranking = context;
    size_t rank = ranking->scored_rows - place; /* of scored_rows .. 1 */
    return ranking->score[ranking->order[ranking_position(ranking, rank)]];
}

double ranking_percentile(const struct ranking *ranking, double percent)
{
    return quantile_linear(rising_score, ranking, ranking->scored_rows, percent);
}

/* The end of the tie block that starts at a position: most are short. */
static size_t block_end(const struct ranking *ranking, size_t first)
{
    enum { NEAR = 8 };
    double score = ranking->score[ranking->order[first]];
    for (size_t i = first + 1; i < first + NEAR; i++) {
        if (i == ranking->n_scored || ranking->score[ranking->order[i]] != score) {
            return i;
        }
    }
    return ranking_at_least(ranking, score);
}

size_t ranking_rows(const struct ranking *ranking, const struct row_index *index, size_t from,
                    size_t count, uint32_t *rows, struct status *status)
{
    if (from == 0 || from > ranking->scored_rows) {
        return 0;
    }
    size_t left = ranking->scored_rows - (from - 1);
    left = count < left ? count : left;
    size_t profile = ranking->order[ranking_position(ranking, from)];
    size_t first = ranking_above(ranking, ranking->score[profile]);
    size_t written = 0, skip = from - 1 - ranking->rows_above[first];
    while (written < left) {
        size_t last = block_end(ranking, first);
        struct merge merge = {index, ranking->order + first, last - first};
        size_t part = ranking->rows_above[last] - ranking->rows_above[first] - skip;
        part = part < left - written ? part : left - written;
        if (!merge_rows(&merge, skip, part, rows + written, status)) {
            return written;
        }
        written += part;
        first = last;
        skip = 0;
    }
    return written;
}

size_t ranking_rank_of(const struct ranking *ranking, const struct row_index *index,
                       const uint32_t *row_profile, size_t row)
{
    size_t profile = row_profile[row];
    if (ranking->place[profile] == UINT32_MAX) {
        return 0;
    }
    struct tie_block block = ranking_ties(ranking, profile);
    struct merge merge = {index, ranking->order + block.first, block.last - block.first};
    return block.best_rank + merge_rank(&merge, (uint32_t)row);
}
