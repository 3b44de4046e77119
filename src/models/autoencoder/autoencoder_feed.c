#include "models/autoencoder/autoencoder_feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* Distinct profiles of one batch. */
struct merged {
    uint32_t *ids, *copies; /* (batch + 1): one more is written than is counted */
};

struct feed {
    const struct table *table;
    size_t batch;
    uint32_t *order; /* (n_rows) profiles, shuffled up to `next` */
    size_t next;
    struct rng rng;
    struct feed_batch ready;

    bool merge;
    struct merged merged[2]; /* one is trained on while the other is filled */
    unsigned turn;
    /* (profiles) where a profile stands in the batch being filled: base + its position. Smaller
     * numbers are left from earlier batches. */
    uint32_t *position;
    uint32_t base;
};

/* Distinct profiles that a batch is expected to hold, as if drawn with replacement. */
static double expected_distinct(const struct profiles *profiles, size_t n_rows, size_t batch)
{
    enum { LOOK_AT = 1 << 20 };
    size_t stride = 1 + profiles->n / LOOK_AT;
    double share = (double)batch / (double)n_rows, sum = 0;
    for (size_t i = 0; i < profiles->n; i += stride) {
        sum -= expm1(-share * (double)profiles->copies[i]);
    }
    return sum * (double)stride;
}

static bool make_merging(struct feed *feed, struct status *status)
{
    for (size_t i = 0; i < 2; i++) {
        struct merged *merged = &feed->merged[i];
        merged->ids = mem_new(feed->batch + 1, sizeof *merged->ids, "a batch", status);
        merged->copies = mem_new(feed->batch + 1, sizeof *merged->copies, "a batch", status);
        if (merged->ids == NULL || merged->copies == NULL) {
            return false;
        }
    }
    feed->position =
        mem_new(feed->table->profiles.n, sizeof *feed->position, "a batch", status);
    return feed->position != NULL;
}

struct feed *feed_new(const struct table *table, size_t batch, struct status *status)
{
    const double worth = 0.7; /* of a batch: merging and what it saves cost the same */
    const struct profiles *profiles = &table->profiles;
    struct feed *feed = mem_zero(1, sizeof *feed, "the order of training", status);
    if (feed == NULL) {
        return NULL;
    }
    feed->table = table;
    feed->batch = batch < table->n_rows ? batch : table->n_rows;
    feed->order =
        mem_aligned(table->n_rows, sizeof *feed->order, "the order of training", status);
    bool done = feed->order != NULL;
    if (done && (double)profiles->n < worth * (double)table->n_rows) {
        feed->merge = expected_distinct(profiles, table->n_rows, feed->batch) <
                      worth * (double)feed->batch;
    }
    if (!done || (feed->merge && !make_merging(feed, status))) {
        feed_free(feed);
        return NULL;
    }
    return feed;
}

void feed_free(struct feed *feed)
{
    if (feed == NULL) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        free(feed->merged[i].ids);
        free(feed->merged[i].copies);
    }
    free(feed->position);
    free(feed->order);
    free(feed);
}

enum { COPY_ROWS = 1 << 20 };

static void copy_task(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct feed *feed = context;
    size_t from = task * COPY_ROWS, n = feed->table->n_rows - from;
    n = n < COPY_ROWS ? n : COPY_ROWS;
    memcpy(feed->order + from, feed->table->row_profile + from, n * sizeof *feed->order);
}

void feed_start(struct feed *feed, uint32_t seed, struct parallel *parallel)
{
    size_t n_rows = feed->table->n_rows;
    parallel_run(parallel, (n_rows + COPY_ROWS - 1) / COPY_ROWS, copy_task, feed);
    rng_seed(&feed->rng, seed);
    feed->next = 0;
    feed_prepare(feed);
}

/* Without a branch on whether the profile is new, which nothing can foresee. */
static void merge_rows(struct feed *feed, const uint32_t *rows, size_t n_rows)
{
    enum { AHEAD = 24 };
    struct merged *merged = &feed->merged[feed->turn];
    if (feed->base == 0 || feed->base > UINT32_MAX - 2 * (uint32_t)feed->batch) {
        memset(feed->position, 0, feed->table->profiles.n * sizeof *feed->position);
        feed->base = 1;
    }
    uint32_t base = feed->base, n = 0;
    merged->copies[0] = 0;
    for (size_t i = 0; i < n_rows; i++) {
        __builtin_prefetch(feed->position + rows[i + AHEAD < n_rows ? i + AHEAD : i], 1);
        uint32_t id = rows[i], at = feed->position[id] - base;
        bool seen = at < n;
        at = seen ? at : n;
        n += !seen;
        merged->ids[at] = id;
        merged->copies[at]++;
        merged->copies[n] = 0; /* of the next new one */
        feed->position[id] = base + at;
    }
    feed->base += (uint32_t)n_rows;
    feed->ready.ids = merged->ids;
    feed->ready.copies = merged->copies;
    feed->ready.n = n;
    feed->turn ^= 1;
}

void feed_prepare(struct feed *feed)
{
    size_t n_rows = feed->table->n_rows, left = n_rows - feed->next;
    size_t rows = left < feed->batch ? left : feed->batch;
    const uint32_t *from = feed->order + feed->next;
    rng_torch_shuffle(&feed->rng, feed->order, n_rows, feed->next, feed->next + rows);
    feed->next += rows;
    feed->ready = (struct feed_batch){.ids = from, .n = rows, .rows = rows};
    if (feed->merge && rows > 0) {
        merge_rows(feed, from, rows);
    }
}

struct feed_batch feed_take(struct feed *feed)
{
    return feed->ready;
}
