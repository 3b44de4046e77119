/* What the files of queue share. */
#ifndef ODDHOURS_REVIEW_QUEUE_INTERNAL_H
#define ODDHOURS_REVIEW_QUEUE_INTERNAL_H

#include "review/queue.h"

/* One row of one list, or one episode by its best row. */
struct queue_slot {
    uint32_t row, rank, ranking;
};

/* What the lists hold: each row, or episode, once with its best rank, by row; and all their
 * rows (for queues of rows the same). */
struct queue_pool {
    struct queue_slot *slots;
    size_t n;
    uint32_t *listed; /* (n_listed) ascending */
    size_t n_listed;
};

static inline bool queue_hides(const struct queue_spec *spec, uint32_t row)
{
    return spec->hidden != NULL && spec->kind != QUEUE_STRATA &&
           (spec->hidden[row / 64] >> (row % 64) & 1) != 0;
}

/* queue_episodes.c: the episodes at the head of the lists; fills queue->rows and gives every
 * slot its place in `groups` (n of the pool, as the slots). False without memory. */
struct queue_group {
    uint32_t from, n;
};
bool queue_pool_episodes(const struct queue_spec *spec, const struct episode_cut *cuts,
                         size_t n, struct queue *queue, struct queue_pool *pool,
                         struct queue_group **groups, struct status *status);

#endif
