#include "rank/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/merge.h"
#include "rank/order.h"
#include "rank/quantile.h"
#include "rank/row_scores.h"
#include "rank/ties.h"

enum {
    AHEAD = 24, /* positions from asking for a profile to using it */
    NEAR = 8, /* most tie blocks are short: so many positions are looked at before bisecting */
};

static bool count_rows(struct ranking *ranking, const struct profiles *profiles,
                       struct status *status)
{
    const size_t n = ranking->n_scored;
    ranking->rows_above = mem_new(n + 1, sizeof *ranking->rows_above, "a ranking", status);
    if (ranking->rows_above == NULL) {
        return false;
    }
    uint32_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(&profiles->copies[ranking->order[i + AHEAD]]);
        }
        ranking->rows_above[i] = rows;
        rows += profiles->copies[ranking->order[i]];
    }
    ranking->rows_above[n] = rows;
    return true;
}

static bool fill(struct ranking *ranking, const struct profiles *profiles,
                 struct status *status)
{
    size_t n = profiles->n, scored;
    const char *what = "a ranking";
    ranking->order = mem_new(n, sizeof *ranking->order, what, status);
    if (ranking->order == NULL ||
        !order_doubles(ranking->score, 1, n, true, ranking->order, &scored, status)) {
        return false;
    }
    ranking->n_scored = scored;
    size_t capacity = n, rows = 0;
    mem_trim(&ranking->order, &capacity, scored, sizeof *ranking->order);
    for (size_t i = 0; i < n; i++) {
        rows += isnan(ranking->score[i]) ? 0 : profiles->copies[i];
    }
    ranking->scored_rows = rows;
    return rows == scored || count_rows(ranking, profiles, status);
}

struct ranking *ranking_new(const double *score, const struct profiles *profiles,
                            struct parallel *parallel, struct status *status)
{
    (void)parallel; /* half a million numbers take some ten milliseconds */
    struct ranking *ranking = mem_zero(1, sizeof *ranking, "a ranking", status);
    if (ranking == NULL) {
        return NULL;
    }
    ranking->n_ids = profiles->n;
    ranking->score = score;
    if (!fill(ranking, profiles, status)) {
        ranking_free(ranking);
        return NULL;
    }
    return ranking;
}

struct ranking *ranking_new_unsorted(const float *row_score, size_t n_rows,
                                     struct status *status)
{
    struct ranking *ranking = mem_zero(1, sizeof *ranking, "a ranking", status);
    if (ranking != NULL) {
        ranking->n_ids = n_rows;
        ranking->row_score = row_score;
        ranking->n_scored = ranking->scored_rows = row_scores_count(row_score, n_rows);
    }
    return ranking;
}

bool ranking_sort(struct ranking *ranking, struct parallel *parallel, struct status *status)
{
    size_t capacity = ranking->n_ids;
    if (ranking->order != NULL) {
        return true;
    }
    ranking->order = mem_new(capacity, sizeof *ranking->order, "a ranking", status);
    if (ranking->order == NULL || !order_floats(ranking->row_score, capacity, parallel,
                                                ranking->order, &ranking->n_scored, status)) {
        free(ranking->order);
        ranking->order = NULL;
        return false;
    }
    mem_trim(&ranking->order, &capacity, ranking->n_scored, sizeof *ranking->order);
    return true;
}

struct ranking *ranking_new_rows(const float *row_score, size_t n_rows,
                                 struct parallel *parallel, struct status *status)
{
    struct ranking *ranking = ranking_new_unsorted(row_score, n_rows, status);
    if (ranking != NULL && !ranking_sort(ranking, parallel, status)) {
        ranking_free(ranking);
        return NULL;
    }
    return ranking;
}

void ranking_free(struct ranking *ranking)
{
    if (ranking != NULL) {
        free(ranking->order);
        free(ranking->rows_above);
        ties_free(ranking->ties);
        free(ranking);
    }
}

void ranking_index_ties(struct ranking *ranking, const struct row_index *index,
                        const struct progress *progress)
{
    struct status ignored = {0};
    if (ranking->row_score != NULL) {
        return; /* the rows of a block stand in order */
    }
    ties_free(ranking->ties);
    ties_new(ranking, index, &ranking->ties, progress, &ignored);
}

static double score_at(const struct ranking *ranking, size_t position)
{
    float score = NAN; /* stays so when memory ran out */
    if (ranking->order == NULL) {
        row_scores_select(ranking->row_score, ranking->n_ids, &position, 1, NULL, &score, NULL);
        return (double)score;
    }
    return ranking_score(ranking, ranking->order[position]);
}

size_t ranking_above(const struct ranking *ranking, double score)
{
    size_t low = 0, high = ranking->n_scored;
    if (ranking->order == NULL) {
        return row_scores_above(ranking->row_score, ranking->n_ids, score);
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (score_at(ranking, middle) > score) {
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
    if (ranking->order == NULL) {
        return row_scores_at_least(ranking->row_score, ranking->n_ids, score);
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (score_at(ranking, middle) >= score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t ranking_position(const struct ranking *ranking, size_t rank)
{
    return ranking->rows_above == NULL
               ? rank - 1
               : quantile_position(ranking->rows_above, ranking->n_scored, rank - 1);
}

static size_t rows_between(const struct ranking *ranking, size_t first, size_t last)
{
    return ranking_rows_above(ranking, last) - ranking_rows_above(ranking, first);
}

/* The end of the tie block that a position with that score is in. */
static size_t block_end(const struct ranking *ranking, size_t position, double score)
{
    for (size_t i = position + 1; ranking->order != NULL && i < position + NEAR; i++) {
        if (i == ranking->n_scored || score_at(ranking, i) != score) {
            return i;
        }
    }
    return ranking_at_least(ranking, score);
}

size_t ranking_block_end(const struct ranking *ranking, size_t position)
{
    return block_end(ranking, position, score_at(ranking, position));
}

static size_t block_start(const struct ranking *ranking, size_t last)
{
    double score = score_at(ranking, last - 1);
    for (size_t i = last - 1; i + NEAR > last; i--) {
        if (i == 0 || score_at(ranking, i - 1) != score) {
            return i;
        }
    }
    return ranking_above(ranking, score);
}

struct tie_block ranking_ties(const struct ranking *ranking, size_t id)
{
    struct tie_block block = {0};
    const double score = ranking_score(ranking, id);
    if (isnan(score)) {
        return block;
    }
    block.first = ranking_above(ranking, score);
    block.last = block_end(ranking, block.first, score);
    block.rows = rows_between(ranking, block.first, block.last);
    block.best_rank = ranking_rows_above(ranking, block.first) + 1;
    return block;
}

double ranking_tail_share(const struct ranking *ranking, size_t id)
{
    return ranking_tail_share_of(ranking, ranking_score(ranking, id));
}

double ranking_row_share(const struct ranking *ranking, const uint32_t *row_profile, size_t row)
{
    return ranking_tail_share(ranking, ranking_id(ranking, row_profile, row));
}

double ranking_tail_share_of(const struct ranking *ranking, double score)
{
    if (isnan(score) || ranking->scored_rows == 0) {
        return NAN;
    }
    if (ranking->reference != NULL) {
        return reference_tail(ranking->reference, score);
    }
    size_t rows = ranking_rows_above(ranking, ranking_at_least(ranking, score));
    return (double)rows / (double)ranking->scored_rows;
}

/* The score of the row at position `position` when scores rise. */
static double rising_score(const void *context, size_t position)
{
    const struct ranking *ranking = context;
    size_t rank = ranking->scored_rows - position; /* of scored_rows .. 1 */
    return score_at(ranking, ranking_position(ranking, rank));
}

double ranking_percentile(const struct ranking *ranking, double percent)
{
    return quantile_linear(rising_score, ranking, ranking->scored_rows, percent);
}

/* ---- rows ---- */

/* Writes rows of the block [first, last) from its row `skip` on, at most `count`; 0 when memory
 * ran out. */
static size_t block_rows(const struct ranking *ranking, const struct row_index *index,
                         size_t first, size_t last, size_t skip, size_t count, uint32_t *rows,
                         struct status *status)
{
    struct merge merge = {index, ranking->order + first, last - first};
    size_t part = rows_between(ranking, first, last) - skip;
    part = part < count ? part : count;
    if (ranking->row_score != NULL) {
        memcpy(rows, ranking->order + first + skip, part * sizeof *rows);
        return part;
    }
    return merge_rows(&merge, skip, part, rows, status) ? part : 0;
}

/* How many of `count` rows there are from position `from` on. */
static size_t available(const struct ranking *ranking, size_t from, size_t count)
{
    size_t all = ranking->scored_rows;
    size_t left = from >= 1 && from <= all ? all - (from - 1) : 0;
    return count < left ? count : left;
}

static bool has_order(const struct ranking *ranking, struct status *status)
{
    return ranking->order != NULL ||
           status_set(status, STATUS_INPUT, "the rows of this list are not sorted");
}

size_t ranking_rows(const struct ranking *ranking, const struct row_index *index, size_t from,
                    size_t count, uint32_t *rows, struct status *status)
{
    size_t wanted = available(ranking, from, count), written = 0;
    if (wanted == 0 || !has_order(ranking, status)) {
        return 0;
    }
    if (ranking->row_score != NULL) {
        memcpy(rows, ranking->order + from - 1, wanted * sizeof *rows);
        return wanted;
    }
    double score = score_at(ranking, ranking_position(ranking, from));
    size_t first = ranking_above(ranking, score);
    size_t skip = from - 1 - ranking_rows_above(ranking, first);
    while (written < wanted) {
        size_t last = ranking_block_end(ranking, first);
        size_t part = block_rows(ranking, index, first, last, skip, wanted - written,
                                 rows + written, status);
        if (part == 0) {
            break;
        }
        written += part;
        first = last;
        skip = 0;
    }
    return written;
}

size_t ranking_rows_rising(const struct ranking *ranking, const struct row_index *index,
                           size_t from, size_t count, uint32_t *rows, struct status *status)
{
    size_t wanted = available(ranking, from, count), written = 0;
    if (wanted == 0 || !has_order(ranking, status)) {
        return 0;
    }
    size_t all = ranking->scored_rows;
    double score = score_at(ranking, ranking_position(ranking, all - (from - 1)));
    size_t last = ranking_at_least(ranking, score);
    size_t skip = from - 1 - (all - ranking_rows_above(ranking, last));
    while (written < wanted) {
        size_t first = block_start(ranking, last);
        size_t part = block_rows(ranking, index, first, last, skip, wanted - written,
                                 rows + written, status);
        if (part == 0) {
            break;
        }
        written += part;
        last = first;
        skip = 0;
    }
    return written;
}

/* Where rows have the scores, those of a tie block stand in order by row_id. */
static size_t position_of(const struct ranking *ranking, const struct tie_block *block,
                          size_t row)
{
    size_t low = block->first, high = block->last;
    if (ranking->order == NULL) { /* those before it are counted */
        size_t before = 0;
        for (size_t i = 0; i < row; i++) {
            before += ranking->row_score[i] == ranking->row_score[row];
        }
        return before;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranking->order[middle] < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - block->first;
}

/* How many rows of its tie block come before a row. */
static size_t rank_in_block(const struct ranking *ranking, const struct row_index *index,
                            const struct tie_block *block, const uint32_t *row_profile,
                            size_t row)
{
    size_t rank;
    if (ranking->row_score != NULL) {
        return position_of(ranking, block, row);
    }
    if (ranking->ties != NULL &&
        ties_rank(ranking->ties, ranking, block, row_profile, row, &rank)) {
        return rank;
    }
    struct merge merge = {index, ranking->order + block->first, block->last - block->first};
    return merge_rank(&merge, (uint32_t)row);
}

size_t ranking_rank_of(const struct ranking *ranking, const struct row_index *index,
                       const uint32_t *row_profile, size_t row)
{
    struct tie_block block = ranking_ties(ranking, ranking_id(ranking, row_profile, row));
    if (block.rows == 0) {
        return 0;
    }
    return block.best_rank + rank_in_block(ranking, index, &block, row_profile, row);
}

size_t ranking_rising_rank_of(const struct ranking *ranking, const struct row_index *index,
                              const uint32_t *row_profile, size_t row)
{
    struct tie_block block = ranking_ties(ranking, ranking_id(ranking, row_profile, row));
    if (block.rows == 0) {
        return 0;
    }
    size_t below = ranking->scored_rows - ranking_rows_above(ranking, block.last);
    return below + 1 + rank_in_block(ranking, index, &block, row_profile, row);
}
