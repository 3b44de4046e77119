/* autoencoder_feed: the rows of an epoch in torch's shuffled order, batch by batch.
 *
 * One array of profile ids (4 bytes a row) is shuffled in place. Entry i is final after step i
 * of torch's shuffle, so it runs just ahead of the training: while one batch is trained on, the
 * next one is shuffled.
 *
 * Where rows repeat, a batch holds many copies of the same profile, and the gradient of a copy
 * is the gradient of the profile. So a batch is handed out as distinct profiles, in the order
 * they first appear in it, with the number of copies (a batch of 4096 rows of the study has
 * about 1800 of them). Where rows hardly repeat that would only cost: then every row comes
 * singly.
 */
#ifndef ODDHOURS_MODELS_AUTOENCODER_FEED_H
#define ODDHOURS_MODELS_AUTOENCODER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/status.h"
#include "table/table.h"

struct feed;

struct feed_batch {
    const uint32_t *ids;    /* (n) profiles */
    const uint32_t *copies; /* (n) how many rows of the batch have it; NULL: one each */
    size_t n;
    size_t rows; /* of the batch; 0: the epoch is over */
};

/* `table` stays borrowed. `batch` rows at a time. */
struct feed *feed_new(const struct table *table, size_t batch, struct status *status);
void feed_free(struct feed *feed);

/* Starts an epoch with the seed of its shuffle, and prepares its first batch. */
void feed_start(struct feed *feed, uint32_t seed, struct parallel *parallel);

/* Hands out the batch prepared last. It stays valid until the next call; one thread may call
 * feed_prepare() meanwhile, once. */
struct feed_batch feed_take(struct feed *feed);
void feed_prepare(struct feed *feed);

#endif
