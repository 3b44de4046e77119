#include "review/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

/* The expected sum of precisions at the positives of one block, which starts after `above` rows
 * with `found` positives: each of its positions holds a positive with chance positives / rows,
 * and then each of the positions before it holds one with chance (positives - 1) / (rows - 1).
 */
static double expected_precisions(const struct block *block, double above, double found)
{
    double rows = (double)block->rows, hits = (double)block->positives, sum = 0;
    double others = block->rows > 1 ? (hits - 1) / (rows - 1) : 0;
    for (size_t j = 0; block->positives > 0 && j < block->rows; j++) {
        sum += (found + 1 + (double)j * others) / (above + (double)j + 1);
    }
    return sum * hits / rows;
}

struct metrics metrics_of(const struct block *blocks, size_t n, size_t missed)
{
    struct metrics m = {.missed = missed};
    double step = 0, expected = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        double hits = (double)blocks[i].positives, before = (double)m.positives;
        double others = (double)(blocks[i].rows - blocks[i].positives);
        expected += expected_precisions(&blocks[i], (double)m.rows, before);
        m.rows += blocks[i].rows;
        m.positives += blocks[i].positives;
        step += hits * ratio((double)m.positives, (double)m.rows);
        pairs += others * (before + hits / 2);
    }
    double positives = (double)m.positives, negatives = (double)(m.rows - m.positives);
    m.base_rate = ratio(positives, (double)m.rows);
    m.average_precision = ratio(step, positives + (double)missed);
    m.average_precision_ties = ratio(expected, positives + (double)missed);
    m.roc_auc = ratio(pairs, positives * negatives);
    return m;
}

struct at_k metrics_at(const struct block *blocks, size_t n, size_t missed, size_t k)
{
    struct at_k at = {0};
    size_t positives = missed;
    for (size_t i = 0; i < n; i++) {
        size_t left = k - at.k, taken = blocks[i].rows < left ? blocks[i].rows : left;
        if (taken > 0) {
            at.found += (double)blocks[i].positives * (double)taken / (double)blocks[i].rows;
        }
        at.k += taken;
        positives += blocks[i].positives;
    }
    at.precision = ratio(at.found, (double)at.k);
    at.recall = ratio(at.found, (double)positives);
    return at;
}

struct block *metrics_blocks(const struct ranking *ranking, const struct table *table,
                             const struct truth *truth, size_t *n, size_t *missed,
                             struct status *status)
{
    size_t room = ranking->n_scored;
    struct block *blocks = mem_new(room, sizeof *blocks, "metrics", status);
    uint32_t *hits = mem_zero(ranking->n_ids, sizeof *hits, "metrics", status);
    if (blocks == NULL || hits == NULL) {
        free(blocks);
        free(hits);
        return NULL;
    }
    *n = *missed = 0;
    for (size_t i = 0; i < truth->n_positive; i++) {
        size_t id = ranking_id(ranking, table->row_profile, truth->positive[i]);
        hits[id]++;
        *missed += isnan(ranking_score(ranking, id)) ? 1 : 0;
    }
    for (size_t i = 0; i < ranking->n_scored; i++) {
        uint32_t id = ranking->order[i];
        bool tied = i > 0 &&
                    ranking_score(ranking, id) == ranking_score(ranking, ranking->order[i - 1]);
        if (!tied) {
            blocks[(*n)++] = (struct block){0};
        }
        blocks[*n - 1].rows += ranking->row_score != NULL ? 1 : table->profiles.copies[id];
        blocks[*n - 1].positives += hits[id];
    }
    free(hits);
    mem_trim(&blocks, &room, *n, sizeof *blocks);
    return blocks;
}
